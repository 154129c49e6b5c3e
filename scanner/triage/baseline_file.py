"""The baseline file: findings that are known, one on a line, sorted, so that git can merge it and people can review it.

    {
      "version": 1,
      "findings": [
        {"fingerprint": "…", "rule": "…", "principal": "…", "name": "…", "path": "…", "source": "…"},
        {"fingerprint": "…", …, "source": "…", "root": "…", "form": "plan"},
        …
      ]
    }

``path`` is the file of the principal and ``source`` what its root is of; ``root`` and ``form`` are there if that is a
plan or a state. ``viewpoint.py`` says where the paths begin. There are no lines in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, field
from pathlib import Path

from scanner.json_tree import Array, JSONError, Member, Object, Scalar, parse
from scanner.lazy_dataclass import dataclass
from scanner.regexes import anywhere, whole
from scanner.source_file import UnreadableFileError, read_named
from scanner.span import LineIndex, Span
from scanner.writing import UnwrittenError, write

VERSION = 1
_MAX_DEPTH = 8
_CONFLICT = anywhere(r"^(?:<{7}|\|{7}|={7}|>{7})(?: |\r?$)", re.MULTILINE)
_ENTRY_LINE = whole(r"(?P<entry>[ \t]*\{.*\})[ \t]*+(?:[,\r][ \t\r]*+)?")
_HEXADECIMAL = whole(r"[0-9a-f]{32}")


class BaselineError(Exception):
    """The file cannot be read as a baseline, or not be written. The message names it, and the line."""

    def __init__(self, message: str, path: str) -> None:
        super().__init__(message)
        self.path = path


@dataclass(frozen=True, slots=True)
class Entry:
    """One known finding."""

    fingerprint: str
    rule: str
    principal: str
    """Its address."""
    name: str
    """What messages call it."""
    path: str
    source: str
    root: str = ""
    """The plan or state in which it was found; empty for others."""
    form: str = ""
    """``plan`` or ``state``."""
    span: Span | None = field(default=None, compare=False)
    """Where it stands in the baseline."""

    @property
    def sort_key(self) -> tuple[str, ...]:
        """By what people look for; the fingerprint makes it unique."""
        return self.path, self.principal, self.rule, self.source, self.root, self.form, self.fingerprint, self.name


_KEYS = ("fingerprint", "rule", "principal", "name", "path", "source", "root", "form")
_PATHS = ("path", "source", "root")
_REQUIRED = ("fingerprint", "rule", "principal", "path")


def load(path: str, directory: Path) -> tuple[Entry, ...]:
    """What a baseline has, each finding once. The path is relative to the working directory. Raises ``BaselineError``.

    Keys that are not known are passed over: a later scanner may have written them.
    """
    try:
        text = _with_commas(read_named(path, directory))
    except UnreadableFileError as problem:
        raise BaselineError(f"{path}: {problem}", path) from problem
    lines = LineIndex(path, text)

    def refused(message: str, offset: int) -> BaselineError:
        return BaselineError(f"{path}:{lines.position(offset)[0]}: {message}", path)

    try:
        tree = parse(text, max_depth=_MAX_DEPTH)
    except JSONError as problem:
        conflict = _CONFLICT.search(text)
        if conflict is not None:
            raise refused(_RESOLVE, conflict.start()) from problem
        raise refused(f"it is not valid JSON: {problem}", problem.offset) from problem
    members = {member.key: member for member in tree.members} if isinstance(tree, Object) else {}
    version, findings = members.get("version"), members.get("findings")
    if version is None or findings is None or not isinstance(findings.value, Array):
        raise refused('it is not a baseline: it has no "version" or no list "findings"', tree.start)
    if not isinstance(version.value, Scalar) or version.value.value != VERSION or version.value.value is True:
        raise refused(f"it is a baseline of another version than {VERSION}, which a later scan may read", version.start)
    entries: dict[Entry, None] = {}
    for item in findings.value.items:
        found: dict[str, str] = {}
        for member in item.members if isinstance(item, Object) else ():
            if member.key in _KEYS:
                found[member.key] = _text(member, refused)
        missing = [key for key in _REQUIRED if not found.get(key)]
        if missing:
            raise refused(f'a finding has no "{missing[0]}"', item.start)
        if not _HEXADECIMAL.fullmatch(found["fingerprint"]):
            raise refused("a fingerprint has 32 hexadecimal digits", item.start)
        entries.setdefault(
            Entry(**{key: found.get(key, "") for key in _KEYS}, span=lines.span(item.start, item.end)), None
        )
    return tuple(entries)


_RESOLVE = (
    "it has a merge conflict: delete the lines that begin with <<<<<<<, |||||||, ======= or >>>>>>>, keep all others, "
    "and write the baseline again (--write-baseline)"
)


def _with_commas(text: str) -> str:
    """The text with a comma between lines that have an entry each, and none behind the last: what a merge leaves.

    Nothing else changes, and no line moves.
    """
    lines = text.split("\n")
    entries = [_ENTRY_LINE.fullmatch(line) for line in lines]
    follows = ""  # what the next line that is not blank begins with
    for number in range(len(lines) - 1, -1, -1):
        entry = entries[number]
        if entry is not None and follows in ("{", "]"):
            lines[number] = entry["entry"] + ("," if follows == "{" else "")
        if lines[number].strip():
            follows = "{" if entry is not None else lines[number].strip()[0]
    return "\n".join(lines)


def _text(member: Member, refused: Callable[[str, int], BaselineError]) -> str:
    value = member.value
    if not isinstance(value, Scalar) or not isinstance(value.value, str):
        raise refused(f'"{member.key}" is not a string', value.start)
    if member.key in _PATHS and "\0" in value.value:
        raise refused(f'"{member.key}" is not a path', value.start)
    return value.value


def text_of(entries: Iterable[Entry]) -> str:
    """The file that has these."""
    rows = [
        json.dumps({key: value for key, value in asdict(entry).items() if key in _KEYS and value})
        for entry in sorted(set(entries), key=lambda entry: entry.sort_key)
    ]
    listed = ",\n    ".join(rows)
    findings = f"[\n    {listed}\n  ]" if rows else "[]"
    return f'{{\n  "version": {VERSION},\n  "findings": {findings}\n}}\n'


def save(path: str, directory: Path, entries: Iterable[Entry]) -> None:
    """Write a baseline, whose path is relative to the working directory. Raises ``BaselineError``."""
    try:
        write(path, directory, text_of(entries).encode("utf-8", "backslashreplace"))
    except UnwrittenError as problem:
        raise BaselineError(f"{path}: {problem}", path) from problem
