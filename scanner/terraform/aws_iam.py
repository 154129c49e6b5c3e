"""Resource instances of IAM and IAM Identity Center, as facts. One adapter for configuration, plans and states.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scanner.facts import (
    AccessKey,
    Attachment,
    Entitlement,
    Exclusive,
    Fact,
    Identity,
    IdentityKind,
    InlinePolicy,
    LoginProfile,
    ManagedPolicy,
    Membership,
    Origin,
    Role,
    Target,
)
from scanner.terraform import awscc_iam
from scanner.terraform.resource_facts import Adapter, items, origin_of, within
from scanner.terraform.resources import ResourceInstance
from scanner.values import Value


def facts(instance: ResourceInstance) -> Iterator[Fact]:
    """The facts that one resource instance states; none for a type that says nothing about identities."""
    adapter = _ADAPTERS.get(instance.address.type)
    if adapter is not None:
        yield from adapter(instance)


def _tags(instance: ResourceInstance) -> Value:
    """Own tags over the provider's ``default_tags``; plans and states have both together in ``tags_all``."""
    own, defaults = instance.get("tags"), instance.default_tags
    if not isinstance(defaults.data, Mapping) or not isinstance(own.data, Mapping | None):
        everything = instance.get("tags_all")
        known = isinstance(everything.data, Mapping) and defaults.is_null
        return everything if known else own if defaults.is_null or own.unknown is not None else defaults
    return Value({**defaults.data, **(own.data or {})}, own.span)


def _identity(kind: IdentityKind, *, trust: str | None = None) -> Adapter:
    def adapt(instance: ResourceInstance) -> Iterator[Fact]:
        origin = origin_of(instance)
        own = Target(kind, address=origin.address)
        yield Identity(
            kind,
            origin,
            instance.home,
            instance.get("name"),
            instance.get("arn"),
            _tags(instance),
            instance.get(trust) if trust is not None else None,
        )
        boundary = instance.get("permissions_boundary")
        if not boundary.is_null and boundary.text != "":  # an empty text is how modules say that there is none
            yield Attachment(origin, own, boundary, Role.BOUNDARY)
        if kind is IdentityKind.ROLE:
            yield from _inside_role(instance, origin, own)

    return adapt


def _inside_role(instance: ResourceInstance, origin: Origin, own: Target) -> Iterator[Fact]:
    for policy in items(instance.get("managed_policy_arns")):
        yield Attachment(origin, own, policy)
    for block in items(instance.get("inline_policy")):
        name, document = within(block, "name"), within(block, "policy")
        none = document.text == "" and (name.is_null or name.text == "")  # what the provider stores of an empty block
        if not document.is_null and not none:
            yield InlinePolicy(origin, own, name, document)


def _managed_policy(instance: ResourceInstance) -> Iterator[Fact]:
    yield ManagedPolicy(origin_of(instance), instance.get("name"), instance.get("arn"), instance.get("policy"))


def _inline_policy(kind: IdentityKind, reference: str, document: str = "policy") -> Adapter:
    def adapt(instance: ResourceInstance) -> Iterator[Fact]:
        target = Target(kind, instance.get(reference))
        yield InlinePolicy(origin_of(instance), target, instance.get("name"), instance.get(document))

    return adapt


def _attachment(
    kind: IdentityKind, reference: str, policy: str = "policy_arn", role: Role = Role.PERMISSIONS
) -> Adapter:
    def adapt(instance: ResourceInstance) -> Iterator[Fact]:
        yield Attachment(origin_of(instance), Target(kind, instance.get(reference)), instance.get(policy), role)

    return adapt


def _exclusive(kind: IdentityKind, reference: str, listed: str, *, inline: bool = False) -> Adapter:
    """All policies of an identity. Managed ones are attached as well, inline ones are written elsewhere."""

    def adapt(instance: ResourceInstance) -> Iterator[Fact]:
        origin, target = origin_of(instance), Target(kind, instance.get(reference))
        policies = instance.get(listed)
        if not inline:
            yield from (Attachment(origin, target, policy) for policy in items(policies))
        yield Exclusive(origin, target, inline, policies if not policies.is_null else Value(()))

    return adapt


def _exclusive_managed(instance: ResourceInstance) -> Iterator[Fact]:
    """AWS managed policies of a permission set. Customer managed ones have a list of their own."""
    target = Target(IdentityKind.PERMISSION_SET, instance.get("permission_set_arn"))
    for policy in items(instance.get("managed_policy_arns")):
        yield Attachment(origin_of(instance), target, policy)


def _policy_attachment(instance: ResourceInstance) -> Iterator[Fact]:
    """``aws_iam_policy_attachment``: one policy, many identities."""
    kinds = {"users": IdentityKind.USER, "roles": IdentityKind.ROLE, "groups": IdentityKind.GROUP}
    for argument, kind in kinds.items():
        for identity in items(instance.get(argument)):
            yield Attachment(origin_of(instance), Target(kind, identity), instance.get("policy_arn"))


def _user_groups(instance: ResourceInstance) -> Iterator[Fact]:
    for group in items(instance.get("groups")):
        yield Membership(origin_of(instance), Target(IdentityKind.USER, instance.get("user")), group)


def _group_users(instance: ResourceInstance) -> Iterator[Fact]:
    for user in items(instance.get("users")):
        yield Membership(origin_of(instance), Target(IdentityKind.USER, user), instance.get("group"))


def _login_profile(instance: ResourceInstance) -> Iterator[Fact]:
    yield LoginProfile(origin_of(instance), Target(IdentityKind.USER, instance.get("user")))


def _access_key(instance: ResourceInstance) -> Iterator[Fact]:
    status = instance.get("status")
    active = status.is_null or status.text == "Active"  # a status that is not known is not evidence of a key in use
    yield AccessKey(origin_of(instance), Target(IdentityKind.USER, instance.get("user")), active)


def _customer_managed_attachment(block_name: str, role: Role) -> Adapter:
    """A permission set names a customer managed policy by name; a boundary may be an AWS managed one, by ARN."""

    def adapt(instance: ResourceInstance) -> Iterator[Fact]:
        target = Target(IdentityKind.PERMISSION_SET, instance.get("permission_set_arn"))
        for block in items(instance.get(block_name)):
            for policy, path in _references(block):
                yield Attachment(origin_of(instance), target, policy, role, path)

    return adapt


def _references(block: Value) -> Iterator[tuple[Value, Value | None]]:
    """A policy by its ARN, or by name and path."""
    arn = within(block, "managed_policy_arn")
    if not isinstance(block.data, Mapping) or not arn.is_null:
        yield arn, None
    if isinstance(block.data, Mapping):
        for named in (block, *items(within(block, "customer_managed_policy_reference"))):
            name = within(named, "name")
            if not name.is_null:
                yield name, within(named, "path") if isinstance(named.data, Mapping) else None


def _entitlement(instance: ResourceInstance) -> Iterator[Fact]:
    """``aws_accountaccess_entitlement``: the role is two blocks down."""
    for block in items(instance.get("entitlement")):
        for inner in items(within(block, "principal_role")):
            yield Entitlement(origin_of(instance), within(inner, "role_arn"))


_ADAPTERS: Mapping[str, Adapter] = {
    **awscc_iam.ADAPTERS,
    "aws_accountaccess_entitlement": _entitlement,
    "aws_iam_user": _identity(IdentityKind.USER),
    "aws_iam_role": _identity(IdentityKind.ROLE, trust="assume_role_policy"),
    "aws_iam_group": _identity(IdentityKind.GROUP),
    "aws_iam_policy": _managed_policy,
    "aws_iam_user_policy": _inline_policy(IdentityKind.USER, "user"),
    "aws_iam_role_policy": _inline_policy(IdentityKind.ROLE, "role"),
    "aws_iam_group_policy": _inline_policy(IdentityKind.GROUP, "group"),
    "aws_iam_user_policy_attachment": _attachment(IdentityKind.USER, "user"),
    "aws_iam_role_policy_attachment": _attachment(IdentityKind.ROLE, "role"),
    "aws_iam_group_policy_attachment": _attachment(IdentityKind.GROUP, "group"),
    "aws_iam_user_policy_attachments_exclusive": _exclusive(IdentityKind.USER, "user_name", "policy_arns"),
    "aws_iam_role_policy_attachments_exclusive": _exclusive(IdentityKind.ROLE, "role_name", "policy_arns"),
    "aws_iam_group_policy_attachments_exclusive": _exclusive(IdentityKind.GROUP, "group_name", "policy_arns"),
    "aws_iam_user_policies_exclusive": _exclusive(IdentityKind.USER, "user_name", "policy_names", inline=True),
    "aws_iam_role_policies_exclusive": _exclusive(IdentityKind.ROLE, "role_name", "policy_names", inline=True),
    "aws_iam_group_policies_exclusive": _exclusive(IdentityKind.GROUP, "group_name", "policy_names", inline=True),
    "aws_iam_policy_attachment": _policy_attachment,
    "aws_iam_user_group_membership": _user_groups,
    "aws_iam_group_membership": _group_users,
    "aws_iam_user_login_profile": _login_profile,
    "aws_iam_access_key": _access_key,
    "aws_ssoadmin_permission_set": _identity(IdentityKind.PERMISSION_SET),
    "aws_ssoadmin_permission_set_inline_policy": _inline_policy(
        IdentityKind.PERMISSION_SET, "permission_set_arn", "inline_policy"
    ),
    "aws_ssoadmin_managed_policy_attachment": _attachment(
        IdentityKind.PERMISSION_SET, "permission_set_arn", "managed_policy_arn"
    ),
    "aws_ssoadmin_customer_managed_policy_attachment": _customer_managed_attachment(
        "customer_managed_policy_reference", Role.PERMISSIONS
    ),
    "aws_ssoadmin_managed_policy_attachments_exclusive": _exclusive_managed,
    "aws_ssoadmin_customer_managed_policy_attachments_exclusive": _customer_managed_attachment(
        "customer_managed_policy_reference", Role.PERMISSIONS
    ),
    "aws_ssoadmin_permissions_boundary_attachment": _customer_managed_attachment("permissions_boundary", Role.BOUNDARY),
}
TYPES = frozenset(_ADAPTERS)
"""The resource types that state facts; no other resource block need be parsed."""
