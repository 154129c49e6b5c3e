"""The type of a value, and the one type that several values have in common.

As ``UnifyUnsafe`` of https://github.com/zclconf/go-cty/blob/main/cty/convert/unify.go
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import cast

from scanner.terraform.language.equality import is_text
from scanner.terraform.language.kinds import ListItems, MapEntries, SetItems, TypedNull
from scanner.terraform.language.namespace import Namespace
from scanner.terraform.language.types import (
    ANY,
    BOOL,
    NUMBER,
    STRING,
    Attribute,
    List,
    Map,
    Object,
    Primitive,
    Set,
    Tuple,
    Type,
    Undecided,
)
from scanner.values import Unknown, Value


def type_of(value: Value) -> Type:
    """The type of a value; of a null that nothing was said about, and of an empty collection's elements, any."""
    match value.data:
        case None:
            return cast("Type", value.type) if isinstance(value, TypedNull) else ANY
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

    A null that nothing was said about goes with every type. Beside several that do not go together it leaves the
    common type open, so that only what needs one refuses them.
    """
    given = tuple(types)
    distinct = _distinct_types(given)
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
    if objects and len(objects) == len(distinct):
        return _unify_objects(objects)
    if tuples and len(tuples) == len(distinct):
        return _unify_tuples(tuples)
    as_collection = _as_collection(objects, tuples, distinct)
    if as_collection is not None:
        return as_collection
    otherwise = ANY if ANY in given else None
    return next((wanted for wanted in sorted(distinct, key=_preference) if _all_convert(distinct, wanted)), otherwise)


def _preference(type_: Type) -> int:
    """Which of several types is tried first."""
    kinds = (List, Tuple, Set, Map, Object)
    return next((rank for rank, kind in enumerate(kinds) if isinstance(type_, kind)), type_ is not STRING)


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
            return _all_become(elements, other)
        case (Tuple(elements=elements), Tuple(elements=others)):
            return len(elements) == len(others) and all(map(_converts, elements, others))
        case (Map(element=element), Map(element=other)):
            return _converts(element, other)
        case (Map(element=element), Object(attributes=others)):
            return all(other.optional or _converts(element, other.type) for other in others.values())
        case (Object(attributes=attributes), Map(element=other)):
            return _all_become([attribute.type for attribute in attributes.values()], other)
        case (Object(attributes=attributes), Object(attributes=others)):
            return all(
                (name in attributes and _converts(attributes[name].type, other.type)) or other.optional
                for name, other in others.items()
            )
    return False


def _all_become(parts: Sequence[Type], element: Type) -> bool:
    """Whether parts of several types become elements of one; of any, if there is one for all of them."""
    return unify(parts) is not None if element is ANY else _all_convert(parts, element)


def _distinct_types(types: Iterable[Type]) -> list[Type]:
    found: list[Type] = []
    for type_ in types:
        if type_ is not ANY and type_ not in found:
            found.append(type_)
    return found


def _unify_objects(types: Sequence[Object]) -> Type | None:
    if any(type_.attributes.keys() != types[0].attributes.keys() for type_ in types):
        common = unify(part for type_ in types for part in _parts(type_))
        return None if common is None else Map(common)
    attributes: dict[str, Attribute] = {}
    for name in types[0].attributes:
        common = unify(type_.attributes[name].type for type_ in types)
        if common is None:
            return None
        attributes[name] = Attribute(common)
    return Object(attributes)


def _unify_tuples(types: Sequence[Tuple]) -> Type | None:
    if len({len(type_.elements) for type_ in types}) > 1:
        common = unify(part for type_ in types for part in _parts(type_))
        return None if common is None else List(common)
    columns = [unify(column) for column in zip(*(type_.elements for type_ in types), strict=True)]
    found = tuple(common for common in columns if common is not None)
    return Tuple(found) if len(found) == len(columns) else None


def _as_collection(objects: Sequence[Object], tuples: Sequence[Tuple], types: Sequence[Type]) -> Type | None:
    """Objects beside maps as one map, tuples beside lists as one list, if their own parts have a type in common."""
    for kind, own in ((Map, objects), (List, tuples)):
        others = [type_ for type_ in types if isinstance(type_, kind)]
        if others and len(others) + len(own) == len(types):
            common = unify(part for type_ in own for part in _parts(type_))
            return None if common is None else unify([kind(common), *others])
    return None


def _parts(type_: Type) -> tuple[Type, ...]:
    match type_:
        case Object(attributes=attributes):
            return tuple(attribute.type for attribute in attributes.values())
        case Tuple(elements=elements):
            return elements
    return ()


def type_beside(type_: Type, other: Type) -> Type | None:
    """The type that a value gets as one arm of a conditional whose other arm has the other type.

    None if Terraform refuses it, which it also does where the other arm is a map or a list of any elements: then the
    elements are not converted, and have to be of one type already.
    """
    common = unify((type_, other))
    parts = _parts(type_)
    if isinstance(other, Map | List) and other.element is ANY and isinstance(common, Map | List):
        is_converted = isinstance(common.element, Primitive)
        if not is_converted and len(_distinct_types(parts)) > 1 and all(map(_is_decided, parts)):
            return None
    return common


def _is_decided(type_: Type) -> bool:
    match type_:
        case Undecided() | Primitive.ANY:
            return False
        case List(element=element) | Set(element=element) | Map(element=element):
            return _is_decided(element)
        case Object() | Tuple():
            return all(map(_is_decided, _parts(type_)))
    return True
