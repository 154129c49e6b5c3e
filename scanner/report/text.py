"""``--format text``: for people. Each finding says what is wrong, where, why, and how to fix it; the worst come first.

    error[user-cannot-aws-login]: "alice" signs in to the console but cannot run `aws login`
      --> infra/main.tf:3
     3 | resource "aws_iam_user" "alice" {
       | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      who   aws_iam_user.alice
      why   infra/main.tf:9: gives console access
      fix   Attach the AWS managed policy SignInLocalDevelopmentAccess.
      edit  attach SignInLocalDevelopmentAccess to aws_iam_user.alice (--fix --unsafe-fixes)

Instances of one block are told together, and of a rule that flags very many blocks only the first are told at length.
Words are never broken, so that an ARN or a path can be copied. Text from the scanned code goes through
``escape.visible`` before it gets anywhere, and every line that may begin with it through ``escape.inert``. There are
no tables or boxes here; wrapping and a few colours do not need a library that takes longer to import than this takes
to run.
"""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from textwrap import TextWrapper
from typing import TYPE_CHECKING

from scanner.diagnostic import Diagnostic, Severity
from scanner.escape import inert, visible
from scanner.finding import Level, RelatedLocation
from scanner.lazy_dataclass import dataclass
from scanner.report.blocks import Block, blocks
from scanner.report.differences import MOST, differences, headline
from scanner.report.quotation import quoted
from scanner.report.report import Report
from scanner.report.wording import counted, fixable, offers, place, summary, told_once, worst_first

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from scanner.changes.change import Change
    from scanner.excerpt import Excerpt
    from scanner.span import Span

_COLOURS = {Level.ERROR: "1;31", Level.WARNING: "1;33", Level.NOTE: "1;36"}
_OF_SEVERITY = {Severity.ERROR: Level.ERROR, Severity.WARNING: Level.WARNING}
_BOLD, _DIM = "1", "2"
_NARROWEST = 40
_MOST_PLACES = 8
_MOST_PRINCIPALS = 10
_AT_LENGTH = 20
"""Blocks of one rule that are told at length; the others get a line each."""


def render(
    report: Report,
    *,
    colour: bool,
    width: int | None,
    excerpt: Callable[[Span], Excerpt | None] | None = None,
    quiet: bool = False,
) -> str:
    """The whole report.

    ``colour`` allows ANSI colour sequences, ``width`` is where lines wrap, if they do, ``excerpt`` gives lines of
    source. ``quiet`` leaves out everything but findings and errors.
    """
    page = _Page(colour, None if width is None else max(width, _NARROWEST), excerpt or (lambda _: None))
    parts = ["\n".join(_changes(page, report.changes))] if report.changes is not None and not quiet else []
    parts += list(_findings(page, blocks(worst_first(report.open_findings))))
    diagnostics = report.errors if quiet else (*report.errors, *report.warnings)
    parts += ["\n".join(_diagnostic(page, found)) for found in told_once(diagnostics, report.roots)]
    if not quiet:
        parts.append("\n".join([page.paint(summary(report), _BOLD), *filter(None, [fixable(report)]), *_more(report)]))
    return "\n\n".join(parts) + "\n" if parts else ""


def _more(report: Report) -> Iterator[str]:
    """Where the reader finds more."""
    rules = sorted({found.rule for found in report.open_findings})
    if rules:
        what = f"this rule: scan --explain {visible(rules[0])}" if len(rules) == 1 else "a rule: scan --explain RULE"
        yield f"More about {what}"


@dataclass(frozen=True, slots=True)
class _Page:
    colour: bool
    width: int | None
    excerpt: Callable[[Span], Excerpt | None]

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

    def source(self, span: Span, level: Level) -> Iterator[str]:
        """The line of source, and carets below what is meant."""
        found = self.excerpt(span)
        if found is None:
            return
        number = f"{found.line:>5}"
        text, carets = quoted(found, self.width)
        gutter = self.paint(f"{' ' * len(number)} |", _DIM)
        yield self.paint(f"{number} |", _DIM) + f" {text}"
        yield f"{gutter} {self.paint(carets, _COLOURS[level])}"

    def entry(self, label: str, paragraphs: Iterable[str]) -> Iterator[str]:
        margin = " " * 8
        lines = [line for paragraph in paragraphs for line in self.wrap(paragraph, margin, margin)]
        for number, line in enumerate(lines):
            name = f"{label:<4}" if number == 0 else "    "
            yield f"  {self.paint(name, _DIM) if name.strip() else name}{line[6:]}"


def _changes(page: _Page, changes: Sequence[Change]) -> Iterator[str]:
    """What is different, at the very beginning: that is what the reader has asked for."""
    first, *rest = page.wrap(headline(changes), "", "  ")
    yield from (page.paint(line, _BOLD) for line in (first, *rest))
    found = differences(changes)
    for one in found[:MOST]:
        what = f": {one.what}" if one.what else ""
        yield from page.wrap(f"{one.label}: {one.who} ({one.address}){what}", "  ", "    ")
        for text, where in one.because:
            yield from page.wrap(f"{where}: {text}", "    ", "      ")
    if len(found) > MOST:
        yield f"  and {len(found) - MOST:,} more, which --format json lists"


def _findings(page: _Page, found: Iterable[Block]) -> Iterator[str]:
    """A paragraph for each; at the end of a level one for what a rule flags beyond its first few."""
    for _, level in groupby(found, lambda block: block.first.level):
        told: Counter[str] = Counter()
        brief: dict[str, list[Block]] = {}
        for block in level:
            told[block.first.rule] += 1
            if told[block.first.rule] <= _AT_LENGTH:
                yield "\n".join(_finding(page, block))
            else:
                brief.setdefault(block.first.rule, []).append(block)
        for rest in brief.values():
            yield "\n".join(_in_brief(page, rest))


def _finding(page: _Page, block: Block) -> Iterator[str]:
    first = block.first
    yield from page.head(_label(block), first.level, block.message)
    yield page.place(first.span)
    yield from page.source(first.span, first.level)
    decisive = next((each for each in block.related if each.is_decisive and each.span != first.span), None)
    if decisive is not None and any(page.source(decisive.span, first.level)):
        yield page.place(decisive.span)
        yield from page.source(decisive.span, first.level)
    yield from page.entry("who", _principals(block.principals))
    yield from page.entry("why", _related(block.related))
    yield from page.entry("fix", (visible(line) for line in first.help.splitlines() if line.strip()))
    for offer in offers(block.findings):
        said = f"{offer.text} ({offer.options})" if offer.options else offer.text
        yield from page.entry(offer.label, [visible(said)])
    yield from page.entry("also", _also(block))
    yield from page.entry("see", [visible(first.url)] if first.url else [])


def _label(block: Block) -> str:
    return f"{block.first.level.value}[{visible(block.first.rule)}]"


def _in_brief(page: _Page, rest: Sequence[Block]) -> Iterator[str]:
    first = rest[0].first
    number = sum(len(block.findings) for block in rest)
    yield from page.head(_label(rest[0]), first.level, f"{counted(number, 'more finding')} of this rule")
    for block in rest:
        yield from page.wrap(f"{place(block.first.span)}: {visible(block.message)}", "  ", "    ")


def _principals(addresses: Sequence[str]) -> Iterator[str]:
    yield from map(visible, addresses[:_MOST_PRINCIPALS])
    if len(addresses) > _MOST_PRINCIPALS:
        yield f"and {len(addresses) - _MOST_PRINCIPALS:,} more"


def _also(block: Block) -> Iterator[str]:
    """Other forms in which the same was found."""
    yield from dict.fromkeys(f"found in {visible(root)}" for found in block.findings for root in found.also_in)


def _related(related: Sequence[RelatedLocation]) -> Iterator[str]:
    for each in related[:_MOST_PLACES]:
        yield f"{place(each.span)}: {visible(each.message)}"
    if len(related) > _MOST_PLACES:
        yield f"and {counted(len(related) - _MOST_PLACES, 'more place')}"


def _diagnostic(page: _Page, diagnostic: Diagnostic) -> Iterator[str]:
    level = _OF_SEVERITY[diagnostic.severity]
    yield from page.head(level.value, level, diagnostic.message)
    yield page.place(diagnostic.span)
    if not diagnostic.span.is_whole_file:
        yield from page.source(diagnostic.span, level)
