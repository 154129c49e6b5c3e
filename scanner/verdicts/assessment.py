"""The principals of one root with all that is decided about them, each thing once for all who are alike."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace

from scanner.budget import BudgetSpentError, at_no_charge, spend, spent_at
from scanner.iam.alike import Alike
from scanner.iam.context import Circumstances, OwnKeys
from scanner.iam.evaluate import Decision, Naming, StatementMatch
from scanner.iam.policy import PolicyDocument
from scanner.iam.principal import AttachedPolicy, Principal, PrincipalKind
from scanner.iam.request import ContextValue
from scanner.principals.definition import PrincipalDefinition
from scanner.principals.left_open import LeftOpen, left_open
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.console import Access, ConsoleAccess, console_access, ways_into
from scanner.verdicts.question import Questions
from scanner.verdicts.questions import answers, without_mfa
from scanner.verdicts.sign_in import ACTIONS, AwsLogin, Permission, aws_login
from scanner.verdicts.ways_in import WaysIn

_STATEMENTS = 2
"""A power of two: whether so many statements have an action is a step."""
_STEPS = 20
"""Of one decision by no policy at all."""

_OF_SIGN_IN = 4
"""Decisions that ``aws login`` needs."""

_Decided = tuple[AwsLogin, tuple[Permission, ...], tuple[Permission, ...]]


class Assessment:
    """Decides what the questions ask. ``circumstances`` are those of a principal's requests."""

    def __init__(
        self, circumstances: Callable[[Principal], Circumstances], questions: Questions, assume_console: tuple[str, ...]
    ) -> None:
        self._circumstances = circumstances
        self._questions = questions
        self._naming = Naming(dict.fromkeys((*ACTIONS, *(question.action for question in questions.asked))))
        self._assume_console = assume_console
        self._decided: Alike[_Decided] = Alike()
        self._of_documents: Alike[tuple[tuple[AttachedPolicy, ...], _Decided]] = Alike()
        self._ways: Alike[WaysIn] = Alike()
        self._nothing: LeftOpen | None = None
        """What stands for policies when the budget is spent."""

    def assessed(self, definition: PrincipalDefinition) -> AssessedPrincipal:
        """The principal with what is decided about it; those who are alike have the same parts.

        When the budget is spent, every decision is unknown, and who can sign in where that takes a look at a policy.
        """
        try:
            return self._assessed(definition)
        except BudgetSpentError as problem:
            spent_at(definition.span)
            if self._nothing is None:
                self._nothing = left_open(problem, problem.place or definition.span)
            with at_no_charge():
                return self._undecided(self._nothing.of(definition), self._nothing)

    def _assessed(self, definition: PrincipalDefinition) -> AssessedPrincipal:
        spend(_STEPS)
        login, asked, alone = self._decisions(definition.principal)
        console = console_access(definition, self._assume_console, self._ways_into)
        return AssessedPrincipal(definition, console, login, asked, alone)

    def _undecided(self, definition: PrincipalDefinition, nothing: LeftOpen) -> AssessedPrincipal:
        """By policies that may allow or deny anything, whatever control policies say."""
        principal = definition.principal
        given = self._circumstances(principal)
        if given.scp_levels or given.resource_control_policies:
            given = replace(given, scp_levels=(), resource_control_policies=())
        equal = (principal.kind, principal.partition, principal.account, principal.account_symbol)
        login, asked, alone = self._decided.answer(
            (nothing,), equal, OwnKeys(principal), lambda own: decisions(principal, given, self._questions, own)
        )
        if principal.kind is PrincipalKind.ROLE and principal.trust is not None:
            console = ConsoleAccess(Access.UNKNOWN, (), (definition.span,), (nothing.cause,))
        else:
            console = console_access(definition, self._assume_console)
        return AssessedPrincipal(definition, console, login, asked, alone)

    def _decisions(self, principal: Principal) -> _Decided:
        given = self._circumstances(principal)
        equal = (principal.kind, principal.partition, principal.account, principal.account_symbol)
        return self._decided.answer(
            (principal.policies, principal.boundaries, given),
            equal,
            OwnKeys(principal),
            lambda own: self._by_documents(principal, given, equal, own),
        )

    def _by_documents(
        self, principal: Principal, given: Circumstances, equal: tuple[Hashable, ...], own: Mapping[str, ContextValue]
    ) -> _Decided:
        """What is decided by the same documents is the same, by whatever names and ways they reach the principals.

        Documents that say nothing of what is asked decide nothing, and most are about something else.
        """
        that_count = self._naming.of(principal.policies)
        policies = (*that_count, *principal.boundaries)
        first = {id(policy): place for place, policy in reversed([*enumerate(policies)])}
        shape = tuple((policy.policy_type, policy.applies.known, first[id(policy)]) for policy in policies)
        doubts = (policy.applies for policy in policies if policy.applies.is_undetermined)
        made_for, decided = self._of_documents.answer(
            (given, *(policy.document for policy in policies), *doubts),
            (*equal, *shape),
            own,
            lambda own: (policies, self._by_policies(replace(principal, policies=that_count), given, own)),
        )
        return _with_policies(decided, dict(zip(map(id, made_for), policies, strict=True)))

    def _by_policies(self, principal: Principal, given: Circumstances, own: Mapping[str, ContextValue]) -> _Decided:
        policies = (*principal.policies, *principal.boundaries)
        statements = sum(len(policy.document.statements) for policy in policies)
        each = _STEPS + ((len(policies) + statements) >> _STATEMENTS)
        spend(each * (_OF_SIGN_IN + len(self._questions.asked)) * (2 if self._questions.without_mfa else 1))
        return decisions(principal, given, self._questions, own)

    def _ways_into(self, principal: Principal, trust: PolicyDocument) -> WaysIn:
        equal = (principal.partition, principal.account, principal.account_symbol)
        return self._ways.answer((trust,), equal, {}, lambda _: ways_into(principal, trust))


def _with_policies(decided: _Decided, policies: Mapping[int, AttachedPolicy]) -> _Decided:
    """The same by other policies, each of which stands for the one of an identity."""
    if all(place == id(policy) for place, policy in policies.items()):
        return decided

    def changed(permission: Permission) -> Permission:
        decision = permission.decision
        matches = tuple(
            StatementMatch(
                policies.get(id(match.policy), match.policy),
                match.statement,
                match.action,
                match.resource,
                match.condition,
            )
            for match in decision.matches
        )
        found = Decision(decision.outcome, matches, decision.causes, decision.blocked_by)
        return Permission(permission.action, permission.client, permission.resource, found)

    login, asked, alone = decided
    return AwsLogin(tuple(map(changed, login.permissions))), tuple(map(changed, asked)), tuple(map(changed, alone))


def decisions(
    principal: Principal,
    given: Circumstances,
    questions: Questions,
    own: Mapping[str, ContextValue] | None = None,
) -> _Decided:
    """What one principal gets from ``aws login``, what rules ask for, and both without MFA if a rule looks at that."""
    login = aws_login(principal, given, own)
    asked = answers(principal, given, questions.asked, own)
    if not questions.without_mfa:
        return login, asked, ()
    bare = without_mfa(given)
    alone = (*aws_login(principal, bare, own).permissions, *answers(principal, bare, questions.asked, own))
    return login, asked, alone
