"""A file that is a list of entries, of which each says facts by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Raw

from scanner.account.entries import DetailsError, read_each
from scanner.facts import Fact
from scanner.lazy_dataclass import dataclass
from scanner.span import Span


@dataclass(frozen=True, slots=True)
class FactList:
    """One file of them. Entries are made types when somebody asks for facts."""

    path: str
    data: bytes
    found: tuple[Raw, ...]
    kind: type[Any]
    """What an entry is as a type."""
    read: Callable[[Any, Span], tuple[Fact, ...]]
    """What an entry says. Raises ``DetailsError``."""
    is_finished: bool
    """Whether AWS had no more of them than it has."""

    def facts(self) -> Iterator[tuple[tuple[Fact, ...] | DetailsError, Span]]:
        """What each of them says, with its place. In the place of one that is not right there is what is wrong."""
        return read_each(self.path, self.data, self.found, self.kind, self.read)
