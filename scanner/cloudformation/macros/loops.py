"""``Fn::ForEach`` of the transform ``AWS::LanguageExtensions``: a template with loops to one without.

A loop is an entry ``Fn::ForEach::NAME: [IDENTIFIER, COLLECTION, FRAGMENT]`` of a mapping. For each element of the
collection the entries of the fragment take its place, with the element for ``${IDENTIFIER}`` in keys and texts, for
``&{IDENTIFIER}`` (letters and digits only) and for ``Ref: IDENTIFIER``. Loops may stand in loops.

A collection that is not known gives its fragment once, with ``*`` in the keys: whatever each of its elements will be,
this is what is said about it. Two loops over one such collection speak of the same element, unless one stands inside
the other. What such a loop makes may not exist, for the collection may be empty.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from scanner.budget import BudgetSpentError, spend, spent_at
from scanner.cause import Cause, CauseKind
from scanner.cloudformation.language.intrinsics import evaluate
from scanner.cloudformation.template.keys import FOR_EACH
from scanner.cloudformation.template.scalars import as_name, as_text
from scanner.cloudformation.template.sections import ANY
from scanner.diagnostic import Diagnostic, error
from scanner.lazy_dataclass import dataclass
from scanner.regexes import anywhere
from scanner.span import Span
from scanner.symbol import Aspect, Named, NameKind, Part, Repetition, Symbol
from scanner.values import Unknown, Value, joined, pieces, unknown

if TYPE_CHECKING:
    from scanner.cloudformation.language.names import Names

_STEPS = 8
"""Of a node that is made, with what is done with it later."""
_NO_LETTER_OR_DIGIT = anywhere("[^0-9A-Za-z]+")

Doubts = tuple[Unknown, ...]
"""Why an entry may not be there."""


@dataclass(frozen=True, slots=True)
class _Element:
    """One element of a collection."""

    value: Value
    doubts: Doubts = ()

    @property
    def key(self) -> str:
        return ANY if self.value.text is None else self.value.text


class Loops:
    """Expands the loops of one template; collects what is wrong with them."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.diagnostics: list[Diagnostic] = []
        self._next: dict[str, int] = {}
        """The number to try next for a name that elements which are not known have made."""
        self._twice: set[Span | None] = set()
        """Entries that have been said to be there already."""
        self._around: list[Symbol] = []
        """Symbols of the unknown collections that are being gone through."""

    def section(self, section: Value) -> tuple[Value, dict[str, Doubts]]:
        """The section without loops, and why entries of it may not be there."""
        if not isinstance(section.data, Mapping):
            return section, {}
        doubts: dict[str, Doubts] = {}
        return Value(self._merged(section.data, doubts), section.span), doubts

    def _merged(self, entries: Mapping[str, Value], doubts: dict[str, Doubts]) -> dict[str, Value]:
        merged: dict[str, Value] = {}
        for key, entry, doubt in self._entries(entries, ()):
            name = key
            if key in merged and ANY in key:  # elements that are not known, and need not be the same
                name = self._another(key, merged)
            elif key in merged:
                first, second = merged[key].span, entry.span
                lines = f", on line {first.line} and on line {second.line}" if first and second else ""
                detail = f'A loop makes "{key}", which already exists{lines}. CloudFormation refuses the template.'
                if second not in self._twice:
                    self._twice.add(second)
                    self.diagnostics.append(error("Duplicate key", detail, second or Span.whole_file("")))
                continue
            merged[name] = entry
            if doubt:
                doubts[name] = doubt
        return merged

    def _another(self, key: str, taken: Mapping[str, Value]) -> str:
        """A name like a key that is taken."""
        first = self._next.get(key, 2)
        number = next(number for number in count(first) if f"{key}{number}" not in taken)
        self._next[key] = number + 1
        return f"{key}{number}"

    def _entries(self, entries: Mapping[str, Value], doubts: Doubts) -> Iterator[tuple[str, Value, Doubts]]:
        for key, entry in entries.items():
            if key.startswith(FOR_EACH):
                try:
                    yield from self._loop(key, entry, doubts)
                except BudgetSpentError:
                    if entry.span is not None:
                        spent_at(entry.span)
                    raise
            else:
                yield key, self._inside(entry), doubts

    def _inside(self, value: Value) -> Value:
        """A value whose loops are expanded; unknown as a whole where it is not known what a loop makes in it."""
        spend(_STEPS)
        if isinstance(value.data, tuple):
            return replace(value, data=tuple(self._inside(item) for item in value.data))
        if not isinstance(value.data, Mapping):
            return value
        doubts: dict[str, Doubts] = {}
        merged = self._merged(value.data, doubts)
        if doubts:
            return unknown(next(iter(doubts.values()))[0].cause, span=value.span)
        return replace(value, data=merged)

    def _loop(self, name: str, loop: Value, doubts: Doubts) -> Iterator[tuple[str, Value, Doubts]]:
        parts = loop.data if isinstance(loop.data, tuple) else ()
        identifier = as_name(parts[0]) if len(parts) == 3 else None
        if identifier is None or not isinstance(parts[2].data, Mapping):
            if loop.unknown is None:
                self._malformed(f'"{name}" needs an identifier, a collection and a mapping.', loop)
            return
        collection = evaluate(parts[1], self._names)
        if collection is None or not isinstance(collection.data, tuple | Unknown):
            self._malformed(f'"{name}" loops over a collection that is not a list.', loop)
            return
        if isinstance(collection.data, Unknown):
            symbol = collection.data.symbol or Named(NameKind.VALUE, name)
            element = self._any_of(collection.data.cause, symbol)
            self._around.append(symbol)
            yield from self._fragment(identifier, element, parts[2], doubts)
            self._around.pop()
            return
        for item in collection.data:
            text = as_text(item.data)
            if text is not None:
                element = _Element(Value(text, item.span))
            elif item.unknown is not None:
                may_vanish = item.unknown.symbol is None and not item.unknown.pieces
                element = _Element(item, (item.unknown,) if may_vanish else ())
            else:
                self._malformed(f'"{name}" loops over a collection with an element that is not a string.', loop)
                continue
            yield from self._fragment(identifier, element, parts[2], doubts)

    def _any_of(self, cause: Cause, collection: Symbol) -> _Element:
        """Whatever stands in a collection that is not known."""
        depth = self._around.count(collection)
        one = Value(Unknown(cause, Repetition(Aspect.ELEMENT, collection, depth)))
        return _Element(one, (Unknown(cause, Repetition(Aspect.PRESENCE, collection)),))

    def _fragment(
        self, identifier: str, element: _Element, fragment: Value, doubts: Doubts
    ) -> Iterator[tuple[str, Value, Doubts]]:
        variable = anywhere(rf"([$&])\{{\s*{re.escape(identifier)}\s*\}}")
        filled = self._filled(fragment, identifier, variable, element)
        if isinstance(filled.data, Mapping):
            yield from self._entries(filled.data, (*doubts, *element.doubts))

    def _filled(self, value: Value, identifier: str, variable: re.Pattern[str], element: _Element) -> Value:
        """A fragment with the element in place of its identifier."""
        spend(_STEPS)
        match value.data:
            case str() | Unknown():
                return _filled_text(value, variable, element)
            case tuple() as items:
                filled = tuple(self._filled(item, identifier, variable, element) for item in items)
                return replace(value, data=filled)
            case Mapping() as entries:
                if len(entries) == 1 and "Ref" in entries and entries["Ref"].text == identifier:
                    return element.value.at(value.span)
                return replace(
                    value,
                    data={
                        _filled_key(key, variable, element): self._filled(entry, identifier, variable, element)
                        for key, entry in entries.items()
                    },
                )
            case _:
                return value

    def _malformed(self, detail: str, loop: Value) -> None:
        self.diagnostics.append(error("Invalid loop", detail, loop.span or Span.whole_file("")))


def _filled_key(key: str, variable: re.Pattern[str], element: _Element) -> str:
    plain = element.key if element.key == ANY else _NO_LETTER_OR_DIGIT.sub("", element.key)
    return variable.sub(lambda found: element.key if found[1] == "$" else plain, key) if "{" in key else key


def _filled_text(value: Value, variable: re.Pattern[str], element: _Element) -> Value:
    found: list[str | Unknown] = []
    changed = False
    for piece in pieces(value) or ():
        if isinstance(piece, Unknown) or "{" not in piece:
            found.append(piece)
            continue
        # Split at the variables, of each of which the sign is kept: every second part is one.
        for number, part in enumerate(variable.split(piece)):
            if number % 2:
                changed = True
                found.extend(_element_text(part, element))
            else:
                found.append(part)
    return joined(found, value.span) if changed else value


def _element_text(sign: str, element: _Element) -> tuple[str | Unknown, ...]:
    text = element.value.text
    if sign == "$":
        return pieces(element.value) or ()
    if text is not None:
        return (_NO_LETTER_OR_DIGIT.sub("", text),)
    hole = element.value.unknown
    symbol = Part(hole.symbol, " without signs") if hole is not None and hole.symbol is not None else None
    cause = (
        hole.cause if hole is not None else Cause(CauseKind.UNSUPPORTED, "an element of a loop that is not a string")
    )
    return (Unknown(cause, symbol),)
