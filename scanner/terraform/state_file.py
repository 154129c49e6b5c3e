"""State files as a backend stores them (``terraform.tfstate``), in the shape that ``terraform show -json`` gives.

A stored resource has its instances inside; ``show`` lists instances one by one. The attributes are the same. Version 4
is written since Terraform 0.12 and by every OpenTofu.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scanner.terraform.address import written_key
from scanner.terraform.plan_error import PlanError

Object = dict[str, Any]
_VERSION = 4


def is_state_file(document: Object) -> bool:
    """Whether a JSON document is a stored state, of whatever version."""
    return "format_version" not in document and isinstance(document.get("version"), int) and "serial" in document


def as_shown(document: Object) -> Object:
    """A stored state as ``terraform show -json`` would print it. Raises ``PlanError`` for what we do not know."""
    version = document.get("version")
    if version != _VERSION:
        written_by = document.get("terraform_version")
        by = f" (Terraform {written_by})" if isinstance(written_by, str) else ""
        older = isinstance(version, int) and version < _VERSION
        remedy = "Terraform 0.12 or later writes it anew when it applies" if older else "this scanner knows version 4"
        raise PlanError(f"it is a state of version {version}{by}; {remedy}")
    resources = document.get("resources")
    if not isinstance(resources, list):
        raise PlanError("it is a state without a list of resources")
    shown = [instance for resource in resources for instance in _instances(resource)]
    return {"format_version": "1.0", "values": {"root_module": {"resources": shown}}}


def _instances(resource: Any) -> Iterator[Object]:  # untrusted JSON
    instances = resource.get("instances") if isinstance(resource, dict) else None
    if not isinstance(instances, list) or not all(isinstance(instance, dict) for instance in instances):
        raise PlanError("it is a state in which a resource has no list of instances")
    common = {
        "mode": resource.get("mode"),
        "type": resource.get("type"),
        "name": resource.get("name"),
        "provider_name": _provider(str(resource.get("provider"))),
        "module_address": resource.get("module") or "",
    }
    data = "data." if common["mode"] == "data" else ""
    prefix = f"{common['module_address']}." if common["module_address"] else ""
    for instance in instances:
        key = instance.get("index_key")
        written = written_key(key if isinstance(key, str | int) else None)
        address = f"{prefix}{data}{common['type']}.{common['name']}{written}"
        if "attributes" not in instance and instance.get("attributes_flat"):
            remedy = "`terraform apply -refresh-only` brings the state up to date"
            raise PlanError(f"{address} is stored as Terraform 0.11 did it; {remedy}")
        yield {
            **common,
            "address": address,
            "index": key,
            "values": instance.get("attributes"),
            "deposed_key": instance.get("deposed"),
        }


def _provider(configuration: str) -> str:
    """``module.m.provider["registry.terraform.io/hashicorp/aws"].alias`` names the provider in its brackets."""
    _, bracket, rest = configuration.partition('provider["')
    return rest.partition('"')[0] if bracket else configuration
