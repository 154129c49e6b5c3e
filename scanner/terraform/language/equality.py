"""Whether two values are equal, as Terraform's ``==`` says. A list is not equal to a tuple, nor a map to an object."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal

from scanner.symbol import Attribute
from scanner.terraform.language.kinds import ListItems, MapEntries, SetItems, Unsettled
from scanner.truth import NO, YES, Truth, all_of, truth, undetermined
from scanner.values import Unknown, Value, holes, same_text

_IDENTIFIERS = ("arn", "id", "unique_id")
_AWS = re.compile(r"(?:^|\.)aws_\w+\.[^.]+$")


def is_text(hole: Unknown) -> bool:
    """True if an unknown can only be a text: it is known in part, or AWS gives it as an identifier."""
    return bool(hole.pieces) or _is_identifier(hole)


def is_text_not_empty(hole: Unknown) -> bool:
    """True if an unknown can only be a text of at least one character."""
    return any(isinstance(piece, str) for piece in hole.pieces) or _is_identifier(hole)


def _is_identifier(hole: Unknown) -> bool:
    symbol = hole.symbol
    return isinstance(symbol, Attribute) and symbol.name in _IDENTIFIERS and _AWS.search(symbol.owner) is not None


def equal(left: Value, right: Value) -> Truth:
    """Deep equality. Values of different types are not equal; unknowns of the same symbol are.

    Undetermined, with the causes, while filling in an unknown could make it yes or no.
    """
    a, b = left.data, right.data
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return _equal_unknown(left, right)
    match a, b:
        case (bool(), bool()) | (str(), str()) | (None, None):
            return truth(a == b)
        case (bool(), _) | (_, bool()):
            return NO
        case (int() | Decimal(), int() | Decimal()):
            return truth(a == b)
        case tuple() as xs, tuple() as ys:
            return _equal_sequences(xs, ys)
        case Mapping() as xs, Mapping() as ys:
            if isinstance(xs, MapEntries) is not isinstance(ys, MapEntries) or set(xs) != set(ys):
                return NO
            if not xs and isinstance(xs, MapEntries) and isinstance(ys, MapEntries):
                return truth(xs.empty_of == ys.empty_of)
            return all_of(equal(xs[key], ys[key]) for key in xs)
        case _:
            return NO


def same_document(left: Value, right: Value) -> bool:
    """Whether two known texts are the same, or policy documents that only differ in how they are written."""
    if left.text is None or right.text is None:
        return False
    if left.text == right.text:
        return True
    try:
        return _canonical(json.loads(left.text)) == _canonical(json.loads(right.text))
    except (ValueError, RecursionError):
        return False  # one of them is not JSON, so they differ


def _canonical(document: object) -> object:
    """One of several ways to write the same: an item for a list of one, no empty ``Sid``, no order."""
    match document:
        case list() as items:
            found = sorted(map(_canonical, items), key=repr)
            return found[0] if len(found) == 1 else found
        case dict() as entries:
            return {key: _canonical(item) for key, item in sorted(entries.items()) if (key, item) != ("Sid", "")}
    return document


def _equal_unknown(left: Value, right: Value) -> Truth:
    a, b = left.data, right.data
    if isinstance(a, Unknown) and isinstance(b, Unknown) and a.symbol is not None and a.symbol == b.symbol:
        return YES
    if any(isinstance(side, str) or (isinstance(side, Unknown) and side.pieces) for side in (a, b)):
        return same_text(left, right)
    return undetermined(*(hole.cause for side in (left, right) for hole in holes(side)))


def _equal_sequences(xs: tuple[Value, ...], ys: tuple[Value, ...]) -> Truth:
    if any(isinstance(xs, kind) is not isinstance(ys, kind) for kind in (ListItems, SetItems)):
        return NO
    if not xs and not ys and isinstance(xs, ListItems | SetItems) and isinstance(ys, ListItems | SetItems):
        return truth(xs.empty_of == ys.empty_of)
    if isinstance(xs, Unsettled) or isinstance(ys, Unsettled):
        return undetermined(*(hole.cause for item in (*xs, *ys) for hole in holes(item)))
    if len(xs) != len(ys):
        return NO
    return all_of(equal(x, y) for x, y in zip(xs, ys, strict=True))
