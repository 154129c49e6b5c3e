"""Functions that convert, or that only mark what they are given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scanner.cause import Cause, CauseKind
from scanner.terraform.language.conversion import ConversionError, convert
from scanner.terraform.language.functions.signature import Function, FunctionContext, Parameter, invalid
from scanner.terraform.language.open_maps import hidden
from scanner.terraform.language.symbols import symbol_of
from scanner.terraform.language.types import ANY, BOOL, NUMBER, STRING, List, Map, Set, Type
from scanner.values import Unknown, Value, holes

if TYPE_CHECKING:
    from scanner.terraform.language.functions.signature import Body

_ANY = Parameter("v", ANY, nullable=True)


def _converts(name: str, type_: Type) -> Function:
    """Unknown in, the same unknown out, if it becomes a text. Not everything is a number or a boolean."""

    def body(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
        if type_ is not STRING and hidden(arguments[0]) is not None:
            return None
        try:
            return convert(arguments[0], type_)
        except ConversionError as problem:
            raise invalid("v", str(problem)) from problem

    return Function(name, (_ANY,), body, reads_holes=True)


def _converts_collection(name: str, type_: Type) -> Function:
    """An unknown list, set or map is another unknown after conversion: its order and its elements' types may change.

    A set is the same set.
    """

    def body(arguments: tuple[Value, ...], context: FunctionContext) -> Value | None:
        unknown = hidden(arguments[0])
        if unknown is None:
            return _converts(name, type_).call(arguments, context)
        if not isinstance(type_, Set):
            return None
        return (
            arguments[0] if unknown.is_set else Value(Unknown(unknown.cause, symbol_of(name, arguments), is_set=True))
        )

    return Function(name, (_ANY,), body, reads_holes=True)


def _identity(arguments: tuple[Value, ...], _: FunctionContext) -> Value:
    return arguments[0]


def _issensitive(arguments: tuple[Value, ...], _: FunctionContext) -> Value:
    """Marks are not followed, so nobody knows."""
    cause = next((hole.cause for hole in holes(arguments[0])), None)
    return Value(Unknown(cause or Cause(CauseKind.UNSUPPORTED, "which values are sensitive")))


def _marks(name: str, body: Body) -> Function:
    return Function(name, (Parameter("value", ANY, nullable=True),), body, reads_holes=True)


_FUNCTIONS = (
    _converts("tostring", STRING),
    _converts("tonumber", NUMBER),
    _converts("tobool", BOOL),
    _converts_collection("tolist", List(ANY)),
    _converts_collection("toset", Set(ANY)),
    _converts_collection("tomap", Map(ANY)),
    _marks("sensitive", _identity),
    _marks("nonsensitive", _identity),
    _marks("ephemeralasnull", _identity),
    _marks("flip_sensitive", _identity),  # OpenTofu
    _marks("issensitive", _issensitive),
)
FUNCTIONS: Mapping[str, Function] = {function.name: function for function in _FUNCTIONS}
