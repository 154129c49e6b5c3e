"""What arrives on standard input, as a file: plans and templates are read from their ends and more than once."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

NAME = "-"
"""The path that means standard input, on the command line and in reports."""


@contextmanager
def received(paths: Iterable[str]) -> Iterator[Path | None]:
    """A file with all of standard input if a path asks for it; deleted afterwards, because a plan may hold secrets."""
    if NAME not in paths:
        yield None
        return
    import shutil
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="scan-") as directory:  # which nobody else may read
        file = Path(directory) / "standard-input"
        with file.open("wb") as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy)
        yield file
