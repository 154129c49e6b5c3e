"""Looking at the scanned tree: the only place where its files are opened, and its directories listed or asked for.

The tree may hold anything: a device, a link to nowhere, a disk image. Only regular files are opened, and none is read
beyond a bound. Every question about a path has an answer, where ``pathlib`` has exceptions, which depend on the version
of Python: what cannot be looked at is not there, be it in a directory that may not be entered, under a name that is too
long or has a NUL, or behind links that lead back to themselves. Who goes on to read it is told why that cannot be done.

What is looked at is noted down for who wants it (``scanner.looks``).
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from scanner.changed_files import content_instead
from scanner.looks import NOTES, AnyPath, Look, Question, mark_of, noted


class NotRegularError(Exception):
    """It is a directory, a device or the like."""


class DirectoryError(NotRegularError):
    """It is a directory."""


class TooLargeError(Exception):
    """It has more bytes than the caller wants to read."""


class Entry(NamedTuple):
    """What a directory has."""

    name: str
    is_directory: bool
    """Whether it is one itself; a link to one is none."""
    is_link: bool


def content(path: AnyPath, limit: int, *, follow: bool = True) -> bytes:
    """What is in a regular file. Never blocks. Without ``follow`` it is no link.

    Raises ``OSError``, ``ValueError`` for a path that cannot be, ``NotRegularError`` and ``TooLargeError``.
    """
    notes = NOTES.get()
    try:
        found, status = _content(path, limit, follow=follow)
        other = content_instead(lambda: os.path.realpath(path))
    except (OSError, ValueError, NotRegularError, TooLargeError) as problem:
        if notes is not None and notes.is_exact:
            notes.add(Look.CONTENT, path, _problem(problem), limit)
        raise
    found = found if other is None else other
    if notes is not None:
        if notes.is_exact:
            notes.add(Look.CONTENT, path, _digest(found), limit, status)
        if notes.seek is not None and not notes.seek(found):
            notes.without.add(os.fspath(path))
    return found


def _content(path: AnyPath, limit: int, *, follow: bool) -> tuple[bytes, os.stat_result]:
    mode = os.stat(path).st_mode  # noqa: PTH116 # a device must not even be opened
    if not stat.S_ISREG(mode):
        raise DirectoryError if stat.S_ISDIR(mode) else NotRegularError
    descriptor = os.open(path, _FLAGS if follow else _FLAGS | getattr(os, "O_NOFOLLOW", 0))
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise NotRegularError
        if status.st_size > limit:
            raise TooLargeError
        found = os.read(descriptor, status.st_size + 1)
        while len(found) != status.st_size:  # it is larger than one read, or it is being written
            more = os.read(descriptor, _MORE)
            if len(found) + len(more) > limit:
                raise TooLargeError
            if not more:
                break
            found += more
        return found, status
    finally:
        os.close(descriptor)


_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_MORE = 1 << 24


def beginning(path: AnyPath, size: int, wants_all: Callable[[bytes], bool], limit: int) -> bytes:
    """The first bytes of a regular file, or all of them up to the limit, if what is seen of them says so. Never noted.

    Never blocks. Raises ``OSError``, ``ValueError`` for a path that cannot be, and ``NotRegularError``.
    """
    if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116 # a device must not even be opened
        raise NotRegularError
    descriptor = os.open(path, _FLAGS)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotRegularError
        found = os.read(descriptor, size)
        if wants_all(found):
            # Room for a whole large file would be made for each small one.
            while len(found) < limit and (more := os.read(descriptor, max(size, len(found)))):
                found += more
        return found
    finally:
        os.close(descriptor)


def mode(path: AnyPath) -> int:
    """What kind of thing is at the end of all links: bits of ``stat.S_IFMT``. Raises ``OSError`` and ``ValueError``."""
    return _kind(Look.STATUS, path, os.stat)


def is_link(path: AnyPath) -> bool:
    """Whether there is a symbolic link."""
    return stat.S_ISLNK(_kind_if_any(Look.LINK, path, os.lstat))


def _kind(look: Look, path: AnyPath, ask: Callable[[AnyPath], os.stat_result]) -> int:
    notes = NOTES.get()
    try:
        found = stat.S_IFMT(ask(path).st_mode)
    except (OSError, ValueError) as problem:
        if notes is not None and notes.is_exact:
            notes.add(look, path, _problem(problem))
        raise
    if notes is not None and notes.is_exact:
        notes.add(look, path, f"{found:o}")
    return found


def _kind_if_any(look: Look, path: AnyPath, ask: Callable[[AnyPath], os.stat_result]) -> int:
    """The same, or zero for what cannot be looked at."""
    try:
        return _kind(look, path, ask)
    except (OSError, ValueError):
        return 0


def exists(path: AnyPath) -> bool:
    """Whether there is anything at the end of all links."""
    return _kind_if_any(Look.STATUS, path, os.stat) != 0


def is_there(path: AnyPath) -> bool:
    """Whether there is anything, be it a link to nowhere."""
    return _kind_if_any(Look.LINK, path, os.lstat) != 0


def permissions(path: AnyPath) -> int:
    """Who may do what: bits of ``stat.S_IMODE``. Never noted. Raises ``OSError`` and ``ValueError``."""
    return stat.S_IMODE(os.stat(path).st_mode)  # noqa: PTH116 # it may be a text


def is_changed_since(path: AnyPath, moment: int) -> bool:
    """Whether a file was changed after a moment, in nanoseconds of the clock. Never noted. Raises ``OSError``.

    Where nobody sets the time of a change, that counts, so that a file of tomorrow by its date is none here.
    """
    status = os.stat(path)  # noqa: PTH116 # it may be a text
    return (status.st_ctime_ns if os.name == "posix" else status.st_mtime_ns) > moment


def is_file(path: AnyPath) -> bool:
    """Whether there is a regular file at the end of all links."""
    return stat.S_ISREG(_kind_if_any(Look.STATUS, path, os.stat))


def is_directory(path: AnyPath) -> bool:
    """Whether there is a directory at the end of all links."""
    return stat.S_ISDIR(_kind_if_any(Look.STATUS, path, os.stat))


def entries(path: AnyPath) -> tuple[Entry, ...]:
    """What a directory has, by name. Raises ``OSError``, and ``ValueError`` for a path that cannot be."""
    notes = NOTES.get()
    try:
        status = os.stat(path) if notes is not None and notes.is_exact else None  # noqa: PTH116 # it may be a text
        with os.scandir(path) as listed:
            found = [Entry(one.name, one.is_dir(follow_symlinks=False), one.is_symlink()) for one in listed]
    except (OSError, ValueError) as problem:
        if notes is not None and notes.is_exact:
            notes.add(Look.ENTRIES, path, _problem(problem))
        raise
    found.sort(key=lambda one: one.name)
    if notes is not None and notes.is_exact:
        lines = "".join(f"{one.name}{'/' if one.is_directory else '@' if one.is_link else ''}\0" for one in found)
        notes.add(Look.ENTRIES, path, _digest(os.fsencode(lines)), status=status)
    return tuple(found)


def listed(path: AnyPath) -> list[Entry]:
    """The same for somebody who walks where nobody takes notes."""
    with os.scandir(path) as found:
        return sorted(Entry(one.name, _is(one.is_dir, follow_symlinks=False), _is(one.is_symlink)) for one in found)


def _is(question: Callable[..., bool], **how: bool) -> bool:
    """What an entry answers. Where it may not be asked, whoever goes on to read it is told so."""
    try:
        return question(**how)
    except OSError:
        return False


def entries_if_any(path: AnyPath) -> tuple[Entry, ...]:
    """The same, or nothing where it cannot be had."""
    try:
        return entries(path)
    except (OSError, ValueError):
        return ()


def size(path: AnyPath) -> int:
    """The bytes of a file, or of what is directly in a directory; zero for what cannot be said. Never noted."""
    try:
        with os.scandir(path) as listed:
            return sum(one.stat().st_size for one in listed if one.is_file())
    except NotADirectoryError:
        with suppress(OSError):
            return os.stat(path).st_size  # noqa: PTH116 # it may be a text
    except (OSError, ValueError):
        pass
    return 0


def real(path: AnyPath) -> Path:
    """The path without links, as far as they can be followed. What does not exist is a path all the same."""
    try:
        found = os.path.realpath(path)
    except (OSError, ValueError):  # of which Python 3.11 has more than others
        found = os.path.abspath(path)  # noqa: PTH100 # it may be a text
    notes = NOTES.get()
    if notes is not None and notes.is_exact:
        notes.add(Look.REAL, path, _digest(found.encode("utf-8", "surrogatepass")))
    return Path(found)


_LOOKS: Mapping[str, Callable[[str, int], object]] = {
    Look.CONTENT.value: content,
    Look.STATUS.value: lambda path, _: mode(path),
    Look.LINK.value: lambda path, _: is_link(path),
    Look.ENTRIES.value: lambda path, _: entries(path),
    Look.REAL.value: lambda path, _: real(path),
}


class Present:
    """What there is to see now, each thing looked at once."""

    def __init__(self) -> None:
        self._answers: dict[Question, str | None] = {}
        self._marks: dict[str, str | None] = {}

    def is_as_noted(self, question: Question, answer: str, mark: str) -> bool:
        """Whether a question has the same answer as it had when it was noted, with the mark of then."""
        known = self._answers.get(question)
        if known is None:
            if mark and self._mark(question[1]) == mark:
                self._answers[question] = answer
                return True
            known = self._answers[question] = self._answer(question)
        return known == answer

    def _mark(self, path: str) -> str | None:
        if path not in self._marks:
            self._marks[path] = None
            with suppress(OSError, ValueError):
                self._marks[path] = mark_of(os.stat(path))  # noqa: PTH116 # it is a text
        return self._marks[path]

    def _answer(self, question: Question) -> str | None:
        look, path, limit = question
        with noted(is_exact=True) as notes, suppress(OSError, ValueError, NotRegularError, TooLargeError):
            _LOOKS[look](path, limit)
        return notes.answers.get(question)


def _digest(found: bytes) -> str:
    return blake2b(found, digest_size=16).hexdigest()


def _problem(problem: Exception) -> str:
    return f"{type(problem).__name__} {getattr(problem, 'errno', None)}"


_WHY = {
    errno.ENOENT: "it does not exist",
    errno.EACCES: "permission is denied",
    errno.EPERM: "permission is denied",
    errno.ENOTDIR: "part of its path is not a directory",
    errno.EISDIR: "it is a directory",
    errno.ELOOP: "it is a link that leads back to itself",
    errno.ENAMETOOLONG: "its name is too long",
    errno.EBADF: "it is closed",
    errno.ENOSPC: "no space is left",
    errno.EROFS: "the file system is read-only",
}


def why(problem: OSError | ValueError) -> str:
    """What the operating system says against a file, as a clause about it."""
    if isinstance(problem, ValueError):
        return "its name is not possible"
    path = problem.filename
    if problem.errno == errno.ENOENT and path is not None and is_link(os.fsdecode(path)):
        return "it is a link to something that does not exist"
    return _WHY.get(problem.errno or 0) or (problem.strerror or "it cannot be used").lower()
