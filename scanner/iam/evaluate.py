"""The decision: what IAM would answer, in three-valued logic.

Theory
======

A statement *matches* a request when its actions, its resources and its conditions do. Each of these questions has
one of three answers (``scanner.truth``): yes, no, or undetermined because of causes. A statement that is only
perhaps there (an attachment whose ``count`` is unknown, a policy whose document is unknown) matches at most perhaps.

Let ``D`` say that some Deny statement matches, in whichever layer it stands, and ``A`` that every layer allows:

    A = identity-based policies allow
        and every permissions boundary that is present allows
        and every level of service control policies allows, where any are given
        (resource control policies always have full access beside them: they only deny)

where a layer allows if some Allow statement in it matches. This is AWS's published order: an explicit deny
anywhere wins, then each layer that is present must allow, then an identity-based policy must; otherwise the request is
implicitly denied:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html

The five outcomes are read off ``D`` and ``A`` at the very end:

    D yes                           explicit_deny
    A no                            implicit_deny   (even where some contexts would deny explicitly too)
    D no and A yes                  allowed
    otherwise                       unknown, if a cause that survives in D or A lies in the code;
                                    conditional, if all of them lie in the request

Kleene's logic makes this sound: settling a cause (filling in an unknown, fixing a context key) can turn an
undetermined answer into yes or no, and never a yes into a no. So an outcome that is definite stays, and ``conditional``
never becomes ``unknown``. It is exact only while causes are independent. A request that one statement allows with
MFA and another without MFA stays ``conditional`` although it is always allowed: both halves name the same cause, and
the logic does not see that they are complements. That is deliberate; special cases for it would cost more trust than
they bring.

The account of the request is the principal's own. While it is not known, it is a hole with a symbol: the same symbol in
a policy (``data.aws_caller_identity``, ``AWS::AccountId``) is the same account, and a literal account ID in the
resource of a policy is taken to be it where the question is about signing in: there are no sign-in resources of other
accounts that people write policies for. The region is free unless it is given, so a statement that names one matches
conditionally.

The resource of a request may be open, too, in whole or in part: a hole whose cause is the resource. Then ``allowed``
says that every such resource is, ``implicit_deny`` that none is, and what holds for some of them is ``conditional``. A
request that names another account than its own, or that may name any, says nothing of its own: a literal account ID in
a policy is only itself then.

The evidence is not computed apart: a ``Decision`` holds the statement matches that it was made from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import Enum
from functools import lru_cache
from typing import Generic, TypeVar

from scanner.budget import spend
from scanner.cause import Cause, CauseKind
from scanner.iam import pattern
from scanner.iam.binding import Binding, binding_of
from scanner.iam.context import (
    REGION_CAUSE,
    REQUEST_REGION_CAUSE,
    RESOURCE_CAUSE,
    Circumstances,
    ControlLevel,
    account_of,
)
from scanner.iam.pattern import Hole, Pattern, Text
from scanner.iam.policy import Patterns, PolicyDocument, Statement
from scanner.iam.principal import AttachedPolicy, PolicyType, Principal
from scanner.iam.request import Request
from scanner.iam.variables import PolicyText, resolve
from scanner.lazy_dataclass import dataclass
from scanner.truth import Truth, all_of, any_of, undetermined


class Outcome(Enum):
    """The five words of the report, from worst to best."""

    EXPLICIT_DENY = "explicit_deny"
    IMPLICIT_DENY = "implicit_deny"
    UNKNOWN = "unknown"
    CONDITIONAL = "conditional"
    ALLOWED = "allowed"


WORST_FIRST = tuple(Outcome)


@dataclass(frozen=True, slots=True)
class StatementMatch:
    """How one statement of one policy answered a request whose action it names, or may name."""

    policy: AttachedPolicy
    statement: Statement
    action: Truth
    resource: Truth
    condition: Truth

    @property
    def matched(self) -> Truth:
        """The whole statement, as far as it reaches this principal."""
        return self.policy.applies & self.action & self.resource & self.condition

    @property
    def allows(self) -> Truth:
        """Whether it allows the request."""
        return self.matched & self.statement.allows

    @property
    def would_allow(self) -> Truth:
        """The same, taking for granted that the policy is there."""
        return self.action & self.resource & self.condition & self.statement.allows

    @property
    def denies(self) -> Truth:
        """Whether it denies the request."""
        return self.matched & ~self.statement.allows


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer for one request, with the evidence. The request itself is large, and nobody asks for it again."""

    outcome: Outcome
    matches: tuple[StatementMatch, ...]
    """Every statement whose action matched, or may match, in the order of the policies."""
    causes: tuple[Cause, ...]
    """What the outcome depends on, in a fixed order; empty for a definite one."""
    blocked_by: frozenset[PolicyType]
    """Layers beside the identity-based policies that certainly do not allow the request."""


def decide(
    principal: Principal, request: Request, circumstances: Circumstances, *, guesses_account: bool = True
) -> Decision:
    """What IAM answers when the principal makes the request.

    ``guesses_account`` is whether a literal account ID is taken to be the principal's own while that is not known.
    """
    account = account_of(principal)
    binding = binding_of(principal, account)
    request = replace(request, symbols=binding.symbols)
    if not guesses_account or not any(part in account for part in request.resource):
        binding = replace(binding, account=())
    identity = _matches(principal.policies, request, binding)
    boundaries = [(policy, _matches((policy,), request, binding)) for policy in principal.boundaries]
    levels = [(level, _matches(level.policies, request, binding)) for level in circumstances.scp_levels]
    rcps = _matches(circumstances.resource_control_policies, request, binding)

    everything = (*identity, *(match for _, found in (*boundaries, *levels) for match in found), *rcps)
    denied = any_of(match.denies for match in everything)
    layers = {
        PolicyType.BOUNDARY: all_of(
            ~policy.applies | any_of(match.would_allow for match in found) for policy, found in boundaries
        ),
        PolicyType.SCP: all_of(~level.applies | _level_allows(level, found) for level, found in levels),
    }
    allowed = _some_allow(identity) & all_of(layers.values())
    outcome, causes = _outcome(denied, allowed)
    blocked_by = frozenset(layer for layer, answer in layers.items() if answer.is_no)
    return Decision(outcome, everything, causes, blocked_by)


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The worst of several outcomes."""
    return min(outcomes, key=WORST_FIRST.index)


def _outcome(denied: Truth, allowed: Truth) -> tuple[Outcome, tuple[Cause, ...]]:
    if denied.is_yes:
        return Outcome.EXPLICIT_DENY, ()
    if allowed.is_no:
        return Outcome.IMPLICIT_DENY, ()
    if denied.is_no and allowed.is_yes:
        return Outcome.ALLOWED, ()
    causes = tuple(sorted(denied.causes | allowed.causes, key=Cause.sort_key))
    in_request = all(cause.kind.concerns_request for cause in causes)
    return (Outcome.CONDITIONAL if in_request else Outcome.UNKNOWN), causes


def _some_allow(found: Iterable[StatementMatch]) -> Truth:
    return any_of(match.allows for match in found)


def _level_allows(level: ControlLevel, found: tuple[StatementMatch, ...]) -> Truth:
    """Whether a level of control policies lets a request through.

    One of the policies has to allow it; where none of those that are attached allows anything at all,
    ``FullAWSAccess`` stands beside them. So it is enough, too, that each policy that allows something allows this,
    whichever of them are attached. Where all that is attached is known, nothing stands beside it.
    """
    if level.is_complete:
        return _some_allow(found)
    each = (
        ~(policy.applies & any_of(statement.allows for statement in policy.document.statements))
        | any_of(match.would_allow for match in found if match.policy is policy)
        for policy in level.policies
    )
    return _some_allow(found) | all_of(each)


def _matches(policies: tuple[AttachedPolicy, ...], request: Request, binding: Binding) -> tuple[StatementMatch, ...]:
    naming = _naming_action(_Same(policies), request.action.lower())
    spend(sum(_steps(statement) for _, statement, _ in naming))
    return tuple(
        StatementMatch(
            policy,
            statement,
            acts,
            _resources(statement.resources, request, binding),
            all_of(condition.holds(request) for condition in statement.conditions),
        )
        for policy, statement, acts in naming
    )


def _steps(statement: Statement) -> int:
    """What it takes to compare the rest of a statement with a request."""
    return 2 + len(statement.resources.items) + sum(1 + len(condition.values) for condition in statement.conditions)


class Naming:
    """Which policies of identities have one of some actions, or may have one: no other decides about any of them."""

    def __init__(self, actions: Iterable[str]) -> None:
        self._wanted = tuple(action.lower() for action in actions)
        self._known: dict[int, tuple[PolicyDocument, bool]] = {}
        """Of each document, with it, so that nothing else gets its identity."""

    def of(self, policies: tuple[AttachedPolicy, ...]) -> tuple[AttachedPolicy, ...]:
        """Those among the policies; the very same tuple where all of them are."""
        found = tuple([policy for policy in policies if self._has_any(policy.document)])
        return policies if len(found) == len(policies) else found

    def _has_any(self, document: PolicyDocument) -> bool:
        known = self._known.get(id(document))
        if known is None:
            has = any(_statements(_Same(document), action) for action in self._wanted)
            known = self._known[id(document)] = document, has
        return known[1]


T = TypeVar("T")


class _Same(Generic[T]):
    """A key for what is the same object: comparing two lists of thousands of actions would take as long as matching."""

    __slots__ = ("it",)

    def __init__(self, it: T) -> None:
        self.it = it

    def __hash__(self) -> int:
        return id(self.it)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.it is other.it


@lru_cache(maxsize=256)
def _naming_action(
    policies: _Same[tuple[AttachedPolicy, ...]], action: str
) -> tuple[tuple[AttachedPolicy, Statement, Truth], ...]:
    """The statements of policies that have an action, or may have it; the same for all resources."""
    return tuple(
        (policy, statement, acts)
        for policy in policies.it
        if not policy.applies.is_no
        for statement, acts in _statements(_Same(policy.document), action)
    )


@lru_cache(maxsize=65536)
def _statements(document: _Same[PolicyDocument], action: str) -> tuple[tuple[Statement, Truth], ...]:
    """The same of one document. Actions have no variables, so it answers the same for everybody whom it reaches."""
    answers = ((statement, _actions(statement.actions, action)) for statement in document.it.statements)
    return tuple((statement, acts) for statement, acts in answers if not acts.is_no)


def _actions(patterns: Patterns, action: str) -> Truth:
    may_match = (item for item in patterns.items if _may_begin(item, action))
    found = pattern.matches_any((pattern.lowered(_no_variables(item)) for item in may_match), (action,))
    return ~found if patterns.negated else found


def _may_begin(item: PolicyText, action: str) -> bool:
    """Whether the first piece, if it is written out, is where the action begins: most are of another service."""
    first = item[0] if item else ""
    return not isinstance(first, str) or action.startswith(first.lower())


def _no_variables(text: PolicyText) -> Pattern:
    return tuple(part for part in text if not hasattr(part, "key"))


def _resources(patterns: Patterns, request: Request, binding: Binding) -> Truth:
    resolved = (resolve(binding.bind(item), request) for item in patterns.items)
    found = any_of(_matched(one, request.resource) for one in resolved if one is not None)
    return ~found if patterns.negated else found


def _matched(resolved: Pattern, resource: Text) -> Truth:
    has_hole = any(isinstance(part, Hole) for part in resolved)
    return (_resource if has_hole else _written_resource)(resolved, resource)


def _resource(resolved: Pattern, resource: Text) -> Truth:
    return _naming(pattern.matches(pattern.in_arn(resolved), resource), resolved)


_written_resource = lru_cache(maxsize=4096)(_resource)
"""For what is written out, which many principals have: without holes there are no causes of one place among equals."""


def _naming(answer: Truth, resolved: Pattern) -> Truth:
    """Say which region or which resource it takes, where that is open."""
    if answer.causes.isdisjoint(_NAMED):
        return answer
    written = pattern.written(resolved)
    segments = written.split(":")
    said = {
        CauseKind.REGION: segments[3] if len(segments) > 3 else "…",
        CauseKind.RESOURCE: written,
    }
    return undetermined(
        *(
            Cause(cause.kind, f"{cause.detail} ({said[cause.kind]})") if cause in _NAMED else cause
            for cause in answer.causes
        )
    )


_NAMED = frozenset({REGION_CAUSE, REQUEST_REGION_CAUSE, RESOURCE_CAUSE})
