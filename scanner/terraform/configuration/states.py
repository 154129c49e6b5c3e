"""Which state a configuration keeps, and the outputs of others that are scanned beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from scanner import values
from scanner.elsewhere import Elsewhere
from scanner.root import ScanRoot
from scanner.terraform.configuration.module_instance import ModuleInstance
from scanner.terraform.configuration.remote_state import LOCAL, place_of
from scanner.terraform.language import nodes
from scanner.terraform.language.expressions import evaluate_or_refuse
from scanner.terraform.language.namespace import Namespace
from scanner.values import Value


def kept_in(root: ModuleInstance) -> str | None:
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


def outputs_elsewhere(
    root: ScanRoot, evaluated: Callable[[ScanRoot], ModuleInstance], labels: tuple[str, ...]
) -> Value:
    """The outputs of another root, each evaluated when somebody asks for it, and told apart from what is here.

    ``labels`` are those of all whose states are read.
    """
    made: list[tuple[ModuleInstance, Elsewhere]] = []

    def instance() -> tuple[ModuleInstance, Elsewhere]:
        if not made:
            made.append((evaluated(root), Elsewhere(root.path, labels)))
        return made[0]

    def load(name: str) -> Value:
        other, apart = instance()
        found: Value = apart.of(other.output(name))
        return found

    def names() -> Sequence[str]:
        return tuple(instance()[0].module.outputs)

    return Value(Namespace(names, load))
