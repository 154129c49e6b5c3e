"""``--format github``: workflow commands, which GitHub shows as annotations beside the code.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands

GitHub keeps 10 errors, 10 warnings and 10 notices of a step and 50 annotations of a job, and drops the rest without a
word (https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md#limitations). So there are at most ten in
all, the worst first, which also leaves room for other steps of the job. When there are more, the tenth says how many
are not shown, and the log lists them in a group.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scanner.diagnostic import Diagnostic, Severity
from scanner.finding import LEVELS, Finding, Level
from scanner.report.escape import visible
from scanner.report.report import Report
from scanner.report.wording import by_level, counted, place, summary, worst_first

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.span import Span

LIMIT = 10
_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}
_OF_SEVERITY = {Severity.ERROR: (Level.ERROR, "Scan incomplete"), Severity.WARNING: (Level.WARNING, "Not followed")}

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


def render(report: Report) -> str:
    """Annotations, a list of those for which there is no room, and a summary for the log."""
    annotations = sorted(_annotations(report), key=lambda each: LEVELS.index(each.level))
    shown = annotations if len(annotations) <= LIMIT else annotations[: LIMIT - 1]
    rest = annotations[len(shown) :]
    lines = [annotation.command() for annotation in shown]
    if rest:
        lines.append(_folded(rest))
        lines.append(f"::group::{len(rest)} more, not shown as annotations")
        lines.extend(annotation.logged() for annotation in rest)
        lines.append("::endgroup::")
    lines.append(summary(report))
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class _Annotation:
    """What is shown at one place. The texts have no dangerous characters except line ends."""

    level: Level
    title: str
    message: str
    advice: str
    span: Span
    rule: str | None
    """None for trouble in the input."""

    def command(self) -> str:
        line = max(self.span.line, 1)
        properties = {
            "file": visible(self.span.path),
            "line": str(line),
            "endLine": str(max(self.span.last_line, line)),
            "title": self.title,
        }
        message = f"{self.message}\n{self.advice}" if self.advice else self.message
        return _command(self.level, properties, message)

    def logged(self) -> str:
        label = f"{self.level.value}[{self.rule}]" if self.rule is not None else self.level.value
        return f"{label}: {self.message} ({place(self.span)})"


def _annotations(report: Report) -> Iterator[_Annotation]:
    """Findings before trouble of the same level: many broken files must not push out what was found."""
    for finding in worst_first(report.findings):
        yield _of_finding(finding)
    for diagnostic in report.diagnostics:
        yield _of_diagnostic(diagnostic)


def _of_finding(finding: Finding) -> _Annotation:
    rule = visible(finding.rule)
    title = f"{visible(finding.title)} ({rule})" if finding.title else rule
    advice = "\n".join(visible(line) for line in (finding.principal, *finding.help.splitlines()) if line.strip())
    return _Annotation(finding.level, title, visible(finding.message), advice, finding.span, rule)


def _of_diagnostic(diagnostic: Diagnostic) -> _Annotation:
    level, title = _OF_SEVERITY[diagnostic.severity]
    return _Annotation(level, title, visible(diagnostic.message), "", diagnostic.span, None)


def _folded(rest: list[_Annotation]) -> str:
    """One annotation, as bad as the worst that it stands for."""
    findings = Counter(each.level for each in rest if each.rule is not None)
    trouble = Counter(each.level for each in rest if each.rule is None)
    parts = []
    if findings:
        parts.append(f"{counted(findings.total(), 'finding')} ({by_level(findings)})")
    if trouble:
        parts.append(f"{counted(trouble.total(), 'problem')} in the input ({by_level(trouble)})")
    message = (
        f"Not shown: {' and '.join(parts)}. GitHub limits annotations to {LIMIT} per step; "
        "the log of this step lists the rest, --format json everything."
    )
    return _command(rest[0].level, {"title": f"{len(rest)} more"}, message)


def _command(level: Level, properties: dict[str, str], message: str) -> str:
    written = ",".join(f"{name}={value.translate(_PROPERTY)}" for name, value in properties.items() if value)
    return f"::{_COMMANDS[level]} {written}::{message.translate(_DATA)}"
