"""What all module instances of one configuration share: inputs, modules that were read, what went wrong."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from dataclasses import field, replace
from pathlib import Path
from typing import Protocol

from scanner import values
from scanner.cause import Cause, CauseKind
from scanner.diagnostic import Diagnostic, Severity, as_sentence, error, warning
from scanner.handover import Handover
from scanner.lazy_dataclass import dataclass
from scanner.root import Inputs
from scanner.session import once
from scanner.span import Span
from scanner.terraform.address import InstanceKey, ModuleAddress, ResourceAddress
from scanner.terraform.configuration.expand import Expansion, Instance
from scanner.terraform.configuration.module import GeneratedFile, Module, load_module
from scanner.terraform.language.errors import BoundError, EvaluationError, UnfollowedError
from scanner.terraform.language.questions import Questions
from scanner.terraform.language.scope import Resolution
from scanner.values import Value


class Modules(Protocol):
    """Modules that are not in directories: those inside a plan file."""

    def find(self, address: ModuleAddress) -> tuple[Path, str] | Cause:
        """What stands for the directory of a call's module, and how reports print it; or why there is none."""

    def load(self, directory: Path, path: str) -> Module:
        """The module that was found there."""


@dataclass(slots=True)
class RootConfiguration:
    """What all module instances of one root share."""

    inputs: Inputs
    boundary: Path
    modules: dict[Path, Module] = field(default_factory=dict)
    resolution: Resolution = field(init=False)
    questions: Questions = field(init=False)
    unexpanded: dict[str, tuple[Expansion, Callable[[Instance], Value]]] = field(default_factory=dict)
    """Resources whose instances are not known, by address: their expansion, and how to make an instance."""
    diagnostics: dict[Diagnostic, None] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    """Variable files that were read; modules know their own files."""
    left_out: Cause | None = None
    """Why a module is not looked into that Terraform would: anything may stand there."""
    undeclared: set[Diagnostic] = field(default_factory=set)
    """Values from the command line that nothing here declares; they may be meant for another root."""
    reconciled: Callable[[ResourceAddress, str, Value, bool], Value] = field(
        default=lambda _address, _name, value, _written: value
    )
    """An attribute as it is, given how it is evaluated and whether it is written in the block: something else, a plan
    for instance, may know it better."""
    planned_keys: Callable[[str], tuple[InstanceKey, ...]] = field(default=lambda _: ())
    """The keys of all instances of a resource or module call, by its address without key, if something knows them that
    counts where ``count`` or ``for_each`` is not known."""
    packed: Modules | None = None
    """Where modules are instead of in directories."""
    closed_files: str = ""
    """Why functions read no files, as the end of a sentence about one; empty where they read them."""
    is_planned: bool = False
    """Whether Terraform has evaluated it: then it cannot be wrong."""
    has_defaults: bool = True
    """Whether variables of the root module that are not given have the defaults that they declare."""
    refused: set[Diagnostic] = field(default_factory=set)
    """Warnings about what Terraform would refuse if the variables have the values that they have here."""
    refused_by_workspace: frozenset[Diagnostic] = frozenset()
    """Those of them that only the workspace leads to, of which nobody said that it is the default one."""
    handover: Handover = field(default_factory=Handover)
    """What others hand over: the outputs in a state, the value of a parameter."""
    workspace: Value = field(init=False)
    reads_workspace: bool = False

    def __post_init__(self) -> None:
        self.resolution = Resolution(self.diagnostics)
        self.questions = Questions(self.inputs.assumptions)
        self.workspace = Value(self.inputs.workspace or "default")

    def module(self, directory: Path, path: str, generated: Iterable[GeneratedFile] = ()) -> Module:
        """The module in a directory; read once, however often it is called."""
        known = self.modules.get(directory)
        if known is None:
            packed = self.packed
            loaded = packed.load(directory, path) if packed else self._loaded(directory, path, tuple(generated))
            known = self.modules[directory] = loaded
        return known

    def _loaded(self, directory: Path, path: str, generated: tuple[GeneratedFile, ...]) -> Module:
        if not generated:
            shared = once(
                (Module, directory, path),
                lambda: load_module(directory, path, self.boundary),
                lambda module: module.size,
            )
            if not shared.has_links:
                return shared.for_a_root()
        return load_module(directory, path, self.boundary, generated)

    def report(self, diagnostic: Diagnostic) -> None:
        """Remember a diagnostic, once."""
        self.diagnostics[diagnostic] = None

    def _may_be_incomplete(self, span: Span) -> bool:
        """Whether what is not declared may stand in a file beside it that could not be read."""
        beside = posixpath.dirname(span.path) or "."
        return any(module.path == beside and not module.is_whole for module in self.modules.values())

    def refuse(self, problem: EvaluationError) -> Value:
        """Report an expression that Terraform would refuse, and give what stands in its place."""
        self.resolution.given_up += 1
        if isinstance(problem, BoundError):
            self.report(error("Bound exceeded", as_sentence(str(problem)), problem.span))
            return values.unknown(
                Cause(CauseKind.UNSUPPORTED, f"an expression that exceeds a bound ({problem})", problem.span)
            )
        found = warning("Invalid expression", f"This cannot be evaluated: {problem}.", problem.span)
        if found in self.refused_by_workspace:
            detail = f"Without --workspace the workspace is taken to be {_DEFAULT}, and then {problem}."
            self.report(warning("Workspace not given", detail, problem.span))
            cause = f"the workspace, which is taken to be {_DEFAULT} (--workspace)"
            return values.unknown(Cause(CauseKind.MISSING_INPUT, cause, problem.span))
        if not problem.is_certain and not isinstance(problem, UnfollowedError):
            self.refused.add(found)
        if problem.is_certain and not self.is_planned and not self._may_be_incomplete(problem.span):
            found = replace(found, severity=Severity.ERROR)
        self.report(found)
        return values.unknown(Cause(CauseKind.MALFORMED, f"an invalid expression ({problem})", problem.span))


_DEFAULT = '"default"'
