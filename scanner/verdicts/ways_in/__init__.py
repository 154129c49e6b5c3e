"""The ways on which people get into a role's console session, as callers that a trust policy is asked about."""

from __future__ import annotations

from scanner.iam.binding import Binding
from scanner.iam.policy import PolicyDocument
from scanner.iam.trust import lets_in
from scanner.lazy_dataclass import dataclass
from scanner.truth import Truth
from scanner.verdicts.ways_in import account_access, switch_role
from scanner.verdicts.ways_in.saml import Federation


@dataclass(frozen=True, slots=True)
class WaysIn:
    """Whether a trust policy leaves each of the ways."""

    saml: Truth
    saml_by_wildcard: Truth
    """The same for a provider that no statement names: everybody is allowed everything, SAML providers among them."""
    switch_role: Truth
    account_access: Truth


def ways_in(document: PolicyDocument, binding: Binding) -> WaysIn:
    """The ways that a trust policy leaves."""
    federation, switch = Federation(binding), switch_role.Switch(binding)
    return WaysIn(
        lets_in(document, "sts:assumerolewithsaml", federation.named, binding),
        lets_in(document, "sts:assumerolewithsaml", federation.anybody, binding),
        lets_in(document, "sts:assumerole", switch.callers, binding),
        lets_in(document, "sts:assumerole", account_access.callers, binding)
        & lets_in(document, "sts:setcontext", account_access.callers, binding),
    )
