"""The facts of a root with those of others that stand beside it.

What the root defines, it decides: another definition of the same name is left out. What another root says of somebody
who is not known reaches nobody here.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from scanner.defined_names import DefinedNames
from scanner.elsewhere import elsewhere
from scanner.facts import (
    AccessKey,
    Attachment,
    Exclusive,
    Facts,
    Identity,
    IdentityKind,
    InlinePolicy,
    LoginProfile,
    ManagedPolicy,
    Membership,
    Target,
)
from scanner.principals.references import attribute_of, names_of
from scanner.root import ScanRoot
from scanner.values import Value

_OnTarget = TypeVar("_OnTarget", InlinePolicy, Attachment, Exclusive)
_OnUser = TypeVar("_OnUser", Membership, LoginProfile, AccessKey)
_Whom = Callable[[Target], "Target | None"]


def with_others(facts: Facts, others: Iterable[tuple[ScanRoot, Facts]]) -> Facts:
    """What a root says, and what others say of those who are in it or whom it names."""
    own = _Own(facts)
    for root, other in others:
        facts = _with_one(facts, elsewhere(other, root, facts.root), own)
    return facts


class _Own:
    """What a root defines, which another definition of the same name does not count beside."""

    def __init__(self, facts: Facts) -> None:
        self.addresses = frozenset(one.origin.address for one in facts.identities)
        self._kinds = {kind: DefinedNames(one for one in facts.identities if one.kind is kind) for kind in IdentityKind}
        self._policies = DefinedNames(facts.policies)

    def has(self, one: Identity | ManagedPolicy) -> bool:
        """Whether the root itself certainly has something of that name."""
        names = self._policies if isinstance(one, ManagedPolicy) else self._kinds[one.kind]
        return one.name.text is not None and names.has(one.name.text, one.origin.account.id)


def _with_one(facts: Facts, other: Facts, own: _Own) -> Facts:
    new = {one.origin.address: one for one in other.identities if not own.has(one)}
    known = {one.origin.address: one for one in other.identities if one.origin.address not in new}

    def whom(target: Target) -> Target | None:
        return _whom(target, new, known, own.addresses)

    return replace(
        facts,
        identities=(*facts.identities, *new.values()),
        policies=(*facts.policies, *(one for one in other.policies if not own.has(one))),
        inline_policies=(*facts.inline_policies, *_on_target(other.inline_policies, whom)),
        attachments=(*facts.attachments, *_on_target(other.attachments, whom)),
        exclusives=(*facts.exclusives, *_on_target(other.exclusives, whom)),
        exclusive_attachments=(*facts.exclusive_attachments, *other.exclusive_attachments),
        exclusive_memberships=(*facts.exclusive_memberships, *other.exclusive_memberships),
        memberships=(*facts.memberships, *_on_user(other.memberships, whom)),
        login_profiles=(*facts.login_profiles, *_on_user(other.login_profiles, whom)),
        access_keys=(*facts.access_keys, *_on_user(other.access_keys, whom)),
        entitlements=(*facts.entitlements, *(one for one in other.entitlements if _is_known(one.role))),
        together=(*facts.together, *other.together),
    )


def _is_known(role: Value) -> bool:
    return role.text is not None or attribute_of(role) is not None


def _whom(
    target: Target, new: Mapping[str, Identity], known: Mapping[str, Identity], own: Container[str]
) -> Target | None:
    """Whom something of the other root is about, if that is known: by name, where this root defines it as well."""
    if target.address is not None:
        return target if target.address in new else Target(target.kind, known[target.address].name)
    if target.reference is None:
        return None
    attribute = attribute_of(target.reference)
    if attribute is not None and (attribute.owner in new or attribute.owner in own):
        return target
    return target if target.reference.text is not None or names_of(target) else None


def _on_target(found: Iterable[_OnTarget], whom: _Whom) -> Iterator[_OnTarget]:
    for one in found:
        target = whom(one.target)
        if target is not None:
            yield replace(one, target=target)


def _on_user(found: Iterable[_OnUser], whom: _Whom) -> Iterator[_OnUser]:
    for one in found:
        user = whom(one.user)
        if user is not None:
            yield replace(one, user=user)
