"""Text that intrinsic functions put together, with bounds and with dynamic references.

``{{resolve:…}}`` is filled in by CloudFormation when the stack is deployed: a hole whose symbol is the reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.budget import spend
from scanner.cause import Cause, CauseKind
from scanner.cloudformation.template.scalars import as_text
from scanner.regexes import anywhere
from scanner.symbol import Named, NameKind
from scanner.values import Unknown, Value, joined, pieces, unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.cloudformation.language.names import Names
    from scanner.span import Span

MAX_TEXT = 100_000
"""Characters of one text, a hole counting as one. The longest policy has 10,240."""

_CHARACTERS = 6
"""A power of two: so many characters are a step."""
_OPENING = "{{resolve:"
_DYNAMIC = anywhere(r"(\{\{resolve:[^{}]*\}\})")


def text_pieces(value: Value | None) -> tuple[str | Unknown, ...] | None:
    """The text that a scalar stands for, as literal pieces and holes; None for lists, mappings, null and no value."""
    if value is None:
        return None
    if value.unknown is not None:
        return pieces(value)
    text = as_text(value.data)
    return None if text is None else (text,)


def join_text(parts: Iterable[str | Unknown], span: Span | None) -> Value:
    """One text from pieces. Unknown as a whole when it is too long, or when a hole is part of a dynamic reference."""
    flat = tuple(_bounded(parts))
    length = sum(len(part) if isinstance(part, str) else 1 for part in flat)
    spend(len(flat) + (length >> _CHARACTERS))
    if length > MAX_TEXT:
        detail = f"a string of more than {MAX_TEXT:,} characters"
        return unknown(Cause(CauseKind.UNSUPPORTED, detail, span), span=span)
    resolved = tuple(_resolved(pieces(joined(flat)) or (), span))
    unfinished = any(isinstance(part, str) and _OPENING in part for part in resolved)
    if unfinished and any(isinstance(part, Unknown) for part in resolved):
        return unknown(_dynamic("{{resolve:…}}", span), span=span)
    return joined(resolved, span)


def filled(text: Value, names: Names) -> Value:
    """A text with what its dynamic references give, where what they read is written by what is scanned."""
    found = text.unknown
    parts = () if found is None else found.pieces or (found,)
    if not any(map(_is_dynamic, parts)):
        return text
    return join_text((piece for part in parts for piece in _filled(part, names, text.span)), text.span)


def _filled(part: str | Unknown, names: Names, span: Span | None) -> tuple[str | Unknown, ...]:
    read = names.handed_over(str(part.symbol), span) if isinstance(part, Unknown) and _is_dynamic(part) else None
    return text_pieces(read) or (part,)


def _is_dynamic(part: str | Unknown) -> bool:
    symbol = part.symbol if isinstance(part, Unknown) else None
    return isinstance(symbol, Named) and symbol.kind is NameKind.DYNAMIC_REFERENCE


def _bounded(parts: Iterable[str | Unknown]) -> Iterator[str | Unknown]:
    """The parts, until there are enough to see that they are too many."""
    length = 0
    for part in parts:
        for piece in part.pieces if isinstance(part, Unknown) and part.pieces else (part,):
            yield piece
            length += len(piece) if isinstance(piece, str) else 1
            if length > MAX_TEXT:
                return


def _resolved(parts: Iterable[str | Unknown], span: Span | None) -> Iterator[str | Unknown]:
    for part in parts:
        if isinstance(part, Unknown) or _OPENING not in part:
            yield part
            continue
        # Every second part of a text that is split at its dynamic references is one.
        for number, piece in enumerate(_DYNAMIC.split(part)):
            yield Unknown(_dynamic(piece, span), Named(NameKind.DYNAMIC_REFERENCE, piece)) if number % 2 else piece


def _dynamic(reference: str, span: Span | None) -> Cause:
    return Cause(CauseKind.KNOWN_AFTER_APPLY, f"{reference}, which is filled in when the stack is deployed", span)
