"""What the scalars of a template mean.

CloudFormation reads YAML 1.1: a plain ``yes`` or ``off`` is a boolean, ``0100`` an octal number, ``0x1F``, ``0b11``,
``1_000`` and ``1:30`` are numbers. Where it then needs a text, it writes that boolean or number, and not what stands in
the template. It leaves dates alone, the ``Version`` of a policy among them. Digits after a zero that are not an octal
number become a float, ``012345678901`` the text ``1.2345678901E10``.

What is not known from AWS or from what people saw of the service is not guessed: ``y`` and ``n``, which YAML 1.1 calls
booleans and few readers do, and floats that can be written in more than one way (``1.10``) have several readings.

https://yaml.org/type/bool.html, https://yaml.org/type/int.html, https://yaml.org/type/float.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import reduce

from scanner.lazy_dataclass import dataclass
from scanner.regexes import whole
from scanner.values import Unknown, Value

MAX_DIGITS = 100
"""A longer number stays the text that it is; nobody writes one."""

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_WORDS = {True: ("true", "yes", "on"), False: ("false", "no", "off")}
_BOOLEANS = {
    spelling: truth
    for truth, words in _WORDS.items()
    for word in words
    for spelling in (word, word.capitalize(), word.upper())
}
_LETTERS = {"y": "true", "Y": "true", "n": "false", "N": "false"}
_WORDS_OF_ANOTHER_TYPE = frozenset((*_NULL, *_BOOLEANS, *_LETTERS))
_BEGINS_A_NUMBER = frozenset("+-.0123456789")
_BASES = (
    (whole(r"([-+]?)0b([01_]+)"), 2),
    (whole(r"([-+]?)0x([0-9a-fA-F_]+)"), 16),
    (whole(r"([-+]?)0([0-7_]+)"), 8),
    (whole(r"([-+]?)(0|[1-9][0-9_]*)"), 10),
)
_SEXAGESIMAL = whole(r"([-+]?)([1-9][0-9_]*(?::[0-5]?[0-9])+)")
_NOT_OCTAL = whole(r"[-+]?0[0-7_]*[89][0-9_]*")
_FLOAT = whole(r"[-+]?(?:[0-9][0-9_]*)(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|[-+]?\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?")
_PLAIN_FLOAT = whole(r"-?(?:0|[1-9][0-9]{0,6})\.(?:[0-9]{0,8}[1-9])")
"""Floats that every reader writes as they stand."""
_SPECIAL = whole(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*")
_SMALL, _LARGE = 1e-3, 1e7
"""Between these Java writes a float without an exponent."""


@dataclass(frozen=True, slots=True)
class Readings:
    """The texts that a plain scalar may be to CloudFormation, where it is not known which."""

    texts: tuple[str, ...]


Scalar = bool | int | Decimal | str | Readings | None


def plain(text: str) -> Scalar:
    """The meaning of a scalar without quotes and without a tag."""
    if text in _NULL:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if text in _LETTERS:
        return Readings((text, _LETTERS[text]))
    if text[0] not in _BEGINS_A_NUMBER or len(text) > MAX_DIGITS:
        return text
    return _number(text)


def is_text(written: str) -> bool:
    """Whether a scalar without quotes and without a tag is certainly a text. Some that begin like a number are too."""
    return written not in _WORDS_OF_ANOTHER_TYPE and written[0] not in _BEGINS_A_NUMBER


def is_letter(text: str) -> bool:
    """Whether a scalar without quotes and without a tag is a letter that YAML 1.1 calls a boolean."""
    return text in _LETTERS


def tagged(text: str, tag: str) -> Scalar:
    """The meaning of a scalar with quotes or with a tag, such as ``!!str 12``."""
    match tag.removeprefix("tag:yaml.org,2002:"):
        case "null":
            return None
        case "bool" | "int" | "float":
            return plain(text)
        case _:
            return text


def _number(text: str) -> Scalar:
    for pattern, base in _BASES:
        found = pattern.fullmatch(text)
        digits = found[2].replace("_", "") if found else ""
        if found and digits:
            return int(digits, base) * (-1 if found[1] == "-" else 1)
    found = _SEXAGESIMAL.fullmatch(text)
    if found:
        parts = (int(part.replace("_", "")) for part in found[2].split(":"))
        return reduce(lambda whole, part: whole * 60 + part, parts) * (-1 if found[1] == "-" else 1)
    if _PLAIN_FLOAT.fullmatch(text) and abs(float(text)) >= _SMALL:
        return Decimal(text)
    if _SPECIAL.fullmatch(text):
        return Readings((text, _special(text)))
    if not _FLOAT.fullmatch(text):
        return text
    number = float(text.replace("_", ""))
    if _NOT_OCTAL.fullmatch(text) and abs(number) >= _LARGE:
        return _java(number)
    shorter = (str(int(number)),) if number.is_integer() and abs(number) < _LARGE else ()
    return Readings(tuple(dict.fromkeys((text, _java(number), *shorter))))


def _special(text: str) -> str:
    """Infinity, what is not a number, or a float in base 60, as Java writes them."""
    word = text.lstrip("+-").lower()
    sign = "-" if text.startswith("-") else ""
    if word in (".inf", ".nan"):
        return sign + {".inf": "Infinity", ".nan": "NaN"}[word]
    parts = [float(part) for part in word.replace("_", "").split(":")]
    return sign + _java(reduce(lambda whole, part: whole * 60 + part, parts))


def _java(number: float) -> str:
    """A float as Java writes it, which CloudFormation is made with: with an exponent where it is small or large."""
    if number == 0 or _SMALL <= abs(number) < _LARGE or not math.isfinite(number):
        return repr(number)
    exponent = math.floor(math.log10(abs(number)))
    digits = format(Decimal(repr(number)).normalize().scaleb(-exponent), "f")
    return f"{digits if '.' in digits else digits + '.0'}E{exponent}"


def as_text(data: object) -> str | None:
    """A typed scalar as CloudFormation writes it where it needs a text; None for null, lists, mappings and unknowns."""
    match data:
        case str():
            return data
        case bool():
            return "true" if data else "false"
        case int() | Decimal():
            return str(data)
        case _:
            return None


def as_name(value: Value) -> str | None:
    """The name that a scalar is, of a condition or a loop's identifier: as it is written where that is not settled.

    CloudFormation reads it alike where it is defined and where it is used.
    """
    candidates = value.unknown.candidates if value.unknown is not None else ()
    first = candidates[0] if candidates else None
    return as_text(value.data) if first is None else first.text


def without_types(value: Value) -> object:
    """A value without unknowns as plain data in which every scalar but null is a text, as CloudFormation sees it."""
    match value.data:
        case tuple() as items:
            return [without_types(item) for item in items]
        case Mapping() as entries:
            return {key: without_types(entry) for key, entry in entries.items()}
        case _:
            return as_text(value.data)


def texts_throughout(value: Value) -> Value:
    """The same tree with every number and boolean in it written as a text; unknowns stay.

    What candidates share stays shared, or there would be twice as much of it for each level of undecided conditions.
    """
    return _with_texts(value, {})


def _with_texts(value: Value, done: dict[int, Value]) -> Value:
    found = done.get(id(value))
    if found is not None:
        return found
    match value.data:
        case tuple() as items:
            found = Value(tuple(_with_texts(item, done) for item in items), value.span, value.trail)
        case Mapping() as entries:
            changed = {key: _with_texts(entry, done) for key, entry in entries.items()}
            found = Value(changed, value.span, value.trail)
        case Unknown(candidates=candidates) as hole if candidates:
            texts = tuple(None if one is None else _with_texts(one, done) for one in candidates)
            found = replace(value, data=replace(hole, candidates=texts))
        case _:
            return scalar_text(value)
    done[id(value)] = found
    return found


def scalar_text(value: Value) -> Value:
    """A number or boolean as a text; anything else as it is."""
    text = as_text(value.data)
    return value if text is None or isinstance(value.data, str) else Value(text, value.span, value.trail)
