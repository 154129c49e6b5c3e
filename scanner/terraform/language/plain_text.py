"""Goes over a plain text: where it is in it, in which line, how deep, and what may stand between two parts.

What the parts are, it does not know. ``plain_expressions`` and ``plain`` read them.
"""

from __future__ import annotations

import re

from scanner.regexes import beginning
from scanner.span import Span

NAME = "[A-Za-z_][A-Za-z0-9_-]*+"
CHARACTERS = r"[\t !\#&-\[\]-~]"
"""What stands for itself in a quoted text, wherever it is."""
LINE_END = r"(?:[ \t]++|/\*(?:[^*\n]++|\*(?!/))*+\*/)*+(?:(?:\#|//)[^\n]*+|\r)?\n"
BETWEEN = beginning(r"(?:[ \t]++|\r?\n|#[^\n]*+\n|//[^\n]*+\n|/\*(?:[^*]++|\*(?!/))*+\*/)*+")
"""What may stand before an argument, a block, or an element, and anywhere in parentheses and square brackets."""
ENDS_LINE = beginning(LINE_END, re.VERBOSE)
BLANK = beginning("[ \\t]*+")
_MAX_DEPTH = 20


class HardError(Exception):
    """What stands here is left to the grammar."""


class TextReader:
    """Goes over a text once. Each method leaves ``_at`` behind what it has read."""

    __slots__ = ("_at", "_before", "_depth", "_heredoc_end", "_line", "_path", "_space", "_text")

    def __init__(self, text: str, path: str, line: int, column: int) -> None:
        self._text = text
        self._at = 0
        self._path = path
        self._line = line
        self._before = -column
        """The offset just before the line at hand: a column is an offset less this."""
        self._depth = 0
        self._space = BLANK
        """What may stand between the parts of an expression here."""
        self._heredoc_end = -1
        """Behind a closing marker: what ends there ends with its line."""

    def _since(self, line: int, column: int) -> Span:
        if self._at == self._heredoc_end:
            return Span(self._path, line, column, self._line + 1, 1)
        return Span(self._path, line, column, self._line, self._at - self._before)

    def _span(self, start: int, end: int) -> Span:
        """The span of what stands in the line at hand."""
        return Span(self._path, self._line, start - self._before, self._line, end - self._before)

    def _move(self, end: int) -> None:
        lines = self._text.count("\n", self._at, end)
        if lines:
            self._line += lines
            self._before = self._text.rfind("\n", self._at, end)
        self._at = end

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self._text, self._at)
        if found is not None and found.end() > self._at:
            self._move(found.end())

    def _spaced(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What comes next that means something, if it is that; otherwise nothing has been gone over."""
        kept = self._at, self._line, self._before
        self._skip(self._space)
        found = pattern.match(self._text, self._at)
        if found is None:
            self._at, self._line, self._before = kept
        else:
            self._at = found.end()
        return found

    def _enter(self, space: re.Pattern[str]) -> re.Pattern[str]:
        """Begin something that is nested; what is between its parts. Gives back what that was outside."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise HardError
        outside, self._space = self._space, space
        return outside

    def _leave(self, outside: re.Pattern[str]) -> None:
        self._depth -= 1
        self._space = outside

    def _close(self, bracket: str) -> None:
        if not self._text.startswith(bracket, self._at):
            raise HardError
        self._at += 1

    def _need(self, pattern: re.Pattern[str]) -> None:
        """Go over a sign, and over what is between it and the next expression."""
        if self._spaced(pattern) is None:
            raise HardError
        self._skip(self._space)
