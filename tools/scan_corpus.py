"""Scans directories with templates, one after the other, and prints a table of what came of it.

    python -m tools.scan_corpus DIRECTORY… [--limit SECONDS] [--errors] [--warnings]

For each directory: templates, principals, how often each decision was reached, errors and warnings by their summary,
the time, and the slowest template. A template that takes longer than the limit is broken off, which is an internal
error. Every error is there to be looked at: is it right? The exit status is 1 when there was an internal one.
"""

from __future__ import annotations

import argparse
import signal
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType

from scanner.diagnostic import Diagnostic, Severity
from scanner.options import Options
from scanner.pipeline import scan
from scanner.report.report import Report
from scanner.root import Inputs, RootKind
from scanner.verdicts.sign_in import Client
from scanner.work.assessor import Assessor
from scanner.work.outcome import Outcome, Task

TERRAFORM = frozenset({RootKind.TERRAFORM_MODULE, RootKind.TERRAFORM_PLAN, RootKind.TERRAFORM_STATE})
COLUMNS = ("directory", "templates", "principals", "localhost", "errors", "warnings", "seconds", "slowest")


class Clock:
    """Times each root from its extraction to the end of its assessment, and breaks off what takes too long."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.seconds: dict[str, float] = {}
        signal.signal(signal.SIGALRM, self._too_long)

    def map(self, assess: Assessor, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """Like ``map``, for everything but Terraform."""
        for task in tasks:
            if task.root.kind in TERRAFORM:
                yield Outcome()
                continue
            begin = time.monotonic()
            signal.setitimer(signal.ITIMER_REAL, self.limit)
            yield assess(task)
            signal.setitimer(signal.ITIMER_REAL, 0)
            self.seconds[task.root.path] = time.monotonic() - begin

    def _too_long(self, _: int, __: FrameType | None) -> None:
        raise TimeoutError(f"more than {self.limit:g} seconds")


def main() -> int:
    """Print the table, and what is asked for beneath it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directories", nargs="+", type=Path)
    parser.add_argument("--limit", type=float, default=30, help="seconds for one template")
    parser.add_argument("--errors", action="store_true", help="print each error")
    parser.add_argument("--warnings", action="store_true", help="print each warning")
    given = parser.parse_args()
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    shown: list[str] = []
    internal = False
    for directory in given.directories:
        clock = Clock(given.limit)
        begin = time.monotonic()
        report = scan(Options(directory=directory, inputs=Inputs()), map=clock.map)
        found = [one for one in report.diagnostics if one.summary != "Nothing to scan"]
        print(row(directory, report, found, clock, time.monotonic() - begin), flush=True)
        internal = internal or any(one.summary == "Internal error" for one in found)
        wanted = {Severity.ERROR: given.errors, Severity.WARNING: given.warnings}
        shown.extend(
            f"{directory.name}/{one.span.path}:{one.span.line}: {one.severity.value}: {one.message}"
            for one in found
            if wanted[one.severity]
        )
    if shown:
        print("", *shown, sep="\n")
    return int(internal)


def row(directory: Path, report: Report, found: list[Diagnostic], clock: Clock, seconds: float) -> str:
    """One line of the table."""
    decisions = Counter(one.aws_login.outcome(Client.LOCALHOST).value for one in report.principals)
    summaries = {severity: Counter(one.summary for one in found if one.severity is severity) for severity in Severity}
    slowest = max(clock.seconds, key=clock.seconds.__getitem__, default="")
    cells = (
        directory.name,
        len(clock.seconds),
        len(report.principals),
        counted(decisions),
        counted(summaries[Severity.ERROR]),
        counted(summaries[Severity.WARNING]),
        f"{seconds:.1f}",
        f"{slowest} ({clock.seconds[slowest]:.2f} s)" if slowest else "",
    )
    return f"| {' | '.join(map(str, cells))} |"


def counted(counter: Counter[str]) -> str:
    """``3 this, 2 that``."""
    return ", ".join(f"{count} {name}" for name, count in counter.most_common())


if __name__ == "__main__":
    raise SystemExit(main())
