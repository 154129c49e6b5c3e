"""Steps of the root's budget, and what stands for an expression for which there are none left.

An expression costs what is made of it. When the budget is spent it is unknown, so that nothing rests on it, and so is
all that it is part of. Where a root is read, what is left out for it is made up for (``scanner.unexplored``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.budget import BudgetSpentError, current, spend, spend_on, spent_at
from scanner.cause import Cause, CauseKind

if TYPE_CHECKING:
    from scanner.span import Span
    from scanner.values import Value


def spent(problem: BudgetSpentError, span: Span | None) -> Cause:
    """The cause of what is not known for want of steps; the place of the first of them is told."""
    if span is not None:
        spent_at(span)
    return Cause(CauseKind.UNSUPPORTED, "an expression for which there are no steps left", problem.place or span)


def go_through(value: Value) -> None:
    """Take the steps of going through a value. One with too many parts takes all that there are."""
    try:
        spend_on(value)
    except BudgetSpentError:
        budget = current()
        spend(budget.steps if budget is not None else 0)
        raise
