"""The unified diff of changes, as ``git apply`` and ``patch -p1`` take it.

What differs is known, so nothing is compared but the lines that edits touch: the work grows with the text, whatever is
in it. Lines end with ``\\n`` and nowhere else. https://git-scm.com/docs/diff-format, and ``quote.c`` of git for names.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path

from scanner import file_system
from scanner.escape import inert, is_inert, visible
from scanner.fixes.applied.patch import Change
from scanner.fixes.text.source import BOM
from scanner.lazy_dataclass import dataclass
from scanner.repository import path_in_repository, top_of_repository

CONTEXT = 3
"""Unchanged lines around what differs."""
_NO_NEW_LINE = "\\ No newline at end of file"
_HEAD = 3
"""Lines before the first hunk."""
_BOLD = "1"
_COLOURS = {"@": "36", "-": "31", "+": "32"}
"""By what a line begins with, as git has them."""


@dataclass(frozen=True, slots=True)
class FileDiff:
    """The diff of one file."""

    place: Path
    """The absolute path without links."""
    top: Path | None
    """Of the repository, from which the file is named; None outside of any."""
    name: str
    lines: tuple[str, ...]
    """Without the ``\\n`` at their ends. A carriage return is part of a line."""

    @property
    def exact(self) -> bytes:
        """For programs."""
        return "".join(f"{line}\n" for line in self.lines).encode()

    @property
    def is_harmless(self) -> bool:
        """Whether no CI system takes any of it for a command that sees it in a log."""
        return all(is_inert(part) for line in self.lines for part in line.splitlines())

    def shown(self, *, colour: bool) -> str:
        """For people: what a terminal would act on, or hide, is made visible."""
        return "".join(f"{_shown(number, line, colour=colour)}\n" for number, line in enumerate(self.lines))


def diffs(changes: Iterable[Change], directory: Path, workspace: Path | None) -> tuple[FileDiff, ...]:
    """The diff of each file that really changes: by repository, then by name.

    Files are named from the top of their repository, outside of any from the working directory.
    """
    found = [one for change in changes if (one := _diff(change, directory, workspace)) is not None]
    return tuple(sorted(found, key=lambda one: (str(one.top or ""), one.name)))


def _diff(change: Change, directory: Path, workspace: Path | None) -> FileDiff | None:
    before, pieces = _pieces(change)
    if not pieces:
        return None
    top = top_of_repository(change.place, workspace)
    inside = path_in_repository(change.place, workspace)
    name = inside or os.path.relpath(change.place, file_system.real(directory)).replace(os.sep, "/")
    old, new = _quoted(f"a/{name}"), _quoted(f"b/{name}")
    end = "\t" if " " in name else ""  # where a name with blanks ends; git writes it, too
    head = f"diff --git {old} {new}", f"--- {old}{end}", f"+++ {new}{end}"
    return FileDiff(change.place, top, name, (*head, *_hunks(before, pieces)))


@dataclass(frozen=True, slots=True)
class _Piece:
    """Lines that take the place of others. Lines here have their ends."""

    start: int
    end: int
    lines: tuple[str, ...]


def _pieces(change: Change) -> tuple[list[str], list[_Piece]]:
    """The lines of the file, and what differs; sorted."""
    mark = BOM if change.source.has_mark else ""
    text = mark + change.source.text
    parts = text.split("\n")
    starts = [0, *accumulate(len(part) + 1 for part in parts[:-1])]
    before = _lines(text)
    found: list[_Piece] = []
    for first, last, edits in _touched(change, starts, len(mark)):
        written: list[str] = []
        position = starts[first]
        for start, end, new in edits:
            written += (text[position:start], new)
            position = end
        behind = starts[last + 1] if last + 1 < len(starts) else len(text)
        after = _lines("".join((*written, text[position:behind])))
        piece = _trimmed(before, _Piece(first, min(last + 1, len(before)), tuple(after)))
        if piece.start < piece.end or piece.lines:
            found.append(piece)
    return before, found


_Edits = list[tuple[int, int, str]]
"""Offsets, and what takes the place of the text between them."""


def _touched(change: Change, starts: Sequence[int], shift: int) -> Iterator[tuple[int, int, _Edits]]:
    """The first and the last line that edits touch, and these."""
    together: _Edits = []
    first = last = -1
    for edit in change.edits:
        start, end = (offset + shift for offset in change.source.range(edit.span))
        line = bisect_right(starts, start) - 1
        if together and line > last:
            yield first, last, together
            together = []
        first = first if together else line
        last = bisect_right(starts, end) - 1
        together.append((start, end, edit.text))
    if together:
        yield first, last, together


def _trimmed(before: Sequence[str], piece: _Piece) -> _Piece:
    """The same without lines that stay as they are, at its beginning and its end."""
    start, end, lines = piece.start, piece.end, piece.lines
    head, tail = 0, len(lines)
    while start < end and head < tail and before[start] == lines[head]:
        start, head = start + 1, head + 1
    while start < end and head < tail and before[end - 1] == lines[tail - 1]:
        end, tail = end - 1, tail - 1
    return _Piece(start, end, lines[head:tail])


def _lines(text: str) -> list[str]:
    """The lines with their ends, of which only the last may have none; ``str.splitlines`` sees more of them."""
    *whole, rest = text.split("\n")
    return [*(f"{line}\n" for line in whole), *((rest,) if rest else ())]


def _hunks(before: Sequence[str], pieces: Sequence[_Piece]) -> Iterator[str]:
    moved = 0
    for group in _groups(pieces):
        first = max(group[0].start - CONTEXT, 0)
        last = min(group[-1].end + CONTEXT, len(before))
        more = sum(len(piece.lines) - (piece.end - piece.start) for piece in group)
        yield f"@@ -{_range(first, last - first)} +{_range(first + moved, last - first + more)} @@"
        moved += more
        position = first
        for piece in group:
            yield from _marked(" ", before[position : piece.start])
            yield from _marked("-", before[piece.start : piece.end])
            yield from _marked("+", piece.lines)
            position = piece.end
        yield from _marked(" ", before[position:last])


def _groups(pieces: Iterable[_Piece]) -> Iterator[list[_Piece]]:
    """Those whose lines of context would meet."""
    group: list[_Piece] = []
    for piece in pieces:
        if group and piece.start - group[-1].end > 2 * CONTEXT:
            yield group
            group = []
        group.append(piece)
    if group:
        yield group


def _range(start: int, number: int) -> str:
    first = start + 1 if number else start  # of no lines, that before them
    return f"{first}" if number == 1 else f"{first},{number}"


def _marked(sign: str, lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield sign + line.removesuffix("\n")
        if not line.endswith("\n"):
            yield _NO_NEW_LINE


_ESCAPES = {
    **{code: f"\\{letter}" for code, letter in zip(b"\a\b\t\n\v\f\r", "abtnvfr", strict=True)},
    **{code: f"\\{chr(code)}" for code in b'"\\'},
}


def _quoted(name: str) -> str:
    """A name as git writes it: in quotation marks, with escapes, if there is anything unusual in it."""
    written = os.fsencode(name)
    if all(0x20 <= code < 0x7F and code not in _ESCAPES for code in written):
        return name
    return f'"{"".join(_ESCAPES.get(code) or _letter(code) for code in written)}"'


def _letter(code: int) -> str:
    return chr(code) if 0x20 <= code < 0x7F else f"\\{code:03o}"


def _shown(number: int, line: str, *, colour: bool) -> str:
    text = inert("\t".join(visible(part) for part in line.removesuffix("\r").split("\t")))
    code = _BOLD if number < _HEAD else _COLOURS.get(line[:1])
    return f"\x1b[{code}m{text}\x1b[0m" if colour and code is not None else text
