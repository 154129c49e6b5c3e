"""A principal and every policy that reaches it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum

from scanner.cause import Cause
from scanner.iam.pattern import Text
from scanner.iam.policy import PolicyDocument
from scanner.lazy_dataclass import dataclass
from scanner.span import Span
from scanner.symbol import Account
from scanner.truth import YES, Truth
from scanner.values import ACCOUNT


class PrincipalKind(Enum):
    """What can sign in. A permission set is one role in each account that it is assigned in."""

    USER = "user"
    ROLE = "role"
    PERMISSION_SET = "permission_set"


class PolicyType(Enum):
    """The layer of evaluation that a policy takes part in, in AWS's words."""

    IDENTITY = "identity-based policy"
    BOUNDARY = "permissions boundary"
    SCP = "service control policy"
    RCP = "resource control policy"


class How(Enum):
    """How a policy arrived."""

    INLINE = "inline"
    ATTACHED = "attached"
    BOUNDARY = "permissions boundary"
    CONTROL = "control policy"
    """Of the organization, attached to the account."""
    GROUP = "group"
    """With whatever a group has of which nothing else is known."""


@dataclass(frozen=True, slots=True)
class AttachedPolicy:
    """A policy as it reaches one principal."""

    policy_type: PolicyType
    name: str
    """For people: its name, its address, or its ARN."""
    document: PolicyDocument
    how: How
    span: Span = field(compare=False)
    """The place that brings it: the attachment, or the inline policy itself."""
    applies: Truth = YES
    """Undetermined when the attachment may be absent or may belong to somebody else."""
    aws_managed: bool | None = False
    """None when it is not known which policies these are, if any."""
    group: str | None = None
    """For people: the group that it comes through."""
    written: Span | None = field(default=None, compare=False)
    """The expression that names it, which need not be where it is attached; None for an inline policy."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who makes a request, with all policies that decide about it."""

    kind: PrincipalKind
    name: Text
    arn: Text
    """Its ARN; for a permission set the ARN of its role, as far as it can be known."""
    partition: str
    account: str | None
    account_symbol: Account = ACCOUNT
    """What stands for the ID of its account in policies, where that is not written as text."""
    tags: Mapping[str, Text] = field(default_factory=dict)
    """Those that are known by name."""
    tags_doubt: Cause | None = None
    """Why there may be more of them."""
    policies: tuple[AttachedPolicy, ...] = ()
    boundaries: tuple[AttachedPolicy, ...] = ()
    trust: PolicyDocument | None = None
