"""Functions on numbers. ``log`` and ``pow`` work in double precision, as in Terraform."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from scanner.terraform.language.functions.signature import Function, FunctionError, Parameter, invalid, plain, whole
from scanner.terraform.language.numbers import MAX_EXPONENT, Number, number
from scanner.terraform.language.types import NUMBER
from scanner.values import Data

_NUM = Parameter("num", NUMBER)
_ODD = (1.479819860511658591e-01, 1.818357216161805012e-01, 2.857142874366239149e-01, 6.666666666666735130e-01)
_EVEN = (1.531383769920937332e-01, 2.222219843214978396e-01, 3.999999999940941908e-01)
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
    return 0.0 if base == 0 and value > 0 else _natural_log(value) / _natural_log(base)


def _natural_log(x: float) -> float:
    """Go's ``math.Log`` (FreeBSD's ``e_log.c``); the C library's differs in the last digit."""
    if x <= 0:
        raise ValueError("no logarithm")
    mantissa, exponent = math.frexp(x)
    if mantissa < math.sqrt(0.5):
        mantissa, exponent = mantissa * 2, exponent - 1
    f = mantissa - 1
    s = f / (2 + f)
    s2 = s * s
    s4 = s2 * s2
    odd, even = s2 * _horner(s4, _ODD), s4 * _horner(s4, _EVEN)
    half = 0.5 * f * f
    low = exponent * 1.90821492927058770002e-10
    return exponent * 6.93147180369123816490e-01 - ((half - (s * (half + odd + even) + low)) - f)


def _horner(x: float, coefficients: tuple[float, ...]) -> float:
    total = 0.0
    for coefficient in coefficients:
        total = coefficient + x * total
    return total


def _pow(x: float, y: float) -> float:
    """Go's ``math.Pow``: repeated squaring for the whole part of the exponent."""
    if x == 0 or abs(y) == 0.5 or abs(y) > 1 << 20 or (x < 0 and not y.is_integer()):
        return math.pow(x, y)
    fraction, whole_part = math.modf(abs(y))
    if fraction > 0.5:
        fraction, whole_part = fraction - 1, whole_part + 1
    result = math.exp(fraction * _natural_log(x)) if fraction else 1.0
    power, exponent = math.frexp(x)
    result_exponent, rest = 0, int(whole_part)
    while rest:
        if rest & 1:
            result, result_exponent = result * power, result_exponent + exponent
        power, exponent, rest = power * power, exponent * 2, rest >> 1
        if power < 0.5:
            power, exponent = power * 2, exponent - 1
    return math.ldexp(1 / result if y < 0 else result, -result_exponent if y < 0 else result_exponent)


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
    Function("abs", (_NUM,), plain(lambda value: abs(value) if isinstance(value, int) else value.copy_abs())),
    Function("ceil", (_NUM,), plain(math.ceil)),
    Function("floor", (_NUM,), plain(math.floor)),
    Function("log", (_NUM, Parameter("base", NUMBER)), plain(_real(_log))),
    Function("pow", (_NUM, Parameter("power", NUMBER)), plain(_real(_pow))),
    Function("signum", (_NUM,), plain(_signum)),
    Function("max", (), plain(_extreme(max)), rest=Parameter("numbers", NUMBER)),
    Function("min", (), plain(_extreme(min)), rest=Parameter("numbers", NUMBER)),
    Function("parseint", (Parameter("number"), Parameter("base", NUMBER)), plain(_parseint)),
)
FUNCTIONS: Mapping[str, Function] = {function.name: function for function in _FUNCTIONS}
