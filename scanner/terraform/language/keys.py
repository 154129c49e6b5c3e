"""Functions that ask about an unknown argument: they look it up among known ones, or want it true or false."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from scanner.span import Span
from scanner.terraform.language.errors import ImpossibleError
from scanner.terraform.language.kinds import SetItems, Unsettled, like
from scanner.terraform.language.questions import Questions
from scanner.terraform.language.symbols import symbol_of
from scanner.values import Unknown, Value

Keyed = Callable[[tuple[Value, ...], Questions, Span], "tuple[Value, ...] | Value"]
"""The arguments to call the function with, or its result."""


def keys_of(collection: Value) -> Iterable[Value]:
    """The keys of a known map, the numbers of a known list's elements."""
    match collection.data:
        case SetItems() | Unsettled():
            return ()
        case tuple() as items:
            return [Value(number) for number in range(len(items))]
        case Mapping() as entries:
            return [Value(name) for name in entries]
    return ()


def _lookup(arguments: tuple[Value, ...], questions: Questions, span: Span) -> tuple[Value, ...] | Value:
    if len(arguments) not in (2, 3) or arguments[1].unknown is None or not isinstance(arguments[0].data, Mapping):
        return arguments
    key = questions.among(arguments[1], keys_of(arguments[0]), "the key", span)
    if key is not None:
        return (arguments[0], key, *arguments[2:])
    if len(arguments) == 2:
        raise ImpossibleError("lookup: there is no element with any other key", span)
    return arguments[2]


def _contains(arguments: tuple[Value, ...], questions: Questions, span: Span) -> tuple[Value, ...] | Value:
    if len(arguments) != 2 or arguments[1].unknown is None or not isinstance(arguments[0].data, tuple):
        return arguments
    value = questions.among(arguments[1], arguments[0].data, "the comparison", span)
    if value is not None:
        return (arguments[0], value)
    plain = all(item.unknown is None and not isinstance(item.data, tuple | Mapping) for item in arguments[0].data)
    return Value(False, span) if plain else arguments


def _element(arguments: tuple[Value, ...], questions: Questions, span: Span) -> tuple[Value, ...] | Value:
    """The number counts in a circle, so only its rest is asked about."""
    numbers = list(keys_of(arguments[0])) if len(arguments) == 2 else []
    if not numbers or arguments[1].unknown is None:
        return arguments
    rest = symbol_of("%", (arguments[1], Value(len(numbers))))
    known = questions.supposed(Value(Unknown(arguments[1].unknown.cause, rest)))
    number = questions.among(known, numbers, "the number", span)
    if number is None:
        raise ImpossibleError("element: there is no element with any other number", span)
    return (arguments[0], number)


def _conditions(arguments: tuple[Value, ...], questions: Questions, span: Span) -> tuple[Value, ...] | Value:
    if len(arguments) != 1 or not isinstance(arguments[0].data, tuple):
        return arguments
    asked = like(arguments[0].data, (questions.condition(item, span) for item in arguments[0].data))
    return (replace(arguments[0], data=asked),)


KEYED: Mapping[str, Keyed] = {
    "alltrue": _conditions,
    "anytrue": _conditions,
    "contains": _contains,
    "element": _element,
    "lookup": _lookup,
}
