"""Where the keys and values of a TOML document stand. Python's own parser says what they are, but not where.

The document is valid: that parser has read it. So this one only has to find the ends of strings, and to know which
brackets are a table's, an array's or an inline table's. https://toml.io/en/v1.0.0
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import field

from scanner.lazy_dataclass import dataclass
from scanner.regexes import anywhere

Path = tuple[str | int, ...]
"""Keys and indices from the top of the document."""
Region = tuple[int, int]
"""Offsets in the text; the end is exclusive."""

_STRINGS = (
    r'"{3}(?:[^"\\]|\\.|"{1,2}+(?!"))*+(?:"{3,5})?',  # as many as two quotes may stand before the end
    r"'{3}(?:[^']|'{1,2}+(?!'))*+(?:'{3,5})?",
    r'"(?:[^"\\\n]|\\.)*+"?',
    r"'[^'\n]*+'?",
)
_TOKEN = anywhere(
    r"(?P<space>[ \t\r]+|#[^\n]*)|(?P<newline>\n)"
    rf"|(?P<string>{'|'.join(_STRINGS)})|(?P<mark>[\[\]{{}}=,.])|(?P<bare>[^\s\[\]{{}}=,.\"'#]+)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Places:
    """The regions of a document."""

    keys: dict[Path, Region] = field(default_factory=dict)
    """Where each key is written first. A table has one for each part of the name in its header."""
    values: dict[Path, Region] = field(default_factory=dict)
    """Where each value is written; a table that has a header has none."""


def places(text: str) -> Places:
    """The places in a valid document."""
    found = _Finder([token for token in _tokens(text) if token.kind != "space"])
    found.document()
    return found.places


def _tokens(text: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(text):
        yield _Token(found.lastgroup or "", found[0], found.start(), found.end())


class _Finder:
    def __init__(self, tokens: list[_Token]) -> None:
        self.places = Places()
        self._tokens = tokens
        self._at = 0
        self._arrays: dict[Path, int] = {}
        """How many tables each array of tables has so far."""

    def document(self) -> None:
        table: Path = ()
        while self._skip_lines():
            if self._take("["):
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Path:
        is_array = self._take("[")
        path: Path = ()
        for key, region in self._dotted():
            if path in self._arrays:
                path = (*path, self._arrays[path] - 1)
            path = (*path, key)
            self.places.keys.setdefault(path, region)
        if is_array:
            self._arrays[path] = self._arrays.get(path, 0) + 1
            path = (*path, self._arrays[path] - 1)
            self.places.values[path] = region
        elif path in self._arrays:
            path = (*path, self._arrays[path] - 1)
        while self._take("]"):
            pass
        return path

    def _pair(self, path: Path) -> None:
        for key, region in self._dotted():
            path = (*path, key)
            self.places.keys.setdefault(path, region)
        self._take("=")
        self._value(path)

    def _dotted(self) -> list[tuple[str, Region]]:
        found: list[tuple[str, Region]] = []
        while True:
            token = self._next()
            key = next(iter(tomllib.loads(f"{token.text} = 0")))
            found.append((key, (token.start, token.end)))
            if not self._take("."):
                return found

    def _value(self, path: Path) -> None:
        start = self._tokens[self._at].start
        if self._take("["):
            index = 0
            while self._skip_lines() and not self._take("]"):
                if not self._take(","):
                    self._value((*path, index))
                    index += 1
        elif self._take("{"):
            while self._skip_lines() and not self._take("}"):
                if not self._take(","):
                    self._pair(path)
        else:  # a number or a date may be several tokens
            while self._at < len(self._tokens) and not self._is_end():
                self._at += 1
        self.places.values[path] = start, self._tokens[self._at - 1].end

    def _is_end(self) -> bool:
        token = self._tokens[self._at]
        return token.kind == "newline" or (token.kind == "mark" and token.text in ",]}")

    def _skip_lines(self) -> bool:
        """Go on to the next token that is not a line's end; False at the end of the document."""
        while self._at < len(self._tokens) and self._tokens[self._at].kind == "newline":
            self._at += 1
        return self._at < len(self._tokens)

    def _take(self, mark: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at].text == mark:
            self._at += 1
            return True
        return False

    def _next(self) -> _Token:
        self._at += 1
        return self._tokens[self._at - 1]
