"""Where the stack of a template stands: what the template does not say of itself.

The template of a scan root stands for itself. That of a nested stack has the stack's logical ID before all of its own,
gets its parameters from the template around it, and exists only where the stack does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from scanner.lazy_dataclass import dataclass
from scanner.values import Value

if TYPE_CHECKING:
    from scanner.cause import Cause
    from scanner.cloudformation.stacks.assets import Assets
    from scanner.cloudformation.stacks.exchange import Exchange
    from scanner.cloudformation.template.place import Place
    from scanner.facts import Account
    from scanner.span import Span
    from scanner.values import Unknown


def no_tags() -> Value:
    """Of a stack of which the code says no tags."""
    return Value({})


@dataclass(frozen=True, slots=True)
class Stack:
    """One stack among those of a scan root."""

    label: str = ""
    """Of the stack of an assembly that it is, or is nested in."""
    prefix: str = ""
    """Stands before each logical ID: ``Network/Roles/``."""
    name: str | None = None
    """The name of the stack, where the code fixes it."""
    account: Account | None = None
    """The account that it is in; None for the one that the user says."""
    account_cause: Cause | None = None
    """Why its account is not known, if there is more to say about that."""
    region: str | Unknown | None = None
    conditions: tuple[Unknown, ...] = ()
    """Under which the stack exists."""
    trail: tuple[Span, ...] = ()
    """The resources that it is nested in, outermost first."""
    passed: Callable[[str], Value | None] | None = None
    """The value that the template around it gives to a parameter; None where the user gives them."""
    files: tuple[Place, ...] = ()
    """The template files that lead to it, its own last."""
    depth: list[int] | None = None
    """Shared with the template around it: evaluation goes from one into the other."""
    exchange: Exchange | None = None
    """What the stacks of the root hand to each other."""
    after: frozenset[str] = frozenset()
    """The labels of the stacks of an assembly that are deployed before it."""
    assets: Assets | None = None
    """The files that an assembly uploads."""
    tags: Callable[[], Value] = no_tags
    """The tags of the stack, which its resources get: a mapping, or unknown as a whole."""
    is_foreign: bool = False
    """It belongs to another root, which reports what is in it."""


ALONE = Stack()
