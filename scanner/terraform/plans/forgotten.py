"""What a plan only takes out of the state (``removed`` with ``destroy = false``), and what stays in AWS with it.

A policy that was attached stays attached, a user stays in a group, a password stays. An identity is no longer defined
by the code, so it is not a principal, unless somebody asks what becomes of it; a group is none anyway, and its policies
go on reaching those who are in it.

https://developer.hashicorp.com/terraform/language/block/removed
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.terraform.address import Mode, ResourceAddress
from scanner.terraform.aws.facts import TYPES
from scanner.terraform.plans.plan_document import PlanDocument
from scanner.terraform.plans.planned_instances import PlannedInstance

_PRINCIPALS = frozenset({"aws_iam_user", "aws_iam_role", "aws_ssoadmin_permission_set"})
"""Without groups: what one has goes on reaching those who are in it."""


def left_behind(document: PlanDocument, *, principals: bool = False) -> Iterator[PlannedInstance]:
    """What stays of groups and policies, and who, if they are asked for.

    What the plan brings in again, by another address, is there already.
    """
    wanted = TYPES if principals else TYPES - _PRINCIPALS
    forgotten = [
        planned
        for planned in document.forgotten
        if planned.address.mode is Mode.MANAGED and planned.address.type in wanted
    ]
    types = {planned.address.type for planned in forgotten}
    kept = {
        (address.type, planned.values()[0].get("id"))
        for address, planned in document.instances.of_types(types.__contains__).items()
        if address.mode is Mode.MANAGED
    }
    for planned in forgotten:
        identifier = planned.values()[0].get("id")
        if identifier is None or (planned.address.type, identifier) not in kept:
            yield planned


def principals_left_behind(document: PlanDocument) -> Iterator[ResourceAddress]:
    """Who stays."""
    if any(planned.address.type in _PRINCIPALS for planned in document.forgotten):
        for planned in left_behind(document, principals=True):
            if planned.address.type in _PRINCIPALS:
                yield planned.address


def sentence(address: ResourceAddress) -> str:
    """What the report says of one of them."""
    return f"{address} is forgotten, not destroyed: it stays in AWS as it was before this plan, so it still counts."
