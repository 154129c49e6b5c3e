"""The IAM account access manager: roles that people get without a user.

https://docs.aws.amazon.com/accountaccess/latest/userguide/what-is.html
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.facts import Entitlement, Fact
from scanner.terraform.aws.resource_facts import items, origin_of, within
from scanner.terraform.aws.resource_type import Named, ResourceType, nested
from scanner.terraform.resource_instance import ResourceInstance


def _entitlement(instance: ResourceInstance) -> Iterator[Fact]:
    """``aws_accountaccess_entitlement``: the role is two blocks down."""
    for block in items(instance.get("entitlement")):
        for inner in items(within(block, "principal_role")):
            yield Entitlement(origin_of(instance), within(inner, "role_arn"))


ACCOUNT_ACCESS = (
    ResourceType(
        "aws_accountaccess_entitlement",
        _entitlement,
        blocks={"entitlement": nested(principal_role=nested(principal=nested(identity_center=nested())))},
        nested_names={("principal_role", "role_arn"): Named.ROLE_ARN},
    ),
)
