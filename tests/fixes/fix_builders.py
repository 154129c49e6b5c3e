"""Findings with fixes that nobody has planned, and files for them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from scanner.finding import Finding, Level
from scanner.fix import Applicability, Edit, Fix
from scanner.fixes.applied.changeable import Changeable, UnchangeableError
from scanner.fixes.applied.patch import Change, Find
from scanner.fixes.text.source import source
from scanner.span import LineIndex, Span

Place = tuple[int, int, str]
"""Offsets in a text, and what takes the place of what is between them."""


def edit(path: str, text: str, place: Place) -> Edit:
    """An edit of a text by offsets, which is without byte order mark."""
    start, end, new = place
    return Edit(LineIndex(path, text).span(start, end), new)


def fix(*edits: Edit, applicability: Applicability = Applicability.SAFE, description: str = "mend it") -> Fix:
    return Fix(description, applicability, edits)


def finding(*fixes: Fix, name: str = "ada") -> Finding:
    span = Span("main.tf", 1, 1, 1, 2)
    return Finding("some-rule", Level.ERROR, "", "", "", f"aws_iam_user.{name}", ".", span, fixes=fixes)


def files(contents: dict[str, bytes]) -> dict[str, Changeable]:
    """What there is, by path; nothing else may be changed."""
    found = {}
    for path, content in contents.items():
        read = source(path, content)
        assert read is not None
        found[path] = Changeable(read, Path("/tree") / path)
    return found


def find_in(known: dict[str, Changeable]) -> Find:
    def find(path: str) -> Changeable:
        if path not in known:
            raise UnchangeableError("it does not exist")
        return known[path]

    return find


def change(directory: Path, path: str, content: bytes, places: Iterable[Place]) -> Change:
    """A file below a directory, and what becomes of it."""
    file = directory / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    read = source(path, content)
    assert read is not None
    return Change(read, file.resolve(), tuple(sorted(edit(path, read.text, place) for place in places)))
