"""From the stack trace of a construct to the line of the application that made it.

A trace names files as they lie on the machine on which the application ran. A file counts when it lies in the scanned
tree under that very path, or under the same path from a directory of the name that holds the assembly: a checkout
elsewhere, as in continuous integration. Frames of libraries and of the runtime are passed over.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from scanner import file_system
from scanner.budget import spend
from scanner.regexes import anywhere
from scanner.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.cloudformation.template.place import Place

MAX_FRAMES = 200
_STEPS = 20
"""Of a look for one file."""

_PLACE = anywhere(r":(\d{1,7})(?::(\d{1,7}))?\)?$")
_FILE = anywhere(r'(?:^|[\s("])((?:file://)?(?:[A-Za-z]:)?[^\s():"][^():"]*+)')
_LONGEST_SCHEME = len("(file:///C:")
_PYTHON_FRAME = anywhere(r'File "([^"]+)", line (\d{1,7})')
_FOREIGN = anywhere(r"node_modules/|site-packages/|^node:|^internal/|/jsii-(?:runtime|kernel)")


def source_line(frames: Iterable[str], manifest: Place) -> Span | None:
    """The innermost line of the application; None when the trace leads to no file of the scanned tree."""
    for number, frame in enumerate(frames):
        if number >= MAX_FRAMES:
            return None
        found = _frame(frame)
        if found is None:
            continue
        written, line, column = found
        path = unquote(written.removeprefix("file://")).replace("\\", "/")
        if _FOREIGN.search(path):
            continue
        place = _in_the_tree(path, manifest)
        if place is not None:
            return Span(place.path, line, column, line, column + 1)
    return None


def _frame(text: str) -> tuple[str, int, int] | None:
    """The file, the line and the column that a frame names, at its end but in Python."""
    python = _PYTHON_FRAME.search(text)
    if python is not None:
        return python[1], int(python[2]), 1
    text = text.rstrip()
    place = _PLACE.search(text)
    if place is None:
        return None
    end = place.start()
    begin = max(text.rfind(sign, 0, end) for sign in '():"') + 1
    for file in _FILE.finditer(text, max(begin - _LONGEST_SCHEME, 0), end):
        if file.end() == end:
            return file[1], int(place[1]), int(place[2] or 1)
    return None


def _in_the_tree(path: str, manifest: Place) -> Place | None:
    project = manifest.location.parent.parent
    parts = PurePosixPath(path).parts
    elsewhere = [
        project.joinpath(*parts[number + 1 :])
        for number, part in enumerate(parts[:-1])
        if part == project.name and ".." not in parts
    ]
    for candidate in (Path(path), *elsewhere):
        if not candidate.is_absolute():
            continue
        spend(_STEPS)
        place = manifest.beside(os.path.relpath(candidate, manifest.location.parent))
        if place is not None and file_system.is_file(place.location):
            return place
    return None
