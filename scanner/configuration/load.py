"""From a configuration file to what it gives for each option, checked."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from scanner.configuration.errors import ConfigError, MistakeError, unknown_word
from scanner.configuration.find import MAX_BYTES, SECTION, SHARED, Found
from scanner.configuration.keys import BY_NAME, COMMAND_LINE_ONLY
from scanner.configuration.origin import Origin
from scanner.configuration.tree import Entry, Node, Table
from scanner.lazy_dataclass import dataclass
from scanner.regexes import beginning
from scanner.source_file import UnreadableFileError, read_named, read_text
from scanner.span import Span

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Given(Generic[T]):
    """A value of an option, and who gives it."""

    value: T
    span: Span | None = None
    """Where it is written; None for the command line."""
    rank: int = -1
    """The place on the command line, counted from 0. What a file says comes before."""


Values = dict[str, tuple[Given[Any], ...]]
"""By option, what is given for it."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """A configuration file, read."""

    shown: str
    values: Values
    passed_over: tuple[str, ...] = ()
    """Files beside it that do not count."""
    named: Mapping[str, Mapping[str, Span]] = field(default_factory=dict)
    """By option, the paths that it names, as the values have them, with their places."""


def load_named(name: str, directory: Path) -> Configuration:
    """The file that the user names, relative to the working directory. Raises ``ConfigError``."""
    path = Path(os.path.normpath(directory / name))
    return _load(path, Origin(_shown(path, directory), path.parent, directory, None), read_named)


def load_found(found: Found, directory: Path) -> Configuration:
    """The file that was found from the working directory. Raises ``ConfigError``."""
    origin = Origin(_shown(found.path, directory), found.path.parent, directory, found.tree)
    passed_over = tuple(_shown(path, directory) for path in found.passed_over)

    def read(path: Path, _: Path, limit: int) -> str:
        return read_text(path, limit, within=(found.tree,))

    return _load(found.path, origin, read, passed_over)


def _shown(path: Path, directory: Path) -> str:
    return os.path.relpath(path, directory).replace(os.sep, "/")


def _load(
    path: Path, origin: Origin, read: Callable[[Path, Path, int], str], passed_over: tuple[str, ...] = ()
) -> Configuration:
    whole = Span.whole_file(origin.shown)
    try:
        text = read(path, origin.working, MAX_BYTES)
        table = _section(text, path.name, origin.shown)
    except UnreadableFileError as problem:
        raise ConfigError([MistakeError(str(problem), whole)]) from problem
    except MistakeError as problem:
        raise ConfigError([problem]) from problem
    values: Values = {}
    named: dict[str, Mapping[str, Span]] = {}
    mistakes: list[MistakeError] = []
    for entry in table.entries:
        own = replace(origin, named={})
        try:
            values[entry.key] = _values(entry, own)
            named[entry.key] = own.named
        except MistakeError as problem:
            mistakes.append(problem)
    if mistakes:
        raise ConfigError(mistakes)
    return Configuration(origin.shown, values, passed_over, named)


def _values(entry: Entry, origin: Origin) -> tuple[Given[Any], ...]:
    if entry.key in COMMAND_LINE_ONLY:
        instead = COMMAND_LINE_ONLY[entry.key]
        message = f'"{entry.key}" is for the command line only{f"; {instead}" if instead else ""}'
        raise MistakeError(message, entry.span)
    if entry.key not in BY_NAME:
        raise unknown_word("key", entry.key, BY_NAME, entry.span)
    return tuple(Given(value, span) for value, span in BY_NAME[entry.key].shape.read(entry.value, origin, entry.key))


def _section(text: str, name: str, shown: str) -> Table:
    """The mapping that is the configuration. Raises ``MistakeError``."""
    node = _parse(text, name, shown)
    if node is None:
        return Table((), Span.whole_file(shown))
    if not isinstance(node, Table):
        raise MistakeError("a configuration must be a mapping", node.span)
    inside: Node | None = node
    for part in SECTION:
        inside = _under(part, inside)
    if inside is None and name == SHARED:
        raise MistakeError(f"it has no section [{'.'.join(SECTION)}]", Span.whole_file(shown))
    if inside is None:
        return node
    if not isinstance(inside, Table):
        raise MistakeError(f'"{".".join(SECTION)}" must be a table', inside.span)
    return inside


def _under(key: str, node: Node | None) -> Node | None:
    return next((one.value for one in node.entries if one.key == key), None) if isinstance(node, Table) else None


def _parse(text: str, name: str, shown: str) -> Node | None:
    if _is_toml(text, name):
        from scanner.configuration.toml_tree import parse_toml

        return parse_toml(text, shown)
    from scanner.configuration.yaml_tree import parse_yaml

    return parse_yaml(text, shown)


def _is_toml(text: str, name: str) -> bool:
    """By the suffix; where that says nothing, by the first line that is neither empty nor a comment."""
    suffix = Path(name).suffix.lower()
    if suffix in (".toml", ".yaml", ".yml", ".json"):
        return suffix == ".toml"
    lines = (line.strip() for line in text.splitlines())
    first = next((line for line in lines if line and not line.startswith("#")), "")
    return beginning(r'\[[\w."\'\s-]+\]\s*(?:#.*)?$|[\w."\'-]+\s*=').match(first) is not None
