"""Addresses that a configuration or a plan says were others before (``moved`` blocks, ``previous_address``).

https://developer.hashicorp.com/terraform/language/block/moved
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

Move = tuple[str, str]
"""From and to: of an instance, of a resource with all its instances, or of a module with all that is in it."""

_MOST_STEPS = 100
"""Former addresses of one address."""


def former(address: str, moves: Iterable[Move]) -> Iterator[str]:
    """The addresses that something had before, the latest first; each once, however the moves go in circles."""
    every = tuple(moves)
    found = [address]
    for current in found:  # which grows meanwhile
        for source, target in every:
            rest = _after(current, target)
            if rest is not None and len(found) <= _MOST_STEPS and source + rest not in found:
                found.append(source + rest)
                yield source + rest


def _after(address: str, target: str) -> str | None:
    """What follows in an address that is the target, an instance of it or inside of it; None for any other."""
    rest = address.removeprefix(target)
    is_it = address.startswith(target) and (not rest or rest[0] in ".[")
    return rest if is_it else None
