"""Terraform's types, and the conversion of values to them.

Values carry no type, but their kind tells a list from a tuple and a map from an object (``scanner.terraform.kinds``),
so the type of a value can be read off it, up to the unknowns in it and the element type of what is empty.

Unknown in, the same unknown out; the known parts of a value that is known in part are converted and stay known. What
Terraform rejects raises ``ConversionError``.

https://developer.hashicorp.com/terraform/language/expressions/type-constraints
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias, assert_never, cast

from scanner.terraform.equality import is_text
from scanner.terraform.kinds import ListItems, MapEntries, NullSequence, SetItems, Unsettled, as_list, like, made_for
from scanner.terraform.numbers import number_text, parse_number
from scanner.terraform.scope import Namespace
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
    """The common type of something whose type is not known and something else.

    When an unknown decides whether a number stays one or becomes a text, there is a cause. Resources and module outputs
    have a type, but to look at it would evaluate all that they have, so they are left as they are, without a cause.
    """

    cause: Cause | None


Type: TypeAlias = "Primitive | List | Set | Map | Object | Tuple | Undecided"

ANY = Primitive.ANY
STRING = Primitive.STRING
NUMBER = Primitive.NUMBER
BOOL = Primitive.BOOL


def convert(value: Value, constraint: Type) -> Value:
    """The value as Terraform converts it; null stays null, and gets the default where an attribute has one."""
    if value.is_null and isinstance(constraint, List | Set | Tuple):
        return NullSequence(None, value.span, value.trail)
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
            raise ConversionError("infinity has no text")
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
    """The type of a value; of null and of an empty collection's elements any."""
    match value.data:
        case None:
            return ANY
        case Unknown() as hole:
            return STRING if is_text(hole) else Undecided(hole.cause)
        case str():
            return STRING
        case bool():
            return BOOL
        case ListItems() as items:
            return List(_element_type(items, items.empty_of))
        case SetItems() as items:
            return Set(_element_type(items, items.empty_of))
        case MapEntries() as entries:
            return Map(_element_type(entries.values(), entries.empty_of))
        case tuple() as items:
            return Tuple(tuple(type_of(item) for item in items))
        case Namespace():
            return Undecided(None)
        case Mapping() as entries:
            return Object({name: Attribute(type_of(item)) for name, item in entries.items()})
        case _:
            return NUMBER


def _element_type(items: Collection[Value], of_empty: object) -> Type:
    if items or of_empty is None:
        return unify(type_of(item) for item in items) or ANY
    return cast("Type", of_empty)


def unify(types: Iterable[Type]) -> Type | None:
    """The type that values of all these types convert to; None if there is none.

    As ``UnifyUnsafe`` of https://github.com/zclconf/go-cty/blob/main/cty/convert/unify.go
    """
    distinct = _distinct_types(types)
    undecided = next((type_ for type_ in distinct if isinstance(type_, Undecided)), None)
    if undecided is not None:
        known = [type_ for type_ in distinct if not isinstance(type_, Undecided)]
        return STRING if known and unify(known) is STRING else undecided
    if len(distinct) < 2:
        return distinct[0] if distinct else ANY
    for kind in (Map, List, Set):
        elements = [type_.element for type_ in distinct if isinstance(type_, kind)]
        if len(elements) == len(distinct):
            common = unify(elements)
            return None if common is None else kind(common)
    objects = [type_ for type_ in distinct if isinstance(type_, Object)]
    tuples = [type_ for type_ in distinct if isinstance(type_, Tuple)]
    if objects and tuples:
        return None
    if all(isinstance(type_, Object | Map) for type_ in distinct):
        return _unify_mappings(objects, distinct)
    if all(isinstance(type_, Tuple | List) for type_ in distinct):
        return _unify_sequences(tuples, distinct)
    return next((wanted for wanted in sorted(distinct, key=_preference) if _all_convert(distinct, wanted)), None)


def _preference(type_: Type) -> int:
    """Which of several types is tried first."""
    return next((rank for rank, kind in enumerate((List, Tuple, Set)) if isinstance(type_, kind)), type_ is not STRING)


def _all_convert(types: Sequence[Type], wanted: Type) -> bool:
    return all(_converts(type_, wanted) for type_ in types)


def _converts(type_: Type, wanted: Type) -> bool:
    """Whether there is a conversion, which may still fail for some values."""
    match type_, wanted:
        case (_, Primitive.ANY) | (Primitive.ANY, _):
            return True
        case (Primitive(), Primitive()):
            return type_ is wanted or STRING in (type_, wanted)
        case (Undecided(), _) | (_, Undecided()):
            return True
        case (List(element=element) | Set(element=element), List(element=other) | Set(element=other)):
            return _converts(element, other)
        case (Tuple(elements=elements), List(element=other) | Set(element=other)):
            return all(_converts(element, other) for element in elements)
        case (Tuple(elements=elements), Tuple(elements=others)):
            return len(elements) == len(others) and all(map(_converts, elements, others))
        case (Map(element=element), Map(element=other)):
            return _converts(element, other)
        case (Map(), Object()):
            return True
        case (Object(attributes=attributes), Map(element=other)):
            return all(_converts(attribute.type, other) for attribute in attributes.values())
        case (Object(attributes=attributes), Object(attributes=others)):
            return all(
                (name in attributes and _converts(attributes[name].type, other.type)) or other.optional
                for name, other in others.items()
            )
    return False


def alike(values: Sequence[Value]) -> tuple[Value, ...]:
    """All values converted to their common type, as in a list or the two arms of a conditional."""
    common = unify(type_of(value) for value in values)
    if common is None:
        raise ConversionError("all elements must have the same type")
    return tuple(convert(value, common) for value in values)


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
        raise ConversionError(f"a tuple of {len(elements)} elements is required")
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


def _distinct_types(types: Iterable[Type]) -> list[Type]:
    found: list[Type] = []
    for type_ in types:
        if type_ is not ANY and type_ not in found:
            found.append(type_)
    return found


def _unify_mappings(objects: Sequence[Object], types: Sequence[Type]) -> Type | None:
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


def _unify_sequences(tuples: Sequence[Tuple], types: Sequence[Type]) -> Type | None:
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
