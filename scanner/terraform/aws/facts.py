"""What resource instances say about identities. One way for configurations, plans and states."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.facts import Exclusive, ExclusiveAttachment, ExclusiveMembership, Fact
from scanner.terraform.aws.resource_types import RESOURCE_TYPES
from scanner.terraform.resource_instance import ResourceInstance

TYPES = frozenset(known.name for known in RESOURCE_TYPES.values() if known.facts is not None)
"""The resource types that state facts; no other resource block need be parsed."""
DEFINITIONS = frozenset(known.name for known in RESOURCE_TYPES.values() if known.is_definition)
"""Those that only define what others refer to."""


_ONLY_APPLIED = (Exclusive, ExclusiveAttachment, ExclusiveMembership)


def facts(instance: ResourceInstance) -> Iterator[Fact]:
    """The facts that one resource instance states; none for a type that says nothing about identities."""
    known = RESOURCE_TYPES.get(instance.address.type)
    if known is not None and known.facts is not None:
        yield from known.facts(instance)


def facts_left_behind(instance: ResourceInstance) -> Iterator[Fact]:
    """The facts that go on being true without Terraform: not those that only an apply makes true."""
    return (fact for fact in facts(instance) if not isinstance(fact, _ONLY_APPLIED))
