"""Reads files of the scanned tree, which may be anything: a device, a link to nowhere, a disk image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner import file_system, tree
from scanner.file_system import why
from scanner.regexes import beginning

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 32 * 1024 * 1024
"""Larger files are refused unless the caller says otherwise. Hand-written ones have some hundred kilobytes at most."""


PLAIN: tuple[Path, ...] = ()
"""For ``within``: a file that is known to be no link, in a directory to which no link has led."""
OUT = "it is a link that leads out of the scanned tree"


def leads_out(path: Path | str, within: tuple[Path, ...]) -> bool:
    """Whether symbolic links lead a path to something outside the directories. A link to nowhere leads nowhere."""
    real = file_system.real(path)
    return not any(real.is_relative_to(file_system.real(one)) for one in within) and file_system.exists(path)


class UnreadableFileError(Exception):
    """The file cannot be read as text. The message is a sentence without its full stop."""


def read_text(path: Path | str, limit: int = MAX_BYTES, *, within: tuple[Path, ...]) -> str:
    """The text of a file that really is in one of the directories, without byte order mark.

    Raises ``UnreadableFileError`` for what is somewhere else, is not a regular file, is too large, or is not UTF-8.
    Never blocks.
    """
    return _text(read_bytes(path, limit, within=within))


def read_named(path: Path | str, directory: Path, limit: int = MAX_BYTES) -> str:
    """The text of a file that the user names, relative to the working directory: see ``scanner.tree``."""
    if tree.leads_out(path, directory) and file_system.exists(directory / path):
        raise UnreadableFileError(OUT)
    return _text(read_bytes(directory / path, limit, within=PLAIN))


def _text(content: bytes) -> str:
    encoding = wide_encoding(content)
    if encoding is not None:
        raise UnreadableFileError(f"it is {encoding[:6].upper()} and not UTF-8; save it as UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise UnreadableFileError("it is not UTF-8") from problem


def wide_encoding(content: bytes) -> str | None:
    """The encoding of a text whose characters have two or four bytes, by its mark or its first character; else None."""
    if b"\0" not in content[:4] and content[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return None  # as nearly every file
    return next((encoding for encoding, begins in _WIDE if begins.match(content)), None)


_WIDE = tuple(
    (encoding, beginning(begins))
    for encoding, begins in (
        ("utf-32-le", rb"\xff\xfe\0\0|[\t\n\r -~]\0\0\0"),
        ("utf-32-be", rb"\0\0\xfe\xff|\0\0\0[\t\n\r -~]"),
        ("utf-16-le", rb"\xff\xfe|[\t\n\r -~]\0[^\0]"),
        ("utf-16-be", rb"\xfe\xff|\0[\t\n\r -~]"),
    )
)


def read_bytes(path: Path | str, limit: int = MAX_BYTES, *, within: tuple[Path, ...]) -> bytes:
    """A file's content, with the same care."""
    try:
        if within and leads_out(path, within):
            raise UnreadableFileError(OUT)
        return file_system.content(path, limit)
    except file_system.DirectoryError as problem:
        raise UnreadableFileError("it is a directory") from problem
    except file_system.NotRegularError as problem:
        raise UnreadableFileError("it is not a regular file") from problem
    except file_system.TooLargeError as problem:
        raise UnreadableFileError(f"it is larger than {limit} bytes") from problem
    except (OSError, ValueError) as problem:
        raise UnreadableFileError(why(problem)) from problem
