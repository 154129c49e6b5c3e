"""What stands under a key of the configuration: one value, a list of them, or a mapping from names to values."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from scanner.configuration.errors import MistakeError
from scanner.configuration.items import ContextValues, Item, OptionError, Path, string
from scanner.configuration.origin import Origin
from scanner.configuration.tree import Listing, Node, Table
from scanner.lazy_dataclass import dataclass
from scanner.span import Span

T = TypeVar("T")
V = TypeVar("V")

NO_ITEMS, NO_ENTRIES = "[]", "{}"


class Shape(ABC, Generic[T]):
    """A kind of thing under a key, as a row of values with places."""

    is_single = False
    """Whether there is at most one value, so that another takes its place."""
    empty = NO_ITEMS
    """How YAML has no values; empty where it cannot."""

    @abstractmethod
    def read(self, node: Node, origin: Origin, name: str) -> Iterator[tuple[T, Span]]:
        """The values in a file. Raises ``MistakeError``."""

    @abstractmethod
    def parse(self, text: str) -> T:
        """The value that the option of the same name gives once. Raises ``OptionError``."""

    @abstractmethod
    def show(self, value: T) -> object:
        """A value as JSON."""

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """What JSON Schema says of it."""

    def name_of(self, value: T) -> str | None:
        """What a value is the value of: a later one for the same takes its place. None where it adds to the others."""
        del value
        return None


@dataclass(frozen=True)
class One(Shape[T]):
    """One value."""

    item: Item[T]
    is_single = True
    empty = ""

    def read(self, node: Node, origin: Origin, name: str) -> Iterator[tuple[T, Span]]:
        """It."""
        yield self.item.read(node, origin, name), node.span

    def parse(self, text: str) -> T:
        """It."""
        return self.item.parse(text)

    def show(self, value: T) -> object:
        """It."""
        return self.item.show(value)

    def schema(self) -> dict[str, Any]:
        """What the item says."""
        return self.item.schema()


@dataclass(frozen=True)
class Many(Shape[T]):
    """A list, or its only item."""

    item: Item[T]

    def read(self, node: Node, origin: Origin, name: str) -> Iterator[tuple[T, Span]]:
        """The items."""
        if isinstance(node, Table):
            raise MistakeError(f'"{name}" must be a list', node.span)
        for one in node.items if isinstance(node, Listing) else (node,):
            yield self.item.read(one, origin, name), one.span

    def parse(self, text: str) -> T:
        """One item."""
        return self.item.parse(text)

    def show(self, value: T) -> object:
        """One item."""
        return self.item.show(value)

    def schema(self) -> dict[str, Any]:
        """Either form."""
        item = self.item.schema()
        return {"anyOf": [item, {"type": "array", "items": item}]}


@dataclass(frozen=True)
class Pairs(Shape[tuple[str, V]]):
    """A mapping; on the command line ``NAME=VALUE``."""

    item: Item[V]
    name: Item[str] | None = None
    """What names are; None for any string."""
    empty = NO_ENTRIES
    may_repeat: bool = False
    """Whether a name may have several values, as a list in a file."""
    form: str = "NAME=VALUE"
    """What stands on the command line, for messages."""

    def read(self, node: Node, origin: Origin, name: str) -> Iterator[tuple[tuple[str, V], Span]]:
        """The entries."""
        for entry in table(node, name).entries:
            if self.name is not None:
                _check_name(self.name, entry.key, entry.span)
            values = entry.value.items if self.may_repeat and isinstance(entry.value, Listing) else (entry.value,)
            for value in values:
                yield (entry.key, self.item.read(value, origin, f"{name}.{entry.key}")), entry.span

    def parse(self, text: str) -> tuple[str, V]:
        """One entry."""
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise OptionError(f'"{text}" does not have the form {self.form}')
        if self.name is not None:
            self.name.parse(name)
        return name, self.item.parse(value)

    def show(self, value: tuple[str, V]) -> object:
        """An object with the one entry."""
        return {value[0]: self.item.show(value[1])}

    def name_of(self, value: tuple[str, V]) -> str | None:
        """The name."""
        return None if self.may_repeat else value[0]

    def schema(self) -> dict[str, Any]:
        """An object."""
        item = self.item.schema()
        if self.may_repeat:
            item = {"anyOf": [item, {"type": "array", "items": item}]}
        found: dict[str, Any] = {"type": "object", "additionalProperties": item}
        return found if self.name is None else {**found, "propertyNames": self.name.schema()}


class Context(Pairs[tuple[str, ...] | None]):
    """A mapping; on the command line ``KEY=VALUE,…``, or ``KEY`` for one that is absent."""

    def __init__(self) -> None:
        super().__init__(ContextValues())

    def parse(self, text: str) -> tuple[str, tuple[str, ...] | None]:
        """One key."""
        key, equals, _ = text.partition("=")
        if not key:
            raise OptionError(f'"{text}" does not have the form KEY=VALUE')
        return super().parse(text) if equals else (key, None)

    def name_of(self, value: tuple[str, tuple[str, ...] | None]) -> str | None:
        """The key, whose case does not matter to IAM."""
        return value[0].lower()


def _check_name(item: Item[str], name: str, span: Span) -> None:
    try:
        item.parse(name)
    except OptionError as problem:
        raise MistakeError(str(problem), span) from problem


class Levels(Shape[tuple[str, ...]]):
    """Levels of service control policies: a list of files is one, or its only file; a list of lists has one in each."""

    def read(self, node: Node, origin: Origin, name: str) -> Iterator[tuple[tuple[str, ...], Span]]:
        """The levels, each with its files."""
        if isinstance(node, Table):
            raise MistakeError(f'"{name}" must be a list of files, or of lists of files, one for each level', node.span)
        if not isinstance(node, Listing):
            node = Listing((node,), node.span)
        if not any(isinstance(item, Listing) for item in node.items):
            levels: tuple[Node, ...] = (node,) if node.items else ()
        else:
            levels = node.items
        for level in levels:
            if not isinstance(level, Listing):
                raise MistakeError(f'"{name}" has files beside lists of files; put each level into a list', level.span)
            yield tuple(_FILE.read(file, origin, name) for file in level.items), level.span

    def parse(self, text: str) -> tuple[str, ...]:
        """A file; all those of the command line are one level."""
        return (text,)

    def show(self, value: tuple[str, ...]) -> object:
        """The files of a level."""
        return list(value)

    def schema(self) -> dict[str, Any]:
        """All of the forms."""
        files = {"type": "array", "items": _FILE.schema()}
        return {"anyOf": [_FILE.schema(), files, {"type": "array", "items": files}]}


_FILE = Path()


def table(node: Node, name: str) -> Table:
    """The mapping that must stand there. Raises ``MistakeError``."""
    if not isinstance(node, Table):
        raise MistakeError(f'"{name}" must be a mapping', node.span)
    return node


def read_text(node: Node, name: str) -> str:
    """The text that must stand there. Raises ``MistakeError``."""
    text = string(node, name).strip()
    if not text:
        raise MistakeError(f'"{name}" is empty', node.span)
    return text
