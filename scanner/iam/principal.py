"""A principal and every policy that reaches it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from scanner.cause import Cause
from scanner.iam.pattern import Text
from scanner.iam.policy import PolicyDocument
from scanner.span import Span
from scanner.symbol import Account
from scanner.truth import NO, YES, Truth
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


@dataclass(frozen=True, slots=True)
class AttachedPolicy:
    """A policy as it reaches one principal."""

    policy_type: PolicyType
    name: str
    """For people: its name, its address, or its ARN."""
    document: PolicyDocument
    how: str
    """For people, how it arrived: ``inline``, ``attached``, ``through group admins`` …"""
    span: Span = field(compare=False)
    """The place that brings it: the attachment, or the inline policy itself."""
    applies: Truth = YES
    """Undetermined when the attachment may be absent or may belong to somebody else."""
    aws_managed: bool = False


@dataclass(frozen=True, slots=True)
class Principal:
    """A user, a role or a permission set with all that decides what it may do."""

    kind: PrincipalKind
    name: Text
    address: str
    origin: str
    """Which reader found it: ``terraform``, ``terraform-plan``, ``terraform-state`` or ``cloudformation``."""
    root: str
    span: Span = field(compare=False)
    arn: Text
    """Its ARN; for a permission set the ARN of its role, as far as it can be known."""
    partition: str
    account: str | None
    tags: Mapping[str, Text]
    """Those that are known by name."""
    tags_doubt: Cause | None = None
    """Why there may be more of them."""
    policies: tuple[AttachedPolicy, ...] = ()
    boundaries: tuple[AttachedPolicy, ...] = ()
    trust: PolicyDocument | None = None
    login_profile: Truth = NO
    """Users: whether the code gives a password."""
    login_profile_span: Span | None = field(default=None, compare=False)
    access_keys: tuple[Span, ...] = field(default=(), compare=False)
    """Places that give a user a long-term access key."""
    trail: tuple[Span, ...] = field(default=(), compare=False)
    """Module calls or nested stacks on the way to it, outermost first."""
    notes: tuple[tuple[str, Span], ...] = field(default=(), compare=False)
    """What else it is called, and where."""
    account_symbol: Account = ACCOUNT
    """What stands for the ID of its account in policies, where that is not written as text."""
    entitled: Truth = NO
    """Roles: whether the code entitles somebody to it through the account access manager."""
    entitled_spans: tuple[Span, ...] = field(default=(), compare=False)
