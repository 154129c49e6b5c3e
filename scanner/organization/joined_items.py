"""Which roots of other items stand beside those of one, where both are about one account.

An item sees the others from where it is: their paths begin with the way there, so that what is said about them is right
once paths begin with the names of items.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import replace

from scanner.diagnostic import Diagnostic
from scanner.joining.links import OtherRoots, may_be_joined, with_others_beside
from scanner.joining.names import RootNames
from scanner.joining.told import told_of_names
from scanner.lazy_dataclass import dataclass
from scanner.organization.relocated import Relocation
from scanner.root import ScanRoot


@dataclass(frozen=True, slots=True)
class ItemRoots:
    """The roots of an item, with the names in them and what each root is of."""

    name: str
    names: Mapping[ScanRoot, RootNames | None]
    sources: Mapping[str, str]


def others_of(items: Sequence[ItemRoots]) -> tuple[OtherRoots, ...]:
    """For each item, in their order, the roots of others that one of its own needs."""
    names, sources, owners = _together(items)
    needed: dict[str, dict[ScanRoot, None]] = {}
    for root in with_others_beside(names, sources):
        owner = owners[root.path]
        for other in (*root.beside, *(each for _, each in root.read_from)):
            if owners[other.path] != owner:
                needed.setdefault(owner, {})[replace(other, beside=(), read_from=())] = None
    return tuple(_seen_from(item.name, needed.get(item.name, {}), names, sources) for item in items)


def told_of_items(items: Sequence[ItemRoots], moved: Mapping[str, Relocation]) -> tuple[Diagnostic, ...]:
    """A warning for each name that two items define in one account. ``moved`` is where each item is in the report."""
    names, sources, owners = _together(items)
    placed = {root: moved[owners[root.path]].of(found) for root, found in names.items()}
    return tuple(told_of_names(placed, sources, owners))


def _together(items: Sequence[ItemRoots]) -> tuple[dict[ScanRoot, RootNames], dict[str, str], dict[str, str]]:
    """The names in the roots of all items, what each root is of, and which item it belongs to."""
    names: dict[ScanRoot, RootNames] = {}
    sources: dict[str, str] = {}
    owners: dict[str, str] = {}
    for item in items:
        for root, found in item.names.items():
            if found is not None and may_be_joined(root, found):
                placed = replace(root, path=posixpath.normpath(f"{item.name}/{root.path}"))
                names[placed] = found
                sources[placed.path] = posixpath.normpath(f"{item.name}/{item.sources[root.path]}")
                owners[placed.path] = item.name
    return names, sources, owners


def _seen_from(
    item: str, roots: Mapping[ScanRoot, None], names: Mapping[ScanRoot, RootNames], sources: Mapping[str, str]
) -> OtherRoots:
    seen = {root: replace(root, path=posixpath.relpath(root.path, item)) for root in roots}
    return OtherRoots(
        {there: replace(names[root], root=there.path) for root, there in seen.items()},
        {there.path: posixpath.relpath(sources[root.path], item) for root, there in seen.items()},
    )
