"""Users, groups, roles and managed policies as facts, with what a credential report says of users."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from scanner.account.credential_report import Credentials
from scanner.account.details import Attached, Boundary, Group, Inline, Policy, Role, Tag, User
from scanner.account.entries import document
from scanner.account.places import home, origin
from scanner.cause import Cause, CauseKind
from scanner.facts import (
    AccessKey,
    Attachment,
    Existence,
    Fact,
    Identity,
    IdentityKind,
    InlinePolicy,
    LoginProfile,
    ManagedPolicy,
    Membership,
    Origin,
    PolicyUse,
    Target,
)
from scanner.iam import managed
from scanner.span import Span
from scanner.values import Unknown, Value, of


def identity_facts(
    entry: User | Group | Role | Policy, span: Span, credentials: Mapping[str, Credentials]
) -> Iterator[Fact]:
    """What one entry says; nothing for a policy of AWS whose text is known anyway.

    Whom no report names may have a password or not.

    Raises ``DetailsError``.
    """
    at = origin(entry.arn, span)
    match entry:
        case Group():
            yield _identity(IdentityKind.GROUP, at, entry.group_name, ())
            yield from _policies(IdentityKind.GROUP, at, entry.group_policy_list, entry.attached_managed_policies)
        case User():
            yield _identity(IdentityKind.USER, at, entry.user_name, entry.tags)
            yield from _policies(IdentityKind.USER, at, entry.user_policy_list, entry.attached_managed_policies)
            yield from _boundary(IdentityKind.USER, at, entry.permissions_boundary)
            own = Target(IdentityKind.USER, address=at.address)
            for name in entry.group_list:
                yield Membership(at, own, Value(name, span))
            yield from _credentials(credentials.get(at.address), at, own)
        case Role():
            trust = of(document(entry.assume_role_policy_document), span)
            yield _identity(IdentityKind.ROLE, at, entry.role_name, entry.tags, trust)
            yield from _policies(IdentityKind.ROLE, at, entry.role_policy_list, entry.attached_managed_policies)
            yield from _boundary(IdentityKind.ROLE, at, entry.permissions_boundary)
        case Policy() if managed.document(entry.arn) is None:
            yield _managed(entry, at)


def _credentials(found: Credentials | None, at: Origin, own: Target) -> Iterator[Fact]:
    if found is None:
        detail = "the credential report, which says who has a password (run `aws iam get-credential-report`)"
        doubt = Unknown(Cause(CauseKind.MISSING_INPUT, detail, at.span))
        yield LoginProfile(Origin(at.address, at.span, Existence((doubt,)), account=at.account), own)
        return
    place = Origin(at.address, found.span, account=at.account)
    if found.has_password:
        yield LoginProfile(place, own)
    for _ in range(found.active_keys):
        yield AccessKey(place, own)


def _identity(kind: IdentityKind, at: Origin, name: str, tags: Iterable[Tag], trust: Value | None = None) -> Identity:
    span = at.span
    labels = Value({tag.key: Value(tag.value, span) for tag in tags}, span)
    return Identity(kind, at, home(at.address), Value(name, span), Value(at.address, span), labels, trust)


def _policies(kind: IdentityKind, at: Origin, inline: Iterable[Inline], attached: Iterable[Attached]) -> Iterator[Fact]:
    own, span = Target(kind, address=at.address), at.span
    for policy in inline:
        yield InlinePolicy(at, own, Value(policy.policy_name, span), of(document(policy.policy_document), span))
    for one in attached:
        yield Attachment(at, own, Value(one.policy_arn, span))


def _boundary(kind: IdentityKind, at: Origin, boundary: Boundary | None) -> Iterator[Fact]:
    if boundary is not None:
        arn = Value(boundary.permissions_boundary_arn, at.span)
        yield Attachment(at, Target(kind, address=at.address), arn, PolicyUse.BOUNDARY)


def _managed(policy: Policy, at: Origin) -> ManagedPolicy:
    span = at.span
    default = next((one for one in policy.policy_version_list if one.is_default_version), None)
    if default is None:
        detail = f"the default version of {policy.arn}, which is not listed"
        text = Value(Unknown(Cause(CauseKind.MISSING_POLICY, detail, span)), span)
    else:
        text = of(document(default.document), span)
    return ManagedPolicy(at, Value(policy.arn.rpartition("/")[2], span), Value(policy.arn, span), text)
