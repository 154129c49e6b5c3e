"""Places of the document that a selector may lead to: what is below each, how messages call what may stand there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from scanner.lazy_dataclass import dataclass
from scanner.regexes import whole
from scanner.rules import document_shape
from scanner.rules.document_shape import BOOLEAN, LIST, MAPPING, NULL, NUMBER, STRING, Shape

_MAX_VALUES = 8


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the document that a path may lead to."""

    shape: Shape
    name: str
    """The path, as messages show it."""
    is_inside: bool
    """Whether it is a principal, or inside of one."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What a path may lead to."""

    places: tuple[Place, ...]
    is_certain: bool
    """Whether it leads somewhere in every document."""
    is_one: bool = True
    """Whether it leads to one place at most, but for filters: those say how many their author means."""


def under_wildcard(place: Place) -> Iterator[Place]:
    """What a wildcard leads to."""
    shape = place.shape
    if shape.items is not None:
        yield Place(shape.items, f"{place.name}[*]", elements_are_inside(place))
    for key, value in shape.keys.items():
        yield Place(value, f"{place.name}.{key}", place.is_inside)
    if shape.other is not None:
        yield Place(shape.other, f"{place.name}.*", place.is_inside)


def under_key(place: Place, name: str, *, is_alone: bool) -> Iterator[Place]:
    """What stands under a key. Among several places, a name is never taken for a key that may be anything."""
    found = place.shape.keys.get(name, place.shape.other if is_alone else None)
    if found is not None:
        shown = f".{name}" if whole(r"[A-Za-z_]\w*").fullmatch(name) else f"['{name}']"
        yield Place(found, place.name + shown, place.is_inside)


def elements_are_inside(place: Place) -> bool:
    """Whether the elements of a list are principals, or inside of one."""
    return place.is_inside or place.shape is document_shape.document().keys["principals"]


def closure(place: Place) -> Iterator[Place]:
    """The place, and all that is below it."""
    yield place
    for child in under_wildcard(place):
        yield from closure(child)


def literal(value: Any) -> str:
    """A value as a selector has it."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return f"'{value}'"
        case _:
            return str(value)


def kind_of(shape: Shape) -> str:
    """What stands there: ``'user', 'role' or 'permission_set'``, ``a string or null``."""
    if shape.values is not None:
        shown = [literal(value) for value in shape.values[:_MAX_VALUES]]
        return _either(shown)
    named = {
        STRING: "a string",
        NUMBER: "a whole number" if shape.whole else "a number",
        BOOLEAN: "true or false",
        LIST: "a list",
        MAPPING: "a mapping",
    }
    shown = [text for kind, text in named.items() if kind in shape.types]
    return _either([*shown, *(["null"] if NULL in shape.types else [])])


def _either(words: Sequence[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
