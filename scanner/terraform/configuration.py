"""What all module instances of one configuration share: inputs, modules that were read, what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from scanner import values
from scanner.cause import Cause, CauseKind
from scanner.diagnostic import Diagnostic, error, warning
from scanner.root import Inputs
from scanner.terraform.address import ResourceAddress
from scanner.terraform.expand import Expansion, Instance
from scanner.terraform.language.equality import same_document
from scanner.terraform.language.scope import BoundError, EvaluationError, Resolution
from scanner.terraform.module import Module, load_module
from scanner.values import Value


@dataclass(slots=True)
class Configuration:
    """What all module instances of one root share."""

    inputs: Inputs
    boundary: Path
    modules: dict[Path, Module] = field(default_factory=dict)
    resolution: Resolution = field(init=False)
    unexpanded: dict[str, tuple[Expansion, Callable[[Instance], Value]]] = field(default_factory=dict)
    """Resources whose instances are not known, by address: their expansion, and how to make an instance."""
    diagnostics: dict[Diagnostic, None] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    """Variable files that were read; modules know their own files."""
    instances: int = 0
    contradicted: set[ResourceAddress] = field(default_factory=set)
    """What is evaluated otherwise than it is known."""
    known: Callable[[ResourceAddress, str], Value | None] = field(default=lambda _address, _name: None)
    """What is known of an attribute from elsewhere, from a plan for instance. It goes before what is evaluated."""

    def __post_init__(self) -> None:
        self.resolution = Resolution(self.diagnostics)

    def module(self, directory: Path, path: str) -> Module:
        """The module in a directory; read once, however often it is called."""
        known = self.modules.get(directory)
        if known is None:
            known = self.modules[directory] = load_module(directory, path, self.boundary)
        return known

    def reconciled(self, address: ResourceAddress, name: str, evaluated: Value) -> Value:
        """What is known from elsewhere; as it is evaluated if that says the same, with its places in the code."""
        known = self.known(address, name)
        if known is None or same_document(evaluated, known):
            return evaluated
        if evaluated.text is not None and known.text is not None:
            self.contradicted.add(address)
        return known.at(evaluated.span)

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
