"""Strict JSON (RFC 8259) as a tree in which every part knows where it stands.

Nothing is merged or converted here: an object keeps all its members in their order, those with the same key too,
because its readers disagree about them. IAM refuses a key that is there twice, Terraform takes some as further blocks.
"""

from __future__ import annotations

import re
from decimal import Decimal
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined] # documented only in its module
from typing import TypeAlias

from scanner.lazy_dataclass import dataclass
from scanner.regexes import anywhere, beginning

MAX_NODES = 1_000_000
"""Values of one text. What programs write for Terraform has some ten thousand."""
MAX_MAGNITUDE = 1000
"""Digits before the decimal point, or zeros behind it."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, a number, ``true``, ``false`` or ``null``."""

    value: bool | int | Decimal | str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Array:
    """``[…]``"""

    items: tuple[Node, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Member:
    """``"key": value``"""

    key: str
    value: Node
    start: int
    """Where the key begins."""
    key_end: int


@dataclass(frozen=True, slots=True)
class Object:
    """``{…}``"""

    members: tuple[Member, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mark:
    """The character that the caller lets stand for a value."""

    start: int
    end: int


Node: TypeAlias = Scalar | Array | Object | Mark
"""``start`` and ``end`` are offsets into the text; the end is exclusive."""


class JSONError(Exception):
    """The text is not JSON, or goes beyond a bound."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


def parse(text: str, *, max_depth: int, mark: str | None = None) -> Node:
    """The value that a text describes. Raises ``JSONError``.

    ``mark`` is a character that may stand where a value is expected.
    """
    return _Reader(text, max_depth, mark).read()


_SPACE = beginning(r"[ \t\r\n]*")
_COLON = beginning(r"[ \t\r\n]*:[ \t\r\n]*")
_SEPARATOR = beginning(r"[ \t\r\n]*([,}\]])[ \t\r\n]*")
_NUMBER = beginning(r"-?(?:0|[1-9][0-9]*)(?P<fraction>\.[0-9]+)?(?P<exponent>[eE][+-]?[0-9]+)?")
_EXPONENT_LENGTH = 6
_WORDS = {"true": True, "false": False, "null": None}
_LONE_SURROGATE = anywhere("[\ud800-\udfff]")


@dataclass(slots=True)
class _Reader:
    text: str
    max_depth: int
    mark: str | None
    position: int = 0
    nodes: int = 0

    def read(self) -> Node:
        self._space()
        value = self._value(0)
        self._space()
        if self.position != len(self.text):
            raise self._error("there is text after the end of the document")
        return value

    def _value(self, depth: int) -> Node:
        self.nodes += 1
        if depth > self.max_depth:
            raise self._error(f"it is nested more than {self.max_depth} levels deep")
        if self.nodes > MAX_NODES:
            raise self._error(f"it has more than {MAX_NODES:,} values")
        start = self.position
        character = self.text[start : start + 1]
        if character == "{":
            return self._object(depth)
        if character == "[":
            return self._array(depth)
        if character == '"':
            return Scalar(self._string(), start, self.position)
        if character and character == self.mark:
            self.position += 1
            return Mark(start, self.position)
        number = _NUMBER.match(self.text, start)
        if number:
            return self._number(number)
        for word, meaning in _WORDS.items():
            if self.text.startswith(word, start):
                self.position += len(word)
                return Scalar(meaning, start, self.position)
        raise self._error("a value is missing")

    def _number(self, found: re.Match[str]) -> Scalar:
        exponent = found["exponent"] or ""
        number = Decimal(found[0]) if len(exponent) <= _EXPONENT_LENGTH else None
        if number is None or abs(number.adjusted()) > MAX_MAGNITUDE:
            raise self._error("the number is out of range")
        self.position = found.end()
        plain = found["fraction"] is None and found["exponent"] is None
        return Scalar(int(number) if plain else number, found.start(), found.end())

    def _object(self, depth: int) -> Object:
        start = self.position
        members: list[Member] = []
        if self._is_empty("}"):
            return Object((), start, self.position)
        while True:
            key_start = self.position
            if self.text[key_start : key_start + 1] != '"':
                raise self._error("a key in double quotes is missing")
            key = self._string()
            key_end = self.position
            colon = _COLON.match(self.text, key_end)
            if colon is None:
                raise self._missing(":")
            self.position = colon.end()
            members.append(Member(key, self._value(depth + 1), key_start, key_end))
            if self._closes("}"):
                return Object(tuple(members), start, self.position)

    def _array(self, depth: int) -> Array:
        start = self.position
        items: list[Node] = []
        if self._is_empty("]"):
            return Array((), start, self.position)
        while True:
            items.append(self._value(depth + 1))
            if self._closes("]"):
                return Array(tuple(items), start, self.position)

    def _is_empty(self, bracket: str) -> bool:
        """Steps over the opening bracket, and over the closing one if it follows."""
        self.position += 1
        self._space()
        if not self.text.startswith(bracket, self.position):
            return False
        self.position += 1
        return True

    def _closes(self, bracket: str) -> bool:
        """Steps over the closing bracket; False when a comma is there instead, and steps over that."""
        found = _SEPARATOR.match(self.text, self.position)
        if found is None or found[1] not in (",", bracket):
            raise self._missing(",")
        closes = found[1] == bracket
        self.position = found.end(1) if closes else found.end()
        return closes

    def _string(self) -> str:
        decoded: str
        try:
            decoded, self.position = scanstring(self.text, self.position + 1, True)
        except JSONDecodeError as error:
            raise self._error(error.msg[:1].lower() + error.msg[1:], error.pos) from error
        if decoded.isascii():
            return decoded
        # Half of a surrogate pair is not a character; other readers replace it too.
        return _LONE_SURROGATE.sub("\ufffd", decoded)

    def _space(self) -> None:
        found = _SPACE.match(self.text, self.position)
        if found:
            self.position = found.end()

    def _missing(self, wanted: str) -> JSONError:
        self._space()
        return self._error(f'"{wanted}" is missing')

    def _error(self, message: str, position: int | None = None) -> JSONError:
        where = self.position if position is None else position
        return JSONError("it ends too early" if where == len(self.text) else message, where)
