"""A principal as the code defines it: who it is, where it stands, and what the code says about its way in."""

from __future__ import annotations

import re
from dataclasses import field

from scanner.iam.principal import Principal
from scanner.lazy_dataclass import dataclass
from scanner.regexes import whole
from scanner.root import RootKind
from scanner.span import Span
from scanner.truth import NO, Truth

PASSWORD = "a password"
"""What stands for the name of a policy where a password is brought."""
ANY_KEY = "[*]"
"""The key of instances that are not known."""


@dataclass(frozen=True, slots=True)
class GroupMembership:
    """A group that a user is in, or may be in."""

    name: str | None
    """None while it is not known."""
    member: Truth


@dataclass(frozen=True, slots=True)
class Bringer:
    """A resource that brings somebody a policy, a group or a password."""

    address: str
    name: str
    """Of the policy or the group; ``PASSWORD``."""
    through_group: bool = False
    """Whether it brings that to a group, and so to who is in it."""


@dataclass(frozen=True, slots=True)
class PrincipalDefinition:
    """A user, a role or a permission set of one root."""

    principal: Principal
    """The same with the policies that reach it: all that the evaluation of its requests needs."""
    address: str
    """Terraform resource address with instance keys, or CloudFormation logical ID."""
    root: str
    root_kind: RootKind
    """Which reader found it."""
    span: Span = field(compare=False)
    login_profile: Truth = NO
    """Users: whether the code gives a password."""
    login_profile_span: Span | None = field(default=None, compare=False)
    access_keys: tuple[Span, ...] = field(default=(), compare=False)
    """Places that give a user a long-term access key."""
    groups: tuple[GroupMembership, ...] = ()
    """Users: every group, whatever policies it has, in the order in which the code names them."""
    session_duration: int | None = None
    """Roles and permission sets: how long sessions last at most, in seconds; None while it is not known."""
    entitled: Truth = NO
    """Roles: whether the code entitles somebody to it through the account access manager."""
    entitled_spans: tuple[Span, ...] = field(default=(), compare=False)
    trail: tuple[Span, ...] = field(default=(), compare=False)
    """Module calls or nested stacks on the way to it, outermost first."""
    notes: tuple[tuple[str, Span], ...] = field(default=(), compare=False)
    """What else it is called, and where."""
    brought_by: tuple[Bringer, ...] = field(default=(), compare=False)
    files_of_account: frozenset[str] = field(default=frozenset(), compare=False)
    """The files with account data that was taken into account beside the code."""


def stands_for(address: str, instance: str) -> bool:
    """Whether an address, with ``[*]`` for keys that are not known, means an instance."""
    if ANY_KEY not in address:
        return address == instance
    return whole(_KEY.join(map(re.escape, address.split(ANY_KEY)))).fullmatch(instance) is not None


_KEY = r'\[(?:"(?:[^"\\]|\\.)*+"|[^\[\]"]++)\]'
