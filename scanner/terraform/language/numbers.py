"""Terraform's numbers: binary floating point of 512 bits, written in decimal without an exponent.

A number is an ``int`` when it is whole and a ``Decimal`` otherwise. A ``Decimal`` stands for the nearest 512-bit number
and has no more digits than are needed to tell it from its neighbours, so equal numbers are equal decimals.
"""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction
from typing import TypeAlias

from scanner.regexes import whole

Number: TypeAlias = int | Decimal

MAX_EXPONENT = 1000
"""Numbers of more digits than this, before or behind the point, are refused; Terraform has no such limit."""

_BITS = 512
_SAFE_DIGITS = 153
"""Decimals of so many digits are told apart by 512 bits."""
_LITERAL = whole(r"[+-]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]{1,9})?")
_EXACT = Context(prec=2 * MAX_EXPONENT + 1000)


def parse_number(text: str) -> Number | None:
    """The number that a text of decimal digits stands for, perhaps with an exponent; None if it is something else."""
    if len(text) > MAX_EXPONENT or not _LITERAL.fullmatch(text):
        return None
    return number(Decimal(text))


def number(value: int | float | Decimal | Fraction) -> Number | None:
    """The nearest number that Terraform has; None if it is out of range."""
    match value:
        case int():
            return value if value.bit_length() <= _BITS else _nearest(Fraction(value))
        case float():
            return number(Decimal(repr(value)))
        case Fraction():
            return value.numerator if value.denominator == 1 else _nearest(value)
        case Decimal():
            if not value.is_finite():
                return None
            if not value:
                return 0
            if abs(value.adjusted()) > MAX_EXPONENT:
                return None
            if len(value.as_tuple().digits) > _SAFE_DIGITS:
                return _nearest(Fraction(value))
            return _whole_if_whole(value)


def number_text(value: Number) -> str:
    """The decimal digits, never with an exponent."""
    if isinstance(value, int):
        return format(Decimal(value), "f")
    if len(value.as_tuple().digits) > _SAFE_DIGITS:
        rounded = number(value)
        value = value if rounded is None else Decimal(rounded)
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _whole_if_whole(value: Decimal) -> Number:
    return int(value) if value == value.to_integral_value() else value.normalize(_EXACT)


def _nearest(value: Fraction) -> Number | None:
    """Round to 512 bits, half to even, and find the shortest decimal that leads back to it."""
    magnitude = abs(value)
    exponent = magnitude.numerator.bit_length() - magnitude.denominator.bit_length() - _BITS
    if abs(exponent) > 4 * MAX_EXPONENT:
        return None
    mantissa = round(magnitude / Fraction(2) ** exponent)
    if mantissa.bit_length() > _BITS:
        exponent += 1
        mantissa = round(magnitude / Fraction(2) ** exponent)
    elif mantissa.bit_length() < _BITS:
        exponent -= 1
        mantissa = round(magnitude / Fraction(2) ** exponent)
    if exponent >= 0:
        whole = mantissa << exponent
        return -whole if value < 0 else whole
    shortest = _shortest(mantissa, exponent)
    return _whole_if_whole(shortest.copy_negate() if value < 0 else shortest)


def _shortest(mantissa: int, exponent: int) -> Decimal:
    """The algorithm of Go's ``big.Float.Text`` with the shortest precision, for a negative exponent."""
    scale = 5 ** (1 - exponent)
    bounds = [(2 * mantissa + step) * scale for step in (-1, 0, 1)]
    texts = [format(Decimal(bound), "f") for bound in bounds]
    length = max(len(text) for text in texts)
    lower, middle, upper = (text.zfill(length) for text in texts)
    inclusive = mantissa % 2 == 0
    for index, digit in enumerate(middle):
        last = index + 1 == length
        down = lower[index] != digit or (inclusive and last)
        up = digit != upper[index] and (inclusive or int(digit) + 1 < int(upper[index]) or not last)
        if down or up:
            kept, rest = int(middle[: index + 1]), middle[index + 1 :]
            half = rest[:1] == "5" and not rest[1:].strip("0")
            nearer_up = rest[:1] >= "5" and (not half or kept % 2 == 1)
            if not down or (up and nearer_up):
                kept += 1
            return Decimal(kept).scaleb(length - index - 1 + exponent - 1, _EXACT)
    return Decimal(int(middle)).scaleb(exponent - 1, _EXACT)
