"""Lines of source that a report shows.

Of what it points at only the first line that says something: the rest of a block is one keystroke away, and may hold
what nobody should print. A line that gives a secret a value is not shown at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from scanner.lazy_dataclass import dataclass
from scanner.regexes import anywhere
from scanner.source_file import UnreadableFileError, read_named
from scanner.span import Span

MAX_BYTES = 4 * 1024 * 1024
"""Nobody reads a line of a larger file; plans in JSON have one line of fifty megabytes."""
_LOOKED_AT = 3
"""Lines: a statement may begin with nothing but a bracket."""
_SECRET_VALUE = anywhere(
    r"(?:passw|secret|token|credential|private_?key|pgp_?key|session_?key|passphrase)\w{0,40}[\"']?\s{0,40}[:=]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """One line of a file, and which part of it is meant."""

    line: int
    text: str
    start: int
    """Index of the first character that is meant."""
    end: int
    """Index behind the last one."""


def shows_secret(line: str) -> bool:
    """Whether a line gives a secret a value, so that nobody should print it."""
    return _SECRET_VALUE.search(line) is not None


class Sources:
    """Reads lines of files below a directory, whose paths are relative to it. A file is read once.

    ``elsewhere`` has other directories for paths that begin with their names.
    """

    def __init__(self, directory: Path, elsewhere: Mapping[str, Path] | None = None) -> None:
        places = elsewhere or {}
        self._lines = lru_cache(maxsize=16)(lambda path: _lines(*_place(path, directory, places)))

    def lines(self, path: str) -> tuple[str, ...]:
        """All of a file's, the last one empty if the file ends with a line break; none if it cannot be read.

        ``\r`` before a line break is part of a line, a byte order mark of none.
        """
        found: tuple[str, ...] = self._lines(path)
        return found

    def excerpt(self, span: Span) -> Excerpt | None:
        """The first line of a region that says something; None where there is none to show."""
        lines = self.lines(span.path)
        for number in range(span.line, min(span.last_line, span.line + _LOOKED_AT - 1, len(lines)) + 1):
            found = _in_line(lines[number - 1].rstrip(), number, span)
            if found is not None:
                return None if shows_secret(found.text) else found
        return None


def _in_line(text: str, number: int, span: Span) -> Excerpt | None:
    """What is meant in one line of the region; None if that is nothing but brackets."""
    start = span.column - 1 if number == span.line else 0
    end = min(span.end_column - 1, len(text)) if number == span.end_line else len(text)
    meant = text[start:end]
    if span.line == span.end_line and span.column == span.end_column > 1 and start < len(text):
        return Excerpt(number, text, start, start)  # a point in a line: where a parser gave up
    start += len(meant) - len(meant.lstrip())
    return Excerpt(number, text, start, end) if any(letter.isalnum() for letter in meant) else None


def _place(path: str, directory: Path, places: Mapping[str, Path]) -> tuple[str, Path]:
    """A path with the directory that it begins in."""
    name = path
    while places and name:
        if name in places:
            return path[len(name) + 1 :], places[name]
        name = name.rpartition("/")[0]
    return path, places.get(".", directory) if not path.startswith("..") else directory


def _lines(path: str, directory: Path) -> tuple[str, ...]:
    try:
        return tuple(read_named(path, directory, MAX_BYTES).split("\n"))
    except UnreadableFileError:
        return ()  # a place inside a plan file is one of no file here, and a report without an excerpt says the same
