"""What a plan knows of its resources when a reference to them is traced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from scanner.lazy_dataclass import dataclass
from scanner.terraform.address import InstanceKey, ModuleAddress, ResourceAddress
from scanner.terraform.plans.plan_document import BlockAddress, PlanDocument, block_address, has_unknown


@dataclass(frozen=True)  # without slots: it remembers its indices
class Plan:
    """A plan with its resources and modules indexed."""

    document: PlanDocument

    def instances(self, address: ResourceAddress) -> tuple[InstanceKey, ...]:
        """The instance keys of a resource, given its address without key."""
        if address.type not in self._resources:
            self._resources[address.type] = _keys(self.document.instances.of_type(address.type))
        return self._resources[address.type].get(address, ())

    def module_instances(self, address: ModuleAddress, call: str) -> tuple[InstanceKey, ...]:
        """The instance keys of a module call, of those that have resources in the plan."""
        return self._modules.get((address, call), ())

    def keys_of(self, address: str) -> tuple[InstanceKey, ...]:
        """The instance keys of a resource or a module call, given its address without key as a text."""
        return self._keys_by_text.get(address, ())

    def is_open(self, address: ResourceAddress, attribute: str) -> bool:
        """Whether an attribute is known after apply. What is not in the plan is nothing new."""
        planned = self.document.instances.get(address)
        return planned is not None and has_unknown(planned.values()[1].get(attribute))

    def text(self, address: ResourceAddress, attribute: str) -> str | None:
        """An attribute that the plan knows as a text."""
        planned = self.document.instances.get(address)
        if planned is None:
            return None
        after, unknown = planned.values()
        value = after.get(attribute)
        return value if isinstance(value, str) and not has_unknown(unknown.get(attribute)) else None

    def block(self, address: ResourceAddress) -> tuple[ResourceAddress, ...]:
        """All instances of the block that an instance comes from, in all instances of its module."""
        if address.type not in self._blocks:
            found = self._blocks[address.type] = {}
            for other in self.document.instances.of_type(address.type):
                found.setdefault(block_address(other), []).append(other)
        return tuple(self._blocks[address.type].get(block_address(address), ()))

    @cached_property
    def _blocks(self) -> dict[str, dict[BlockAddress, list[ResourceAddress]]]:
        """By type, of the types that were asked for."""
        return {}

    @cached_property
    def _resources(self) -> dict[str, Mapping[ResourceAddress, tuple[InstanceKey, ...]]]:
        """By type, of the types that were asked for."""
        return {}

    @cached_property
    def _keys_by_text(self) -> dict[str, tuple[InstanceKey, ...]]:
        resources = {str(address): keys for address, keys in _keys(self.document.instances).items()}
        calls = {str(module.child(call, None)): keys for (module, call), keys in self._modules.items()}
        return {**resources, **calls}

    @cached_property
    def _modules(self) -> dict[tuple[ModuleAddress, str], tuple[InstanceKey, ...]]:
        found: dict[tuple[ModuleAddress, str], dict[InstanceKey, None]] = {}
        for module in self.document.instances.modules():
            for depth, (call, key) in enumerate(module.steps):
                found.setdefault((ModuleAddress(module.steps[:depth]), call), {})[key] = None
        return {call: tuple(keys) for call, keys in found.items()}


def _keys(addresses: Iterable[ResourceAddress]) -> Mapping[ResourceAddress, tuple[InstanceKey, ...]]:
    """The instance keys of every resource, by its address without key."""
    found: dict[ResourceAddress, list[InstanceKey]] = {}
    for address in addresses:
        found.setdefault(address.resource, []).append(address.key)
    return {resource: tuple(keys) for resource, keys in found.items()}
