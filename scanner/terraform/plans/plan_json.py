"""Plans and states in JSON, as ``terraform show -json`` prints them.

https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Protocol, TypeVar

from msgspec import Raw

from scanner.lazy_dataclass import dataclass
from scanner.terraform.address import Mode, ModuleAddress, ResourceAddress
from scanner.terraform.aws.facts import TYPES
from scanner.terraform.plans.address_text import parse_module_address, parse_resource_address
from scanner.terraform.plans.json_sections import (
    NOTHING,
    Change,
    Resource,
    ResourceChange,
    Sections,
    ShownValues,
    deferred_changes,
    parse_object,
)
from scanner.terraform.plans.plan_document import (
    DEFERRED,
    INCOMPLETE,
    Changed,
    PlanDocument,
    PlanError,
    alters,
    forgets,
    is_unchanged,
    replaces,
    stays,
)
from scanner.terraform.plans.planned_instances import (
    JSONObject,
    PlannedInstance,
    PlannedInstances,
    Values,
    after_changes,
    by_address,
    resource_address,
)

_NOTHING_UNKNOWN = Raw(b"false")


def module_address(text: str) -> ModuleAddress:
    """The address of a module instance. Raises ``PlanError``."""
    found = parse_module_address(text)
    if found is None:
        raise PlanError(f'it is not what Terraform writes: "{text}" is not a module address')
    return found


def shown_document(found: Sections) -> PlanDocument:
    """The output of ``terraform show -json``. Raises ``PlanError``."""
    version = found.format_version
    if not isinstance(version, str):
        raise PlanError("it has no format_version, so it is not the output of `terraform show -json`")
    if version.split(".")[0] not in ("0", "1"):
        raise PlanError(f"its format version {version} is not known")
    state = found.shown()
    return _state(state) if state is not None else _plan(found)


def _plan(found: Sections) -> PlanDocument:
    if found.errored is True:
        raise PlanError("it is the plan of a run that failed")
    changes = found.changes()
    if changes is None and parse_object(found.planned_values, "planned_values").get("root_module"):
        raise PlanError("it has planned values but no resource_changes, so it does not say which values are known")
    prior = found.prior()
    before = _by_type(_resources(prior.values if prior is not None else None))
    left_out: tuple[str, ...] = ()
    if found.deferred_changes not in (NOTHING, Raw(b"[]")):
        left_out = (DEFERRED,)
    elif found.complete is False:
        left_out = (INCOMPLETE,)
    addressed = cache(module_address)
    planned = [(addressed(change.module_address), change) for change in changes or () if not change.deposed]
    listed = _Listed(before, _by_type(planned))
    instances = PlannedInstances({*listed.before, *listed.changes}, listed.instances, listed.modules)
    return PlanDocument(
        instances,
        parse_object(found.configuration, "configuration"),
        parse_object(found.variables, "variables"),
        left_out,
        forgotten=tuple(map(instances.keeping, _forgotten(changes or ()))),
        deferred=dict(_deferred(instances, found)),
        changed=tuple(_changed(instances, changes or ())),
        moves=tuple(_moves(changes or ())),
        replaced=frozenset(_replaced(changes or ())),
    )


def prior_document(found: Sections) -> PlanDocument:
    """What there was before a plan in JSON: the state in it, and what its changes say was there. Raises ``PlanError``.

    A state is what it is, before and after.
    """
    document = shown_document(found)  # raises for what cannot be read
    if found.shown() is not None:
        return document
    prior = found.prior()
    stored = _by_type(_resources(prior.values if prior is not None else None))
    changes = _by_type((module_address(one.module_address), one) for one in found.changes() or () if not one.deposed)

    def before(type_: str) -> Iterator[PlannedInstance]:
        for module, change in changes.get(type_, ()):
            if change.change.before != NOTHING:
                yield stored_instance(_address(module, change), change.change.before)
        yield from _stored(stored.get(type_, ()))

    return state_document({*stored, *changes}, before, ())


def _moves(changes: Iterable[ResourceChange]) -> Iterator[tuple[str, str]]:
    for one in changes:
        if isinstance(one.previous_address, str) and isinstance(one.address, str):
            yield one.previous_address, one.address


def _replaced(changes: Iterable[ResourceChange]) -> Iterator[str]:
    for one in changes:
        if isinstance(one.address, str) and replaces(one.change.actions):
            yield one.address


class _HasType(Protocol):
    type: str


Item = TypeVar("Item", bound=_HasType)
ByType = Mapping[str, Sequence[tuple[ModuleAddress, Item]]]
"""What a file lists, by the type of the resources, each with the module that it is in."""


def _by_type(listed: Iterable[tuple[ModuleAddress, Item]]) -> ByType[Item]:
    found: dict[str, list[tuple[ModuleAddress, Item]]] = {}
    for item in listed:
        found.setdefault(item[1].type, []).append(item)
    return found


@dataclass(frozen=True, slots=True)
class _Listed:
    """The resources that a plan lists: those in the state before, and what it changes."""

    before: ByType[Resource]
    changes: ByType[ResourceChange]

    def instances(self, type_: str) -> Mapping[ResourceAddress, PlannedInstance]:
        """What exists of a type after apply."""
        before = by_address(_stored(self.before.get(type_, ())))
        return after_changes(before.values(), _planned(self.changes.get(type_, ())))

    def modules(self, instances: PlannedInstances) -> set[ModuleAddress]:
        """The modules that something is in after apply: what is changed tells most of them."""
        found = {
            module for changes in self.changes.values() for module, change in changes if stays(change.change.actions)
        }
        for type_, stored in self.before.items():
            if not all(module in found for module, _ in stored):
                found |= {address.module for address in instances.of_type(type_)}
        return found


def _planned(changes: Iterable[tuple[ModuleAddress, ResourceChange]]) -> Iterator[tuple[PlannedInstance, bool]]:
    """The instances that the plan says something about, and whether they remain."""
    for module, found in changes:
        address = _address(module, found)
        values = partial(_change_values, found.change, address)
        actions = found.change.actions
        yield PlannedInstance(address, values, unchanged=is_unchanged(actions)), stays(actions)


def _changed(instances: PlannedInstances, changes: Iterable[ResourceChange]) -> Iterator[Changed]:
    for found in changes:
        is_one = found.type in TYPES and found.mode == Mode.MANAGED.value and not found.deposed
        if is_one and alters(found.change.actions) and found.change.before != NOTHING:
            address = _address(module_address(found.module_address), found)
            before = stored_instance(address, found.change.before)
            yield Changed(instances.keeping(before), "delete" in found.change.actions)


def _deferred(instances: PlannedInstances, found: Sections) -> Iterator[tuple[ResourceAddress, PlannedInstance | None]]:
    for deferred in deferred_changes(found.deferred_changes):
        one = deferred.resource_change
        if one is not None and one.type in TYPES and one.mode == Mode.MANAGED.value and not one.deposed:
            written = parse_resource_address(one.address) if isinstance(one.address, str) else None
            address = written or _address(module_address(one.module_address), one)
            planned = PlannedInstance(address, partial(_change_values, one.change, address))
            yield address, instances.keeping(planned) if stays(one.change.actions) else None


def _forgotten(changes: Iterable[ResourceChange]) -> Iterator[PlannedInstance]:
    for found in changes:
        if forgets(found.change.actions):
            address = _address(module_address(found.module_address), found)
            yield PlannedInstance(address, partial(_state_values, found.change.before, address))


def _address(module: ModuleAddress, found: ResourceChange | Resource) -> ResourceAddress:
    return resource_address(module, found.mode, found.type, found.name, found.index)


def _change_values(change: Change, address: ResourceAddress) -> Values:
    return _attributes(change.after, address), _attributes(change.after_unknown, address)


def _attributes(values: Raw, address: ResourceAddress) -> JSONObject:
    """An object. ``null`` is one without attributes, and ``false`` says that nothing in it is unknown."""
    return parse_object(values, address) if values != _NOTHING_UNKNOWN else {}


def _state(values: ShownValues) -> PlanDocument:
    listed = _by_type(_resources(values))
    deposed = [
        _address(module, found)
        for type_ in sorted(listed.keys() & TYPES)
        for module, found in listed[type_]
        if found.deposed_key
    ]
    return state_document(listed, lambda type_: _stored(listed[type_]), deposed)


def _resources(values: ShownValues | None) -> Iterator[tuple[ModuleAddress, Resource]]:
    """All resources, each with the module that it is in."""
    modules = [values.root_module] if values is not None and values.root_module is not None else []
    while modules:
        module = modules.pop()
        address = module_address(module.address)
        yield from ((address, resource) for resource in module.resources)
        modules.extend(reversed(module.child_modules))


def _stored(listed: Iterable[tuple[ModuleAddress, Resource]]) -> Iterator[PlannedInstance]:
    for module, found in listed:
        if not found.deposed_key:
            yield stored_instance(_address(module, found), found.values)


def stored_instance(address: ResourceAddress, attributes: Raw, provider: str | None = None) -> PlannedInstance:
    """An object of a state, with the provider configuration that it was made through."""
    return PlannedInstance(address, partial(_state_values, attributes, address), provider=provider, unchanged=True)


def state_document(
    types: Iterable[str],
    stored: Callable[[str], Iterable[PlannedInstance]],
    deposed: Iterable[ResourceAddress],
) -> PlanDocument:
    """The objects of a state, by type.

    A deposed object was replaced and waits for its destruction. It is not a second principal.
    """
    left_out = [
        f"A deposed object of {address} is left out, as the next apply destroys it."
        for address in deposed
        if address.mode is Mode.MANAGED and address.type in TYPES
    ]
    return PlanDocument(PlannedInstances(types, lambda type_: by_address(stored(type_))), left_out=tuple(left_out))


def _state_values(attributes: Raw, address: ResourceAddress) -> Values:
    return _attributes(attributes, address), {}
