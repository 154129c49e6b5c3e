"""Records ``fixtures/plan/`` anew from ``fixtures/terraform/``; ``fixtures/terraform-json/`` has to plan alike.

The planner is a script that runs the real ``terraform`` binary against mock providers and prints what
``terraform show -json`` says. It is not part of this project; any program works that understands
``PLANNER DIR -o FILE [--var NAME=VALUE] [--defer-data] [--work-dir DIR] [--apply --state-out FILE]`` and leaves in the
working directory what Terraform wrote there, the plan file as ``plan.bin``:

    python -m tools.record_plans --planner PATH/planner.py
    python -m tools.record_plans --planner PATH/planner.py minimal-user team-module
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"

TIMESTAMP = "2026-01-01T00:00:00Z"
"""Stands in for the time of planning, so that recording twice gives the same file."""

OPTIONS = {
    "looked-up-policy": ["--defer-data"],
    "open-console-variable": ["--var", "create_login_profile=true"],
    "open-policy-variable": [
        "--var",
        "developer_policy_arn=arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess",
    ],
    "open-team": ["--var", 'developers=["quin","ravi"]'],
}
"""What a scenario's plan needs beyond its directory."""

LINEAGE = "00000000-0000-4000-8000-000000000000"
"""Stands in for the random name of a state, for the same reason."""

BINARY = frozenset({"looked-up-policy", "minimal-user", "saml-role", "team-module", "team-roles"})
"""Scenarios whose plan is recorded as the file that Terraform makes as well."""

APPLIED = frozenset({"minimal-user", "saml-role", "team-module", "unknown-bucket"})
"""Scenarios whose state is recorded as well, as Terraform stores it and as it shows it."""


def record(planner: Path, scenario: str) -> None:
    """Plan one scenario, apply it too where the state is wanted, and keep what Terraform says."""
    with tempfile.TemporaryDirectory() as directory:
        plan, state, work = (Path(directory, name) for name in ("plan.json", "state.json", "work"))
        command = [sys.executable, str(planner), str(FIXTURES / "terraform" / scenario), "-o", str(plan)]
        command += ["--work-dir", str(work), *OPTIONS.get(scenario, [])]
        if scenario in APPLIED:
            command += ["--apply", "--state-out", str(state)]
        subprocess.run(command, check=True)
        _write(plan, FIXTURES / "plan" / f"{scenario}.json")
        if scenario in BINARY:
            _pack(work / "plan.bin", FIXTURES / "plan" / f"{scenario}.tfplan")
        if scenario in APPLIED:
            _write(state, FIXTURES / "plan" / f"{scenario}.state.json")
            (stored,) = (path for path in work.rglob("terraform.tfstate") if ".terraform" not in path.parts)
            _write_stored(stored, FIXTURES / "plan" / f"{scenario}.tfstate")


def _pack(recorded: Path, target: Path) -> None:
    """The same members in the same order, without the time of each; what says when it was planned stays."""
    with zipfile.ZipFile(recorded) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for member in source.infolist():
            packed.writestr(
                zipfile.ZipInfo(member.filename, (2026, 1, 1, 0, 0, 0)), source.read(member), zipfile.ZIP_DEFLATED
            )


def check_twin(planner: Path, scenario: str) -> None:
    """Plan the scenario's twin in JSON syntax: it must come to the same resources as what is recorded."""
    with tempfile.TemporaryDirectory() as directory:
        plan = Path(directory, "plan.json")
        command = [sys.executable, str(planner), str(FIXTURES / "terraform-json" / scenario), "-o", str(plan)]
        subprocess.run([*command, *OPTIONS.get(scenario, [])], check=True)
        twin, recorded = (
            _without_comments(json.loads(path.read_text(encoding="utf-8"))["planned_values"])
            for path in (plan, FIXTURES / "plan" / f"{scenario}.json")
        )
    if twin != recorded:
        sys.exit(f"fixtures/terraform-json/{scenario} does not come to the same plan as fixtures/terraform/{scenario}")


def _without_comments(content: Any) -> Any:
    """Without the properties that a planner with a guessed schema may take for arguments."""
    if isinstance(content, list):
        return [_without_comments(item) for item in content]
    if isinstance(content, dict):
        return {key: _without_comments(value) for key, value in content.items() if key not in ("//", "lifecycle")}
    return content


def _write_stored(recorded: Path, target: Path) -> None:
    """A state keeps its own layout: the two spaces that Terraform indents by."""
    content = json.loads(recorded.read_text(encoding="utf-8"))
    content["lineage"] = LINEAGE
    target.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _write(recorded: Path, target: Path) -> None:
    content = json.loads(recorded.read_text(encoding="utf-8"))
    if "timestamp" in content:
        content["timestamp"] = TIMESTAMP
    if "relevant_attributes" in content:  # Terraform lists them in any order
        content["relevant_attributes"].sort(key=json.dumps)
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    """Read the command line and record."""
    scenarios = sorted(path.name for path in (FIXTURES / "terraform").iterdir() if path.is_dir())
    parser = argparse.ArgumentParser(description="Records fixtures/plan/ anew from fixtures/terraform/.")
    parser.add_argument("--planner", type=Path, required=True, help="the planner script")
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="default: all of them")
    arguments = parser.parse_args()
    for unknown in set(arguments.scenarios) - set(scenarios):
        parser.error(f"no scenario {unknown!r} in fixtures/terraform/")
    for scenario in arguments.scenarios or scenarios:
        print(scenario, file=sys.stderr)
        record(arguments.planner, scenario)
        if (FIXTURES / "terraform-json" / scenario).is_dir():
            check_twin(arguments.planner, scenario)


if __name__ == "__main__":
    main()
