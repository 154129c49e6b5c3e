"""Functions on lists. A list of known length with unknown elements stays one; see ``Unsettled`` for the others."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from scanner.terraform.language.conversion import ConversionError, alike, convert, to_number
from scanner.terraform.language.equality import equal, is_text, is_text_not_empty
from scanner.terraform.language.functions.signature import (
    Function,
    FunctionContext,
    FunctionError,
    Parameter,
    UnsupportedError,
    invalid,
    plain,
    whole,
)
from scanner.terraform.language.functions.strings import graphemes
from scanner.terraform.language.kinds import ListItems, SetItems, Unsettled, as_list, like, made_for
from scanner.terraform.language.numbers import Number, number
from scanner.terraform.language.open_maps import OpenEntries
from scanner.terraform.language.sets import distinct
from scanner.terraform.language.types import ANY, BOOL, NUMBER, STRING, List
from scanner.terraform.language.unification import type_of, unify
from scanner.values import NULL, Unknown, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_ELEMENTS = 100_000
"""Elements that one function may produce."""
_MAX_RANGE = 1024
"""Terraform's own limit."""

_LIST = Parameter("list", ANY)


def sequence(value: Value, parameter: str, problem: str) -> tuple[Value, ...] | None:
    """The elements, None if the value is unknown; anything else is an error."""
    match value.data:
        case tuple() as items:
            return items
        case Unknown():
            return None
        case _:
            raise invalid(parameter, problem)


def limited(count: int) -> None:
    """Give up a result with too many elements."""
    if count > MAX_ELEMENTS:
        raise UnsupportedError(f"the result would have more than {MAX_ELEMENTS} elements")


def _list(items: Sequence[Value], *sources: tuple[Value, ...]) -> Value:
    """The elements as a list, unsettled if one of the sequences that they come from is."""
    return Value(as_list(items, unsettled=any(isinstance(source, Unsettled) for source in sources)))


def _ordered(value: Value, parameter: str, problem: str) -> tuple[Value, ...] | None:
    """The elements of a list or tuple, whose elements have numbers."""
    found = sequence(value, parameter, problem)
    if isinstance(found, SetItems):
        raise invalid(parameter, problem)
    return found


def _length(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    match arguments[0].data:
        case OpenEntries(entries=entries, is_distinct=True):
            return Value(len(entries))
        case Unknown() | Unsettled():
            return None
        case str(text):
            return Value(len(graphemes(text)))
        case tuple() | Mapping() as parts:
            return Value(len(parts))
        case _:
            raise FunctionError("argument must be a string, a collection type, or a structural type.")


def _concat(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    if not arguments:
        raise FunctionError("at least one argument is required.")
    lists = [_ordered(argument, "seqs", "all arguments must be lists or tuples") for argument in arguments]
    known = [items for items in lists if items is not None]
    if len(known) < len(lists):
        return None
    together = [item for items in known for item in items]
    if all(isinstance(items, ListItems) for items in known):
        common = unify(type_of(argument) for argument in arguments)
        if common is not None:
            return convert(_list(together, *known), common)
    unsettled = any(isinstance(items, Unsettled) for items in known)
    return Value(Unsettled(together) if unsettled else tuple(together))


def _flatten(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    found = sequence(arguments[0], "list", "can only flatten lists, sets and tuples")
    if found is None:
        return None
    flat: list[Value] = []
    pending = [iter(found)]
    unsettled = isinstance(found, Unsettled)
    while pending:
        item = next(pending[-1], None)
        if item is None:
            pending.pop()
        elif isinstance(item.data, tuple):
            unsettled = unsettled or isinstance(item.data, Unsettled)
            pending.append(iter(item.data))
        elif isinstance(item.data, Unknown) and not is_text(item.data):
            return None
        else:
            flat.append(item)
    return Value(Unsettled(flat) if unsettled else tuple(flat))


def _compact(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    found = sequence(arguments[0], "list", "list of string required")
    if found is None or any(isinstance(item.data, Unknown) and not is_text_not_empty(item.data) for item in found):
        return None
    kept = [item for item in found if not item.is_null and item.text != ""]
    return convert(_list(kept, found), List(STRING))


def _distinct(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    found = sequence(arguments[0], "list", "list of any single type required")
    return None if found is None else _list(kept := distinct(found), found, kept)


def _element(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    found = _ordered(arguments[0], "list", "cannot read elements from it")
    if found is None or isinstance(found, Unsettled) or arguments[1].unknown is not None:
        return None
    if not found:
        raise FunctionError("cannot use element function with an empty list.")
    index = whole(arguments[1].data, "index")
    if index < 0:
        raise invalid("index", "it must not be negative")
    return found[index % len(found)]


def _slice(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    found = _ordered(arguments[0], "list", "must be a list or tuple value")
    if found is None or isinstance(found, Unsettled) or any(argument.unknown for argument in arguments[1:]):
        return None
    start, end = whole(arguments[1].data, "start_index"), whole(arguments[2].data, "end_index")
    if start < 0:
        raise invalid("start_index", "start index must not be less than zero")
    if end > len(found):
        raise invalid("end_index", "end index must not be greater than the length of the list")
    if start > end:
        raise invalid("start_index", "start index must not be greater than end index")
    return Value(like(found, found[start:end]))


def _chunklist(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    found = sequence(arguments[0], "list", "list of any single type required")
    if found is None or isinstance(found, Unsettled) or arguments[1].unknown is not None:
        return None
    size = whole(arguments[1].data, "size")
    if size < 0:
        raise FunctionError("the size argument must be positive.")
    step = size or max(len(found), 1)
    return Value(ListItems(Value(ListItems(found[start : start + step])) for start in range(0, len(found), step)))


def _reverse(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    found = sequence(arguments[0], "list", "can only reverse list or tuple values")
    if found is None:
        return None
    return _list(found[::-1], found) if isinstance(found, SetItems) else Value(like(found, found[::-1]))


def _sort(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    found = sequence(arguments[0], "list", "list of string required")
    if found is None:
        return None
    for index, item in enumerate(found):
        if item.is_null:
            raise FunctionError(f"given list element {index} is null; a null string cannot be sorted.")
    if any(item.unknown for item in found):
        return Value(as_list(found, unsettled=len(found) > 1))
    return Value(made_for(STRING, ListItems(sorted(found, key=lambda item: item.text or ""))))


def _contains(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    found = sequence(arguments[0], "list", "argument must be list, tuple, or set")
    if found is None:
        return None
    answers = [equal(item, arguments[1]) for item in found]
    if any(answer.is_yes for answer in answers):
        return Value(True)
    return None if any(answer.is_undetermined for answer in answers) else Value(False)


def _index(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    found = _ordered(arguments[0], "list", "argument must be a list or tuple")
    if found is None or isinstance(found, Unsettled):
        return None
    for index, item in enumerate(found):
        answer = equal(item, arguments[1])
        if not answer.is_no:
            return Value(index) if answer.is_yes else None
    raise FunctionError("item not found." if found else "cannot search an empty list.")


def _one(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    problem = "must be a list, set, or tuple value with either zero or one elements"
    found = sequence(arguments[0], "list", problem)
    if found is None or (isinstance(found, Unsettled) and len(found) > 1):
        return None
    if len(found) > 1:
        raise invalid("list", problem)
    return found[0] if found else NULL


def _coalesce(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    if not arguments:
        raise FunctionError("at least one argument is required.")
    try:
        options = alike(arguments)
    except ConversionError:
        raise FunctionError("all arguments must have the same type.") from None
    for original, option in zip(arguments, options, strict=True):
        if isinstance(original.data, Unknown):
            return option if is_text_not_empty(original.data) else None
        if not option.is_null and option.text != "":
            return option
    raise FunctionError("no non-null, non-empty-string arguments.")


def _coalescelist(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    if not arguments:
        raise FunctionError("at least one argument is required.")
    for argument in arguments:
        found = _ordered(argument, "vals", "coalescelist arguments must be lists or tuples")
        if found is None:
            return None
        if found:
            return argument
    raise FunctionError("no non-null arguments.")


def _decides(name: str, decisive: bool) -> Function:
    """``anytrue`` and ``alltrue``: one element may decide whatever the others are. Null counts as false."""

    def body(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
        found = sequence(arguments[0], "list", "list of bool required")
        if found is None:
            return None
        known = [item.data is True for item in found if item.unknown is None]
        if decisive in known:
            return Value(decisive)
        return Value(not decisive) if len(known) == len(found) else None

    return Function(name, (Parameter("list", List(BOOL)),), body, reads_holes=True)


def _sum(items: object) -> Number:
    if not isinstance(items, tuple):
        raise invalid("list", "cannot sum noniterable")
    if not items:
        raise invalid("list", "cannot sum an empty list")
    total = Fraction(0)
    for item in items:
        try:
            amount = to_number(item).data
        except ConversionError:
            amount = None
        if not isinstance(amount, int | Decimal):
            raise invalid("list", "argument must be list, set, or tuple of number values")
        total += Fraction(amount)
    result = number(total)
    if result is None:
        raise UnsupportedError("the result is out of range")
    return result


def _range(*parameters: Number) -> tuple[Value, ...]:
    if not 1 <= len(parameters) <= 3:
        raise FunctionError("must have one, two, or three arguments.")
    start, end = (0, parameters[0]) if len(parameters) == 1 else (parameters[0], parameters[1])
    step = parameters[2] if len(parameters) == 3 else (1 if end >= start else -1)
    down = step < 0
    if end > start and down:
        raise invalid("params", "end must be less than start when step is negative")
    if end < start and not down:
        raise invalid("params", "end must be greater than start when step is positive")
    found: list[Value] = []
    current = Fraction(start)
    while current > end if down else current < end:
        if len(found) >= _MAX_RANGE:
            raise FunctionError(
                f"more than {_MAX_RANGE} values were generated; either decrease the difference between start and end "
                "or use a smaller step."
            )
        found.append(Value(number(current)))
        current += Fraction(step)
    return ListItems(found)


def _matchkeys(values: object, keys: object, wanted: object) -> tuple[Value, ...]:
    if not isinstance(values, tuple) or not isinstance(keys, tuple) or not isinstance(wanted, tuple):
        raise FunctionError("lists are required.")
    if len(values) != len(keys):
        raise FunctionError("length of keys and values should be equal.")
    try:
        compared = alike((*keys, *wanted))
    except ConversionError:
        raise FunctionError("keys and searchset must be of the same type.") from None
    limited(len(keys) * len(wanted) // 100)
    searched = compared[len(keys) :]
    pairs = zip(values, compared[: len(keys)], strict=True)
    return ListItems(value for value, key in pairs if any(equal(key, each).is_yes for each in searched))


_FUNCTIONS = (
    Function("length", (Parameter("value", ANY),), _length, reads_holes=True),
    Function("concat", (), _concat, rest=Parameter("seqs", ANY), reads_holes=True),
    Function("flatten", (_LIST,), _flatten, reads_holes=True),
    Function("compact", (Parameter("list", List(STRING)),), _compact, reads_holes=True),
    Function("distinct", (Parameter("list", List(ANY)),), _distinct, reads_holes=True),
    Function("element", (_LIST, Parameter("index", NUMBER)), _element, reads_holes=True),
    Function(
        "slice", (_LIST, Parameter("start_index", NUMBER), Parameter("end_index", NUMBER)), _slice, reads_holes=True
    ),
    Function("chunklist", (Parameter("list", List(ANY)), Parameter("size", NUMBER)), _chunklist, reads_holes=True),
    Function("reverse", (_LIST,), _reverse, reads_holes=True),
    Function("sort", (Parameter("list", List(STRING)),), _sort, reads_holes=True),
    Function("contains", (_LIST, Parameter("value", ANY)), _contains, reads_holes=True),
    Function("index", (_LIST, Parameter("value", ANY)), _index, reads_holes=True),
    Function("one", (_LIST,), _one, reads_holes=True),
    Function("coalesce", (), _coalesce, rest=Parameter("vals", ANY, nullable=True), reads_holes=True),
    Function("coalescelist", (), _coalescelist, rest=Parameter("vals", ANY, nullable=True), reads_holes=True),
    _decides("alltrue", decisive=False),
    _decides("anytrue", decisive=True),
    Function("sum", (_LIST,), plain(_sum)),
    Function("range", (), plain(_range), rest=Parameter("params", NUMBER)),
    Function(
        "matchkeys",
        (Parameter("values", List(ANY)), Parameter("keys", List(ANY)), Parameter("searchset", List(ANY))),
        plain(_matchkeys),
    ),
)
FUNCTIONS: Mapping[str, Function] = {function.name: function for function in _FUNCTIONS}
