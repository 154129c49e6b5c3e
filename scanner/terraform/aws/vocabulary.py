"""Names of arguments and attributes that mean the same in all resources of IAM and IAM Identity Center.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs
"""

from __future__ import annotations

from collections.abc import Mapping

from scanner.terraform.aws.resource_type import Named
from scanner.terraform.language.types import STRING, Map, Set, Type

_SETS = ("groups", "users", "roles", "policy_arns", "policy_names", "managed_policy_arns")
_TEXTS = (
    *("name", "name_prefix", "path", "description", "policy", "user", "group", "role", "arn", "policy_arn", "status"),
    *("user_name", "role_name", "group_name", "permissions_boundary", "assume_role_policy"),
    *("instance_arn", "permission_set_arn", "managed_policy_arn", "session_duration", "relay_state"),
)
TYPES: Mapping[str, Type] = {
    **dict.fromkeys(_TEXTS, STRING),
    **dict.fromkeys(_SETS, Set(STRING)),
    **dict.fromkeys(("tags", "tags_all"), Map(STRING)),
}
"""The types of arguments; blocks are none of these."""

NAMES: Mapping[str, Named] = {
    "user": Named.USER,
    "user_name": Named.USER,
    "group": Named.GROUP,
    "group_name": Named.GROUP,
    "role": Named.ROLE,
    "role_name": Named.ROLE,
    "policy_arn": Named.POLICY_ARN,
    "managed_policy_arn": Named.POLICY_ARN,
    "permissions_boundary": Named.POLICY_ARN,
    "permission_set_arn": Named.PERMISSION_SET,
}
"""Arguments that only name something. Lists are not part of it: of a list, a plan tells nothing but what is in it
somewhere."""

COMPUTED = frozenset(
    {
        *("arn", "id", "unique_id", "policy_id", "create_date", "created_date", "tags_all", "attachment_count"),
        *("password", "encrypted_password", "key_fingerprint", "secret", "encrypted_secret", "ses_smtp_password_v4"),
        *("policy_arn", "permission_set_arn", "user_name", "role_name", "group_name", "managed_policy_name", "role_id"),
        *("name", "path", "user_id", "group_id", "external_ids", "principal_id", "valid_until", "certificate_body"),
    }
)
"""Attributes that the provider computes. All others are null when they are not set."""

IDENTIFIERS = frozenset({"arn", "id", "unique_id"})
"""Attributes that are texts, and not empty, in the resources of every service."""

ACCOUNT_IDS = frozenset({("aws_organizations_account", "id"), ("aws_organizations_organization", "master_account_id")})
"""Attributes, by resource type or data source, that are the ID of an account."""
