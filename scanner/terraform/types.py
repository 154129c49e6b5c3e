"""Terraform's types, and the conversion of values to them.

The value model has one kind of number, one of sequence and one of mapping: a list, a tuple and a set are tuples, a map
and an object are mappings. So a type here is a constraint that a value is converted to, not a label that values carry.
A set is a tuple without duplicates in Terraform's own order; while a hole leaves both open it is a ``Unsettled``.

Unknown in, the same unknown out; the known parts of a value that is known in part are converted and stay known. What
Terraform rejects raises ``ConversionError``.

https://developer.hashicorp.com/terraform/language/expressions/type-constraints
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias, assert_never

from scanner.terraform.equality import Unsettled, is_text
from scanner.terraform.numbers import number_text, parse_number
from scanner.terraform.sets import as_set
from scanner.values import NULL, Data, Unknown, Value

if TYPE_CHECKING:
    from scanner.cause import Cause


class ConversionError(Exception):
    """Terraform would reject this conversion. The message is one it might print."""


class Primitive(Enum):
    """The types without parts."""

    ANY = "any"
    STRING = "string"
    NUMBER = "number"
    BOOL = "bool"


@dataclass(frozen=True, slots=True)
class List:
    """``list(T)``"""

    element: Type


@dataclass(frozen=True, slots=True)
class Set:
    """``set(T)``"""

    element: Type


@dataclass(frozen=True, slots=True)
class Map:
    """``map(T)``"""

    element: Type


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of an object type: ``T``, ``optional(T)`` or ``optional(T, default)``."""

    type: Type
    optional: bool = False
    default: Value = NULL


@dataclass(frozen=True, slots=True)
class Object:
    """``object({…})``"""

    attributes: Mapping[str, Attribute]


@dataclass(frozen=True, slots=True)
class Tuple:
    """``tuple([…])``"""

    elements: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class Undecided:
    """The common type of an unknown and something else. A number stays one or becomes a text: the unknown decides."""

    cause: Cause


Type: TypeAlias = "Primitive | List | Set | Map | Object | Tuple | Undecided"

ANY = Primitive.ANY
STRING = Primitive.STRING
NUMBER = Primitive.NUMBER
BOOL = Primitive.BOOL


def convert(value: Value, constraint: Type) -> Value:
    """The value as Terraform converts it; null stays null, and gets the default where an attribute has one."""
    if value.unknown is not None or value.is_null:
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
            return _with_data(value, _elements(value, element, "list"))
        case Set(element=element):
            return _with_data(value, as_set(_elements(value, element, "set")))
        case Map(element=element):
            return _with_data(value, _map(value, element))
        case Object(attributes=attributes):
            return _with_data(value, _object(value, attributes))
        case Tuple(elements=elements):
            return _with_data(value, _tuple(value, elements))
        case Undecided(cause=cause):
            return _undecided(value, cause)
    assert_never(constraint)


def to_text(value: Value) -> Value:
    """A text as it is, a number or a boolean as Terraform prints it, null as null, an unknown as itself."""
    match value.data:
        case None | str() | Unknown():
            return value
        case bool(flag):
            return _with_data(value, "true" if flag else "false")
        case tuple() | Mapping():
            raise ConversionError("string required")
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


def type_of(value: Value) -> Type:
    """The narrowest type of a value. A tuple or object type stands for the list or map that the value may have been."""
    match value.data:
        case None:
            return ANY
        case Unknown() as hole:
            return STRING if is_text(hole) else Undecided(hole.cause)
        case str():
            return STRING
        case bool():
            return BOOL
        case tuple() as items:
            return Tuple(tuple(type_of(item) for item in items))
        case Mapping() as entries:
            return Object({name: Attribute(type_of(item)) for name, item in entries.items()})
        case _:
            return NUMBER


def unify(types: Iterable[Type]) -> Type | None:
    """The type that values of all these types convert to without loss; None if there is none."""
    distinct = _distinct_types(types)
    undecided = next((type_ for type_ in distinct if isinstance(type_, Undecided)), None)
    if undecided is not None:
        known = [type_ for type_ in distinct if not isinstance(type_, Undecided)]
        return STRING if known and unify(known) is STRING else undecided
    if len(distinct) < 2:
        return distinct[0] if distinct else ANY
    if all(isinstance(type_, Primitive) for type_ in distinct):
        return STRING if STRING in distinct else None
    if all(isinstance(type_, Object | Map) for type_ in distinct):
        return _unify_mappings([type_ for type_ in distinct if isinstance(type_, Object | Map)])
    if all(isinstance(type_, Tuple | List) for type_ in distinct):
        return _unify_sequences([type_ for type_ in distinct if isinstance(type_, Tuple | List)])
    if all(isinstance(type_, Set) for type_ in distinct):
        common = unify(type_.element for type_ in distinct if isinstance(type_, Set))
        return None if common is None else Set(common)
    return None


def alike(values: Sequence[Value]) -> tuple[Value, ...]:
    """All values converted to their common type, as in a list or the two arms of a conditional."""
    common = unify(type_of(value) for value in values)
    if common is None:
        raise ConversionError("all elements must have the same type")
    return tuple(convert(value, common) for value in values)


def _with_data(value: Value, data: Data) -> Value:
    return value if data is value.data else Value(data, value.span, value.trail)


def _elements(value: Value, element: Type, kind: str) -> tuple[Value, ...]:
    if not isinstance(value.data, tuple):
        raise ConversionError(f"{kind} of {type_name(element)} required")
    items = value.data
    if element is ANY:
        return _rebuilt(items, alike(items))
    return _rebuilt(items, tuple(_part(item, element, f"element {index}") for index, item in enumerate(items)))


def _rebuilt(before: tuple[Value, ...], after: tuple[Value, ...]) -> tuple[Value, ...]:
    """What is uncertain about the elements stays uncertain; nothing is copied when nothing changed."""
    if all(x is y for x, y in zip(before, after, strict=True)):
        return before
    return Unsettled(after) if isinstance(before, Unsettled) else after


def _map(value: Value, element: Type) -> Mapping[str, Value]:
    if not isinstance(value.data, Mapping):
        raise ConversionError(f"map of {type_name(element)} required")
    names = list(value.data)
    items = tuple(value.data[name] for name in names)
    if element is ANY:
        return dict(zip(names, alike(items), strict=True))
    return {name: _part(item, element, f'element "{name}"') for name, item in zip(names, items, strict=True)}


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
    if not isinstance(value.data, tuple):
        raise ConversionError("tuple required")
    if len(value.data) != len(elements):
        raise ConversionError(f"a tuple of {len(elements)} elements is required")
    pairs = enumerate(zip(value.data, elements, strict=True))
    return tuple(_part(item, type_, f"element {index}") for index, (item, type_) in pairs)


def _part(value: Value, constraint: Type, where: str) -> Value:
    try:
        return convert(value, constraint)
    except ConversionError as problem:
        raise ConversionError(f"{where}: {problem}") from problem


def _undecided(value: Value, cause: Cause) -> Value:
    match value.data:
        case None | str() | Unknown():
            return value
        case tuple() as items:
            return _with_data(value, _rebuilt(items, tuple(_undecided(item, cause) for item in items)))
        case Mapping() as entries:
            return _with_data(value, {name: _undecided(item, cause) for name, item in entries.items()})
        case _:
            return _with_data(value, Unknown(cause))


def _distinct_types(types: Iterable[Type]) -> list[Type]:
    found: list[Type] = []
    for type_ in types:
        if type_ is not ANY and type_ not in found:
            found.append(type_)
    return found


def _unify_mappings(types: Sequence[Object | Map]) -> Type | None:
    objects = [type_ for type_ in types if isinstance(type_, Object)]
    if len(objects) == len(types) and all(type_.attributes.keys() == objects[0].attributes.keys() for type_ in objects):
        attributes: dict[str, Attribute] = {}
        for name in objects[0].attributes:
            common = unify(type_.attributes[name].type for type_ in objects)
            if common is None:
                return None
            attributes[name] = Attribute(common)
        return Object(attributes)
    elements = [type_.element for type_ in types if isinstance(type_, Map)]
    elements += [attribute.type for type_ in objects for attribute in type_.attributes.values()]
    common = unify(elements)
    return None if common is None else Map(common)


def _unify_sequences(types: Sequence[Tuple | List]) -> Type | None:
    tuples = [type_ for type_ in types if isinstance(type_, Tuple)]
    if len(tuples) == len(types) and len({len(type_.elements) for type_ in tuples}) == 1:
        columns = [unify(column) for column in zip(*(type_.elements for type_ in tuples), strict=True)]
        found = tuple(common for common in columns if common is not None)
        return Tuple(found) if len(found) == len(columns) else None
    elements = [type_.element for type_ in types if isinstance(type_, List)]
    common = unify([*elements, *(element for type_ in tuples for element in type_.elements)])
    return None if common is None else List(common)


def type_name(constraint: Type) -> str:
    """A type as messages name it."""
    match constraint:
        case Primitive():
            return constraint.value
        case List(element=element):
            return f"list of {type_name(element)}"
        case Set(element=element):
            return f"set of {type_name(element)}"
        case Map(element=element):
            return f"map of {type_name(element)}"
        case Object():
            return "object"
        case Tuple():
            return "tuple"
        case Undecided():
            return "any"
    assert_never(constraint)
