"""Resource instances of the Cloud Control provider (``awscc``), as facts: CloudFormation's types with names of its own.

https://registry.terraform.io/providers/hashicorp/awscc/latest/docs
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scanner.facts import (
    Attachment,
    Fact,
    Identity,
    IdentityKind,
    InlinePolicy,
    LoginProfile,
    ManagedPolicy,
    Membership,
    PolicyUse,
    Target,
)
from scanner.terraform.aws import attributes
from scanner.terraform.aws.resource_facts import items, origin_of, within
from scanner.terraform.aws.resource_type import Adapter, Compute, Named, ResourceType
from scanner.terraform.resource_instance import ResourceInstance
from scanner.values import NULL, Value, holes


def _tags(instance: ResourceInstance) -> Value:
    """A list of keys and values, as the mapping that it stands for."""
    written = instance.get("tags")
    found: dict[str, Value] = {}
    for tag in items(written):
        key, value = within(tag, "key"), within(tag, "value")
        if key.text is None:
            doubt = holes(key)
            return Value(doubt[0], written.span) if doubt else NULL
        found[key.text] = value
    return Value(found, written.span) if found else NULL


def _identity(kind: IdentityKind, trust: str | None = None) -> Adapter:
    """A user, role or group, with what is written inside."""

    def adapt(instance: ResourceInstance) -> Iterator[Fact]:
        origin = origin_of(instance)
        own = Target(kind, address=origin.address)
        trusted = instance.get(trust) if trust is not None else None
        name, arn = instance.get(f"{kind.value}_name"), instance.get("arn")
        is_group = kind is IdentityKind.GROUP  # without tags, and without a boundary
        tags, boundary = (NULL, NULL) if is_group else (_tags(instance), instance.get("permissions_boundary"))
        session = instance.get("max_session_duration") if kind is IdentityKind.ROLE else None
        yield Identity(kind, origin, instance.home, name, arn, tags, trusted, session)
        if not boundary.is_null and boundary.text != "":
            yield Attachment(origin, own, boundary, PolicyUse.BOUNDARY)
        for policy in items(instance.get("managed_policy_arns")):
            yield Attachment(origin, own, policy)
        for policy in items(instance.get("policies")):
            name, document = within(policy, "policy_name"), within(policy, "policy_document")
            yield InlinePolicy(origin, own, name, document, may_be_none=policy.unknown is not None)
        if kind is IdentityKind.USER:
            for group in items(instance.get("groups")):
                yield Membership(origin, own, group)
            if not instance.get("login_profile").is_null:
                yield LoginProfile(origin, own)

    return adapt


def _permission_set(instance: ResourceInstance) -> Iterator[Fact]:
    origin, kind = origin_of(instance), IdentityKind.PERMISSION_SET
    own = Target(kind, address=origin.address)
    name, arn = instance.get("name"), instance.get("permission_set_arn")
    session = instance.get("session_duration")
    yield Identity(kind, origin, instance.home, name, arn, _tags(instance), session_duration=session)
    for policy in items(instance.get("managed_policies")):
        yield Attachment(origin, own, policy)
    inline = instance.get("inline_policy")
    if not inline.is_null and inline.text != "":
        yield InlinePolicy(origin, own, Value("inline policy"), inline)
    for reference in items(instance.get("customer_managed_policy_references")):
        yield _by_name(instance, own, reference, PolicyUse.PERMISSIONS)
    boundary = instance.get("permissions_boundary")
    if not boundary.is_null:
        arn, reference = within(boundary, "managed_policy_arn"), within(boundary, "customer_managed_policy_reference")
        by_arn = not arn.is_null or not isinstance(boundary.data, Mapping)
        yield (
            Attachment(origin, own, arn, PolicyUse.BOUNDARY)
            if by_arn
            else _by_name(instance, own, reference, PolicyUse.BOUNDARY)
        )


def _by_name(instance: ResourceInstance, target: Target, reference: Value, use: PolicyUse) -> Attachment:
    path = within(reference, "path") if isinstance(reference.data, Mapping) else None
    return Attachment(origin_of(instance), target, within(reference, "name"), use, path)


def _managed_policy(instance: ResourceInstance) -> Iterator[Fact]:
    origin, arn = origin_of(instance), instance.get("policy_arn")
    yield ManagedPolicy(origin, instance.get("managed_policy_name"), arn, instance.get("policy_document"))
    kinds = {"users": IdentityKind.USER, "roles": IdentityKind.ROLE, "groups": IdentityKind.GROUP}
    for argument, kind in kinds.items():
        for identity in items(instance.get(argument)):
            yield Attachment(origin, Target(kind, identity), arn)


def _inline_policy(kind: IdentityKind, name: str) -> Adapter:
    def adapt(instance: ResourceInstance) -> Iterator[Fact]:
        document = instance.get("policy_document")
        target = Target(kind, instance.get(name))
        yield InlinePolicy(origin_of(instance), target, instance.get("policy_name"), document)

    return adapt


def _named(kind: Named) -> Mapping[str, Named]:
    """The name of an identity, which is its identifier."""
    return {f"{kind.name.lower()}_name": kind, "id": kind}


def _computed(kind: str) -> Mapping[str, Compute]:
    return {"arn": attributes.arn(kind, f"{kind}_name"), "id": attributes.argument(f"{kind}_name")}


CLOUD_CONTROL = (
    ResourceType(
        "awscc_iam_user",
        _identity(IdentityKind.USER),
        computed=_computed("user"),
        names=_named(Named.USER),
        is_definition=True,
    ),
    ResourceType(
        "awscc_iam_role",
        _identity(IdentityKind.ROLE, trust="assume_role_policy_document"),
        computed=_computed("role"),
        names={**_named(Named.ROLE), "arn": Named.ROLE_ARN},
        is_definition=True,
    ),
    ResourceType(
        "awscc_iam_group",
        _identity(IdentityKind.GROUP),
        computed=_computed("group"),
        names=_named(Named.GROUP),
        is_definition=True,
    ),
    ResourceType(
        "awscc_iam_managed_policy",
        _managed_policy,
        computed=dict.fromkeys(("policy_arn", "id"), attributes.arn("policy", "managed_policy_name")),
        names={"policy_arn": Named.POLICY_ARN, "id": Named.POLICY_ARN, "managed_policy_name": Named.POLICY_NAME},
    ),
    ResourceType("awscc_iam_user_policy", _inline_policy(IdentityKind.USER, "user_name")),
    ResourceType("awscc_iam_role_policy", _inline_policy(IdentityKind.ROLE, "role_name")),
    ResourceType("awscc_iam_group_policy", _inline_policy(IdentityKind.GROUP, "group_name")),
    ResourceType(
        "awscc_sso_permission_set",
        _permission_set,
        names={"permission_set_arn": Named.PERMISSION_SET},
        is_definition=True,
    ),
)
