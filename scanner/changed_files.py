"""Files that are taken to have other content than they have: what would be scanned if they were changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_CHANGED: ContextVar[Mapping[str, bytes]] = ContextVar("changed")  # not set for every scan that changes nothing


@contextmanager
def changed(files: Mapping[str, bytes]) -> Iterator[None]:
    """Inside, files have these contents, by absolute paths without links. They have to be there."""
    before = _CHANGED.set(files)
    try:
        yield
    finally:
        _CHANGED.reset(before)


def content_instead(real: Callable[[], str]) -> bytes | None:
    """What a file is taken to have; None for one that has what it has. ``real`` gives its path without links."""
    files = _CHANGED.get(None)
    return files.get(real()) if files else None
