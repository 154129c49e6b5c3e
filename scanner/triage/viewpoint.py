"""Where the paths in a baseline begin, so that it is of use in every clone and every container.

What is in the repository that holds the baseline is named from the top of that repository. Anything else is named from
the directory of the baseline, and begins with ``..`` if there is a repository.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from scanner import file_system
from scanner.lazy_dataclass import dataclass
from scanner.repository import top_of_repository
from scanner.triage.baseline_file import Entry

_OUT = ".."


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """Where a baseline is: absolute directories, without links."""

    directory: Path
    top: Path | None
    """The top of the repository that holds it; None outside of any."""

    def absolute(self, entry: Entry) -> Entry:
        """The entry with absolute paths, without links. What it does not say stays empty."""
        path, source, root = (shown and self._location(shown) for shown in (entry.path, entry.source, entry.root))
        return replace(entry, path=path, source=source, root=root)

    def relative(self, entry: Entry) -> Entry:
        """The entry with paths as the baseline has them."""
        path, source, root = (one and self.shown(one) for one in (entry.path, entry.source, entry.root))
        return replace(entry, path=path, source=source, root=root)

    def shown(self, location: str) -> str:
        """An absolute path as the baseline has it, with ``/``."""
        is_inside = self.top is not None and Path(location).is_relative_to(self.top)
        start = self.top if self.top is not None and is_inside else self.directory
        return os.path.relpath(location, start).replace(os.sep, "/")

    def _location(self, shown: str) -> str:
        leads_out = shown == _OUT or shown.startswith(f"{_OUT}/")
        start = self.directory if self.top is None or leads_out else self.top
        return str(file_system.real(start / shown))  # earlier versions wrote absolute paths outside of repositories


def viewpoint(file: Path, workspace: Path | None) -> Viewpoint:
    """That of a baseline."""
    directory = file_system.real(file).parent
    return Viewpoint(directory, holder(directory, workspace))


def holder(path: Path, workspace: Path | None) -> Path | None:
    """The top of the repository that holds a path, the innermost: submodules are cloned without what is around them."""
    return top_of_repository(path, None) or top_of_repository(path, workspace)
