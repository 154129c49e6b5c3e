"""Where a file is in its repository: that says which one it is, wherever the scan was started.

In GitHub Actions the repository is checked out into ``GITHUB_WORKSPACE``, which steps with a ``working-directory`` are
below. In a container that has it elsewhere, and anywhere else, the nearest directory above with a ``.git`` is its top.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path


def path_in_repository(path: Path, workspace: Path | None) -> str | None:
    """The path from the top of the repository, with ``/``; empty for the top itself, None outside of any."""
    here = Path(os.path.realpath(path))
    top = top_of_repository(here, workspace)
    if top is None:
        return None
    relative = here.relative_to(top).as_posix()
    return "" if relative == "." else relative


def top_of_repository(path: Path, workspace: Path | None) -> Path | None:
    """The top of the repository that a path is in, without links on the way; None outside of any."""
    here = Path(os.path.realpath(path))
    if workspace is not None and here.is_relative_to(os.path.realpath(workspace)):
        return Path(os.path.realpath(workspace))
    return _top(here)


@lru_cache(maxsize=4096)
def _top(here: Path) -> Path | None:
    if (here / ".git").exists():
        return here
    return _top(here.parent) if here.parent != here else None
