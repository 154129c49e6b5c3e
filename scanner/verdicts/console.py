"""Who can sign in to the console, and what in the code says so.

A user needs a password. A role is entered through SAML federation (people sign in with it), by switching role (people
may, if somebody lets them), or through the account access manager (they do, if somebody is entitled to it).
``scanner.verdicts.ways_in`` finds these ways in the trust policy. Everything else that trusts a role is not a person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from enum import Enum
from fnmatch import fnmatchcase

from scanner.cause import Cause
from scanner.iam.binding import binding_of
from scanner.iam.context import account_of
from scanner.iam.pattern import literal
from scanner.iam.policy import PolicyDocument
from scanner.iam.principal import Principal, PrincipalKind
from scanner.lazy_dataclass import dataclass
from scanner.principals.definition import PrincipalDefinition
from scanner.span import Span
from scanner.truth import NO, Truth, any_of
from scanner.verdicts.ways_in import WaysIn, ways_in
from scanner.verdicts.ways_in.switch_role import is_too_long


class Access(Enum):
    """``console.access`` of the report."""

    YES = "yes"
    POSSIBLE = "possible"
    NO = "no"
    UNKNOWN = "unknown"


class Via(Enum):
    """``console.via`` of the report: what gives the access."""

    LOGIN_PROFILE = "login-profile"
    ASSUMED = "assumed"
    SAML = "saml"
    SWITCH_ROLE = "switch-role"
    ACCOUNT_ACCESS = "account-access"
    IDENTITY_CENTER = "identity-center"


@dataclass(frozen=True, slots=True)
class ConsoleAccess:
    """The answer for one principal."""

    access: Access
    via: tuple[Via, ...] = ()
    """What gives the access, or perhaps gives it."""
    evidence: tuple[Span, ...] = field(default=(), compare=False)
    causes: tuple[Cause, ...] = ()
    """What an unknown answer depends on."""


WaysInto = Callable[[Principal, PolicyDocument], WaysIn]
"""The ways that a principal's trust policy leaves."""


def ways_into(principal: Principal, trust: PolicyDocument) -> WaysIn:
    """The ways, found by looking."""
    return ways_in(trust, binding_of(principal, account_of(principal)))


def console_access(
    definition: PrincipalDefinition, assumed: tuple[str, ...] = (), ways: WaysInto = ways_into
) -> ConsoleAccess:
    """How the principal gets to the console. ``assumed`` are name patterns of users who have a password anyway."""
    match definition.principal.kind:
        case PrincipalKind.USER:
            return _user(definition, assumed)
        case PrincipalKind.PERMISSION_SET:
            return ConsoleAccess(Access.YES, (Via.IDENTITY_CENTER,), (definition.span,))
        case PrincipalKind.ROLE:
            return _role(definition, ways)


def _user(definition: PrincipalDefinition, assumed: tuple[str, ...]) -> ConsoleAccess:
    profile = definition.login_profile
    evidence = (definition.login_profile_span,) if definition.login_profile_span is not None else ()
    if profile.is_yes:
        return ConsoleAccess(Access.YES, (Via.LOGIN_PROFILE,), evidence)
    name = literal(definition.principal.name)
    if name is not None and any(fnmatchcase(name, wanted) for wanted in assumed):
        return ConsoleAccess(Access.YES, (Via.ASSUMED,))
    if profile.is_undetermined:
        return ConsoleAccess(Access.UNKNOWN, (), evidence, _sorted(profile))
    return ConsoleAccess(Access.NO)


def _role(definition: PrincipalDefinition, ways_into: WaysInto) -> ConsoleAccess:
    principal = definition.principal
    if principal.trust is None:
        return ConsoleAccess(Access.NO)
    ways = ways_into(principal, principal.trust)
    entitled = ways.account_access & definition.entitled
    federation = Via.IDENTITY_CENTER if _is_of_identity_center(principal) else Via.SAML
    certain = {federation: ways.saml, Via.ACCOUNT_ACCESS: entitled}
    possible = {
        federation: ways.saml_by_wildcard,
        Via.ACCOUNT_ACCESS: ways.account_access,
        Via.SWITCH_ROLE: NO if is_too_long(principal) else ways.switch_role,
    }
    answers = (*certain.items(), *possible.items())
    via = tuple(dict.fromkeys(way for way, answer in answers if answer.is_yes))
    evidence = (*_allowing(principal.trust), *(() if entitled.is_no else definition.entitled_spans))
    surely, perhaps = any_of(certain.values()), any_of(answer for _, answer in answers)
    if surely.is_yes:
        return ConsoleAccess(Access.YES, via, evidence)
    doubt = surely if surely.is_undetermined else perhaps
    if doubt.is_undetermined:
        return ConsoleAccess(Access.UNKNOWN, (), evidence, _sorted(doubt))
    if perhaps.is_yes:
        return ConsoleAccess(Access.POSSIBLE, via, evidence)
    return ConsoleAccess(Access.NO)


def _sorted(answer: Truth) -> tuple[Cause, ...]:
    return tuple(sorted(answer.causes, key=Cause.sort_key))


def _is_of_identity_center(principal: Principal) -> bool:
    """Whether it is the role that a permission set has in an account, which nobody else can make.

    https://docs.aws.amazon.com/singlesignon/latest/userguide/using-service-linked-roles.html
    """
    return ":role/aws-reserved/sso.amazonaws.com/" in (literal(principal.arn) or "")


def _allowing(document: PolicyDocument) -> tuple[Span, ...]:
    return tuple(
        statement.span for statement in document.statements if not statement.allows.is_no and statement.span is not None
    )
