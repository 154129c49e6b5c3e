"""Sets: without duplicates, in Terraform's order, as far as unknowns leave that certain."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping
from decimal import Decimal
from typing import TypeAlias

from scanner.budget import spend
from scanner.terraform.language.equality import equal
from scanner.terraform.language.kinds import ListItems, MapEntries, SetItems, Unsettled, UnsettledSet
from scanner.terraform.language.numbers import Number
from scanner.values import Unknown, Value, holes

Scalar: TypeAlias = bool | int | Decimal | str | None


def as_set(items: Iterable[Value]) -> SetItems:
    """Elements of one type without duplicates, in Terraform's order; unsettled while that is not certain."""
    found = distinct(items)
    if isinstance(found, Unsettled) or (len(found) > 1 and any(holes(item) for item in found)):
        return UnsettledSet(found)
    return SetItems(sorted(found, key=_set_order))


def distinct(items: Iterable[Value]) -> tuple[Value, ...]:
    """The first of each group of equal elements, in order; unsettled while unknowns may still be equal."""
    kept: list[Value] = []
    without_key: list[Value] = []  # of what is kept: all else is equal to what has the same key, and to nothing else
    known: set[Hashable] = set()
    certain = True
    for item in items:
        key = _key(item)
        if key is not None and key in known:
            continue
        others = without_key if key is not None else kept
        spend(len(others))
        answers = [equal(item, other) for other in others]
        if any(answer.is_yes for answer in answers):
            continue
        certain = certain and not any(answer.is_undetermined for answer in answers)
        kept.append(item)
        if key is None:
            without_key.append(item)
        else:
            known.add(key)
    return tuple(kept) if certain else Unsettled(kept)


def _key(value: Value) -> Hashable | None:
    """What two equal values have in common, and no others; None for what is not wholly known, or has no parts."""
    data = value.data
    if isinstance(data, Scalar):
        return isinstance(data, bool), data
    if not data or isinstance(data, Unsettled):
        return None
    if isinstance(data, tuple):
        kind = next((kind for kind in (ListItems, SetItems) if isinstance(data, kind)), tuple)
        keys = tuple(map(_key, data))
        return None if None in keys else (kind, keys)
    if isinstance(data, dict):
        entries = tuple((name, _key(data[name])) for name in sorted(data))
        return None if any(key is None for _, key in entries) else (isinstance(data, MapEntries), entries)
    return None


def _set_order(item: Value) -> tuple[int, Number | str]:
    """Sets of primitive values are sorted by value, others by cty's hash text; null comes last."""
    match item.data:
        case None:
            return 1, 0
        case str(text):
            return 0, text
        case bool() | int() | Decimal() as primitive:
            return 0, primitive
        case _:
            return 0, _hash_text(item)


def _hash_text(item: Value) -> str:
    """What cty (``set_internals.go``) sorts sets of structures by."""
    match item.data:
        case None:
            return "~"
        case bool(flag):
            return "T" if flag else "F"
        case str(text):
            return json.dumps(text, ensure_ascii=False)
        case tuple() as items:
            return "[" + "".join(f"{_hash_text(each)};" for each in items) + "]"
        case Mapping() as entries:
            parts = (f"{json.dumps(name)}:{_hash_text(entries[name])};" for name in sorted(entries))
            return "{" + "".join(parts) + "}"
        case Unknown():
            return "?"
        case number:
            return format(float(number), ".10g")
