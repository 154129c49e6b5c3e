"""Policy documents that are written as JSON text, in which pieces may be unknown.

A hole outside quotes stands for a whole JSON value (or, between two commas of a list, for any number of them); a
hole inside quotes for a piece of that text. Everything else is plain JSON (RFC 8259), read with positions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined] # documented only in its module

from scanner import values
from scanner.span import LineIndex, Span
from scanner.values import Unknown, Value

MAX_DEPTH = 64
"""Policies are three or four levels deep; anything beyond is an attack on the reader."""

_HOLE = "\ue000"
"""Stands for the next hole; a private-use character that no policy contains."""
_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<fraction>\.[0-9]+)?(?P<exponent>[eE][+-]?[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None}


class JSONTextError(Exception):
    """The text is no JSON; says where."""

    def __init__(self, message: str, span: Span | None) -> None:
        super().__init__(message)
        self.span = span


@dataclass(slots=True)
class _Reader:
    text: str
    holes: list[Unknown]
    """In the order of their marks in the text."""
    span: Span | None
    lines: LineIndex
    is_heredoc: bool
    last_counts: bool
    position: int = 0
    hole: int = 0

    def read(self) -> Value:
        value = self._value(0)
        self._space()
        if self.position != len(self.text):
            raise self._error("there is text after the end of the document")
        return value

    def _value(self, depth: int) -> Value:
        if depth > MAX_DEPTH:
            raise self._error(f"it is nested more than {MAX_DEPTH} levels deep")
        self._space()
        start = self.position
        character = self.text[start : start + 1]
        if character == "{":
            return self._object(depth)
        if character == "[":
            return self._array(depth)
        if character == '"':
            return self._string()
        if character == _HOLE:
            self.position += 1
            return Value(self._next_hole(), self._span(start))
        number = _NUMBER.match(self.text, start)
        if number:
            self.position = number.end()
            plain = number["fraction"] is None and number["exponent"] is None
            return Value(int(number[0]) if plain else Decimal(number[0]), self._span(start))
        for word, meaning in _WORDS.items():
            if self.text.startswith(word, start):
                self.position += len(word)
                return Value(meaning, self._span(start))
        raise self._error("a value is missing" if character else "it ends too early")

    def _object(self, depth: int) -> Value:
        start = self.position
        self.position += 1
        entries: dict[str, Value] = {}
        self._space()
        while not self._take("}"):
            if entries:
                self._expect(",")
                self._space()
            if self.text[self.position : self.position + 1] != '"':
                raise self._error("a key in double quotes is missing")
            key_start = self.position
            key = self._string().text
            if key is None:
                raise self._error("a key is not known", key_start)
            if key in entries and not self.last_counts:
                raise self._error(f'the key "{key}" is there twice', key_start)
            self._space()
            self._expect(":")
            entries[key] = self._value(depth + 1)
            self._space()
        return Value(entries, self._span(start))

    def _array(self, depth: int) -> Value:
        start = self.position
        self.position += 1
        items: list[Value] = []
        self._space()
        while not self._take("]"):
            if items:
                self._expect(",")
            items.append(self._value(depth + 1))
            self._space()
        return Value(tuple(items), self._span(start))

    def _string(self) -> Value:
        start = self.position
        try:
            decoded, self.position = scanstring(self.text, start + 1, True)
        except JSONDecodeError as error:
            raise self._error(error.msg[:1].lower() + error.msg[1:], error.pos) from error
        if _HOLE not in decoded:
            return Value(decoded, self._span(start))
        parts: list[str | Unknown] = []
        for number, literal in enumerate(decoded.split(_HOLE)):
            if number:
                parts.append(self._next_hole())
            parts.append(literal)
        return values.joined(parts, self._span(start))

    def _next_hole(self) -> Unknown:
        self.hole += 1
        return self.holes[self.hole - 1]

    def _space(self) -> None:
        found = _SPACE.match(self.text, self.position)
        if found:
            self.position = found.end()

    def _take(self, character: str) -> bool:
        if self.text[self.position : self.position + 1] == character:
            self.position += 1
            return True
        return False

    def _expect(self, character: str) -> None:
        if not self._take(character):
            raise self._error(f'"{character}" is missing' if self.position < len(self.text) else "it ends too early")

    def _error(self, message: str, position: int | None = None) -> JSONTextError:
        where = self.position if position is None else position
        line, column = self.lines.position(where)
        return JSONTextError(f"{message} (line {line}, column {column} of the text)", self._span(where))

    def _span(self, start: int) -> Span | None:
        """Line by line for a heredoc, whose text begins on the line after its opening; else the whole expression."""
        if self.span is None or not self.is_heredoc:
            return self.span
        first, _ = self.lines.position(start)
        last, _ = self.lines.position(max(start, self.position - 1))
        return Span(self.span.path, self.span.line + first, 1, self.span.line + last + 1, 1)


def _is_heredoc(text: str, span: Span | None) -> bool:
    """Whether the text has as many lines as stand between the opening and the closing line of its expression."""
    lines = text.count("\n") + (not text.endswith("\n"))
    return span is not None and span.last_line - span.line == lines + 1


def read(text: Value, *, last_counts: bool = False) -> Value:
    """The value that a JSON text describes. Raises ``JSONTextError`` for text that is no JSON, holes included.

    IAM refuses a key that is there twice. With ``last_counts`` the last one counts, as for the Terraform provider,
    which sends on what it has read.
    """
    holes: list[Unknown] = []
    marked: list[str] = []
    for piece in values.pieces(text) or ():
        if isinstance(piece, Unknown):
            holes.append(piece)
            marked.append(_HOLE)
        else:
            if _HOLE in piece:
                raise JSONTextError("it contains the private-use character U+E000", text.span)
            marked.append(piece)
    whole = "".join(marked)
    return _Reader(whole, holes, text.span, LineIndex("", whole), _is_heredoc(whole, text.span), last_counts).read()
