"""What ``.gitignore`` files exclude.

https://git-scm.com/docs/gitignore
"""

from __future__ import annotations

import os
import re
from itertools import pairwise
from typing import TYPE_CHECKING

from scanner import file_system
from scanner.globs import gitignore, union_of
from scanner.lazy_dataclass import dataclass
from scanner.source_file import UnreadableFileError, read_text

if TYPE_CHECKING:
    from pathlib import Path

    from pathspec import GitIgnoreSpec

FILE = ".gitignore"


class IgnoreFile:
    """What one ignore file says.

    Most paths match none of its patterns, which takes long to find out one after the other. So once it was asked often,
    one expression says whether any of them matches.
    """

    __slots__ = ("_any", "_asked", "_spec", "base")

    def __init__(self, base: str, spec: GitIgnoreSpec) -> None:
        self.base = base
        """Its directory, up to the slash at its end."""
        self._spec = spec
        self._asked = 0
        self._any: re.Pattern[str] | None = None

    def verdict(self, relative: str) -> bool | None:
        """Whether it excludes a path; None if it does not name that. A directory has a slash at its end."""
        self._asked += 1
        if self._asked == OFTEN:
            self._any = union_of(self._spec)
        if self._any is not None and self._any.match(relative) is None:
            return None
        return self._spec.check_file(relative).include


OFTEN = 200
"""After how many questions one expression pays, which takes as long as these to be compiled."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """The ignore files that count in a directory, outermost first."""

    files: tuple[IgnoreFile, ...] = ()

    def below(self, directory: Path, boundary: Path) -> Ignored:
        """The same with what the directory's own file says. Raises ``UnreadableFileError``."""
        try:
            spec = gitignore(read_text(directory / FILE, within=(boundary,)).splitlines())
        except ValueError as problem:
            raise UnreadableFileError(str(problem)) from problem
        base = os.path.join(directory, "")  # noqa: PTH118 # a path keeps no slash at its end
        return Ignored((*self.files, IgnoreFile(base, spec)))

    def covers(self, path: str, *, is_directory: bool) -> bool:
        """Whether a path is excluded, given that nothing above it is. The innermost file that names it decides."""
        for file in reversed(self.files):
            relative = path[len(file.base) :].replace(os.sep, "/")
            verdict = file.verdict(f"{relative}/" if is_directory else relative)
            if verdict is not None:
                return verdict
        return False


def ignored_above(path: Path, boundary: Path) -> Ignored:
    """What the directories above say about what is in a directory that is named, up to the top of its git work tree.

    Nothing, if they exclude the directory itself: it was named although it is excluded, and with all that is in it.
    Raises ``UnreadableFileError``.
    """
    above = list(path.parents)
    top = next((number for number, parent in enumerate(above) if file_system.exists(parent / ".git")), None)
    found = Ignored()
    if top is None or file_system.exists(path / ".git"):
        return found
    way = [*reversed(above[: top + 1]), path]
    for parent, step in pairwise(way):
        if file_system.is_file(parent / FILE):
            found = found.below(parent, boundary)
        if found.covers(str(step), is_directory=True):
            return Ignored()
    return found
