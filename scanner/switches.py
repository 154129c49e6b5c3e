"""Roles that people of another account may switch to: whoever may is named beside the role, and the role beside them.

A role whose trust policy names another account says nothing of who is there. Where that account is scanned as well, its
users have the other half: a policy that lets them assume the role. Control policies of their account are not looked at,
so it is said that their own policies allow it, and no verdict depends on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from scanner.finding import Finding, RelatedLocation
from scanner.iam.binding import binding_of
from scanner.iam.context import Circumstances, account_of
from scanner.iam.evaluate import Naming, Outcome
from scanner.iam.pattern import literal
from scanner.iam.principal import PrincipalKind
from scanner.report.report import Report
from scanner.rules.trusted import trust_entries
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.console import Access, Via
from scanner.verdicts.question import Question
from scanner.verdicts.questions import answers
from scanner.verdicts.ways_in.switch_role import is_too_long, lets_in_user

MOST_NAMED = 10
"""People that are named beside one role, and roles beside one of them."""
MOST_ASKED = 1_000
"""People of whom it is found out for one role."""
_ABLE = (Outcome.ALLOWED, Outcome.CONDITIONAL)
_Home = tuple[str, str]


def with_switches(report: Report) -> Report:
    """The report whose findings on roles name users of other accounts who may switch to them, and the other way."""
    flagged = {(one.root, one.principal) for one in report.findings}
    roles = [one for one in report.principals if _home(one) in flagged and Via.SWITCH_ROLE in one.console.via]
    if not roles:
        return report
    people = _people(report.principals)
    beside: dict[_Home, list[RelatedLocation]] = {}
    for role in roles:
        accounts = {entry.account for entry in trust_entries(role.definition)} - {role.principal.account, None}
        asked = [one for account in sorted(map(str, accounts)) for one in people.get(account, ())][:MOST_ASKED]
        for one in asked:
            if may_switch(one, role):
                said = f"policies of {_name(one)} allow it to switch to this role"
                beside.setdefault(_home(role), []).append(RelatedLocation(said, one.definition.span))
                other = f"its policies allow it to switch to {_name(role)}"
                beside.setdefault(_home(one), []).append(RelatedLocation(other, role.definition.span))
    return replace(report, findings=tuple(_with(one, beside) for one in report.findings)) if beside else report


def _with(finding: Finding, beside: Mapping[_Home, list[RelatedLocation]]) -> Finding:
    found = beside.get((finding.root, finding.principal))
    if not found:
        return finding
    return replace(finding, related=tuple(dict.fromkeys((*finding.related, *found[:MOST_NAMED]))))


def _people(principals: Iterable[AssessedPrincipal]) -> dict[str, list[AssessedPrincipal]]:
    """Users who can sign in and have a policy that names the action, by account."""
    naming = Naming(("sts:AssumeRole",))
    found: dict[str, list[AssessedPrincipal]] = {}
    for one in principals:
        principal = one.principal
        is_user = principal.kind is PrincipalKind.USER and one.console.access is Access.YES
        if is_user and principal.account is not None and naming.of(principal.policies):
            found.setdefault(principal.account, []).append(one)
    return found


def may_switch(one: AssessedPrincipal, role: AssessedPrincipal) -> bool:
    """Whether a user certainly may, who meets conditions that are up to people: both sides say so."""
    arn, trust = literal(role.principal.arn), role.principal.trust
    if arn is None or trust is None or is_too_long(role.principal):
        return False
    binding = binding_of(role.principal, account_of(role.principal))
    if not lets_in_user(trust, binding, one.principal).is_yes:
        return False
    (answer,) = answers(one.principal, Circumstances(), (Question("sts:AssumeRole", arn),))
    return answer.decision.outcome in _ABLE


def _home(one: AssessedPrincipal) -> _Home:
    return one.definition.root, one.definition.address


def _name(one: AssessedPrincipal) -> str:
    return literal(one.principal.name) or one.definition.address
