"""Attributes and elements: what stands behind a dot or in brackets. Raises ``EvaluationError``.

https://developer.hashicorp.com/terraform/language/expressions/references
"""

from __future__ import annotations

from collections.abc import Mapping

from scanner import values
from scanner.span import Span
from scanner.symbol import Part
from scanner.terraform.language.conversion import ConversionError, to_number, to_text
from scanner.terraform.language.errors import EvaluationError, ImpossibleError, UndeclaredError
from scanner.terraform.language.keys import keys_of
from scanner.terraform.language.kinds import SetItems, Unsettled
from scanner.terraform.language.namespace import Namespace
from scanner.terraform.language.open_maps import OpenEntries
from scanner.terraform.language.scope import Scope
from scanner.values import Unknown, Value

TRIED = "try()"
"""Bound inside ``try`` and ``can``: there, an element that may not exist is no more than a possibility."""


def to_key(value: Value, span: Span) -> Value:
    """A key as text, which may be unknown."""
    if value.is_null:
        raise EvaluationError("a key is null", span)
    try:
        return to_text(value)
    except ConversionError as problem:
        raise EvaluationError(f"a key must be a string: {problem}", span) from problem


def attribute(target: Value, name: str, span: Span) -> Value:
    """``target.name``"""
    match target.data:
        case OpenEntries() as entries:
            return _open_entry(entries, name, f'there is no attribute "{name}" here', span)
        case Unknown() as unknown:
            return Value(derived(unknown, f".{name}"), span)
        case Mapping() as entries:
            return _entry(entries, name, f'there is no attribute "{name}" here', span)
        case None:
            raise EvaluationError(f'null has no attribute "{name}"', span)
        case _:
            raise EvaluationError(f'this value has no attributes, so no "{name}"', span)


def _entry(entries: Mapping[str, Value], name: str, otherwise: str, span: Span) -> Value:
    """What a mapping has under a name. A resource has more than it lists: what its provider computes."""
    if name in entries or (isinstance(entries, Namespace) and entries.is_open):
        return entries[name]
    if isinstance(entries, Namespace) and entries.declares is not None:
        raise UndeclaredError(f'there is no {entries.declares} "{name}"', span)
    raise EvaluationError(otherwise, span)


def _open_entry(entries: OpenEntries, name: str, otherwise: str, span: Span) -> Value:
    found = entries.get(name)
    if found is None:
        raise EvaluationError(otherwise, span)
    return found


def derived(unknown: Unknown, step: str) -> Unknown:
    """The unknown part of an unknown: the same cause, and a symbol that leads there."""
    symbol = Part(unknown.symbol, step) if unknown.symbol is not None else None
    return Unknown(unknown.cause, symbol)


def element(target: Value, key: Value, scope: Scope, span: Span) -> Value:
    """``target[key]``"""
    if isinstance(target.data, OpenEntries) and key.unknown is None:
        name = str(to_key(key, span).data)
        return _open_entry(target.data, name, f'there is no element with the key "{name}"', span)
    if isinstance(target.data, Unknown):
        instance = scope.host.instance(target.data.symbol, key) if target.data.symbol is not None else None
        if instance is not None and TRIED not in scope.bindings:
            return instance
        step = key.data.symbol and str(key.data.symbol) if isinstance(key.data, Unknown) else key.data
        simple = isinstance(step, str | int) and not isinstance(step, bool)
        return Value(derived(target.data, f"[{step!r}]") if simple else Unknown(target.data.cause), span)
    if isinstance(key.data, Unknown):
        named = scope.host.questions.among(key, keys_of(target), "the key", span)
        if named is None:
            raise ImpossibleError("there is no element with any other key", span)
        return Value(Unknown((named.unknown or key.data).cause), span)
    match target.data:
        case Mapping() as entries:
            name = str(to_key(key, span).data)
            return _entry(entries, name, f'there is no element with the key "{name}"', span)
        case SetItems():
            raise EvaluationError("a set has no order, so its elements have no index", span)
        case Unsettled() as items if len(items) > 1:
            return Value(Unknown(next(hole.cause for item in items for hole in values.holes(item))), span)
        case tuple() as items:
            return _numbered(items, key, span)
        case None:
            raise EvaluationError("null has no elements", span)
        case _:
            raise EvaluationError("this value has no elements", span)


def _numbered(items: tuple[Value, ...], key: Value, span: Span) -> Value:
    position = _position(key, span)
    if not 0 <= position < len(items):
        raise EvaluationError(f"there is no element number {position}; there are {len(items)}", span)
    return items[position]


def _position(key: Value, span: Span) -> int:
    try:
        number = to_number(key).data
    except ConversionError:
        number = None
    if isinstance(number, int):
        return number
    raise EvaluationError("an element of a list needs a number as its index", span)
