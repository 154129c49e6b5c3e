"""``extract``: from a root module to its facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from scanner import values
from scanner.cause import Cause, CauseKind
from scanner.diagnostic import Diagnostic, Severity, as_sentence, error
from scanner.facts import Fact, Facts, collect
from scanner.handover import Handover, Keeper, Open, handover
from scanner.root import ScanRoot
from scanner.span import Span
from scanner.symbol import Named, NameKind
from scanner.terraform.aws import unread_types
from scanner.terraform.aws.facts import TYPES, facts
from scanner.terraform.configuration.choices import choices, refuted
from scanner.terraform.configuration.handed_over import ModuleKeeper, place_of_unit, places_kept, places_of_units
from scanner.terraform.configuration.module_instance import ModuleInstance
from scanner.terraform.configuration.moved import moves
from scanner.terraform.configuration.removed import LeftBehind, left_behind
from scanner.terraform.configuration.root_configuration import RootConfiguration
from scanner.terraform.configuration.terragrunt.generate import generated_files
from scanner.terraform.configuration.terragrunt.unit import Unit, read_unit
from scanner.terraform.configuration.variable_files import input_values
from scanner.unexplored import unexplored
from scanner.values import Value


def extract(root: ScanRoot, opened: Open) -> Facts:
    """Evaluate a root module as far as identities need it, with what those hand over that are ``opened``."""
    configuration = RootConfiguration(root.inputs, root.boundary, handover=handover(root.read_from, opened))
    units = _units(root, configuration)
    instance, found = _evaluated(root, configuration, units)
    by_workspace = _refused_by_workspace(root, configuration, units)
    if by_workspace:
        configuration = RootConfiguration(
            root.inputs,
            root.boundary,
            modules=configuration.modules,
            refused_by_workspace=by_workspace,
            handover=configuration.handover,
        )
        instance, found = _evaluated(root, configuration, units)
    for unit in units:
        configuration.files.add(unit.path)
        if unit.problem is not None:
            message = f"{as_sentence(unit.problem)[:-1]}, so the variables of its module are not known."
            configuration.report(error("Terragrunt file not read", message, Span.whole_file(unit.path)))
    certain = _refused_anyway(root, configuration, units)
    instance.validate()
    if configuration.left_out is not None:
        found += tuple(unexplored(found, configuration.left_out))
    removed = tuple(_left_behind(instance))
    found += tuple(fact for one in removed for fact in one.facts())
    diagnostics = [
        *(replace(one, severity=Severity.ERROR) if one in certain else one for one in configuration.diagnostics),
        *_unread(instance),
        *(one.diagnostic() for one in removed),
    ]
    files = set(configuration.files)
    for read in configuration.modules.values():
        diagnostics += read.diagnostics
        files |= set(read.files)
    collected = collect(root.path, root.kind, found, tuple(diagnostics), frozenset(files))
    questions = configuration.questions
    return replace(
        collected,
        choices=choices(questions),
        refuted=refuted(questions),
        undeclared=frozenset(configuration.undeclared),
        moves=tuple(_moves(instance)),
        keeps=(*places_kept(instance, units), *places_of_units(root.units, instance)),
        reads=tuple(configuration.handover.read),
    )


def _evaluated(
    root: ScanRoot, configuration: RootConfiguration, units: Sequence[Unit]
) -> tuple[ModuleInstance, tuple[Fact, ...]]:
    """The root module, and what its resources and those of all modules inside state."""
    instance = _instance(root, configuration, units)
    return instance, tuple(_facts(instance))


def _instance(root: ScanRoot, configuration: RootConfiguration, units: Sequence[Unit]) -> ModuleInstance:
    generated = generated_files([unit.generated for unit in units], configuration.report)
    instance = ModuleInstance(configuration, configuration.module(root.location, root.path, generated))
    instance.set_inputs(input_values(instance, root.inputs, units))
    return instance


def _units(root: ScanRoot, configuration: RootConfiguration) -> list[Unit]:
    """The Terragrunt files that run the root module, with the outputs of others as far as those are handed over."""

    def outputs(directory: Path) -> Value | None:
        return configuration.handover.get(place_of_unit(directory))

    return [read_unit(file, shown, root.boundary, outputs) for file, shown in root.units]


def keeper(root: ScanRoot, given: Handover) -> Keeper:
    """A configuration that hands something over to others, and may itself be given something."""
    configuration = RootConfiguration(root.inputs, root.boundary, handover=given)
    return ModuleKeeper(_instance(root, configuration, _units(root, configuration)))


def _unread(module: ModuleInstance) -> Iterator[Diagnostic]:
    types = frozenset(filter(unread_types.is_unread, module.module.resource_types))
    for resource in module.resource_instances(types) if types else ():
        found = unread_types.unread(resource)
        if found is not None:
            yield found
    for child in module.children():
        yield from _unread(child)


def _refused_anyway(root: ScanRoot, configuration: RootConfiguration, units: Sequence[Unit]) -> frozenset[Diagnostic]:
    """What Terraform would refuse without the defaults of the root module's variables, and in any workspace.

    A module that others call is often scanned by itself, and what its defaults lead to is not a mistake then. Nobody
    needs to use the default workspace of a configuration that has others.
    """
    if not configuration.refused or root.inputs.assumptions:
        return frozenset()
    without = RootConfiguration(
        root.inputs,
        root.boundary,
        modules=configuration.modules,
        has_defaults=False,
        handover=configuration.handover,
    )
    if root.inputs.workspace is None:
        without.workspace = _any_workspace()
    _evaluated(root, without, units)
    return frozenset(configuration.refused & without.refused)


def _refused_by_workspace(
    root: ScanRoot, configuration: RootConfiguration, units: Sequence[Unit]
) -> frozenset[Diagnostic]:
    """What Terraform would refuse in the default workspace, which nobody said it is, and not in any other one."""
    if not configuration.refused or root.inputs.workspace is not None or not configuration.reads_workspace:
        return frozenset()
    anywhere = RootConfiguration(
        root.inputs, root.boundary, modules=configuration.modules, handover=configuration.handover
    )
    anywhere.workspace = _any_workspace()
    _evaluated(root, anywhere, units)
    return frozenset(configuration.refused - anywhere.refused)


def _any_workspace() -> Value:
    cause = Cause(CauseKind.MISSING_INPUT, "the workspace, which is not known (--workspace)")
    return values.unknown(cause, Named(NameKind.VALUE, "terraform.workspace"))


def _facts(module: ModuleInstance) -> Iterator[Fact]:
    for resource in module.resource_instances(TYPES):
        yield from facts(resource)
    for child in module.children():
        yield from _facts(child)


def _moves(module: ModuleInstance) -> Iterator[tuple[str, str]]:
    yield from moves(module.module, module.address)
    for child in module.children():
        yield from _moves(child)


def _left_behind(module: ModuleInstance) -> Iterator[LeftBehind]:
    yield from left_behind(module.module, module.address)
    for child in module.children():
        yield from _left_behind(child)
