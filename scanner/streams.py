"""Standard output and standard error, whatever they are: closed, a full disk, a pipe that nobody reads any more.

What cannot be printed raises ``StreamError``, wherever it is printed from; it is not an ``OSError``, since libraries
have ideas of their own about some of those. What cannot be said on standard error is not said: there is nowhere else to
say it. A letter that a stream cannot show is shown as its code.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import Any, TextIO


class StreamError(Exception):
    """Standard output cannot be written to."""

    def __init__(self, problem: OSError) -> None:
        super().__init__(problem)
        self.problem = problem

    @property
    def is_closed_pipe(self) -> bool:
        """Whether whoever read it has seen enough."""
        return self.problem.errno == errno.EPIPE


class _Raw(io.RawIOBase):
    """The bytes of a stream. There is no descriptor of one that is closed."""

    def __init__(self, descriptor: int | None, *, is_needed: bool) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._is_needed = is_needed

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._descriptor is not None and os.isatty(self._descriptor)

    def fileno(self) -> int:
        if self._descriptor is None:
            raise io.UnsupportedOperation("it is closed")
        return self._descriptor

    def write(self, data: Any, /) -> int:  # a buffer, for which Python 3.11 has no type
        try:
            if self._descriptor is None:
                raise OSError(errno.EBADF, os.strerror(errno.EBADF))
            return os.write(self._descriptor, data)
        except OSError as problem:
            if self._is_needed:
                raise StreamError(problem) from problem
            return memoryview(data).nbytes


def guard() -> None:
    """Put such streams in the places of those that Python has opened."""
    if sys.stdout is sys.__stdout__:
        sys.stdout = _guarded(sys.stdout, is_needed=True)
    if sys.stderr is sys.__stderr__:
        sys.stderr = _guarded(sys.stderr, is_needed=False)


def _guarded(stream: TextIO | None, *, is_needed: bool) -> TextIO:
    if stream is not None:
        stream.flush()
    raw = _Raw(stream.fileno() if stream is not None else None, is_needed=is_needed)
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding if stream is not None else "utf-8",
        errors="backslashreplace",
        line_buffering=not is_needed or raw.isatty(),
    )
