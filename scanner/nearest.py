"""What links lead to, the nearest first."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def nearest(start: T, links: Mapping[T, Mapping[T, None]], most: int) -> dict[T, None]:
    """Everything that is reached from somewhere, without itself, but no more than so many of them."""
    reached = dict(links[start])
    waiting = list(reached)
    for one in waiting:
        if len(reached) >= most:
            break
        further = [other for other in links[one] if other not in reached and other != start]
        reached |= dict.fromkeys(further)
        waiting += further
    return dict.fromkeys(list(reached)[:most])
