"""What a root defines, and what it names and does not define: all that decides which roots are joined.

It is small, so it travels with the outcome of a root.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum

from scanner.defined_names import DefinedNames
from scanner.facts import (
    AccessKey,
    Attachment,
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
from scanner.principals.references import account_in, path_and_name
from scanner.span import Span


class NameKind(Enum):
    """What has a name of its own in an account."""

    USER = "user"
    ROLE = "role"
    GROUP = "group"
    POLICY = "policy"


_KINDS = {
    IdentityKind.USER: NameKind.USER,
    IdentityKind.ROLE: NameKind.ROLE,
    IdentityKind.GROUP: NameKind.GROUP,
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
    """Whether it is certainly there."""

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
    keeps: tuple[str, ...] = ()
    """Places of what others may read: its state, parameters."""
    reads: tuple[str, ...] = ()
    """Places of others that it reads."""


def root_names(facts: Facts) -> RootNames:
    """Those of a root. What it may define itself, under a name that is not known, it does not want."""
    identities = {kind: DefinedNames(one for one in facts.identities if one.kind is kind) for kind in _KINDS}
    policies = DefinedNames(facts.policies)
    return RootNames(
        facts.root,
        tuple(dict.fromkeys(_defined(facts))),
        tuple(dict.fromkeys((*_policies(facts, policies), *_groups(facts, identities[IdentityKind.GROUP])))),
        tuple(dict.fromkeys(_reached(facts, identities))),
        facts.keeps,
        facts.reads,
    )


def _defined(facts: Facts) -> Iterator[Name]:
    for policy in facts.policies:
        place = path_and_name(policy.arn)
        if place is not None and place.text is not None:
            account = account_in(policy.arn) or policy.origin.account.id
            certain = not policy.origin.existence.conditions
            yield Name(NameKind.POLICY, place.text, account, policy.origin.span, certain)
    for one in facts.identities:
        if one.kind in _KINDS and one.name.text is not None:
            certain = not one.origin.existence.conditions
            yield Name(_KINDS[one.kind], one.name.text, one.origin.account.id, one.origin.span, certain)


def _policies(facts: Facts, own: DefinedNames) -> Iterator[Name]:
    for attachment in facts.attachments:
        reference = attachment.policy
        place = path_and_name(reference)
        if place is None or place.text is None or place.text.rpartition("/")[2] in own or reference.source is not None:
            continue
        if reference.text is None or not managed.is_aws_managed(reference.text):
            account = account_in(reference) or attachment.origin.account.id
            yield Name(NameKind.POLICY, place.text, account, reference.span or attachment.origin.span)


def _groups(facts: Facts, own: DefinedNames) -> Iterator[Name]:
    for membership in facts.memberships:
        name = membership.group.text
        if name is not None and name not in own:
            span = membership.group.span or membership.origin.span
            yield Name(NameKind.GROUP, name, membership.origin.account.id, span)


def _reached(facts: Facts, own: Mapping[IdentityKind, DefinedNames]) -> Iterator[Name]:
    on_target: tuple[Attachment | InlinePolicy, ...] = (*facts.attachments, *facts.inline_policies)
    for one in on_target:
        yield from _target(one.target, one.origin, own)
    of_user: tuple[Membership | LoginProfile | AccessKey, ...] = (
        *facts.memberships,
        *facts.login_profiles,
        *facts.access_keys,
    )
    for each in of_user:
        yield from _target(each.user, each.origin, own)


def _target(target: Target, origin: Origin, own: Mapping[IdentityKind, DefinedNames]) -> Iterator[Name]:
    name = target.reference.text if target.reference is not None else None
    if name is not None and target.kind in _KINDS and name not in own[target.kind]:
        yield Name(_KINDS[target.kind], name, origin.account.id, origin.span)
