"""How much was scanned and found, in numbers: the ``summary`` of the JSON report, which other formats show as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scanner.report.report import Report


def totals(report: Report) -> dict[str, Any]:
    """By the names of the JSON report."""
    fixable = report.fixable
    return {
        "roots": report.roots,
        "files": report.files,
        "principals": len(report.principals),
        "findings": {level.value: number for level, number in report.counts.items()},
        "suppressed": report.suppressed,
        "baselined": report.baselined,
        "errors": len(report.errors),
        **({"hidden": report.hidden} if report.hidden else {}),
        **({"fixable": {each.value: number for each, number in fixable.items()}} if any(fixable.values()) else {}),
    }
