"""Entitlements of IAM account access manager, as ``aws account-access list-entitlements`` prints them: who gets which
role.

https://docs.aws.amazon.com/account-access/latest/APIReference/API_ListEntitlements.html
"""

from __future__ import annotations

from msgspec import Raw, Struct

from scanner.account.entries import whole
from scanner.account.fact_list import FactList
from scanner.account.places import origin
from scanner.facts import Entitlement, Fact
from scanner.span import Span
from scanner.values import Value


class _PrincipalRole(Struct, rename="camel", gc=False):
    role_arn: str


class _Union(Struct, rename="camel", gc=False):
    principal_role: _PrincipalRole | None = None


class _Entitlement(Struct, rename="camel", gc=False):
    entitlement: _Union


class _File(Struct, rename="camel"):
    entitlements: list[Raw]
    next_token: str | None = None


def entitlements(path: str, text: str) -> FactList:
    """The entitlements that a file has. Raises ``DetailsError``."""
    found, data = whole(text, _File)
    return FactList(path, data, tuple(found.entitlements), _Entitlement, _facts, found.next_token is None)


def _facts(entry: _Entitlement, span: Span) -> tuple[Fact, ...]:
    """One that is about a role says who gets it."""
    granted = entry.entitlement.principal_role
    return (Entitlement(origin(granted.role_arn, span), Value(granted.role_arn, span)),) if granted is not None else ()
