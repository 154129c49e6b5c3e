"""Names: what each one means in a place, worked out once and only when somebody asks.

Theory
======

A module instance is a set of named expressions: variables, locals, outputs, the arguments of resources. A name is
resolved by evaluating its expression in the scope of its module instance. Nothing is evaluated in advance and nothing
is repeated until it settles: the first demand evaluates, the value is kept, and later demands read it. While a name is
being evaluated it is marked; a demand that meets the mark has found a cycle, which becomes an unknown with the names in
it.

The first word of a reference is looked up in three places, in this order:

1. what is bound here: the variables of a ``for``, ``each``, ``count``, the iterator of a ``dynamic`` block;
2. the module's own namespaces: ``var``, ``local``, ``module``, ``data``, ``path``, ``terraform``;
3. resource types that the module declares.

Each namespace is a mapping whose entries are evaluated when they are looked up. So ``var.team`` is an attribute access
like any other, and the evaluator (``expressions``, in this package) knows nothing of modules. A resource is such a
mapping too: what its block sets is evaluated on demand, what the provider computes is an unknown with the attribute's
address as its symbol (``scanner.terraform.resource_instance``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Protocol

from scanner.cause import Cause, CauseKind
from scanner.diagnostic import Diagnostic, error
from scanner.lazy_dataclass import dataclass
from scanner.span import Span
from scanner.symbol import Symbol
from scanner.terraform.language.errors import EvaluationError
from scanner.terraform.language.nodes import Body, Node
from scanner.values import Unknown, Value, unknown

if TYPE_CHECKING:
    from scanner.terraform.language.questions import Questions

MAX_NAMES_DEEP = 500
"""Names that are being resolved at the same time: several for each module call that may be inside another."""


@dataclass(slots=True)
class Resolution:
    """The names that are being resolved right now, in one scan root."""

    diagnostics: dict[Diagnostic, None]
    """Cycles and chains that are too long are reported here, once."""
    active: dict[str, None] = field(default_factory=dict)
    given_up: int = 0
    """How often an evaluation was given up so far, for a reason that may lie in where it began."""

    def resolve(self, name: str, span: Span | None, evaluate: Callable[[], Value]) -> Value:
        """Evaluate one name. A name that depends on itself, or a chain that is too long, is unknown."""
        if name in self.active:
            self.given_up += 1
            chain = list(self.active)
            circle = " → ".join([*chain[chain.index(name) :], name])
            if span is not None:
                self.diagnostics[
                    error("Circular reference", f"{name} depends on itself ({circle}), so it has no value.", span)
                ] = None
            return unknown(Cause(CauseKind.CYCLE, f"{name}, which depends on itself ({circle})", span))
        if len(self.active) >= MAX_NAMES_DEEP:
            self.given_up += 1
            why = f"is reached through more than {MAX_NAMES_DEEP} references"
            if span is not None:
                self.diagnostics[error("Bound exceeded", f"{name} {why}, so its value is not known.", span)] = None
            return unknown(Cause(CauseKind.UNSUPPORTED, f"{name}, which {why}", span))
        self.active[name] = None
        try:
            return evaluate()
        finally:
            del self.active[name]


class Host(Protocol):
    """What the evaluator asks of the configuration that an expression belongs to."""

    @property
    def questions(self) -> Questions:
        """What is open, and what is taken for granted."""

    def call(self, name: str, arguments: tuple[Value, ...], span: Span) -> Value:
        """Call a function. Raises ``EvaluationError`` for wrong arguments."""

    def checked(self, node: Node | Body) -> bool:
        """Whether this has been asked before for the very same node or body of a block."""

    def instance(self, symbol: Symbol, key: Value) -> Value | None:
        """One instance of a resource whose instances are not known, by its key; None if the symbol names no such."""

    def refuse(self, problem: EvaluationError) -> Value:
        """Report what Terraform would refuse; what stands in its place is unknown."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What names mean in one place."""

    module: Mapping[str, Value]
    """The namespaces and resource types of the module instance."""
    host: Host
    bindings: Mapping[str, Value] = field(default_factory=dict)
    doubts: tuple[Unknown, ...] = ()
    """What must hold if Terraform is to evaluate this place at all: that the module, the resource is there."""

    def bind(self, names: Mapping[str, Value], doubts: tuple[Unknown, ...] | None = None) -> Scope:
        """The scope with more names bound, which hide others of the same name, and perhaps other doubts."""
        bindings = {**self.bindings, **names} if self.bindings else names
        return Scope(self.module, self.host, bindings, self.doubts if doubts is None else doubts)

    def lookup(self, name: str) -> Value | None:
        """The meaning of the first word of a reference; None when it has none."""
        if name in self.bindings:
            return self.bindings[name]
        if name in self.module:
            return self.module[name]
        return None
