"""Conversion of values to types.

Unknown in, the same unknown out; the known parts of a value that is known in part are converted and stay known. What
Terraform rejects raises ``ConversionError``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, assert_never

from scanner.terraform.language.kinds import (
    ListItems,
    MapEntries,
    SetItems,
    TypedNull,
    Unsettled,
    as_list,
    like,
    made_for,
)
from scanner.terraform.language.namespace import Namespace
from scanner.terraform.language.numbers import number_text, parse_number
from scanner.terraform.language.open_maps import OpenEntries
from scanner.terraform.language.sets import as_set
from scanner.terraform.language.types import (
    ANY,
    Attribute,
    List,
    Map,
    Object,
    Primitive,
    Set,
    Tuple,
    Type,
    Undecided,
    type_name,
)
from scanner.terraform.language.unification import type_beside, type_of, unify
from scanner.values import NULL, Data, Unknown, Value

if TYPE_CHECKING:
    from scanner.cause import Cause


class ConversionError(Exception):
    """Terraform would reject this conversion. The message is one it might print."""


def convert(value: Value, constraint: Type) -> Value:
    """The value as Terraform converts it; null stays null, and gets the default where an attribute has one."""
    if value.is_null and not (constraint is ANY or isinstance(constraint, Undecided)):
        return TypedNull(None, value.span, value.trail, type=constraint)
    if isinstance(value.data, OpenEntries):
        return _with_data(value, _open_entries(value.data, constraint))
    if value.unknown is not None:
        return _still_unknown(value, value.unknown, constraint)
    if value.is_null:
        return value
    match constraint:
        case Primitive.ANY:
            return value
        case Primitive.STRING:
            return to_text(value)
        case Primitive.NUMBER:
            return to_number(value)
        case Primitive.BOOL:
            return to_bool(value)
        case List(element=element):
            return _with_data(value, _list(value, element))
        case Set(element=element):
            return _with_data(value, _set(value, element))
        case Map(element=element):
            return _with_data(value, _map(value, element))
        case Object(attributes=attributes):
            return _with_data(value, _object(value, attributes))
        case Tuple(elements=elements):
            return _with_data(value, _tuple(value, elements))
        case Undecided(cause=cause):
            return _undecided(value, cause)
    assert_never(constraint)


def _still_unknown(value: Value, unknown: Unknown, constraint: Type) -> Value:
    """Nothing is known of it but, where it becomes a set or something else, that."""
    is_set = isinstance(constraint, Set)
    if constraint is ANY or isinstance(constraint, Undecided) or unknown.is_set is is_set:
        return value
    return replace(value, data=replace(unknown, is_set=is_set))


def to_text(value: Value) -> Value:
    """A text as it is, a number or a boolean as Terraform prints it, null as null, an unknown as itself."""
    match value.data:
        case None | str() | Unknown():
            return value
        case bool(flag):
            return _with_data(value, "true" if flag else "false")
        case tuple() | Mapping():
            raise ConversionError("string required")
        case Decimal() as number if not number.is_finite():
            raise ConversionError("infinity cannot be a string")
        case number:
            return _with_data(value, number_text(number))


def to_number(value: Value) -> Value:
    """A number as it is, a text by its decimal digits, null as null, an unknown as itself."""
    match value.data:
        case str(text):
            number = parse_number(text)
            if number is None:
                raise ConversionError("a number is required")
            return _with_data(value, number)
        case bool() | tuple() | Mapping():
            raise ConversionError("a number is required")
        case _:
            return value


def to_bool(value: Value) -> Value:
    """A boolean as it is, the texts ``true``, ``false``, ``1`` and ``0``, null as null, an unknown as itself."""
    match value.data:
        case None | bool() | Unknown():
            return value
        case "true" | "1":
            return _with_data(value, True)
        case "false" | "0":
            return _with_data(value, False)
        case _:
            raise ConversionError("a bool is required")


def alike(values: Sequence[Value]) -> tuple[Value, ...]:
    """All values converted to their common type, as in a list."""
    types = [type_of(value) for value in values]
    common = unify(types)
    if common is None or (common is ANY and any(type_ is not ANY for type_ in types)):
        raise ConversionError("all elements must have the same type")
    return tuple(convert(value, common) for value in values)


def beside(value: Value, other: Value) -> Value:
    """The arm of a conditional that is taken, converted to the common type of both. The other one need not convert."""
    wanted = type_beside(type_of(value), type_of(other))
    if wanted is None:
        raise ConversionError("both results must have the same type")
    return convert(value, wanted)


def _with_data(value: Value, data: Data) -> Value:
    return value if data is value.data else Value(data, value.span, value.trail)


def _list(value: Value, element: Type) -> ListItems:
    items = _elements(value, element, "list")
    found = items if isinstance(items, ListItems) else as_list(items, unsettled=isinstance(value.data, Unsettled))
    return found if element is ANY else made_for(element, found)


def _set(value: Value, element: Type) -> SetItems:
    items = _elements(value, element, "set")
    found = items if isinstance(items, SetItems) else as_set(items)
    return found if element is ANY else made_for(element, found)


def _elements(value: Value, element: Type, kind: str) -> tuple[Value, ...]:
    """The converted elements; the very same sequence when nothing had to be converted."""
    items = value.data
    if not isinstance(items, tuple):
        raise ConversionError(f"{kind} of {type_name(element)} required")
    if element is ANY:
        converted = items if isinstance(items, ListItems | SetItems) else alike(items)
    else:
        converted = tuple(_part(item, element, f"element {index}") for index, item in enumerate(items))
    return items if all(x is y for x, y in zip(items, converted, strict=True)) else converted


def _map(value: Value, element: Type) -> MapEntries:
    entries = value.data
    if not isinstance(entries, Mapping):
        raise ConversionError(f"map of {type_name(element)} required")
    if element is ANY:
        if isinstance(entries, MapEntries):
            return entries
        return MapEntries(zip(entries, alike(tuple(entries[name] for name in entries)), strict=True))
    found = MapEntries((name, _part(entries[name], element, f'element "{name}"')) for name in entries)
    return made_for(element, found)


def _open_entries(entries: OpenEntries, constraint: Type) -> Data:
    """The elements of a map are converted, whatever their keys; of an object nothing is known then."""
    if constraint is ANY or isinstance(constraint, Undecided):
        return entries
    if not isinstance(constraint, Map):
        return Unknown(entries.cause)
    keys, items = [key for key, _ in entries.entries], [value for _, value in entries.entries]
    if constraint.element is ANY:
        converted = alike(items)
    else:
        converted = tuple(_part(item, constraint.element, "an element") for item in items)
    return entries.mapped(zip(keys, converted, strict=True))


def _object(value: Value, attributes: Mapping[str, Attribute]) -> Mapping[str, Value]:
    if not isinstance(value.data, Mapping):
        raise ConversionError("object required")
    found: dict[str, Value] = {}
    for name, attribute in attributes.items():
        try:
            item = value.data[name]
        except KeyError:
            if not attribute.optional:
                raise ConversionError(f'attribute "{name}" is required') from None
            item = NULL
        if item.is_null and attribute.optional:
            item = attribute.default
        found[name] = _part(item, attribute.type, f'attribute "{name}"')
    return found


def _tuple(value: Value, elements: tuple[Type, ...]) -> tuple[Value, ...]:
    if not isinstance(value.data, tuple) or isinstance(value.data, ListItems | SetItems):
        raise ConversionError("tuple required")
    if len(value.data) != len(elements):
        number = "1 element" if len(elements) == 1 else f"{len(elements)} elements"
        raise ConversionError(f"a tuple of {number} is required")
    pairs = enumerate(zip(value.data, elements, strict=True))
    return tuple(_part(item, type_, f"element {index}") for index, (item, type_) in pairs)


def _part(value: Value, constraint: Type, where: str) -> Value:
    try:
        return convert(value, constraint)
    except ConversionError as problem:
        raise ConversionError(f"{where}: {problem}") from problem


def _undecided(value: Value, cause: Cause | None) -> Value:
    match value.data:
        case tuple() as items:
            return _with_data(value, like(items, (_undecided(item, cause) for item in items)))
        case Namespace() | None | str() | Unknown():
            return value
        case MapEntries() as entries:
            return _with_data(value, MapEntries((name, _undecided(item, cause)) for name, item in entries.items()))
        case Mapping() as entries:
            return _with_data(value, {name: _undecided(item, cause) for name, item in entries.items()})
        case _:
            return value if cause is None else _with_data(value, Unknown(cause))
