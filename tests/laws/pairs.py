"""Two transformations one after the other: their laws hold together as well as each does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations

from tests.laws.law import Law
from tests.laws.project import Change, Project
from tests.laws.verdicts import unchanged


def pairs(laws: tuple[Law, ...]) -> Iterator[Law]:
    """Every ordered pair of laws by which nothing changes, or of which the second has a direction."""
    for first, second in permutations(laws, 2):
        if first.relation is unchanged and not first.newcomers and not second.is_input:
            yield both(first, second)


def both(first: Law, second: Law) -> Law:
    """The law of a pair."""

    def transformed(project: Project) -> Change | None:
        once = first.transformation(project)
        twice = second.transformation(once.project) if once is not None else None
        if once is None or twice is None:
            return None
        return Change(
            twice.project,
            lambda address: tuple(last for moved in once.moved(address) for last in twice.moved(moved)),
        )

    return replace(second, name=f"{first.name} + {second.name}", transformation=transformed)
