"""Arguments that only name an identity or a policy, and the attributes that such a name is.

An argument like this is hardly ever made of anything but one reference, so a plan in JSON, which has the references
and not the expressions, is taken to say what it names. A document may be made of what it refers to in any way.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto


class Named(Enum):
    """What an argument names, and how."""

    USER = auto()
    GROUP = auto()
    ROLE = auto()
    ROLE_ARN = auto()
    POLICY_ARN = auto()
    POLICY_NAME = auto()
    PERMISSION_SET = auto()


_ARGUMENTS: Mapping[str, Named] = {
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
"""The same name means the same in all resources. Lists are not part of it: of a list, a plan tells nothing but what is
in it somewhere."""
_BLOCKS: Mapping[str, Mapping[str, Named]] = {
    "customer_managed_policy_reference": {"name": Named.POLICY_NAME},
    "principal_role": {"role_arn": Named.ROLE_ARN},
}
"""Arguments of nested blocks whose names mean something else elsewhere."""
_ATTRIBUTES: Mapping[str, Mapping[str, Named]] = {
    "aws_iam_user": {"name": Named.USER, "id": Named.USER},
    "aws_iam_group": {"name": Named.GROUP, "id": Named.GROUP},
    "aws_iam_role": {"name": Named.ROLE, "id": Named.ROLE, "arn": Named.ROLE_ARN},
    "aws_iam_policy": {"arn": Named.POLICY_ARN, "id": Named.POLICY_ARN, "name": Named.POLICY_NAME},
    "aws_ssoadmin_permission_set": {"arn": Named.PERMISSION_SET},
}


def named_by(path: tuple[str, ...]) -> Named | None:
    """What an argument names, given the names of the blocks around it and its own; None if it does more than that."""
    *blocks, name = path
    return (_BLOCKS.get(blocks[-1], {}).get(name) if blocks else None) or _ARGUMENTS.get(name)


def fits(resource_type: str, attribute: str, named: Named) -> bool:
    """Whether an attribute is a name of what is meant; arguments that name the same are."""
    own = _ATTRIBUTES.get(resource_type)
    return (own or _ARGUMENTS).get(attribute) is named


def usual_attribute(resource_type: str, named: Named) -> str | None:
    """The attribute that is taken of a resource where the reference does not say."""
    return next((name for name, what in _ATTRIBUTES.get(resource_type, {}).items() if what is named), None)
