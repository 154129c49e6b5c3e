"""What arrives on standard input, as a file: plans and templates are read from their ends and more than once."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from scanner.writing import copy

NAME = "-"
"""The path that means standard input, on the command line and in reports."""


class StandardInputError(Exception):
    """It cannot be read, or not be kept. The message is a clause."""


@contextmanager
def received(paths: Iterable[str]) -> Iterator[Path | None]:
    """A file with all of standard input if a path asks for it; deleted afterwards, because a plan may hold secrets.

    Raises ``StandardInputError``.
    """
    if NAME not in paths:
        yield None
        return
    if sys.stdin is None:
        raise StandardInputError("it is closed")
    from tempfile import TemporaryDirectory

    with ExitStack() as stack:
        try:
            directory = stack.enter_context(TemporaryDirectory(prefix="scan-"))  # which nobody else may read
            file = Path(directory) / "standard-input"
            copy(sys.stdin.buffer.read, file)
        except OSError as problem:
            raise StandardInputError((problem.strerror or str(problem)).lower()) from problem
        yield file
