"""What configurations hand over to others that are scanned beside them: outputs in states, SSM parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

from scanner import values
from scanner.elsewhere import Elsewhere
from scanner.handover import is_parameter, place
from scanner.terraform.configuration import ssm_parameters
from scanner.terraform.configuration.block_entries import ignores_changes
from scanner.terraform.configuration.module_instance import ModuleInstance
from scanner.terraform.configuration.state_places import LOCAL, state_place
from scanner.terraform.configuration.terragrunt.unit import Unit
from scanner.terraform.language import nodes
from scanner.terraform.language.expressions import evaluate_or_refuse
from scanner.terraform.language.namespace import Namespace
from scanner.terraform.resource_instance import ResourceInstance
from scanner.values import Value


def _state_of(root: ModuleInstance, units: Sequence[Unit]) -> str | None:
    """Where a root module keeps its state; None where that is not known, or nothing could be read from it."""
    module = root.module
    workspace = root.configuration.workspace.text
    if not module.outputs or workspace is None or any(unit.says_state for unit in units):
        return None
    is_copied = any(unit.source is not None for unit in units)
    settings = [parsed.body for block in module.settings if (parsed := module.parsed(block)) is not None]
    written = [block for body in settings for block in body.blocks if block.type in ("backend", "cloud")]
    if written:
        kind = written[-1].labels[0] if written[-1].labels else ""  # HCP Terraform has none
        if is_copied and kind == LOCAL:
            return None
        return state_place(kind, _argument(written[-1].body.attributes, root), workspace, module.directory)
    return None if is_copied else state_place(LOCAL, lambda _: values.NULL, workspace, module.directory)


def _argument(attributes: Mapping[str, nodes.Attribute], root: ModuleInstance) -> Callable[[str], Value]:
    def read(name: str) -> Value:
        found = attributes.get(name)
        return values.NULL if found is None else evaluate_or_refuse(found.value, root.scope)

    return read


def places_kept(root: ModuleInstance, units: Sequence[Unit] = ()) -> Iterator[str]:
    """Places of what other configurations may read of this one, which Terragrunt units may run."""
    state = _state_of(root, units)
    if state is not None:
        yield state
    yield from (kept for kept, _ in _parameters(root))


def place_of_unit(directory: Path) -> str:
    """The place of the outputs of the Terragrunt unit in a directory."""
    return place("terragrunt", directory.as_posix())


def places_of_units(units: Sequence[tuple[Path, str]], root: ModuleInstance) -> Iterator[str]:
    """Places of what is read by the Terragrunt unit that runs a root module; several give it several inputs."""
    if len(units) == 1 and root.module.outputs:
        yield place_of_unit(units[0][0].parent)


def _parameters(module: ModuleInstance) -> Iterator[tuple[str, Value]]:
    """What stands in the SSM parameters that are certainly made, with their places, as far as those are known."""
    if ssm_parameters.TYPE in module.module.resource_types:
        for resource in module.resource_instances(frozenset((ssm_parameters.TYPE,))):
            found = ssm_parameters.place_of(resource.get, resource.home)
            written = _written(module, resource)
            is_open = bool(resource.existence.conditions) or ssm_parameters.is_secret(resource)
            if found is not None and written is not None and not is_open:
                yield found, resource.get(written)
    for child in module.children():
        yield from _parameters(child)


def _written(module: ModuleInstance, resource: ResourceInstance) -> str | None:
    """The argument that has the value; None where somebody else may have put another value in its place."""
    parsed = module.module.parsed(module.module.resources[resource.address.type, resource.address.name])
    names = [name for name in ssm_parameters.VALUES if parsed is not None and name in parsed.body.attributes]
    if parsed is None or len(names) != 1 or ignores_changes(parsed.body, names[0]):
        return None
    return names[0]


class ModuleKeeper:
    """A root module that keeps its state, and parameters, for others."""

    def __init__(self, module: ModuleInstance) -> None:
        self._module = module

    def kept(self, where: str, apart: Elsewhere) -> Value | None:
        """All outputs, each made when somebody asks for it, or the value of a parameter."""
        if is_parameter(where):
            return next((told(value, apart) for kept, value in _parameters(self._module) if kept == where), None)
        names = self._module.module.outputs
        return Value(Namespace(lambda: names, lambda name: told(self._module.output(name), apart)))


def told(value: Value, apart: Elsewhere) -> Value:
    """The value as others see it."""
    return cast("Value", apart.of(value))
