"""The modules that a module instance calls: their instances, and what a reference to them means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from scanner import values
from scanner.cause import NOT_INSTALLED, Cause, CauseKind
from scanner.diagnostic import as_sentence, error, warning
from scanner.facts import Existence
from scanner.lazy_dataclass import dataclass
from scanner.span import Span
from scanner.symbol import Named, NameKind
from scanner.terraform.address import InstanceKey, ModuleAddress, full_name
from scanner.terraform.configuration.expand import Expansion, Instance, Repeats, by_key
from scanner.terraform.configuration.module import Module
from scanner.terraform.configuration.module_resources import expand_or_refuse, instance_existence
from scanner.terraform.configuration.module_sources import find_module
from scanner.terraform.configuration.provider import Reference, passed_providers
from scanner.terraform.configuration.root_configuration import RootConfiguration
from scanner.terraform.language import nodes
from scanner.terraform.language.blocks import IndexedBlock
from scanner.terraform.language.errors import SpentError
from scanner.terraform.language.expressions import evaluate_or_refuse
from scanner.terraform.language.names import refuse_undeclared_in
from scanner.terraform.language.scope import Scope
from scanner.terraform.language.steps import spend_at
from scanner.values import Unknown, Value

MAX_MODULE_DEPTH = 40
"""Module calls inside each other. Terraform itself has no limit, but nobody nests more than a handful."""
_STEPS = 500
"""What an instance of a module costs, beside what is asked of it."""
_STEPS_OF_RESOURCE = 30
"""And for each type of resource in it."""

_META_ARGUMENTS = frozenset({"source", "version", "count", "for_each", "providers", "depends_on"})
"""What a module call says that is for no variable."""


@dataclass(frozen=True, slots=True)
class Call:
    """One instance of a module call."""

    module: Module
    address: ModuleAddress
    arguments: Mapping[str, Callable[[], Value]]
    """What the call passes."""
    existence: Existence
    trail: tuple[Span, ...]
    passed: Mapping[str, tuple[Reference, Scope]]
    """The caller's provider configurations by their names in the module, each with the scope of the call."""
    unread: Cause | None
    """Why the call may pass more than is known."""


class Caller(Protocol):
    """The module instance that calls."""

    module: Module
    address: ModuleAddress
    existence: Existence
    trail: tuple[Span, ...]
    scope: Scope


class HasOutputs(Protocol):
    """A module instance that is called."""

    @property
    def outputs(self) -> Value:
        """All outputs by name."""


M = TypeVar("M", bound=HasOutputs)


class ChildModules(Generic[M]):
    """The module calls of one module instance, each followed when somebody asks for it, once."""

    def __init__(
        self, caller: Caller, configuration: RootConfiguration, root: Module, make: Callable[[Call], M]
    ) -> None:
        self._caller = caller
        self._configuration = configuration
        self._root = root
        self._make = make
        self._instances: dict[str, Mapping[InstanceKey, M] | Unknown] = {}
        self._expansions: dict[str, Expansion] = {}
        """``count`` and ``for_each`` of the calls."""

    def all(self) -> Iterator[M]:
        """Every instance of every module that this one calls, as far as the modules are there."""
        for name in self._caller.module.calls:
            found = self._instances_of(name)
            if not isinstance(found, Unknown):
                yield from found.values()

    def value(self, name: str) -> Value:
        """A list of instances for ``count``, a mapping for ``for_each``; what is not there has no value."""
        found = self._instances_of(name)
        expansion = self._expansions.get(name)
        if isinstance(found, Unknown) or expansion is None:
            return Value(found if isinstance(found, Unknown) else self._circle(name))
        if expansion.unknown is not None:
            return Value(Unknown(expansion.unknown.cause, Named(NameKind.VALUE, self._full(name))))
        match expansion.kind:
            case Repeats.COUNT:
                return Value(tuple(instance.outputs for instance in found.values()))
            case Repeats.FOR_EACH:
                return by_key(expansion, lambda key: found[key].outputs)
        return found[None].outputs if found else values.NULL  # enabled = false

    def _instances_of(self, name: str) -> Mapping[InstanceKey, M] | Unknown:
        known = self._instances.get(name)
        if known is None:
            full = self._full(name)
            self._instances[name] = self._circle(name)
            known = self._instances[name] = self._call(name, full)
        return known

    def _full(self, name: str) -> str:
        return full_name(self._caller.address, f"module.{name}")

    def _circle(self, name: str) -> Unknown:
        full = self._full(name)
        return Unknown(
            Cause(CauseKind.CYCLE, f"the instances of {full}, which depend on its own outputs"),
            Named(NameKind.VALUE, full),
        )

    def _call(self, name: str, full: str) -> Mapping[InstanceKey, M] | Unknown:
        block = self._caller.module.calls[name]
        parsed = self._caller.module.parsed(block)
        if parsed is None:
            return Unknown(
                Cause(CauseKind.MALFORMED, f"the call of {full}, which cannot be parsed", block.span),
                Named(NameKind.VALUE, full),
            )
        if len(self._caller.address.steps) >= MAX_MODULE_DEPTH:
            return self._bound(f"is nested more than {MAX_MODULE_DEPTH} calls deep", block, full)
        expansion = expand_or_refuse(parsed.body, self._caller.scope, full, self._configuration)
        self._expansions[name] = expansion
        if not expansion.instances:
            return {}
        found = self._find(name, parsed)
        if isinstance(found, Cause):
            remedy = " Run `terraform init` first." if found.detail.endswith(NOT_INSTALLED) else ""
            detail = f"What it defines is missing because of {found.detail}.{remedy}"
            self._configuration.report(warning("Module not available", detail, parsed.span))
            return Unknown(found, Named(NameKind.VALUE, full))
        module = self._configuration.module(*found)
        try:
            spend_at(len(expansion.instances) * (_STEPS + _STEPS_OF_RESOURCE * len(module.resource_types)), block.span)
        except SpentError as problem:
            self._configuration.refuse(problem)
            return self._left_out(f"{full}, for which there are no steps left", block, full)
        self._check_arguments(parsed, module, full)
        instance_of = partial(self._instance, name, parsed, module, expansion)
        if expansion.is_open:
            self._configuration.unexpanded[full] = expansion, lambda instance: instance_of(instance).outputs
        return {key: instance_of(instance) for key, instance in expansion.instances.items()}

    def _check_arguments(self, call: nodes.Block, module: Module, full: str) -> None:
        """What a call passes are the called module's variables, and those without a default it has to pass."""
        refuse_undeclared_in(call.body, self._caller.scope)
        passed = {name: attribute for name, attribute in call.body.attributes.items() if name not in _META_ARGUMENTS}
        for name, attribute in passed.items():
            if name not in module.variables:
                self._misfit(module, f'{full} has no variable "{name}"', attribute.span)
        for name, block in module.variables.items() if call.body.unread is None else ():
            parsed = module.parsed(block) if name not in passed else None
            if parsed is not None and "default" not in parsed.body.attributes:
                self._misfit(module, f'{full} needs a value for its variable "{name}"', call.span)

    def _misfit(self, module: Module, message: str, span: Span) -> None:
        if module.is_whole and not self._configuration.is_planned:
            self._configuration.report(error("Invalid module call", as_sentence(message), span))

    def _find(self, name: str, parsed: nodes.Block) -> tuple[Path, str] | Cause:
        address = self._caller.address.child(name, None)
        if self._configuration.packed is not None:
            return self._configuration.packed.find(address)
        return find_module(
            parsed,
            self._caller.module,
            address,
            self._root,
            self._configuration.boundary,
            lambda source: evaluate_or_refuse(source, self._caller.scope),
        )

    def called(self) -> Iterator[M]:
        """Every module that is called and there, one instance of each, whether or not it has any."""
        for name, block in self._caller.module.calls.items():
            parsed = self._caller.module.parsed(block)
            found = self._find(name, parsed) if parsed is not None else None
            if parsed is not None and isinstance(found, tuple):
                module = self._configuration.module(*found)
                yield self._instance(name, parsed, module, Expansion(Repeats.ONCE, {}), Instance(None))

    def _bound(self, why: str, block: IndexedBlock, full: str) -> Unknown:
        detail = f"The root module {why} with {full}, so that is left out."
        self._configuration.report(error("Bound exceeded", detail, block.span))
        return self._left_out(f"{full}, which {why}", block, full)

    def _left_out(self, what: str, block: IndexedBlock, full: str) -> Unknown:
        cause = Cause(CauseKind.UNSUPPORTED, what, block.span)
        self._configuration.left_out = self._configuration.left_out or cause
        return Unknown(cause, Named(NameKind.VALUE, full))

    def _instance(self, name: str, parsed: nodes.Block, module: Module, expansion: Expansion, instance: Instance) -> M:
        caller = self._caller
        scope = caller.scope.bind(instance.bindings)

        def argument(attribute: nodes.Attribute) -> Callable[[], Value]:
            return lambda: evaluate_or_refuse(attribute.value, scope).passed(attribute.span)

        return self._make(
            Call(
                module,
                caller.address.child(name, instance.key),
                arguments={key: argument(attribute) for key, attribute in parsed.body.attributes.items()},
                existence=instance_existence(caller.existence, instance, expansion),
                trail=(*caller.trail, parsed.span),
                passed={inner: (outer, scope) for inner, outer in passed_providers(parsed.body).items()},
                unread=_unread(parsed.body),
            )
        )


def _unread(call: nodes.Body) -> Cause | None:
    message = f"a module call that cannot be read ({call.unread})"
    return Cause(CauseKind.MALFORMED, message, call.span) if call.unread is not None else None
