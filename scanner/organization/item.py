"""One repository of a manifest."""

from __future__ import annotations

from pathlib import Path

from scanner.lazy_dataclass import dataclass
from scanner.span import Span


@dataclass(frozen=True, slots=True)
class Mirror:
    """A repository that has to be fetched."""

    git: str
    """Its address, as the manifest has it."""
    commit: str
    """The whole ID of a commit, so that it is the same content whenever it is fetched."""


@dataclass(frozen=True, slots=True)
class Item:
    """What one line of a manifest asks for."""

    name: str
    """Paths in the report begin with it; no other item's name is the same, or inside of it."""
    place: Path | Mirror
    """Where it is: an absolute directory, or what has to be fetched."""
    span: Span
    """The line."""
    account: str | None = None
    region: str | None = None
    config: Path | None = None
    """An absolute path: the configuration file that counts, in place of the repository's own."""


class ItemError(Exception):
    """An item cannot be scanned. The message is a clause, or whole sentences."""
