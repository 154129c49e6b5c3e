"""Plans and states: the same resource instances, and so the same facts.

A plan knows the values of everything but what the provider computes. What is known after apply is traced through the
plan's own configuration where that says what it refers to (``scanner.terraform.plans.plan_references``).

https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from scanner import values
from scanner.diagnostic import Diagnostic, error, warning
from scanner.facts import Account, Fact, Facts, Home, collect
from scanner.partition import partition_of
from scanner.root import Inputs, ScanRoot
from scanner.span import Span
from scanner.terraform import aws_iam, policy_document, policy_text
from scanner.terraform.address import ResourceAddress
from scanner.terraform.computed import Resource, computed
from scanner.terraform.plans.plan_document import Object, PlanDocument, PlanError, PlannedInstance, block_address
from scanner.terraform.plans.plan_knowledge import Plan
from scanner.terraform.plans.plan_places import Places
from scanner.terraform.plans.plan_reader import read_document
from scanner.terraform.plans.plan_references import Path, PlannedConfiguration, Reference
from scanner.terraform.plans.plan_source import Source, source_of
from scanner.terraform.resources import ResourceInstance, after_apply
from scanner.values import NULL, Value


def extract(root: ScanRoot) -> Facts:
    """The facts of a plan or a state. A file that is neither gives one error diagnostic."""
    span = Span.whole_file(root.path)
    try:
        document = read_document(root.location)
        source = source_of(document, root)
        found = tuple(_facts(document, source, root, span))
    except PlanError as problem:
        diagnostics: tuple[Diagnostic, ...] = (error("Invalid plan or state", f"{problem}.", span),)
        return collect(root.path, root.kind.value, (), diagnostics, frozenset({root.path}))
    warnings = (*(warning("Left out", detail, span) for detail in document.left_out), *source.diagnostics)
    collected = collect(root.path, root.kind.value, found, warnings, source.files | {root.path}, source.choices)
    return replace(collected, refuted=source.refuted)


def _facts(document: PlanDocument, source: Source, root: ScanRoot, span: Span) -> Iterator[Fact]:
    configuration = PlannedConfiguration(document.configuration, document.variables)
    home = _home(configuration, root.inputs)
    reader = _Reader(configuration, Plan(document), home, span)
    places = Places(document, root)
    for address, planned in document.instances.items():
        if address.mode == "managed" and address.type in aws_iam.TYPES:
            block = source.blocks.get(block_address(address)) or places.span(address)
            yield from aws_iam.facts(replace(reader, span=block).instance(planned, source.instances.get(address)))


def _home(configuration: PlannedConfiguration, inputs: Inputs) -> Home:
    region = configuration.provider_argument("region")
    allowed = configuration.provider_argument("allowed_account_ids")
    account = inputs.account
    if account is None and isinstance(allowed, list) and len(allowed) == 1 and isinstance(allowed[0], str):
        account = allowed[0]
    known = region if isinstance(region, str) else None
    return Home(partition_of(known or inputs.region), Account(account), known)


@dataclass(frozen=True, slots=True)
class _Reader:
    configuration: PlannedConfiguration
    plan: Plan
    home: Home
    span: Span

    def instance(self, planned: PlannedInstance, evaluated: ResourceInstance | None) -> ResourceInstance:
        """One instance; with its configuration at hand, as it is evaluated beside what the plan knows."""
        after, unknown = planned.values()
        address = planned.address
        if evaluated is None:
            attributes = {name: self._attribute(address, name, after, unknown) for name in {*after, *unknown}}
            return ResourceInstance(address, attributes, self.span, self.home)
        found = {name: evaluated.get(name) for name in {*after, *unknown}}
        for name, value in found.items():
            if value.unknown is not None and value.unknown.symbol is None and not value.unknown.pieces:
                found[name] = self._attribute(address, name, after, unknown)
        return ResourceInstance(address, found, self.span, evaluated.home, trail=evaluated.trail)

    def _attribute(self, address: ResourceAddress, name: str, after: Object, unknown: Object) -> Value:
        if unknown.get(name) is True:
            return self._after_apply(address, name, after)
        return self._value(address, (name,), after.get(name), unknown.get(name))

    def _value(self, address: ResourceAddress, path: Path, known: Any, unknown: Any) -> Value:  # untrusted JSON
        """Known values with unknowns in the places that ``after_unknown`` marks."""
        if unknown is True:
            return self._nested(address, path)
        if isinstance(known, dict) and isinstance(unknown, dict):
            entries = {
                key: self._value(address, (*path, key), known.get(key), unknown.get(key)) for key in {*known, *unknown}
            }
            return Value(entries, self.span)
        if isinstance(known, list) and isinstance(unknown, list):
            longest = max(len(known), len(unknown))
            padded = [*unknown, *[None] * (longest - len(unknown))]
            items = [*known, *[None] * (longest - len(known))]
            pairs = zip(items, padded, strict=True)
            found = [
                self._value(address, (*path, (number, longest)), item, mark)
                for number, (item, mark) in enumerate(pairs)
            ]
            return Value(tuple(found), self.span)
        if known is None and isinstance(unknown, dict | list):
            return self._value(address, path, [] if isinstance(unknown, list) else {}, unknown)
        return values.of(known, self.span)

    def _after_apply(self, address: ResourceAddress, name: str, after: Object) -> Value:
        """What the configuration refers to; else what the provider computes; else unknown."""
        resource = Resource(str(address), lambda argument: values.of(after.get(argument), self.span), self.home)
        known = computed(resource, address.type, name).at(self.span)
        if not self.configuration.sets(address, name):
            return known
        target = self.configuration.trace(address, (name,), self.plan)
        if target is None:
            return after_apply(str(address), name, self.span) if known.is_null else known
        return self._referred(target)

    def _nested(self, address: ResourceAddress, path: Path) -> Value:
        """An unknown inside a list or a block."""
        *_, last = path
        symbol = ".".join(str(step if isinstance(step, str) else step[0]) for step in path)
        unknown = after_apply(str(address), symbol, self.span)
        target = self.configuration.trace(address, path, self.plan)
        if target is None:
            return unknown
        if last == "identifiers":
            # A set with one unknown element is unknown as a whole: the others may be anything.
            return Value((self._referred(target), unknown), self.span)
        return self._referred(target)

    def _referred(self, target: Reference) -> Value:
        planned = self.plan.document.instances.get(target.address)
        if target.address.mode == "data":
            return self._data(target, planned)
        if planned is None:
            return after_apply(str(target.address), target.attribute, self.span)
        return self._attribute(target.address, target.attribute, *planned.values())

    def _data(self, target: Reference, planned: PlannedInstance | None) -> Value:
        """A data source that is read during apply. A policy document's arguments are known in part even so."""
        address = target.address
        if planned is None or address.type != "aws_iam_policy_document" or "json" not in target.attribute:
            return after_apply(str(address), target.attribute, self.span)
        after, unknown = planned.values()
        entries = {
            name: self._value(address, (name,), after.get(name), unknown.get(name)) for name in {*after, *unknown}
        }
        document = policy_document.document(_Optional(entries))
        return policy_text.rendered(document, indented=target.attribute == "json").at(self.span)


class _Optional(dict[str, Value]):
    """Arguments of which those that are not there are null, in nested blocks as well."""

    def __init__(self, entries: Mapping[str, Value]) -> None:
        super().__init__({name: _with_nulls(value) for name, value in entries.items()})

    def __missing__(self, key: str) -> Value:
        return NULL


def _with_nulls(value: Value) -> Value:
    match value.data:
        case tuple() as items:
            return Value(tuple(_with_nulls(item) for item in items), value.span)
        case Mapping() as entries:
            return Value(_Optional(entries), value.span)
    return value
