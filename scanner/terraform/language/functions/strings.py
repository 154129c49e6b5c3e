"""Functions on text. Those that can keep the literal pieces of a text that is known in part."""

from __future__ import annotations

from collections.abc import Callable

from scanner.terraform.language.conversion import to_text
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
from scanner.terraform.language.kinds import ListItems, Unsettled
from scanner.terraform.language.numbers import Number
from scanner.terraform.language.symbols import symbol_of
from scanner.terraform.language.types import NUMBER, STRING, List
from scanner.values import Unknown, Value, joined, pieces

SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""What Go counts as white space; Python's own list is longer."""
MAX_TEXT = 8 * 1024 * 1024
"""Characters that one text may have."""

_STR = Parameter("str", STRING)


def bounded(length: int) -> None:
    """Give up a text that would be longer than the limit."""
    if length > MAX_TEXT:
        raise UnsupportedError(f"the result would be longer than {MAX_TEXT} characters")


def graphemes(text: str) -> list[str]:
    """What a reader would call characters."""
    if text.isascii() and "\r\n" not in text:
        return list(text)
    import regex  # type: ignore[import-untyped] # it ships none

    found: list[str] = regex.findall(r"\X", text)
    return found


def _lower(text: str) -> str:
    """Rune by rune, as Go does: no final sigma, no special casing."""
    return text.lower() if text.isascii() else "".join(_single(c, c.lower(), "i") for c in text)


def _upper(text: str) -> str:
    return text.upper() if text.isascii() else "".join(_single(c, c.upper(), c.title()) for c in text)


def _single(original: str, mapped: str, otherwise: str) -> str:
    if len(mapped) == 1:
        return mapped
    return otherwise if len(otherwise) == 1 else original


def _title(text: str) -> str:
    before = " "
    result = []
    for c in text:
        result.append(_single(c, c.title(), c) if _separates(before) else c)
        before = c
    return "".join(result)


def _separates(c: str) -> bool:
    if c.isascii():
        return not (c.isalnum() or c == "_")
    return not c.isalnum() and c in SPACES


def _piecewise(name: str, change: Callable[[str], str]) -> Function:
    """A function that treats every character by itself, so that literal pieces can be changed around the holes."""

    def body(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
        parts = pieces(arguments[0]) or ()
        if len(parts) == 1 and isinstance(parts[0], Unknown):
            return None
        return joined(_changed(name, part) if isinstance(part, Unknown) else change(part) for part in parts)

    return Function(name, (_STR,), body, reads_holes=True)


def _changed(name: str, hole: Unknown) -> Unknown:
    return Unknown(hole.cause, symbol_of(name, (Value(hole),)))


def _trimspace(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    parts = pieces(arguments[0]) or ()
    if not any(isinstance(part, str) and part.strip(SPACES) for part in parts) and any(
        isinstance(part, Unknown) for part in parts
    ):
        return None
    left = _trimmed(list(parts), lambda text: text.lstrip(SPACES))
    right = _trimmed(left[::-1], lambda text: text.rstrip(SPACES))
    return joined(right[::-1])


def _trimmed(parts: list[str | Unknown], strip: Callable[[str], str]) -> list[str | Unknown]:
    """Trim one end. A hole there may be white space too, so it and all of that up to other text becomes a new hole."""
    hole: Unknown | None = None
    for index, part in enumerate(parts):
        if isinstance(part, Unknown):
            hole = hole or Unknown(part.cause)
        elif rest := strip(part):
            return [*([hole] if hole else []), rest, *parts[index + 1 :]]
    return [hole] if hole else []


def _edges(value: Value) -> tuple[str, str, bool]:
    """The literal text at both ends of a text, and whether that is all of it."""
    parts = pieces(value) or ()
    head = parts[0] if parts and isinstance(parts[0], str) else ""
    tail = parts[-1] if parts and isinstance(parts[-1], str) else ""
    return head, tail, not any(isinstance(part, Unknown) for part in parts)


def _begins(text: str, whole: bool, prefix: str, prefix_whole: bool) -> bool | None:
    """Whether a text whose beginning is known begins with another; None while that is open."""
    if prefix_whole and text.startswith(prefix):
        return True
    if whole and prefix_whole:
        return False
    shorter = min(len(text), len(prefix))
    if text[:shorter] != prefix[:shorter] or (whole and len(text) < len(prefix)):
        return False
    return None


def _startswith(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    (head, _tail, whole), (prefix, _end, prefix_whole) = _edges(arguments[0]), _edges(arguments[1])
    answer = _begins(head, whole, prefix, prefix_whole)
    return None if answer is None else Value(answer)


def _endswith(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    (_head, tail, whole), (_start, suffix, suffix_whole) = _edges(arguments[0]), _edges(arguments[1])
    answer = _begins(tail[::-1], whole, suffix[::-1], suffix_whole)
    return None if answer is None else Value(answer)


def _strcontains(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    wanted = arguments[1].text
    if wanted is None:
        return None
    parts = pieces(arguments[0]) or ()
    if wanted == "" or any(isinstance(part, str) and wanted in part for part in parts):
        return Value(True)
    return None if any(isinstance(part, Unknown) for part in parts) else Value(False)


def _trimprefix(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    (head, _tail, whole), prefix = _edges(arguments[0]), arguments[1].text
    answer = None if prefix is None else _begins(head, whole, prefix, prefix_whole=True)
    if answer is None or prefix is None:
        return None
    parts = pieces(arguments[0]) or ()
    return joined((head[len(prefix) :], *parts[1:])) if answer and head else arguments[0]


def _trimsuffix(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    (_head, tail, whole), suffix = _edges(arguments[0]), arguments[1].text
    answer = None if suffix is None else _begins(tail[::-1], whole, suffix[::-1], prefix_whole=True)
    if answer is None or suffix is None:
        return None
    parts = pieces(arguments[0]) or ()
    return joined((*parts[:-1], tail[: len(tail) - len(suffix)])) if answer and tail else arguments[0]


def _join(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    if len(arguments) < 2:
        raise FunctionError("at least one list is required.")
    separator = pieces(arguments[0]) or ()
    parts: list[str | Unknown] = []
    length = 0
    for count, item in enumerate(_items(arguments[1:])):
        if item is None:
            return None
        if item.is_null:
            raise invalid("lists", f"element {count} is null; cannot concatenate null values")
        added = (*(separator if count else ()), *(pieces(to_text(item)) or ()))
        length += sum(len(part) for part in added if isinstance(part, str))
        bounded(length)
        parts.extend(added)
    return joined(parts)


def _items(lists: tuple[Value, ...]) -> list[Value | None]:
    """All elements in a row; a None where an unknown number of them, or an unknown order, stands."""
    found: list[Value | None] = []
    for each in lists:
        found.extend((None,) if isinstance(each.data, Unsettled) or not isinstance(each.data, tuple) else each.data)
    return found


def _split(separator: str, text: str) -> tuple[Value, ...]:
    if separator == "":
        return ListItems(map(Value, text))
    return ListItems(map(Value, text.split(separator)))


def _chomp(text: str) -> str:
    return text.rstrip("\r\n")


def _indent(width: Number, text: str) -> str:
    spaces = whole(width, "spaces")
    if spaces < 0:
        raise invalid("spaces", "it must not be negative")
    if spaces >= 2**63:
        raise invalid("spaces", "it is too large")
    bounded(len(text) + (text.count("\n") + 1) * spaces)
    return text.replace("\n", "\n" + " " * spaces)


def _substr(text: str, first: Number, count: Number) -> str:
    offset, length = whole(first, "offset"), whole(count, "length")
    characters = graphemes(text)
    start = max(offset + len(characters), 0) if offset < 0 else offset
    return "".join(characters[start:] if length < 0 else characters[start : start + length])


_FUNCTIONS = (
    _piecewise("lower", _lower),
    _piecewise("upper", _upper),
    Function("title", (_STR,), plain(_title)),
    Function("trimspace", (_STR,), _trimspace, reads_holes=True),
    Function("trim", (_STR, Parameter("cutset", STRING)), plain(lambda text, cutset: text.strip(cutset))),
    Function("trimprefix", (_STR, Parameter("prefix", STRING)), _trimprefix, reads_holes=True),
    Function("trimsuffix", (_STR, Parameter("suffix", STRING)), _trimsuffix, reads_holes=True),
    Function("startswith", (_STR, Parameter("prefix", STRING)), _startswith, reads_holes=True),
    Function("endswith", (_STR, Parameter("suffix", STRING)), _endswith, reads_holes=True),
    Function("strcontains", (_STR, Parameter("substr", STRING)), _strcontains, reads_holes=True),
    Function("join", (Parameter("separator", STRING),), _join, rest=Parameter("lists", List(STRING)), reads_holes=True),
    Function("split", (Parameter("separator", STRING), _STR), plain(_split)),
    Function("chomp", (_STR,), plain(_chomp)),
    Function("indent", (Parameter("spaces", NUMBER), _STR), plain(_indent)),
    Function("strrev", (_STR,), plain(lambda text: "".join(reversed(graphemes(text))))),
    Function("substr", (_STR, Parameter("offset", NUMBER), Parameter("length", NUMBER)), plain(_substr)),
)
FUNCTIONS = {function.name: function for function in _FUNCTIONS}
