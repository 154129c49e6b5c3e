"""Whether a path really is in the tree in which its name is.

What lies in a work tree came with the code, symbolic links too, and may be anybody's; so a path that is in a tree by
its name has to be there without links as well, whoever names it. What a user names outside of any tree is the user's.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from scanner import file_system


def top_above(path: Path) -> Path | None:
    """The nearest directory with a ``.git``, from an absolute path upwards, by its name."""
    return next((place for place in (path, *path.parents) if file_system.exists(place / ".git")), None)


def trees(path: Path, directory: Path) -> Iterator[Path]:
    """The trees that an absolute path is below by its name.

    That is the one of the working directory (the git work tree that it is in, else the directory), and the git work
    tree that is nearest to the path.
    """
    around = top_above(directory) or directory
    if path != around and path.is_relative_to(around):
        yield around
    nearest = top_above(path.parent)
    if nearest is not None and nearest != around:
        yield nearest


def leads_out(path: Path | str, directory: Path) -> bool:
    """Whether a path, which may be relative to the working directory, leads out of a tree that it is in by its name."""
    whole = directory / path
    real = file_system.real(whole)
    named = Path(os.path.normpath(whole))
    return any(not real.is_relative_to(file_system.real(tree)) for tree in trees(named, directory))
