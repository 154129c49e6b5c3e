"""The one list of the resource types of which something is known."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.terraform.aws.account_access import ACCOUNT_ACCESS
from scanner.terraform.aws.cloud_control import CLOUD_CONTROL
from scanner.terraform.aws.identities import IDENTITIES
from scanner.terraform.aws.identity_center import IDENTITY_CENTER
from scanner.terraform.aws.policies import POLICIES
from scanner.terraform.aws.resource_type import ResourceType
from scanner.terraform.aws.users import USERS

_TERRAFORM = (
    ResourceType(
        "terraform_data",
        computed={"output": lambda resource: resource.get("input")},  # once it is applied
        keeps_types=True,
    ),
)
"""Of Terraform's own provider."""

RESOURCE_TYPES: Mapping[str, ResourceType] = {
    known.name: known
    for topic in (IDENTITIES, POLICIES, USERS, IDENTITY_CENTER, ACCOUNT_ACCESS, CLOUD_CONTROL, _TERRAFORM)
    for known in topic
}
