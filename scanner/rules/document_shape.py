"""What the document that rules select from may hold, as a tree that a selector can be followed along.

It is read from ``document.json``, a JSON Schema of few keywords: ``type``, ``enum``, ``const``, ``pattern``,
``properties``, ``additionalProperties``, ``required``, ``items``, ``minItems`` and references inside the file. Other
bounds are left to those who validate documents.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field
from functools import cache
from pathlib import Path
from typing import Any

from scanner.lazy_dataclass import dataclass

SCHEMA = Path(__file__).parent / "document.json"

STRING, NUMBER, BOOLEAN, NULL, LIST, MAPPING = "string", "number", "boolean", "null", "list", "mapping"
_TYPES = {
    "string": STRING,
    "integer": NUMBER,
    "number": NUMBER,
    "boolean": BOOLEAN,
    "null": NULL,
    "array": LIST,
    "object": MAPPING,
}


@dataclass(frozen=True, slots=True)
class Shape:
    """All values that may stand in one place of the document."""

    types: frozenset[str]
    values: tuple[Any, ...] | None = None
    """The only values, where there are few."""
    pattern: str | None = None
    """What every string there matches somewhere."""
    whole: bool = False
    """Whether numbers have no fraction."""
    keys: Mapping[str, Shape] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    other: Shape | None = None
    """What stands under keys that are not in ``keys``; None if there are no others."""
    items: Shape | None = None
    least: int = 0
    """How many elements there are at least."""


@cache
def document() -> Shape:
    """The whole document."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return _shape(schema, schema["$defs"])


def principal() -> Shape:
    """One principal."""
    found = document().keys["principals"].items
    assert found is not None  # noqa: S101 # the file says so
    return found


def type_of(value: object) -> str:
    """The type of a JSON value."""
    match value:
        case None:
            return NULL
        case bool():
            return BOOLEAN
        case int() | float():
            return NUMBER
        case str():
            return STRING
        case list():
            return LIST
        case _:
            return MAPPING


def _shape(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Shape:
    if "$ref" in schema:
        return _shape(definitions[schema["$ref"].removeprefix("#/$defs/")], definitions)
    values = (schema["const"],) if "const" in schema else tuple(schema["enum"]) if "enum" in schema else None
    named = schema.get("type", ())
    types = [named] if isinstance(named, str) else named
    other = schema.get("additionalProperties", False)
    return Shape(
        frozenset(map(type_of, values)) if values is not None else frozenset(_TYPES[each] for each in types),
        values,
        schema.get("pattern"),
        "number" not in types,
        {key: _shape(value, definitions) for key, value in schema.get("properties", {}).items()},
        frozenset(schema.get("required", ())),
        _shape(other, definitions) if isinstance(other, dict) else None,
        _shape(schema["items"], definitions) if "items" in schema else None,
        schema.get("minItems", 0),
    )
