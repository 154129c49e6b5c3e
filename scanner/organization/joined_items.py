"""Which roots of other items stand beside those of one, where both are about one account.

An item sees the others from where it is: their paths begin with the way there, so that what is said about them is right
once paths begin with the names of items.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import replace

from scanner.joining.links import OtherRoots, may_be_joined, with_others_beside
from scanner.joining.names import RootNames
from scanner.lazy_dataclass import dataclass
from scanner.root import ScanRoot


@dataclass(frozen=True, slots=True)
class ItemRoots:
    """The roots of an item, with the names in them and what each root is of."""

    name: str
    names: Mapping[ScanRoot, RootNames | None]
    sources: Mapping[str, str]


def others_of(items: Sequence[ItemRoots]) -> tuple[OtherRoots, ...]:
    """For each item, in their order, the roots of others that one of its own needs."""
    names: dict[ScanRoot, RootNames] = {}
    sources: dict[str, str] = {}
    owners: list[str] = []
    for item in items:
        for root, found in item.names.items():
            if found is not None and may_be_joined(root, found):
                placed = replace(root, path=posixpath.normpath(f"{item.name}/{root.path}"))
                names[placed] = found
                sources[placed.path] = posixpath.normpath(f"{item.name}/{item.sources[root.path]}")
                owners.append(item.name)
    owner_of = dict(zip(names, owners, strict=True))
    needed: dict[str, dict[ScanRoot, None]] = {}
    for root, owner in zip(with_others_beside(names, sources), owners, strict=True):
        for other in (*root.beside, *(each for _, each in root.read_from)):
            plain = replace(other, beside=(), read_from=())
            if owner_of[plain] != owner:
                needed.setdefault(owner, {})[plain] = None
    return tuple(_seen_from(item.name, needed.get(item.name, {}), names, sources) for item in items)


def _seen_from(
    item: str, roots: Mapping[ScanRoot, None], names: Mapping[ScanRoot, RootNames], sources: Mapping[str, str]
) -> OtherRoots:
    seen = {root: replace(root, path=posixpath.relpath(root.path, item)) for root in roots}
    return OtherRoots(
        {there: replace(names[root], root=there.path) for root, there in seen.items()},
        {there.path: posixpath.relpath(sources[root.path], item) for root, there in seen.items()},
    )
