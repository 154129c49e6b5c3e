"""``--format csv``: a row a finding, for spreadsheets and for programs that read nothing better.

RFC 4180: a header, commas, quotes where they are needed, lines that end with CR and LF. What is wrong with the input
has rows of its own, so that an incomplete scan does not look like a clean one. A cell never holds a line break.

A spreadsheet takes a cell that begins with ``=``, ``+``, ``-`` or ``@`` for a formula, so such a cell gets an
apostrophe before it (https://owasp.org/www-community/attacks/CSV_Injection). Paths are those of the JSON report.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from scanner.escape import visible
from scanner.report.wording import worst_first

if TYPE_CHECKING:
    from scanner.diagnostic import Diagnostic
    from scanner.finding import Finding
    from scanner.report.report import Report
    from scanner.span import Span

COLUMNS = (
    "kind",
    "state",
    "severity",
    "rule",
    "message",
    "principal",
    "root",
    "path",
    "line",
    "end_line",
    "help",
    "reason",
    "until",
    "also_in",
    "url",
    "tags",
    "fingerprint",
)
"""New ones come last: people address columns by number, too."""

_FORMULA = frozenset("=+-@＝＋－＠")  # noqa: RUF001 # spreadsheets in East Asia take the wide ones, too


def render(report: Report) -> str:
    """A header, a row for each finding in whatever state, the worst first, then one for each trouble in the input."""
    text = io.StringIO()
    rows = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\r\n")
    rows.writeheader()
    for finding in worst_first(report.findings):
        rows.writerow({name: _cell(value) for name, value in _of_finding(finding).items()})
    for diagnostic in report.diagnostics:
        rows.writerow({name: _cell(value) for name, value in _of_diagnostic(diagnostic).items()})
    return text.getvalue()


def _of_finding(finding: Finding) -> dict[str, str]:
    suppressed = finding.suppressed
    reason = until = ""
    state = "baselined" if finding.baselined else "open"
    if suppressed is not None:
        state, reason = "suppressed", suppressed.reason
        until = suppressed.until.isoformat() if suppressed.until is not None else ""
    return {
        "kind": "finding",
        "state": state,
        "severity": finding.level.value,
        "rule": finding.rule,
        "message": finding.message,
        "principal": finding.principal,
        "root": finding.root,
        "path": finding.span.path,
        **_lines(finding.span),
        "help": " ".join(finding.help.split()),
        "reason": reason,
        "until": until,
        "also_in": ", ".join(finding.also_in),
        "url": finding.url,
        "tags": ", ".join(finding.tags),
        "fingerprint": finding.fingerprint,
    }


def _of_diagnostic(diagnostic: Diagnostic) -> dict[str, str]:
    return {
        "kind": "input",
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "root": diagnostic.root,
        "path": diagnostic.span.path,
        **_lines(diagnostic.span),
    }


def _lines(span: Span) -> dict[str, str]:
    """Nothing where no line is meant."""
    if span.is_whole_file:
        return {}
    return {"line": str(span.line), "end_line": str(max(span.line, span.last_line))}


def _cell(value: str) -> str:
    shown = visible(value)  # a tab or a line end that would begin a formula is none any more
    return f"'{shown}" if shown.lstrip()[:1] in _FORMULA else shown
