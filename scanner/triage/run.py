"""What the triage of findings has to know of a scan."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from scanner.repository import path_in_repository


@dataclass(frozen=True)
class Run:
    """One scan. Paths of files are as reports print them."""

    directory: Path
    """The working directory."""
    workspace: Path | None
    """Where a CI system has checked the repository out, if it says."""
    paths: tuple[str, ...]
    """What was to be scanned, as the user named it."""
    today: date
    files: Mapping[str, Path]
    """The files that were read, but for plans and states, with the directory that each is to be inside of."""
    incomplete: frozenset[str]
    """Those of roots that could not be read as a whole: what is not found there may be there."""
    sources: Mapping[str, bool]
    """What the roots are of, from the top of the repository, and whether all of it could be read."""
    has_errors: bool
    """Whether anything could not be read."""
    followed: frozenset[str]
    """Ids of the rules that were followed."""
    known_rules: Callable[[], frozenset[str]]
    """Ids of all rules that there are; reads them anew, so it is asked only about one that was not followed."""

    def in_repository(self, path: str) -> str:
        """A path from the top of the repository; outside of one, from the working directory."""
        inside = path_in_repository(self.directory / path, self.workspace)
        return posixpath.normpath(path) if inside is None else inside or "."

    def covers(self, directory: Path) -> bool:
        """Whether all of a directory was scanned."""
        return any(directory.is_relative_to(scanned) for scanned in self._scanned)

    @cached_property
    def parts(self) -> frozenset[str]:
        """The files that were read, and their directories, from the top of the repository."""
        files = [self.in_repository(file) for file in self.files]
        return frozenset((*files, *(posixpath.dirname(file) or "." for file in files)))

    @cached_property
    def _scanned(self) -> tuple[Path, ...]:
        return tuple((self.directory / path).resolve() for path in self.paths)
