"""Functions on numbers. ``log`` and ``pow`` work in double precision, as in Terraform."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from scanner.terraform.functions.signature import Function, FunctionError, Parameter, invalid, plain, whole
from scanner.terraform.numbers import MAX_EXPONENT, Number, number
from scanner.terraform.types import NUMBER
from scanner.values import Data

_NUM = Parameter("num", NUMBER)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _real(calculate: Callable[[float, float], float]) -> Callable[[Number, Number], Number]:
    def calculated(left: Number, right: Number) -> Number:
        try:
            found = number(calculate(float(left), float(right)))
        except (ArithmeticError, ValueError):
            found = None
        if found is None:
            raise FunctionError("the result is not a number, or out of range.")
        return found

    return calculated


def _log(value: float, base: float) -> float:
    # Go: the logarithm of zero is minus infinity, so to base zero the quotient is zero.
    return -0.0 if base == 0 and value > 0 else math.log(value) / math.log(base)


def _parseint(text: Data, base_number: Data) -> int:
    base = whole(base_number, "base")
    if not isinstance(text, str):
        raise invalid("number", "first argument must be a string")
    if not 2 <= base <= len(_DIGITS):
        raise invalid("base", f"base must be a whole number between 2 and {len(_DIGITS)} inclusive")
    digits = text.lower() if base <= 36 else text
    sign, digits = (-1, digits[1:]) if digits.startswith("-") else (1, digits.removeprefix("+"))
    known = _DIGITS[:base]
    if not digits or len(digits) > MAX_EXPONENT or any(digit not in known for digit in digits):
        raise invalid("number", f'cannot parse "{text[:80]}" as a base {base} integer')
    total = 0
    for digit in digits:
        total = total * base + known.index(digit)
    return sign * total


def _extreme(choose: Callable[[tuple[Number, ...]], Number]) -> Callable[..., Number]:
    def chosen(*numbers: Number) -> Number:
        if not numbers:
            raise FunctionError("must pass at least one number.")
        return choose(numbers)

    return chosen


def _signum(value: Number) -> int:
    sign = whole(value, "num")
    return (sign > 0) - (sign < 0)


_FUNCTIONS = (
    Function("abs", (_NUM,), plain(abs)),
    Function("ceil", (_NUM,), plain(math.ceil)),
    Function("floor", (_NUM,), plain(math.floor)),
    Function("log", (_NUM, Parameter("base", NUMBER)), plain(_real(_log))),
    Function("pow", (_NUM, Parameter("power", NUMBER)), plain(_real(math.pow))),
    Function("signum", (_NUM,), plain(_signum)),
    Function("max", (), plain(_extreme(max)), rest=Parameter("numbers", NUMBER)),
    Function("min", (), plain(_extreme(min)), rest=Parameter("numbers", NUMBER)),
    Function("parseint", (Parameter("number"), Parameter("base", NUMBER)), plain(_parseint)),
)
FUNCTIONS: Mapping[str, Function] = {function.name: function for function in _FUNCTIONS}
