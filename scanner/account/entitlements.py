"""Entitlements of IAM account access manager, as ``aws account-access list-entitlements`` prints them: who gets which
role.

https://docs.aws.amazon.com/account-access/latest/APIReference/API_ListEntitlements.html
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Raw, Struct

from scanner.account.entries import DetailsError, placed, whole
from scanner.account.places import origin
from scanner.facts import Entitlement
from scanner.lazy_dataclass import dataclass
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


@dataclass(frozen=True, slots=True)
class Entitlements:
    """One file of them."""

    path: str
    data: bytes
    found: tuple[Raw, ...]
    is_finished: bool
    """Whether AWS had no more of them than it has."""

    def facts(self) -> Iterator[tuple[Entitlement | DetailsError, Span]]:
        """Each of them that is about a role, with its place. In the place of one that is not right there is what is
        wrong.
        """
        for entry, span in placed(self.path, self.data, list(self.found), _Entitlement):
            if isinstance(entry, DetailsError):
                yield entry, span
            elif entry.entitlement.principal_role is not None:
                arn = entry.entitlement.principal_role.role_arn
                try:
                    yield Entitlement(origin(arn, span), Value(arn, span)), span
                except DetailsError as problem:
                    yield problem, span


def entitlements(path: str, text: str) -> Entitlements:
    """The entitlements that a file has. Raises ``DetailsError``."""
    found, data = whole(text, _File)
    return Entitlements(path, data, tuple(found.entitlements), found.next_token is None)
