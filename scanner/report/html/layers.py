"""The layers of an evaluation, in AWS's order: what each of them has to say about one request.

Nothing is decided here. The answers are those that the decision was made of, as far as its evidence shows them: of
control policies, and of several boundaries, it says only whether they certainly do not allow the request.
"""

from __future__ import annotations

from scanner.iam.evaluate import Decision, Outcome, StatementMatch
from scanner.iam.principal import PolicyType, Principal
from scanner.lazy_dataclass import dataclass
from scanner.truth import NO, YES, Truth, any_of


@dataclass(frozen=True, slots=True)
class Layer:
    """One of them."""

    name: str
    answer: str
    """In words."""
    mark: str
    """The outcome that it is for this request, as far as it goes; ``none`` where it has no say."""
    statements: tuple[StatementMatch, ...] = ()
    """Those that made the answer, or came close."""


def layers(principal: Principal, decision: Decision) -> tuple[Layer, ...]:
    """All of them, the first that AWS looks at first."""
    denying = tuple(match for match in decision.matches if not match.statement.allows.is_yes)
    denied = any_of(match.denies for match in decision.matches)
    found = [Layer("Explicit deny", *_DENIED[denied.known], denying)]
    for kind in (PolicyType.SCP, PolicyType.BOUNDARY, PolicyType.IDENTITY):
        allowing = tuple(
            match for match in decision.matches if match.policy.policy_type is kind and not match.statement.allows.is_no
        )
        name = _NAMES[kind]
        if kind is not PolicyType.IDENTITY and not _is_present(kind, principal, decision):
            found.append(Layer(name, _ABSENT[kind], "none"))
            continue
        answer = _answer(kind, principal, decision, allowing)
        word, mark = ("does not rule it out", "none") if answer is None else _ALLOWED[answer.known]
        found.append(Layer(name, word, mark, allowing))
    return tuple(found)


_NAMES = {
    PolicyType.SCP: "Service control policies",
    PolicyType.BOUNDARY: "Permissions boundary",
    PolicyType.IDENTITY: "Identity-based policies",
}
_ABSENT = {PolicyType.SCP: "none that names it", PolicyType.BOUNDARY: "none"}
_DENIED = {
    True: ("a statement denies it", Outcome.EXPLICIT_DENY.value),
    False: ("nothing denies it", "none"),
    None: ("a statement may deny it", Outcome.UNKNOWN.value),
}
_ALLOWED = {
    True: ("allows it", Outcome.ALLOWED.value),
    False: ("does not allow it", Outcome.IMPLICIT_DENY.value),
    None: ("may allow it", Outcome.UNKNOWN.value),
}


def _is_present(kind: PolicyType, principal: Principal, decision: Decision) -> bool:
    if kind is PolicyType.BOUNDARY:
        return bool(principal.boundaries)
    return kind in decision.blocked_by or any(match.policy.policy_type is kind for match in decision.matches)


def _answer(
    kind: PolicyType, principal: Principal, decision: Decision, allowing: tuple[StatementMatch, ...]
) -> Truth | None:
    """Whether a layer allows the request; None where the evidence says only that it does not forbid it."""
    if kind in decision.blocked_by:
        return NO
    if kind is PolicyType.IDENTITY:
        return any_of(match.allows for match in allowing)
    if decision.outcome is Outcome.ALLOWED:
        return YES
    if kind is PolicyType.BOUNDARY and len(principal.boundaries) == 1:
        return ~principal.boundaries[0].applies | any_of(match.would_allow for match in allowing)
    return None
