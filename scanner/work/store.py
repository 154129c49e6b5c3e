"""Files with bytes by name, in a directory that is the user's alone and of no consequence to anything but time.

Files are written as a whole or not at all, so any number of processes may use the directory at once. It may be deleted
at any time. A directory that cannot be written to, or that is somebody else's, is as good as empty.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path

LIFETIME = 14 * 86_400
"""Seconds after which a file is deleted that nobody has used."""

_DAY = 86_400
_STAMP = "tidied"
_LIBRARIES = ("aws_login_scan", "cfn_flip", "lark", "msgspec", "pathspec", "python_hcl2", "pyyaml", "regex")
"""The scanner itself and what it stands on, by the names of their ``dist-info`` directories."""


class Store:
    """What this version of the scanner has written below a directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._place = f"{directory}/{code_version()}"
        self._is_ours: bool | None = None
        self._may_write = True

    def read(self, name: str) -> bytes | None:
        """What stands under a name; None if that cannot be had."""
        try:
            if self._is_ours is None:
                self._is_ours = _is_ours(self._place)
            return _read(f"{self._place}/{name}") if self._is_ours else None
        except (OSError, ValueError):
            return None

    def write(self, name: str, content: bytes) -> None:
        """Put something under a name, if that is possible."""
        if self._may_write:
            try:
                self._write(name, content)
            except (OSError, ValueError):
                self._may_write = False

    def _write(self, name: str, content: bytes) -> None:
        if not self._is_ours:
            Path(self._place).mkdir(mode=0o700, parents=True, exist_ok=True)
            self._is_ours = _is_ours(self._place)
            if not self._is_ours:
                raise PermissionError
            _tidy(self._directory, Path(self._place))
        temporary = f"{self._place}/.{os.urandom(8).hex()}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _PLAIN, 0o600)
        try:
            with open(descriptor, "wb") as opened:  # noqa: PTH123 # a descriptor has no path
                opened.write(content)
            os.replace(temporary, f"{self._place}/{name}")  # noqa: PTH105 # a text
        except OSError:
            with suppress(OSError):
                os.unlink(temporary)  # noqa: PTH108 # the same
            raise


_PLAIN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def _read(file: str) -> bytes:
    descriptor = os.open(file, os.O_RDONLY | _PLAIN)
    try:
        status = os.fstat(descriptor)
        if time.time() - status.st_mtime > _DAY:
            with suppress(OSError):  # it is being used
                os.utime(file)
        found = os.read(descriptor, status.st_size + 1)
        while len(found) < status.st_size and (more := os.read(descriptor, status.st_size)):
            found += more
        return found
    finally:
        os.close(descriptor)


def _is_ours(directory: str) -> bool:
    """Whether nobody else can put anything there."""
    status = os.lstat(directory)
    if not stat.S_ISDIR(status.st_mode):
        return False
    return not hasattr(os, "geteuid") or (status.st_uid == os.geteuid() and not status.st_mode & 0o022)


def _tidy(directory: Path, used: Path) -> None:
    """Delete what no scan has used for long; looked at once a day."""
    stamp = directory / _STAMP
    now = time.time()
    with suppress(OSError):
        if now - stamp.stat().st_mtime < _DAY:
            return
    with suppress(OSError):
        stamp.touch(mode=0o600)
        for version in directory.iterdir():
            is_version = len(version.name) == 2 * _VERSION_SIZE and version.is_dir() and not version.is_symlink()
            if is_version and version != used:
                _tidy_version(version, now)


def _tidy_version(version: Path, now: float) -> None:
    for file in version.iterdir():
        with suppress(OSError):
            if now - file.lstat().st_mtime > LIFETIME:
                file.unlink()
    with suppress(OSError):
        version.rmdir()  # if it is empty


_VERSION_SIZE = 16


@cache
def code_version() -> str:
    """A digest of all code that outcomes depend on: its files by size and time, and the versions of libraries."""
    package = Path(__file__).parent.parent
    parts = [sys.version, sys.platform, str(package), *sorted(_code(package)), *sorted(_libraries())]
    return blake2b("\0".join(parts).encode("utf-8", "surrogateescape"), digest_size=_VERSION_SIZE).hexdigest()


def _code(directory: str | Path) -> Iterator[str]:
    try:
        listed = os.scandir(directory)
    except OSError:
        return  # inside an archive, whose version says enough
    with listed:
        for entry in listed:
            if entry.is_dir(follow_symlinks=False):
                if entry.name != "__pycache__":
                    yield from _code(entry.path)
            else:
                status = entry.stat()
                yield f"{entry.path} {status.st_size} {status.st_mtime_ns}"


def _libraries() -> Iterator[str]:
    for place in sys.path:
        try:
            names = os.listdir(place or ".")  # noqa: PTH208 # names suffice
        except OSError:
            continue
        yield from (f"{place} {name}" for name in names if name.endswith(".dist-info") and _is_library(name))


def _is_library(name: str) -> bool:
    return name.partition("-")[0].lower().replace("-", "_") in _LIBRARIES
