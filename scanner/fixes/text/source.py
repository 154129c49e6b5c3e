"""A file that is to be changed, as text that becomes the same bytes again."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.fix import Edit
from scanner.lazy_dataclass import dataclass
from scanner.span import LineIndex, Span

BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Source:
    """One file. Offsets are those of its text, which is without byte order mark."""

    path: str
    """As reports print it."""
    text: str
    lines: LineIndex
    has_mark: bool = False
    """Whether a byte order mark stands before the text."""

    @property
    def line_break(self) -> str:
        """That of the file: of its first line."""
        first = self.text.find("\n")
        return "\r\n" if first > 0 and self.text[first - 1] == "\r" else "\n"

    def offset(self, line: int, column: int) -> int:
        """The offset of a place, counted from 1."""
        return min(self.lines.offset(line, column), len(self.text))

    def range(self, span: Span) -> tuple[int, int]:
        """The offsets of a region."""
        return self.offset(span.line, span.column), self.offset(span.end_line, span.end_column)

    def at(self, span: Span) -> str:
        """The text of a region."""
        start, end = self.range(span)
        return self.text[start:end]

    def edit(self, start: int, end: int, text: str) -> Edit:
        """Text, in which lines end with ``\\n``, in place of what stands between two offsets."""
        return Edit(self.lines.span(start, end), text.replace("\n", self.line_break))

    def indentation(self, offset: int) -> str:
        """The blanks at the beginning of the line that an offset is in."""
        begin = self.line_start(offset)
        line = self.text[begin:offset]
        return line[: len(line) - len(line.lstrip(" \t"))]

    def line_start(self, offset: int) -> int:
        """Where the line begins that an offset is in."""
        return self.text.rfind("\n", 0, offset) + 1

    def changed(self, edits: Iterable[Edit]) -> str:
        """The text after edits of this file, of which none touches another."""
        parts: list[str] = []
        position = 0
        for edit in sorted(edits):
            start, end = self.range(edit.span)
            parts += (self.text[position:start], edit.text)
            position = end
        return "".join((*parts, self.text[position:]))

    def encoded(self, text: str) -> bytes:
        """What is to be in the file for it to have a text."""
        return f"{BOM if self.has_mark else ''}{text}".encode()


def source(path: str, content: bytes) -> Source | None:
    """A file with what is in it; None for what is not UTF-8."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    has_mark = text.startswith(BOM)
    text = text.removeprefix(BOM)
    return Source(path, text, LineIndex(path, text), has_mark)
