"""Tables of files and the verdicts that they have to give: ``tests/cases/accounts`` and its like."""

from __future__ import annotations

from typing import Any

from scanner.report.report import Report
from scanner.root import Inputs
from tests.scans import Scan, errors, verdicts
from tests.tables import TABLES, BaseLoader, table


def cases(topic: str) -> dict[str, Any]:
    """The cases of a directory by the names of their file and their own."""
    return {
        f"{file.stem}: {case['name']}": case
        for file in sorted((TABLES / topic).glob("*.yaml"))
        for case in table(file, BaseLoader)  # it knows nothing but texts
    }


def check(case: dict[str, Any], scan_files: Scan) -> None:
    """The verdicts are those of the case, and nothing is an error."""
    report = scan_files(case["files"], *case.get("paths", ()), inputs=Inputs(account=case.get("account")))
    assert errors(report) == []
    check_verdicts(report, case["verdicts"])


def check_verdicts(report: Report, expected: dict[str, list[str]]) -> None:
    """Each is console access and ``aws login`` on the same device."""
    assert verdicts(report) == {address: tuple(verdict) for address, verdict in expected.items()}
