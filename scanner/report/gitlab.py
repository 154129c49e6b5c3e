"""``--format gitlab``: a Code Quality report, which GitLab shows in merge requests.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format

GitLab shows one entry for each fingerprint and drops all others that have it, and it reads nothing after an entry that
is not as it must be (``lib/gitlab/ci/parsers/codequality/code_climate.rb``). So fingerprints are unique here, whatever
was found, and what is wrong with the input has entries, too. Files are named from the top of the repository.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from scanner.diagnostic import Diagnostic, Severity
from scanner.escape import visible
from scanner.finding import Finding, Level
from scanner.report.report import Report
from scanner.report.wording import repository_path, worst_first

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.repository import Seen
    from scanner.span import Span

_OF_LEVEL = {Level.ERROR: "major", Level.WARNING: "minor", Level.NOTE: "info"}
_OF_SEVERITY = {Severity.ERROR: ("scan-incomplete", "critical"), Severity.WARNING: ("not-followed", "info")}
"""What could not be read is worse than any finding: nobody knows what it would have been."""


def render(report: Report, directory: Seen = "") -> str:
    """One JSON array and a newline. ``directory`` is the working directory as its repository sees it."""
    seen: Counter[str] = Counter()
    entries = [entry | {"fingerprint": _unique(entry["fingerprint"], seen)} for entry in _entries(report, directory)]
    return json.dumps(entries, indent=2, ensure_ascii=False) + "\n"


def _entries(report: Report, directory: Seen) -> Iterator[dict[str, Any]]:
    for finding in worst_first(report.open_findings):
        yield _of_finding(finding, directory)
    for diagnostic in report.diagnostics:
        yield _of_diagnostic(diagnostic, directory)


def _of_finding(finding: Finding, directory: Seen) -> dict[str, Any]:
    return {
        "description": visible(f"{finding.message} ({finding.principal})"),
        "check_name": visible(finding.rule),
        "fingerprint": finding.fingerprint,
        "severity": _OF_LEVEL[finding.level],
        "location": _location(finding.span, directory),
        # of Code Climate's specification, which GitLab's is a part of; GitLab leaves it alone
        "content": {"body": visible(" ".join(finding.help.split()))},
    }


def _of_diagnostic(diagnostic: Diagnostic, directory: Seen) -> dict[str, Any]:
    check, severity = _OF_SEVERITY[diagnostic.severity]
    path = repository_path(diagnostic.span.path, directory)
    return {
        "description": visible(diagnostic.message),
        "check_name": check,
        "fingerprint": _digest(check, path, diagnostic.message),
        "severity": severity,
        "location": _location(diagnostic.span, directory),
    }


def _location(span: Span, directory: Seen) -> dict[str, Any]:
    return {"path": visible(repository_path(span.path, directory)), "lines": {"begin": max(span.line, 1)}}


def _unique(fingerprint: str, seen: Counter[str]) -> str:
    """The fingerprint itself, and another one each time that it comes again."""
    seen[fingerprint] += 1
    number = seen[fingerprint]
    return fingerprint if number == 1 else _digest(fingerprint, str(number))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
