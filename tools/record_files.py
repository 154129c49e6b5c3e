"""Records what real Terraform makes of the directories in tests/cases/files/cases.yaml.

Usage: python -m tools.record_files

Each directory is initialised and planned; the planned outputs are kept, or that Terraform refuses it. A value that is
known after apply only is recorded as null.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import yaml

CASES = Path(__file__).parents[1] / "tests" / "cases" / "files"


def main() -> None:
    """Record all of them."""
    cases: dict[str, dict[str, str]] = yaml.safe_load((CASES / "cases.yaml").read_text(encoding="utf-8"))
    recorded = {
        "terraform": json.loads(_run(Path.cwd(), "version", "-json").stdout)["terraform_version"],
        "results": {name: planned(files) for name, files in cases.items()},
    }
    text = json.dumps(recorded, indent=1, ensure_ascii=False)
    (CASES / "recorded.json").write_text(text + "\n", encoding="utf-8")
    print(f"{len(cases)} directories")


def planned(files: dict[str, str]) -> dict[str, Any]:
    """The outputs that Terraform plans for a directory with these files."""
    with tempfile.TemporaryDirectory() as directory:
        for name, text in files.items():
            file = Path(directory, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
        for arguments in (("init", "-input=false"), ("plan", "-input=false", "-out=plan")):
            if _run(Path(directory), *arguments).returncode:
                return {"error": True}
        shown = json.loads(_run(Path(directory), "show", "-json", "plan").stdout)
    return {"outputs": {name: found.get("value") for name, found in shown["planned_values"].get("outputs", {}).items()}}


def _run(directory: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = ["terraform", *arguments]
    return subprocess.run(command, capture_output=True, cwd=directory, check=False)


if __name__ == "__main__":
    main()
