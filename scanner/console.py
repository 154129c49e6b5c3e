"""Who can sign in to the console, and what in the code says so.

A user needs a password. A role is entered through SAML federation (people sign in with it), or by switching role
(people may, if somebody lets them). Everything else that trusts a role is no person:
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-saml.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-console.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from fnmatch import fnmatchcase

from scanner.cause import Cause, CauseKind
from scanner.iam import pattern
from scanner.iam.condition import Condition
from scanner.iam.pattern import Hole, Text, literal, lowered
from scanner.iam.policy import Patterns, PolicyDocument, PrincipalPattern, Statement
from scanner.iam.principal import Principal, PrincipalKind
from scanner.iam.request import Fixed, Presence, Request
from scanner.span import Span
from scanner.truth import NO, YES, Truth, all_of, any_of, truth, undetermined

Denied = frozenset[PrincipalPattern]
"""Principals that an unconditional Deny names one by one."""
Question = Callable[[Statement, Denied], Truth]


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


# Sign-in endpoints take the SAML response, in every partition, for the global endpoint and for each region:
# https://docs.aws.amazon.com/general/latest/gr/signin-service.html
_SAML_AUDIENCE = re.compile(
    r"^https://(?:[a-z0-9-]+\.)?signin\."
    r"(?:aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com|aws\.eu|amazonaws\.eu)/saml(?:/acs/[A-Za-z0-9]+)?/?$"
)
_SAMPLE_AUDIENCES = tuple(
    f"https://{region}signin.{domain}/saml"
    for region in ("", "us-east-1.", "eu-west-1.")
    for domain in ("aws.amazon.com", "amazonaws.cn", "amazonaws-us-gov.com")
)


def console_access(principal: Principal, assumed: tuple[str, ...] = ()) -> ConsoleAccess:
    """How the principal gets to the console. ``assumed`` are name patterns of users who have a password anyway."""
    match principal.kind:
        case PrincipalKind.USER:
            return _user(principal, assumed)
        case PrincipalKind.PERMISSION_SET:
            return ConsoleAccess(Access.YES, (Via.IDENTITY_CENTER,), (principal.span,))
        case PrincipalKind.ROLE:
            return _role(principal)


def _user(principal: Principal, assumed: tuple[str, ...]) -> ConsoleAccess:
    profile = principal.login_profile
    evidence = (principal.login_profile_span,) if principal.login_profile_span is not None else ()
    if profile.is_yes:
        return ConsoleAccess(Access.YES, (Via.LOGIN_PROFILE,), evidence)
    name = literal(principal.name)
    if name is not None and any(fnmatchcase(name, wanted) for wanted in assumed):
        return ConsoleAccess(Access.YES, (Via.ASSUMED,))
    if profile.is_undetermined:
        return ConsoleAccess(Access.UNKNOWN, (), evidence, _sorted(profile))
    return ConsoleAccess(Access.NO)


def _role(principal: Principal) -> ConsoleAccess:
    if principal.trust is None:
        return ConsoleAccess(Access.NO)
    saml = _trust(principal.trust, "sts:assumerolewithsaml", _saml)
    switch = _trust(principal.trust, "sts:assumerole", _switch)
    if saml.is_yes:
        via = (Via.SAML, Via.SWITCH_ROLE) if switch.is_yes else (Via.SAML,)
        return ConsoleAccess(Access.YES, via, _allowing(principal.trust))
    if saml.is_undetermined:
        return ConsoleAccess(Access.UNKNOWN, (), _allowing(principal.trust), _sorted(saml))
    if switch.is_yes:
        return ConsoleAccess(Access.POSSIBLE, (Via.SWITCH_ROLE,), _allowing(principal.trust))
    if switch.is_undetermined:
        return ConsoleAccess(Access.UNKNOWN, (), _allowing(principal.trust), _sorted(switch))
    return ConsoleAccess(Access.NO)


def _sorted(answer: Truth) -> tuple[Cause, ...]:
    return tuple(sorted(answer.causes, key=Cause.sort_key))


def _allowing(document: PolicyDocument) -> tuple[Span, ...]:
    return tuple(
        statement.span for statement in document.statements if not statement.allows.is_no and statement.span is not None
    )


def _trust(document: PolicyDocument, action: str, of_principals: Question) -> Truth:
    """Whether some Allow lets such people in and no unconditional Deny keeps all of them out."""
    named = _denied_by_name(document, action)
    allowed = any_of(
        statement.allows & _names(statement.actions, action) & of_principals(statement, named)
        for statement in document.statements
    )
    denied = any_of(
        ~statement.allows & _names(statement.actions, action) & _everybody(statement) & _unconditional(statement)
        for statement in document.statements
    )
    return allowed & ~denied


def _names(patterns: Patterns, action: str) -> Truth:
    found = pattern.matches_any(
        (
            lowered(tuple(part for part in item if isinstance(part, str | pattern.Wildcard | Hole)))
            for item in patterns.items
        ),
        (action,),
    )
    return ~found if patterns.negated else found


def _everybody(statement: Statement) -> Truth:
    principals = statement.principals
    if principals is None:
        return NO
    if principals.doubt:
        return undetermined(*principals.doubt)
    return truth(not principals.negated and any(literal(item.text) == "*" for item in principals.items))


def _unconditional(statement: Statement) -> Truth:
    doubts = [cause for condition in statement.conditions for cause in condition.doubt]
    if doubts:
        return undetermined(*doubts)
    return truth(not statement.conditions)


def _denied_by_name(document: PolicyDocument, action: str) -> Denied:
    return frozenset(
        item
        for statement in document.statements
        if statement.allows.is_no and _names(statement.actions, action).is_yes and _unconditional(statement).is_yes
        if statement.principals is not None and not statement.principals.negated
        for item in statement.principals.items
        if literal(item.text) is not None
    )


def _saml(statement: Statement, denied: Denied) -> Truth:
    """A SAML provider is trusted, and its audience, where constrained, is an AWS sign-in endpoint."""
    provider = _some_principal(statement, denied, _is_saml_provider)
    audience = all_of(_meets_audience(condition) for condition in statement.conditions)
    return provider & audience


def _switch(statement: Statement, denied: Denied) -> Truth:
    """An account, its root, a user or everybody is trusted, without an external ID."""
    people = _some_principal(statement, denied, _is_account_principal)
    return people & all_of(_lets_people_in(condition) for condition in statement.conditions)


def _some_principal(statement: Statement, denied: Denied, question: Callable[[PrincipalPattern], Truth]) -> Truth:
    principals = statement.principals
    if principals is None:
        return NO
    if principals.doubt:
        return undetermined(*principals.doubt)
    if principals.negated:
        return YES  # everybody but the ones named; AWS advises against it, and it lets people in
    return any_of(question(item) for item in principals.items if item not in denied)


def _is_saml_provider(item: PrincipalPattern) -> Truth:
    if item.kind != "Federated":
        return NO
    wanted = pattern.in_arn(pattern.parse_wildcards("arn:*:iam::*:saml-provider/*"))
    return pattern.matches(wanted, _one_arn(item.text))


_PEOPLE = tuple(pattern.in_arn(pattern.parse_wildcards(text)) for text in ("arn:*:iam::*:root", "arn:*:iam::*:user/*"))


def _is_account_principal(item: PrincipalPattern) -> Truth:
    """An account, its root, one of its users, or everybody. A role's session is no person's way in by itself."""
    if item.kind == "*":
        return YES
    if item.kind != "AWS":
        return NO
    known = literal(item.text)
    if known is not None and (known == "*" or (known.isdigit() and len(known) == 12)):
        return YES
    if len(item.text) == 1 and isinstance(item.text[0], Hole) and item.text[0].is_account_id:
        return YES
    return pattern.matches_any(_PEOPLE, _one_arn(item.text))


def _one_arn(text: Text) -> Text:
    """A principal's ARN. Where its five colons are all written, what is not known has none: IAM takes no others."""
    if sum(part.count(":") for part in text if isinstance(part, str)) != _COLONS:
        return text
    return tuple(part if isinstance(part, str) else replace(part, one_segment=True) for part in text)


_COLONS = 5


def _meets_audience(condition: Condition) -> Truth:
    if condition.doubt:
        return undetermined(*condition.doubt)
    if condition.key.lower() != "saml:aud":
        return YES
    request = Request("sts:AssumeRoleWithSAML", (), {})
    candidates = [*_SAMPLE_AUDIENCES, *(text for value in condition.values if (text := _written(value)))]
    endpoints = [text for text in candidates if _SAML_AUDIENCE.match(text)]
    return any_of(
        condition.holds(Request(request.action, (), {"saml:aud": Fixed(((endpoint,),))})) for endpoint in endpoints
    )


def _written(value: tuple[object, ...]) -> str | None:
    return value[0] if len(value) == 1 and isinstance(value[0], str) else None


_ANYTHING = Hole(frozenset({Cause(CauseKind.CONTEXT_KEY, "aws:PrincipalArn")}), one_segment=True)


def _lets_people_in(condition: Condition) -> Truth:
    """Whether somebody may still come in who gives no external ID, as the console does not, and is a user or root."""
    if condition.doubt:
        return undetermined(*condition.doubt)
    key = condition.key.lower()
    if key == "sts:externalid":
        return condition.holds(Request("sts:AssumeRole", (), {key: Presence.ABSENT}))
    if key == "aws:principalarn":
        people = [
            condition.holds(
                Request("sts:AssumeRole", (), {key: Fixed((("arn:", _ANYTHING, ":iam::", _ANYTHING, *end),))})
            )
            for end in ((":root",), (":user/", _ANYTHING))
        ]
        return truth(not all(answer.is_no for answer in people))
    return YES
