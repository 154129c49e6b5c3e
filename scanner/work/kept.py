"""Outcomes of earlier scans, kept in a directory: one file for each root and each way to look at it.

The name of a file is a digest of everything that the outcome depends on and that is known beforehand: the root with its
inputs, the terms, the scanner's code and its libraries. The file has what was looked at while it was worked out
(``scanner.file_system``) with digests of the answers, and the outcome. It counts if every answer is the same today.

What is in the directory is of no consequence to anything but time. Files are written as a whole or not at all, so any
number of scans may use it at once. One that is cut off, changed, of another version or gone is a root to work out
again; so is every root if the directory cannot be written to, or is somebody else's.

No secrets: of what is read there are digests only, an outcome holds no values of variables but those that reach a name,
a tag or a policy, and where one of those is called a secret the outcome is not kept (``scanner.confidential``). Plans,
states and change sets are not kept at all: they are made for one scan, and may hold anything.
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

from scanner.file_system import Notes, Present
from scanner.root import RootKind
from scanner.work.codec import decode, decode_notes, sealed, unsealed
from scanner.work.outcome import Outcome, Task

LIFETIME = 14 * 86_400
"""Seconds after which a file is deleted that no scan has used."""

_DAY = 86_400
_STAMP = "tidied"
_NOT_KEPT = frozenset({RootKind.TERRAFORM_PLAN, RootKind.TERRAFORM_STATE, RootKind.CHANGE_SET})
_LIBRARIES = ("aws_login_scan", "cfn_flip", "lark", "msgspec", "pathspec", "python_hcl2", "pyyaml", "regex")
"""The scanner itself and what it stands on, by the names of their ``dist-info`` directories."""


class Kept:
    """The outcomes in a directory that were worked out under the same terms. Never raises for what is in it."""

    def __init__(self, directory: Path, terms: bytes, controls: Notes) -> None:
        """``controls`` are the looks at files that the terms name."""
        self._place = directory / code_version()
        answers = repr(sorted(controls.answers.items())).encode("utf-8", "surrogatepass")
        self._under = sealed([terms, answers, os.fsencode(os.getcwd())])  # noqa: PTH109 # as it is
        self._present = Present()
        self._may_write = True
        self._is_ours: bool | None = None

    def find(self, task: Task, written: bytes) -> Outcome | None:
        """The outcome of a root, which is also given as bytes, if nothing that it depends on has changed."""
        if not self._is_kept(task):
            return None
        file = self._place / self._name(written)
        try:
            notes, outcome = unsealed(self._read(file))
            is_as_noted = self._present.is_as_noted
            if all(is_as_noted((look, path, most), was, mark) for look, path, most, was, mark in decode_notes(notes)):
                return decode(outcome, Outcome)
        except (OSError, ValueError, LookupError):
            pass  # the same as if there were none
        return None

    def keep(self, task: Task, written: bytes, made: bytes, notes: bytes) -> None:
        """Keep the outcome of a root, with what was looked at for it."""
        if self._may_write and self._is_kept(task):
            try:
                self._write(self._place / self._name(written), sealed([notes, made]))
            except (OSError, ValueError):
                self._may_write = False

    @staticmethod
    def _is_kept(task: Task) -> bool:
        return task.root.kind not in _NOT_KEPT and task.root.stands_in is None

    def _name(self, written: bytes) -> str:
        return blake2b(written, digest_size=24, key=blake2b(self._under, digest_size=32).digest()).hexdigest()

    def _read(self, file: Path) -> bytes:
        if self._is_ours is None:
            self._is_ours = _is_ours(self._place)
        if not self._is_ours:
            raise PermissionError
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb") as opened:  # noqa: PTH123 # a descriptor has no path
            if time.time() - os.fstat(descriptor).st_mtime > _DAY:
                with suppress(OSError):  # it is being used
                    os.utime(file)
            return opened.read()

    def _write(self, file: Path, content: bytes) -> None:
        if not self._is_ours:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._is_ours = _is_ours(file.parent)
            if not self._is_ours:
                raise PermissionError
            _tidy(file.parent.parent, file.parent)
        temporary = file.with_name(f".{os.urandom(8).hex()}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(temporary, flags, 0o600)
        try:
            with open(descriptor, "wb") as opened:  # noqa: PTH123 # the same
                opened.write(content)
            temporary.replace(file)
        except OSError:
            with suppress(OSError):
                temporary.unlink()
            raise


def _is_ours(directory: Path) -> bool:
    """Whether nobody else can put anything there."""
    status = directory.lstat()
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
