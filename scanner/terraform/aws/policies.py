"""Policies, and how they get to identities.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_policy
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.facts import Attachment, ExclusiveAttachment, Fact, IdentityKind, ManagedPolicy, Target
from scanner.terraform.aws import attributes
from scanner.terraform.aws.resource_facts import attachment, exclusive, inline_policy, items, origin_of
from scanner.terraform.aws.resource_type import Named, ResourceType
from scanner.terraform.resource_instance import ResourceInstance
from scanner.values import Value


def _managed_policy(instance: ResourceInstance) -> Iterator[Fact]:
    yield ManagedPolicy(origin_of(instance), instance.get("name"), instance.get("arn"), instance.get("policy"))


def _policy_attachment(instance: ResourceInstance) -> Iterator[Fact]:
    """``aws_iam_policy_attachment``: one policy, and all identities of the account that have it."""
    kinds = {"users": IdentityKind.USER, "roles": IdentityKind.ROLE, "groups": IdentityKind.GROUP}
    origin, policy = origin_of(instance), instance.get("policy_arn")
    for argument, kind in kinds.items():
        listed = tuple(items(instance.get(argument)))
        yield from (Attachment(origin, Target(kind, identity), policy) for identity in listed)
        if not instance.is_ignored(argument):
            yield ExclusiveAttachment(origin, kind, policy, listed)


_ARN = attributes.arn("policy")
_INLINE_NAME = {"name": attributes.name_or_made_up}

POLICIES = (
    ResourceType(
        "aws_iam_policy",
        _managed_policy,
        computed={"arn": _ARN, "id": _ARN, "name": attributes.name, "path": lambda _: Value("/")},
        names={"arn": Named.POLICY_ARN, "id": Named.POLICY_ARN, "name": Named.POLICY_NAME},
        is_definition=True,
    ),
    ResourceType("aws_iam_policy_attachment", _policy_attachment),
    ResourceType("aws_iam_user_policy", inline_policy(IdentityKind.USER, "user"), computed=_INLINE_NAME),
    ResourceType("aws_iam_role_policy", inline_policy(IdentityKind.ROLE, "role"), computed=_INLINE_NAME),
    ResourceType("aws_iam_group_policy", inline_policy(IdentityKind.GROUP, "group"), computed=_INLINE_NAME),
    ResourceType("aws_iam_user_policy_attachment", attachment(IdentityKind.USER, "user")),
    ResourceType("aws_iam_role_policy_attachment", attachment(IdentityKind.ROLE, "role")),
    ResourceType("aws_iam_group_policy_attachment", attachment(IdentityKind.GROUP, "group")),
    ResourceType("aws_iam_user_policy_attachments_exclusive", exclusive(IdentityKind.USER, "user_name", "policy_arns")),
    ResourceType("aws_iam_role_policy_attachments_exclusive", exclusive(IdentityKind.ROLE, "role_name", "policy_arns")),
    ResourceType(
        "aws_iam_group_policy_attachments_exclusive", exclusive(IdentityKind.GROUP, "group_name", "policy_arns")
    ),
    ResourceType(
        "aws_iam_user_policies_exclusive", exclusive(IdentityKind.USER, "user_name", "policy_names", inline=True)
    ),
    ResourceType(
        "aws_iam_role_policies_exclusive", exclusive(IdentityKind.ROLE, "role_name", "policy_names", inline=True)
    ),
    ResourceType(
        "aws_iam_group_policies_exclusive", exclusive(IdentityKind.GROUP, "group_name", "policy_names", inline=True)
    ),
)
