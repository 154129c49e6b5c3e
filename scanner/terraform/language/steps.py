"""Steps of the root's budget, with the place that is told when there are none left."""

from __future__ import annotations

from scanner.budget import BudgetSpentError, current, spend
from scanner.span import Span
from scanner.terraform.language.errors import SpentError


def spend_at(steps: int, span: Span) -> None:
    """Take some steps for what stands at ``span``. Raises ``SpentError`` if there are not so many."""
    try:
        spend(steps)
    except BudgetSpentError as problem:
        raise spent(problem, span) from problem


def spent(problem: BudgetSpentError, span: Span) -> SpentError:
    """What is said of an argument for which there are no more steps: the same, at the first of them, for all."""
    budget = current()
    if budget is None or not budget.is_spent:
        return SpentError(str(problem), span)
    if budget.place is None:
        budget.place = span
    return SpentError(str(problem), budget.place)
