"""Scans under a small budget, and what must hold of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from scanner.budget import Budget, budget
from scanner.report.report import Report
from tests.scans import ROOT, scanned, verdicts

SPENT = "takes more than"
"""What is said when a budget is spent."""


@contextmanager
def counted() -> Iterator[list[Budget]]:
    """The budgets that roots get, to see what they have spent."""
    found: list[Budget] = []

    @contextmanager
    def noted(steps: int) -> Iterator[Budget]:
        with budget(steps) as made:
            found.append(made)
            yield made

    with mock.patch("scanner.work.assessor.budget", noted):
        yield found


def contradictions_under_small_budgets(path: Path) -> list[str]:
    """What is wrong with the verdicts when only some of the steps are there that a scan of the path takes."""
    with counted() as budgets:
        full = scanned(ROOT, str(path))
    spent = max(one.spent for one in budgets)
    found = [] if spent < budgets[0].steps // 10 else [f"it takes {spent:,} steps, which is near the bound"]
    for part in (1, 3, 5, 6, 7):
        small = scanned(ROOT, str(path), max_steps=spent * part // 8)
        found += [f"{wrong} with {part} eighths of {spent} steps" for wrong in _contradictions(small, full)]
    return found


def _contradictions(small: Report, full: Report) -> Iterator[str]:
    """Verdicts that rest on something that was not explored: neither those of the full budget nor unknown."""
    expected = verdicts(full)
    for address, answers in verdicts(small).items():
        if address not in expected:
            yield f"{address} is not there otherwise"
        for answer, known in zip(answers, expected.get(address, answers), strict=True):
            if answer not in ("unknown", known):
                yield f"{address} is {answer}, not {known},"
