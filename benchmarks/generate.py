"""Writes made-up input of any size: ``python -m benchmarks.generate KIND … PATH``; ``--help`` lists the kinds.

The same arguments write the same bytes. Beside PATH stands PATH.facts.json, which names everybody with console access
and the verdicts that follow from what was written.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.corpora.account import write_account
from benchmarks.corpora.cloudformation import write_cloudformation, write_conditions
from benchmarks.corpora.crowds import write_foreign_files, write_instances, write_policies, write_shared_module
from benchmarks.corpora.organization import write_organization
from benchmarks.corpora.plan_file import write_plan_file
from benchmarks.corpora.plan_json import write_plan_json
from benchmarks.corpora.state import write_state
from benchmarks.corpora.terraform import write_terraform

KINDS: dict[str, tuple[Callable[..., None], str, dict[str, Any]]] = {
    "terraform": (write_terraform, "a monorepo of root modules and shared modules", {"megabytes": 10.0}),
    "cloudformation": (write_cloudformation, "templates, half of them YAML, half JSON", {"megabytes": 10.0}),
    "conditions": (write_conditions, "a template with conditions on conditions", {"depth": 80}),
    "plan": (write_plan_json, "a plan in JSON", {"megabytes": 50.0}),
    "state": (write_state, "a state file", {"megabytes": 50.0}),
    "plan-file": (write_plan_file, "a plan file; the size is that of its JSON", {"megabytes": 50.0}),
    "instances": (write_instances, "users that for_each makes in one root", {"users": 10_000}),
    "shared-module": (write_shared_module, "roots that call one module", {"roots": 2_000}),
    "policies": (write_policies, "roles with many policies each", {"principals": 1_000, "policies": 50}),
    "account": (write_account, "data of an account", {"users": 5_000, "roles": 1_000, "policies": 1_500}),
    "organization": (
        write_organization,
        "many repositories with a manifest",
        {"repositories": 2_000, "accounts": 500, "principals": 150_000},
    ),
    "foreign-files": (write_foreign_files, "files that are none of ours", {"files": 200_000}),
}
"""What is written, by what, and its sizes."""


def generate(kind: str, path: Path, **sizes: float) -> None:
    """Write one input and its facts. What is not said about its size is as above."""
    write, _, usual = KINDS[kind]
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, **(usual | sizes))


def main() -> None:
    """Write what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generate", description=__doc__)
    commands = parser.add_subparsers(dest="kind", required=True)
    for kind, (_, description, sizes) in KINDS.items():
        command = commands.add_parser(kind, help=description)
        for name, usual in sizes.items():
            command.add_argument(f"--{name}", type=type(usual), default=usual, help=f"{usual:g} by default")
        command.add_argument("path", type=Path, metavar="PATH", help="the directory or file to write")
    arguments = vars(parser.parse_args())
    kind, path = arguments.pop("kind"), arguments.pop("path")
    if path.exists():
        raise SystemExit(f"{path} exists already")
    generate(kind, path, **arguments)


if __name__ == "__main__":
    main()
