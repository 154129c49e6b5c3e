"""What the AWS provider computes, where that follows from what is known. Everything else is known after apply only."""

from __future__ import annotations

from scanner.terraform.aws.after_apply import after_apply
from scanner.terraform.aws.attributes import of_service
from scanner.terraform.aws.resource_type import Resource
from scanner.terraform.aws.resource_types import RESOURCE_TYPES
from scanner.terraform.aws.vocabulary import COMPUTED
from scanner.values import NULL, Value

_WELL_KNOWN = ("aws_iam_", "aws_ssoadmin_", "aws_identitystore_", "awscc_iam_", "awscc_sso_")
"""Beginnings of the types whose computed attributes are known."""


def is_computed(resource_type: str, attribute: str) -> bool:
    """Whether the provider may compute an attribute where the block does not set it; otherwise it is null."""
    known = RESOURCE_TYPES.get(resource_type)
    if known is not None and attribute in known.computed:
        return True
    is_set_by_block = known is not None and (attribute in known.arguments or attribute in known.blocks)
    return not is_set_by_block and not (resource_type.startswith(_WELL_KNOWN) and attribute not in COMPUTED)


def computed(resource: Resource, attribute: str) -> Value:
    """An attribute that the block does not set: of an identity null, unless the provider computes it."""
    resource_type = resource.address.type
    known = RESOURCE_TYPES.get(resource_type)
    compute = known.computed.get(attribute) if known is not None else None
    if compute is not None:
        return compute(resource)
    if not is_computed(resource_type, attribute):
        return NULL
    if attribute == "region" and resource_type.startswith("aws_") and resource.home.region is not None:
        return Value(resource.home.region)
    found = after_apply(resource.address, attribute)
    return of_service(found, resource_type, resource.home.partition) if attribute == "arn" else found
