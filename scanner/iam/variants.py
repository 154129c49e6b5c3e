"""What a statement may be, where parts of it are one of few things: the arms of a condition that is not decided.

A statement of which a part has candidates (``scanner.values.Unknown``) is taken apart into variants without them, each
with the causes that decide whether it is the one. A request that no variant matches is one that the statement does not
match, whatever is decided; one that some variant matches is undetermined, which is as much as is known without asking
about the causes.

``Action`` and ``Resource`` match when one of their elements does. So their elements are variants of their own, and ten
undecided elements make ten more variants, not a thousand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import TypeAlias

from scanner.cause import Cause
from scanner.lazy_dataclass import dataclass
from scanner.values import Unknown, Value

MAX_VARIANTS = 32
"""A part with more variants is as good as unknown."""

_ANY_ELEMENT_MATCHES = ("Action", "Resource")


@dataclass(frozen=True, slots=True)
class Variant:
    """One of the things that a value may be."""

    value: Value | None
    """None: nothing stands there."""
    causes: tuple[Cause, ...] = ()
    """What decides that it is this one; empty when it certainly is."""


def variants(value: Value) -> tuple[Variant, ...]:
    """Everything that a value may be, through and through; the value itself when there are too many, or just one."""
    return _found(value, {})


_Known: TypeAlias = "dict[int, tuple[Variant, ...]]"
"""By the identity of a value what it may be. Candidates share what is the same in them, so it is looked at once."""


def _found(value: Value, known: _Known) -> tuple[Variant, ...]:
    found = known.get(id(value))
    if found is None:
        found = _variants(value, known) if _is_undecided(value) else (Variant(value),)
        found = known[id(value)] = found if len(found) <= MAX_VARIANTS else (Variant(value),)
    return found


def candidates_of(value: Value) -> Iterator[Variant]:
    """What a value as a whole may be; what is inside it is left as it is."""
    if value.unknown is None or not value.unknown.candidates:
        yield Variant(value)
        return
    for candidate in value.unknown.candidates:
        for inner in candidates_of(candidate) if candidate is not None else (Variant(None),):
            yield Variant(inner.value, _joined((value.unknown.cause,), inner.causes))


def _is_undecided(value: Value) -> bool:
    if type(value.data) is str:  # as most parts of a statement
        return False
    match value.data:
        case Unknown(candidates=candidates):
            return bool(candidates)
        case tuple() as items:
            return any(_is_undecided(item) for item in items)
        case Mapping() as entries:
            return any(_is_undecided(entry) for entry in entries.values())
    return False


def _variants(value: Value, known: _Known) -> tuple[Variant, ...]:
    match value.data:
        case Unknown():
            return tuple(
                Variant(inner.value, _joined(one.causes, inner.causes))
                for one in candidates_of(value)
                for inner in (_found(one.value, known) if one.value is not None and one.causes else (one,))
            )
        case tuple() as items:
            chosen_items = _products([_found(item, known) for item in items])
            return tuple(
                Variant(replace(value, data=tuple(one.value for one in chosen if one.value is not None)), causes)
                for chosen, causes in chosen_items
            ) or (Variant(value),)
        case Mapping() as entries:
            chosen_entries = _products([_entry(key, entry, known) for key, entry in entries.items()])
            return tuple(
                Variant(replace(value, data=_mapping(entries, chosen)), causes) for chosen, causes in chosen_entries
            ) or (Variant(value),)
    return (Variant(value),)


def _mapping(entries: Mapping[str, Value], chosen: tuple[Variant, ...]) -> dict[str, Value]:
    return {key: one.value for key, one in zip(entries, chosen, strict=True) if one.value is not None}


def _entry(key: str, entry: Value, known: _Known) -> tuple[Variant, ...]:
    if key not in _ANY_ELEMENT_MATCHES or not isinstance(entry.data, tuple):
        return _found(entry, known)
    certain = tuple(item for item in entry.data if item.unknown is None or not item.unknown.candidates)
    undecided = [item for item in entry.data if item.unknown is not None and item.unknown.candidates]
    if not undecided:
        return (Variant(entry),)
    found = [Variant(replace(entry, data=certain))] if certain else []
    for item in undecided:
        for inner in _found(item, known):
            if inner.value is not None:
                one = inner.value if isinstance(inner.value.data, tuple) else replace(entry, data=(inner.value,))
                found.append(Variant(one, inner.causes))
    return tuple(found) if len(found) <= MAX_VARIANTS else (Variant(entry),)


def _products(parts: list[tuple[Variant, ...]]) -> list[tuple[tuple[Variant, ...], tuple[Cause, ...]]]:
    """Every way to choose one variant of each part, and what decides it; none when there are too many."""
    count = 1
    for part in parts:
        count *= len(part)
        if count > MAX_VARIANTS:
            break
    else:
        return [(chosen, _joined(*(one.causes for one in chosen))) for chosen in product(*parts)]
    return []


def _joined(*causes: tuple[Cause, ...]) -> tuple[Cause, ...]:
    return tuple(dict.fromkeys(cause for part in causes for cause in part))
