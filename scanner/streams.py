"""Standard output and standard error, whatever they are: closed, a full disk, a pipe that nobody reads any more.

What cannot be printed raises ``StreamError``, wherever it is printed from; it is not an ``OSError``, since libraries
have ideas of their own about some of those. What cannot be said on standard error is not said: there is nowhere else to
say it.

Both are UTF-8, whatever the locale is: a report is read by programs, which cannot ask for its encoding. What has no
UTF-8 is shown as its code. A line on standard error does nothing in a terminal or a CI log, whoever writes it: a
library that refuses an argument, a traceback. Reports are made harmless by their formats, each in its own way.
"""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
from typing import Any, TextIO

from scanner.escape import inert, visible


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


class _Harmless(io.TextIOWrapper):
    """A stream of lines in which nothing does anything. A line is written when it is complete, or flushed."""

    _begun = ""

    def write(self, text: str, /) -> int:
        *lines, self._begun = (self._begun + text).split("\n")
        if lines:
            super().write("".join(f"{inert(visible(line))}\n" for line in lines))
        return len(text)

    def flush(self) -> None:
        begun, self._begun = self._begun, ""
        super().write(inert(visible(begun)))
        super().flush()


def guard() -> None:
    """Put such streams in the places of those that Python has opened."""
    if sys.stdout is sys.__stdout__:
        sys.stdout = _guarded(sys.stdout, io.TextIOWrapper, is_needed=True)
    if sys.stderr is sys.__stderr__:
        sys.stderr = _guarded(sys.stderr, _Harmless, is_needed=False)


def _guarded(stream: TextIO | None, kind: type[io.TextIOWrapper], *, is_needed: bool) -> TextIO:
    if stream is not None:
        stream.flush()
    raw = _Raw(stream.fileno() if stream is not None else None, is_needed=is_needed)
    is_seen_at_once = not is_needed or raw.isatty()
    return kind(io.BufferedWriter(raw), encoding="utf-8", errors="backslashreplace", line_buffering=is_seen_at_once)


def show(text: str) -> None:
    """Print a report, or whatever somebody has asked for."""
    # where nobody has called ``guard``, a stream may not be able to show a letter
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # a text stream, unless replaced
    for begin in range(0, len(text), _PIECE):  # so that there are never twice as many bytes as there is text
        sys.stdout.write(text[begin : begin + _PIECE])
    sys.stdout.flush()


_PIECE = 1 << 20


def show_exactly(content: bytes) -> None:
    """Print what a program reads, byte for byte."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def is_watched() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout.isatty()


def is_kept() -> bool:
    """Whether standard output is a file, so that no log has it."""
    try:
        return stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode)
    except OSError:  # it is closed, or nothing of the operating system's
        return False


def say(line: str) -> None:
    """Say a line beside what is printed. Nothing in it does anything in a terminal or a CI log."""
    sys.stderr.write(f"{inert(visible(line))}\n")
    sys.stderr.flush()


def terminal() -> TextIO | None:
    """Standard error as Python has opened it, if people watch it: for what moves there, and says nothing of anybody."""
    return sys.__stderr__ if sys.__stderr__ is not None and sys.__stderr__.isatty() else None
