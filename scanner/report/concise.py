"""``--format concise``: a line for each finding, for editors, ``grep`` and long lists.

infra/main.tf:3:1: error[user-cannot-aws-login] alice can sign in to the console, but …
infra/main.tf:9:1: warning[aws-login-denied] [*] …

``[*]`` is before what ``--fix`` mends, as in other linters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.escape import inert, visible
from scanner.fix import Applicability
from scanner.report.differences import headline
from scanner.report.report import Report
from scanner.report.wording import fixable, summary, told_once, worst_first

if TYPE_CHECKING:
    from scanner.finding import Finding
    from scanner.span import Span


def render(report: Report, *, quiet: bool = False) -> str:
    """Findings, the worst first, then trouble in the input and the summary; ``quiet`` leaves out what is no finding
    and no error.
    """
    lines = [
        _line(found.span, f"{found.level.value}[{found.rule}] {_mark(found)}{found.message}")
        for found in worst_first(report.open_findings)
    ]
    diagnostics = report.errors if quiet else (*report.errors, *report.warnings)
    lines += [
        _line(found.span, f"{found.severity.value} {found.message}") for found in told_once(diagnostics, report.roots)
    ]
    if not quiet:
        changed = [inert(headline(report.changes))] if report.changes is not None else []
        lines += filter(None, (*changed, summary(report), fixable(report)))
    return "".join(f"{line}\n" for line in lines)


def _mark(finding: Finding) -> str:
    fix = finding.best_fix
    return "[*] " if fix is not None and fix.effective is Applicability.SAFE else ""


def _line(span: Span, text: str) -> str:
    column = "" if span.is_whole_file else f":{span.column}"
    return inert(f"{visible(span.place)}{column}: {visible(text)}")
