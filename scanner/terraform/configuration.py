"""What all module instances of one configuration share: inputs, modules that were read, what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from scanner import values
from scanner.cause import Cause, CauseKind
from scanner.diagnostic import Diagnostic, error, warning
from scanner.root import Inputs
from scanner.terraform.address import ResourceAddress
from scanner.terraform.expand import Expansion, Instance
from scanner.terraform.language.questions import Questions
from scanner.terraform.language.scope import BoundError, EvaluationError, Resolution
from scanner.terraform.module import GeneratedFile, Module, load_module
from scanner.values import Value


@dataclass(slots=True)
class Configuration:
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
    undeclared: set[Diagnostic] = field(default_factory=set)
    """Values from the command line that nothing here declares; they may be meant for another root."""
    instances: int = 0
    reconciled: Callable[[ResourceAddress, str, Value, bool], Value] = field(
        default=lambda _address, _name, value, _written: value
    )
    """An attribute as it is, given how it is evaluated and whether it is written in the block: something else, a plan
    for instance, may know it better."""
    workspace: Value = field(init=False)

    def __post_init__(self) -> None:
        self.resolution = Resolution(self.diagnostics)
        self.questions = Questions(self.inputs.assumptions)
        self.workspace = Value(self.inputs.workspace or "default")

    def module(self, directory: Path, path: str, generated: Iterable[GeneratedFile] = ()) -> Module:
        """The module in a directory; read once, however often it is called."""
        known = self.modules.get(directory)
        if known is None:
            known = self.modules[directory] = load_module(directory, path, self.boundary, generated)
        return known

    def report(self, diagnostic: Diagnostic) -> None:
        """Remember a diagnostic, once."""
        self.diagnostics[diagnostic] = None

    def refuse(self, problem: EvaluationError) -> Value:
        """Report an expression that Terraform would refuse, and give what stands in its place."""
        if isinstance(problem, BoundError):
            self.report(error("Bound exceeded", f"{problem}.", problem.span))
            return values.unknown(Cause(CauseKind.UNSUPPORTED, str(problem), problem.span))
        self.report(warning("Invalid expression", f"{problem}.", problem.span))
        return values.unknown(Cause(CauseKind.MALFORMED, f"an expression is invalid: {problem}", problem.span))
