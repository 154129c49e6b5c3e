"""Permission sets, as the AWS CLI prints what each of them has: one object for each, in a list.

An entry is what ``aws sso-admin`` prints of one permission set (``describe-permission-set``,
``list-managed-policies-in-permission-set``, ``list-customer-managed-policy-references-in-permission-set``,
``get-inline-policy-for-permission-set``, ``get-permissions-boundary-for-permission-set``,
``list-account-assignments``), merged into one object.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Raw, Struct

from scanner.account.entries import DetailsError, whole
from scanner.account.fact_list import FactList
from scanner.account.places import account, home, origin
from scanner.facts import Account, Attachment, Fact, Home, Identity, IdentityKind, InlinePolicy, PolicyUse, Target
from scanner.span import Span
from scanner.values import NULL, Value, of


class Described(Struct, rename="pascal", gc=False):
    """``PermissionSet``"""

    name: str
    permission_set_arn: str
    session_duration: str | None = None


class ManagedPolicy(Struct, rename="pascal", gc=False):
    """One of ``AttachedManagedPolicies``."""

    arn: str


class Reference(Struct, rename="pascal", gc=False):
    """A customer managed policy, by its name in each account."""

    name: str
    path: str | None = None


class Boundary(Struct, rename="pascal", gc=False):
    """``PermissionsBoundary``, of one kind or the other."""

    customer_managed_policy_reference: Reference | None = None
    managed_policy_arn: str | None = None


class Assignment(Struct, rename="pascal", gc=False):
    """One of ``AccountAssignments``."""

    account_id: str


class PermissionSet(Struct, rename="pascal", gc=False):
    """All that is told of one."""

    permission_set: Described
    attached_managed_policies: list[ManagedPolicy] = []
    customer_managed_policy_references: list[Reference] = []
    inline_policy: str = ""
    permissions_boundary: Boundary | None = None
    account_assignments: list[Assignment] = []
    next_token: str | None = None


class _File(Struct, rename="pascal"):
    permission_sets: list[Raw]
    next_token: str | None = None


def permission_sets(path: str, text: str) -> FactList:
    """The permission sets that a file has. Raises ``DetailsError``."""
    found, data = whole(text, _File)
    return FactList(path, data, tuple(found.permission_sets), PermissionSet, _facts, found.next_token is None)


def _facts(entry: PermissionSet, span: Span) -> tuple[Fact, ...]:
    return tuple(permission_set_facts(entry, span))


def permission_set_facts(entry: PermissionSet, span: Span, *, lasts: bool = True) -> Iterator[Fact]:
    """What one says. Without ``lasts`` nobody was told how long its sessions last. Raises ``DetailsError``."""
    if entry.next_token is not None:
        raise DetailsError("AWS has more of this permission set than there is here: it has a NextToken")
    described = entry.permission_set
    at = origin(described.permission_set_arn, span)
    own = Target(IdentityKind.PERMISSION_SET, address=at.address)
    yield Identity(
        IdentityKind.PERMISSION_SET,
        at,
        Home(home(at.address).partition, _account(entry)),
        Value(described.name, span),
        Value(at.address, span),
        Value({}, span),
        session_duration=_duration(described, span) if lasts else None,
    )
    for managed in entry.attached_managed_policies:
        yield Attachment(at, own, Value(managed.arn, span))
    for reference in entry.customer_managed_policy_references:
        yield _by_name(reference, at.address, span, PolicyUse.PERMISSIONS)
    if entry.inline_policy.strip():
        yield InlinePolicy(at, own, Value("inline policy", span), of(entry.inline_policy, span))
    boundary = entry.permissions_boundary
    if boundary is not None and boundary.managed_policy_arn is not None:
        yield Attachment(at, own, Value(boundary.managed_policy_arn, span), PolicyUse.BOUNDARY)
    if boundary is not None and boundary.customer_managed_policy_reference is not None:
        yield _by_name(boundary.customer_managed_policy_reference, at.address, span, PolicyUse.BOUNDARY)


def _duration(described: Described, span: Span) -> Value:
    return Value(described.session_duration, span) if described.session_duration else NULL


def _account(entry: PermissionSet) -> Account:
    """The only account that it is assigned in; of several, any."""
    accounts = {one.account_id for one in entry.account_assignments}
    return account(next(iter(accounts))) if len(accounts) == 1 else Account()


def _by_name(reference: Reference, arn: str, span: Span, use: PolicyUse) -> Attachment:
    path = Value(reference.path, span) if reference.path else NULL
    return Attachment(
        origin(arn, span), Target(IdentityKind.PERMISSION_SET, address=arn), Value(reference.name, span), use, path
    )
