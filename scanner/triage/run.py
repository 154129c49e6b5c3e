"""What the triage of findings has to know of a scan."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path

from scanner import file_system
from scanner.lazy_dataclass import dataclass
from scanner.repository import top_of_repository
from scanner.root import RootKind

FORMS = {RootKind.TERRAFORM_PLAN: "plan", RootKind.TERRAFORM_STATE: "state"}
"""Roots that are of something else than themselves. People keep several of one configuration."""


@dataclass(frozen=True, slots=True)
class ReadRoot:
    """A root that was read. Its places are absolute and without links."""

    source: str
    """What it is of: the directory of a configuration, of a plan and of a state, or the template."""
    form: str
    """``plan``, ``state``, or empty."""
    file: str
    """The plan or state; empty for others."""
    is_whole: bool
    """Whether all of it could be read."""


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
    roots: Mapping[str, ReadRoot]
    """By their paths."""
    has_errors: bool
    """Whether anything could not be read."""
    passed_over: tuple[Path, ...]
    """What was kept out below the paths, each with all that is in it."""
    followed: frozenset[str]
    """Ids of the rules that were followed."""
    known_rules: Callable[[], frozenset[str]]
    """Ids of all rules that there are; reads them anew, so it is asked only about one that was not followed."""
    silent: frozenset[str] = frozenset()
    """The files among them that certainly ask for nothing to be ignored."""

    def location(self, path: str) -> str:
        """A path of a report as an absolute one without links."""
        return str(file_system.real(self.directory / path))

    def covers(self, path: Path) -> bool:
        """Whether a directory with all that is in it, or a file, was looked at; it may be gone."""
        if not any(path.is_relative_to(scanned) for scanned in self._scanned):
            return False
        return self._passed_over.isdisjoint((path, *path.parents))

    @cached_property
    def covers_everything(self) -> bool:
        """Whether the whole repository was looked at; outside of one, the working directory."""
        return self.covers(top_of_repository(self.directory, self.workspace) or file_system.real(self.directory))

    def is_shared(self, file: str) -> bool:
        """Whether what was read in a file may have to do with roots that were not scanned, as a child module may."""
        location = self.location(file)
        return self._own.isdisjoint((location, posixpath.dirname(location)))

    @cached_property
    def _own(self) -> frozenset[str]:
        return frozenset(root.source for root in self.roots.values())

    @cached_property
    def parts(self) -> frozenset[str]:
        """The files that were read, and their directories; absolute and without links."""
        files = [self.location(file) for file in self.files]
        return frozenset((*files, *map(posixpath.dirname, files)))

    @cached_property
    def _scanned(self) -> tuple[Path, ...]:
        return tuple(file_system.real(self.directory / path) for path in self.paths)

    @cached_property
    def _passed_over(self) -> frozenset[Path]:
        return frozenset(file_system.real(path) for path in self.passed_over)
