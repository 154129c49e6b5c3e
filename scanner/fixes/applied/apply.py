"""Writing what changes: each file as a whole, if it still is what the edits were made for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from scanner.fixes.applied.patch import Change
from scanner.lazy_dataclass import dataclass
from scanner.source_file import UnreadableFileError, read_bytes
from scanner.writing import UnwrittenError, write


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done."""

    written: tuple[Change, ...]
    unwritten: tuple[tuple[Change, str], ...]
    """With the reason: a clause about the file."""


def apply(changes: Iterable[Change], directory: Path) -> Applied:
    """Write the files. One that cannot be written keeps no other from it, and is as it was.

    ``directory`` is the working directory.
    """
    written: list[Change] = []
    unwritten: list[tuple[Change, str]] = []
    for change in changes:
        try:
            if read_bytes(change.place, within=(change.place.parent,)) != change.before:
                raise UnwrittenError("it has changed since it was read; run again")
            write(str(change.place), directory, change.after)
        except (UnreadableFileError, UnwrittenError) as problem:
            unwritten.append((change, str(problem)))
        else:
            written.append(change)
    return Applied(tuple(written), tuple(unwritten))
