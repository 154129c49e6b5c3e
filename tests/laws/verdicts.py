"""What must be the same before and after, or must move in one direction only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scanner.iam.evaluate import Outcome
from scanner.report.report import Report


@dataclass(frozen=True, slots=True)
class Verdict:
    """Everything that a scan says about one principal, but for the places and the words."""

    kind: str
    access: str
    via: tuple[str, ...]
    decisions: tuple[Outcome, ...]
    rules: tuple[str, ...]

    def __str__(self) -> str:
        decisions = ",".join(outcome.value for outcome in self.decisions)
        return f"{self.kind} console={self.access}{list(self.via)} {decisions} rules={list(self.rules)}"


Verdicts = Mapping[str, Verdict]
"""By address."""


def verdicts(report: Report) -> dict[str, Verdict]:
    """The verdicts of one report. Its addresses are unique: it is the report of one root."""
    return {
        found.definition.address: Verdict(
            found.principal.kind.value,
            found.console.access.value,
            tuple(sorted(via.value for via in found.console.via)),
            tuple(permission.decision.outcome for permission in found.aws_login.permissions),
            tuple(sorted(one.rule for one in report.findings if one.principal == found.definition.address)),
        )
        for found in report.principals
    }


DEFINITE = frozenset({Outcome.ALLOWED, Outcome.IMPLICIT_DENY, Outcome.EXPLICIT_DENY})
"""Decisions that stay whatever else becomes known."""
_RANK = {
    Outcome.EXPLICIT_DENY: 0,
    Outcome.IMPLICIT_DENY: 1,
    Outcome.UNKNOWN: 2,
    Outcome.CONDITIONAL: 3,
    Outcome.ALLOWED: 4,
}


def unchanged(before: Verdict, after: Verdict) -> str | None:
    """Nothing may change. All relations answer with what is wrong, or None."""
    return None if before == after else f"was {before}, is {after}"


def never_less(before: Verdict, after: Verdict) -> str | None:
    """A grant takes nothing away."""
    return _compared(before, after, lambda old, new: _RANK[new] >= _RANK[old])


def denied(before: Verdict, after: Verdict) -> str | None:
    """What denies everything unconditionally is all that counts, unless nothing was allowed anyway."""
    return _compared(before, after, lambda _, new: new is Outcome.EXPLICIT_DENY)


def never_more(before: Verdict, after: Verdict) -> str | None:
    """A deny with a condition gives nothing."""
    return _compared(before, after, lambda old, new: _RANK[new] <= _RANK[old])


def only_settled(before: Verdict, after: Verdict) -> str | None:
    """A definite decision stays; any other may become any. The same for console access.

    What nothing allows is implicitly denied even where something might deny it explicitly, so more input may turn that
    into an explicit deny.
    """
    settled = _compared(before, after, _settled, console=False)
    if settled is None and before.access != "unknown" and before.access != after.access:
        return f"console was {before.access}, is {after.access}"
    return settled


def _settled(old: Outcome, new: Outcome) -> bool:
    if old is Outcome.IMPLICIT_DENY and new is Outcome.EXPLICIT_DENY:
        return True
    return old not in DEFINITE or new is old


def _compared(
    before: Verdict, after: Verdict, holds: Callable[[Outcome, Outcome], bool], *, console: bool = True
) -> str | None:
    if console and (before.kind, before.access, before.via) != (after.kind, after.access, after.via):
        return f"was {before}, is {after}"
    pairs = zip(before.decisions, after.decisions, strict=True)
    return None if all(holds(old, new) for old, new in pairs) else f"was {before}, is {after}"
