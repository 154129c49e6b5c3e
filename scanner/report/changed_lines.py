"""What a fix makes of whole lines, for services that offer those to whoever reviews a change.

Such a suggestion takes the place of some lines of a file. So it has to say every letter of them as the file has it, and
a fix of which any line cannot be said is not suggested at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.excerpt import shows_secret
from scanner.lazy_dataclass import dataclass
from scanner.span import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from scanner.fix import Edit, Fix

_NEAR = 3
"""With so few lines between them, two edits are one change."""
_MOST = 16_000
"""Characters of a change: a comment has 65,536, and a file may be one line."""


@dataclass(frozen=True, slots=True)
class Change:
    """Lines of a file, and what is to be there in their place."""

    path: str
    line: int
    last_line: int
    text: tuple[str, ...]
    """At least one line. In a file whose lines end with ``\\r\\n`` each ends with ``\\r``."""

    @property
    def span(self) -> Span:
        """The lines as a place."""
        return Span(self.path, self.line, 1, self.last_line + 1, 1)


def changes(fix: Fix, lines: Callable[[str], Sequence[str]] | None) -> tuple[Change, ...]:
    """What a fix changes, by path and line; ``lines`` gives those of a file.

    Nothing where there are no edits, where one does not fit into its file, and where there would be a secret or very
    much to show.
    """
    if lines is None:
        return ()
    made = [_change(edits, lines(edits[0].span.path)) for edits in _groups(fix.edits)]
    whole = tuple(change for change in made if change is not None)
    return whole if len(whole) == len(made) else ()


def _groups(edits: Iterable[Edit]) -> Iterator[list[Edit]]:
    """The edits that are near each other."""
    group: list[Edit] = []
    for edit in sorted(edits):
        if group:
            last = group[-1].span
            if edit.span.path != last.path or edit.span.line - last.end_line - 1 > _NEAR:
                yield group
                group = []
        group.append(edit)
    if group:
        yield group


def _change(edits: Sequence[Edit], lines: Sequence[str]) -> Change | None:
    """One change of some edits of a file with these lines; None if that cannot be said."""
    first, end = edits[0].span.line, edits[-1].span.end_line
    if not all(_fits(edit.span, lines) for edit in edits):
        return None
    if end == len(lines) and not lines[-1] and first > 1:
        first -= 1  # behind the last line break is no line that anybody could comment on
    before = list(lines[first - 1 : end])
    if sum(map(len, before)) > _MOST:
        return None
    after = "".join(_pieces(edits, lines, first)).split("\n")
    while len(before) > 1 and len(after) > 1 and before[-1] == after[-1]:
        before.pop()
        after.pop()
    while len(before) > 1 and len(after) > 1 and before[0] == after[0]:
        del before[0], after[0]
        first += 1
    last = first + len(before) - 1
    is_behind_all = last == len(lines) > 1 and not lines[-1]
    if is_behind_all or sum(map(len, after)) > _MOST or any(map(shows_secret, (*before, *after))):
        return None
    return Change(edits[0].span.path, first, last, tuple(after))


def _fits(span: Span, lines: Sequence[str]) -> bool:
    """Whether a region is one of the file, which may have been changed since it was scanned."""
    return (
        1 <= span.line <= span.end_line <= len(lines)
        and 1 <= span.column <= len(lines[span.line - 1]) + 1
        and 1 <= span.end_column <= len(lines[span.end_line - 1]) + 1
    )


def _pieces(edits: Sequence[Edit], lines: Sequence[str], first: int) -> Iterator[str]:
    """The text after the edits, from the beginning of a line to the end of the last line that they touch."""
    line, column = first, 1
    for edit in edits:
        span = edit.span
        yield _between(lines, (line, column), (span.line, span.column))
        yield edit.text
        line, column = span.end_line, span.end_column
    yield lines[line - 1][column - 1 :]


def _between(lines: Sequence[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    (line, column), (end_line, end_column) = start, end
    if line == end_line:
        return lines[line - 1][column - 1 : end_column - 1]
    inside = lines[line : end_line - 1]
    return "\n".join((lines[line - 1][column - 1 :], *inside, lines[end_line - 1][: end_column - 1]))
