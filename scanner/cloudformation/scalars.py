"""What the scalars of a template mean.

YAML 1.1 guesses at more types than a template's author expects. Here only what every reader agrees on is typed:
null, ``true``/``false`` and plain decimal numbers. Everything else stays the text that was written: dates (the
``Version`` of a policy), account IDs with a leading zero, ``yes`` and ``no``, sexagesimal times, ``.inf``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from scanner.values import Unknown, Value

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,30})")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,30})\.[0-9]{1,30}")
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


def typed(text: str, tag: str) -> bool | int | Decimal | str | None:
    """A scalar's meaning by its text and the YAML tag that it was written with or resolved to."""
    match tag.removeprefix("tag:yaml.org,2002:"):
        case "null":
            return None
        case "bool":
            return _BOOLEANS.get(text, text)
        case "int" | "float":
            if _INTEGER.fullmatch(text):
                return int(text)
            if _NUMBER.fullmatch(text):
                return Decimal(text)
            return text
        case _:
            return text


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
    """The same tree with every number and boolean in it written as a text; unknowns stay."""
    match value.data:
        case tuple() as items:
            return Value(tuple(texts_throughout(item) for item in items), value.span, value.trail)
        case Mapping() as entries:
            changed = {key: texts_throughout(entry) for key, entry in entries.items()}
            return Value(changed, value.span, value.trail)
        case Unknown(candidates=candidates) as hole if candidates:
            texts = tuple(None if one is None else texts_throughout(one) for one in candidates)
            return replace(value, data=replace(hole, candidates=texts))
        case _:
            return scalar_text(value)


def scalar_text(value: Value) -> Value:
    """A number or boolean as a text; anything else as it is."""
    text = as_text(value.data)
    return value if text is None or isinstance(value.data, str) else Value(text, value.span, value.trail)
