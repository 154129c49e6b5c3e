"""``--compare-to prior``: what there was before the scanned plans, which the same roots stand beside as beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from scanner.comparison import Before, prior
from scanner.joined_outcomes import joined_outcomes

if TYPE_CHECKING:
    from scanner.work.outcome import Outcome, Task

Outcomes = Callable[[Iterable["Task"]], Iterable["Outcome"]]
"""Those of tasks, in their order."""


def once(outcomes: Outcomes, known: dict[Task, Outcome]) -> Outcomes:
    """The same, which works out nothing that is ``known``: what is no plan is the same before and after."""

    def found(given: Iterable[Task]) -> Iterator[Outcome]:
        tasks = list(given)
        made = iter(outcomes([task for task in dict.fromkeys(tasks) if task not in known]))
        for task in tasks:
            if task not in known:
                known[task] = next(made)
            yield known[task]

    return found


def states_before(
    tasks: Iterable[Task], sources: Mapping[str, str], outcomes: Outcomes, watch: Callable[[int, int], None] | None
) -> Before:
    """What there was. Raises ``NotComparableError`` where no plan says it."""
    return prior(tasks, sources, lambda earlier: joined_outcomes(earlier, outcomes, sources, watch))
