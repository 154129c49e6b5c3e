"""What a law transforms: the files of one scan root, as a value, and how it is scanned."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from scanner.diagnostic import Severity
from scanner.report.report import Report
from scanner.root import Inputs
from tests.scans import scanned_files

Moved = Callable[[str], tuple[str, ...]]
"""What a principal's address becomes: one, several where it is there several times, none where nothing is said."""


@dataclass(frozen=True, slots=True)
class Project:
    """A root and the files that it reads."""

    name: str
    """Says in reports where it came from."""
    files: Mapping[str, str]
    """By path below an empty directory, with ``/``. What is not UTF-8 is kept with surrogate escapes."""
    root: str
    """The path that is scanned: a directory or a file."""
    inputs: Inputs = field(default_factory=Inputs)

    def having(self, files: Mapping[str, str]) -> Project:
        """The same with some files added or replaced."""
        return replace(self, files={**self.files, **files})

    def without(self, paths: Iterable[str]) -> Project:
        """The same without some files."""
        gone = set(paths)
        return replace(self, files={path: text for path, text in self.files.items() if path not in gone})

    def beside(self, name: str) -> str:
        """A path in the root directory, or in the directory of the root file."""
        directory = self.root if self.root not in self.files else posixpath.dirname(self.root)
        return posixpath.normpath(posixpath.join(directory, name))

    def listing(self, directory: str) -> Iterator[str]:
        """The paths of the files that stand in a directory itself."""
        prefix = "" if directory in ("", ".") else f"{directory}/"
        return (path for path in sorted(self.files) if path.startswith(prefix) and "/" not in path.removeprefix(prefix))


def same(address: str) -> tuple[str, ...]:
    """Nothing moves."""
    return (address,)


@dataclass(frozen=True, slots=True)
class Change:
    """A project after a transformation."""

    project: Project
    moved: Moved = same


Transformation = Callable[[Project], Change | None]
"""None: there is nothing in this project that it could be tried on."""


def scanned(project: Project) -> Report:
    """The report of a scan of the project in an empty directory. What the scanner raises rises."""
    return scanned_files(project.files, project.root, inputs=project.inputs)


def errors(report: Report) -> list[str]:
    """What made a scan incomplete."""
    return sorted(
        f"{found.span.path}:{found.span.line}: {found.message}"
        for found in report.diagnostics
        if found.severity is Severity.ERROR
    )
