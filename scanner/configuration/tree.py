"""What a configuration file says, with the place of everything, whichever language it is written in."""

from __future__ import annotations

from enum import Enum, auto

from scanner.lazy_dataclass import dataclass
from scanner.span import Span


class ScalarKind(Enum):
    """What a scalar is to the language of the file."""

    STRING = auto()
    NUMBER = auto()
    BOOLEAN = auto()
    DATE = auto()
    NULL = auto()


@dataclass(frozen=True, slots=True)
class Scalar:
    """Anything that has nothing inside."""

    kind: ScalarKind
    text: str
    """As it is written, without quotes; ``true`` or ``false`` for a boolean."""
    span: Span


@dataclass(frozen=True, slots=True)
class Listing:
    """A list, or an array of TOML."""

    items: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a mapping with its value."""

    key: str
    span: Span
    """Of the key."""
    value: Node


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping, or a table of TOML. No key is there twice."""

    entries: tuple[Entry, ...]
    span: Span


Node = Scalar | Listing | Table
