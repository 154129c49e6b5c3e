"""The files of the scanned tree, as the functions of a configuration see them.

Files are read inside the tree only, and only regular ones. A path that leads out of it, by itself or through a symbolic
link, is not looked at; nothing out there is opened.
"""

from __future__ import annotations

import posixpath
import stat
from collections.abc import Iterator
from pathlib import Path

from scanner import file_system
from scanner.lazy_dataclass import dataclass
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
            found = file_system.mode(real)
            if not stat.S_ISREG(found):
                kind = "a directory" if stat.S_ISDIR(found) else "not a regular file"
                raise invalid("path", f'"{path}" is {kind}')
            return file_system.content(real, MAX_SIZE, follow=False)
        except FileNotFoundError:
            raise MissingFileError(str(invalid("path", f'no file exists at "{path}"'))) from None
        except OSError as problem:
            raise invalid("path", f'failed to read "{path}": {problem.strerror}') from problem
        except file_system.NotRegularError:
            raise invalid("path", f'"{path}" is not a regular file') from None
        except file_system.TooLargeError:
            raise UnsupportedError(f'the file "{path}" is larger than {MAX_SIZE} bytes') from None

    def exists(self, path: str) -> bool:
        """Whether there is a regular file; anything else that is there is refused."""
        try:
            mode = file_system.mode(self._inside(path))
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
            return stat.S_ISREG(file_system.mode(self._inside(path)))
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
        real = file_system.real(self.directory / path)
        if not real.is_relative_to(file_system.real(self.boundary)):
            raise UnsupportedError(f'the path "{path}" leads outside the scanned tree')
        return real


def _below(directory: Path, prefix: str, depth: int | None) -> Iterator[str]:
    for entry in file_system.entries_if_any(directory):
        name = prefix + entry.name
        if not entry.is_directory:
            yield name
        elif depth != 0:
            yield from _below(directory / entry.name, f"{name}/", None if depth is None else depth - 1)
