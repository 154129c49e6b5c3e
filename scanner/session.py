"""What was read, for the time of one scan: what two roots have in common is read once.

Outside of a session everything is read whenever somebody asks, for the files may have changed in between.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from scanner.looks import Notes, note_all, noted

T = TypeVar("T")

MAX_WEIGHT = 4 * 1024 * 1024
"""Characters of source text that are kept; what was not asked for longest goes first."""


class _Session:
    def __init__(self) -> None:
        self.kept: dict[Hashable, tuple[Any, int, Notes]] = {}
        self.weight = 0

    def keep(self, key: Hashable, made: object, weight: int, notes: Notes) -> None:
        if weight > MAX_WEIGHT:
            return
        self.kept[key] = made, weight, notes
        self.weight += weight
        while self.weight > MAX_WEIGHT:
            _, lighter, _ = self.kept.pop(next(iter(self.kept)))
            self.weight -= lighter


_SESSION: ContextVar[_Session | None] = ContextVar("session", default=None)


@contextmanager
def session() -> Iterator[None]:
    """While it is open, nothing that is read by ``once`` changes. Inside of another one it is the same session."""
    if _SESSION.get() is not None:
        yield
        return
    with _opened(_Session()):
        yield


@contextmanager
def _opened(own: _Session) -> Iterator[None]:
    before = _SESSION.set(own)
    try:
        yield
    finally:
        _SESSION.reset(before)


class Apart:
    """Sessions in which nothing is known that was read in one around them: one for each state of the files."""

    def __init__(self) -> None:
        self._state: object = None
        self._session = _Session()

    @contextmanager
    def session(self, state: object) -> Iterator[None]:
        """The session of a state of the files, which goes on if it was the last one."""
        if state != self._state:
            self._state, self._session = state, _Session()
        with _opened(self._session):
            yield


def once(key: Hashable, make: Callable[[], T], weight: Callable[[T], int]) -> T:
    """What ``make`` gives for a key, which names all that it depends on; it must not be changed by anybody.

    Who takes notes of what is looked at gets those of the making each time.
    """
    current = _SESSION.get()
    if current is None:
        return make()
    found = current.kept.pop(key, None)
    if found is None:
        with noted() as notes:
            made = make()
        current.keep(key, made, weight(made), notes)
    else:
        made, _, notes = found
        current.kept[key] = found
    note_all(notes)
    return made
