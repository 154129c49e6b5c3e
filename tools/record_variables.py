"""Records what real Terraform makes of the values in tests/cases/variables/cases.yaml.

Usage: python -m tools.record_variables
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import yaml

CASES = Path(__file__).parents[1] / "tests" / "cases" / "variables"


def main() -> None:
    """Record all of them."""
    table = yaml.safe_load((CASES / "cases.yaml").read_text(encoding="utf-8"))
    cases: dict[str, dict[str, Any]] = table["cases"]
    recorded = {
        "terraform": json.loads(_run(Path.cwd(), {}, "version", "-json").stdout)["terraform_version"],
        "results": {name: planned(case, table["main.tf"]) for name, case in cases.items()},
    }
    text = json.dumps(recorded, indent=1, ensure_ascii=False)
    (CASES / "recorded.json").write_text(text + "\n", encoding="utf-8")
    print(f"{len(cases)} cases")


def planned(case: dict[str, Any], main: str) -> dict[str, Any]:
    """The outputs that Terraform plans, or why it does not, and the undeclared variables that its warnings name."""
    environment = case.get("environment", {})
    with tempfile.TemporaryDirectory() as directory:
        for name, text in {"main.tf": main, **case.get("files", {})}.items():
            file = Path(directory, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        _run(Path(directory), {}, "init", "-input=false")
        given = [re.sub("^--", "-", argument) for argument in case.get("arguments", ())]
        done = _run(Path(directory), environment, "plan", "-input=false", "-no-color", "-out=plan", *given)
        if done.returncode:
            error = re.search(rb"Error: (.*)", done.stderr)
            return {"error": error[1].decode() if error else "refused"}
        shown = json.loads(_run(Path(directory), {}, "show", "-json", "plan").stdout)
    outputs = {name: found.get("value") for name, found in shown["planned_values"].get("outputs", {}).items()}
    said = re.findall(r'a variable named\s+(?:│\s+)*"(\w+)"', done.stdout.decode())
    return {"outputs": outputs, **({"undeclared": said} if said else {})}


def _run(directory: Path, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = ["terraform", *arguments]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TF_VAR_")}
    return subprocess.run(command, capture_output=True, cwd=directory, check=False, env={**inherited, **environment})


if __name__ == "__main__":
    main()
