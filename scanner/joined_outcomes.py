"""The outcomes of all roots: those that have to do with others are worked out again, with the others beside them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import replace

from scanner.cloudformation.neighbours import exchanges, with_neighbours
from scanner.joining.links import OtherRoots, may_be_joined, with_others_beside
from scanner.joining.names import RootNames
from scanner.root import ScanRoot
from scanner.work.outcome import Outcome, Task

Outcomes = Callable[[Iterable[Task]], Iterable[Outcome]]
"""Those of tasks, in their order."""
_Done = tuple[Task, Outcome]

MOST_TURNS = 5
"""How often roots are worked out again: what one reads of a state may be what another reads of a third one's."""


def joined_outcomes(
    tasks: Sequence[Task],
    outcomes: Outcomes,
    sources: Mapping[str, str],
    watch: Callable[[int, int], None] | None,
    others: OtherRoots | None = None,
) -> Generator[tuple[ScanRoot, Outcome], None, None]:
    """The outcome of each root, in whichever order. ``sources`` says what each root is of.

    Those that may have to do with others come last. Templates that exchange values are joined first, for what one of
    them names may be such a value. ``others`` may stand beside them as well.
    """
    exchanging: list[_Done] = []
    naming: list[_Done] = []
    for number, (task, outcome) in enumerate(zip(tasks, outcomes(tasks), strict=True), 1):
        if exchanges(task.root, outcome):
            exchanging.append((task, outcome))
        elif may_be_joined(task.root, outcome.names):
            naming.append((task, outcome))
        else:
            yield task.root, outcome
        if watch is not None:
            watch(number, len(tasks))
    neighbours = with_neighbours({task.root: outcome for task, outcome in exchanging})
    for task, outcome in _again(exchanging, neighbours, outcomes):
        if may_be_joined(task.root, outcome.names):
            naming.append((task, outcome))
        else:
            yield task.root, outcome
    alone = [task.root for task, _ in naming]
    for _ in range(MOST_TURNS):
        names = {root: outcome.names or RootNames(root.path) for root, (_, outcome) in zip(alone, naming, strict=True)}
        if others is not None:
            names, sources = {**names, **others.names}, {**sources, **others.sources}
        roots = with_others_beside(names, sources)[: len(alone)]
        if all(task.root == root for (task, _), root in zip(naming, roots, strict=True)):
            break
        naming = _again(naming, roots, outcomes)
    for task, outcome in naming:
        yield task.root, outcome


def _again(known: Sequence[_Done], roots: Sequence[ScanRoot], outcomes: Outcomes) -> list[_Done]:
    """The same tasks with these roots, which may have others beside them, and what becomes of those that changed."""
    tasks = [replace(task, root=root) for (task, _), root in zip(known, roots, strict=True)]
    changed = [task for task, (before, _) in zip(tasks, known, strict=True) if task != before]
    made = iter(outcomes(changed)) if changed else iter(())
    return [
        (task, outcome if task == before else next(made)) for task, (before, outcome) in zip(tasks, known, strict=True)
    ]
