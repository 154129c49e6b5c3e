"""Where a text stands that is parsed by itself, and what may be wrong with it."""

from __future__ import annotations

from scanner.lazy_dataclass import dataclass
from scanner.regexes import anywhere
from scanner.span import LineIndex, Span

MAX_NESTING = 120
"""Deeper expressions are refused: nobody writes them, and a reader must not run out of stack on them."""


_BRACKETS = anywhere(r"[(\[{]|[)\]}]")


def is_too_deep(text: str) -> bool:
    """Whether brackets nest too deep. Those in strings count too: nobody has so many who does not try."""
    if sum(map(text.count, "([{")) <= MAX_NESTING:
        return False
    depth = 0
    for found in _BRACKETS.finditer(text):
        depth += -1 if found[0] in ")]}" else 1
        if depth > MAX_NESTING:
            return True
    return False


class SyntaxProblem(Exception):  # noqa: N818 # it is the input's problem, not an error of ours
    """The text is not Terraform's language, as far as the parser can tell."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.span = span


@dataclass(frozen=True, slots=True)
class Place:
    """Where a parsed slice begins in its file. ``indent`` characters were put before its first line."""

    path: str
    line: int
    column: int
    indent: int = 0
    inside: Span | None = None
    """Set when the slice comes from a text with escapes of its own (a JSON text): then everything stands there."""

    def position(self, line: int, column: int) -> tuple[int, int]:
        """The file's line and column for those of the slice."""
        if self.inside is not None:
            return self.inside.line, self.inside.column
        if line == 1:
            return self.line, max(self.column + column - 1 - self.indent, 1)
        return self.line + line - 1, column

    def span(self, start: int, end: int, lines: LineIndex) -> Span:
        """The region of the file between two offsets in the slice as the parser saw it, which has lines of its own."""
        if self.inside is not None:
            return self.inside
        return Span(self.path, *self.position(*lines.position(start)), *self.position(*lines.position(end)))
