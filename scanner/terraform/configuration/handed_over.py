"""What configurations hand over to others that are scanned beside them: outputs in states, SSM parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

from scanner import values
from scanner.elsewhere import Elsewhere
from scanner.root import ScanRoot
from scanner.terraform.configuration import ssm_parameters
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
    yield from (place for place, _ in _parameters(root))


def place_of_unit(directory: Path) -> str:
    """The place of the outputs of the Terragrunt unit in a directory."""
    return f"terragrunt {directory.as_posix()}"


def places_of_units(units: Sequence[tuple[Path, str]], root: ModuleInstance) -> Iterator[str]:
    """Places of what is read by the Terragrunt unit that runs a root module; several give it several inputs."""
    if len(units) == 1 and root.module.outputs:
        yield place_of_unit(units[0][0].parent)


def _parameters(module: ModuleInstance) -> Iterator[tuple[str, ResourceInstance]]:
    """The SSM parameters that are certainly made, with their places, as far as those are known."""
    if ssm_parameters.TYPE in module.module.resource_types:
        for resource in module.resource_instances(frozenset((ssm_parameters.TYPE,))):
            region = resource.home.region or module.configuration.inputs.region
            place = ssm_parameters.place(resource.get("name"), resource.home, region)
            if place is not None and not resource.existence.conditions and not ssm_parameters.is_secret(resource):
                yield place, resource
    for child in module.children():
        yield from _parameters(child)


def handed_over(
    read_from: Sequence[tuple[str, ScanRoot]],
    evaluated: Callable[[ScanRoot, Mapping[str, Value]], ModuleInstance],
) -> Mapping[str, Value]:
    """What is kept in the places, each made when somebody asks for it, and told apart from what is here."""
    labels = tuple(dict.fromkeys(other.path for _, other in read_from))
    roots = dict(read_from)
    instances: dict[ScanRoot, tuple[ModuleInstance, Elsewhere]] = {}

    def instance(place: str) -> tuple[ModuleInstance, Elsewhere]:
        other = roots[place]
        if other not in instances:
            instances[other] = evaluated(other, known), Elsewhere(other.path, labels)
        return instances[other]

    def load(place: str) -> Value:
        if place.startswith(ssm_parameters.PREFIX):
            module, apart = instance(place)
            found = next((one.get("value") for kept, one in _parameters(module) if kept == place), values.NULL)
            return cast("Value", apart.of(found))
        return Value(Namespace(lambda: tuple(instance(place)[0].module.outputs), lambda name: output(place, name)))

    def output(place: str, name: str) -> Value:
        module, apart = instance(place)
        return cast("Value", apart.of(module.output(name)))

    known: Mapping[str, Value] = Namespace(lambda: roots, load)
    return known
