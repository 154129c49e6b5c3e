"""What a plan or a state says, whatever kind of file it came from. ``scanner.terraform.plans.plan`` reads facts off it.

Most of a plan is about resources that nobody asks for, so no reader builds the values of all of them: an instance
decodes its values when they are wanted.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, replace
from typing import Any

from scanner.lazy_dataclass import dataclass
from scanner.terraform.address import InstanceKey, Mode, ModuleAddress, ResourceAddress

JSONObject = dict[str, Any]
Values = tuple[JSONObject, JSONObject]
"""The attributes, and which of them are known after apply: ``after`` and ``after_unknown`` of a plan in JSON."""

DEFERRED = "Some changes are deferred to a later plan. They are missing here."
INCOMPLETE = "Terraform says that another plan is needed. What it adds is missing here."

_GONE = frozenset({"delete", "forget"})


class PlanError(Exception):
    """The file is neither a plan nor a state that we can read. The message is a sentence without its full stop."""


BlockAddress = tuple[tuple[str, ...], Mode, str, str]
"""A resource block: the names of the module calls on the way to it, mode, type and name."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The configuration that a plan file holds."""

    directories: Mapping[str, str]
    """Of the modules, relative to where Terraform was run, by the names of the calls: ``network.subnets``."""
    files: Mapping[str, Mapping[str, bytes]] = field(repr=False)
    """Configuration files by the same keys, and their names."""

    def paths(self) -> Mapping[str, bytes]:
        """All files by their paths, relative to where Terraform was run."""
        return {
            posixpath.normpath(posixpath.join(self.directories.get(key, "."), name)): content
            for key, found in self.files.items()
            for name, content in found.items()
        }


def block_address(address: ResourceAddress) -> BlockAddress:
    """The block that an instance comes from."""
    return tuple(name for name, _ in address.module.steps), address.mode, address.type, address.name


@dataclass(frozen=True, slots=True)
class PlannedInstance:
    """One resource instance or data source, as it is once the plan is applied."""

    address: ResourceAddress
    values: Callable[[], Values] = field(compare=False)
    """Raises ``PlanError``."""
    untouched: bool = False
    """Whether the plan leaves it as it was, whatever the configuration says."""
    provider: str | None = None
    """The provider configuration that it has, as a plan file or a stored state names it. JSON does not."""


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """A plan, or a state, which is a plan that changes nothing."""

    instances: Mapping[ResourceAddress, PlannedInstance]
    """What exists after apply."""
    configuration: JSONObject = field(default_factory=dict)
    """As ``terraform show -json`` prints it: the references of every argument, module by module. Empty for a plan file,
    which holds the configuration itself, and for a state."""
    variables: JSONObject = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    """What the file does not say although it should, and what we leave out of it. Sentences."""
    snapshot: Snapshot | None = None
    """The configuration itself, if the file holds it."""
    workspace: str | None = None
    """None if the file does not say."""
    forgotten: tuple[PlannedInstance, ...] = ()
    """What Terraform only takes out of its state (``removed`` with ``destroy = false``): it stays as it was."""

    def keys(self) -> Mapping[ResourceAddress, tuple[Any, ...]]:
        """The instance keys of every resource, by its address without key."""
        found: dict[ResourceAddress, list[Any]] = {}
        for address in self.instances:
            resource = ResourceAddress(address.module, address.mode, address.type, address.name)
            found.setdefault(resource, []).append(address.key)
        return {resource: tuple(keys) for resource, keys in found.items()}


def by_address(instances: Iterable[PlannedInstance]) -> Mapping[ResourceAddress, PlannedInstance]:
    """The instances of a document, in the order in which Terraform lists them."""
    found = {instance.address: instance for instance in instances}
    return {address: found[address] for address in sorted(found, key=_order)}


def _order(address: ResourceAddress) -> tuple[object, ...]:
    steps = tuple((name, _key_order(key)) for name, key in address.module.steps)
    return len(steps), steps, address.mode is not Mode.DATA, address.type, address.name, _key_order(address.key)


def _key_order(key: InstanceKey) -> tuple[int, int, str]:
    match key:
        case int():
            return 1, key, ""
        case str():
            return 2, 0, key
    return 0, 0, ""


def after_changes(
    before: Iterable[PlannedInstance], changes: Iterable[tuple[PlannedInstance, bool]]
) -> Mapping[ResourceAddress, PlannedInstance]:
    """What exists when a plan is applied: what it changes, where that stays, and what was there and it leaves alone.

    A plan lists all resources, those that do not change as well. There are two kinds that do not: one that was made
    for some targets, and one that only refreshes the state. Data sources that were read before are in no plan either.
    """
    changed = list(changes)
    touched = {planned.address for planned, _ in changed}
    kept = [replace(planned, untouched=True) for planned in before if planned.address not in touched]
    return by_address([*kept, *(planned for planned, remains in changed if remains)])


def resource_address(module: ModuleAddress, mode: str, type_: str, name: str, key: object) -> ResourceAddress:
    """An address from the parts that the files have."""
    return ResourceAddress(module, Mode.of(mode), type_, name, key if isinstance(key, int | str) else None)


def forgets(actions: Iterable[str]) -> bool:
    """Whether the resource that was there before stays, without Terraform knowing of it."""
    return "forget" in set(actions)


def stays(actions: Iterable[str]) -> bool:
    """Whether the resource exists when these actions are done. A replacement does; no actions change nothing."""
    found = set(actions)
    return not found or bool(found - _GONE)


def has_unknown(marks: Any) -> bool:  # untrusted JSON
    """Whether ``after_unknown`` marks anything in a value."""
    if isinstance(marks, dict):
        return any(map(has_unknown, marks.values()))
    if isinstance(marks, list):
        return any(map(has_unknown, marks))
    return marks is True
