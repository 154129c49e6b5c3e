"""Which partition a region belongs to, and which one the ARNs of a text name."""

from __future__ import annotations

import re

_PARTITION = re.compile(r"\barn:(aws(?:-[a-z]{1,10}){0,3}):")
_PARTITION_OF_REGION = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f",
    "eusc-": "aws-eusc",
}


def partition_of(region: str) -> str:
    """The partition that a region belongs to."""
    return next((name for prefix, name in _PARTITION_OF_REGION.items() if region.startswith(prefix)), "aws")


def named_partition(text: str) -> str | None:
    """The only partition that the ARNs in a text name; None when there is none, or more than one."""
    found = set(_PARTITION.findall(text))
    return found.pop() if len(found) == 1 else None
