"""Comments at the ends of lines in Terraform's native syntax, which ``terraform fmt`` puts into one column.

Those of lines that follow each other stand below each other. So where a line gets longer, or another comes between
them, the comments of its neighbours move: but only where they stood as the formatter wants it before.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate

from scanner.fix import Edit
from scanner.fixes.text.source import Source
from scanner.lazy_dataclass import dataclass
from scanner.terraform.language.blocks import comments


@dataclass(frozen=True, slots=True)
class _Comment:
    """A comment behind something else on its line. The offsets are those of its text."""

    line: int
    start: int
    blanks: int
    """Where the blanks before it begin."""
    width: int
    """Letters before those."""

    @property
    def column(self) -> int:
        """Letters before the comment."""
        return self.width + self.start - self.blanks


@dataclass(frozen=True, slots=True)
class _Change:
    """Text in place of what is between two offsets."""

    start: int
    end: int
    text: str


def with_comments_in_columns(source: Source, edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """Edits of a file, and what they do to the columns of comments."""
    if not any(_is_near_comment(source, edit) for edit in edits):
        return tuple(edits)
    old = {comment.start: comment for comment in _comments(source.text)}
    if not old:
        return tuple(edits)
    changes = [_Change(*source.range(edit.span), edit.text) for edit in sorted(edits)]
    origin = _origin(changes)
    aligned = {one.start for run in _runs(old.values()) if _is_aligned(run) for one in run}
    for run in _runs(_comments(source.changed(edits))):
        known = [(one, old.get(origin(one.start))) for one in run]
        if all(was is not None and was.start in aligned for _, was in known):
            column = max(one.width for one in run) + 1
            for one, was in known:
                if was is not None and one.column != column:
                    _moved(changes, was, " " * (column - one.width))
    return tuple(Edit(source.lines.span(one.start, one.end), one.text) for one in changes)


def _is_near_comment(source: Source, edit: Edit) -> bool:
    """Whether there is something like a comment between the empty lines around an edit: columns go no further."""
    start, end = source.range(edit.span)
    before = max(source.text.rfind(gap, 0, start) for gap in _EMPTY_LINES)
    behind = min((at for gap in _EMPTY_LINES if (at := source.text.find(gap, end)) != -1), default=len(source.text))
    near = source.text[max(before, 0) : behind]
    return any(mark in text for text in (near, edit.text) for mark in ("#", "//"))


_EMPTY_LINES = ("\n\n", "\n\r\n")


def _moved(changes: list[_Change], comment: _Comment, blanks: str) -> None:
    """Other blanks before a comment, as a part of the change that ends where they begin, if there is one."""
    for number, one in enumerate(changes):
        if one.end == comment.blanks:
            changes[number] = _Change(one.start, comment.start, one.text + blanks)
            return
    changes.append(_Change(comment.blanks, comment.start, blanks))


def _comments(text: str) -> Iterator[_Comment]:
    line = position = 0
    for start, _ in comments(text):
        line += text.count("\n", position, start)
        position = start
        begin = text.rfind("\n", 0, start) + 1
        code = text[begin:start].rstrip(" \t")
        if code and text[start : start + 2] != "/*":
            yield _Comment(line, start, begin + len(code), len(code))


def _runs(found: Iterable[_Comment]) -> Iterator[list[_Comment]]:
    run: list[_Comment] = []
    for one in found:
        if run and one.line != run[-1].line + 1:
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def _is_aligned(run: Sequence[_Comment]) -> bool:
    column = max(one.width for one in run) + 1
    return all(one.column == column for one in run)


def _origin(changes: Sequence[_Change]) -> Callable[[int], int]:
    """Where something stood before the changes that stands at an offset now; nothing of a change is asked for."""
    shifts = list(accumulate(len(one.text) - (one.end - one.start) for one in changes))
    ends = [one.end + shift for one, shift in zip(changes, shifts, strict=True)]

    def found(offset: int) -> int:
        number = bisect_right(ends, offset)
        return offset - (shifts[number - 1] if number else 0)

    return found
