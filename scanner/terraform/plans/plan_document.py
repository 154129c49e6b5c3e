"""What a plan or a state says, whatever kind of file it came from. ``scanner.terraform.plans.plan`` reads facts off it.

Most of a plan is about resources that nobody asks for, so no reader builds all of them: instances are read by type
(``scanner.terraform.plans.planned_instances``), and one decodes its values when they are wanted.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Mapping
from dataclasses import field
from typing import Any

from scanner.lazy_dataclass import dataclass
from scanner.terraform.address import Mode, ResourceAddress
from scanner.terraform.plans.planned_instances import JSONObject, PlannedInstance, PlannedInstances

DEFERRED = "Some changes are deferred to a later plan. What they make of anybody is unknown here."
INCOMPLETE = "Terraform says that another plan is needed. What it adds is missing here."

_GONE = frozenset({"delete", "forget"})
_CHANGING = frozenset({"delete", "update"})


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
class Changed:
    """An instance that the plan changes, replaces or deletes."""

    before: PlannedInstance
    """As it was."""
    is_deleted: bool
    """Whether that is deleted, be it to be made anew."""


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """A plan, or a state, which is a plan that changes nothing."""

    instances: PlannedInstances
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
    changed: tuple[Changed, ...] = ()
    """Of the types that say something of identities: what the plan does not leave as it was, or only forgets."""
    deferred: Mapping[ResourceAddress, PlannedInstance | None] = field(default_factory=dict)
    """What a later plan makes of instances that say something of identities; None for what it deletes."""
    moves: tuple[tuple[str, str], ...] = ()
    """The former addresses of resource instances, and what they are now."""
    replaced: frozenset[str] = frozenset()
    """Addresses of resource instances that are made anew in the place of others."""


def forgets(actions: Collection[str]) -> bool:
    """Whether the resource that was there before stays, without Terraform knowing of it."""
    return "forget" in actions


def replaces(actions: Collection[str]) -> bool:
    """Whether another resource is made in the place of the one that was there before."""
    return "create" in actions and bool(_GONE & set(actions))


def is_unchanged(actions: Collection[str]) -> bool:
    """Whether nothing is done."""
    return set(actions) <= {"no-op"}


def alters(actions: Collection[str]) -> bool:
    """Whether the resource that was there before is deleted or becomes another."""
    return bool(_CHANGING & set(actions)) and not forgets(actions)


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
