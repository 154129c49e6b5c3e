"""Patterns for paths, as in ``.gitignore``: one with a slash inside is anchored, any other matches at any depth.

https://git-scm.com/docs/gitignore
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.lazy_dataclass import dataclass
from scanner.regexes import anywhere
from scanner.wildcards import INSIDE, of_name, of_path

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_BASE = frozenset({"", "."})
"""Patterns, without slashes at their ends, that mean the directory that they are written for, with all in it."""
_ANY = frozenset({"*", "**"})
"""Patterns, without slashes at their ends, that every name matches, so that of this directory, too."""

_SPECIAL = anywhere(r"[*?\[\\]")


class GlobError(ValueError):
    """It is not a pattern for paths. The message is a clause."""


@dataclass(frozen=True, slots=True)
class PathGlob:
    """A pattern, and the directory that it is written for."""

    pattern: str
    base: Path | None = None
    """Absolute; None for the working directory of the scan."""

    def check(self) -> None:
        """Raise ``GlobError`` for what never matches anything: nothing, a comment, a negation."""
        pattern = self.pattern.strip()
        if not pattern or pattern.startswith("#"):
            raise GlobError(f'"{self.pattern}" is not a pattern for paths')
        if pattern.startswith("!"):
            raise GlobError(f'"{self.pattern}" begins with "!", which means nothing here')
        try:
            _spec(pattern)
        except ValueError as problem:
            raise GlobError(f'"{self.pattern}" is not a pattern for paths') from problem

    def matches(self, path: Path, directory: Path, *, is_directory: bool) -> bool:
        """Whether it matches an absolute path or a directory above it; ``directory`` is the working directory."""
        base, pattern = self._placed(directory)
        if not path.is_relative_to(base):
            return False
        bare = pattern.strip("/")
        if bare in _BASE or path == base:
            return bare in _BASE or bare in _ANY
        relative = path.relative_to(base).as_posix()
        return bool(_spec(pattern).match_file(f"{relative}/" if is_directory else relative))

    def may_match(self, directory: Path) -> Callable[[str], bool]:
        """A quick look at absolute paths, of directories with a slash at the end: false for what does not match."""
        base, pattern = self._placed(directory)
        itself, begin = str(base), os.path.join(base, "")  # noqa: PTH118 # a path keeps no slash at its end
        is_all = pattern.strip("/") in _BASE
        any_way = None if is_all else union_of(_spec(pattern))

        def may_match(path: str) -> bool:
            if not path.startswith(begin):
                return path == itself
            below = path[len(begin) :].replace(os.sep, "/")
            return not below or any_way is None or any_way.match(below) is not None

        return may_match

    def inside(self, named: Path, directory: Path) -> PathGlob | None:
        """What it still excludes inside of a directory that is named although it may be excluded; None for nothing.

        Naming a directory overrules what excludes it, with all that is in it; not what a pattern for names, which
        counts at any depth, excludes anew in there, and not one that is written for this very directory.
        """
        base, pattern = self._placed(directory)
        if named == base or not self.matches(named, directory, is_directory=True):
            return self
        name = pattern.removeprefix("**/")
        return None if "/" in name.rstrip("/") or name.strip("/") in _BASE else PathGlob(name, named)

    def reach(self, directory: Path) -> Path:
        """The deepest directory that holds all that it may match, which may be what it matches itself."""
        base, pattern = self._placed(directory)
        steps = pattern.strip("/").split("/")
        if len(steps) == 1 and not pattern.startswith("/"):
            return base  # a name, which counts at any depth
        literal = takewhile(lambda step: not _SPECIAL.search(step), steps)
        return base.joinpath(*literal)

    def _placed(self, directory: Path) -> tuple[Path, str]:
        """The directory that it is for, and the pattern as ``.gitignore`` has it there."""
        base, pattern = self.base or directory, self.pattern.strip()
        while pattern == ".." or pattern.startswith("../"):
            base, pattern = base.parent, f"./{pattern[3:]}"
        return base, pattern.removeprefix(".") if pattern.startswith("./") else pattern


_ANYWHERE = "^(?:.+/)?"
"""How pathspec writes that a pattern counts at any depth."""
_DIRECTORY_OR_END = "(?:(?P<ps_d>/)|$)"
_DIRECTORY = "(?P<ps_d>/)"
_GROUP = anywhere(r"\(\?P<|\\[1-9]|\|")


def union_of(spec: GitIgnoreSpec) -> re.Pattern[str] | None:
    """Matches what any of the patterns does; None if they are not as pathspec is known to write them."""
    at_any_depth: list[str] = []
    below: list[str] = []
    for pattern in spec.patterns:
        if pattern.include is None or pattern.regex is None:
            continue  # a comment or an empty line
        bare = pattern.regex.pattern.replace(_DIRECTORY_OR_END, "(?:/|$)").replace(_DIRECTORY, "/")
        if not bare.startswith("^") or _GROUP.search(bare.replace("(?:/|$)", "")) is not None:
            return None
        if bare.startswith(_ANYWHERE):
            at_any_depth.append(bare.removeprefix(_ANYWHERE))
        else:
            below.append(bare)
    parts = [*([f"{_ANYWHERE}(?:{'|'.join(at_any_depth)})"] if at_any_depth else []), *below]
    return anywhere("|".join(parts)) if parts else None


def gitignore(lines: Iterable[str]) -> GitIgnoreSpec:
    """What lines of an ignore file say. Raises ``ValueError``."""
    from pathspec import GitIgnoreSpec, RegexPattern

    patterns: list[Any] = []
    for pattern in GitIgnoreSpec.from_lines(lines).patterns:
        better = None if pattern.regex is None else linear(pattern.regex.pattern)
        patterns.append(pattern if better is None else RegexPattern(anywhere(better), pattern.include))
    return GitIgnoreSpec(patterns)


_DEEPER = "(?:/.+)?/"
"""How pathspec writes ``/**/``."""


def linear(expression: str) -> str | None:
    """What pathspec writes for a pattern with many wildcards, so that it is linear; None where it is anyway."""
    if expression.count(INSIDE) < _MANY and expression.count(".+") < _MANY:
        return None
    end = next((end for end in (_DIRECTORY_OR_END, _DIRECTORY, "/") if expression.endswith(end)), "")
    body = expression.removeprefix("^").removesuffix(end)
    parts = body.removeprefix(_ANYWHERE[1:]).split(_DEEPER)
    names = [_NAME.sub(lambda found: of_name(found[0].split(INSIDE)), part) for part in parts]
    return f"^{of_path(['', *names] if body.startswith(_ANYWHERE[1:]) else names)}{end}"


_MANY = 2
_NAME = anywhere(r"(?:\[\^/\]|[^/])++")
"""What stands between two slashes in an expression."""


@lru_cache(maxsize=1024)
def _spec(pattern: str) -> GitIgnoreSpec:
    return gitignore([pattern])
