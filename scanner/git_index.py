"""Which files git tracks: the paths in ``.git/index``. Git ignores none of them, whatever ``.gitignore`` says.

https://git-scm.com/docs/index-format, versions 2 to 4. A split index has its paths in another file, and is not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from scanner import file_system
from scanner.file_system import NotRegularError, TooLargeError

MAX_BYTES = 256 * 1024 * 1024
"""Some two million files."""
_POINTER = b"gitdir: "
_BEFORE_NAME = 40
"""Bytes of an entry before the name of its object: times, device, number, mode, owner, size."""
_MODE = 24
_DIRECTORY = 0o040000
"""What stands for all that is in it in a sparse index: nothing of it is in the work tree."""
_EXTENDED, _LENGTH = 0x4000, 0xFFF
_SPLIT = "it is split (`git update-index --no-split-index` joins it)"
"""A split index has its other part's entries without their paths, if they have changed, and names it at the end."""


class UnknownIndexError(Exception):
    """What is tracked is not known. The message is a clause about the index."""


class Index:
    """What git tracks in one work tree. Paths are from its top, with ``/``."""

    def __init__(self, top: Path) -> None:
        """Reads the file; what is in it is looked at when somebody asks. Raises ``UnknownIndexError``."""
        try:
            self._content = _content(top)
        except TooLargeError as problem:
            raise UnknownIndexError(f"it is larger than {MAX_BYTES} bytes") from problem
        except NotRegularError as problem:
            raise UnknownIndexError("it is not a regular file") from problem
        except (OSError, ValueError) as problem:
            raise UnknownIndexError(file_system.why(problem)) from problem

    def has(self, path: str) -> bool:
        """Whether a file, or anything in a directory, is tracked. Raises ``UnknownIndexError``."""
        written = path.encode("utf-8", "surrogateescape")
        if self._content[4:8] != b"\0\0\0\4" and written not in self._content:
            return False  # only in version 4 a path does not stand there as it is
        return written in self._tracked

    @cached_property
    def _tracked(self) -> frozenset[bytes]:
        """The paths, with the directories that they are in."""
        found: set[bytes] = set()
        for path in _paths(self._content):
            while path and path not in found:
                found.add(path)
                path = path.rpartition(b"/")[0]  # noqa: PLW2901 # upwards
        return frozenset(found)


def _content(top: Path) -> bytes:
    """The bytes of the index; nothing where nothing was ever added.

    The further work trees of a repository, and submodules, have a file that says where theirs is.
    """
    directory = top / ".git"
    if file_system.is_file(directory):
        pointer = file_system.content(directory, 4096)
        if not pointer.startswith(_POINTER):
            raise UnknownIndexError("`.git` is a file that names no directory")
        directory = top / pointer.removeprefix(_POINTER).rstrip(b"\r\n").decode("utf-8", "surrogateescape")
    file = directory / "index"
    return file_system.content(file, MAX_BYTES) if file_system.exists(file) else b""


def _paths(content: bytes) -> list[bytes]:
    if not content:
        return []
    version, count = (int.from_bytes(content[at : at + 4], "big") for at in (4, 8))
    if content[:4] != b"DIRC" or version not in (2, 3, 4):
        raise UnknownIndexError("it is of a version that is not known")
    for size in (20, 32):  # names of objects are SHA-1 or SHA-256: only one of them leads from entry to entry
        try:
            return [path for path, mode in _entries(content, version, count, size) if mode != _DIRECTORY]
        except (IndexError, ValueError):
            continue
    raise UnknownIndexError("it is damaged")


def _entries(content: bytes, version: int, count: int, size: int) -> Iterator[tuple[bytes, int]]:
    """The paths with their modes. Raises ``ValueError`` or ``IndexError`` if names of objects have another size."""
    at, path, last = 12, b"", len(content) - size
    for _ in range(count):
        name = at + _BEFORE_NAME + size + 2
        flags = int.from_bytes(content[name - 2 : name], "big")
        name += 2 if version > 2 and flags & _EXTENDED else 0
        kept = b""
        if version == 4:  # of the path before, all but some bytes
            dropped, name = _number(content, name)
            kept = path[: len(path) - dropped]
        end = content.index(b"\0", name, last)
        path = kept + content[name:end]
        if not path and not flags & _LENGTH:
            raise UnknownIndexError(_SPLIT)
        if not path or flags & _LENGTH != min(len(path), _LENGTH):
            raise ValueError
        yield path, int.from_bytes(content[at + _MODE : at + _MODE + 4], "big")
        at = end + 1 if version == 4 else at + ((end - at) // 8 + 1) * 8
    while at + 8 <= last:
        if content[at : at + 4] == b"link":
            raise UnknownIndexError(_SPLIT)
        at += 8 + int.from_bytes(content[at + 4 : at + 8], "big")
    if at != last:
        raise ValueError


def _number(content: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where it ends."""
    value = content[at] & 0x7F
    while content[at] & 0x80:
        at += 1
        value = ((value + 1) << 7) | (content[at] & 0x7F)
    return value, at + 1
