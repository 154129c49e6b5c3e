"""The instances of a plan or a state, read type by type: nobody asks for those of most types.

A large plan lists a hundred resources for each identity. So a reader only sorts what it has found by type, and makes
addresses of what is listed under a type when somebody wants that one.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, replace
from functools import lru_cache, partial
from typing import Any

from scanner.budget import spend
from scanner.lazy_dataclass import dataclass
from scanner.terraform.address import InstanceKey, Mode, ModuleAddress, ResourceAddress

JSONObject = dict[str, Any]
Values = tuple[JSONObject, JSONObject]
"""The attributes, and which of them are known after apply: ``after`` and ``after_unknown`` of a plan in JSON."""


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
    unchanged: bool = False
    """Whether the plan does nothing to it."""


MAX_NESTING = 200
"""Lists and objects inside each other in one attribute. No type of a provider has a tenth of it."""
_STEPS, _STEPS_OF_PART = 100, 4
"""Of reading the values of an instance, and of each part of one that is a list or a mapping."""
_KEPT = 4096
"""Instances of a file whose values are kept: several readers ask for each, and references for some again and again."""


class _TooDeepError(Exception):
    """A value is nested more than ``MAX_NESTING`` levels deep."""


@dataclass(frozen=True, slots=True, eq=False)
class _Checked:
    """Reads the values of an instance. An attribute that nobody could go through is unknown, and said to be."""

    instance: PlannedInstance
    problems: dict[str, None]

    def __call__(self) -> Values:
        known, unknown = self.instance.values()
        deep: dict[str, bool] = {}
        count = 0
        for attributes in (known, unknown):
            for name, value in attributes.items():
                if value and isinstance(value, dict | list):
                    try:
                        count += _parts(value, MAX_NESTING)
                    except _TooDeepError:
                        deep[name] = True
        spend(_STEPS + _STEPS_OF_PART * count)
        if not deep:
            return known, unknown
        for name in deep:
            what = f"{name} of {self.instance.address}"
            self.problems[f"{what} is nested more than {MAX_NESTING} levels deep, so it is unknown."] = None
        return {name: value for name, value in known.items() if name not in deep}, {**unknown, **deep}


def _parts(value: dict[str, Any] | list[Any], levels: int) -> int:
    """How many parts a list or a mapping has, those of its parts included. Raises ``_TooDeepError``."""
    if levels == 0:
        raise _TooDeepError
    count = len(value)
    for part in value.values() if isinstance(value, dict) else value:
        if part and isinstance(part, dict | list):
            count += _parts(part, levels - 1)
    return count


class PlannedInstances(Mapping[ResourceAddress, PlannedInstance]):
    """Instances by address, in the order in which Terraform lists them."""

    def __init__(
        self,
        types: Iterable[str],
        read: Callable[[str], Mapping[ResourceAddress, PlannedInstance]],
        modules: Callable[[PlannedInstances], Iterable[ModuleAddress]] | None = None,
    ) -> None:
        """``read`` gives the instances of a type, in order. It is called once for each that somebody asks for.

        ``modules`` finds the modules that have instances, where that takes less than to read them all.
        """
        self.types = frozenset(types)
        self._read = read
        self._modules = modules
        self.problems: dict[str, None] = {}
        """What is wrong with values that have been read: sentences."""
        self._decoded = lru_cache(_KEPT)(operator.call)
        self._found: dict[str, Mapping[ResourceAddress, PlannedInstance]] = {}
        self._merged: dict[frozenset[str], Mapping[ResourceAddress, PlannedInstance]] = {}

    @classmethod
    def of(cls, instances: Iterable[PlannedInstance]) -> PlannedInstances:
        """Instances that are there already; of several with one address the last."""
        types: dict[str, list[PlannedInstance]] = {}
        for instance in instances:
            types.setdefault(instance.address.type, []).append(instance)
        return cls(types, lambda type_: by_address(types[type_]))

    def of_type(self, type_: str) -> Mapping[ResourceAddress, PlannedInstance]:
        """The instances of one type."""
        if type_ not in self.types:
            return {}
        if type_ not in self._found:
            found = self._read(type_)
            self._found[type_] = {address: self.keeping(instance) for address, instance in found.items()}
        return self._found[type_]

    def keeping(self, instance: PlannedInstance) -> PlannedInstance:
        """The instance with its values kept for a while, and looked at for what is wrong with them."""
        values = partial(self._decoded, _Checked(instance, self.problems))
        return replace(instance, values=values)

    def of_types(self, is_wanted: Callable[[str], bool]) -> Mapping[ResourceAddress, PlannedInstance]:
        """The instances of some types, in the order of all."""
        wanted = frozenset(filter(is_wanted, self.types))
        if wanted not in self._merged:
            found = [instance for type_ in wanted for instance in self.of_type(type_).values()]
            self._merged[wanted] = _in_order(found)
        return self._merged[wanted]

    def modules(self) -> tuple[ModuleAddress, ...]:
        """The module instances that something is in, in order."""
        if self._modules is None:
            return tuple(dict.fromkeys(address.module for address in self))
        return tuple(sorted(set(self._modules(self)), key=_module_order))

    def __getitem__(self, address: ResourceAddress) -> PlannedInstance:
        return self.of_type(address.type)[address]

    def __iter__(self) -> Iterator[ResourceAddress]:
        return iter(self.of_types(lambda _: True))

    def __len__(self) -> int:
        return sum(len(self.of_type(type_)) for type_ in self.types)


def by_address(instances: Iterable[PlannedInstance]) -> Mapping[ResourceAddress, PlannedInstance]:
    """Instances in the order in which Terraform lists them."""
    found = {instance.address: instance for instance in instances}
    return _in_order(found.values())


def _in_order(instances: Iterable[PlannedInstance]) -> Mapping[ResourceAddress, PlannedInstance]:
    return {instance.address: instance for instance in sorted(instances, key=_order)}


def _order(instance: PlannedInstance) -> tuple[object, ...]:
    address = instance.address
    is_data = address.mode is Mode.DATA
    return *_module_order(address.module), not is_data, address.type, address.name, _key_order(address.key)


def _module_order(address: ModuleAddress) -> tuple[object, ...]:
    return len(address.steps), tuple((name, _key_order(key)) for name, key in address.steps)


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
    kept = [replace(planned, untouched=True, unchanged=True) for planned in before if planned.address not in touched]
    return by_address([*kept, *(planned for planned, remains in changed if remains)])


def resource_address(module: ModuleAddress, mode: str, type_: str, name: str, key: object) -> ResourceAddress:
    """An address from the parts that the files have."""
    return ResourceAddress(module, Mode.of(mode), type_, name, key if isinstance(key, int | str) else None)
