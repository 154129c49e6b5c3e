"""State files as a backend stores them (``terraform.tfstate``).

A stored resource has its instances inside; ``terraform show -json`` lists instances one by one. The attributes are the
same. Version 4 is written since Terraform 0.12 and by every OpenTofu.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from scanner.terraform.address import Mode, ModuleAddress, ResourceAddress
from scanner.terraform.aws.facts import TYPES
from scanner.terraform.plans.json_sections import NOTHING, Sections, StoredInstance, StoredResource
from scanner.terraform.plans.plan_document import PlanDocument, PlanError
from scanner.terraform.plans.plan_json import module_address, state_document, stored_instance
from scanner.terraform.plans.planned_instances import PlannedInstance, resource_address

_VERSION = 4


def stored_document(found: Sections) -> PlanDocument:
    """A stored state. Raises ``PlanError``, for versions that we do not know as well."""
    version = found.version
    if version != _VERSION:
        by = f" (Terraform {found.terraform_version})" if isinstance(found.terraform_version, str) else ""
        older = isinstance(version, int) and version < _VERSION
        remedy = "Terraform 0.12 or later writes it anew when it applies" if older else "this scanner knows version 4"
        raise PlanError(f"it is a state of version {version}{by}; {remedy}")
    listed: dict[str, list[tuple[ModuleAddress, StoredResource]]] = {}
    addressed = cache(module_address)
    for resource in found.stored() or ():
        module = addressed(resource.module)
        listed.setdefault(resource.type, []).append((module, resource))
        if resource.type in TYPES:
            _refuse_old_attributes(module, resource)
    deposed = [
        _address(module, resource, instance)
        for type_ in sorted(listed.keys() & TYPES)
        for module, resource in listed[type_]
        for instance in resource.instances
        if instance.deposed
    ]
    return state_document(listed, lambda type_: _instances(listed[type_]), deposed)


def _refuse_old_attributes(module: ModuleAddress, resource: StoredResource) -> None:
    for instance in resource.instances:
        is_old = instance.attributes == NOTHING and bool(instance.attributes_flat)
        if is_old and Mode.of(resource.mode) is Mode.MANAGED:
            remedy = "`terraform apply -refresh-only` brings the state up to date"
            raise PlanError(f"{_address(module, resource, instance)} is stored as Terraform 0.11 did it; {remedy}")


def _instances(listed: Iterable[tuple[ModuleAddress, StoredResource]]) -> Iterator[PlannedInstance]:
    for module, resource in listed:
        for instance in resource.instances:
            if not instance.deposed:
                address = _address(module, resource, instance)
                yield stored_instance(address, instance.attributes, resource.provider or None)


def _address(module: ModuleAddress, resource: StoredResource, instance: StoredInstance) -> ResourceAddress:
    return resource_address(module, resource.mode, resource.type, resource.name, instance.index_key)
