"""What stacks of CloudFormation export, by a name that is unique in an account and region.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
"""

from __future__ import annotations

from collections.abc import Callable

from scanner.facts import Home
from scanner.handover import EXPORT, regional_place
from scanner.terraform.aws.attributes import in_region
from scanner.values import Value

DATA_SOURCE = "aws_cloudformation_export"
VALUE = "value"


def place_of(arguments: Callable[[str], Value], home: Home) -> str | None:
    """The place of the export that a data source reads; None where that is not known."""
    return regional_place(EXPORT, arguments("name").text, home.account.id, in_region(home, arguments("region")).region)
