"""SSM parameters: values that one configuration writes down and another reads by name, in one account and region.

https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-parameter-store.html
"""

from __future__ import annotations

from scanner.facts import Home
from scanner.terraform.configuration.handover_place import place
from scanner.terraform.resource_instance import ResourceInstance
from scanner.values import Value

TYPE = "aws_ssm_parameter"
"""Of the resource that writes one, and of the data source that reads it."""
VALUES = ("value", "insecure_value")
"""The attributes of the data source that have what was written."""
KIND = "ssm"


def place_of(name: Value, home: Home, region: str | None) -> str | None:
    """What a resource and a data source of one parameter have in common; None where that is not known."""
    account = home.account.id
    if name.text is None or account is None or region is None:
        return None
    return place(KIND, account, region, name.text)


def is_secret(parameter: ResourceInstance) -> bool:
    """Whether nobody is to read what stands in it but those who may decrypt it."""
    return parameter.get("type").text not in ("String", "StringList")
