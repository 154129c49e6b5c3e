"""The account and the clients that a stack is made with."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3

ACCOUNT = "123456789012"
REGION = "us-east-1"
INSTANCE = "arn:aws:sso:::instance/ssoins-0123456789abcdef"

Account = dict[str, dict[str, Any]]
"""``user NAME``, ``role NAME``, ``group NAME``, ``policy ARN`` and ``permission_set NAME``: what IAM says of each."""


@cache
def client(service: str, region: str) -> Any:
    """Made once: that takes longer than what it is asked. moto answers each, whenever it was made."""
    return boto3.client(service, region_name=region)


def name_key(kind: str) -> str:
    """What the API calls the name of a user, a role or a group."""
    return f"{kind.capitalize()}Name"
