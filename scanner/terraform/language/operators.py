"""The operators, with Terraform's conversions: arithmetic on numbers, logic on booleans, equality on anything.

An unknown operand makes the result unknown, unless the other one decides (``false && x``).
https://developer.hashicorp.com/terraform/language/expressions/operators
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Context, Decimal, DecimalException

from scanner.terraform.language.conversion import ConversionError, to_bool, to_number
from scanner.terraform.language.equality import equal
from scanner.truth import Truth, truth, undetermined
from scanner.values import Unknown, Value

_EXACT = Context(prec=155)
"""Terraform calculates with 512 bits."""
_MAX_DIGITS = 400
_NEGATIVE_ZERO = Decimal("-0")
"""It is equal to zero, but written with its sign."""


class OperandError(Exception):
    """Terraform would refuse these operands."""


def _settled(answer: Truth) -> Value:
    if answer.known is not None:
        return Value(answer.known)
    return Value(Unknown(min(answer.causes, key=lambda cause: cause.sort_key())))


def _equals(left: Value, right: Value) -> Value:
    return _settled(equal(left, right))


def _differs(left: Value, right: Value) -> Value:
    return _settled(~equal(left, right))


def _truth_of(value: Value) -> Truth:
    if value.is_null:
        raise OperandError("an operand of a logical operator is null")
    try:
        found = to_bool(value).data
    except ConversionError as problem:
        raise OperandError(f"a logical operator needs true or false: {problem}") from problem
    return undetermined(found.cause) if isinstance(found, Unknown) else truth(bool(found))


def _and(left: Value, right: Value) -> Value:
    return _settled(_truth_of(left) & _truth_of(right))


def _or(left: Value, right: Value) -> Value:
    return _settled(_truth_of(left) | _truth_of(right))


def _not(operand: Value) -> Value:
    return _settled(~_truth_of(operand))


Number = int | Decimal


def _number(value: Value) -> Number | Unknown:
    if value.is_null:
        raise OperandError("an operand of an arithmetic operator is null")
    try:
        found = to_number(value).data
    except ConversionError as problem:
        raise OperandError(f"an arithmetic operator needs numbers: {problem}") from problem
    if isinstance(found, Unknown | int | Decimal):
        return found
    raise OperandError("an arithmetic operator needs numbers")


def _exact(number: Number) -> Decimal:
    return _EXACT.create_decimal(number)


def _plain(number: Decimal) -> Value:
    if number.is_infinite():
        return Value(number)
    if number.is_nan() or abs(number.adjusted()) > _MAX_DIGITS:
        raise OperandError("the result is out of range")
    whole = number.to_integral_value()
    return Value(int(whole) if whole == number else number)


def _arithmetic(calculate: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Value, Value], Value]:
    def apply(left: Value, right: Value) -> Value:
        a, b = _number(left), _number(right)
        for side in (a, b):
            if isinstance(side, Unknown):
                return Value(Unknown(side.cause))
        try:
            return _plain(calculate(_exact(a), _exact(b)))  # type: ignore[arg-type] # unknowns are gone
        except DecimalException as problem:
            raise OperandError("this cannot be calculated") from problem

    return apply


def _comparison(compare: Callable[[Number, Number], bool]) -> Callable[[Value, Value], Value]:
    def apply(left: Value, right: Value) -> Value:
        a, b = _number(left), _number(right)
        for side in (a, b):
            if isinstance(side, Unknown):
                return Value(Unknown(side.cause))
        return Value(compare(a, b))  # type: ignore[arg-type] # unknowns are gone

    return apply


def _divide(a: Decimal, b: Decimal) -> Decimal:
    if b == 0 and a != 0:
        return Decimal("Infinity").copy_sign(a)
    return _EXACT.divide(a, b)


def _modulo(a: Decimal, b: Decimal) -> Decimal:
    return a if b == 0 else _EXACT.remainder(a, b)


def _negate(operand: Value) -> Value:
    number = _number(operand)
    if isinstance(number, Unknown):
        return Value(Unknown(number.cause))
    return _plain(_EXACT.minus(_exact(number))) if number else Value(_NEGATIVE_ZERO)


UNARY: Mapping[str, Callable[[Value], Value]] = {"!": _not, "-": _negate}
BINARY: Mapping[str, Callable[[Value, Value], Value]] = {
    "==": _equals,
    "!=": _differs,
    "&&": _and,
    "||": _or,
    "+": _arithmetic(_EXACT.add),
    "-": _arithmetic(_EXACT.subtract),
    "*": _arithmetic(_EXACT.multiply),
    "/": _arithmetic(_divide),
    "%": _arithmetic(_modulo),
    "<": _comparison(lambda a, b: a < b),
    "<=": _comparison(lambda a, b: a <= b),
    ">": _comparison(lambda a, b: a > b),
    ">=": _comparison(lambda a, b: a >= b),
}
