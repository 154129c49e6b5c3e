"""What a configuration says about the instances of a plan. ``scanner.terraform.plans.plan_evaluation`` makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field

from scanner.diagnostic import Diagnostic
from scanner.facts import Choice, Existence
from scanner.lazy_dataclass import dataclass
from scanner.span import Span
from scanner.terraform.address import ResourceAddress
from scanner.terraform.plans.plan_document import BlockAddress
from scanner.terraform.plans.planned_instances import JSONObject
from scanner.terraform.resource_instance import ResourceInstance


@dataclass(frozen=True, slots=True)
class Source:
    """What the configuration says about the instances of a plan."""

    instances: Mapping[ResourceAddress, ResourceInstance] = field(default_factory=dict)
    """As they are evaluated; without those that the configuration does not have, or has with other values."""
    is_own: bool = False
    """Whether this is the plan's own configuration, so that the values count and not the places only."""
    references: JSONObject = field(default_factory=dict)
    """The plan's list of references, with those that are confirmed."""
    blocks: Mapping[BlockAddress, Span] = field(default_factory=dict)
    """Where each resource is written."""
    trails: Mapping[BlockAddress, tuple[Span, ...]] = field(default_factory=dict)
    """The module calls on the way to each, outermost first."""
    files: frozenset[str] = frozenset()
    diagnostics: tuple[Diagnostic, ...] = ()
    choices: tuple[Choice, ...] = ()
    """What is open in it; of a configuration that counts."""
    refuted: tuple[Existence, ...] = ()
    place: Callable[[Span], Span] | None = None
    """Where to show what stands somewhere in the configuration; None if that is there."""
