"""Reads a manifest: JSON lines, one repository in each.

A line that is not as it must be is trouble of that item alone. Only a file that cannot be read at all ends the scan.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from scanner.diagnostic import Diagnostic, as_sentence, error
from scanner.json_tree import JSONError, Object, Scalar, parse
from scanner.organization.item import Item, ItemError, Mirror
from scanner.regexes import anywhere, beginning, whole
from scanner.region_names import mistake_in_region
from scanner.source_file import UnreadableFileError, read_named
from scanner.span import Span

MAX_BYTES = 64 * 1024 * 1024
MOST_ITEMS = 100_000
MOST_OF_A_LINE = 16_384
"""Characters."""
KEYS = ("path", "git", "commit", "account", "region", "config", "name")
NOT_SCANNED = "Item not scanned"
_MAX_DEPTH = 4
_COMMIT = whole("[0-9a-f]{40}|[0-9a-f]{64}")
_ACCOUNT = whole("[0-9]{12}")
_WITH_CREDENTIALS = anywhere(r"://[^/@\s\"]*+@")
_SCHEME = beginning(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?:[^/@]*@)?(?P<rest>.*)")
_AS_SCP = whole(r"(?:[^/@:]+@)?(?P<host>[^/@:]+):(?P<path>.+)")


class ManifestError(Exception):
    """The manifest cannot be read. The message is a clause about the file."""


class Manifest(NamedTuple):
    """What is in a manifest."""

    items: tuple[Item, ...]
    """In their order."""
    problems: tuple[Diagnostic, ...]
    """Lines that are no items."""


def read_manifest(path: str, directory: Path) -> Manifest:
    """The items of a file, which is named relative to the working directory. Raises ``ManifestError``."""
    try:
        text = read_named(path, directory, MAX_BYTES)
    except UnreadableFileError as problem:
        raise ManifestError(str(problem)) from problem
    place = Path(os.path.normpath(directory / path))
    items: list[Item] = []
    problems: list[Diagnostic] = []
    names = _Names()
    for number, written in enumerate(text.split("\n"), 1):
        line = written.rstrip("\r")
        if not line.strip(" \t"):
            continue
        shown = 1 if _WITH_CREDENTIALS.search(line) else len(line) + 1  # nobody quotes a line with those
        span = Span(path, number, 1, number, shown)
        try:
            if len(items) == MOST_ITEMS:
                raise ItemError(f"a manifest may have {MOST_ITEMS:,} items; divide it")
            item = _item(line, span, place.parent, directory)
            names.take(item.name, number)
        except ItemError as problem:
            problems.append(not_scanned(span, problem))
            if len(items) == MOST_ITEMS:
                break
        else:
            items.append(item)
    if not items and not problems:
        raise ManifestError("it has no items")
    return Manifest(tuple(items), tuple(problems))


def not_scanned(span: Span, problem: ItemError) -> Diagnostic:
    """What the report says of an item that cannot be scanned."""
    return error(NOT_SCANNED, as_sentence(str(problem)), span)


def _item(line: str, span: Span, base: Path, working: Path) -> Item:
    if len(line) > MOST_OF_A_LINE:
        raise ItemError(f"the line has more than {MOST_OF_A_LINE:,} characters")
    given = _texts(line)
    account, region = given.get("account"), given.get("region")
    if account is not None and not _ACCOUNT.fullmatch(account):
        raise ItemError(f'"{account}" is not right: an account ID has twelve digits')
    if region is not None and (mistake := mistake_in_region(region)):
        raise ItemError(mistake)
    config = Path(os.path.normpath(base / given["config"])) if "config" in given else None
    if ("path" in given) == ("git" in given):
        raise ItemError('it must have either "path" or "git"')
    if "path" in given:
        if "commit" in given:
            raise ItemError('"commit" goes with "git"; what is at "path" is scanned as it is')
        directory = Path(os.path.normpath(base / given["path"]))
        name = _name(given) or os.path.relpath(directory, working).replace(os.sep, "/")
        return Item(name, directory, span, account, region, config)
    mirror = _mirror(given)
    return Item(_name(given) or _name_of(mirror.git), mirror, span, account, region, config)


def _texts(line: str) -> dict[str, str]:
    """The members of the object in a line."""
    try:
        tree = parse(line, max_depth=_MAX_DEPTH)
    except JSONError as problem:
        raise ItemError(f"it is not valid JSON: {problem} (column {problem.offset + 1})") from problem
    if not isinstance(tree, Object):
        raise ItemError("it must be a JSON object")
    found: dict[str, str] = {}
    for member in tree.members:
        if member.key not in KEYS:
            from difflib import get_close_matches

            near = get_close_matches(member.key, KEYS, 1)
            raise ItemError(f'there is no key "{member.key}", but there is {" and ".join(near or KEYS)}')
        value = member.value.value if isinstance(member.value, Scalar) else None
        if member.key in found:
            raise ItemError(f'"{member.key}" is there twice')
        if not isinstance(value, str) or not value or not value.isprintable():
            raise ItemError(f'"{member.key}" must be a text with nothing in it that cannot be printed')
        found[member.key] = value
    return found


def _name(given: Mapping[str, str]) -> str | None:
    """The name that the item gives itself: the beginning of paths, so it is one that leads nowhere else."""
    name = given.get("name")
    if name is not None and (name != posixpath.normpath(name) or name[0] in "/.-" or "\\" in name):
        raise ItemError(f'"{name}" cannot be a name, which is the beginning of paths: write it as in "team/repository"')
    return name


def _mirror(given: Mapping[str, str]) -> Mirror:
    git, commit = given["git"], given.get("commit")
    if git.startswith("-"):
        raise ItemError(f'"{git}" is not an address: git would take it for an option')
    if commit is None or not _COMMIT.fullmatch(commit):
        raise ItemError('"commit" must be the whole ID of a commit, so that each scan of it has the same content')
    return Mirror(git, commit)


def _name_of(git: str) -> str:
    """The name of a repository by its address: the host and the path, never who signs in there."""
    found = _SCHEME.match(git)
    as_scp = _AS_SCP.fullmatch(git)
    if found is not None:
        plain = found["rest"].partition("?")[0].partition("#")[0]
    else:
        plain = f"{as_scp['host']}/{as_scp['path']}" if as_scp is not None else git
    plain = posixpath.normpath(plain.replace("\\", "/").strip("/")).removesuffix(".git")
    parts = [part for part in plain.split("/") if part not in ("", ".", "..")]
    if not parts:
        raise ItemError('it takes a "name", because there is none in its address')
    return "/".join(parts)


class _Names:
    """The names that are taken. Paths of two items can be told from each other as long as neither is in the other."""

    def __init__(self) -> None:
        self._lines: dict[str, int] = {}
        self._around: dict[str, int] = {}
        """Directories that names are in."""

    def take(self, name: str, line: int) -> None:
        """Have a name for a line. Raises ``ItemError``."""
        above = tuple(_above(name))
        other = next((self._lines[one] for one in (name, *above) if one in self._lines), self._around.get(name))
        if other is not None:
            how = f'"{name}" is the name of line {other} as well, or one of the two is inside of the other'
            raise ItemError(f'{how}; give it another "name"')
        self._lines[name] = line
        for one in above:
            self._around.setdefault(one, line)


def _above(name: str) -> Iterator[str]:
    """The names of all directories that a name is in."""
    while "/" in name:
        name = name.rpartition("/")[0]
        yield name
    if name not in (".", ".."):
        yield "."
