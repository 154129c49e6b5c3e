"""One way to settle something: what it does, in words and as edits."""

from __future__ import annotations

from collections.abc import Container

from scanner.fix import Edit
from scanner.lazy_dataclass import dataclass

POLICY = "SignInLocalDevelopmentAccess"
"""The AWS managed policy that allows ``aws login`` on the same device.

https://docs.aws.amazon.com/aws-managed-policy/latest/reference/SignInLocalDevelopmentAccess.html
"""

MOST_ATTACHED = 10
"""Managed policies that IAM attaches to one identity unless a quota is raised.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""


@dataclass(frozen=True, slots=True)
class Way:
    """An order, without a full stop, and how to follow it."""

    description: str
    edits: tuple[Edit, ...]


def policy_arn(partition: str) -> str:
    """The ARN of the managed policy."""
    return f"arn:{partition}:iam::aws:policy/{POLICY}"


def sign_in_resource(partition: str) -> str:
    """The resource that the managed policy allows the two actions on."""
    return f"arn:{partition}:signin:*:*:oauth2/public-client/*"


def unused(taken: Container[object], wanted: str) -> str:
    """A name that is not taken: the one that is wanted, or the first of those with a number behind it."""
    number = 1
    while (found := f"{wanted}{number if number > 1 else ''}") in taken:
        number += 1
    return found
