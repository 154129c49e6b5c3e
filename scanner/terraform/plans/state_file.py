"""State files as a backend stores them (``terraform.tfstate``).

A stored resource has its instances inside; ``terraform show -json`` lists instances one by one. The attributes are the
same. Version 4 is written since Terraform 0.12 and by every OpenTofu.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Raw, Struct

from scanner.terraform.address import Mode
from scanner.terraform.aws.facts import TYPES
from scanner.terraform.plans.plan_document import PlanDocument, PlanError, resource_address
from scanner.terraform.plans.plan_json import NOTHING, Outline, StoredObject, module_address, parse, state_document

_VERSION = 4


class _Instance(Struct):
    index_key: int | str | None = None
    deposed: str | None = None
    attributes: Raw = NOTHING
    attributes_flat: Any = None


class _Resource(Struct):
    mode: str
    type: str
    name: str
    instances: list[_Instance]
    module: str = ""
    provider: str = ""


def stored_document(outline: Outline) -> PlanDocument:
    """A stored state. Raises ``PlanError``, for versions that we do not know as well."""
    version = outline.version
    if version != _VERSION:
        by = f" (Terraform {outline.terraform_version})" if isinstance(outline.terraform_version, str) else ""
        older = isinstance(version, int) and version < _VERSION
        remedy = "Terraform 0.12 or later writes it anew when it applies" if older else "this scanner knows version 4"
        raise PlanError(f"it is a state of version {version}{by}; {remedy}")
    resources = [] if outline.resources == NOTHING else parse(outline.resources, list[_Resource], "resources")
    return state_document(_instances(resources))


def _instances(resources: list[_Resource]) -> Iterator[StoredObject]:
    for resource in resources:
        module = module_address(resource.module)
        for instance in resource.instances:
            address = resource_address(module, resource.mode, resource.type, resource.name, instance.index_key)
            old = instance.attributes == NOTHING and bool(instance.attributes_flat)
            if old and address.mode is Mode.MANAGED and address.type in TYPES:
                remedy = "`terraform apply -refresh-only` brings the state up to date"
                raise PlanError(f"{address} is stored as Terraform 0.11 did it; {remedy}")
            yield StoredObject(address, instance.attributes, instance.deposed, resource.provider or None)
