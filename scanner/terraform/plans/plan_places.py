"""Where the configuration in a plan file is written: in the files beside the plan, where they are still the same.

A file of the same name and content, seen from the plan's directory, is the one that people work on. What stands in any
other file of the plan is where the plan is.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from scanner import file_system
from scanner.source_file import UnreadableFileError, read_bytes
from scanner.span import Span

Found = TypeVar("Found")


def is_same_file(directory: Path, boundary: Path, path: str, content: bytes) -> bool:
    """Whether a file seen from a directory has some content. Nothing outside the boundary is looked at."""
    try:
        location = file_system.real(Path(directory, path))
        if not location.is_relative_to(file_system.real(boundary)):
            return False
        return read_bytes(location, len(content), within=(boundary,)) == content
    except (UnreadableFileError, OSError, ValueError, RuntimeError):
        return False  # it is not there, which is the usual case


def moved(found: Found, place: Callable[[Span], Span]) -> Found:
    """The same fact or diagnostic with all its places in other ones."""
    result: Found = _moved(found, place, {})
    return result


def _moved(found: Any, place: Callable[[Span], Span], known: dict[int, tuple[Any, Any]]) -> Any:  # any dataclass
    """What was moved before is kept, with the original, whose identity would otherwise be another's."""
    if isinstance(found, Span):
        return place(found)
    if not isinstance(found, tuple | Mapping) and not is_dataclass(found):
        return found
    if id(found) not in known:
        known[id(found)] = (found, _parts_moved(found, lambda part: _moved(part, place, known)))
    return known[id(found)][1]


def _parts_moved(found: Any, move: Callable[[Any], Any]) -> Any:  # any dataclass
    """What has no place in it stays as it is, so that lists and sets keep their kinds."""
    if isinstance(found, tuple):
        items = tuple(map(move, found))
        return found if all(map(operator.is_, items, found)) else items
    if isinstance(found, Mapping):
        return {name: move(found[name]) for name in found}
    old = {field.name: getattr(found, field.name) for field in fields(found) if field.init}
    new = {name: move(value) for name, value in old.items()}
    changed = {name: value for name, value in new.items() if value is not old[name]}
    return replace(found, **changed) if changed else found
