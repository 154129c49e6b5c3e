"""Writes made-up input of any size: ``python -m benchmarks.generate KIND … PATH``; ``--help`` lists the kinds.

The same arguments write the same bytes. Beside PATH stands PATH.facts.json, which names everybody with console access
and the verdicts that follow from what was written.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.corpora.cloudformation import write_cloudformation
from benchmarks.corpora.terraform import write_terraform


def parser() -> argparse.ArgumentParser:
    """A command for each kind of input."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.generate", description=__doc__)
    made.add_argument("--seed", type=int, default=13)
    kinds = made.add_subparsers(dest="kind", required=True)
    terraform = kinds.add_parser("terraform", help="a monorepo of root modules and shared modules")
    terraform.add_argument("--megabytes", type=float, default=10)
    cloudformation = kinds.add_parser("cloudformation", help="templates, half of them YAML, half JSON")
    cloudformation.add_argument("--megabytes", type=float, default=10)
    for kind in kinds.choices.values():
        kind.add_argument("path", type=Path, help="directory or file to write")
    return made


def main() -> None:
    """Write what is asked for."""
    arguments = parser().parse_args()
    path: Path = arguments.path
    if path.exists():
        raise SystemExit(f"{path} exists already")
    path.parent.mkdir(parents=True, exist_ok=True)
    match arguments.kind:
        case "terraform":
            write_terraform(path, arguments.megabytes, arguments.seed)
        case "cloudformation":
            write_cloudformation(path, arguments.megabytes, arguments.seed)


if __name__ == "__main__":
    main()
