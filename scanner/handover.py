"""What scan roots hand over to others: outputs in states, SSM parameters, outputs of Terragrunt units.

Whoever leaves something keeps it in a place, and whoever reads it asks for that place. Where exactly one root that is
scanned keeps something there, that root is evaluated for it.

https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-parameter-store.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from functools import partial
from hashlib import blake2b
from typing import Protocol

from scanner.elsewhere import Elsewhere
from scanner.lazy_dataclass import dataclass
from scanner.root import ScanRoot
from scanner.values import Value

PARAMETER = "ssm"
"""The kind of place that an SSM parameter is."""
EXPORT = "export"
"""The kind of place that an export of a stack is."""


def place(kind: str, *parts: str) -> str:
    """What two have in common that write and read the same; a digest, for addresses may have passwords in them."""
    digest = blake2b("\n".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f"{kind} {digest}"


def regional_place(kind: str, name: object, account: object, region: object) -> str | None:
    """The place of what has a name that is unique in an account and region; None where not all of that is known."""
    if isinstance(name, str) and isinstance(account, str) and isinstance(region, str):
        return place(kind, account, region, name)
    return None


def is_parameter(where: str) -> bool:
    """Whether a place is an SSM parameter."""
    return where.startswith(f"{PARAMETER} ")


class Keeper(Protocol):
    """A root that keeps something for others."""

    def kept(self, where: str, apart: Elsewhere) -> Value | None:
        """What it keeps in a place, told apart from what is of others; None where that turns out to be nothing."""


Open = Callable[[ScanRoot, "Handover"], Keeper]
"""Makes a keeper of a root that may read what others keep."""


@dataclass(slots=True)
class Handover:
    """What one root may read of others, and what it does read."""

    read: dict[str, None] = field(default_factory=dict)
    """The places that something here reads, whether or not there is anything."""
    _keepers: Mapping[str, Callable[[], tuple[Keeper, Elsewhere]]] = field(default_factory=dict)
    _known: dict[str, Value | None] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)
    """The places that are being looked at."""

    def get(self, where: str) -> Value | None:
        """What is kept in a place; None where nobody keeps anything there, or it is what it is asked for."""
        self.read[where] = None
        # Whoever asks again, before there is an answer, goes in a circle.
        if where in self._keepers and where not in self._known and where not in self._asked:
            self._asked.add(where)
            try:
                keeper, apart = self._keepers[where]()
                self._known[where] = keeper.kept(where, apart)
            finally:
                self._asked.discard(where)
        return self._known.get(where)


def handover(read_from: Sequence[tuple[str, ScanRoot]], opened: Open) -> Handover:
    """What is kept in the places, each evaluated when somebody asks for it."""
    labels = tuple(dict.fromkeys(other.path for _, other in read_from))
    keepers: dict[ScanRoot, tuple[Keeper, Elsewhere]] = {}

    def keeper(other: ScanRoot) -> tuple[Keeper, Elsewhere]:
        if other not in keepers:
            keepers[other] = opened(other, found), Elsewhere(other.path, labels)
        return keepers[other]

    found = Handover(_keepers={where: partial(keeper, other) for where, other in read_from})
    return found
