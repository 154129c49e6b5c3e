"""Files of an organization, as the AWS CLI prints what accounts, units and policies have: an object for each.

``Accounts`` (``describe-account`` and ``list-parents``), ``OrganizationalUnits`` (``describe-organizational-unit`` and
``list-parents``), ``Policies`` (``describe-policy`` and ``list-targets-for-policy``), and as they are printed
``Organization`` (``describe-organization``) and ``Roots`` (``list-roots``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from msgspec import Raw, Struct

from scanner.account.entries import DetailsError, read_each, whole
from scanner.account.organization import Control, Organization, Place
from scanner.iam.principal import PolicyType
from scanner.span import Span

TYPES = {"SERVICE_CONTROL_POLICY": PolicyType.SCP, "RESOURCE_CONTROL_POLICY": PolicyType.RCP}
"""The types of policies that decide about requests, as AWS names them."""


class _Parent(Struct, rename="pascal", gc=False):
    id: str


class _Below(Struct, rename="pascal", gc=False):
    """An account or an organizational unit."""

    id: str
    parents: list[_Parent] = []


class _Type(Struct, rename="pascal", gc=False):
    type: str
    status: str


class _Root(Struct, rename="pascal", gc=False):
    id: str
    policy_types: list[_Type] | None = None


class _Summary(Struct, rename="pascal", gc=False):
    id: str
    type: str
    name: str | None = None


class _Target(Struct, rename="pascal", gc=False):
    target_id: str


class _Policy(Struct, rename="pascal", gc=False):
    policy_summary: _Summary
    content: str | None = None
    targets: list[_Target] = []
    next_token: str | None = None


class _Described(Struct, rename="pascal", gc=False):
    master_account_id: str | None = None


class _File(Struct, rename="pascal"):
    organization: _Described | None = None
    roots: list[Raw] = []
    organizational_units: list[Raw] = []
    accounts: list[Raw] = []
    policies: list[Raw] = []
    next_token: str | None = None


def read_organization(path: str, text: str, into: Organization) -> Iterator[tuple[DetailsError, Span]]:
    """Add what a file says. What is wrong with one of its entries comes back with its place.

    Raises ``DetailsError`` for a file that is not of this kind, and for one that AWS has more of.
    """
    found, data = whole(text, _File)
    if found.next_token is not None:
        raise DetailsError("AWS has more of it than there is here: it has a NextToken")
    if found.organization is not None:
        into.management = found.organization.master_account_id
    lists: tuple[tuple[list[Raw], type[Any], Callable[[Any, Span], None]], ...] = (
        (found.roots, _Root, partial(_add_root, into)),
        (found.organizational_units, _Below, partial(_add_place, into.units)),
        (found.accounts, _Below, partial(_add_place, into.accounts)),
        (found.policies, _Policy, partial(_add_policy, into)),
    )
    for entries, kind, add in lists:
        for problem, span in read_each(path, data, entries, kind, add):
            if problem is not None:
                yield problem, span


def _add_root(into: Organization, entry: _Root, span: Span) -> None:
    into.units[entry.id] = Place(None, True, span)
    if entry.policy_types is not None:
        types = (TYPES.get(one.type) for one in entry.policy_types if one.status == "ENABLED")
        into.enabled = frozenset(one for one in types if one is not None)


def _add_place(places: dict[str, Place], entry: _Below, span: Span) -> None:
    places[entry.id] = Place(entry.parents[0].id if entry.parents else None, False, span)


def _add_policy(into: Organization, entry: _Policy, span: Span) -> None:
    """One that AWS has more of counts as far as it is here. Raises ``DetailsError`` for it all the same."""
    summary = entry.policy_summary
    policy_type = TYPES.get(summary.type)
    if policy_type is not None:
        into.policies[summary.id] = Control(summary.name or summary.id, policy_type, entry.content, span)
        for target in entry.targets:
            into.attached.setdefault(target.target_id, []).append((summary.id, policy_type))
    if entry.next_token is not None:
        raise DetailsError("AWS has more of this policy than there is here: it has a NextToken")
