"""Measures the scanner beside other programs: ``python -m benchmarks.run``; ``--help`` says what can be chosen.

Every scan is compared with what the generator says of its input. One that is wrong ends the run.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from benchmarks.competitors import competitors
from benchmarks.lines import LINES, Line
from benchmarks.page import replace_part
from benchmarks.table import as_json, markdown
from benchmarks.tasks import Bench, Other, Scan, Task, WrongResultError, options_of


def arguments() -> argparse.Namespace:
    """What the user asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="how often each is run; medians are shown")
    parser.add_argument("--quick", action="store_true", help="only what takes seconds")
    parser.add_argument(
        "--only",
        metavar="TEXT",
        action="append",
        help="only lines whose names have this in them, and what they refer to",
    )
    parser.add_argument("--slow", action="store_true", help="programs that take minutes, too, once")
    parser.add_argument("--alone", action="store_true", help="no other programs")
    add_places(parser)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers to a file")
    parser.add_argument("--write", action="store_true", help="write the table to docs/benchmarks.md")
    return parser.parse_args()


def add_places(parser: argparse.ArgumentParser) -> None:
    """Options for where things are."""
    usual = Path(tempfile.gettempdir()) / "aws-login-scan-benchmarks"
    parser.add_argument(
        "--scan", type=Path, default=Path(sys.executable).with_name("scan"), help="the scanner to measure"
    )
    parser.add_argument(
        "--same-as", type=Path, metavar="SCAN", help="another scanner whose reports have to be the same"
    )
    parser.add_argument("--checkov", type=Path, metavar="PATH", help="Checkov's command, in an environment of its own")
    parser.add_argument("--work", type=Path, default=usual, help=f"where inputs are kept, {usual} by default")


def bench_of(chosen: argparse.Namespace) -> Bench:
    """Where and with what to measure."""
    work: Path = chosen.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    found = competitors(work, chosen.checkov)
    installed = {key: each for key, each in found.items() if each.version() is not None}
    for key in found.keys() - installed.keys():
        print(f"{found[key].name} is not installed")
    reference = chosen.same_as and chosen.same_as.absolute()
    return Bench(chosen.scan.absolute(), work, installed, reference)


def main() -> None:
    """Measure and print a table."""
    chosen = arguments()
    bench = bench_of(chosen)
    lines = _lines(chosen.quick, chosen.only)
    possible = [line for line in lines if not line.needs or line.needs in options_of(bench.scan)]
    tasks: list[Task] = [Scan(line) for line in possible]
    if not chosen.alone:
        tasks += [each for each in _others(possible, bench) if chosen.slow or not bench.programs[each.key].is_slow]
    try:
        results = bench.run_all(tasks, chosen.runs)
    except WrongResultError as problem:
        raise SystemExit(f"wrong: {problem}") from None
    table = markdown(bench, lines, results, chosen.runs)
    print(table)
    if chosen.json:
        chosen.json.write_text(
            json.dumps(as_json(bench, lines, results, chosen.runs), indent=2) + "\n", encoding="utf-8"
        )
    if chosen.write:
        replace_part("table", table)


def _lines(quick: bool, only: list[str] | None) -> list[Line]:
    """The lines that are chosen, and those that their goals refer to."""
    named = [line for line in LINES if any(text in line.name for text in only or [""])]
    chosen = [line for line in named if line.is_quick or not quick]
    compared = {goal.line for line in chosen for goal in line.goals}
    return [line for line in LINES if line in chosen or line.name in compared]


def _others(lines: list[Line], bench: Bench) -> list[Other]:
    found: dict[Other, None] = {}
    for line in lines:
        if line.input is not None:
            found |= {Other(goal.program, goal.on or line.input): None for goal in line.goals if goal.program}
            found |= {Other(key, line.input): None for key in line.beside}
    return [other for other in found if other.key in bench.programs]


if __name__ == "__main__":
    main()
