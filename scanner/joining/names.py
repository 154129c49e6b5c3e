"""What a root defines, and what it names and does not define: all that decides which roots are joined.

It is small, so it travels with the outcome of a root.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from enum import Enum

from scanner.defined_names import DefinedNames
from scanner.facts import (
    AccessKey,
    Attachment,
    Exclusive,
    Facts,
    IdentityKind,
    InlinePolicy,
    LoginProfile,
    Membership,
    Origin,
    Target,
)
from scanner.iam import managed
from scanner.lazy_dataclass import dataclass
from scanner.principals.references import (
    account_in,
    attribute_of,
    known_texts,
    looked_up_policy,
    names_of,
    path_and_name,
)
from scanner.span import Span
from scanner.values import Value


class NameKind(Enum):
    """What has a name of its own in an account."""

    USER = "user"
    ROLE = "role"
    GROUP = "group"
    POLICY = "policy"
    PERMISSION_SET = "permission set"


_KINDS = {
    IdentityKind.USER: NameKind.USER,
    IdentityKind.ROLE: NameKind.ROLE,
    IdentityKind.GROUP: NameKind.GROUP,
    IdentityKind.PERMISSION_SET: NameKind.PERMISSION_SET,
}


@dataclass(frozen=True, slots=True)
class Name:
    """A name where a root defines or uses it."""

    kind: NameKind
    name: str
    """With its path, where it is a policy's."""
    account: str | None
    """None while it is not known."""
    span: Span
    is_certain: bool = True
    """Whether it is certainly there; of one that is wanted, whether the root certainly has none of that name itself."""

    @property
    def key(self) -> tuple[NameKind, str, str | None]:
        """The same for all that AWS has one of: names are unique in an account, whatever their paths and the case."""
        return self.kind, self.name.rpartition("/")[2].casefold(), self.account


@dataclass(frozen=True, slots=True)
class RootNames:
    """The names of one root."""

    root: str
    defined: tuple[Name, ...] = ()
    wanted: tuple[Name, ...] = ()
    """Policies that it attaches and groups that it puts somebody into, without defining them."""
    reached: tuple[Name, ...] = ()
    """Identities that it attaches something to, without defining them."""
    attached: tuple[Name, ...] = ()
    """Policies of AWS that it attaches."""
    takes: tuple[Name, ...] = ()
    """Policies and groups of which it says who has them, or is in them, so that nobody else is to."""
    keeps: tuple[str, ...] = ()
    """Places of what others may read: its state, parameters."""
    reads: tuple[str, ...] = ()
    """Places of others that it reads."""
    is_about_others: bool = False
    """Whether it says something of somebody whom it does not define and whose name is not known in it."""


def root_names(facts: Facts) -> RootNames:
    """Those of a root. What it certainly defines itself, it does not want."""
    identities = {kind: DefinedNames(one for one in facts.identities if one.kind is kind) for kind in _KINDS}
    policies = DefinedNames(facts.policies)
    return RootNames(
        facts.root,
        tuple(dict.fromkeys(_defined(facts))),
        tuple(dict.fromkeys((*_policies(facts, policies), *_groups(facts, identities[IdentityKind.GROUP])))),
        tuple(dict.fromkeys(_reached(facts, identities))),
        _once(_attached(facts)),
        tuple(dict.fromkeys(_takes(facts))),
        facts.keeps,
        facts.reads,
        bool(facts.reads) and _is_about_others(facts),
    )


def _defined(facts: Facts) -> Iterator[Name]:
    for policy in facts.policies:
        place = path_and_name(policy.arn)
        if place is not None and place.text is not None and not policy.origin.is_foreign:
            account = account_in(policy.arn) or policy.origin.account.id
            certain = not policy.origin.existence.conditions
            yield Name(NameKind.POLICY, place.text, account, policy.origin.span, certain)
    for one in facts.identities:
        if one.kind in _KINDS and one.name.text is not None and not one.origin.is_foreign:
            certain = not one.origin.existence.conditions
            yield Name(_KINDS[one.kind], one.name.text, one.origin.account.id, one.origin.span, certain)


def _policies(facts: Facts, own: DefinedNames) -> Iterator[Name]:
    for attachment in facts.attachments:
        reference = attachment.policy
        path = _path_of(reference) if reference.source is None and not attachment.origin.is_foreign else None
        account = account_in(reference) or attachment.origin.account.id
        if path is None or own.has(name := path.rpartition("/")[2], account):
            continue
        if reference.text is None or not managed.is_aws_managed(reference.text):
            span = reference.span or attachment.origin.span
            yield Name(NameKind.POLICY, path, account, span, not own.may_have(name, account))


def _attached(facts: Facts) -> Iterator[Name]:
    for attachment in facts.attachments:
        arn, account = attachment.policy.text, attachment.origin.account.id
        if arn is not None and account is not None and managed.is_aws_managed(arn):
            yield Name(NameKind.POLICY, arn, account, attachment.origin.span)


def _takes(facts: Facts) -> Iterator[Name]:
    for one in facts.exclusive_attachments:
        account = account_in(one.policy)
        account = one.origin.account.id if account in (None, "aws") else account
        if one.policy.text is not None and account is not None and not one.origin.is_foreign:
            yield Name(NameKind.POLICY, one.policy.text, account, one.origin.span)
    for each in facts.exclusive_memberships:
        if not each.origin.is_foreign:
            for name in known_texts(each.group):
                yield Name(NameKind.GROUP, name, each.origin.account.id, each.origin.span)


def _once(names: Iterable[Name]) -> tuple[Name, ...]:
    """The first of each name, for many attach the same."""
    found: dict[object, Name] = {}
    for name in names:
        found.setdefault(name.key, name)
    return tuple(found.values())


def _path_of(reference: Value) -> str | None:
    """The path and name of a policy, as far as it is known; only the name where it is looked up by that."""
    place = path_and_name(reference)
    if place is None or place.text is not None:
        return None if place is None else place.text
    looked_up = looked_up_policy(place)
    return None if looked_up is None else looked_up[1].text


def _groups(facts: Facts, own: DefinedNames) -> Iterator[Name]:
    for membership in facts.memberships:
        account, span = membership.origin.account.id, membership.group.span or membership.origin.span
        for name in known_texts(membership.group):
            if not own.has(name, account) and not membership.origin.is_foreign:
                yield Name(NameKind.GROUP, name, account, span)


def _targets(facts: Facts) -> Iterator[tuple[Target, Origin]]:
    """Whom a root says something about, and where it does."""
    on_target: tuple[Attachment | InlinePolicy | Exclusive, ...] = (
        *facts.attachments,
        *facts.inline_policies,
        *facts.exclusives,
    )
    of_user: tuple[Membership | LoginProfile | AccessKey, ...] = (
        *facts.memberships,
        *facts.login_profiles,
        *facts.access_keys,
    )
    yield from ((one.target, one.origin) for one in on_target if not one.origin.is_foreign)
    yield from ((one.user, one.origin) for one in of_user if not one.origin.is_foreign)


def _reached(facts: Facts, own: Mapping[IdentityKind, DefinedNames]) -> Iterator[Name]:
    for target, origin in _targets(facts):
        account = origin.account.id
        for name in names_of(target):
            if not own[target.kind].has(name, account):
                yield Name(_KINDS[target.kind], name, account, origin.span)
    for entitlement in facts.entitlements:
        role = path_and_name(entitlement.role, ":role/")
        account = account_in(entitlement.role) or entitlement.origin.account.id
        if role is not None and role.text is not None:
            wanted = role.text.rpartition("/")[2]
            if not own[IdentityKind.ROLE].has(wanted, account):
                yield Name(NameKind.ROLE, wanted, account, entitlement.origin.span)


def _is_about_others(facts: Facts) -> bool:
    own = {one.origin.address for one in facts.identities}
    references = [target.reference for target, _ in _targets(facts)]
    references += [one.role for one in facts.entitlements]
    return any(_is_of_others(reference, own) for reference in references if reference is not None)


def _is_of_others(reference: Value, own: Container[str]) -> bool:
    attribute = attribute_of(reference)
    if attribute is not None:
        return attribute.owner not in own
    return reference.text is None and not reference.is_null
