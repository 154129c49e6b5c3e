"""What configurations hand over to others that are scanned beside them: outputs in states, SSM parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

from scanner import values
from scanner.elsewhere import Elsewhere
from scanner.root import ScanRoot
from scanner.terraform.configuration import ssm_parameters
from scanner.terraform.configuration.block_entries import ignores_changes
from scanner.terraform.configuration.handover_place import place
from scanner.terraform.configuration.module_instance import ModuleInstance
from scanner.terraform.configuration.remote_state import LOCAL, place_of
from scanner.terraform.language import nodes
from scanner.terraform.language.expressions import evaluate_or_refuse
from scanner.terraform.language.namespace import Namespace
from scanner.terraform.resource_instance import ResourceInstance
from scanner.values import Value


def _state_of(root: ModuleInstance) -> str | None:
    """Where a root module keeps its state; None where that is not known, or nothing could be read from it."""
    module = root.module
    workspace = root.configuration.workspace.text
    if not module.outputs or workspace is None:
        return None
    for settings in module.settings:
        parsed = module.parsed(settings)
        for block in parsed.body.blocks if parsed is not None else ():
            if block.type == "cloud":
                return None
            if block.type == "backend" and block.labels:
                return place_of(block.labels[0], _argument(block.body.attributes, root), workspace, module.directory)
    return place_of(LOCAL, lambda _: values.NULL, workspace, module.directory)


def _argument(attributes: Mapping[str, nodes.Attribute], root: ModuleInstance) -> Callable[[str], Value]:
    def read(name: str) -> Value:
        found = attributes.get(name)
        return values.NULL if found is None else evaluate_or_refuse(found.value, root.scope)

    return read


def places_kept(root: ModuleInstance) -> Iterator[str]:
    """Places of what other configurations may read of this one."""
    state = _state_of(root)
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
            region = resource.home.region or module.configuration.inputs.region
            found = ssm_parameters.place_of(resource.get("name"), resource.home, region)
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


def handed_over(
    read_from: Sequence[tuple[str, ScanRoot]],
    evaluated: Callable[[ScanRoot, Mapping[str, Value]], ModuleInstance],
) -> Mapping[str, Value]:
    """What is kept in the places, each made when somebody asks for it, and told apart from what is here."""
    labels = tuple(dict.fromkeys(other.path for _, other in read_from))
    roots = dict(read_from)
    instances: dict[ScanRoot, tuple[ModuleInstance, Elsewhere]] = {}

    def instance(of: str) -> tuple[ModuleInstance, Elsewhere]:
        other = roots[of]
        if other not in instances:
            instances[other] = evaluated(other, known), Elsewhere(other.path, labels)
        return instances[other]

    def load(of: str) -> Value:
        if of.startswith(f"{ssm_parameters.KIND} "):
            module, apart = instance(of)
            found = next((value for kept, value in _parameters(module) if kept == of), values.NULL)
            return cast("Value", apart.of(found))
        return Value(Namespace(lambda: tuple(instance(of)[0].module.outputs), lambda name: output(of, name)))

    def output(of: str, name: str) -> Value:
        module, apart = instance(of)
        return cast("Value", apart.of(module.output(name)))

    known: Mapping[str, Value] = Namespace(lambda: roots, load)
    return known
