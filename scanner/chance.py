"""What came out as it did because the machine was busy: it may come out otherwise the next time, so it is not kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_MET: ContextVar[list[str] | None] = ContextVar("met_by_chance", default=None)


@contextmanager
def chances_met() -> Iterator[list[str]]:
    """All that happens by chance inside."""
    found: list[str] = []
    before = _MET.set(found)
    try:
        yield found
    finally:
        _MET.reset(before)


def by_chance(what: str) -> None:
    """Something ended for want of time."""
    met = _MET.get()
    if met is not None:
        met.append(what)
