"""The principals of one root with all that is decided about them, each thing once for all who are alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from scanner.iam.alike import Alike
from scanner.iam.context import Circumstances, OwnKeys
from scanner.iam.policy import PolicyDocument
from scanner.iam.principal import Principal
from scanner.iam.request import ContextValue
from scanner.principals.definition import PrincipalDefinition
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.console import console_access, ways_into
from scanner.verdicts.question import Questions
from scanner.verdicts.questions import answers, without_mfa
from scanner.verdicts.sign_in import AwsLogin, Permission, aws_login
from scanner.verdicts.ways_in import WaysIn

_Decided = tuple[AwsLogin, tuple[Permission, ...], tuple[Permission, ...]]


class Assessment:
    """Decides what the questions ask. ``circumstances`` are those of a principal's requests."""

    def __init__(
        self, circumstances: Callable[[Principal], Circumstances], questions: Questions, assume_console: tuple[str, ...]
    ) -> None:
        self._circumstances = circumstances
        self._questions = questions
        self._assume_console = assume_console
        self._decided: Alike[_Decided] = Alike()
        self._ways: Alike[WaysIn] = Alike()

    def assessed(self, definition: PrincipalDefinition) -> AssessedPrincipal:
        """The principal with what is decided about it; those who are alike have the same parts."""
        login, asked, alone = self._decisions(definition.principal)
        console = console_access(definition, self._assume_console, self._ways_into)
        return AssessedPrincipal(definition, console, login, asked, alone)

    def _decisions(self, principal: Principal) -> _Decided:
        given = self._circumstances(principal)
        return self._decided.answer(
            (principal.policies, principal.boundaries, given),
            (principal.kind, principal.partition, principal.account, principal.account_symbol),
            OwnKeys(principal),
            lambda own: decisions(principal, given, self._questions, own),
        )

    def _ways_into(self, principal: Principal, trust: PolicyDocument) -> WaysIn:
        equal = (principal.partition, principal.account, principal.account_symbol)
        return self._ways.answer((trust,), equal, {}, lambda _: ways_into(principal, trust))


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
