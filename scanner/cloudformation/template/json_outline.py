"""JSON text to an outline of the document.

Python's decoder, which is written in C, finds where each entry of a section begins and ends. An entry is read again
with its places when somebody asks for it, and only then.

JSON is read as YAML elsewhere, so what YAML does not read alike is left to that: characters that it forbids or takes
for line breaks, keys that are too long for it or not on the line of their colon, halves of surrogate pairs, and numbers
that are too long or have an exponent.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from json import JSONDecoder
from json.decoder import scanstring  # type: ignore[attr-defined] # documented only in its module
from typing import NamedTuple, assert_never

from scanner import json_tree
from scanner.cloudformation.template.nodes import MAX_TEMPLATE_DEPTH
from scanner.cloudformation.template.outline import (
    MAX_NODES,
    SECTIONS,
    Call,
    Entries,
    Glance,
    Outline,
    UnsureError,
    note,
)
from scanner.cloudformation.template.scalar_nodes import as_plain
from scanner.regexes import anywhere, beginning
from scanner.span import LineIndex, Span
from scanner.values import Value

_LONGEST_KEY = 160
"""Characters: YAML wants the colon within 1024 of the key's beginning, and an escaped character is six of them."""
_LONGEST_NUMBER = 100
_SHORT = 250_000
_BRACKETS = anywhere(r'"(?:[^"\\]++|\\.)*+"?|[{}\[\]]')
_OTHER_IN_YAML = anywhere("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""Characters that YAML forbids, or takes for the end of a line."""
_COLON_BELOW = anywhere(r"(?<![ \t\r\n])[ \t\r]*+\n[ \t\r\n]*+:")
_SURROGATE = anywhere(r"\\u[dD][89a-fA-F]")
_SPACE = beginning(r"[ \t\r\n]*+")
_COLON = beginning(r"[ \t\r\n]*+:[ \t\r\n]*+")
_AFTER_VALUE = beginning(r"[ \t\r\n]*+([,}])[ \t\r\n]*+")


class _Place(NamedTuple):
    """Where an entry of a mapping begins, where its value does, and where it ends."""

    start: int
    value: int
    end: int


def json_outline(text: str, path: str) -> Value | None:
    """The document with its entries on demand; None where it has to be read as a whole."""
    try:
        return _Reader(text, path).document()
    except (UnsureError, ValueError, RecursionError):
        return None


class _Reader:
    """Reads one text; afterwards makes values of what is in it."""

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self.calls: list[Call] = []
        self.decoder = JSONDecoder(
            object_pairs_hook=self._object,
            parse_int=_whole_number,
            parse_float=_number_with_fraction,
            parse_constant=_no_constant,
        )

    def document(self) -> Value:
        """The whole text. Raises ``UnsureError`` and ``ValueError``."""
        text = self.text
        if "\x7f" in text or (not text.isascii() and _OTHER_IN_YAML.search(text)):
            raise UnsureError
        if _COLON_BELOW.search(text) or ("\\u" in text and _SURROGATE.search(text)):
            raise UnsureError
        if text.count("\r") != text.count("\r\n"):
            raise UnsureError
        if text.count(",") + text.count("{") + text.count("[") >= MAX_NODES:
            raise UnsureError
        glances: dict[str, Glance] = {}
        sections: dict[str, dict[str, Glance]] = {}
        inside: dict[str, dict[str, _Place]] = {}

        def section(name: str, start: int) -> int:
            if name not in SECTIONS:
                return self._entry(glances, 1)(name, start)
            glances[name] = Glance({}, ())
            sections[name] = {}
            inside[name], end = self._mapping(start, self._entry(sections[name], 2))
            return end

        start = _end(_SPACE, text, 0)
        places, end = self._mapping(start, section)
        if _end(_SPACE, text, end) != len(text):
            raise UnsureError

        def make(name: str) -> Value:
            place = places[name]
            if name not in sections:
                return self._value(place)
            entries = Entries(sections[name], lambda key: self._value(inside[name][key]))
            return Value(entries, self._span(place.start, place.end))

        return Value(Outline(glances, sections, make), self._span(start, end))

    def _mapping(self, start: int, read: Callable[[str, int], int]) -> tuple[dict[str, _Place], int]:
        """The entries of an object, and where it ends. ``read`` is given a key and where its value begins."""
        text = self.text
        places: dict[str, _Place] = {}
        if text[start : start + 1] != "{":
            raise UnsureError
        position = _end(_SPACE, text, start + 1)
        if text.startswith("}", position):
            return places, position + 1
        while True:
            begins = position
            if text[begins : begins + 1] != '"':
                raise UnsureError
            key, position = scanstring(text, begins + 1, True)
            if key in places or len(key) > _LONGEST_KEY or key == "Ref" or key.startswith("Fn::"):
                raise UnsureError
            value = _end(_COLON, text, position)
            end = read(key, value)
            places[key] = _Place(begins, value, end)
            after = _AFTER_VALUE.match(text, end)
            if after is None:
                raise UnsureError
            if after[1] == "}":
                return places, after.end(1)
            position = after.end()

    def _entry(self, glances: dict[str, Glance], depth: int) -> Callable[[str, int], int]:
        """Looks at the entries of a mapping that is so many levels deep."""

        def read(key: str, start: int) -> int:
            self.calls.clear()
            plain, end = self.decoder.raw_decode(self.text, start)
            if self._may_be_deep(start, end) and depth + self._depth(start, end) > MAX_TEMPLATE_DEPTH:
                raise UnsureError
            glances[key] = Glance(plain, tuple(self.calls))
            return end

        return read

    def _may_be_deep(self, start: int, end: int) -> bool:
        text = self.text
        return text.count("{", start, end) + text.count("[", start, end) > MAX_TEMPLATE_DEPTH // 2

    def _depth(self, start: int, end: int) -> int:
        """How many levels of nesting there are in a region."""
        deepest = level = 0
        for found in _BRACKETS.finditer(self.text, start, end):
            if found[0] in "{[":
                level += 1
                deepest = max(deepest, level)
            elif found[0] in "}]":
                level -= 1
        return deepest

    @cached_property
    def _lines(self) -> LineIndex | None:
        """Where the lines of a long text begin; in a short one counting them is faster."""
        return LineIndex(self.path, self.text) if len(self.text) > _SHORT else None

    def _object(self, members: list[tuple[str, object]]) -> dict[str, object]:
        entries = dict(members)
        if len(entries) != len(members):
            raise UnsureError
        note(entries, self.calls)
        if len("".join(entries)) > _LONGEST_KEY and any(len(key) > _LONGEST_KEY for key in entries):
            raise UnsureError
        return entries

    def _value(self, place: _Place) -> Value:
        """The value of an entry."""
        if self._lines is not None:
            region = _Region(self.path, 0, place.value, self._lines)
        else:
            first, _ = self._position(place.start)
            begins = self.text.rfind("\n", 0, place.start) + 1
            region = _Region(self.path, first - 1, place.value - begins, LineIndex("", self.text[begins : place.end]))
        written = self.text[place.value : place.end]
        tree = json_tree.parse(written, max_depth=MAX_TEMPLATE_DEPTH)
        found = region.value(tree, written)
        return found.at(self._span(place.start, place.end))

    def _span(self, start: int, end: int) -> Span:
        return Span(self.path, *self._position(start), *self._position(end))

    def _position(self, offset: int) -> tuple[int, int]:
        if self._lines is not None:
            return self._lines.position(offset)
        return self.text.count("\n", 0, offset) + 1, offset - self.text.rfind("\n", 0, offset)


class _Region(NamedTuple):
    """A part of the text that is read with its places."""

    path: str
    lines_before: int
    shift: int
    """How far behind the beginning of its first line it begins."""
    lines: LineIndex

    def value(self, node: json_tree.Node, written: str) -> Value:
        """The value of a node of the tree of what is written there."""
        span = self._span(node.start, node.end)
        match node:
            case json_tree.Object():
                entries = {one.key: self.value(one.value, written) for one in node.members}
                starts = ((one.key, one.start, one.value.end) for one in node.members)
                return Value({key: entries[key].at(self._span(start, end)) for key, start, end in starts}, span)
            case json_tree.Array():
                return Value(tuple(self.value(item, written) for item in node.items), span)
            case json_tree.Scalar(value=str() as text):
                return Value(text, span)
            case json_tree.Scalar():
                return as_plain(written[node.start : node.end], span)[0]
            case json_tree.Mark():
                raise TypeError("a mark in a template")
        assert_never(node)

    def _span(self, start: int, end: int) -> Span:
        line, column = self.lines.position(start + self.shift)
        end_line, end_column = self.lines.position(end + self.shift)
        before = self.lines_before
        return Span(self.path, line + before, column, end_line + before, end_column)


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    """Where a match at a position ends."""
    found = pattern.match(text, position)
    if found is None:
        raise UnsureError
    return found.end()


def _whole_number(written: str) -> int:
    if len(written) > _LONGEST_NUMBER:
        raise UnsureError
    return 0


def _number_with_fraction(written: str) -> float:
    if len(written) > _LONGEST_NUMBER or "e" in written.lower():
        raise UnsureError
    return 0.0


def _no_constant(written: str) -> None:
    """NaN and the like."""
    raise UnsureError(written)
