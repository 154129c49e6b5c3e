"""Records what real Terraform plans for changes of what is there: ``tests/cases/changes/recorded/``.

What is there before is applied, and what comes after is planned with the state of that, so plans have all that a plan
of a real account has: prior state, former values, moves, imports. The planner is the one of ``record_plans.py``; it has
to understand ``--terraform PATH`` as well. Its provider must read what it imports, and should ask for the replacement
of what cannot be changed:

    python -m tools.record_changes --planner PATH/planner.py
    python -m tools.record_changes --planner PATH/planner.py detach import
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.changes.recorded import CASES, RECORDED, Case
from tests.scans import write

TIMESTAMP = "2026-01-01T00:00:00Z"
"""Stands in for the time of planning, so that recording twice gives the same file."""
_GONE = "gone"
"""A file with resources of which there are none, so that the planner knows the types of what is destroyed."""
_TYPE = re.compile(r'^resource "(aws_\w+)"', re.MULTILINE)
_REQUIRED = {
    "aws_iam_user_login_profile": ("user",),
    "aws_iam_user_policy_attachment": ("user", "policy_arn"),
    "aws_iam_group_policy_attachment": ("group", "policy_arn"),
    "aws_iam_user_group_membership": ("user", "groups"),
    "aws_iam_group_membership": ("name", "group", "users"),
    "aws_iam_role_policy": ("role", "policy"),
    "aws_ssoadmin_managed_policy_attachment": ("instance_arn", "permission_set_arn", "managed_policy_arn"),
    "aws_iam_user": ("name",),
}
"""Arguments without which there is no resource of these types."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Record all cases, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--planner", required=True, type=Path)
    parser.add_argument("cases", nargs="*", metavar="CASE", help="default: all of them")
    options = parser.parse_args(arguments)
    for unknown in set(options.cases) - set(CASES):
        parser.error(f"there is no case {unknown!r}")
    for name in options.cases or CASES:
        print(name, file=sys.stderr)
        plan = _planned(options.planner, CASES[name])
        _check(name, plan)
        text = json.dumps(plan, separators=(",", ":"), ensure_ascii=False)  # one line, as Terraform prints it
        (RECORDED / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")
    if not options.cases:
        for left in {path.stem for path in RECORDED.glob("*.json")} - set(CASES):
            (RECORDED / f"{left}.json").unlink()


def _planned(planner: Path, case: Case) -> dict[str, Any]:
    """The plan of what comes after, where there is what was before."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        state = place / "terraform.tfstate"
        if case.before is not None:
            write(place / "before", case.before)
            _run(planner, place / "before", place / "made.json", "--apply", "--work-dir", str(place / "work"))
            (stored,) = (path for path in (place / "work").rglob("terraform.tfstate") if ".terraform" not in path.parts)
            shutil.copy(stored, state)
        gone = _types(case.before or {}) - _types(case.after)
        write(place / "after", case.after | ({f"{_GONE}.tf": "".join(map(_none_of, sorted(gone)))} if gone else {}))
        terraform = place / "terraform"
        terraform.write_text(_TERRAFORM.format(state=state, options=shlex.join(case.options)), encoding="utf-8")
        terraform.chmod(0o755)
        _run(planner, place / "after", place / "plan.json", "--terraform", str(terraform))
        plan: dict[str, Any] = json.loads((place / "plan.json").read_text(encoding="utf-8"))
    plan["timestamp"] = TIMESTAMP
    if "relevant_attributes" in plan:  # Terraform lists them in any order
        plan["relevant_attributes"].sort(key=json.dumps)
    module = plan["configuration"]["root_module"]
    module["resources"] = [one for one in module.get("resources", ()) if one["name"] != _GONE]
    return plan


_TERRAFORM = """#!/bin/sh
if [ "$1" = plan ] && [ -e {state} ]; then
  cp {state} terraform.tfstate
  exec terraform "$@" {options}
fi
exec terraform "$@"
"""
"""Terraform, with a state and options that no planner has to know of."""


def _run(planner: Path, directory: Path, plan: Path, *options: str) -> None:
    subprocess.run([sys.executable, str(planner), str(directory), "-o", str(plan), "-q", *options], check=True)


def _types(files: Mapping[str, str]) -> set[str]:
    return {found for text in files.values() for found in _TYPE.findall(text)}


def _none_of(type_: str) -> str:
    special = {"groups": "[]", "users": "[]", "policy": "jsonencode({ Statement = [] })"}
    values = "".join(f"  {name} = {special.get(name, json.dumps(name))}\n" for name in _REQUIRED[type_])
    return f'resource "{type_}" "{_GONE}" {{\n  count = 0\n{values}}}\n'


def _check(name: str, plan: Mapping[str, Any]) -> None:
    """What is imported has to be read, or the plan is not what it would be."""
    for one in plan.get("resource_changes", ()):
        before = one["change"]["before"]
        if "importing" in one["change"] and all(before.get(key) is None for key in _REQUIRED[one["type"]]):
            sys.exit(f"{name}: the planner's provider does not read what it imports ({one['address']})")


if __name__ == "__main__":
    main()
