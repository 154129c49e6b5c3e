"""One module instance: what the names in it mean, each resolved on demand.

``scanner.terraform.language.scope`` has the theory. This file says what a module instance's namespaces are made of.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from itertools import chain

from scanner import values
from scanner.budget import BudgetSpentError
from scanner.cause import Cause, CauseKind
from scanner.facts import ALWAYS
from scanner.lazy_dataclass import dataclass
from scanner.symbol import Named, NameKind
from scanner.terraform.address import ModuleAddress, full_name
from scanner.terraform.configuration.child_modules import Call, ChildModules
from scanner.terraform.configuration.module import Module
from scanner.terraform.configuration.module_host import ModuleHost
from scanner.terraform.configuration.module_resources import ModuleResources
from scanner.terraform.configuration.provider import (
    Provider,
    Reference,
    not_passed,
    provider_block,
    read_provider,
    unconfigured,
    with_account_of,
    written_key_of,
)
from scanner.terraform.configuration.root_configuration import RootConfiguration
from scanner.terraform.language import nodes
from scanner.terraform.language.blocks import IndexedBlock
from scanner.terraform.language.conversion import ConversionError, convert
from scanner.terraform.language.errors import EvaluationError, KindError
from scanner.terraform.language.expressions import evaluate, evaluate_or_refuse
from scanner.terraform.language.namespace import Namespace
from scanner.terraform.language.scope import Scope
from scanner.terraform.language.type_expressions import constraint
from scanner.terraform.resource_instance import ResourceInstance
from scanner.values import Unknown, Value


def _domain(declaration: Mapping[str, nodes.Attribute], *, may_be_null: bool) -> tuple[str, ...]:
    """All values of a variable of type ``bool``; nothing for other types."""
    match declaration.get("type"):
        case nodes.Attribute(value=nodes.Name(name="bool")):
            return ("true", "false", "null") if may_be_null else ("true", "false")
    return ()


@dataclass(frozen=True, slots=True)
class _Either(Collection[str]):
    """The names of both, first come first."""

    first: Collection[str]
    second: Collection[str]

    def __contains__(self, name: object) -> bool:
        return name in self.first or name in self.second

    def __iter__(self) -> Iterator[str]:
        return chain(self.first, self.second)

    def __len__(self) -> int:
        return len(self.first) + len(self.second)


class ModuleInstance:
    """One instance of a module: a namespace. ``call`` says which one it is, and is None for the root module."""

    def __init__(
        self,
        configuration: RootConfiguration,
        module: Module,
        call: Call | None = None,
        parent: ModuleInstance | None = None,
    ) -> None:
        self.configuration = configuration
        self.module = module
        self.address = call.address if call is not None else ModuleAddress()
        self.existence = call.existence if call is not None else ALWAYS
        self.trail = call.trail if call is not None else ()
        self._call = call
        """None for the root module, which takes input values instead of arguments."""
        self._parent = parent
        self._providers: dict[tuple[str, str | None], Provider] = {}
        self._inputs: Mapping[str, Value] = {}
        self._asked_for: set[str] = set()
        """The variables that something referred to."""
        root = self.root.module
        self.host = ModuleHost(configuration, module, root, self.existence.conditions)
        self._resources = ModuleResources(self)
        self._calls = ChildModules(self, configuration, root, self._child)
        self.scope = Scope(self._namespaces(), self.host, doubts=self.existence.conditions)

    def _child(self, call: Call) -> ModuleInstance:
        return ModuleInstance(self.configuration, call.module, call, self)

    def set_inputs(self, inputs: Mapping[str, Value]) -> None:
        """Values for the variables of the root module, from files and the command line."""
        self._inputs = inputs

    def resource_instances(self, types: frozenset[str]) -> Iterator[ResourceInstance]:
        """Every instance of the managed resources of some types in this module (not in its children)."""
        return self._resources.instances(types)

    def _namespaces(self) -> Mapping[str, Value]:
        types = self.module.resource_types
        made: dict[str, Callable[[], Value]] = {
            "var": lambda: Value(Namespace(lambda: self.module.variables, self._variable, declares="variable")),
            "local": lambda: Value(Namespace(lambda: self.module.locals, self._local, declares="local value")),
            "module": lambda: Value(Namespace(lambda: self.module.calls, self._calls.value, declares="module call")),
            "data": self._resources.data,
            "ephemeral": self._resources.ephemeral,
            "path": self._path,
            "terraform": self._terraform,
            "tofu": self._terraform,
        }
        names = _Either(made, types)
        return Namespace(lambda: names, lambda name: made[name]() if name in made else self._resources.of_type(name))

    def _path(self) -> Value:
        """Relative to the root module, which is where Terraform runs."""
        root = self.root.module.directory
        path = os.path.relpath(self.module.directory, root).replace(os.sep, "/")
        return Value({"module": Value(path), "root": Value("."), "cwd": Value(root.as_posix())})

    def _terraform(self) -> Value:
        applying = Cause(CauseKind.KNOWN_AFTER_APPLY, "whether Terraform plans or applies")
        self.configuration.reads_workspace = True
        return Value({"workspace": self.configuration.workspace, "applying": values.unknown(applying)})

    @property
    def root(self) -> ModuleInstance:
        """The instance of the root module."""
        return self if self._parent is None else self._parent.root

    def _variable(self, name: str) -> Value:
        self._asked_for.add(name)
        block = self.module.variables[name]
        full = full_name(self.address, f"var.{name}")
        resolve = self.configuration.resolution.resolve
        return _known_as(full, resolve(full, block.span, lambda: self._variable_value(name, block, full)))

    def _variable_value(self, name: str, block: IndexedBlock, full: str) -> Value:
        parsed = self.module.parsed(block)
        symbol = Named(NameKind.VALUE, full)
        if parsed is None:
            cause = Cause(CauseKind.MALFORMED, f"the declaration of {full}, which cannot be parsed", block.span)
            return values.unknown(cause, symbol)
        attributes = parsed.body.attributes
        value = given = self._given(name)
        nullable = attributes.get("nullable")
        may_be_null = nullable is None or evaluate_or_refuse(nullable.value, self.scope).data is not False
        if value is None or (value.is_null and not may_be_null):
            default = attributes.get("default")
            if default is None and parsed.body.unread is not None:
                return values.unknown(
                    Cause(CauseKind.MALFORMED, f"{full}, which cannot be read", block.span), Named(NameKind.VALUE, full)
                )
            if default is None or (self._parent is None and not self.configuration.has_defaults):
                missing = f'variable "{name}" of {str(self.address) or "the root module"}, which has no value'
                value = values.unknown(Cause(CauseKind.MISSING_INPUT, missing, block.span), symbol)
            else:
                value = evaluate_or_refuse(default.value, self.scope)
        if value.unknown is not None and value.unknown.symbol == symbol:
            domain = _domain(attributes, may_be_null=may_be_null)
            self.configuration.questions.names(value.unknown.cause, symbol, domain)
        type_ = attributes.get("type")
        return self._converted(value, type_, full, KindError if given is None else EvaluationError)

    def validate(self) -> None:
        """Ask what the validations of variables without a value say of them, here and in all modules inside.

        Those that nothing referred to are left alone.

        A value that is taken for granted and that they do not allow does not count.
        """
        for name in sorted(self._asked_for):
            validations = tuple(self._validations(name))
            if validations and (self._variable(name).unknown is not None or self.configuration.questions.assumed):
                for condition in validations:
                    self._validate(condition)
        for child in self.children():
            child.validate()

    def _validations(self, name: str) -> Iterator[nodes.Attribute]:
        parsed = self.module.parsed(self.module.variables[name])
        for block in parsed.body.blocks if parsed is not None else ():
            if block.type == "validation" and "condition" in block.body.attributes:
                yield block.body.attributes["condition"]

    def _validate(self, condition: nodes.Attribute) -> None:
        try:
            if evaluate(condition.value, self.scope).data is False:
                self.configuration.questions.refute(self.scope.doubts)
        except (EvaluationError, BudgetSpentError):
            pass  # whether it can be evaluated is Terraform's business

    def _given(self, name: str) -> Value | None:
        if self._call is None:
            return self._inputs.get(name)
        argument = self._call.arguments.get(name)
        if argument is None and self._call.unread is not None:
            return Value(Unknown(self._call.unread, Named(NameKind.VALUE, full_name(self.address, f"var.{name}"))))
        return argument() if argument is not None else None

    def _local(self, name: str) -> Value:
        attribute = self.module.locals[name]
        full = full_name(self.address, f"local.{name}")
        resolve = self.configuration.resolution.resolve
        return _known_as(full, resolve(full, attribute.span, lambda: evaluate_or_refuse(attribute.value, self.scope)))

    def output(self, name: str) -> Value:
        """The value of an output of this module."""
        block = self.module.outputs[name]
        full = full_name(self.address, f"output.{name}")
        resolve = self.configuration.resolution.resolve
        return _known_as(full, resolve(full, block.span, lambda: self._output_value(block, full)))

    def _output_value(self, block: IndexedBlock, full: str) -> Value:
        parsed = self.module.parsed(block)
        attribute = parsed.body.attributes.get("value") if parsed is not None else None
        if attribute is None:
            return values.unknown(
                Cause(CauseKind.MALFORMED, f"{full}, which has no value", block.span), Named(NameKind.VALUE, full)
            )
        value = evaluate_or_refuse(attribute.value, self.scope)
        type_ = parsed.body.attributes.get("type") if parsed is not None else None
        return self._converted(value, type_, full, EvaluationError)

    def _converted(self, value: Value, type_: nodes.Attribute | None, full: str, wrong: type[EvaluationError]) -> Value:
        """The value of a variable or, since Terraform 1.15, an output as its type has it."""
        if type_ is None:
            return value
        try:
            return convert(value, constraint(type_.value, functools.partial(evaluate, scope=self.scope)))
        except ConversionError as problem:
            return self.configuration.refuse(wrong(f"the value of {full} has the wrong type: {problem}", type_.span))

    @property
    def outputs(self) -> Value:
        """All outputs, each evaluated on demand."""
        return Value(Namespace(lambda: self.module.outputs, self.output))

    def children(self) -> Iterator[ModuleInstance]:
        """Every instance of every module that this one calls, as far as the modules are there."""
        return self._calls.all()

    def called(self) -> Iterator[ModuleInstance]:
        """Every module that is called and there, one instance of each, whether or not it has any."""
        return self._calls.called()

    def provider(self, reference: Reference, scope: Scope) -> Provider:
        """What a configuration says that is named in a scope: declared here, passed by the call, or inherited."""
        key = evaluate_or_refuse(reference.key, scope) if reference.key is not None else None
        place = reference.name, None if key is None else written_key_of(key)
        known = self._providers.get(place)
        if known is None:
            self._providers[place] = unconfigured(self.configuration.inputs)  # while its own block is evaluated
            known = self._providers[place] = self._provider(reference.name, key)
        return known

    def _provider(self, name: str, key: Value | None) -> Provider:
        inputs = self.configuration.inputs
        block = provider_block(self.module, name)
        if block is not None:
            found = read_provider(block, self.scope, inputs, full_name(self.address, name), key)
            default = self.root.provider(Reference(), self.root.scope) if "." in name else found
            return with_account_of(found, default) if inputs.account is not None else found
        if self._parent is not None and self._call is not None and name in self._call.passed:
            return self._parent.provider(*self._call.passed[name])
        if self._parent is not None and "." not in name:
            return self._parent.provider(Reference(name), self._parent.scope)
        return unconfigured(inputs) if "." not in name else not_passed(inputs, full_name(self.address, name))


def _known_as(name: str, value: Value) -> Value:
    """What is evaluated once and kept is the same wherever its name stands, even where nothing else is known of it."""
    unknown = value.unknown
    if unknown is None or unknown.symbol is not None or unknown.pieces:
        return value
    return replace(value, data=replace(unknown, symbol=Named(NameKind.VALUE, name)))
