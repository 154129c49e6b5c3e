"""The JSON text of a policy document as the provider writes it: in its own order, indented or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from scanner.budget import spend_on
from scanner.terraform.language.functions.json_encoding import encode_json, escaped
from scanner.values import Unknown, Value, joined, pieces

_TIMES = 5
"""How much more than one look at a value it costs to write it."""


def rendered(document: Value, *, indented: bool) -> Value:
    """The text; ``encodes`` of the result is the document, whose entries are written in their order."""
    for _ in range(_TIMES):
        spend_on(document)
    return replace(joined(_written(document, "\n" if indented else None)), encodes=document)


def _written(value: Value, margin: str | None) -> Iterator[str | Unknown]:
    """A margin is a line end with the spaces after it; None for a text on one line."""
    match value.data:
        case tuple() as items if items:
            yield from _enclosed("[]", (((), item) for item in items), margin)
        case Mapping() as entries if entries:
            colon = ":" if margin is None else ": "
            named = (((f'"{escaped(name)}"{colon}',), entries[name]) for name in entries)
            yield from _enclosed("{}", named, margin)
        case _:
            yield from pieces(encode_json(value)) or ()


def _enclosed(
    brackets: str, members: Iterator[tuple[tuple[str, ...], Value]], margin: str | None
) -> Iterator[str | Unknown]:
    inner = None if margin is None else f"{margin}  "
    yield brackets[0]
    for number, (name, value) in enumerate(members):
        yield "," if number else ""
        yield inner or ""
        yield from name
        yield from _written(value, inner)
    yield margin or ""
    yield brackets[1]
