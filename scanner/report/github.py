"""``--format github``: workflow commands, which GitHub shows as annotations beside the code.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands

GitHub keeps 10 errors, 10 warnings and 10 notices of a step and 50 annotations of a job, and drops the rest without a
word (https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md#limitations). So there are at most ten of
each level; where there are more, the tenth says how many are not shown, and the log lists them in a group. A message is
cut at 4,096 characters.

Files are named from the top of the repository. The log shows nothing of a command but its message, so that begins with
the place and the rule.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from scanner.diagnostic import Diagnostic, Severity
from scanner.escape import visible
from scanner.finding import LEVELS, Finding, Level
from scanner.lazy_dataclass import dataclass
from scanner.report.blocks import Block, blocks
from scanner.report.differences import headline
from scanner.report.report import Report
from scanner.report.wording import found_in_all, repository_path, summary, told_once, worst_first

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.repository import Seen
    from scanner.span import Span

LIMIT = 10
"""Annotations of one level."""
MAX_MESSAGE = 4096
"""Characters of a message that GitHub keeps."""
_CUT = "… (cut)"
_MOST_PRINCIPALS = 10
_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}
_OF_SEVERITY = {Severity.ERROR: (Level.ERROR, "Scan incomplete"), Severity.WARNING: (Level.WARNING, "Not followed")}

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


def render(report: Report, directory: Seen = "", *, quiet: bool = False) -> str:
    """Annotations, a list of those for which there is no room, and a summary for the log.

    ``directory`` is the working directory as its repository sees it. ``quiet`` leaves out everything but findings and
    errors.
    """
    lines, unseen = _commands(report, directory, quiet=quiet)
    if unseen:
        lines.append(f"::group::{len(unseen)} more, not shown as annotations")
        lines.extend(annotation.logged() for annotation in unseen)
        lines.append("::endgroup::")
    if not quiet:
        lines += [headline(report.changes)] if report.changes is not None else []
        lines.append(summary(report))
    return "\n".join(lines) + "\n" if lines else ""


def beside_text(report: Report, directory: Seen = "", *, quiet: bool = False) -> str:
    """Annotations alone, folded in the log: for a log that has the report in words already. Empty without any."""
    lines, _ = _commands(report, directory, quiet=quiet)
    return "\n".join(("::group::Annotations", *lines, "::endgroup::")) + "\n" if lines else ""


def _commands(report: Report, directory: Seen, *, quiet: bool) -> tuple[list[str], list[_Annotation]]:
    """As many annotations as GitHub shows, as commands, and the others."""
    annotations = list(_annotations(report, directory, quiet=quiet))
    lines: list[str] = []
    unseen: list[_Annotation] = []
    for level in LEVELS:
        found = [annotation for annotation in annotations if annotation.level is level]
        shown = found if len(found) <= LIMIT else _chosen(found)
        kept = set(map(id, shown))
        rest = [annotation for annotation in found if id(annotation) not in kept]
        lines += [annotation.command() for annotation in shown]
        lines += [_folded(rest)] if rest else []
        unseen += rest
    return lines, unseen


def _chosen(found: list[_Annotation]) -> list[_Annotation]:
    """The first ones. Trouble in the input comes last, but what makes the scan incomplete gets one of them."""
    shown, rest = found[: LIMIT - 1], found[LIMIT - 1 :]
    trouble = next((annotation for annotation in rest if annotation.rule is None), None)
    return [*shown[:-1], trouble] if trouble is not None and all(each.rule for each in shown) else shown


@dataclass(frozen=True, slots=True)
class _Annotation:
    """What is shown at one place. The texts have no dangerous characters except line ends."""

    level: Level
    title: str
    message: str
    advice: str
    path: str
    """From the top of the repository."""
    span: Span
    rule: str | None
    """None for trouble in the input."""
    findings: tuple[Finding, ...] = ()
    """Those that it stands for."""

    @property
    def place(self) -> str:
        """Where it is, for people."""
        return replace(self.span, path=self.path).place

    def command(self) -> str:
        line = max(self.span.line, 1)
        lines = {"line": str(line), "endLine": str(max(self.span.last_line, line))}
        properties = {
            "file": self.path,
            **({} if self.span.is_whole_file else lines),
            "title": self.title,
        }
        label = self.rule if self.rule is not None else self.title.lower()
        message = f"{self.place}: {label}: {self.message}"
        return _command(self.level, properties, _cut(f"{message}\n{self.advice}" if self.advice else message))

    def logged(self) -> str:
        label = f"{self.level.value}[{self.rule}]" if self.rule is not None else self.level.value
        return f"{label}: {self.message} ({self.place})"


def _annotations(report: Report, directory: Seen, *, quiet: bool) -> Iterator[_Annotation]:
    """Findings before trouble of the same level: many broken files must not push out what was found."""
    for block in blocks(worst_first(report.open_findings)):
        yield _of_block(block, directory)
    for diagnostic in told_once(report.errors if quiet else report.diagnostics, report.roots):
        yield _of_diagnostic(diagnostic, directory)


def _of_block(block: Block, directory: Seen) -> _Annotation:
    """One annotation for all instances of a block, which would stand on one line."""
    finding = block.first
    rule = visible(finding.rule)
    title = f"{visible(finding.title)} ({rule})" if finding.title else rule
    said_by = (f"{each.span.path}: {each.message}" for each in finding.related if each.span.path == finding.root)
    more = len(block.principals) - _MOST_PRINCIPALS
    principals = (*block.principals[:_MOST_PRINCIPALS], *([f"and {more:,} more"] if more > 0 else []))
    lines = (*principals, *said_by, *finding.help.splitlines())
    advice = "\n".join(visible(line) for line in lines if line.strip())
    path = visible(repository_path(finding.span.path, directory))
    return _Annotation(finding.level, title, visible(block.message), advice, path, finding.span, rule, block.findings)


def _of_diagnostic(diagnostic: Diagnostic, directory: Seen) -> _Annotation:
    level, title = _OF_SEVERITY[diagnostic.severity]
    path = visible(repository_path(diagnostic.span.path, directory))
    return _Annotation(level, title, visible(diagnostic.message), "", path, diagnostic.span, None)


def _folded(rest: list[_Annotation]) -> str:
    """One annotation, as bad as the worst that it stands for."""
    findings = Counter(finding.level for each in rest for finding in each.findings)
    trouble = Counter(each.level for each in rest if each.rule is None)
    message = (
        f"Not shown: {found_in_all(findings, trouble)}. GitHub limits annotations to {LIMIT} of each level per step; "
        "the log of this step lists the rest, --format json everything."
    )
    return _command(rest[0].level, {"title": f"{len(rest)} more"}, message)


def _cut(message: str) -> str:
    return message if len(message) <= MAX_MESSAGE else message[: MAX_MESSAGE - len(_CUT)] + _CUT


def _command(level: Level, properties: dict[str, str], message: str) -> str:
    written = ",".join(f"{name}={value.translate(_PROPERTY)}" for name, value in properties.items() if value)
    return f"::{_COMMANDS[level]} {written}::{message.translate(_DATA)}"
