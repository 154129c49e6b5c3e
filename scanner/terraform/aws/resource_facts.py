"""What the adapters from resource instances to facts have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from scanner.facts import Fact, Origin
from scanner.terraform.resource_instance import ResourceInstance
from scanner.values import NULL, Value

Adapter = Callable[[ResourceInstance], Iterator[Fact]]


def origin_of(instance: ResourceInstance) -> Origin:
    """Where the facts of an instance are written."""
    return Origin(instance.label, instance.span, instance.existence, instance.trail, instance.home.account)


def items(value: Value) -> Iterator[Value]:
    """The elements of a list; one unknown for a list that is not known; nothing for null."""
    if isinstance(value.data, tuple):
        yield from (item for item in value.data if not item.is_null and item.text != "")
    elif not value.is_null:
        yield value


def within(block: Value, name: str) -> Value:
    """An argument of a nested block, which may not be there; the block itself when nothing is known of it."""
    if isinstance(block.data, Mapping):
        return block.data.get(name, NULL)
    if block.unknown is not None and block.unknown.candidates:
        found = (within(one, name) if one is not None else NULL for one in block.unknown.candidates)
        arguments = tuple(None if argument.is_null else argument for argument in found)
        return Value(replace(block.unknown, candidates=arguments), block.span)
    return block
