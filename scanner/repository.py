"""Where a directory is in its repository: some readers of reports know files by their paths from there.

In GitHub Actions the repository is checked out into ``GITHUB_WORKSPACE``, which steps with a ``working-directory`` are
below. In a container that has it elsewhere, and anywhere else, it is the nearest directory above with a ``.git``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def path_in_repository(directory: Path, environment: Mapping[str, str]) -> str:
    """The path of the directory from the top of its repository, with ``/``; empty at the top, or without one."""
    here = Path(os.path.realpath(directory))
    workspace = environment.get("GITHUB_WORKSPACE")
    if workspace and here.is_relative_to(os.path.realpath(workspace)):
        top = Path(os.path.realpath(workspace))
    else:
        top = next((parent for parent in (here, *here.parents) if (parent / ".git").exists()), here)
    relative = here.relative_to(top).as_posix()
    return "" if relative == "." else relative
