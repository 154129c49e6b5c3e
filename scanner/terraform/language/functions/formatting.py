"""``format`` and ``formatlist``: cty's format strings, where a width counts what a reader would call characters.

verb = "%" flags width? ("." digits?)? ("[" index "]")? letter      flags = any of "0#-+ "
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Context, Decimal

from scanner.lazy_dataclass import dataclass
from scanner.regexes import beginning
from scanner.terraform.language.conversion import ConversionError, to_bool, to_number, to_text
from scanner.terraform.language.equality import is_text
from scanner.terraform.language.functions.json_encoding import encode_json, escaped
from scanner.terraform.language.functions.sequences import limited
from scanner.terraform.language.functions.signature import (
    Function,
    FunctionContext,
    FunctionError,
    Parameter,
    UnsupportedError,
    invalid,
)
from scanner.terraform.language.functions.strings import bounded, graphemes
from scanner.terraform.language.kinds import ListItems, Unsettled
from scanner.terraform.language.numbers import Number, number
from scanner.terraform.language.types import ANY, STRING
from scanner.values import Unknown, Value, joined, pieces

MAX_WIDTH = 100_000
"""Characters that one verb may pad to, or digits that it may ask for."""

_VERB = beginning(
    r"%(?P<flags>[0#\-+ ]*)(?P<width>[1-9]\d*)?(?P<precision>\.\d*)?(?:\[(?P<index>[1-9]\d*)\])?(?P<letter>[a-zA-Z])",
    re.ASCII,
)
_BASES = {"b": ("b", "0b"), "d": ("d", ""), "o": ("o", "0"), "x": ("x", "0x"), "X": ("X", "0X")}
_EXACT = Context(prec=5000)


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb of a format string."""

    raw: str
    offset: int
    flags: str
    width: int
    precision: int | None
    index: int | None
    """The argument that it names, counted from 1."""
    letter: str

    def refuses(self, problem: str) -> FunctionError:
        """The error that names this verb."""
        return FunctionError(f'unsupported value for "{self.raw}" at {self.offset}: {problem}.')

    def padded(self, text: str) -> str:
        """The text in the width of the verb, measured in characters as a reader sees them."""
        missing = self.width - (len(graphemes(text)) if self.width else 0)
        if missing <= 0:
            return text
        pad = ("0" if "0" in self.flags else " ") * missing
        return text + pad if "-" in self.flags else pad + text


def _parsed(text: str) -> Iterator[str | Verb]:
    position = 0
    while position < len(text):
        percent = text.find("%", position)
        if percent == -1:
            yield text[position:]
            return
        yield text[position:percent]
        if text.startswith("%%", percent):
            yield "%"
            position = percent + 2
            continue
        match = _VERB.match(text, percent)
        if match is None:
            raise FunctionError(f"invalid format string starting at offset {percent}.")
        width, precision, index = match["width"], match["precision"], match["index"]
        if any(number and len(number) >= len(str(MAX_WIDTH)) for number in (width, precision, index)):
            raise UnsupportedError(f'the numbers in "{match[0][:20]}" are larger than {MAX_WIDTH}')
        yield Verb(
            match[0],
            percent,
            match["flags"],
            int(width or 0),
            None if precision is None else int(precision[1:] or 0),
            int(index) if index else None,
            match["letter"],
        )
        position = match.end()


def _formatted(text: str, arguments: tuple[Value, ...]) -> Value:
    """One text; a hole in it for each argument that is not known."""
    parts: list[str | Unknown] = []
    following, highest, length = 1, 0, 0
    for piece in _parsed(text):
        if isinstance(piece, str):
            added: tuple[str | Unknown, ...] = (piece,)
        else:
            index = piece.index or following
            following, highest = index + 1, max(highest, index)
            if index > len(arguments):
                raise FunctionError(
                    f'not enough arguments for "{piece.raw}" at {piece.offset}: need index {index} but have '
                    f"{len(arguments)} total."
                )
            added = _verb(piece, arguments[index - 1])
        length += sum(len(part) for part in added if isinstance(part, str))
        bounded(length)
        parts.extend(added)
    if highest < len(arguments):
        used = f"only {highest} used by format string" if highest else "no verbs in format string"
        raise invalid("args", f"too many arguments; {used}")
    return joined(parts)


def _verb(verb: Verb, argument: Value) -> tuple[str | Unknown, ...]:
    if verb.letter not in "vtbdoxXeEfgGsq":
        raise FunctionError(f"unsupported format verb '{verb.letter}' in \"{verb.raw}\" at offset {verb.offset}.")
    if verb.letter != "v" and argument.is_null:
        raise verb.refuses("null value cannot be formatted")
    if argument.unknown is not None:
        return _hole(verb, argument.unknown)
    try:
        match verb.letter:
            case "v":
                return _as_is(verb, argument)
            case "t":
                return (to_text(to_bool(argument)).text or "",)
            case "s" | "q":
                return (_string(verb, to_text(argument).text or ""),)
            case _:
                amount = to_number(argument).data
                assert isinstance(amount, Number)  # noqa: S101 # what to_number gives for a known value
                return (_integer(verb, amount) if verb.letter in _BASES else _real(verb, amount),)
    except ConversionError as problem:
        raise verb.refuses(str(problem)) from problem


def _hole(verb: Verb, hole: Unknown) -> tuple[str | Unknown, ...]:
    """An unknown argument. Only plain text keeps its pieces and its symbol; all else is some other text."""
    plain = verb.width == 0 and not verb.precision
    if plain and (verb.letter == "s" or (verb.letter == "v" and "#" not in verb.flags and is_text(hole))):
        return pieces(Value(hole)) or ()
    if plain and verb.letter == "q":
        return ('"', *(escaped(part) if isinstance(part, str) else Unknown(part.cause) for part in _parts(hole)), '"')
    return (Unknown(hole.cause),)


def _parts(hole: Unknown) -> tuple[str | Unknown, ...]:
    return hole.pieces or (hole,)


def _as_is(verb: Verb, argument: Value) -> tuple[str | Unknown, ...]:
    match argument.data:
        case str(text) if "#" not in verb.flags:
            return (verb.padded(text),)
        case bool() | None | str() | tuple() | Mapping():
            encoded = encode_json(argument)
            if encoded.text is not None:
                return (verb.padded(encoded.text),)
            parts = pieces(encoded) or ()
            return parts if verb.width == 0 else tuple(Unknown(p.cause) for p in parts if isinstance(p, Unknown))[:1]
        case int() | Decimal() as amount if "#" not in verb.flags:
            return (verb.padded(_shortest(amount)),)
        case _:
            return (verb.padded(to_text(argument).text or ""),)


def _string(verb: Verb, text: str) -> str:
    if verb.precision:
        text = "".join(graphemes(text)[: verb.precision])
    return verb.padded(f'"{escaped(text)}"' if verb.letter == "q" else text)


def _integer(verb: Verb, amount: Number) -> str:
    if not isinstance(amount, int):
        raise verb.refuses("an integer is required")
    kind, prefix = _BASES[verb.letter]
    digits = format(Decimal(abs(amount)), "f") if kind == "d" else format(abs(amount), kind)
    if verb.precision is not None:
        digits = digits.zfill(verb.precision)
    sign = _sign(verb, amount) + (prefix if "#" in verb.flags else "")
    return _aligned(verb, sign, digits, zeros=verb.precision is None)


def _real(verb: Verb, amount: Number) -> str:
    magnitude = Decimal(amount).copy_abs()
    precision = verb.precision
    match verb.letter:
        case "f":
            digits = format(magnitude, f".{6 if precision is None else precision}f")
        case "e" | "E":
            digits = _exponential(magnitude, 6 if precision is None else precision)
        case _ if precision is None:
            digits = _shortest(magnitude)
        case _:
            digits = _general(magnitude, max(precision, 1))
    digits = digits.upper() if verb.letter in "EG" else digits
    return _aligned(verb, _sign(verb, amount), digits, zeros=True)


def _sign(verb: Verb, amount: Number) -> str:
    if amount < 0:
        return "-"
    return "+" if "+" in verb.flags else " " if " " in verb.flags else ""


def _aligned(verb: Verb, sign: str, digits: str, *, zeros: bool) -> str:
    missing = verb.width - len(sign) - len(digits)
    if missing <= 0:
        return sign + digits
    if "-" in verb.flags:
        return sign + digits + " " * missing
    return sign + "0" * missing + digits if zeros and "0" in verb.flags else " " * missing + sign + digits


def _exponential(magnitude: Decimal, precision: int) -> str:
    if not magnitude:
        return f"{format(magnitude, f'.{precision}f')}e+00"
    mantissa, _, exponent = format(magnitude, f".{precision}e").partition("e")
    return f"{mantissa}e{exponent[0]}{exponent[1:].zfill(2)}"


def _shortest(amount: Number) -> str:
    """Go's ``%g`` without precision: all digits, an exponent for large and small numbers."""
    nearest = number(amount)
    exact = Decimal(amount if nearest is None else nearest).normalize(_EXACT)
    exponent, count = exact.adjusted(), len(exact.as_tuple().digits)
    threshold = count if 6 > count >= exponent + 1 else 6
    sign = "-" if amount < 0 else ""
    if exact and (exponent < -4 or exponent >= max(threshold, 1 if count < 6 else threshold)):
        return sign + _exponential(exact.copy_abs(), count - 1)
    return sign + format(exact.copy_abs(), "f")


def _general(magnitude: Decimal, precision: int) -> str:
    rounded = Context(prec=precision).create_decimal(magnitude).normalize(_EXACT)
    exponent, count = rounded.adjusted(), len(rounded.as_tuple().digits)
    threshold = count if precision > count >= exponent + 1 else precision
    if rounded and (exponent < -4 or exponent >= threshold):
        return _exponential(rounded, count - 1)
    return format(rounded, "f")


def _format(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    text = arguments[0].text
    return None if text is None else _formatted(text, arguments[1:])


def _formatlist(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    text = arguments[0].text
    if text is None or any(_of_unknown_length(argument) for argument in arguments[1:]):
        return None
    length: int | None = None
    for position, argument in enumerate(arguments[1:], 1):
        if not isinstance(argument.data, tuple):
            continue
        if length is not None and len(argument.data) != length:
            raise invalid("args", f"argument {position} has length {len(argument.data)}, not {length} as one before it")
        length = len(argument.data)
    limited(length or 0)
    rows: list[Value] = []
    for row in range(1 if length is None else length):
        items = (each.data[row] if isinstance(each.data, tuple) else each for each in arguments[1:])
        try:
            rows.append(_formatted(text, tuple(items)))
        except FunctionError as problem:
            raise FunctionError(f"error on format iteration {row}: {problem}") from problem
    return Value(ListItems(rows))


def _of_unknown_length(argument: Value) -> bool:
    hole = argument.unknown
    return isinstance(argument.data, Unsettled) or (hole is not None and not is_text(hole))


_PARAMETERS = (Parameter("format", STRING),)
_ARGUMENTS = Parameter("args", ANY, nullable=True)
_FUNCTIONS = (
    Function("format", _PARAMETERS, _format, rest=_ARGUMENTS, reads_holes=True),
    Function("formatlist", _PARAMETERS, _formatlist, rest=_ARGUMENTS, reads_holes=True),
)
FUNCTIONS: Mapping[str, Function] = {function.name: function for function in _FUNCTIONS}
