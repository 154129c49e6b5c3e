"""IAM Identity Center: permission sets and their policies.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ssoadmin_permission_set
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scanner.facts import Attachment, Exclusive, Fact, IdentityKind, PolicyUse, Target
from scanner.terraform.aws.resource_facts import attachment, identity, inline_policy, items, origin_of, within
from scanner.terraform.aws.resource_type import Named, ResourceType, nested
from scanner.terraform.language.types import STRING
from scanner.terraform.resource_instance import ResourceInstance
from scanner.values import Value


def _exclusive_managed(instance: ResourceInstance) -> Iterator[Fact]:
    """AWS managed policies of a permission set. Customer managed ones have a list of their own."""
    origin, target = origin_of(instance), Target(IdentityKind.PERMISSION_SET, instance.get("permission_set_arn"))
    policies = instance.get("managed_policy_arns")
    yield from (Attachment(origin, target, policy) for policy in items(policies))
    yield Exclusive(origin, target, False, policies if not policies.is_null else Value(()))


def _exclusive_customer_managed(instance: ResourceInstance) -> Iterator[Fact]:
    origin, target = origin_of(instance), Target(IdentityKind.PERMISSION_SET, instance.get("permission_set_arn"))
    yield from _customer_managed_attachment(instance)
    listed = [block for block in items(instance.get("customer_managed_policy_reference")) if block.unknown is None]
    names = Value(tuple(within(block, "name") for block in listed))
    yield Exclusive(origin, target, False, names, tuple(within(block, "path") for block in listed))


def _customer_managed_attachment(instance: ResourceInstance) -> Iterator[Fact]:
    """A permission set names a customer managed policy by name and path."""
    target = Target(IdentityKind.PERMISSION_SET, instance.get("permission_set_arn"))
    for block in items(instance.get("customer_managed_policy_reference")):
        yield from _by_name(instance, target, block, PolicyUse.PERMISSIONS)


def _boundary_attachment(instance: ResourceInstance) -> Iterator[Fact]:
    """A boundary is a policy that AWS manages, by its ARN, or one of the customer's, by name and path."""
    target = Target(IdentityKind.PERMISSION_SET, instance.get("permission_set_arn"))
    for block in items(instance.get("permissions_boundary")):
        arn = within(block, "managed_policy_arn")
        if not isinstance(block.data, Mapping) or not arn.is_null:
            yield Attachment(origin_of(instance), target, arn, PolicyUse.BOUNDARY)
        if isinstance(block.data, Mapping):
            for reference in items(within(block, "customer_managed_policy_reference")):
                yield from _by_name(instance, target, reference, PolicyUse.BOUNDARY)


def _by_name(instance: ResourceInstance, target: Target, reference: Value, use: PolicyUse) -> Iterator[Attachment]:
    name = within(reference, "name")
    path = within(reference, "path") if isinstance(reference.data, Mapping) else None
    if not name.is_null:
        yield Attachment(origin_of(instance), target, name, use, path)


_POLICY_REFERENCE = nested()
_POLICY_NAME = {("customer_managed_policy_reference", "name"): Named.POLICY_NAME}

IDENTITY_CENTER = (
    ResourceType(
        "aws_ssoadmin_permission_set",
        identity(IdentityKind.PERMISSION_SET, session="session_duration"),
        names={"arn": Named.PERMISSION_SET},
        is_definition=True,
    ),
    ResourceType(
        "aws_ssoadmin_permission_set_inline_policy",
        inline_policy(IdentityKind.PERMISSION_SET, "permission_set_arn", "inline_policy"),
        arguments={"inline_policy": STRING},
    ),
    ResourceType(
        "aws_ssoadmin_managed_policy_attachment",
        attachment(IdentityKind.PERMISSION_SET, "permission_set_arn", "managed_policy_arn"),
    ),
    ResourceType("aws_ssoadmin_managed_policy_attachments_exclusive", _exclusive_managed),
    ResourceType(
        "aws_ssoadmin_customer_managed_policy_attachment",
        _customer_managed_attachment,
        blocks={"customer_managed_policy_reference": _POLICY_REFERENCE},
        nested_names=_POLICY_NAME,
    ),
    ResourceType(
        "aws_ssoadmin_customer_managed_policy_attachments_exclusive",
        _exclusive_customer_managed,
        blocks={"customer_managed_policy_reference": _POLICY_REFERENCE},
        nested_names=_POLICY_NAME,
    ),
    ResourceType(
        "aws_ssoadmin_permissions_boundary_attachment",
        _boundary_attachment,
        blocks={"permissions_boundary": nested(customer_managed_policy_reference=_POLICY_REFERENCE)},
        nested_names=_POLICY_NAME,
    ),
    ResourceType("aws_ssoadmin_instance_access_control_attributes", blocks={"attribute": nested(value=nested())}),
    ResourceType(
        "aws_identitystore_user",
        blocks={block: nested() for block in ("addresses", "emails", "name", "phone_numbers")},
    ),
)
