"""Looks for the configuration file: upward from the working directory, never below it, so never in what is scanned
there.

The first directory that has one counts, and it alone. The way ends at the top of the git work tree; outside of any at
the home directory, or at the root of the file system. Directories above the working directory in which everybody may
put a file, such as ``/tmp``, do not count.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from scanner import file_system
from scanner.configuration.errors import ConfigError, MistakeError
from scanner.lazy_dataclass import dataclass
from scanner.source_file import UnreadableFileError, read_text
from scanner.span import Span
from scanner.tree import top_above

NAMES = (".aws-login-scan.yaml", ".aws-login-scan.yml")
SHARED = "pyproject.toml"
"""A file of many tools, which counts if it has a section for this one."""
SECTION = ("tool", "aws-login-scan")
MAX_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Found:
    """A configuration file."""

    path: Path
    """Absolute."""
    tree: Path
    """Absolute: the git work tree that it is in, else its directory."""
    passed_over: tuple[Path, ...] = ()
    """Files with a section for this tool that do not count, because it is beside them."""


def find(directory: Path) -> Found | None:
    """The file that counts in an absolute directory. Raises ``ConfigError`` if two in one directory would."""
    for place in _way(directory):
        own = [place / name for name in NAMES if file_system.exists(place / name)]
        shared = [place / SHARED] if _has_section(place / SHARED) else []
        if len(own) > 1:
            message = f"{own[1].name} is beside it; keep one of them"
            raise ConfigError([MistakeError(message, Span.whole_file(str(own[0])))])
        if own or shared:
            path, *passed_over = own + shared
            return Found(path, top_above(place) or place, tuple(passed_over))
    return None


def _way(directory: Path) -> Iterator[Path]:
    top = top_above(directory)
    home = _home()
    for place in (directory, *directory.parents):
        if place == directory or not _is_everybodys(place):
            yield place
        if place == top or (top is None and place == home):
            return


def _home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:  # nobody says who we are
        return None


def _is_everybodys(place: Path) -> bool:
    """Whether all users may add files, and none may remove those of others: the sticky bit says so."""
    try:
        mode = file_system.permissions(place)
    except (OSError, ValueError):
        return True
    return bool(mode & stat.S_IWOTH and mode & stat.S_ISVTX)


def _has_section(path: Path) -> bool:
    if not file_system.is_file(path):
        return False
    try:
        text = read_text(path, MAX_BYTES, within=(top_above(path.parent) or path.parent,))
    except UnreadableFileError:
        return False  # a file of other tools
    if SECTION[1] not in text:
        return False
    import tomllib

    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return True  # it may have one, so its mistake is ours to tell
    return isinstance(found.get(SECTION[0]), dict) and SECTION[1] in found[SECTION[0]]
