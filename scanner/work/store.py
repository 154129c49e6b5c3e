"""Bytes by name, in files of a directory that is the user's alone and of no consequence to anything but time.

Files are written as a whole or not at all, so any number of processes may use the directory at once; where two write
the same one, what the first has found is found again some time. It may be deleted at any time. A file that is cut off
or changed, and a directory that cannot be written to, or that is somebody else's, are as good as empty.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path

from scanner import file_system
from scanner.looks import unnoted
from scanner.work.codec import pack, unpack
from scanner.writing import (
    age,
    is_private,
    make_private_directory,
    mark_with_the_time,
    remove,
    remove_if_empty,
    replace,
)

LIFETIME = 14 * 86_400
"""Seconds after which is deleted what nobody has used."""

MAX_BYTES = 256 * 1024 * 1024
"""A larger file is none of ours."""
_DAY = 86_400
_STAMP = "tidied"
_LIBRARIES = ("aws_login_scan", "cfn_flip", "lark", "msgspec", "pathspec", "python_hcl2", "pyyaml", "regex")
"""The scanner itself and what it stands on, by the names of their ``dist-info`` directories."""


class Store:
    """What this version of the scanner has written below a directory, for scans that start in one place."""

    def __init__(self, directory: Path, start: bytes) -> None:
        self._directory = directory
        self._place = f"{directory}/{code_version()}"
        self._start = blake2b(start, digest_size=8).hexdigest()
        self._today = int(time.time()) // _DAY
        self._drawers: dict[str, dict[str, tuple[int, bytes]]] = {}
        """What stands under each name, with the day on which it was used last, by files."""
        self._changed: set[str] = set()

    def read(self, name: str) -> bytes | None:
        """What stands under a name; None if that cannot be had."""
        drawer = self._drawer(name)
        found = drawer.get(name)
        if found is None:
            return None
        day, content = found
        if day < self._today:
            drawer[name] = self._today, content
            self._changed.add(_drawer_of(name))
        return content

    def write(self, name: str, content: bytes) -> None:
        """Put something under a name, until it is saved."""
        self._drawer(name)[name] = self._today, content
        self._changed.add(_drawer_of(name))

    def save(self) -> None:
        """Write what has changed, if that is possible, without what has not been used for long."""
        oldest = self._today - LIFETIME // _DAY
        try:
            if self._changed:
                make_private_directory(self._place)
                if is_private(self._place):
                    _tidy(self._directory, Path(self._place))
                    for number in sorted(self._changed):
                        drawer = self._drawers[number]
                        used = [(name, day, found) for name, (day, found) in drawer.items() if day >= oldest]
                        replace(f"{self._place}/{self._start}{number}", pack(used), made=0o600)
        except (OSError, ValueError):
            pass  # the next scan has more to do
        self._changed.clear()

    def _drawer(self, name: str) -> dict[str, tuple[int, bytes]]:
        number = _drawer_of(name)
        if number not in self._drawers:
            self._drawers[number] = {}
            with suppress(OSError, ValueError, file_system.NotRegularError, file_system.TooLargeError):
                if is_private(self._place):
                    with unnoted():
                        content = unpack(
                            file_system.content(f"{self._place}/{self._start}{number}", MAX_BYTES, follow=False)
                        )
                    self._drawers[number] = {name: (day, found) for name, day, found in content}
        return self._drawers[number]


def _drawer_of(name: str) -> str:
    """Files are written anew as a whole, so there are some, and few for each of them to be quickly found."""
    return f"-{int(name[:2], 16) % _DRAWERS:02}"


_DRAWERS = 64


def _tidy(directory: Path, used: Path) -> None:
    """Delete what no scan has used for long; looked at once a day."""
    stamp = directory / _STAMP
    now = time.time()
    with suppress(OSError):
        if age(stamp, now) < _DAY:
            return
    with suppress(OSError):
        mark_with_the_time(stamp)
        for entry in file_system.entries(directory):
            version = directory / entry.name
            if len(entry.name) == 2 * _VERSION_SIZE and entry.is_directory and version != used:
                _tidy_version(version, now)


def _tidy_version(version: Path, now: float) -> None:
    for entry in file_system.entries(version):
        file = version / entry.name
        with suppress(OSError):
            if age(file, now) > LIFETIME:
                remove(file)
    with suppress(OSError):
        remove_if_empty(version)


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
