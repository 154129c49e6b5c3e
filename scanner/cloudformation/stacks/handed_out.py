"""A value that leaves its account: a text there like any other, which refers to no resource any more.

A name means something in one account only. Handed to a stack that may be in another one, the name of a user is that of
whoever has it there; and the region of the template that hands it out is not that of the stack.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from scanner import values
from scanner.cause import Cause, CauseKind
from scanner.symbol import Attribute, Named, NameKind, Part
from scanner.values import Unknown, Value


def handed_out(value: Value) -> Value:
    """The value as another account gets it. What is not known stays equal to itself."""
    match value.data:
        case Unknown() as hole:
            return replace(value, data=_outside(hole), source=None)
        case tuple() as items:
            return replace(value, data=tuple(map(handed_out, items)), source=None)
        case Mapping() as entries:
            return replace(value, data={key: handed_out(entry) for key, entry in entries.items()}, source=None)
    return replace(value, source=None)


def _outside(hole: Unknown) -> Unknown:
    pieces = tuple(_outside(part) if isinstance(part, Unknown) else part for part in hole.pieces)
    candidates = tuple(None if one is None else handed_out(one) for one in hole.candidates)
    if hole.symbol is values.REGION:
        cause = Cause(CauseKind.MISSING_INPUT, "the region of the stack that hands it out", hole.cause.span)
        return Unknown(cause, Named(NameKind.VALUE, "region of another stack"))
    symbol = Part(hole.symbol, " elsewhere") if isinstance(hole.symbol, Attribute) else hole.symbol
    return replace(hole, symbol=symbol, pieces=pieces, candidates=candidates)
