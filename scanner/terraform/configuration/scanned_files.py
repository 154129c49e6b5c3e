"""The files of the scanned tree, as the functions of a configuration see them.

Files are read inside the tree only, and only regular ones. A path that leads out of it, by itself or through a symbolic
link, is not looked at; nothing out there is opened.
"""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scanner.file_system import is_dir, without_links
from scanner.terraform.language.functions.signature import FunctionError, MissingFileError, UnsupportedError, invalid

MAX_SIZE = 8 * 1024 * 1024
"""Bytes of a file that is read."""


@dataclass(frozen=True, slots=True)
class ScannedFiles:
    """The files of one root. Raises what ``language.functions.signature.Files`` says."""

    directory: Path
    """Relative paths start here; absolute."""
    boundary: Path
    """Files are read inside this directory only; absolute."""
    closed: str = ""
    """Why no file may be read, as the end of a sentence about one; empty if files may be read."""

    def content(self, path: str) -> bytes:
        """What is in a regular file."""
        real = self._inside(path)
        try:
            if not stat.S_ISREG(real.stat().st_mode):
                kind = "a directory" if is_dir(real) else "not a regular file"
                raise invalid("path", f'"{path}" is {kind}')
            descriptor = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            raise MissingFileError(str(invalid("path", f'no file exists at "{path}"'))) from None
        except OSError as problem:
            raise invalid("path", f'failed to read "{path}": {problem.strerror}') from problem
        with open(descriptor, "rb") as file:  # noqa: PTH123 # a descriptor has no path
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise invalid("path", f'"{path}" is not a regular file')
            content = file.read(MAX_SIZE + 1)
        if len(content) > MAX_SIZE:
            raise UnsupportedError(f'the file "{path}" is larger than {MAX_SIZE} bytes')
        return content

    def exists(self, path: str) -> bool:
        """Whether there is a regular file; anything else that is there is refused."""
        try:
            mode = self._inside(path).stat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as problem:
            raise FunctionError(f'failed to look at "{path}": {problem.strerror}.') from problem
        if not stat.S_ISREG(mode):
            kind = "a directory" if stat.S_ISDIR(mode) else "not a regular file"
            raise FunctionError(f'"{path}" is {kind}.')
        return True

    def is_regular(self, path: str) -> bool:
        """The same without a refusal."""
        try:
            return stat.S_ISREG(self._inside(path).stat().st_mode)
        except OSError:
            return False

    def below(self, path: str, depth: int | None) -> Iterator[str]:
        """The names of what is below a directory and no directory itself; links to directories are not descended."""
        return _below(self._inside(path), "", depth)

    def absolute(self, path: str) -> str:
        """The path with the directory that relative paths start in."""
        return posixpath.join(self.directory.as_posix(), path)

    def _inside(self, path: str) -> Path:
        """The real path of what is named, which need not exist."""
        if self.closed:
            raise UnsupportedError(f'the file or directory "{path}" {self.closed}')
        if path.startswith("~"):
            raise UnsupportedError(f'the path "{path}" leads to a home directory, outside the scanned tree')
        if "\0" in path:
            raise invalid("path", "it contains a NUL character")
        real = without_links(self.directory / path)
        if not real.is_relative_to(without_links(self.boundary)):
            raise UnsupportedError(f'the path "{path}" leads outside the scanned tree')
        return real


def _below(directory: Path, prefix: str, depth: int | None) -> Iterator[str]:
    try:
        entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        name = prefix + entry.name
        if not entry.is_dir(follow_symlinks=False):
            yield name
        elif depth != 0:
            yield from _below(Path(entry.path), f"{name}/", None if depth is None else depth - 1)
