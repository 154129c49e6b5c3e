"""SSM parameters: values that one configuration writes down and another reads by name, in one account and region.

https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-parameter-store.html
"""

from __future__ import annotations

from collections.abc import Callable

from scanner.facts import Home
from scanner.handover import PARAMETER, regional_place
from scanner.terraform.aws.attributes import in_region
from scanner.terraform.resource_instance import ResourceInstance
from scanner.values import Value

TYPE = "aws_ssm_parameter"
"""Of the resource that writes one, and of the data source that reads it."""
VALUES = ("value", "insecure_value")
"""The attributes of the data source that have what was written."""


def place_of(arguments: Callable[[str], Value], home: Home) -> str | None:
    """What a resource and a data source of one parameter have in common; None where that is not known."""
    region = in_region(home, arguments("region")).region
    return regional_place(PARAMETER, arguments("name").text, home.account.id, region)


def is_secret(parameter: ResourceInstance) -> bool:
    """Whether nobody is to read what stands in it but those who may decrypt it."""
    return parameter.get("type").text not in ("String", "StringList")
