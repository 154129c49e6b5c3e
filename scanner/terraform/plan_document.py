"""What a plan or a state says, whatever kind of file it came from. ``scanner.terraform.plan`` reads facts off it.

Most of a plan is about resources that nobody asks for, so no reader builds the values of all of them: an instance
decodes its values when they are wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner.terraform.address import ModuleAddress, ResourceAddress

Object = dict[str, Any]
Values = tuple[Object, Object]
"""The attributes, and which of them are known after apply: ``after`` and ``after_unknown`` of a plan in JSON."""

_GONE = frozenset({"delete", "forget"})


class PlanError(Exception):
    """The file is no plan and no state that we can read. The message is a sentence without its full stop."""


@dataclass(frozen=True, slots=True)
class PlannedInstance:
    """One resource instance or data source, as it is once the plan is applied."""

    address: ResourceAddress
    values: Callable[[], Values] = field(compare=False)
    """Raises ``PlanError``."""


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """A plan, or a state, which is a plan that changes nothing."""

    instances: Mapping[ResourceAddress, PlannedInstance]
    """What exists after apply, in the order of the file."""
    configuration: Object = field(default_factory=dict)
    """As ``terraform show -json`` prints it: the references of every argument, module by module. Empty for a state."""
    variables: Object = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    """What the file does not say although it should, and what we leave out of it. Sentences."""

    def keys(self) -> Mapping[ResourceAddress, tuple[Any, ...]]:
        """The instance keys of every resource, by its address without key."""
        found: dict[ResourceAddress, list[Any]] = {}
        for address in self.instances:
            resource = ResourceAddress(address.module, address.mode, address.type, address.name)
            found.setdefault(resource, []).append(address.key)
        return {resource: tuple(keys) for resource, keys in found.items()}


def by_address(instances: Iterable[PlannedInstance]) -> Mapping[ResourceAddress, PlannedInstance]:
    """The instances of a document."""
    return {instance.address: instance for instance in instances}


def resource_address(module: ModuleAddress, mode: str, type_: str, name: str, key: object) -> ResourceAddress:
    """An address from the parts that the files have."""
    return ResourceAddress(module, mode, type_, name, key if isinstance(key, int | str) else None)


def stays(actions: Iterable[str]) -> bool:
    """Whether the resource exists when these actions are done. A replacement does; no actions change nothing."""
    found = set(actions)
    return not found or bool(found - _GONE)
