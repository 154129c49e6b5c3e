"""Symbols of what is calculated from unknowns: equal operations on equal operands have equal symbols."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping

from scanner.symbol import Call, Symbol
from scanner.terraform.language.kinds import Unsettled
from scanner.terraform.language.namespace import Namespace
from scanner.terraform.language.numbers import number_text
from scanner.values import Unknown, Value

_MAX_SYMBOL = 400
"""A longer symbol than this is abbreviated, so that it does not double with every local value that it passes."""
_SHOWN = 40
"""Characters of an abbreviated symbol that are left for people."""


def symbol_of(name: str, operands: Iterable[Value]) -> Symbol | None:
    """A name for what a function or operator makes of its operands. None when an unknown one has no name itself."""
    written = [_written(operand) for operand in operands]
    parts = [part for part in written if part is not None]
    return Call(_bounded(f"{name}({', '.join(parts)})")) if len(parts) == len(written) else None


def _bounded(symbol: str) -> str:
    """Of a long symbol its beginning and what tells it from all others."""
    if len(symbol) <= _MAX_SYMBOL:
        return symbol
    return f"{symbol[:_SHOWN]}…{hashlib.sha256(symbol.encode()).hexdigest()}"


def _written(value: Value) -> str | None:
    match value.data:
        case Unknown(pieces=()) as hole:
            return None if hole.symbol is None else str(hole.symbol)
        case Unknown(pieces=pieces):
            texts = [_written(Value(piece)) for piece in pieces]
            known = [text for text in texts if text is not None]
            return _bounded(f"text({', '.join(known)})") if len(known) == len(texts) else None
        case None:
            return "null"
        case bool(flag):
            return "true" if flag else "false"
        case str(text):
            return _quoted(text)
        case tuple() as items:
            written = [_written(item) for item in items]
            known = [text for text in written if text is not None]
            listed = f"[{', '.join(known)}]"
            shown = f"toset({listed})" if isinstance(items, Unsettled) else listed
            return _bounded(shown) if len(known) == len(written) else None
        case Namespace():
            return None
        case Mapping() as entries:
            pairs = [(_quoted(name), _written(entries[name])) for name in sorted(entries)]
            known = [f"{name} = {text}" for name, text in pairs if text is not None]
            shown = f"{{{', '.join(known)}}}"
            return _bounded(shown) if len(known) == len(pairs) else None
        case number:
            return number_text(number)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
