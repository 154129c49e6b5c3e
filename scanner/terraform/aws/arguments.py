"""The types that the provider gives to the arguments of identity resources, to which Terraform converts what is set.

https://developer.hashicorp.com/terraform/language/expressions/types#type-conversion
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from scanner.terraform.language.conversion import ConversionError, convert
from scanner.terraform.language.kinds import ProviderItems, SetItems
from scanner.terraform.language.types import STRING, Map, Set, Type
from scanner.values import Value

_SETS = ("groups", "users", "roles", "policy_arns", "policy_names", "managed_policy_arns")
_TEXTS = (
    *("name", "name_prefix", "path", "description", "policy", "user", "group", "role", "arn", "policy_arn", "status"),
    *("user_name", "role_name", "group_name", "permissions_boundary", "assume_role_policy"),
    *("instance_arn", "permission_set_arn", "managed_policy_arn", "session_duration", "relay_state"),
)
_TYPES: Mapping[str, Type] = {
    **dict.fromkeys(_TEXTS, STRING),
    **dict.fromkeys(_SETS, Set(STRING)),
    **dict.fromkeys(("tags", "tags_all"), Map(STRING)),
}
"""The same name has the same type in all resources; blocks are none of these."""
_DYNAMIC = frozenset({"terraform_data"})
"""What is set here stays of the type that it has."""
_RESOURCES = ("aws_iam_", "aws_ssoadmin_")


def converted(resource_type: str, argument: str, value: Value) -> Value:
    """The value of an argument as the provider gets it; as it is when the type is not known or does not fit."""
    wanted = _TYPES.get(argument) if resource_type.startswith(_RESOURCES) else None
    if wanted is None:
        items = value.data
        if not isinstance(items, tuple) or isinstance(items, SetItems) or resource_type in _DYNAMIC:
            return value
        return replace(value, data=ProviderItems(items))
    try:
        return convert(value, wanted)
    except ConversionError:
        return value
