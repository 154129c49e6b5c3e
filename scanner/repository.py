"""Where a file is in its repository: that says which one it is, wherever the scan was started.

In GitHub Actions the repository is checked out into ``GITHUB_WORKSPACE``, which steps with a ``working-directory`` are
below, or into a directory in it (``path`` of ``actions/checkout``). In a container that has it elsewhere, and anywhere
else, the nearest directory above with a ``.git`` is its top.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from scanner import file_system
from scanner.lazy_dataclass import dataclass


class RealPaths:
    """Paths without links on the way, as ``file_system.real`` gives them; each directory is followed once.

    For a while in which links stay as they are.
    """

    def __init__(self) -> None:
        self._known: dict[Path, str] = {}

    def of(self, path: Path) -> str:
        """The absolute path without links."""
        found = self._known.get(path)
        if found is None:
            found = self._known[path] = self._followed(path)
        return found

    def _followed(self, path: Path) -> str:
        if os.name == "nt" or not path.is_absolute() or path.name in ("", ".."):
            return str(file_system.real(path))
        whole = os.path.join(self.of(path.parent), path.name)  # noqa: PTH118 # no path objects for as many
        return str(file_system.real(whole)) if file_system.is_link(whole) else whole


def path_in_repository(path: Path, workspace: Path | None, real: RealPaths | None = None) -> str | None:
    """The path from the top of the repository, with ``/``; empty for the top itself, None outside of any."""
    here = Path(real.of(path)) if real is not None else file_system.real(path)
    top = _top_above(here, workspace)
    if top is None:
        return None
    relative = here.relative_to(top).as_posix()
    return "" if relative == "." else relative


def top_of_repository(path: Path, workspace: Path | None) -> Path | None:
    """The top of the repository that a path is in, without links on the way; None outside of any."""
    return _top_above(file_system.real(path), workspace)


def _top_above(here: Path, workspace: Path | None) -> Path | None:
    """The same for a path without links."""
    checkout = file_system.real(workspace) if workspace is not None else None
    if checkout is None or not here.is_relative_to(checkout):
        return _top(here)
    inside = _top(here)
    is_in_a_part = inside is not None and inside != checkout and inside.is_relative_to(checkout)
    return inside if is_in_a_part and not file_system.exists(checkout / ".git") else checkout


@lru_cache(maxsize=4096)
def _top(here: Path) -> Path | None:
    if file_system.exists(here / ".git"):
        return here
    return _top(here.parent) if here.parent != here else None


@dataclass(frozen=True, slots=True)
class Outlook:
    """How a repository sees the paths of reports, which are relative to the working directory."""

    below: str = ""
    """The working directory from the top of the repository; empty at the top."""
    above: str = ""
    """The top from a working directory that is above it; empty otherwise."""

    def path(self, path: str) -> str:
        """A path from the top of the repository; as it is where it leads to something else."""
        seen = posixpath.normpath(posixpath.join(self.below, path))
        if self.above and (seen == self.above or seen.startswith(f"{self.above}/")):
            return seen[len(self.above) + 1 :] or "."
        return seen


def outlook(directory: Path, scanned: Iterable[Path], workspace: Path | None) -> Outlook:
    """How the repository sees the working directory: that which it is in, or else that of everything scanned."""
    inside = path_in_repository(directory, workspace)
    if inside is not None:
        return Outlook(inside)
    tops = {top_of_repository(path, workspace) for path in scanned}
    top = tops.pop() if len(tops) == 1 else None
    here = file_system.real(directory)
    return Outlook(above="" if top is None else os.path.relpath(top, here).replace(os.sep, "/"))


Seen = str | Outlook
"""The working directory as its repository sees it, or how it sees the paths of reports."""
