"""Which files may be changed: those of the user in the trees that are scanned, as they were when they were scanned.

A module may be called from outside of the tree, by code of anybody, and a link may lead there: nothing of that is
changed, and nothing that a program has put into the tree.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from scanner import file_system
from scanner.fixes.generated import copies_in, is_generated
from scanner.fixes.source import Source, source
from scanner.lazy_dataclass import dataclass
from scanner.source_file import UnreadableFileError, read_bytes
from scanner.standard_input import NAME
from scanner.tree import top_above


class UnchangeableError(Exception):
    """The file is not to be changed. The message is a clause about it."""


@dataclass(frozen=True, slots=True)
class Changeable:
    """A file that may be changed."""

    source: Source
    place: Path
    """The absolute path without links, by which it is the same file whatever it is called."""


def scanned_trees(paths: Iterable[str], directory: Path) -> tuple[Path, ...]:
    """The directories that the scanned paths are part of, which are relative to the working directory.

    That is the git work tree that a path is in; without one the working directory if the path is below it, else the
    path itself.
    """
    return tuple(dict.fromkeys(_tree(path, directory) for path in paths))


def _tree(path: str, directory: Path) -> Path:
    named = directory if path == NAME else Path(os.path.normpath(directory / path))
    start = named if file_system.is_directory(named) else named.parent
    return top_above(start) or (directory if start.is_relative_to(directory) else start)


def changeable(path: str, directory: Path, trees: tuple[Path, ...], since: int) -> Changeable:
    """A file as reports name it, if it is in one of the trees and as it was at a moment, in nanoseconds of the clock.

    Raises ``UnchangeableError``.
    """
    if path == NAME:
        raise UnchangeableError("standard input is not a file")
    place = file_system.real(directory / path)
    if not any(place.is_relative_to(file_system.real(tree)) for tree in trees):
        raise UnchangeableError("it is outside of the scanned tree")
    foreign = copies_in(place.parts)
    if foreign is not None:
        raise UnchangeableError(f"it is in {foreign}")
    try:
        content = read_bytes(place, within=trees)
        has_changed = file_system.is_changed_since(place, since)
    except (UnreadableFileError, OSError) as problem:
        why = file_system.why(problem) if isinstance(problem, OSError) else str(problem)
        raise UnchangeableError(why) from problem
    if has_changed:
        raise UnchangeableError("it has changed since the scan began; run again")
    found = source(path, content)
    if found is None:
        raise UnchangeableError("it is not UTF-8")
    if is_generated(place, found):
        raise UnchangeableError("the AWS CDK has written it")
    return Changeable(found, place)
