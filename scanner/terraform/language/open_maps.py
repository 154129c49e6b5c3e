"""Maps and objects of which some keys are not known.

To Terraform such a value is unknown as a whole. Here its entries stay, so that what does not depend on the unknown
keys is known: an entry under another key, the elements that a ``for`` goes through, the instances of a ``for_each``.
Who does not look for an ``OpenEntries`` sees an unknown, which is never wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field, replace

from scanner import values
from scanner.lazy_dataclass import dataclass
from scanner.values import Unknown, Value

_MAX_COMPARED = 200
"""Entries among which equal keys are looked for. With more of them, some may be equal."""


@dataclass(frozen=True, slots=True)
class OpenEntries(Unknown):
    """A map or an object, some of whose keys are not known."""

    entries: tuple[tuple[Value, Value], ...] = field(default=(), compare=False)
    """Keys, which are texts known or not, and values. Of two with the same key the later one counts."""
    is_distinct: bool = field(default=True, compare=False)
    """Whether all keys are surely different, so that all entries are there."""

    @property
    def parts(self) -> tuple[Value, ...]:
        """Keys and values."""
        return tuple(part for pair in self.entries for part in pair)

    def get(self, name: str) -> Value | None:
        """The entry under a key: unknown, if another one may be that; None if there is none."""
        doubt: Unknown | None = None
        for key, value in reversed(self.entries):
            if key.text == name:
                return value if doubt is None or self.is_distinct else Value(Unknown(doubt.cause))
            if key.unknown is not None and not values.same_text(key, Value(name)).is_no:
                doubt = key.unknown
        return None if doubt is None else Value(Unknown(doubt.cause))

    def listed(self) -> Iterator[tuple[Value, Value]]:
        """All entries, the known keys first. In which order Terraform will have them is not known."""
        yield from sorted((pair for pair in self.entries if pair[0].text is not None), key=_name)
        yield from (pair for pair in self.entries if pair[0].text is None)

    def mapped(self, pairs: Iterable[tuple[Value, Value]]) -> OpenEntries:
        """The same keys with other values."""
        return replace(self, entries=tuple(pairs))


def _name(pair: tuple[Value, Value]) -> str:
    return pair[0].text or ""


def open_entries(pairs: Sequence[tuple[Value, Value]], *, is_distinct: bool = False) -> OpenEntries:
    """The mapping of some pairs, at least one of whose keys is not known.

    ``is_distinct`` says that Terraform would refuse equal keys.
    """
    doubt = next(key.unknown for key, _ in pairs if key.unknown is not None)
    return OpenEntries(doubt.cause, entries=tuple(pairs), is_distinct=is_distinct or _are_different(pairs))


def _are_different(pairs: Sequence[tuple[Value, Value]]) -> bool:
    if len(pairs) > _MAX_COMPARED:
        return False
    keys = [key for key, _ in pairs]
    return all(
        values.same_text(key, other).is_no
        for number, key in enumerate(keys)
        for other in keys[number + 1 :]
        if key.unknown is not None or other.unknown is not None
    )


def hidden(collection: Value) -> Unknown | None:
    """The unknown that a collection is; None if its elements can be iterated over nevertheless."""
    unknown = collection.unknown
    return None if isinstance(unknown, OpenEntries) and unknown.is_distinct else unknown
