"""The scanned files that a fix may change, each read once.

What is not the user's is not changed: what ``terraform init`` or Terragrunt has copied, what a program has made, what
is outside of the scanned tree or is reached through a link that leads out of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from scanner import file_system
from scanner.fixes.generated import copies_in, is_generated
from scanner.fixes.source import Source, source
from scanner.source_file import UnreadableFileError, read_bytes


class Files:
    """By their paths as reports print them, which are relative to the working directory."""

    def __init__(self, directory: Path, boundaries: Iterable[Path]) -> None:
        self._directory = directory
        self._boundaries = tuple(dict.fromkeys(boundaries))
        self._sources: dict[str, Source | None] = {}
        self._generated: dict[str, bool] = {}
        self._beside: dict[tuple[str, str], tuple[Source, ...]] = {}

    def get(self, path: str) -> Source | None:
        """A file; None for one that is not to be changed or cannot be read."""
        place = Path(os.path.normpath(self._directory / path))
        if copies_in(place.parts) is not None or file_system.is_link(place):
            return None
        found = self.look(path)
        if found is not None and path not in self._generated:
            self._generated[path] = is_generated(place, found)
        return None if found is None or self._generated[path] else found

    def look(self, path: str) -> Source | None:
        """A file, whoever may change it; None for one that cannot be read."""
        if path not in self._sources:
            self._sources[path] = self._read(path)
        return self._sources[path]

    def beside(self, path: str) -> tuple[Source, ...]:
        """The files of the directory that a file is in, with the suffix of that, whoever may change them."""
        folder, name = os.path.split(path)
        suffix = Path(name).suffix
        if (folder, suffix) not in self._beside:
            names = (one.name for one in file_system.entries_if_any(self._directory / folder))
            found = (self.look(os.path.join(folder, one)) for one in names if one.endswith(suffix))  # noqa: PTH118
            self._beside[folder, suffix] = tuple(one for one in found if one is not None)
        return self._beside[folder, suffix]

    def relative(self, path: str, other: str) -> str:
        """The path of a file that stands at a path from the directory of another."""
        return os.path.normpath(os.path.join(os.path.dirname(path), other))  # noqa: PTH118, PTH120 # texts

    def location(self, path: str) -> str:
        """Where a file is, without links."""
        return str(file_system.real(self._directory / path))

    def _read(self, path: str) -> Source | None:
        try:
            content = read_bytes(self._directory / path, within=self._boundaries)
        except UnreadableFileError:  # the scan has said so, if anybody wanted it
            return None
        return source(path, content)
