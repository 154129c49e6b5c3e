"""The resources and data sources of one module instance: their instances, and what a reference to them means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Protocol

from scanner import values
from scanner.cause import Cause, CauseKind
from scanner.facts import Existence, Home
from scanner.span import Span
from scanner.symbol import Attribute, Block
from scanner.terraform.address import InstanceKey, Mode, ModuleAddress, ResourceAddress, Wildcard
from scanner.terraform.aws import data_sources
from scanner.terraform.aws.arguments import converted
from scanner.terraform.aws.computed import computed
from scanner.terraform.aws.naming import is_naming
from scanner.terraform.aws.policy_document import RefusedDocumentError
from scanner.terraform.aws.resource_type import Resource
from scanner.terraform.configuration import remote_state, ssm_parameters, stack_exports
from scanner.terraform.configuration.block_entries import block_entries, ignores_changes
from scanner.terraform.configuration.expand import Expansion, Instance, Repeats, at_keys, by_key, expand, refused
from scanner.terraform.configuration.module import Module
from scanner.terraform.configuration.module_host import ModuleHost
from scanner.terraform.configuration.provider import Provider, Reference, named_provider
from scanner.terraform.configuration.root_configuration import RootConfiguration
from scanner.terraform.configuration.shared_arguments import SharedArguments
from scanner.terraform.language import nodes
from scanner.terraform.language.blocks import IndexedBlock
from scanner.terraform.language.errors import EvaluationError, ImpossibleError
from scanner.terraform.language.names import refuse_undeclared_in
from scanner.terraform.language.namespace import Namespace
from scanner.terraform.language.scope import Scope
from scanner.terraform.resource_instance import ResourceInstance
from scanner.values import Unknown, Value


class Owner(Protocol):
    """The module instance that the resources belong to."""

    configuration: RootConfiguration
    module: Module
    address: ModuleAddress
    existence: Existence
    trail: tuple[Span, ...]
    scope: Scope
    host: ModuleHost

    @property
    def root(self) -> Owner:
        """The instance of the root module."""

    def provider(self, reference: Reference, scope: Scope) -> Provider:
        """A provider configuration by its name in a scope of the module."""


class ModuleResources:
    """The resources of one module instance, each expanded when somebody asks for it, once."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._expansions: dict[tuple[Mode, str, str], Expansion] = {}
        self._arguments: dict[tuple[Mode, str, str], SharedArguments] = {}

    def of_type(self, name: str) -> Value:
        """What the name of a resource type means: its resources by name."""
        return Value(self._names(Mode.MANAGED, name, self._owner.module.resource_types))

    def data(self) -> Value:
        """What ``data`` means: types of data sources."""
        types = self._owner.module.data_types
        return Value(
            Namespace(
                lambda: types, lambda name: Value(self._names(Mode.DATA, name, types)), declares="data source of type"
            )
        )

    def ephemeral(self) -> Value:
        """What ``ephemeral`` means: types of ephemeral resources, of which nothing is known before apply."""
        types = self._owner.module.ephemeral

        def of_type(type_: str) -> Value:
            def resource(name: str) -> Value:
                address = f"{type_}.{name}"
                cause = Cause(CauseKind.KNOWN_AFTER_APPLY, f"ephemeral.{address}, which is never part of a plan")
                return values.unknown(cause)

            return Value(Namespace(lambda: types[type_], resource, declares="ephemeral resource"))

        return Value(Namespace(lambda: types, of_type, declares="ephemeral resource of type"))

    def instances(self, types: frozenset[str]) -> Iterator[ResourceInstance]:
        """Every instance of the managed resources of some types."""
        owner = self._owner
        if types.isdisjoint(owner.module.resource_types):
            return
        for type_, name in owner.module.resources:
            if type_ not in types:
                continue
            parsed = owner.module.parsed(owner.module.resources[type_, name])
            expansion = self._expansion(Mode.MANAGED, type_, name)
            if parsed is None or expansion is None:
                continue
            refuse_undeclared_in(parsed.body, owner.scope)
            reference = named_provider(parsed.body, type_)
            provider: Provider | None = None
            for instance in expansion.instances.values():
                if provider is None or reference.key is not None:
                    provider = owner.provider(reference, owner.scope.bind(instance.bindings))
                address = ResourceAddress(owner.address, Mode.MANAGED, type_, name, instance.key)
                yield ResourceInstance(
                    address,
                    self._attributes(address, parsed.body, instance),
                    parsed.span,
                    provider.home,
                    instance_existence(owner.existence, instance, expansion),
                    provider.default_tags,
                    owner.trail,
                    partial(ignores_changes, parsed.body),
                )

    def _names(self, mode: Mode, type_: str, types: Mapping[str, set[str]]) -> Namespace:
        names = types[type_]
        return Namespace(lambda: names, lambda name: self._resource(mode, type_, name), declares=type_)

    def _block(self, mode: Mode, type_: str, name: str) -> IndexedBlock:
        module = self._owner.module
        return (module.resources if mode is Mode.MANAGED else module.data)[type_, name]

    def _expansion(self, mode: Mode, type_: str, name: str) -> Expansion | None:
        """None, with a diagnostic, if the block cannot be parsed."""
        key = (mode, type_, name)
        if key in self._expansions:
            return self._expansions[key]
        owner = self._owner
        address = str(ResourceAddress(owner.address, mode, type_, name))
        parsed = owner.module.parsed(self._block(mode, type_, name))
        if parsed is None:
            return None
        expansion = expand_or_refuse(parsed.body, owner.scope, address, owner.configuration)
        self._expansions[key] = expansion
        if expansion.is_open:
            owner.configuration.unexpanded[address] = (
                expansion,
                lambda found: self._instance(mode, type_, name, found),
            )
        return expansion

    def _resource(self, mode: Mode, type_: str, name: str) -> Value:
        address = str(ResourceAddress(self._owner.address, mode, type_, name))
        span = self._block(mode, type_, name).span
        resolve = self._owner.configuration.resolution.resolve
        return resolve(address, span, lambda: self._resource_value(mode, type_, name, address))

    def _resource_value(self, mode: Mode, type_: str, name: str, address: str) -> Value:
        expansion = self._expansion(mode, type_, name)
        if expansion is None:
            return values.unknown(Cause(CauseKind.MALFORMED, f"{address}, which cannot be evaluated"), Block(address))
        if expansion.unknown is not None:
            return Value(Unknown(expansion.unknown.cause, Block(address)))

        def value(key: InstanceKey) -> Value:
            return self._instance(mode, type_, name, expansion.instances[key])

        if expansion.kind in (Repeats.ONCE, Repeats.ENABLED):
            return value(None) if expansion.instances else values.NULL
        if expansion.kind is Repeats.COUNT:
            return Value(tuple(value(key) for key in expansion.instances))
        return by_key(expansion, value)

    def _instance(self, mode: Mode, type_: str, name: str, instance: Instance) -> Value:
        parsed = self._owner.module.parsed(self._block(mode, type_, name))
        address = ResourceAddress(self._owner.address, mode, type_, name, instance.key)
        if parsed is None:
            return values.unknown(Cause(CauseKind.MALFORMED, f"{address}, which cannot be parsed"), Block(str(address)))
        return Value(self._attributes(address, parsed.body, instance), parsed.span)

    def _attributes(self, address: ResourceAddress, body: nodes.Body, instance: Instance) -> Namespace:
        place = self._block(address.mode, address.type, address.name).span
        doubts = self._doubts(address, instance)
        return _Attributes(self._owner, address, place, self._shared(address, body), instance, doubts)

    def _shared(self, address: ResourceAddress, body: nodes.Body) -> SharedArguments:
        key = address.mode, address.type, address.name
        known = self._arguments.get(key)
        if known is None or known.body is not body:
            configuration = self._owner.configuration
            known = SharedArguments(body, address.type, configuration.resolution, configuration.questions)
            self._arguments[key] = known
        return known

    def _doubts(self, address: ResourceAddress, instance: Instance) -> tuple[Unknown, ...]:
        """What must hold if the instance is to be there."""
        inherited = self._owner.existence.conditions
        expansion = self._expansions.get((address.mode, address.type, address.name))
        if expansion is None or expansion.unknown is None:
            return inherited
        is_certain = instance.key is not Wildcard.ANY and instance.key in expansion.instances
        return inherited if is_certain else (*inherited, expansion.unknown)


def _by_attributes(name: str) -> Value:
    """Stands for what ``_Attributes`` does itself; a method of its own in each would be a cycle of references."""
    raise KeyError(name)


class _Attributes(Namespace):
    """What an instance has: what its block sets, and what the provider computes where it does not."""

    __slots__ = ("_address", "_doubts", "_entries", "_own", "_owner", "_place", "_scope", "_shared", "_shown")

    def __init__(
        self,
        owner: Owner,
        address: ResourceAddress,
        place: Span,
        shared: SharedArguments,
        instance: Instance,
        doubts: tuple[Unknown, ...],
    ) -> None:
        super().__init__(shared.listed, _by_attributes, _by_attributes)
        self._owner = owner
        self._address = address
        self._shown = str(address)
        self._place = place
        """Of the block in its file."""
        self._shared = shared
        self._doubts = doubts
        self._own = shared.of_instance(instance, doubts)
        self._scope = owner.scope.bind(instance.bindings, doubts)
        self._entries = block_entries(shared.body, self._scope, shared.listed(), partial(shared.entry, doubts=doubts))

    def __getitem__(self, name: str) -> Value:
        found = self._values.get(name)
        if found is None:
            found = self._values[name] = self._attribute(name)
        return found

    def _attribute(self, name: str) -> Value:
        configuration, shared = self._owner.configuration, self._shared
        is_attempt = configuration.questions.is_attempt
        known = None if is_attempt else self._own.get(name)
        if known is not None:  # nothing is evaluated, so there can be no circle
            return known
        entry = None if is_attempt else shared.finished(name, self._doubts)
        if entry is not None:
            return self._finished(name, entry, written=True)
        attribute = shared.body.attributes.get(name)
        place = attribute.span if attribute is not None else shared.body.span
        before = configuration.resolution.given_up
        found = configuration.resolution.resolve(f"{self._shown}.{name}", place, lambda: self._evaluated(name))
        if not is_attempt and configuration.resolution.given_up == before:
            self._own[name] = found
        return found

    def _evaluated(self, name: str) -> Value:
        entry = self._entries[name]
        written = not entry.is_null
        found = converted(self._address.type, name, entry if written else self._unset(name))
        if written:
            self._shared.finish(name, self._doubts, entry, found)
        return self._finished(name, found, written=written)

    def _finished(self, name: str, value: Value, *, written: bool) -> Value:
        is_fixed = written and not self._shared.ignores_changes(name)
        found = self._owner.configuration.reconciled(self._address, name, value, is_fixed)
        return found.read_from(Attribute(self._shown, name)) if is_naming(self._address, name) else found

    def _unset(self, name: str) -> Value:
        """What an attribute is that the block does not set."""
        owner = self._owner
        home = owner.provider(self._shared.provider, self._scope).home
        if self._address.mode is not Mode.DATA:
            return computed(Resource(self._address, self._entries.__getitem__, home), name)

        found = self._read_elsewhere(name, home)
        if found is not None:
            return found

        def call(function: str, arguments: tuple[Value, ...]) -> Value:
            return owner.host.call(function, arguments, self._place)

        source = data_sources.DataSource(self._address, self._entries, home, owner.host.render_value, call)
        try:
            return data_sources.attribute(source, name)
        except RefusedDocumentError as problem:
            raise EvaluationError(str(problem), problem.span or self._place) from None

    def _read_elsewhere(self, name: str, home: Home) -> Value | None:
        """What a data source reads that another configuration which is scanned writes down."""
        configuration, type_ = self._owner.configuration, self._address.type
        if type_ == remote_state.DATA_SOURCE and name == remote_state.OUTPUTS:
            place = remote_state.read_place(self._entries, self._owner.root.module.directory)
        elif type_ == ssm_parameters.TYPE and name in ssm_parameters.VALUES:
            place = ssm_parameters.place_of(self._entries.__getitem__, home)
        elif type_ == stack_exports.DATA_SOURCE and name == stack_exports.VALUE:
            place = stack_exports.place_of(self._entries.__getitem__, home)
        else:
            return None
        if place is None:
            return None
        found = configuration.handover.get(place)
        return remote_state.with_defaults(found, self._entries) if found is not None else None


def expand_or_refuse(body: nodes.Body, scope: Scope, address: str, configuration: RootConfiguration) -> Expansion:
    """The instances of a block; for what Terraform would refuse one that stands for whatever was meant."""
    try:
        found = expand(body, scope, address, configuration.unexpanded.get)
    except EvaluationError as problem:
        if isinstance(problem, ImpossibleError):
            configuration.questions.refute(scope.doubts)
        instead = configuration.refuse(problem).unknown
        cause = Cause(CauseKind.MALFORMED, f"the instances of {address}, which are invalid ({problem})", problem.span)
        if instead is not None and instead.cause.kind is CauseKind.MISSING_INPUT:
            cause = replace(instead.cause, detail=f"the instances of {address}, which depend on {instead.cause.detail}")
        found = refused(address, cause)
    keys = configuration.planned_keys(address) if found.unknown is not None else ()
    return at_keys(found, keys) if keys else found


def instance_existence(parent: Existence, instance: Instance, expansion: Expansion) -> Existence:
    """When an instance exists, given when its module instance does."""
    if expansion.unknown is None or (instance.key is not Wildcard.ANY and expansion.kind is not Repeats.ENABLED):
        return parent
    return replace(parent, conditions=(*parent.conditions, expansion.unknown))
