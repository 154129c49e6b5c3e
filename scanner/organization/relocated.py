"""The report of an item as that of the whole: its paths begin with the item's name.

Everything that has a place is made anew with another path, and nothing else: what two parts share they go on to share.
Sentences that name files name them as the item does.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from scanner.changes.standing import Standing
from scanner.diagnostic import Diagnostic
from scanner.finding import Finding
from scanner.iam.managed_document import ManagedDocument
from scanner.principals.definition import PrincipalDefinition
from scanner.report.wording import is_file
from scanner.span import Span

T = TypeVar("T")

_PATHS: Mapping[type, tuple[str, ...]] = {
    Span: ("path",),
    Diagnostic: ("root",),
    Finding: ("root", "also_in", "source"),
    Standing: ("root",),
    PrincipalDefinition: ("root", "files_of_account"),
}
"""The fields that are paths, or tuples and sets of some; all others are looked into."""
_PLAIN = (str, int, float, type(None), Enum, date, ManagedDocument)


class Relocation:
    """From the paths of an item to those of the report.

    ``place`` is the directory that the item was scanned in. Files of the user, which are named by absolute paths, are
    shown from the working directory.
    """

    def __init__(self, name: str, place: Path, working: Path) -> None:
        self._name = name
        self._place = str(place)
        self._working = str(working)
        self._paths: dict[str, str] = {}
        self._made: dict[int, tuple[object, object]] = {}

    def path(self, path: str) -> str:
        """One path."""
        known = self._paths.get(path)
        if known is None:
            known = self._paths[path] = self._moved(path)
        return known

    def _moved(self, path: str) -> str:
        if not is_file(path):
            return path
        if not os.path.isabs(path):  # noqa: PTH117 # it is a text
            return posixpath.normpath(posixpath.join(self._name, path))
        inside = _from(path, self._place)
        if not inside.startswith(".."):
            return posixpath.normpath(posixpath.join(self._name, inside))
        return _from(path, self._working)

    def of(self, value: T) -> T:
        """A value with all that is in it."""
        return cast("T", self._of(value))

    def _of(self, value: Any) -> Any:
        if isinstance(value, _PLAIN) or (type(value) in (tuple, frozenset) and not value):
            return value
        known = self._made.get(id(value))
        if known is None:
            known = self._made[id(value)] = value, self._remade(value)  # with it, so that nothing else has its number
        return known[1]

    def _remade(self, value: Any) -> Any:
        kind = type(value)
        if kind is tuple:
            parts = tuple([self._of(one) for one in value])
            return value if all(map(_is, parts, value)) else parts
        if kind is frozenset:
            return frozenset([self._of(one) for one in value])
        if isinstance(value, Mapping):
            return {key: self._of(one) for key, one in value.items()}
        if not is_dataclass(kind):  # a function that gives values when somebody asks
            return lambda *given: self._of(value(*given))
        get, paths = _parts(cast("Hashable", kind))
        changed: dict[str, Any] = {}
        for name, one in get(value):
            made = self._all(one) if name in paths else self._of(one)
            if made is not one:
                changed[name] = made
        return replace(value, **changed) if changed else value

    def _all(self, paths: Any) -> Any:
        if isinstance(paths, str):
            return self.path(paths) if paths else paths
        return type(paths)(map(self.path, paths)) if paths else paths


def _from(path: str, start: str) -> str:
    return os.path.relpath(path, start).replace(os.sep, "/")


def _is(one: object, other: object) -> bool:
    return one is other


@cache
def _parts(kind: Any) -> tuple[Callable[[Any], list[tuple[str, Any]]], frozenset[str]]:
    """What gives the parts of a value that may have places, by name, and which of them are paths."""
    paths = frozenset(_PATHS.get(kind, ()))
    names = [one.name for one in fields(kind) if one.init and (one.name in paths or str(one.type) not in _WITHOUT)]
    return lambda value: [(name, getattr(value, name)) for name in names], paths


_WITHOUT = frozenset({"str", "int", "bool", "str | None", "int | None", "bool | None"})
"""Types, as they are written, of fields that have no places."""
