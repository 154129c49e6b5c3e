"""The facts of a root with those of others that stand beside it.

What the root defines, it decides: another definition of the same name is left out. What another root says of somebody
who is not known reaches nobody here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
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
    Membership,
    Target,
)
from scanner.principals.references import attribute_of
from scanner.root import ScanRoot

_OnTarget = TypeVar("_OnTarget", InlinePolicy, Attachment, Exclusive)
_OnUser = TypeVar("_OnUser", Membership, LoginProfile, AccessKey)
_Whom = Callable[[Target], "Target | None"]


def with_others(facts: Facts, others: Iterable[tuple[ScanRoot, Facts]]) -> Facts:
    """What a root says, and what others say of those who are in it or whom it names."""
    kinds = {kind: DefinedNames(one for one in facts.identities if one.kind is kind) for kind in IdentityKind}
    policies = DefinedNames(facts.policies)
    for root, other in others:
        facts = _with_one(facts, elsewhere(other, root), kinds, policies)
    return facts


def _with_one(facts: Facts, other: Facts, kinds: Mapping[IdentityKind, DefinedNames], policies: DefinedNames) -> Facts:
    new = {one.origin.address: one for one in other.identities if not kinds[one.kind].has(one)}
    known = {one.origin.address: one for one in other.identities if one.origin.address not in new}

    def whom(target: Target) -> Target | None:
        return _whom(target, new, known)

    return replace(
        facts,
        identities=(*facts.identities, *new.values()),
        policies=(*facts.policies, *(one for one in other.policies if not policies.has(one))),
        inline_policies=(*facts.inline_policies, *_on_target(other.inline_policies, whom)),
        attachments=(*facts.attachments, *_on_target(other.attachments, whom)),
        exclusives=(*facts.exclusives, *_on_target(other.exclusives, whom)),
        memberships=(*facts.memberships, *_on_user(other.memberships, whom)),
        login_profiles=(*facts.login_profiles, *_on_user(other.login_profiles, whom)),
        access_keys=(*facts.access_keys, *_on_user(other.access_keys, whom)),
        together=(*facts.together, *other.together),
    )


def _whom(target: Target, new: Mapping[str, Identity], known: Mapping[str, Identity]) -> Target | None:
    """Whom something of the other root is about, if that is known: by name, where this root defines it as well."""
    if target.address is not None:
        return target if target.address in new else Target(target.kind, known[target.address].name)
    if target.reference is None:
        return None
    attribute = attribute_of(target.reference)
    if target.reference.text is not None or (attribute is not None and attribute.owner in new):
        return target
    return None


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
