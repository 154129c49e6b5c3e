"""Where a piece of source text stands.

Positions come from the parsers and are never recomputed later. Lines and columns are counted from 1 in Unicode
code points; the end is exclusive. Paths use ``/`` and are relative to the working directory of the scan.
"""

from __future__ import annotations

from bisect import bisect_right

from scanner.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A region of one file, from its first character up to but not including its end."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int

    @property
    def last_line(self) -> int:
        """The last line that holds a character of the region: what reports call ``end_line``."""
        if self.end_column == 1 and self.end_line > self.line:
            return self.end_line - 1
        return self.end_line

    @staticmethod
    def whole_file(path: str) -> Span:
        """The place to name when nothing inside the file can be, or when there is no such file.

        Formats that must have a line get the first. No column is what tells it from a place at the very beginning.
        """
        return Span(path, 1, 0, 1, 0)

    @property
    def is_whole_file(self) -> bool:
        """Whether no line is meant."""
        return self.column == 0

    @property
    def place(self) -> str:
        """``path:line``, which terminals and editors turn into a link; the path alone where no line is meant."""
        return self.path if self.is_whole_file else f"{self.path}:{self.line}"


class LineIndex:
    """Turns offsets into one text into lines and columns. Immutable after construction."""

    __slots__ = ("_path", "_starts")

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._starts = [0]
        position = text.find("\n")
        while position != -1:
            self._starts.append(position + 1)
            position = text.find("\n", position + 1)

    def position(self, offset: int) -> tuple[int, int]:
        """The line and column of an offset, both counted from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column; of a line behind the last, that of the last."""
        return self._starts[min(line, len(self._starts)) - 1] + max(column, 1) - 1

    def span(self, start: int, end: int) -> Span:
        """The span of the half-open range of offsets."""
        return Span(self._path, *self.position(start), *self.position(end))
