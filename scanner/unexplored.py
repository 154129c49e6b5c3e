"""What a reader puts beside the facts that it found when a bound was met before it had found all.

Anything may stand in what was not explored: a policy that allows or denies something to somebody who was found, a
password of theirs, a way into their role. So each of them gets one that may be there and of which nothing is known. No
verdict rests on its absence then: what is denied explicitly stays denied, all else is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from scanner.budget import Budget, current
from scanner.cause import Cause, CauseKind
from scanner.diagnostic import Diagnostic, bound_exceeded
from scanner.facts import (
    Attachment,
    Entitlement,
    Exclusive,
    Existence,
    Fact,
    Identity,
    IdentityKind,
    LoginProfile,
    Target,
)
from scanner.span import Span
from scanner.values import Unknown, Value


def spent_budget() -> Budget | None:
    """The budget of the root that is worked on, if nothing is left of it."""
    budget = current()
    return budget if budget is not None and budget.is_spent else None


def not_read(budget: Budget) -> Cause:
    """Why something was not explored when a budget was spent."""
    return Cause(CauseKind.UNSUPPORTED, "what was not read any more, for which there are no steps left", budget.place)


def unexplored(found: Iterable[Fact], cause: Cause, *, may_remove: bool = False) -> Iterator[Fact]:
    """What may be beside the facts that were found. In some languages it ``may_remove`` some of them."""
    doubt = Unknown(cause)
    for fact in found:
        if not isinstance(fact, Identity):
            continue
        guards = (*fact.origin.existence.conditions, doubt)
        origin = replace(fact.origin, existence=Existence(guards), notes=())
        target = Target(fact.kind, address=fact.origin.address)
        yield Attachment(origin, target, Value(doubt, fact.origin.span))
        if may_remove:
            yield from (Exclusive(origin, target, inline, Value(doubt)) for inline in (True, False))
            yield Exclusive(origin, target, False, Value(doubt), paths=())
        if fact.kind is IdentityKind.USER:
            yield LoginProfile(origin, target)
        elif fact.kind is IdentityKind.ROLE:
            yield Entitlement(origin, fact.arn)


def said_of(budget: Budget, path: str) -> Diagnostic:
    """The one error that says so, at the place where the budget was spent."""
    problem = budget.exceeded()
    return bound_exceeded(str(problem), problem.place or Span.whole_file(path))
