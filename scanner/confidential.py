"""Given values that the code or their names call secret, so that nothing that holds one of them is kept.

A reader of values notes such a value when it meets one; who wants to keep what was made meanwhile looks for them in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal

from scanner.secret_names import looks_secret
from scanner.values import Value

_MET: ContextVar[set[str] | None] = ContextVar("met", default=None)


@contextmanager
def secrets_met() -> Iterator[set[str]]:
    """The texts of all secrets that are met inside."""
    found: set[str] = set()
    before = _MET.set(found)
    try:
        yield found
    finally:
        _MET.reset(before)


def is_watched() -> bool:
    """Whether somebody wants to know."""
    return _MET.get() is not None


def meet(name: str, value: Value, *, is_declared: bool) -> None:
    """A value that somebody gives; ``is_declared`` is whether the code says that it is a secret."""
    met = _MET.get()
    if met is not None:
        texts = set(_texts(value))
        if is_declared or any(looks_secret(name, text) for text in texts or ("",)):
            met |= texts


def _texts(value: Value) -> Iterator[str]:
    if isinstance(value.data, str | int | Decimal) and not isinstance(value.data, bool):
        yield str(value.data)
    elif isinstance(value.data, tuple):
        for item in value.data:
            yield from _texts(item)
    else:
        for item in value.entries.values():
            yield from _texts(item)
