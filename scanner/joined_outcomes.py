"""The outcomes of all roots: those that have to do with others are worked out again, with the others beside them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from scanner.cloudformation.neighbours import exchanges, with_neighbours
from scanner.joining.links import may_be_joined, with_others_beside
from scanner.joining.names import RootNames
from scanner.root import ScanRoot
from scanner.work.outcome import Outcome, Task

Outcomes = Callable[[Iterable[Task]], Iterable[Outcome]]
"""Those of tasks, in their order."""


def joined_outcomes(
    tasks: Sequence[Task], outcomes: Outcomes, sources: Mapping[str, str], watch: Callable[[int, int], None] | None
) -> Generator[tuple[ScanRoot, Outcome], None, None]:
    """The outcome of each root, in whichever order. ``sources`` says what each root is of.

    Those that may have to do with others come last. Templates that exchange values are joined first, for what one of
    them names may be such a value.
    """
    exchanging: dict[ScanRoot, tuple[Task, Outcome]] = {}
    naming: dict[ScanRoot, tuple[Task, Outcome]] = {}
    for done, (task, outcome) in enumerate(zip(tasks, outcomes(tasks), strict=True), 1):
        if exchanges(task.root, outcome):
            exchanging[task.root] = task, outcome
        elif may_be_joined(task.root, outcome.names):
            naming[task.root] = task, outcome
        else:
            yield task.root, outcome
        if watch is not None:
            watch(done, len(tasks))
    neighbours = with_neighbours({root: outcome for root, (_, outcome) in exchanging.items()})
    for root, done_again in _again(exchanging, neighbours, outcomes):
        if may_be_joined(root, done_again[1].names):
            naming[root] = done_again
        else:
            yield root, done_again[1]
    beside = with_others_beside({root: _names(outcome) for root, (_, outcome) in naming.items()}, sources)
    for root, (_, outcome) in _again(naming, beside, outcomes):
        yield root, outcome


def _names(outcome: Outcome) -> RootNames:
    return outcome.names or RootNames("")


def _again(
    known: Mapping[ScanRoot, tuple[Task, Outcome]], roots: Sequence[ScanRoot], outcomes: Outcomes
) -> Iterator[tuple[ScanRoot, tuple[Task, Outcome]]]:
    """Tasks and outcomes of the roots, which are the known ones in their order, perhaps with others beside them."""
    changed = {
        number: replace(task, root=root)
        for number, ((task, _), root) in enumerate(zip(known.values(), roots, strict=True))
        if task.root != root
    }
    made = dict(zip(changed, outcomes(list(changed.values())), strict=True)) if changed else {}
    for number, (task, outcome) in enumerate(known.values()):
        yield roots[number], ((changed[number], made[number]) if number in changed else (task, outcome))
