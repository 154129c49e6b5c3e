"""One module instance: what the names in it mean, each resolved on demand.

``scanner.terraform.language.scope`` has the theory. This file says what a module instance's namespaces are made of.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from scanner import values
from scanner.cause import NOT_INSTALLED, Cause, CauseKind
from scanner.diagnostic import as_sentence, error, warning
from scanner.facts import ALWAYS, Existence
from scanner.span import Span
from scanner.symbol import Named, NameKind, Symbol
from scanner.terraform.address import InstanceKey, ModuleAddress
from scanner.terraform.configuration import Configuration
from scanner.terraform.expand import Expansion, Instance, by_key, called, instance_at
from scanner.terraform.language import functions, nodes, syntax
from scanner.terraform.language.blocks import IndexedBlock
from scanner.terraform.language.conversion import ConversionError, convert
from scanner.terraform.language.errors import EvaluationError, KindError, UnfollowedError
from scanner.terraform.language.expressions import evaluate, evaluate_or_refuse, render
from scanner.terraform.language.names import refuse_undeclared_in
from scanner.terraform.language.namespace import Namespace
from scanner.terraform.language.questions import Questions
from scanner.terraform.language.scope import Scope
from scanner.terraform.language.syntax_tree import SyntaxProblem
from scanner.terraform.language.type_expressions import constraint
from scanner.terraform.module import Module
from scanner.terraform.module_resources import ModuleResources, expand_or_refuse, instance_existence
from scanner.terraform.module_sources import find_module
from scanner.terraform.provider import (
    Provider,
    Reference,
    not_passed,
    passed_providers,
    provider_block,
    read_provider,
    unconfigured,
    with_account_of,
    written_key_of,
)
from scanner.terraform.resources import ResourceInstance
from scanner.values import Unknown, Value

MAX_MODULE_DEPTH = 40
"""Module calls inside each other. Terraform itself has no limit, but nobody nests more than a handful."""
MAX_MODULE_INSTANCES = 20_000
"""Module instances of one root."""

_META_ARGUMENTS = frozenset({"source", "version", "count", "for_each", "providers", "depends_on"})
"""What a module call says that is for no variable."""
_PROVIDERS = {"aws": "hashicorp/aws", "terraform": "terraform.io/builtin/terraform"}


def _unread(call: nodes.Body) -> Cause | None:
    message = f"a module call that cannot be read ({call.unread})"
    return Cause(CauseKind.MALFORMED, message, call.span) if call.unread is not None else None


def _domain(declaration: Mapping[str, nodes.Attribute], *, may_be_null: bool) -> tuple[str, ...]:
    """All values of a variable of type ``bool``; nothing for other types."""
    match declaration.get("type"):
        case nodes.Attribute(value=nodes.Name(name="bool")):
            return ("true", "false", "null") if may_be_null else ("true", "false")
    return ()


class ModuleInstance:
    """One instance of a module: a namespace, and a host for the functions that its expressions call."""

    def __init__(
        self,
        configuration: Configuration,
        module: Module,
        address: ModuleAddress = ModuleAddress(),  # noqa: B008 # frozen
        arguments: Mapping[str, Callable[[], Value]] | None = None,
        parent: ModuleInstance | None = None,
        existence: Existence = ALWAYS,
        trail: tuple[Span, ...] = (),
        passed: Mapping[str, tuple[Reference, Scope]] | None = None,
        unread: Cause | None = None,
    ) -> None:
        self.configuration = configuration
        self.module = module
        self.address = address
        self.existence = existence
        self.trail = trail
        self._arguments = arguments
        """What the call passes; None in the root module, which takes input values instead."""
        self._unread = unread
        """Why the call may pass more than is known."""
        self._parent = parent
        self._children: dict[str, Mapping[InstanceKey, ModuleInstance] | Unknown] = {}
        self._expansions: dict[str, Expansion] = {}
        """``count`` and ``for_each`` of the module calls."""
        self._passed = passed or {}
        """The caller's provider configurations by their names here, each with the scope of the call."""
        self._providers: dict[tuple[str, str | None], Provider] = {}
        self._inputs: Mapping[str, Value] = {}
        self._asked_for: set[str] = set()
        """The variables that something referred to."""
        self._resources = ModuleResources(self)
        self.scope = Scope(self._namespaces(), self, doubts=existence.conditions)

    def set_inputs(self, inputs: Mapping[str, Value]) -> None:
        """Values for the variables of the root module, from files and the command line."""
        self._inputs = inputs

    def resource_instances(self, types: frozenset[str]) -> Iterator[ResourceInstance]:
        """Every instance of the managed resources of some types in this module (not in its children)."""
        return self._resources.instances(types)

    # What names mean

    def _namespaces(self) -> Mapping[str, Value]:
        types = {labels[0] for labels in self.module.resources}
        made: dict[str, Callable[[], Value]] = {
            "var": lambda: Value(Namespace(lambda: self.module.variables, self._variable, declares="variable")),
            "local": lambda: Value(Namespace(lambda: self.module.locals, self._local, declares="local value")),
            "module": lambda: Value(Namespace(lambda: self.module.calls, self._call_value, declares="module call")),
            "data": self._resources.data,
            "ephemeral": self._resources.ephemeral,
            "path": self._path,
            "terraform": self._terraform,
            "tofu": self._terraform,
            **{name: functools.partial(self._resources.of_type, name) for name in types},
        }
        return Namespace(lambda: made, lambda name: made[name]())

    def _full(self, name: str) -> str:
        return f"{self.address}.{name}" if self.address.steps else name

    def _path(self) -> Value:
        """Relative to the root module, which is where Terraform runs."""
        root = self.root.module.directory
        path = os.path.relpath(self.module.directory, root).replace(os.sep, "/")
        return Value({"module": Value(path), "root": Value("."), "cwd": Value(root.as_posix())})

    def _terraform(self) -> Value:
        applying = Cause(CauseKind.KNOWN_AFTER_APPLY, "whether Terraform plans or applies")
        return Value({"workspace": self.configuration.workspace, "applying": values.unknown(applying)})

    @property
    def root(self) -> ModuleInstance:
        """The instance of the root module."""
        return self if self._parent is None else self._parent.root

    # Variables, locals, outputs

    def _variable(self, name: str) -> Value:
        self._asked_for.add(name)
        block = self.module.variables[name]
        full = self._full(f"var.{name}")
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
            self.questions.names(value.unknown.cause, symbol, _domain(attributes, may_be_null=may_be_null))
        type_ = attributes.get("type")
        return self._converted(value, type_, full, KindError if given is None else EvaluationError)

    def validate(self) -> None:
        """Ask what the validations of variables without a value say of them, here and in all modules inside.

        Those that nothing referred to are left alone.

        A value that is taken for granted and that they do not allow does not count.
        """
        for name in sorted(self._asked_for):
            validations = tuple(self._validations(name))
            if validations and (self._variable(name).unknown is not None or self.questions.assumed):
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
                self.questions.refute(self.scope.doubts)
        except EvaluationError:
            pass  # whether it can be evaluated is Terraform's business

    def _given(self, name: str) -> Value | None:
        if self._arguments is None:
            return self._inputs.get(name)
        argument = self._arguments.get(name)
        if argument is None and self._unread is not None:
            return Value(Unknown(self._unread, Named(NameKind.VALUE, self._full(f"var.{name}"))))
        return argument() if argument is not None else None

    def _local(self, name: str) -> Value:
        attribute = self.module.locals[name]
        full = self._full(f"local.{name}")
        resolve = self.configuration.resolution.resolve
        return _known_as(full, resolve(full, attribute.span, lambda: evaluate_or_refuse(attribute.value, self.scope)))

    def output(self, name: str) -> Value:
        """The value of an output of this module."""
        block = self.module.outputs[name]
        full = self._full(f"output.{name}")
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
            return self.refuse(wrong(f"the value of {full} has the wrong type: {problem}", type_.span))

    # Child modules

    def children(self) -> Iterator[ModuleInstance]:
        """Every instance of every module that this one calls, as far as the modules are there."""
        for name in self.module.calls:
            found = self._instances_of(name)
            if not isinstance(found, Unknown):
                yield from found.values()

    def _call_value(self, name: str) -> Value:
        """A list of instances for ``count``, a mapping for ``for_each``; what is not there has no value."""
        found = self._instances_of(name)
        expansion = self._expansions.get(name)
        if isinstance(found, Unknown) or expansion is None:
            return Value(found if isinstance(found, Unknown) else self._circle(name))
        if expansion.unknown is not None:
            return Value(Unknown(expansion.unknown.cause, Named(NameKind.VALUE, self._full(f"module.{name}"))))
        match expansion.kind:
            case "count":
                return Value(tuple(instance.outputs for instance in found.values()))
            case "for_each":
                return by_key(expansion, lambda key: found[key].outputs)
        return found[None].outputs if found else values.NULL  # enabled = false

    @property
    def outputs(self) -> Value:
        """All outputs, each evaluated on demand."""
        return Value(Namespace(lambda: self.module.outputs, self.output))

    def _instances_of(self, name: str) -> Mapping[InstanceKey, ModuleInstance] | Unknown:
        known = self._children.get(name)
        if known is None:
            full = self._full(f"module.{name}")
            self._children[name] = self._circle(name)
            known = self._children[name] = self._call(name, full)
        return known

    def _circle(self, name: str) -> Unknown:
        full = self._full(f"module.{name}")
        return Unknown(
            Cause(CauseKind.CYCLE, f"the instances of {full}, which depend on its own outputs"),
            Named(NameKind.VALUE, full),
        )

    def _call(self, name: str, full: str) -> Mapping[InstanceKey, ModuleInstance] | Unknown:
        block = self.module.calls[name]
        parsed = self.module.parsed(block)
        if parsed is None:
            return Unknown(
                Cause(CauseKind.MALFORMED, f"the call of {full}, which cannot be parsed", block.span),
                Named(NameKind.VALUE, full),
            )
        if len(self.address.steps) >= MAX_MODULE_DEPTH:
            return self._bound(f"is nested more than {MAX_MODULE_DEPTH} calls deep", block, full)
        expansion = expand_or_refuse(parsed.body, self.scope, full, self.configuration)
        self._expansions[name] = expansion
        if not expansion.instances:
            return {}
        found = self._find(name, parsed)
        if isinstance(found, Cause):
            remedy = " Run `terraform init` first." if found.detail.endswith(NOT_INSTALLED) else ""
            detail = f"What it defines is missing because of {found.detail}.{remedy}"
            self.configuration.report(warning("Module not available", detail, parsed.span))
            return Unknown(found, Named(NameKind.VALUE, full))
        self.configuration.instances += len(expansion.instances)
        if self.configuration.instances > MAX_MODULE_INSTANCES:
            return self._bound(f"makes more than {MAX_MODULE_INSTANCES:,} module instances", block, full)
        module = self.configuration.module(*found)
        self._check_arguments(parsed, module, full)
        child = functools.partial(self._child, name, parsed, module, expansion)
        if expansion.is_open:
            self.configuration.unexpanded[full] = expansion, lambda instance: child(instance).outputs
        return {key: child(instance) for key, instance in expansion.instances.items()}

    def _check_arguments(self, call: nodes.Block, module: Module, full: str) -> None:
        """What a call passes are the called module's variables, and those without a default it has to pass."""
        refuse_undeclared_in(call.body, self.scope)
        passed = {name: attribute for name, attribute in call.body.attributes.items() if name not in _META_ARGUMENTS}
        for name, attribute in passed.items():
            if name not in module.variables:
                self._misfit(module, f'{full} has no variable "{name}"', attribute.span)
        for name, block in module.variables.items() if call.body.unread is None else ():
            parsed = module.parsed(block) if name not in passed else None
            if parsed is not None and "default" not in parsed.body.attributes:
                self._misfit(module, f'{full} needs a value for its variable "{name}"', call.span)

    def _misfit(self, module: Module, message: str, span: Span) -> None:
        if module.is_whole and not self.configuration.is_planned:
            self.configuration.report(error("Invalid module call", as_sentence(message), span))

    def _find(self, name: str, parsed: nodes.Block) -> tuple[Path, str] | Cause:
        address = self.address.child(name, None)
        if self.configuration.packed is not None:
            return self.configuration.packed.find(address)
        return find_module(
            parsed, self.module, address, self.root.module, lambda source: evaluate_or_refuse(source, self.scope)
        )

    def called(self) -> Iterator[ModuleInstance]:
        """Every module that is called and there, one instance of each, whether or not it has any."""
        for name, block in self.module.calls.items():
            parsed = self.module.parsed(block)
            found = self._find(name, parsed) if parsed is not None else None
            if parsed is not None and isinstance(found, tuple):
                module = self.configuration.module(*found)
                yield self._child(name, parsed, module, Expansion("single", {}), Instance(None))

    def _bound(self, why: str, block: IndexedBlock, full: str) -> Unknown:
        cause = Cause(CauseKind.UNSUPPORTED, f"{full}, which {why}", block.span)
        self.configuration.report(
            error("Bound exceeded", f"The root module {why} with {full}, so that is left out.", block.span)
        )
        return Unknown(cause, Named(NameKind.VALUE, full))

    def _child(
        self, name: str, parsed: nodes.Block, module: Module, expansion: Expansion, instance: Instance
    ) -> ModuleInstance:
        scope = self.scope.bind(instance.bindings)

        def argument(attribute: nodes.Attribute) -> Callable[[], Value]:
            return lambda: evaluate_or_refuse(attribute.value, scope).passed(attribute.span)

        return ModuleInstance(
            self.configuration,
            module,
            self.address.child(name, instance.key),
            {key: argument(attribute) for key, attribute in parsed.body.attributes.items()},
            self,
            instance_existence(self.existence, instance, expansion),
            (*self.trail, parsed.span),
            {inner: (outer, scope) for inner, outer in passed_providers(parsed.body).items()},
            _unread(parsed.body),
        )

    # Providers

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
            found = read_provider(block, self.scope, inputs, self._full(name), key)
            default = self.root.provider(Reference(), self.root.scope) if "." in name else found
            return with_account_of(found, default) if inputs.account is not None else found
        if self._parent is not None and name in self._passed:
            return self._parent.provider(*self._passed[name])
        if self._parent is not None and "." not in name:
            return self._parent.provider(Reference(name), self._parent.scope)
        return unconfigured(inputs) if "." not in name else not_passed(inputs, self._full(name))

    # What the evaluator asks for

    @property
    def questions(self) -> Questions:
        """What is open in the whole root, and what is taken for granted."""
        return self.configuration.questions

    def call(self, name: str, arguments: tuple[Value, ...], span: Span) -> Value:
        """Call a built-in function, or one of a provider that is known here."""
        if name.startswith("provider::"):
            name = self._official_name(name)
            if name not in functions.FUNCTIONS:
                return self._provider_function(name, span)
        if name not in functions.FUNCTIONS:
            raise UnfollowedError(
                f'there is no function named "{name}" in the known versions of Terraform and OpenTofu', span
            )

        def rendered(text: str, variables: Mapping[str, Value], path: str | None) -> Value:
            if path is None:  # a text of the configuration, whose own lines are not lines of its file
                return replace(self._render(text, variables, span), span=span)
            return self._render(text, variables, Span.whole_file(self._shown(path)))

        directory, closed = self.root.module.directory, self.configuration.closed_files
        context = functions.FunctionContext(directory, self.configuration.boundary, rendered, closed)
        try:
            return functions.call(name, arguments, context, span)
        except functions.MissingFileError as problem:
            raise UnfollowedError(f"{name}: {str(problem).rstrip('.')}", span) from problem
        except functions.FunctionError as problem:
            raise EvaluationError(f"{name}: {str(problem).rstrip('.')}", span) from problem

    def _official_name(self, name: str) -> str:
        """A provider's function under the name that the provider usually has."""
        _, _, local_and_function = name.partition("::")
        local, _, function = local_and_function.partition("::")
        source = self.module.required_providers.get(local, "")
        official = next((known for known, of in _PROVIDERS.items() if source.endswith(of)), local)
        return f"provider::{official}::{function}"

    def _provider_function(self, name: str, span: Span) -> Value:
        if name.split("::")[1] not in self.module.required_providers:
            raise UnfollowedError(f'there is no function named "{name}"', span)
        return values.unknown(Cause(CauseKind.UNSUPPORTED, f"the result of {name}(), a function of a provider", span))

    def _shown(self, path: str) -> str:
        """A path that a function was given, as reports print it; functions start in the root module."""
        root = self.root.module
        relative = os.path.relpath(root.directory / path, root.directory)
        return os.path.normpath(f"{root.path}/{relative}").replace(os.sep, "/")

    def _render(self, text: str, variables: Mapping[str, Value], span: Span) -> Value:
        try:
            template = syntax.parse_template(text, span)
        except SyntaxProblem as problem:
            raise EvaluationError(f"the template is invalid: {problem}", problem.span) from problem
        return render(template, Scope({}, self, variables, self.scope.doubts))

    def render_value(self, template: Value, variables: Mapping[str, Value]) -> Value:
        """A text as a template with these variables; what stands in its place if it is not one."""
        if template.text is None:
            return template
        span = template.span or Span.whole_file(self.module.path)
        try:
            return replace(self._render(template.text, variables, span), span=span)
        except EvaluationError as problem:
            return self.refuse(problem)

    def checked(self, node: nodes.Node | nodes.Body) -> bool:
        """Whether this has been asked before for the very same node or body."""
        known = self.module.checked.get(id(node)) is node
        self.module.checked[id(node)] = node
        return known

    def instance(self, symbol: Symbol, key: Value) -> Value | None:
        """One instance of a resource whose instances are not known."""
        found = self.configuration.unexpanded.get(called(symbol))
        if found is None:
            return None
        expansion, make = found
        instance = instance_at(expansion, key)
        return make(instance) if instance is not None else None

    def refuse(self, problem: EvaluationError) -> Value:
        """Report what Terraform would refuse."""
        return self.configuration.refuse(problem)


def _known_as(name: str, value: Value) -> Value:
    """What is evaluated once and kept is the same wherever its name stands, even where nothing else is known of it."""
    unknown = value.unknown
    if unknown is None or unknown.symbol is not None or unknown.pieces:
        return value
    return replace(value, data=replace(unknown, symbol=Named(NameKind.VALUE, name)))
