"""``--format text``: for people. Each finding says what is wrong, where, why, and how to fix it; the worst come first.

    error[user-cannot-aws-login]: "alice" signs in to the console but cannot run `aws login`
      --> infra/main.tf:3
      who   aws_iam_user.alice
      why   infra/main.tf:9: gives console access
      fix   Attach the AWS managed policy SignInLocalDevelopmentAccess.

Words are never broken, so that an ARN or a path can be copied. Text from the scanned code goes through
``escape.visible`` before it gets anywhere, and every line that may begin with it through ``escape.inert``. There are
no tables or boxes here; wrapping and a few colours do not need a library that takes longer to import than this takes
to run.
"""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import TextWrapper
from typing import TYPE_CHECKING

from scanner.diagnostic import Diagnostic, Severity
from scanner.finding import Finding, Level, RelatedLocation
from scanner.report.escape import inert, visible
from scanner.report.report import Report
from scanner.report.wording import counted, place, summary, worst_first

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scanner.span import Span

_COLOURS = {Level.ERROR: "1;31", Level.WARNING: "1;33", Level.NOTE: "1;36"}
_OF_SEVERITY = {Severity.ERROR: Level.ERROR, Severity.WARNING: Level.WARNING}
_BOLD, _DIM = "1", "2"
_NARROWEST = 40
_MOST_PLACES = 8


def render(report: Report, *, colour: bool, width: int | None) -> str:
    """The whole report; ``colour`` allows ANSI colour sequences, ``width`` is where lines wrap, if they do."""
    page = _Page(colour, None if width is None else max(width, _NARROWEST))
    blocks = [_finding(page, found) for found in worst_first(report.open_findings)]
    blocks += [_diagnostic(page, found) for found in (*report.errors, *report.warnings)]
    ending = page.paint(summary(report), _BOLD)
    return "\n\n".join([*("\n".join(block) for block in blocks), ending]) + "\n"


@dataclass(frozen=True, slots=True)
class _Page:
    colour: bool
    width: int | None

    def paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text

    def wrap(self, text: str, first: str, indent: str) -> list[str]:
        if self.width is None or len(first) + len(text) <= self.width:
            return [inert(first + text)]
        wrapper = TextWrapper(
            self.width,
            initial_indent=first,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        return [inert(line) for line in wrapper.wrap(text)]

    def head(self, label: str, level: Level, message: str) -> Iterator[str]:
        first, *rest = self.wrap(f"{label}: {visible(message)}", "", "  ")
        yield self.paint(label, _COLOURS[level]) + self.paint(first[len(label) :], _BOLD)
        yield from (self.paint(line, _BOLD) for line in rest)

    def place(self, span: Span) -> str:
        return f"  {self.paint('-->', _DIM)} {place(span)}"

    def entry(self, label: str, paragraphs: Iterable[str]) -> Iterator[str]:
        margin = " " * 8
        lines = [line for paragraph in paragraphs for line in self.wrap(paragraph, margin, margin)]
        for number, line in enumerate(lines):
            name = f"{label:<4}" if number == 0 else "    "
            yield f"  {self.paint(name, _DIM) if name.strip() else name}{line[6:]}"


def _finding(page: _Page, finding: Finding) -> Iterator[str]:
    yield from page.head(f"{finding.level.value}[{visible(finding.rule)}]", finding.level, finding.message)
    yield page.place(finding.span)
    yield from page.entry("who", [visible(finding.principal)])
    yield from page.entry("why", _related(finding.related))
    yield from page.entry("fix", (visible(line) for line in finding.help.splitlines() if line.strip()))


def _related(related: Sequence[RelatedLocation]) -> Iterator[str]:
    for each in related[:_MOST_PLACES]:
        yield f"{place(each.span)}: {visible(each.message)}"
    if len(related) > _MOST_PLACES:
        yield f"and {counted(len(related) - _MOST_PLACES, 'more place')}"


def _diagnostic(page: _Page, diagnostic: Diagnostic) -> Iterator[str]:
    level = _OF_SEVERITY[diagnostic.severity]
    yield from page.head(level.value, level, diagnostic.message)
    yield page.place(diagnostic.span)
