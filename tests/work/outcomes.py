"""The outcomes of real roots, and reports as bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from scanner.options import Options
from scanner.pipeline import scan
from scanner.report.json import render
from scanner.work.assessor import Assessor
from scanner.work.outcome import Outcome, Task
from scanner.work.roots import Roots

ROOT = Path(__file__).parent.parent.parent
FIXTURES = "fixtures"


@cache
def of_fixtures() -> tuple[tuple[Task, Outcome], ...]:
    """Every root of the fixtures with what it comes to, those with neighbours as well."""
    found: list[tuple[Task, Outcome]] = []

    def noting(assess: Assessor, tasks: Iterable[Task]) -> Iterator[Outcome]:
        for task in tasks:
            found.append((task, assess(task)))
            yield found[-1][1]

    scan(Options(paths=(FIXTURES,), directory=ROOT), noting)
    return tuple(found)


def report(folder: Path, roots: Roots | None = None, paths: tuple[str, ...] = (".",), **options: Any) -> str:
    """The report in JSON."""
    return render(scan(Options(paths=paths, directory=folder, **options), roots), "1")
