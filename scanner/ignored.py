"""What ``.gitignore`` files exclude.

https://git-scm.com/docs/gitignore
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pathspec import GitIgnoreSpec

from scanner.file_system import exists, is_file
from scanner.source_file import UnreadableFileError, read_text

FILE = ".gitignore"


@dataclass(frozen=True, slots=True)
class Ignored:
    """The ignore files that count in a directory, outermost first."""

    specs: tuple[tuple[Path, GitIgnoreSpec], ...] = ()

    def below(self, directory: Path) -> Ignored:
        """The same with what the directory's own file says. Raises ``UnreadableFileError``."""
        try:
            spec = GitIgnoreSpec.from_lines(read_text(directory / FILE).splitlines())
        except ValueError as problem:
            raise UnreadableFileError(str(problem)) from problem
        return Ignored((*self.specs, (directory, spec)))

    def covers(self, path: Path, *, is_directory: bool) -> bool:
        """Whether a path is excluded, given that nothing above it is. The innermost file that names it decides."""
        for base, spec in reversed(self.specs):
            relative = path.relative_to(base).as_posix() + ("/" if is_directory else "")
            verdict = spec.check_file(relative).include
            if verdict is not None:
                return verdict
        return False


def ignored_above(path: Path) -> Ignored:
    """What the directories above say about what is in a directory that is named, up to the top of its git work tree.

    Nothing, if they exclude the directory itself: it was named although it is excluded, and with all that is in it.
    Raises ``UnreadableFileError``.
    """
    above = list(path.parents)
    top = next((number for number, parent in enumerate(above) if exists(parent / ".git")), None)
    found = Ignored()
    if top is None or exists(path / ".git"):
        return found
    way = [*reversed(above[: top + 1]), path]
    for parent, step in pairwise(way):
        if is_file(parent / FILE):
            found = found.below(parent)
        if found.covers(step, is_directory=True):
            return Ignored()
    return found
