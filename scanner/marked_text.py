"""A text in another language that is known in part: parsed with marks in its holes, which are put back then.

A hole is taken to stay in the scalar that it stands in. That holds for account IDs, regions, names and ARNs; what
brings structure of its own is the caller's to refuse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from scanner.regexes import anywhere
from scanner.values import Unknown, Value, joined, pieces

_BEGIN, _END = "\ue000", "\ue001"
"""Characters that no template has: they mean nothing outside of private agreements."""
_MARK = anywhere(f"{_BEGIN}([0-9]+){_END}")


def marked(text: Value) -> tuple[str, tuple[Unknown, ...]]:
    """The text with marks for what is not known, and what the marks stand for."""
    written: list[str] = []
    holes: list[Unknown] = []
    for piece in pieces(text) or ():
        if isinstance(piece, str):
            written.append(piece)
        else:
            written.append(f"{_BEGIN}{len(holes)}{_END}")
            holes.append(piece)
    return "".join(written), tuple(holes)


def filled(value: Value, holes: Sequence[Unknown]) -> Value:
    """The value with the holes in the places of their marks; a mapping with one in a key is not known at all."""
    if not holes:
        return value
    match value.data:
        case str() as text if _BEGIN in text:
            parts = [holes[int(part)] if number % 2 else part for number, part in enumerate(_MARK.split(text))]
            return replace(value, data=joined(parts).data)
        case tuple() as items:
            return replace(value, data=tuple(filled(item, holes) for item in items))
        case Mapping() as entries:
            mark = next((found for key in entries if (found := _MARK.search(key)) is not None), None)
            if mark is not None:
                return replace(value, data=Unknown(holes[int(mark[1])].cause))
            return replace(value, data={key: filled(entry, holes) for key, entry in entries.items()})
    return value
