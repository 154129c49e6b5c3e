"""``jsonencode`` and ``jsondecode``. Encoded text remembers the value it encodes, with its spans and holes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TypeAlias

from scanner.budget import spend
from scanner.marked_text import filled, marked
from scanner.regexes import anywhere
from scanner.symbol import Account, Attribute, Part, Setting
from scanner.terraform.language.functions.signature import (
    Function,
    FunctionContext,
    FunctionError,
    Parameter,
    UnsupportedError,
)
from scanner.terraform.language.kinds import Unsettled
from scanner.terraform.language.numbers import number, number_text
from scanner.terraform.language.types import ANY, STRING
from scanner.values import Data, Unknown, Value, holes, joined

MAX_JSON_DEPTH = 200
"""Lists and objects inside one another, in JSON text that is decoded."""

_LONE_SURROGATE = anywhere("[\ud800-\udfff]")
_Plain: TypeAlias = "bool | int | Decimal | str | list[_Plain] | dict[str, _Plain] | None"


def encode_json(value: Value) -> Value:
    """The JSON text that Terraform's ``jsonencode`` makes; ``encodes`` of the result is the argument.

    An unknown becomes a hole that stands for a JSON value. In a text that is known in part the literal pieces are
    escaped and the holes stand inside the quotation marks.
    """
    return replace(joined(_encoded(value)), encodes=value)


def escaped(text: str) -> str:
    """Text as it stands between the quotation marks of JSON that Go writes."""
    quoted = json.dumps(text, ensure_ascii=False)[1:-1]
    for character in "<>&\u2028\u2029":
        quoted = quoted.replace(character, f"\\u{ord(character):04x}")
    return quoted


def _encoded(value: Value) -> Iterator[str | Unknown]:
    match value.data:
        case None:
            yield "null"
        case bool(flag):
            yield "true" if flag else "false"
        case str(text):
            yield f'"{escaped(text)}"'
        case Unknown(pieces=()) as hole:
            yield Unknown(hole.cause)
        case Unknown(pieces=parts):
            yield '"'
            for part in parts:
                yield escaped(part) if isinstance(part, str) else part
            yield '"'
        case Unsettled() as items if len(items) > 1:
            yield Unknown(next(hole.cause for item in items for hole in holes(item)))
        case tuple() as items:
            yield "["
            for index, item in enumerate(items):
                yield "," if index else ""
                yield from _encoded(item)
            yield "]"
        case Mapping() as entries:
            yield "{"
            for index, name in enumerate(sorted(entries)):
                yield f'{"," if index else ""}"{escaped(name)}":'
                yield from _encoded(entries[name])
            yield "}"
        case amount:
            yield number_text(amount)


def decode_json(text: str) -> Value:
    """The value that JSON text stands for. Raises ``FunctionError`` for anything that is not JSON."""
    spend(len(text))  # about what its values cost, which nobody has counted yet
    try:
        return _decoded(json.loads(text, parse_float=Decimal, parse_int=_whole, parse_constant=_refuse), 0)
    except ValueError as problem:
        raise FunctionError(f"the text is not valid JSON: {problem}.") from problem
    except RecursionError:
        raise UnsupportedError(f"the JSON text is nested more than {MAX_JSON_DEPTH} levels deep") from None


def _whole(digits: str) -> Decimal:
    return Decimal(digits)


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is not a JSON value")


def _decoded(plain: _Plain, depth: int) -> Value:
    if depth > MAX_JSON_DEPTH:
        raise UnsupportedError(f"the JSON text is nested more than {MAX_JSON_DEPTH} levels deep")
    match plain:
        case Decimal():
            amount = number(plain)
            if amount is None:
                raise UnsupportedError("a number in the JSON text is out of range")
            return Value(amount)
        case list() as items:
            return Value(tuple(_decoded(item, depth + 1) for item in items))
        case dict() as entries:
            return Value({name: _decoded(item, depth + 1) for name, item in entries.items()})
        case str(text):
            return Value(_LONE_SURROGATE.sub("\ufffd", text))
        case scalar:
            data: Data = scalar
            return Value(data)


def _jsonencode(arguments: tuple[Value, ...], _: FunctionContext) -> Value:
    return encode_json(arguments[0])


def _jsondecode(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    argument = arguments[0]
    if argument.encodes is not None:
        return argument.encodes
    if argument.text is not None:
        return decode_json(argument.text)
    return _decoded_in_part(argument)


def _decoded_in_part(argument: Value) -> Value | None:
    """JSON text with account IDs, regions, names or ARNs that are not known in its strings; None for anything else."""
    open_ = holes(argument)
    unknown = argument.unknown
    if unknown is None or not unknown.pieces or not all(map(_is_harmless, open_)):
        return None
    text, marks = marked(argument)
    try:
        return filled(decode_json(text), marks)
    except FunctionError:  # a hole is not part of a string, so the text may well be JSON
        return None


def _is_harmless(hole: Unknown) -> bool:
    """Whether what is not known has neither quotation marks nor backslashes."""
    symbol = hole.symbol
    while isinstance(symbol, Part):
        symbol = symbol.whole
    return isinstance(symbol, Account | Setting | Attribute)


_FUNCTIONS = (
    Function("jsonencode", (Parameter("val", ANY, nullable=True),), _jsonencode, reads_holes=True),
    Function("jsondecode", (Parameter("str", STRING),), _jsondecode, reads_holes=True),
)
FUNCTIONS: Mapping[str, Function] = {function.name: function for function in _FUNCTIONS}
