"""Functions on maps and objects, and on sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod

from scanner.terraform.language.conversion import ConversionError, alike, convert
from scanner.terraform.language.equality import equal
from scanner.terraform.language.functions.sequences import limited, sequence
from scanner.terraform.language.functions.signature import (
    Function,
    FunctionContext,
    FunctionError,
    Parameter,
    invalid,
    plain,
)
from scanner.terraform.language.kinds import ListItems, MapEntries, SetItems, Unsettled, as_list
from scanner.terraform.language.open_maps import OpenEntries, open_entries
from scanner.terraform.language.sets import as_set
from scanner.terraform.language.types import ANY, STRING, List, Map, Set
from scanner.terraform.language.unification import type_of
from scanner.values import Data, Unknown, Value

_FIRST_SET = Parameter("first_set", Set(ANY))
_OTHER_SETS = Parameter("other_sets", Set(ANY))


def _mapping(value: Value, parameter: str, problem: str) -> Mapping[str, Value] | None:
    """The entries, None if the value is unknown; anything else is an error."""
    match value.data:
        case Mapping() as entries:
            return entries
        case Unknown():
            return None
        case _:
            raise invalid(parameter, problem)


def _listed(value: Value) -> list[tuple[Value, Value]] | None:
    """The entries of a mapping some of whose keys are not known, if all of them are surely there."""
    found = value.data
    return list(found.listed()) if isinstance(found, OpenEntries) and found.is_distinct else None


def _keys(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    listed = _listed(arguments[0])
    if listed is not None:
        return Value(as_list((key for key, _ in listed), unsettled=True))
    entries = _mapping(arguments[0], "inputMap", "must have map or object type")
    return None if entries is None else _column(entries, (Value(name) for name in sorted(entries)))


def _values(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    listed = _listed(arguments[0])
    if listed is not None:
        return Value(Unsettled(value for _, value in listed))
    entries = _mapping(arguments[0], "mapping", "values() requires a map as the first argument")
    return None if entries is None else _column(entries, (entries[name] for name in sorted(entries)))


def _column(entries: Mapping[str, Value], items: Iterable[Value]) -> Value:
    """A list for a map, a tuple for an object."""
    return Value(ListItems(items) if isinstance(entries, MapEntries) else tuple(items))


def _lookup(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    entries = _mapping(arguments[0], "inputMap", "lookup() requires a map as the first argument")
    if len(arguments) > 3:
        raise FunctionError("it takes two or three arguments.")
    key = arguments[1].text
    if isinstance(arguments[0].data, OpenEntries) and key is not None:
        found = arguments[0].data.get(key)
        return found if found is not None else arguments[2] if len(arguments) == 3 else None
    if entries is None or key is None:
        return None
    try:
        return entries[key]
    except KeyError:
        if len(arguments) == 3:
            return _default(entries, arguments[2])
        raise invalid("inputMap", f'the given object has no attribute "{key}"') from None


def _default(entries: Mapping[str, Value], default: Value) -> Value:
    if not isinstance(entries, MapEntries):
        return default
    element = type_of(Value(entries))
    try:
        return convert(default, element.element if isinstance(element, Map) else ANY)
    except ConversionError:
        raise FunctionError("the default value must have the same type as the map elements.") from None


def _merge(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    pairs: list[tuple[Value, Value]] = []
    is_map = bool(arguments)
    for argument in arguments:
        is_map = is_map and isinstance(argument.data, MapEntries)
        if argument.is_null:
            continue
        if isinstance(argument.data, OpenEntries):
            pairs += argument.data.entries
            continue
        entries = _mapping(argument, "maps", "arguments must be maps or objects")
        if entries is None:
            return None
        pairs += [(Value(name), entries[name]) for name in entries]
    if any(key.unknown is not None for key, _ in pairs):
        return Value(open_entries(pairs))
    merged = {str(key.data): value for key, value in pairs}
    if is_map and len({repr(kind) for kind in map(type_of, arguments) if kind != Map(ANY)}) < 2:
        return Value(MapEntries(merged))
    return Value(merged)


def _zipmap(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    keys = sequence(arguments[0], "keys", "list of string required")
    values = sequence(arguments[1], "values", "values argument must be a list or tuple value")
    if isinstance(values, SetItems):
        raise invalid("values", "values argument must be a list or tuple value")
    if keys is None or values is None or any(item.unknown for item in keys):
        return None
    if len(keys) != len(values):
        raise FunctionError(f"number of keys ({len(keys)}) does not match number of values ({len(values)}).")
    zipped: dict[str, Value] = {}
    for index, (key, value) in enumerate(zip(keys, values, strict=True)):
        if key.text is None:
            raise FunctionError(f"keys list has null value at index {index}.")
        zipped[key.text] = value
    return Value(MapEntries(zipped) if isinstance(values, ListItems) else zipped)


def _transpose(entries: Data) -> Data:
    transposed: dict[str, list[str]] = {}
    for name, items in sorted(entries.items()) if isinstance(entries, Mapping) else ():
        if not isinstance(items.data, tuple):
            raise FunctionError("input must not contain null list.")
        for item in items.data:
            if item.text is None:
                raise FunctionError("input list must not contain null string.")
            transposed.setdefault(item.text, []).append(name)
    return MapEntries((key, Value(ListItems(map(Value, names)))) for key, names in transposed.items())


def _setunion(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    items: list[Value] = []
    for argument in arguments:
        found = sequence(argument, "other_sets", "set of any single type required")
        if found is None:
            return None
        items.extend(found)
    return Value(as_set(_compatible(items)))


def _compatible(items: list[Value]) -> tuple[Value, ...]:
    try:
        return alike(items)
    except ConversionError:
        raise FunctionError("given sets must all have compatible element types.") from None


def _reduced(*sets: Data, keep_common: bool) -> Data:
    """The elements of the first set that are in all others, or in none of them."""
    lists = [items for items in sets if isinstance(items, tuple)]
    limited(len(lists[0]) * sum(len(items) for items in lists[1:]) // 100)
    compared = iter(_compatible([item for items in lists for item in items]))
    first, *others = [[next(compared) for _ in items] for items in lists]
    for other in others:
        first = [item for item in first if any(equal(item, each).is_yes for each in other) is keep_common]
    return as_set(first)


def _setproduct(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    if len(arguments) < 2:
        raise FunctionError("at least two arguments are required.")
    lists = [sequence(argument, "sets", "a set or a list is required") for argument in arguments]
    known = [_compatible(list(items)) for items in lists if items is not None]
    is_set = any(isinstance(items, SetItems) for items in lists)
    if any(not items for items in known):
        return Value(SetItems() if is_set else ListItems())
    if len(known) < len(lists):
        return None
    limited(prod(len(items) for items in known))
    rows: list[tuple[Value, ...]] = [()]
    for items in known:
        rows = [(*row, item) for row in rows for item in items]
    found = [Value(row) for row in rows]
    if is_set:
        return Value(as_set(found))
    return Value(as_list(found, unsettled=any(isinstance(items, Unsettled) for items in lists)))


_FUNCTIONS = (
    Function("keys", (Parameter("inputMap", ANY),), _keys, reads_holes=True),
    Function("values", (Parameter("mapping", ANY),), _values, reads_holes=True),
    Function(
        "lookup",
        (Parameter("inputMap", ANY), Parameter("key", STRING)),
        _lookup,
        rest=Parameter("default", ANY, nullable=True),
        reads_holes=True,
    ),
    Function("merge", (), _merge, rest=Parameter("maps", ANY, nullable=True), reads_holes=True),
    Function("zipmap", (Parameter("keys", List(STRING)), Parameter("values", ANY)), _zipmap, reads_holes=True),
    Function("transpose", (Parameter("values", Map(List(STRING))),), plain(_transpose)),
    Function("setunion", (_FIRST_SET,), _setunion, rest=_OTHER_SETS, reads_holes=True),
    Function(
        "setintersection", (_FIRST_SET,), plain(lambda *sets: _reduced(*sets, keep_common=True)), rest=_OTHER_SETS
    ),
    Function(
        "setsubtract",
        (Parameter("a", Set(ANY)), Parameter("b", Set(ANY))),
        plain(lambda *sets: _reduced(*sets, keep_common=False)),
    ),
    Function("setproduct", (), _setproduct, rest=Parameter("sets", ANY), reads_holes=True),
)
FUNCTIONS: Mapping[str, Function] = {function.name: function for function in _FUNCTIONS}
