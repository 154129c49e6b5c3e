"""Whom a role's trust policy names, one entry for each principal of each of its statements.

The entries are what is written, but for whether people can switch to the role by an entry: the whole trust policy
decides that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scanner.iam.arn import ACCOUNT, segment
from scanner.iam.binding import binding_of
from scanner.iam.condition import Condition
from scanner.iam.context import account_of
from scanner.iam.pattern import Hole, Text, literal
from scanner.iam.policy import Statement
from scanner.iam.principal import Principal
from scanner.iam.principal_element import PrincipalPattern, Principals
from scanner.iam.trust import is_everybody, lets_in_by
from scanner.iam.variables import PolicyText, shown_text
from scanner.lazy_dataclass import dataclass
from scanner.principals.definition import PrincipalDefinition
from scanner.span import Span
from scanner.verdicts.ways_in.switch_role import Switch, is_too_long

EVERYBODY = "*"


@dataclass(frozen=True, slots=True)
class TrustEntry:
    """One principal of one statement. What is None is not known, or does not apply."""

    effect: str | None
    type: str | None
    """``AWS``, ``Federated``, ``Service``, ``CanonicalUser``, or ``*`` for everybody."""
    principal: str | None
    account: str | None
    own_account: bool | None
    """Whether it is, or is in, the role's own account; False for everybody, who are in others too, and for services."""
    actions: tuple[str | None, ...] | None
    """As they are written; None for all but some."""
    conditions: tuple[TrustCondition, ...]
    span: Span

    @property
    def shown(self) -> str:
        """For people."""
        if self.type == EVERYBODY:
            return "everybody"
        return self.principal or self.account or "somebody who is not known"


@dataclass(frozen=True, slots=True)
class TrustCondition:
    """One key of one operator; all None where it is not known what the condition asks."""

    operator: str | None
    key: str | None
    values: tuple[str | None, ...] | None


def trust_entries(definition: PrincipalDefinition) -> Iterator[TrustEntry]:
    """In the order of the trust policy; none for a principal without one."""
    return (_entry(definition, statement, item) for statement, item in _named(definition.principal))


def switches(definition: PrincipalDefinition) -> Iterator[str | None]:
    """For each of the entries, whether one of the people whom it names can switch to the role; None where it denies.

    ``yes`` is whatever the rest of the context is, ``conditional`` if they meet conditions on keys that are up to them,
    ``no`` if nobody can, and ``unknown`` if the code does not say.
    """
    principal = definition.principal
    binding = binding_of(principal, account_of(principal))
    for statement, item in _named(principal):
        if statement.allows.is_no or principal.trust is None:
            yield None
            continue
        one = replace(statement, principals=Principals((item,))) if item is not None else statement
        possible, certain = lets_in_by(principal.trust, one, "sts:assumerole", Switch(binding).callers, binding)
        if possible.is_no or is_too_long(principal):
            yield "no"
        elif certain.is_yes:
            yield "yes"
        else:
            yield "conditional" if possible.is_yes and certain.is_no else "unknown"


def _named(principal: Principal) -> Iterator[tuple[Statement, PrincipalPattern | None]]:
    """Each principal of each statement; None where it is all but some, or not known."""
    for statement in principal.trust.statements if principal.trust is not None else ():
        principals = statement.principals
        named = principals is not None and not principals.negated and not principals.doubt
        for item in principals.items if named and principals is not None else (None,):
            yield statement, item


def _entry(definition: PrincipalDefinition, statement: Statement, item: PrincipalPattern | None) -> TrustEntry:
    account, own = _account(definition.principal, item)
    return TrustEntry(
        {True: "Allow", False: "Deny", None: None}[statement.allows.known],
        None if item is None else EVERYBODY if is_everybody(item) else item.kind,
        literal(item.text) if item is not None else None,
        account,
        own,
        None if statement.actions.negated else tuple(map(_known, statement.actions.items)),
        tuple(map(_condition, statement.conditions)),
        statement.span or definition.span,
    )


def _account(principal: Principal, item: PrincipalPattern | None) -> tuple[str | None, bool | None]:
    """The ID of the account that an entry is in, as far as it is known, and whether that is the role's own."""
    if item is None:
        return None, None
    if is_everybody(item) or item.kind == "Service":
        return None, False
    own = account_of(principal)
    text = binding_of(principal, own).filled(item.text)
    known = literal(text)
    if item.kind == "Federated" and known is not None and not known.startswith("arn:"):
        return None, False  # a web identity provider of everybody's, such as accounts.google.com
    found = text if _is_account(text) else segment(text, ACCOUNT)
    if found is None or not _is_account(found):
        return None, None
    if found == own:
        return principal.account, True
    account = literal(found)
    return account, None if account is None or principal.account is None else False


def _is_account(text: Text) -> bool:
    match text:
        case (Hole(is_account_id=True),):
            return True
        case (str(digits),):
            return len(digits) == 12 and digits.isdecimal()
    return False


def _condition(condition: Condition) -> TrustCondition:
    if condition.doubt:
        return TrustCondition(None, None, None)
    return TrustCondition(condition.operator, condition.key, tuple(map(_known, condition.values)))


def _known(text: PolicyText) -> str | None:
    return None if any(isinstance(part, Hole) for part in text) else shown_text(text)
