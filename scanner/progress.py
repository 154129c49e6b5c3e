"""A progress bar on standard error, for people who wait: only on a terminal, and only after a second."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from scanner.streams import terminal

PATIENCE = 1.0
"""Seconds without a bar."""


@contextmanager
def progress() -> Iterator[Callable[[int, int], None] | None]:
    """Gives a function that is told how many roots are done; None where nobody watches."""
    watched = terminal()
    if watched is None or os.environ.get("CI"):
        yield None
        return
    bar = _Bar(watched)
    try:
        yield bar.update
    finally:
        bar.close()


class _Bar:
    def __init__(self, watched: TextIO) -> None:
        self._watched = watched
        self._started = time.monotonic()
        self._close: Callable[[], None] | None = None
        self._show: Callable[[int, int], None] | None = None

    def update(self, done: int, total: int) -> None:
        """Show the bar, or move it on."""
        if self._show is None and time.monotonic() - self._started >= PATIENCE:
            self._open(total)
        if self._show is not None:
            self._show(done, total)

    def _open(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import Progress

        bar = Progress(console=Console(file=self._watched), transient=True)
        task = bar.add_task("Scanning", total=total)
        bar.start()
        self._show = lambda done, total: bar.update(task, completed=done, total=total)
        self._close = bar.stop

    def close(self) -> None:
        """Take the bar away."""
        if self._close is not None:
            self._close()
