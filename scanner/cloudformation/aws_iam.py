"""Identity resources of a template to facts: ``AWS::IAM::*``, ``AWS::SSO::PermissionSet``, entitlements to roles.

Facts point at what they say: an attachment at its line in ``ManagedPolicyArns``, not at the resource. Policy documents
are handed over as they are, with all scalars as text, since that is what CloudFormation passes on. A password is
looked at by no one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from scanner.cause import Cause, CauseKind
from scanner.cloudformation.language.guards import (
    Conditions,
    Item,
    existence_conditions,
    items,
    malformed,
    presence,
    value_under,
)
from scanner.cloudformation.resource_types import MANAGED_POLICY
from scanner.cloudformation.stacks.resources import name_of
from scanner.cloudformation.stacks.tags import resource_tags
from scanner.cloudformation.template.scalars import scalar_text, texts_throughout
from scanner.facts import (
    ALWAYS,
    AccessKey,
    Attachment,
    Entitlement,
    Existence,
    Fact,
    Home,
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
from scanner.lazy_dataclass import dataclass
from scanner.values import NULL, Unknown, Value, unknown

if TYPE_CHECKING:
    from scanner.cloudformation.stacks.scope import StackScope
    from scanner.cloudformation.template.sections import Resource
    from scanner.span import Span

_KINDS_BY_LIST = {"Users": IdentityKind.USER, "Groups": IdentityKind.GROUP, "Roles": IdentityKind.ROLE}


@dataclass(frozen=True, slots=True)
class _Source:
    """A resource that exists under some conditions, and what is needed to evaluate it."""

    resource: Resource
    scope: StackScope
    home: Home
    conditions: Conditions

    @property
    def address(self) -> str:
        """The logical ID, with those of the stacks that it is nested in before it."""
        return self.scope.symbol(self.resource.logical_id)

    def value(self, name: str) -> Value | None:
        """A property; None when it is not there. Scalars are text."""
        written = self.resource.get(name)
        found = value_under(written, self.scope, self.conditions) if written is not None else None
        return None if found is None or found.is_null else scalar_text(found)

    def text(self, name: str) -> Value | None:
        """A property that is a text; unknown when it is a list or a mapping."""
        found = self.value(name)
        if found is None or not isinstance(found.data, tuple | Mapping):
            return found
        return Value(malformed(found, "a string"), found.span)

    def required(self, name: str) -> Value:
        """A text that cannot be missing: an unknown when it is."""
        found = self.text(name)
        if found is not None:
            return found
        detail = f'the resource "{self.resource.logical_id}", which has no {name}'
        return unknown(Cause(CauseKind.MALFORMED, detail, self.resource.span))

    def document(self, name: str) -> Value | None:
        """A property that holds a policy document."""
        found = self.value(name)
        return None if found is None else texts_throughout(found)

    def place(self, name: str) -> Span | None:
        """Where a property is written."""
        written = self.resource.get(name)
        return None if written is None else written.span

    def items(self, name: str) -> Iterator[Item]:
        """The elements of a list property."""
        written = self.resource.get(name)
        if written is not None:
            for item in items(written, self.scope, self.conditions):
                yield replace(item, value=scalar_text(item.value))

    def origin(self, span: Span | None = None, conditions: Conditions | None = None) -> Origin:
        """The place of a fact: the place of the resource unless another is given."""
        guards = self.conditions if conditions is None else conditions
        existence = Existence(guards) if guards else ALWAYS
        where, stack = span or self.resource.span, self.scope.stack
        return Origin(self.address, where, existence, stack.trail, self.scope.in_account, is_foreign=stack.is_foreign)

    def identity_origin(self) -> Origin:
        """That of the resource as what it defines, with the construct of a CDK application that made it."""
        origin, construct = self.origin(), self.resource.construct
        return origin if construct is None else replace(origin, notes=((note_of(construct), self.resource.span),))

    def itself(self, kind: IdentityKind) -> Target:
        """The identity that the resource is, as what something in it is attached to."""
        return Target(kind, address=self.address)


_NOTE = "construct "


def note_of(construct: str) -> str:
    """What a CDK construct is called in an origin's notes."""
    return f"{_NOTE}{construct}"


def construct_of(note: str) -> str | None:
    """The path of the construct that a note names; None for any other note."""
    return note.removeprefix(_NOTE) if note.startswith(_NOTE) else None


def is_identity_type(kind: str) -> bool:
    """Whether resources of the type say something about identities."""
    return kind in READERS


def facts_of(resource: Resource, scope: StackScope, home: Home) -> tuple[Fact, ...]:
    """What a resource says; nothing for one of another type, or one that does not exist."""
    read = READERS.get(resource.type)
    if read is None:
        return ()
    conditions = existence_conditions(resource, scope)
    return () if conditions is None else tuple(read(_Source(resource, scope, home, conditions)))


def _user(source: _Source) -> Iterator[Fact]:
    yield from _identity(source, IdentityKind.USER)
    yield from _policies(source, IdentityKind.USER)
    written = source.resource.get("LoginProfile")
    conditions = presence(written, source.scope, source.conditions) if written is not None else None
    if written is not None and conditions is not None:
        profile = source.value("LoginProfile")
        if profile is not None and not isinstance(profile.data, Mapping | Unknown):
            conditions = (*conditions, malformed(profile, "a mapping"))
        yield LoginProfile(source.origin(written.span, conditions), source.itself(IdentityKind.USER))
    for item in source.items("Groups"):
        origin = source.origin(item.span, item.conditions)
        yield Membership(origin, source.itself(IdentityKind.USER), item.value)


def _group(source: _Source) -> Iterator[Fact]:
    yield from _identity(source, IdentityKind.GROUP)
    yield from _policies(source, IdentityKind.GROUP)


def _role(source: _Source) -> Iterator[Fact]:
    trust = source.document("AssumeRolePolicyDocument")
    yield from _identity(source, IdentityKind.ROLE, trust if trust is not None else NULL.at(source.resource.span))
    yield from _policies(source, IdentityKind.ROLE)


def _identity(source: _Source, kind: IdentityKind, trust: Value | None = None) -> Iterator[Fact]:
    logical_id = source.resource.logical_id
    name, arn = source.scope.reference(logical_id, None), source.scope.attribute(logical_id, "Arn", None)
    tags = Value({})
    if kind is not IdentityKind.GROUP:  # which cannot have any
        tags = resource_tags(source.resource, source.scope, source.conditions)
    session = (source.text("MaxSessionDuration") or NULL) if kind is IdentityKind.ROLE else None
    yield Identity(kind, source.identity_origin(), source.home, name, arn, tags, trust, session)


def _policies(source: _Source, kind: IdentityKind) -> Iterator[Fact]:
    """What is attached to an identity or embedded in it by its own properties."""
    target = source.itself(kind)
    for item in source.items("ManagedPolicyArns"):
        yield Attachment(source.origin(item.span, item.conditions), target, item.value)
    for item in source.items("Policies"):
        origin, may_be_none = source.origin(item.span, item.conditions), item.value.unknown is not None
        yield InlinePolicy(origin, target, *_embedded(item.value), may_be_none)
    boundary = source.text("PermissionsBoundary") if kind is not IdentityKind.GROUP else None
    if boundary is not None:
        yield Attachment(source.origin(source.place("PermissionsBoundary")), target, boundary, PolicyUse.BOUNDARY)


def _embedded(policy: Value) -> tuple[Value, Value]:
    """Name and document of an element of ``Policies``."""
    if policy.unknown is not None:
        return policy, policy
    if not isinstance(policy.data, Mapping):
        refused = Value(malformed(policy, "a policy"), policy.span)
        return refused, refused
    entries = policy.data
    document = texts_throughout(entries["PolicyDocument"]) if "PolicyDocument" in entries else NULL.at(policy.span)
    return entries.get("PolicyName", NULL.at(policy.span)), document


def _managed_policy(source: _Source) -> Iterator[Fact]:
    resource = source.resource
    arn = source.scope.attribute(resource.logical_id, "Arn", None)
    document = source.document("PolicyDocument")
    missing = NULL.at(resource.span)
    name = name_of(resource, source.scope)
    yield ManagedPolicy(source.origin(), name, arn, missing if document is None else document)
    for target, item in _targets(source):
        yield Attachment(source.origin(item.span, item.conditions), target, arn)


def _inline_policy(source: _Source) -> Iterator[Fact]:
    """``AWS::IAM::Policy``: one document embedded in several identities."""
    document = source.document("PolicyDocument") or NULL.at(source.resource.span)
    name = source.required("PolicyName")
    for target, item in _targets(source):
        yield InlinePolicy(source.origin(source.place("PolicyDocument"), item.conditions), target, name, document)


def _targets(source: _Source) -> Iterator[tuple[Target, Item]]:
    for name, kind in _KINDS_BY_LIST.items():
        for item in source.items(name):
            yield Target(kind, reference=item.value), item


def _identity_policy(kind: IdentityKind, name_property: str) -> Callable[[_Source], Iterator[Fact]]:
    """``AWS::IAM::UserPolicy`` and its likes: one document embedded in one identity, whose property names it."""

    def read(source: _Source) -> Iterator[Fact]:
        document = source.document("PolicyDocument") or NULL.at(source.resource.span)
        target = Target(kind, reference=source.required(name_property))
        origin = source.origin(source.place("PolicyDocument"))
        yield InlinePolicy(origin, target, source.required("PolicyName"), document)

    return read


def _group_addition(source: _Source) -> Iterator[Fact]:
    group = source.required("GroupName")
    for item in source.items("Users"):
        origin = source.origin(item.span, item.conditions)
        yield Membership(origin, Target(IdentityKind.USER, reference=item.value), group)


def _access_key(source: _Source) -> Iterator[Fact]:
    status = source.text("Status")
    doubt = status.unknown if status is not None else None
    conditions = source.conditions if doubt is None else (*source.conditions, doubt)
    active = status is None or status.text != "Inactive"
    user = Target(IdentityKind.USER, reference=source.required("UserName"))
    yield AccessKey(source.origin(None, conditions), user, active)


def _permission_set(source: _Source) -> Iterator[Fact]:
    """A permission set. Its own tags are not tags of the sessions that it gives."""
    target = source.itself(IdentityKind.PERMISSION_SET)
    arn = source.scope.attribute(source.resource.logical_id, "PermissionSetArn", None)
    kind = IdentityKind.PERMISSION_SET
    name, session = source.required("Name"), source.text("SessionDuration") or NULL
    yield Identity(kind, source.identity_origin(), source.home, name, arn, NULL, session_duration=session)
    document = source.document("InlinePolicy")
    if document is not None and document.text != "":
        name = Value("InlinePolicy", document.span)
        yield InlinePolicy(source.origin(source.place("InlinePolicy")), target, name, document)
    for item in source.items("ManagedPolicies"):
        yield Attachment(source.origin(item.span, item.conditions), target, item.value)
    for item in source.items("CustomerManagedPolicyReferences"):
        origin = source.origin(item.span, item.conditions)
        yield Attachment(origin, target, *_customer_policy(item.value))
    boundary = source.value("PermissionsBoundary")
    if boundary is not None:
        entries = boundary.entries
        customer, managed = entries.get("CustomerManagedPolicyReference"), entries.get("ManagedPolicyArn")
        origin = source.origin(source.place("PermissionsBoundary"))
        if customer is not None:
            yield Attachment(origin, target, *_customer_policy(customer, PolicyUse.BOUNDARY))
        else:
            yield Attachment(origin, target, boundary if managed is None else managed, PolicyUse.BOUNDARY)


def _customer_policy(reference: Value, use: PolicyUse = PolicyUse.PERMISSIONS) -> tuple[Value, PolicyUse, Value | None]:
    """The name by which Identity Center finds the policy in each account, and its path."""
    if reference.unknown is not None or not isinstance(reference.data, Mapping):
        return reference, use, None
    cause = Cause(CauseKind.MALFORMED, "a reference to a customer managed policy without a Name", reference.span)
    return reference.data.get("Name", unknown(cause)), use, reference.data.get("Path", NULL)


def _entitlement(source: _Source) -> Iterator[Fact]:
    """A role for people, through the account access manager."""
    missing = Cause(CauseKind.MALFORMED, "an entitlement without a role", source.resource.span)
    found = source.value("Entitlement") or unknown(missing)
    for name in ("PrincipalRole", "RoleArn"):
        if isinstance(found.data, Mapping):
            cause = Cause(CauseKind.MALFORMED, f"an entitlement without a {name}", found.span)
            found = found.data.get(name, unknown(cause))
    yield Entitlement(source.origin(), found)


READERS: Mapping[str, Callable[[_Source], Iterator[Fact]]] = {
    "AWS::AccountAccess::Entitlement": _entitlement,
    "AWS::IAM::AccessKey": _access_key,
    "AWS::IAM::Group": _group,
    "AWS::IAM::GroupPolicy": _identity_policy(IdentityKind.GROUP, "GroupName"),
    MANAGED_POLICY: _managed_policy,
    "AWS::IAM::Policy": _inline_policy,
    "AWS::IAM::Role": _role,
    "AWS::IAM::RolePolicy": _identity_policy(IdentityKind.ROLE, "RoleName"),
    "AWS::IAM::User": _user,
    "AWS::IAM::UserPolicy": _identity_policy(IdentityKind.USER, "UserName"),
    "AWS::IAM::UserToGroupAddition": _group_addition,
    "AWS::SSO::PermissionSet": _permission_set,
}
"""By type what a resource says. What else is known of the types is in ``resource_types``."""
