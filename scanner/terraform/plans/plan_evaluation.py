"""The configuration that a plan was made from, evaluated with what the plan knows.

A plan knows the values of everything but what is known after apply. What that is the configuration says, and it says
the places of everything. So both are put together: what the plan knows stands, in the configuration's own evaluation as
well; the rest is evaluated. How far a configuration is believed depends on where it comes from.

- A plan file has its configuration in it. Files that functions read are not in it: those may be others by now.
- The one that the user names is the plan's own, on the user's word, unless the plan shows that it is not
  (``scanner.terraform.plans.plan_agreement``).
- The one that lies beside a plan in JSON may have been changed since in ways that no plan shows. It tells the places,
  and confirms plain references (``scanner.terraform.plans.plan_confirmation``); nothing else of it counts.
"""

from __future__ import annotations

import os.path
import posixpath
from collections.abc import Iterator, Mapping, Set
from dataclasses import replace
from pathlib import Path

from scanner import values
from scanner.cause import Cause, CauseKind
from scanner.diagnostic import Diagnostic, Severity, warning
from scanner.facts import ALWAYS
from scanner.root import RootKind, ScanRoot
from scanner.span import Span
from scanner.symbol import Named, NameKind
from scanner.terraform.address import Mode, ResourceAddress, Wildcard
from scanner.terraform.aws.facts import TYPES
from scanner.terraform.configuration.choices import choices, refuted
from scanner.terraform.configuration.module_instance import ModuleInstance
from scanner.terraform.configuration.root_configuration import RootConfiguration
from scanner.terraform.configuration.terragrunt.unit import units_beside
from scanner.terraform.configuration.variable_files import input_values
from scanner.terraform.plans.plan_agreement import difference
from scanner.terraform.plans.plan_confirmation import confirmed
from scanner.terraform.plans.plan_document import (
    BlockAddress,
    PlanDocument,
    Snapshot,
    block_address,
)
from scanner.terraform.plans.plan_knowledge import Plan
from scanner.terraform.plans.plan_places import is_same_file
from scanner.terraform.plans.plan_snapshot import PackedModules
from scanner.terraform.plans.plan_source import Source
from scanner.terraform.plans.planned_instances import PlannedInstance
from scanner.terraform.plans.planned_values import PlannedValues
from scanner.terraform.resource_instance import ResourceInstance
from scanner.values import Value

_CLOSED = "is not part of the plan and may have changed since (--source says that it has not)"


def unpacked_source(document: PlanDocument, root: ScanRoot, directory: Path) -> Source:
    """What the configuration in a directory says."""
    return _Merge(document, root, *_unpacked(root, directory)).source()


def _unpacked(root: ScanRoot, directory: Path) -> tuple[RootConfiguration, Path, str]:
    """The configuration in a directory, which reports print relative to where they print the plan."""
    boundary = root.boundary if directory.is_relative_to(root.boundary) else directory
    way = os.path.relpath(directory, root.directory).replace(os.sep, "/")
    return RootConfiguration(root.inputs, boundary), directory, posixpath.normpath(posixpath.join(_beside(root), way))


def _beside(root: ScanRoot) -> str:
    return root.path.rpartition("/")[0] or "."


def packed_source(document: PlanDocument, snapshot: Snapshot, root: ScanRoot, directory: Path) -> Source:
    """The configuration in a plan file; with the files that functions read if the user names it, and it is the same."""
    packed = PackedModules(snapshot, root.directory, _beside(root))
    configuration = RootConfiguration(root.inputs, root.boundary, packed=packed, closed_files=_CLOSED)
    warnings: tuple[Diagnostic, ...] = ()
    if root.inputs.source is not None:
        merge = _Merge(document, root, *_unpacked(root, directory))
        if merge.has_files(snapshot):
            return merge.source()
        warnings = (merge.warning("the files are not those in the plan"),)
    source = _Merge(document, root, configuration, *packed.place("")).source()
    paths = snapshot.paths()
    same = {
        posixpath.normpath(posixpath.join(_beside(root), path))
        for path, content in paths.items()
        if is_same_file(root.directory, root.boundary, path, content)
    }
    packed_only = {posixpath.normpath(posixpath.join(_beside(root), path)) for path in paths} - same
    own = Span.whole_file(root.path)
    return replace(
        source,
        files=source.files - packed_only,
        diagnostics=(*warnings, *(_in_archive(found, packed_only) for found in source.diagnostics)),
        place=(lambda span: own if span.path in packed_only else span) if packed_only else None,
    )


def _in_archive(found: Diagnostic, packed_only: Set[str]) -> Diagnostic:
    """A diagnostic that says its place in words, if it is in a file that only the plan has."""
    if found.span.path not in packed_only:
        return found
    return replace(found, detail=f"{found.span.path}, line {found.span.line}: {found.detail}")


class _Merge:
    """One plan and one configuration."""

    def __init__(
        self, document: PlanDocument, root: ScanRoot, configuration: RootConfiguration, directory: Path, shown: str
    ) -> None:
        self._document = document
        self._root = root
        self._is_state = root.kind is RootKind.TERRAFORM_STATE
        self._known = PlannedValues(document)
        self._shown = shown
        self._configuration = configuration
        configuration.is_planned = True
        configuration.reconciled = self._known.reconciled
        configuration.planned_keys = Plan(document).keys_of
        configuration.workspace = _workspace(document, root)
        self._module = ModuleInstance(configuration, configuration.module(directory, shown))
        if self._is_state:
            self._module.set_inputs(
                input_values(self._module, root.inputs, units_beside(directory, shown, configuration.boundary))
            )
        else:
            self._module.set_inputs(dict(_variables(document, self._module)))

    def has_files(self, snapshot: Snapshot) -> bool:
        """Whether this configuration has the files of a plan file, and no more of them."""
        directory, boundary = self._module.module.directory, self._configuration.boundary
        paths = snapshot.paths()
        if not all(is_same_file(directory, boundary, path, content) for path, content in paths.items()):
            return False
        for _ in _instances(self._module):
            pass  # which reads all modules
        known = {posixpath.normpath(posixpath.join(self._shown, path)) for path in paths}
        read = {posixpath.normpath(file) for module in self._configuration.modules.values() for file in module.files}
        return read <= known

    def source(self) -> Source:
        """What can be said of the plan."""
        evaluated = {instance.address: instance for instance in _instances(self._module)}
        self._module.validate()
        planned = self._document.instances
        found = {address: instance for address, instance in evaluated.items() if address in planned}
        for address, instance in found.items():
            self._known.compare(planned[address], instance)
        changed = self._changed(evaluated.keys()) if found else self._unrelated()
        problems = tuple(self._problems())
        references = self._document.configuration
        if not found and not (changed or problems):
            return Source(references=references)
        warnings = problems
        if changed and any(map(self._known.is_open, self._identities().values())):
            warnings = (*problems, self.warning(changed))
        blocks = {block_address(address): instance.span for address, instance in evaluated.items()}
        blocks |= dict(_documents(self._module))
        trails = {block_address(address): instance.trail for address, instance in evaluated.items()}
        files = frozenset(file for read in self._configuration.modules.values() for file in read.files)
        questions = self._configuration.questions
        if changed or not self._is_comparable():
            # Without what is taken for granted it was the plan's, so that is not the case.
            impossible = (ALWAYS,) if questions.assumed and self._is_own else ()
            return Source({}, False, references, blocks, trails, files, warnings, refuted=impossible)
        trusted = {address: found[address] for address in found.keys() - self._known.contradicted}
        if not self._is_own:
            confirming = confirmed(references, self._module)
            return Source(trusted, False, confirming, blocks, trails, files, warnings)
        settled = (choices(questions), refuted(questions))
        return Source(trusted, True, references, blocks, trails, files, warnings, *settled)

    @property
    def _is_own(self) -> bool:
        """Whether the configuration is the plan's own. All that a state has is known, so any will do."""
        named = self._root.inputs.source is not None
        return self._is_state or named or self._document.snapshot is not None

    def _is_comparable(self) -> bool:
        """Whether the plan says what its configuration was. A state has nothing that would have to be evaluated."""
        return self._is_state or self._document.snapshot is not None or bool(self._document.configuration)

    def _unrelated(self) -> str | None:
        """Nothing is wrong with a configuration that happens to lie beside."""
        if self._root.inputs.source is None or not self._identities():
            return None
        return "there is no resource of the plan"

    def _changed(self, evaluated: Set[ResourceAddress]) -> str | None:
        """How one can tell that this is another configuration."""
        if self._known.other_account is not None:
            return self._known.other_account
        if self._is_state or not self._is_comparable():
            return None
        if self._document.snapshot is not None:
            return None  # it is in the plan itself
        written = difference(self._document.configuration, self._module)
        if written is not None:
            return f"{written} is not written as in the configuration of the plan"
        contradicted = sorted(map(str, self._known.contradicted))
        if contradicted:
            return f"{contradicted[0]} has other values than in the plan"
        return self._other_instances(evaluated)

    def _other_instances(self, evaluated: Set[ResourceAddress]) -> str | None:
        """A plan has all instances, unless it says that it is not complete."""
        planned = self._document.instances
        known = [address for address in evaluated if not _is_open(address)]
        expanded = {block_address(address) for address in evaluated} - {
            block_address(address) for address in evaluated if _is_open(address)
        }
        more = [address for address in known if address not in planned]
        less = [
            address for address in self._identities() if block_address(address) in expanded and address not in evaluated
        ]
        if not (more or less) or self._document.left_out or any(each.untouched for each in planned.values()):
            return None
        return f"the instances differ: {(more or less)[0]}"

    def _identities(self) -> Mapping[ResourceAddress, PlannedInstance]:
        """What the plan has of the types that say who there is and what they may do."""
        found = self._document.instances.of_types(TYPES.__contains__)
        return {address: planned for address, planned in found.items() if address.mode is Mode.MANAGED}

    def _problems(self) -> Iterator[Diagnostic]:
        """A plan is complete without its configuration, so an error in that is a warning here."""
        modules = self._configuration.modules.values()
        found = dict.fromkeys(
            [*self._configuration.diagnostics, *(one for read in modules for one in read.diagnostics)]
        )
        for one in found:
            if one.severity is Severity.ERROR:
                yield replace(one, severity=Severity.WARNING)

    def warning(self, detail: str) -> Diagnostic:
        """How one can tell that this is another configuration."""
        rest = "Values known after apply are read from the plan alone"
        summary = "Configuration differs from the plan"
        return warning(summary, f"In {self._shown}, {detail}. {rest}.", Span.whole_file(self._root.path))


def _is_open(address: ResourceAddress) -> bool:
    """Whether it stands for instances that are not known, or has a key that is known in part."""
    keys = (address.key, *(key for _, key in address.module.steps))
    return any(key is Wildcard.ANY or (isinstance(key, str) and "…" in key) for key in keys)


def _workspace(document: PlanDocument, root: ScanRoot) -> Value:
    known = document.workspace or root.inputs.workspace
    if known is not None:
        return Value(known)
    return values.unknown(
        Cause(CauseKind.MISSING_INPUT, "the workspace, which is not known (--workspace)"),
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
        elif document.snapshot is None:
            cause = Cause(CauseKind.MISSING_INPUT, f'variable "{name}", for which the plan has no value', block.span)
            yield name, values.unknown(cause, Named(NameKind.VALUE, f"var.{name}"))


def _documents(module: ModuleInstance) -> Iterator[tuple[BlockAddress, Span]]:
    """Where policy documents are written."""
    calls = tuple(name for name, _ in module.address.steps)
    for (type_, name), block in module.module.data.items():
        if type_ == "aws_iam_policy_document":
            yield (calls, Mode.DATA, type_, name), block.span
    for child in module.children():
        yield from _documents(child)


def _instances(module: ModuleInstance) -> Iterator[ResourceInstance]:
    yield from module.resource_instances(TYPES)
    for child in module.children():
        yield from _instances(child)
