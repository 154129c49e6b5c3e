"""A change that a configuration shows, and a plan or a state in its directory as well, is one change.

The configuration's stands: it has the lines. Forms that contradict each other (the plan is an old one) are different
changes. Rules see each form, and their findings are joined elsewhere.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from scanner.changes.change import Change
from scanner.changes.standing import Standing
from scanner.root import RootKind

_FILES = (RootKind.TERRAFORM_PLAN, RootKind.TERRAFORM_STATE)


def one_of_each(changes: Iterable[Change]) -> Iterator[Change]:
    """The changes without those that only repeat what a configuration shows, in their order."""
    found = tuple(changes)
    of_configurations: dict[tuple[object, ...], Standing] = {
        _key(one, one.subject.root): one.subject for one in found if one.subject.root_kind is RootKind.TERRAFORM_MODULE
    }
    for one in found:
        if one.subject.root_kind in _FILES:
            shown = of_configurations.get(_key(one, posixpath.dirname(one.subject.root) or "."))
            if shown is not None and _may_be(one.subject, shown):
                continue
        yield one


def _key(change: Change, directory: str) -> tuple[object, ...]:
    return change.kind, change.client, change.subject.kind, change.subject.address, directory


def _may_be(one: Standing, other: Standing) -> bool:
    """Whether nothing that is known of two speaks against their being one."""
    pairs = ((one.name, other.name), (one.account, other.account))
    return all(None in pair or pair[0] == pair[1] for pair in pairs)
