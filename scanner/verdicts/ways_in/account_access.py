"""Account access manager: a service assumes the role for people whom an entitlement names.

https://docs.aws.amazon.com/IAM/latest/UserGuide/aam-prepare-roles.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scanner.iam import pattern
from scanner.iam.language import Rule
from scanner.iam.policy import Statement
from scanner.iam.principal_element import PrincipalPattern, Principals
from scanner.iam.request import ContextValue, Fixed, Presence
from scanner.iam.trust import Caller, is_everybody
from scanner.truth import NO, YES, Truth, any_of, undetermined
from scanner.verdicts.ways_in.named import is_all, some

SERVICE = "account-access.amazonaws.com"

_SERVICE_CONTEXT: Mapping[str, ContextValue] = {
    "sts:externalid": Presence.ABSENT,
    "aws:securetransport": Fixed((("true",),)),
}


def callers(statement: Statement) -> Iterator[Caller]:
    """The service, where a statement names it."""
    principals = statement.principals
    if principals is None or principals.negated:
        return
    doubt = undetermined(*principals.doubt) if principals.doubt else NO
    named = doubt | any_of(_is_the_service(item) for item in principals.items)
    if not named.is_no:
        yield Caller(Rule(named), _covers_service, context=_SERVICE_CONTEXT)


def _is_the_service(item: PrincipalPattern) -> Truth:
    return pattern.matches(item.text, (SERVICE,)) if item.kind == "Service" else NO


def _covers_service(principals: Principals) -> Rule:
    everybody = (YES if is_everybody(item) or is_all(item, "Service") else NO for item in principals.items)
    return some(
        principals, (one | _is_the_service(item) for one, item in zip(everybody, principals.items, strict=True))
    )
