"""The configuration that a plan was made from, evaluated with what the plan knows.

A plan knows the values of everything but what is known after apply, and of that it has no more than a list of
references. The configuration has the expressions, and every line. So both are put together: what the plan knows
stands, in the configuration's own evaluation as well; the rest is evaluated. A plan file has its configuration in it;
the one beside it is read if it is still the same.

Another configuration must not say anything about a plan. So nothing is evaluated where the plan shows that the
configuration has changed since (``scanner.terraform.plans.plan_agreement``); it only tells the lines then.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from pathlib import Path

from scanner import values
from scanner.cause import Cause, CauseKind
from scanner.diagnostic import Diagnostic, Severity, warning
from scanner.facts import ALWAYS, Choice, Existence
from scanner.root import RootKind, ScanRoot
from scanner.span import Span
from scanner.symbol import Named, NameKind
from scanner.terraform import aws_iam
from scanner.terraform.address import ResourceAddress, Wildcard
from scanner.terraform.choices import choices, refuted
from scanner.terraform.configuration import Configuration
from scanner.terraform.files import is_configuration
from scanner.terraform.module_instance import ModuleInstance
from scanner.terraform.plans.plan_agreement import difference
from scanner.terraform.plans.plan_document import (
    BlockAddress,
    PlanDocument,
    PlanError,
    block_address,
)
from scanner.terraform.plans.plan_places import is_same_file
from scanner.terraform.plans.planned_values import PlannedValues
from scanner.terraform.resources import ResourceInstance
from scanner.terraform.terragrunt import units_beside
from scanner.terraform.variable_files import input_values
from scanner.values import Value


@dataclass(frozen=True, slots=True)
class Source:
    """What the configuration says about the instances of a plan."""

    instances: Mapping[ResourceAddress, ResourceInstance] = field(default_factory=dict)
    """As they are evaluated; without those that the configuration does not have, or has otherwise."""
    blocks: Mapping[BlockAddress, Span] = field(default_factory=dict)
    """Where each resource is written."""
    files: frozenset[str] = frozenset()
    diagnostics: tuple[Diagnostic, ...] = ()
    choices: tuple[Choice, ...] = ()
    """What is open in it; of a configuration that counts."""
    refuted: tuple[Existence, ...] = ()


def source_of(document: PlanDocument, root: ScanRoot) -> Source:
    """The configuration that the user names, or the one beside the plan; nothing if there is none."""
    given = root.inputs.source
    directory = Path(given).resolve() if given is not None else root.location.parent
    if not _has_configuration(directory):
        if given is not None:
            raise PlanError(f"there is no Terraform configuration in {given} (--source)")
        return Source()
    boundary = root.boundary if directory.is_relative_to(root.boundary) else directory
    shown = Path(given if given is not None else (root.path.rpartition("/")[0] or ".")).as_posix()
    same_files = _has_files(document, directory, boundary)
    if given is None and not same_files:
        return Source()
    return _Merge(document, root, directory, boundary, shown).source(same_files=same_files)


def _has_configuration(directory: Path) -> bool:
    try:
        return any(is_configuration(file.name) for file in directory.iterdir())
    except OSError:
        return False


def _has_files(document: PlanDocument, directory: Path, boundary: Path) -> bool:
    """Whether all files of the configuration in a plan file are still the same."""
    return all(is_same_file(directory, boundary, path, content) for path, content in document.files.items())


class _Merge:
    """One plan and one configuration."""

    def __init__(self, document: PlanDocument, root: ScanRoot, directory: Path, boundary: Path, shown: str) -> None:
        self._document = document
        self._root = root
        self._is_state = root.kind is RootKind.TERRAFORM_STATE
        self._known = PlannedValues(document)
        self._shown = shown
        self._configuration = Configuration(root.inputs, boundary, reconciled=self._known.reconciled)
        self._configuration.workspace = _workspace(document, root)
        self._module = ModuleInstance(self._configuration, self._configuration.module(directory, shown))
        if self._is_state:
            self._module.set_inputs(input_values(self._module, root.inputs, units_beside(directory, shown, boundary)))
        else:
            self._module.set_inputs(dict(_variables(document, self._module)))

    def source(self, *, same_files: bool) -> Source:
        """What can be said of the plan."""
        evaluated = {instance.address: instance for instance in _instances(self._module)}
        self._module.validate()
        planned = self._document.instances
        found = {address: instance for address, instance in evaluated.items() if address in planned}
        for address, instance in found.items():
            self._known.compare(planned[address], instance)
        changed = self._changed(evaluated.keys(), same_files=same_files) if found else self._unrelated()
        problems = tuple(self._problems())
        if not found and not (changed or problems):
            return Source()
        warnings = problems
        if changed and any(self._known.is_open(planned[address]) for address in planned if _is_identity(address)):
            warnings = (*problems, self._warning("Configuration is not that of the plan", changed))
        blocks = {block_address(address): instance.span for address, instance in evaluated.items()}
        files = frozenset(file for read in self._configuration.modules.values() for file in read.files)
        questions = self._configuration.questions
        if changed or not self._is_comparable():
            # Without what is taken for granted it was the plan's, so that is not the case.
            return Source({}, blocks, files, warnings, refuted=(ALWAYS,) if questions.assumed else ())
        trusted = found.keys() - self._known.contradicted
        instances = {address: found[address] for address in trusted}
        return Source(instances, blocks, files, warnings, choices(questions), refuted(questions))

    def _is_comparable(self) -> bool:
        """Whether the plan says what its configuration was. A state has nothing that would have to be evaluated."""
        return self._is_state or bool(self._document.configuration)

    def _unrelated(self) -> str | None:
        """Nothing is wrong with a configuration that happens to lie beside."""
        if self._root.inputs.source is None or not any(map(_is_identity, self._document.instances)):
            return None
        return "nothing is a resource of the plan"

    def _changed(self, evaluated: Set[ResourceAddress], *, same_files: bool) -> str | None:
        """How one can tell that this is another configuration."""
        if self._known.other_account is not None:
            return self._known.other_account
        if self._is_state or not self._is_comparable():
            return None
        if not same_files or self._additional_files():
            return "the files are not those in the plan"
        if not self._document.files:
            written = difference(self._document.configuration, self._module)
            if written is not None:
                return f"{written} is written otherwise than in that of the plan"
        contradicted = sorted(map(str, self._known.contradicted))
        if contradicted:
            return f"{contradicted[0]} has other values than in the plan"
        return self._other_instances(evaluated)

    def _other_instances(self, evaluated: Set[ResourceAddress]) -> str | None:
        """A plan has all instances, unless it says that it is not complete."""
        planned = self._document.instances
        if self._document.left_out or any(instance.untouched for instance in planned.values()):
            return None
        known = [address for address in evaluated if not _is_open(address)]
        expanded = {block_address(address) for address in evaluated} - {
            block_address(address) for address in evaluated if _is_open(address)
        }
        more = [address for address in known if address not in planned]
        less = [
            address
            for address in planned
            if _is_identity(address) and block_address(address) in expanded and address not in evaluated
        ]
        return f"the instances are others: {(more or less)[0]}" if more or less else None

    def _additional_files(self) -> bool:
        """Whether files were added to a configuration that is otherwise the one in a plan file."""
        if not self._document.files:
            return False
        known = {posixpath.normpath(posixpath.join(self._shown, path)) for path in self._document.files}
        read = {posixpath.normpath(file) for module in self._configuration.modules.values() for file in module.files}
        return not read <= known

    def _problems(self) -> Iterator[Diagnostic]:
        """A plan is complete without its configuration, so an error in that is a warning here."""
        modules = self._configuration.modules.values()
        found = dict.fromkeys(
            [*self._configuration.diagnostics, *(one for read in modules for one in read.diagnostics)]
        )
        for one in found:
            if one.severity is Severity.ERROR:
                yield replace(one, severity=Severity.WARNING)

    def _warning(self, summary: str, detail: str) -> Diagnostic:
        rest = "What is known after apply is traced through the plan alone"
        return warning(summary, f"In {self._shown}, {detail}. {rest}.", Span.whole_file(self._root.path))


def _is_open(address: ResourceAddress) -> bool:
    """Whether it stands for instances that are not known, or has a key that is known in part."""
    keys = (address.key, *(key for _, key in address.module.steps))
    return any(key is Wildcard.ANY or (isinstance(key, str) and "…" in key) for key in keys)


def _is_identity(address: ResourceAddress) -> bool:
    return address.mode == "managed" and address.type in aws_iam.TYPES


def _workspace(document: PlanDocument, root: ScanRoot) -> Value:
    known = document.workspace or root.inputs.workspace
    if known is not None:
        return Value(known)
    return values.unknown(
        Cause(CauseKind.MISSING_INPUT, "the workspace is not known (--workspace)"),
        Named(NameKind.VALUE, "terraform.workspace"),
    )


def _variables(document: PlanDocument, root: ModuleInstance) -> Iterator[tuple[str, Value]]:
    """The values that the plan was made with. Variable files and ``--var`` may have others by now."""
    declared = document.configuration.get("root_module", {})
    declared = declared.get("variables", {}) if isinstance(declared, dict) else {}
    for name, block in root.module.variables.items():
        given = document.variables.get(name)
        default = declared.get(name) if isinstance(declared, dict) else None
        if isinstance(given, dict) and "value" in given:
            yield name, values.of(given["value"])
        elif isinstance(default, dict) and "default" in default:
            yield name, values.of(default["default"])
        elif not document.files:
            cause = Cause(CauseKind.MISSING_INPUT, f'the plan has no value for the variable "{name}"', block.span)
            yield name, values.unknown(cause, Named(NameKind.VALUE, f"var.{name}"))


def _instances(module: ModuleInstance) -> Iterator[ResourceInstance]:
    yield from module.resource_instances(aws_iam.TYPES)
    for child in module.children():
        yield from _instances(child)
