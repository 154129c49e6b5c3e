"""A made-up state as backends keep it, indented as Terraform writes it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from benchmarks.corpora.expected import write_facts
from benchmarks.corpora.planned import Object, Planned, expected, planned

PROVIDER = 'provider["registry.terraform.io/hashicorp/aws"]'
RESOURCES_IN_A_MEGABYTE = 660


def write_state(path: Path, megabytes: float) -> None:
    """Write a state of about a size, and the facts beside it."""
    resources = round(megabytes * RESOURCES_IN_A_MEGABYTE)
    path.write_text(json.dumps(state(planned(resources)), indent=2) + "\n", encoding="utf-8")
    write_facts(path, expected(path.name, resources))


def state(found: Iterable[Planned]) -> Object:
    """The state that these instances are in."""
    resources: dict[tuple[str, str], Object] = {}
    for each in found:
        entry = resources.setdefault(
            (each.module, each.type),
            {
                "module": each.module,
                "mode": "managed",
                "type": each.type,
                "name": each.name,
                "provider": PROVIDER,
                "instances": [],
            },
        )
        entry["instances"].append(
            {
                "index_key": each.key,
                "schema_version": 0,
                "attributes": each.stored,
                "sensitive_attributes": [],
                "private": "bnVsbA==",
            }
        )
    return {
        "version": 4,
        "terraform_version": "1.11.4",
        "serial": 41,
        "lineage": "7b1f3c52-6f0c-4d2e-9c11-000000000013",
        "outputs": {},
        "resources": list(resources.values()),
        "check_results": None,
    }
