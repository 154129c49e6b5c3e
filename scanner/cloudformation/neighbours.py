"""Which templates of a scan exchange values, so that each can be evaluated beside the others.

A template is joined with those whose exports it imports, with those that import its own, and so on in either
direction; not with others that import the same, for they may go into other accounts. What certainly goes into another
account or region, because the user says so, is not joined. A name that several templates export joins nothing unless
one of them certainly goes there: it depends on account and region which of them is meant.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from scanner.nearest import nearest
from scanner.root import RootKind, ScanRoot

MAX_NEIGHBOURS = 60
"""A template that exchanges values with more than this is evaluated beside the nearest of them."""


class Exchanged(Protocol):
    """The names of the values that a template hands to others, and that it has from them."""

    @property
    def exports(self) -> frozenset[str]:
        """Those that it hands out."""

    @property
    def imports(self) -> frozenset[str]:
        """Those that it takes."""


def exchanges(root: ScanRoot, names: Exchanged) -> bool:
    """Whether a root may have neighbours."""
    return root.kind is RootKind.CLOUDFORMATION_TEMPLATE and bool(names.exports or names.imports)


def with_neighbours(found: Mapping[ScanRoot, Exchanged]) -> tuple[ScanRoot, ...]:
    """The roots in their order, with their neighbours."""
    makers: dict[str, list[ScanRoot]] = {}
    for root, names in found.items():
        for name in names.exports:
            makers.setdefault(name, []).append(root)
    above: dict[ScanRoot, dict[ScanRoot, None]] = {root: {} for root in found}
    below: dict[ScanRoot, dict[ScanRoot, None]] = {root: {} for root in found}
    contested: dict[ScanRoot, list[tuple[str, str]]] = {}
    for root, names in found.items():
        for name in sorted(names.imports):
            made_by = _meant(makers.get(name, []), root)
            if len(made_by) == 1:
                above[root][made_by[0]] = None
                below[made_by[0]][root] = None
            elif made_by:
                contested.setdefault(root, []).append((name, ", ".join(sorted(maker.path for maker in made_by))))
    return tuple(
        replace(
            root,
            neighbours=tuple(nearest(root, above, MAX_NEIGHBOURS) | nearest(root, below, MAX_NEIGHBOURS))[
                :MAX_NEIGHBOURS
            ],
            contested=tuple(contested.get(root, ())),
        )
        for root in found
    )


def _meant(makers: Sequence[ScanRoot], root: ScanRoot) -> Sequence[ScanRoot]:
    """Those that may be in the account and the region of a root; the one that certainly is, if there is one."""
    here = (root.inputs.account, root.inputs.region)
    homes = {maker: (maker.inputs.account, maker.inputs.region) for maker in makers}
    possible = [maker for maker, home in homes.items() if all(map(_may_be_one, home, here))]
    certain = [maker for maker in possible if homes[maker] == here and None not in here]
    return certain if len(certain) == 1 else possible


def _may_be_one(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other
