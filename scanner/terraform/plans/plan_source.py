"""The configuration that a plan was made from, evaluated with what the plan knows.

A plan knows the values of everything but what is known after apply, and of that it has no more than a list of
references. The configuration has the expressions, and every line. So both are put together: what the plan knows
stands, in the configuration's own evaluation as well; the rest is evaluated. A plan file has its configuration in it;
the one beside it is read if it is still the same.

The configuration may have changed since. An instance whose arguments are known on both sides and differ is left as the
plan has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scanner import values
from scanner.root import ScanRoot
from scanner.span import Span
from scanner.terraform import aws_iam
from scanner.terraform.address import ResourceAddress
from scanner.terraform.configuration import Configuration
from scanner.terraform.files import is_configuration
from scanner.terraform.module_instance import ModuleInstance
from scanner.terraform.plans.plan_document import (
    BlockAddress,
    PlanDocument,
    PlanError,
    PlannedInstance,
    Values,
    block_address,
)
from scanner.terraform.plans.plan_places import Places
from scanner.terraform.resources import ResourceInstance
from scanner.terraform.variable_files import input_values
from scanner.values import Value

_IDENTIFYING = frozenset(
    {
        "name",
        "user",
        "role",
        "group",
        "path",
        "policy_arn",
        "managed_policy_arn",
        "user_name",
        "role_name",
        "group_name",
    }
)
"""Arguments that are plain texts on both sides, and the same if the configuration is that of the plan."""


@dataclass(frozen=True, slots=True)
class Source:
    """The instances that the configuration makes, by address, and where each block stands."""

    instances: Mapping[ResourceAddress, ResourceInstance] = field(default_factory=dict)
    blocks: Mapping[BlockAddress, Span] = field(default_factory=dict)
    files: frozenset[str] = frozenset()
    contradicted: Set[ResourceAddress] = frozenset()
    """Filled while attributes are asked for."""

    def instance(self, planned: PlannedInstance) -> ResourceInstance | None:
        """The evaluated instance of a planned one, unless it is not there or is another one by now."""
        found = self.instances.get(planned.address)
        if found is None:
            return None
        for name in _IDENTIFYING:
            found.get(name)
        return None if planned.address in self.contradicted else found


NOWHERE = Source()


def source_of(document: PlanDocument, root: ScanRoot) -> Source:
    """The configuration that the user names, or the one beside the plan; ``NOWHERE`` if there is none."""
    given = root.inputs.source
    if given is None and not Places(document, root).are_current():
        return NOWHERE
    directory = Path(given).resolve() if given is not None else root.location.parent
    shown = given if given is not None else (root.path.rpartition("/")[0] or ".")
    if not _has_configuration(directory):
        if given is not None:
            raise PlanError(f"there is no Terraform configuration in {given} (--source)")
        return NOWHERE
    boundary = root.boundary if directory.is_relative_to(root.boundary) else directory
    configuration = Configuration(root.inputs, boundary, known=_Known(document))
    module = ModuleInstance(configuration, configuration.module(directory, Path(shown).as_posix()))
    module.set_inputs({**input_values(module, root.inputs), **dict(_variables(document))})
    instances = {instance.address: instance for instance in _instances(module)}
    blocks = {block_address(address): instance.span for address, instance in instances.items()}
    files = frozenset(file for read in configuration.modules.values() for file in read.files)
    return Source(instances, blocks, files, configuration.contradicted)


def _has_configuration(directory: Path) -> bool:
    try:
        return any(is_configuration(file.name) for file in directory.iterdir())
    except OSError:
        return False


def _variables(document: PlanDocument) -> Iterator[tuple[str, Value]]:
    for name, variable in document.variables.items():
        if isinstance(variable, dict) and "value" in variable:
            yield name, values.of(variable["value"])


def _instances(module: ModuleInstance) -> Iterator[ResourceInstance]:
    yield from module.resource_instances(aws_iam.TYPES)
    for child in module.children():
        yield from _instances(child)


class _Known:
    """What the plan knows of an attribute of a resource or data source."""

    def __init__(self, document: PlanDocument) -> None:
        self._document = document
        self._decoded: dict[ResourceAddress, Values] = {}

    def __call__(self, address: ResourceAddress, name: str) -> Value | None:
        """None if the plan does not know it, or does not have it."""
        planned = self._document.instances.get(address)
        if planned is None:
            return None
        if address not in self._decoded:
            self._decoded[address] = planned.values()
        after, unknown = self._decoded[address]
        if name not in after or _has_unknown(unknown.get(name)):
            return None
        return values.of(after[name])


def _has_unknown(marks: Any) -> bool:  # untrusted JSON
    if isinstance(marks, dict):
        return any(map(_has_unknown, marks.values()))
    if isinstance(marks, list):
        return any(map(_has_unknown, marks))
    return marks is True
