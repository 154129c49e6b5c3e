"""Writing: the only place where files are made, changed or removed.

What somebody else may have put at a path decides nothing: in a tree of code, nothing is written through a symbolic link
that came with the code, nor into its ``.git`` by another name. A file is there as a whole or not at all: it is written
beside its place, and then takes it. A pipe is refused, for nobody may ever read it, unless the path is the number of a
stream that is open here (``/dev/stdout``, or ``/dev/fd/63`` for ``>(…)`` of a shell), into which bytes are poured.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from scanner import file_system
from scanner.file_system import why
from scanner.regexes import whole
from scanner.tree import trees


class UnwrittenError(Exception):
    """It is not written. The message is a clause about the file."""


def write(path: str, directory: Path, content: bytes) -> None:
    """Write a file that the user names, relative to the working directory. Raises ``UnwrittenError``."""
    try:
        number = _stream(os.path.normpath(directory / path))
        if number is not None:
            _pour(number, content)
            return
        place = _place(path, directory)
        mode = file_system.mode(place) if file_system.exists(place) else None
        if mode is None or stat.S_ISREG(mode):
            _replace(place, content, is_there=mode is not None)
        elif stat.S_ISCHR(mode):
            _into(place, stat.S_ISCHR, lambda opened, _: _pour(opened, content))
        else:
            raise UnwrittenError("it is a directory" if stat.S_ISDIR(mode) else "it is not a regular file")
    except (OSError, ValueError) as problem:
        raise UnwrittenError(why(problem)) from problem


def append(path: str, directory: Path, more: Callable[[int], bytes]) -> None:
    """Add to a regular file, or make one: what ``more`` gives when it is told how many bytes there are.

    Raises ``UnwrittenError``.
    """

    def add(opened: int, size: int) -> None:
        _pour(opened, more(size))

    try:
        _into(_place(path, directory), stat.S_ISREG, add, os.O_APPEND | os.O_CREAT)
    except (OSError, ValueError) as problem:
        raise UnwrittenError(why(problem)) from problem


def _place(path: str, directory: Path) -> Path:
    """Where a path is, without links. Raises ``UnwrittenError`` for one that came with the code."""
    named = Path(os.path.normpath(directory / path))
    above = list(trees(named, directory))
    if not above:
        return file_system.real(named)
    place = file_system.real(named.parent) / named.name
    if file_system.is_link(place):
        raise UnwrittenError("it is a symbolic link, and nothing in the scanned tree is written through one")
    for tree in above:
        top = file_system.real(tree)
        if not place.is_relative_to(top):
            raise UnwrittenError("it is not written, because a link leads out of the scanned tree")
        if _is_gits(place.relative_to(top)) and not _is_gits(named.relative_to(tree)):
            raise UnwrittenError("it is not written, because a link leads into .git")
    return place


def _is_gits(path: Path) -> bool:
    return any(part.lower() == ".git" for part in path.parts)


_STREAM = whole(r"/(?:dev|proc/self)/fd/(\d{1,5})")


def _stream(path: str) -> int | None:
    """The number of a stream that is open here, where a path is one."""
    found = _STREAM.fullmatch(path)
    return int(found[1]) if found is not None else {"/dev/stdout": 1, "/dev/stderr": 2}.get(path)


def _pour(opened: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(opened, left) :]


_PLAIN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_CAREFUL = _PLAIN | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)


def _into(
    place: Path, is_right: Callable[[int], bool], work: Callable[[int, int], None], flags: int = 0, mode: int = 0o666
) -> None:
    """Open what is there, and go on if it is of the right kind, with the descriptor and the size."""
    opened = os.open(place, os.O_WRONLY | _CAREFUL | flags, mode)
    try:
        status = os.fstat(opened)
        if not is_right(status.st_mode):
            raise UnwrittenError("it is not a regular file")
        if os.name == "posix":
            os.set_blocking(opened, True)
        work(opened, status.st_size)
    finally:
        os.close(opened)


def _replace(place: Path, content: bytes, *, is_there: bool) -> None:
    """Put a file in the place of what is there, which keeps its permissions.

    Where that cannot be (the directory is somebody else's, or the file is mounted there by itself), what is in it is
    overwritten.
    """
    mode = stat.S_IMODE(place.stat().st_mode) if is_there else None
    if is_there and not os.access(place, os.W_OK):
        raise PermissionError(errno.EACCES, "it is not to be written", str(place))
    try:
        replace(place, content, mode)
    except OSError as problem:
        if not is_there or problem.errno not in _IN_THE_WAY:
            raise
        _into(place, stat.S_ISREG, lambda opened, _: _overwrite(opened, content))


def _overwrite(opened: int, content: bytes) -> None:
    os.ftruncate(opened, 0)
    _pour(opened, content)


_IN_THE_WAY = {errno.EACCES, errno.EPERM, errno.EBUSY, errno.EROFS, errno.EXDEV}


def replace(place: str | Path, content: bytes, mode: int | None = None, made: int = 0o666) -> None:
    """Put a regular file at a place, as a whole or not at all, whatever is there. Raises ``OSError``.

    ``made`` are its permissions as far as the user's mask lets them, ``mode`` those that it has whatever that says.
    """
    temporary = f"{os.path.dirname(place)}/.{os.urandom(8).hex()}"  # noqa: PTH120 # it may be a text
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _PLAIN, made)
    try:
        try:
            _pour(descriptor, content)
        finally:
            os.close(descriptor)
        if mode is not None:
            os.chmod(temporary, mode)  # noqa: PTH101 # a text
        os.replace(temporary, place)  # noqa: PTH105 # the same
    except BaseException:  # an interrupt, too, leaves nothing half written; it rises again
        with suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108 # the same
        raise


def copy(source: Callable[[int], bytes], place: Path) -> None:
    """Make a file that nobody else may read of what somebody gives piece by piece. Raises ``OSError``."""
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _PLAIN, 0o600)
    try:
        while piece := source(_PIECE):
            _pour(descriptor, piece)
    finally:
        os.close(descriptor)


_PIECE = 1 << 20


def make_private_directory(path: str | Path) -> None:
    """A directory that is the user's alone, with those above it. Raises ``OSError``."""
    Path(path).mkdir(mode=0o700, parents=True, exist_ok=True)


def is_private(directory: str | Path) -> bool:
    """Whether nobody else can put anything into a directory. Raises ``OSError``."""
    status = os.lstat(directory)
    if not stat.S_ISDIR(status.st_mode):
        return False
    return not hasattr(os, "geteuid") or (status.st_uid == os.geteuid() and not status.st_mode & 0o022)


def mark_with_the_time(file: Path) -> None:
    """Make an empty file, or let one be of now. Raises ``OSError``."""
    file.touch(mode=0o600)


def age(file: Path, now: float) -> float:
    """Seconds since a file was written. Raises ``OSError``."""
    return now - file.lstat().st_mtime


def remove(file: Path) -> None:
    """A file. Raises ``OSError``."""
    file.unlink()


def remove_tree(directory: Path) -> None:
    """A directory with all that is in it, if there is one; no link is followed. Raises ``OSError``."""
    if file_system.is_there(directory):
        import shutil

        shutil.rmtree(directory)


def remove_if_empty(directory: Path) -> None:
    """A directory. Raises ``OSError``."""
    directory.rmdir()
