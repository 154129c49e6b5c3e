"""Questions about paths that have an answer for every path.

``pathlib`` raises where a directory on the way may not be entered, where a name is too long or holds a NUL, and where
links lead back to themselves; what it raises where depends on the version of Python. Here what cannot be looked at is
not there. Whoever goes on to read it says why it cannot be read.
"""

from __future__ import annotations

import os
from pathlib import Path


def exists(path: Path) -> bool:
    """Whether there is anything at a path, at the end of all links."""
    return os.path.exists(path)  # noqa: PTH110


def is_file(path: Path) -> bool:
    """Whether there is a regular file, at the end of all links."""
    return os.path.isfile(path)  # noqa: PTH113


def is_dir(path: Path) -> bool:
    """Whether there is a directory, at the end of all links."""
    return os.path.isdir(path)  # noqa: PTH112


def is_link(path: Path) -> bool:
    """Whether the path itself is a symbolic link, to something or to nowhere."""
    return os.path.islink(path)  # noqa: PTH114


def without_links(path: Path | str) -> Path:
    """The path without links, as far as they can be followed; the path itself where it cannot be one."""
    try:
        return Path(os.path.realpath(path))
    except (OSError, ValueError):
        return Path(path)


def names_in(directory: Path) -> tuple[str, ...]:
    """The names in a directory, sorted; none where they cannot be had."""
    try:
        return tuple(sorted(os.listdir(directory)))  # noqa: PTH208
    except (OSError, ValueError):
        return ()
