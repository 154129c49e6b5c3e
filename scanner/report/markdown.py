"""``--format markdown``: a comment on a pull request, or the summary of a step in GitHub Actions.

The first line says the result. A comment that nobody sees follows it, by which a bot finds what it wrote the last time
and updates it. Then comes what was found, block of source by block of source, the worst first: the first few at once,
all others folded. Places are links where the caller knows the repository. A fix is a suggestion of GitHub's: the lines
as they are after it.

GitHub refuses a comment of more than 65,536 characters and a summary of more than 1 MiB as a whole, so what does not
fit is left out here, and a line says how much that is. Suggestions get what room is left.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import quote

from scanner.diagnostic import Diagnostic, Severity
from scanner.escape import inert, visible
from scanner.finding import Level
from scanner.lazy_dataclass import dataclass
from scanner.report.blocks import Block, blocks
from scanner.report.changed_lines import Change, changes
from scanner.report.differences import MOST, differences, headline
from scanner.report.markdown_text import code, link, prose, suggestion
from scanner.report.report import Report
from scanner.report.wording import (
    counted,
    found_in_all,
    is_file,
    offers,
    repository_path,
    summary,
    told_once,
    worst_first,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from scanner.changes.change import Change as Different
    from scanner.repository import Seen
    from scanner.span import Span

MARKER = "<!-- aws-login-scan -->"
COMMENT = 65_000
"""Bytes of UTF-8: few enough for a comment, however its characters are counted, and for a heading that a bot adds."""
OPEN = 10
"""So many blocks and troubles stand there at once; more are folded."""
_UNFOLDED = 3
"""With so few, the details of each are not folded either."""
_SHARE_OF_CHANGES = 2
"""Which part of the room they may take."""
_MOST_PLACES = 8
_MOST_FIXES = 3
"""Of a block, those of which suggestions are made."""
_END = "\n</details>\n"
_ENDING = 400
"""Bytes that are kept for what comes after the last entry: ends of what is folded, and the line about the rest."""
_OF_SEVERITY = {Severity.ERROR: (Level.ERROR, "scan incomplete"), Severity.WARNING: (Level.WARNING, "not followed")}


@dataclass(frozen=True, slots=True)
class Repository:
    """What places need to become links."""

    directory: Seen = ""
    """The working directory as the repository sees it."""
    files: str = ""
    """The address of the repository's files at the scanned commit, with a slash at its end; empty if not known."""


def render(
    report: Report,
    repository: Repository,
    limit: int | None = None,
    lines: Callable[[str], Sequence[str]] | None = None,
) -> str:
    """The report in at most so many bytes of UTF-8, ``COMMENT`` if nothing else is said.

    The first line is there in any case. ``lines`` gives those of a file, without which nothing is suggested.
    """
    room = (COMMENT if limit is None else limit) - _ENDING
    heading = f"### scan: {_result(report)}\n{MARKER}\n"
    if report.changes is not None:
        heading += _changes(report.changes, room // _SHARE_OF_CHANGES)
        heading += "" if _is_silent(report) else f"\n{prose(summary(report))}\n"
    room -= _size(heading)
    found = blocks(worst_first(report.open_findings))
    troubles = told_once((*report.errors, *report.warnings), report.roots)
    unfolded = len(found) + len(troubles) <= _UNFOLDED
    shown: list[str] = []
    told: list[Block] = []
    findings: Counter[Level] = Counter()
    trouble: Counter[Level] = Counter()
    for block in found:
        text, number = _block(block, repository, room, unfolded=unfolded)
        findings[block.first.level] += len(block.findings) - number
        room -= _size(text)
        if text:
            shown.append(text)
            told.append(block)
    for diagnostic in troubles:
        text = _diagnostic(diagnostic, repository)
        if _size(text) > room:
            trouble[_OF_SEVERITY[diagnostic.severity][0]] += 1
        else:
            room -= _size(text)
            shown.append(text)
    for number, block in enumerate(told):
        suggested = _suggestions(block, repository, lines)
        if suggested and _size(suggested) <= room:
            room -= _size(suggested)
            shown[number] = shown[number].removesuffix(_END) + suggested + _END
    return "".join((heading, *_folded(shown), *_rest(findings, trouble)))


def _result(report: Report) -> str:
    """The one sentence that everybody reads."""
    return summary(report) if report.changes is None else prose(headline(report.changes))


def _is_silent(report: Report) -> bool:
    """Whether nothing has changed, nobody asks for anything else, and nothing is wrong: then one line says it all."""
    return report.is_about_changes and not report.changes and not report.findings and not report.diagnostics


def _changes(changes: Sequence[Different], room: int) -> str:
    """A line for each that is different, as many as there is room for."""
    found = differences(changes)
    lines: list[str] = []
    for one in found[:MOST]:
        what = f": {prose(one.what)}" if one.what else ""
        because = "".join(f"  - {code(where)}: {prose(text)}\n" for text, where in one.because)
        line = f"- **{one.label}** {prose(one.who)} ({code(one.address)}){what}\n{because}"
        room -= _size(line)
        if room < 0:
            break
        lines.append(line)
    more = len(found) - len(lines)
    rest = f"- and {more:,} more, which `scan --format json` lists\n" if more else ""
    return "".join(("\n" if found else "", *lines, rest))


def _size(text: str) -> int:
    return len(text.encode())


def _folded(shown: list[str]) -> Iterator[str]:
    if len(shown) <= OPEN + 1:
        yield from shown
        return
    yield from shown[:OPEN]
    yield f"\n<details><summary>{len(shown) - OPEN:,} more</summary>\n"
    yield from shown[OPEN:]
    yield "\n</details>\n"


def _rest(findings: Counter[Level], trouble: Counter[Level]) -> Iterator[str]:
    if findings.total() + trouble.total():
        left_out = found_in_all(findings, trouble)
        yield f"\nNot shown, for want of room: {left_out}. `scan --format json` says everything.\n"


def _block(block: Block, repository: Repository, room: int, *, unfolded: bool) -> tuple[str, int]:
    """The text about a block, and how many of its findings it names; as many as there is room for."""
    first = block.first
    place = _place(first.span, repository)
    head = f"\n**{first.level.value}** {place} {prose(block.message)}\n\n<details{' open' if unfolded else ''}>"
    head += f"<summary>{counted(len(block.findings), 'principal')}: why, and what to do</summary>\n\n"
    tail = "".join(f"- {line}\n" for line in _advice(block, repository)) + _END
    room -= _size(head) + _size(tail)
    names: list[str] = []
    for name in _names(block, repository):
        room -= _size(name)
        if room < 0:
            break
        names.append(name)
    return (head + "".join(names) + tail, len(names)) if names else ("", 0)


def _names(block: Block, repository: Repository) -> Iterator[str]:
    several = len({found.root for found in block.findings}) > 1
    for found in block.findings:
        root = f" in {code(repository_path(found.root, repository.directory))}" if several else ""
        yield f"- who: {code(found.principal)}{root}\n"


def _advice(block: Block, repository: Repository) -> Iterator[str]:
    first = block.first
    for each in block.related[:_MOST_PLACES]:
        yield f"why: {_place(each.span, repository)}: {prose(each.message)}"
    if len(block.related) > _MOST_PLACES:
        yield f"and {counted(len(block.related) - _MOST_PLACES, 'more place')}"
    if first.help.strip():
        yield f"fix: {prose(' '.join(first.help.split()))}"
    for offer in offers(block.findings):
        yield f"{offer.label}: {prose(offer.text)}{f' ({code(offer.options)})' if offer.options else ''}"
    for root in first.also_in:
        yield f"also in {code(repository_path(root, repository.directory))}"
    yield f"rule: {link(code(first.rule), first.url)}"


def _suggestions(block: Block, repository: Repository, lines: Callable[[str], Sequence[str]] | None) -> str:
    """The lines of files after each of the block's fixes; empty where those cannot be shown."""
    best = (finding.best_fix for finding in block.findings)
    fixes = dict.fromkeys(fix for fix in best if fix is not None)
    made = ((fix, changes(fix, lines)) for fix in fixes)
    shown = ((fix, changed) for fix, changed in made if changed and all(map(_is_exact, changed)))
    return "".join(
        f"\n{_place(change.span, repository)}{f': {prose(fix.description)}' if len(fixes) > 1 else ''}\n\n"
        + suggestion(_without_carriage_returns(change))
        for fix, changed in islice(shown, _MOST_FIXES)
        for change in changed
    )


def _is_exact(change: Change) -> bool:
    """Whether the lines can be shown as they are: a suggestion in which a letter is another would spoil the file."""
    lines = (line.replace("\t", " ") for line in _without_carriage_returns(change))
    return all(inert(visible(line)) == line for line in lines)


def _without_carriage_returns(change: Change) -> list[str]:
    """The lines as they are in a comment, which has line breaks of its own."""
    return [line.removesuffix("\r") for line in change.text]


def _diagnostic(diagnostic: Diagnostic, repository: Repository) -> str:
    _, label = _OF_SEVERITY[diagnostic.severity]
    return f"\n**{label}** {_place(diagnostic.span, repository)} {prose(diagnostic.message)}\n"


def _place(span: Span, repository: Repository) -> str:
    path = repository_path(span.path, repository.directory)
    place = code(replace(span, path=path).place)
    is_inside = is_file(path) and path.isprintable() and not path.startswith(("/", "../"))
    if not repository.files or not is_inside:
        return place
    lines = f"L{span.line}-L{span.last_line}" if span.last_line > span.line else f"L{span.line}"
    return link(place, f"{repository.files}{quote(path)}{'' if span.is_whole_file else f'#{lines}'}")
