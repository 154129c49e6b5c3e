"""What users have: groups, passwords and access keys. Of a password nothing is read but that it is there.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_user_login_profile
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.facts import AccessKey, ExclusiveMembership, Fact, IdentityKind, LoginProfile, Membership, Target
from scanner.terraform.aws import attributes
from scanner.terraform.aws.resource_facts import items, origin_of
from scanner.terraform.aws.resource_type import ResourceType
from scanner.terraform.resource_instance import ResourceInstance


def _user_groups(instance: ResourceInstance) -> Iterator[Fact]:
    for group in items(instance.get("groups")):
        yield Membership(origin_of(instance), Target(IdentityKind.USER, instance.get("user")), group)


def _group_users(instance: ResourceInstance) -> Iterator[Fact]:
    """``aws_iam_group_membership``: all who are in a group."""
    origin, group, users = origin_of(instance), instance.get("group"), tuple(items(instance.get("users")))
    yield from (Membership(origin, Target(IdentityKind.USER, user), group) for user in users)
    if not instance.is_ignored("users"):
        yield ExclusiveMembership(origin, group, users)


def _login_profile(instance: ResourceInstance) -> Iterator[Fact]:
    yield LoginProfile(origin_of(instance), Target(IdentityKind.USER, instance.get("user")))


def _access_key(instance: ResourceInstance) -> Iterator[Fact]:
    status = instance.get("status")
    active = status.is_null or status.text == "Active"  # a status that is not known is not evidence of a key in use
    yield AccessKey(origin_of(instance), Target(IdentityKind.USER, instance.get("user")), active)


USERS = (
    ResourceType("aws_iam_user_group_membership", _user_groups),
    ResourceType("aws_iam_group_membership", _group_users, computed={"id": attributes.argument("name")}),
    ResourceType("aws_iam_user_login_profile", _login_profile, computed={"id": attributes.argument("user")}),
    ResourceType("aws_iam_access_key", _access_key),
)
