"""The request context of a principal's own requests: what its definition fixes, what is absent, what stays free.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scanner.cause import Cause, CauseKind
from scanner.iam.pattern import Hole, Text
from scanner.iam.principal import AttachedPolicy, Principal, PrincipalKind
from scanner.iam.request import ContextValue, Fixed, Presence, Unsettled
from scanner.symbol import Named, NameKind
from scanner.truth import YES, Truth

REGION_CAUSE = Cause(CauseKind.REGION, "the region that the user signs in through")
ACCOUNT_CAUSE = Cause(CauseKind.MISSING_INPUT, "the account ID is not known (--account)")


@dataclass(frozen=True, slots=True)
class ControlLevel:
    """The service control policies of one level: the root, an organizational unit, or the account itself."""

    policies: tuple[AttachedPolicy, ...]
    applies: Truth = YES
    """Undetermined while it is not known whether the account is below this level."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the user says about requests, because no code does."""

    account: str | None = None
    region: str | None = None
    context: tuple[tuple[str, tuple[str, ...] | None], ...] = ()
    """Context keys with their values; None says that the key is absent."""
    scp_levels: tuple[ControlLevel, ...] = ()
    """Each of them has to allow an action."""
    resource_control_policies: tuple[AttachedPolicy, ...] = ()


def account_of(principal: Principal, circumstances: Circumstances) -> Text:
    """The principal's account: a literal, or the hole that stands for it everywhere."""
    known = principal.account or circumstances.account
    if known is not None:
        return (known,)
    return (Hole(frozenset({ACCOUNT_CAUSE}), principal.account_symbol, one_segment=True),)


def region_of(circumstances: Circumstances) -> Text:
    """The region of the request: free unless it is given."""
    if circumstances.region is not None:
        return (circumstances.region,)
    return (Hole(frozenset({REGION_CAUSE}), Named(NameKind.CONTEXT_KEY, "aws:requestedregion"), one_segment=True),)


def context_of(principal: Principal, circumstances: Circumstances) -> Mapping[str, ContextValue]:
    """Everything that is known of the context of a request that this principal makes by itself."""
    is_user = principal.kind is PrincipalKind.USER
    account = account_of(principal, circumstances)
    context: dict[str, ContextValue] = {
        "aws:principalarn": Fixed((principal.arn,)),
        "aws:principalaccount": Fixed((account,)),
        "aws:principaltype": Fixed((("User" if is_user else "AssumedRole",),)),
        "aws:principalisawsservice": Fixed((("false",),)),
        "aws:viaawsservice": Fixed((("false",),)),
        "aws:securetransport": Fixed((("true",),)),
        "aws:requestedregion": Fixed((region_of(circumstances),)),
        "aws:username": Fixed((principal.name,)) if is_user else Presence.ABSENT,
        "aws:principaltag/": _other_tags(principal),
    }
    for key, text in principal.tags.items():
        context[f"aws:principaltag/{key.lower()}"] = Fixed((text,))
    for key, given in circumstances.context:
        context[key.lower()] = Presence.ABSENT if given is None else Fixed(tuple((text,) for text in given))
    return context


def _other_tags(principal: Principal) -> ContextValue:
    """Tags that are not known by name: a session may bring some that a role does not have; nothing adds to a user's."""
    if principal.tags_doubt is not None:
        return Unsettled(frozenset({principal.tags_doubt}))
    return Presence.ABSENT if principal.kind is PrincipalKind.USER else Presence.FREE
