"""Plans and states: the same resource instances, and so the same facts.

A plan knows the values of everything but what the provider computes. What is known after apply is traced through the
plan's own configuration where that says what it refers to (``scanner.terraform.plan_references``).

https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from scanner import values
from scanner.diagnostic import Diagnostic, error, warning
from scanner.facts import Fact, Facts, Home, collect
from scanner.root import Inputs, RootKind, ScanRoot
from scanner.source_file import UnreadableFileError, read_text
from scanner.span import Span
from scanner.terraform import aws_iam, policy_document
from scanner.terraform.address import ResourceAddress
from scanner.terraform.computed import Resource, computed
from scanner.terraform.functions.encoding import encode_json
from scanner.terraform.plan_error import PlanError
from scanner.terraform.plan_references import PlannedConfiguration, parse_module_address
from scanner.terraform.provider import partition_of
from scanner.terraform.resources import ResourceInstance, after_apply
from scanner.terraform.state_file import as_shown, is_state_file
from scanner.values import NULL, Value

Object = dict[str, Any]
MAX_BYTES = 1024 * 1024 * 1024
"""Plans of large estates have some hundred megabytes."""
_GONE = frozenset({"delete", "forget"})
"""Actions after which the configuration has no such resource."""


def extract(root: ScanRoot) -> Facts:
    """The facts of a plan or a state. A file that is neither gives one error diagnostic."""
    span = Span.whole_file(root.path)
    try:
        document = _load(root)
        found = tuple(_facts(document, root, span))
        warnings = tuple(_warnings(document, span))
    except PlanError as problem:
        diagnostics: tuple[Diagnostic, ...] = (error("Invalid plan or state", f"{problem}.", span),)
        return collect(root.path, root.kind.value, (), diagnostics, frozenset({root.path}))
    return collect(root.path, root.kind.value, found, warnings, frozenset({root.path}))


def _load(root: ScanRoot) -> Object:
    try:
        document = orjson.loads(read_text(root.location, MAX_BYTES))
    except UnreadableFileError as problem:
        raise PlanError(str(problem)) from problem
    except orjson.JSONDecodeError as problem:
        raise PlanError(f"it is no valid JSON: {problem}") from problem
    if isinstance(document, dict) and "encrypted_data" in document and "encryption_version" in document:
        raise PlanError("OpenTofu has encrypted it; `tofu show -json` prints what can be scanned")
    if isinstance(document, dict) and is_state_file(document):
        return as_shown(document)
    if not isinstance(document, dict) or not isinstance(document.get("format_version"), str):
        raise PlanError("it has no format_version, so it is not the output of `terraform show -json`")
    major = document["format_version"].split(".")[0]
    if major not in ("0", "1"):
        raise PlanError(f"its format version {document['format_version']} is not known")
    if document.get("errored") is True:
        raise PlanError("it is the plan of a run that failed")
    planned = _mapping(_mapping(document.get("planned_values")).get("root_module"))
    if planned and "resource_changes" not in document:
        raise PlanError("it has planned values but no resource_changes, so it does not say what is known")
    return document


def _facts(document: Object, root: ScanRoot, span: Span) -> Iterator[Fact]:
    if root.kind is RootKind.TERRAFORM_STATE:
        found = _current(_mapping(document.get("values")).get("root_module"))
        reader = _Reader(PlannedConfiguration({}, {}), {}, Home(account=root.inputs.account), span)
    else:
        changes = [change for change in _objects(document.get("resource_changes")) if _stays(change)]
        configuration = PlannedConfiguration(
            _mapping(document.get("configuration")), _mapping(document.get("variables"))
        )
        found = ((change, *_after(change)) for change in changes)
        by_address = {change["address"]: change for change in changes if isinstance(change.get("address"), str)}
        reader = _Reader(configuration, by_address, _home(configuration, root.inputs), span)
    for resource, after, unknown in found:
        if resource.get("mode") == "managed" and resource.get("type") in aws_iam.TYPES:
            yield from aws_iam.facts(reader.instance(resource, after, unknown))


def _warnings(document: Object, span: Span) -> Iterator[Diagnostic]:
    """What the plan itself says that it leaves out, and what we leave out."""
    if document.get("deferred_changes"):
        yield warning("Incomplete plan", "some changes are deferred to a later plan; they are missing here.", span)
    elif document.get("complete") is False:
        yield warning("Incomplete plan", "Terraform says that a further plan is needed; what it adds is missing.", span)
    for resource in _state_resources(_mapping(document.get("values")).get("root_module")):
        if resource.get("deposed_key") and resource.get("type") in aws_iam.TYPES:
            message = f"a deposed object of {resource.get('address')} is left out: the next apply destroys it."
            yield warning("Deposed object", message, span)


def _stays(change: Object) -> bool:
    actions = _mapping(change.get("change")).get("actions")
    return not isinstance(actions, list) or not actions or any(action not in _GONE for action in actions)


def _after(change: Object) -> tuple[Object, Object]:
    inner = _mapping(change.get("change"))
    return _mapping(inner.get("after")), _mapping(inner.get("after_unknown"))


def _current(module: Any) -> Iterator[tuple[Object, Object, Object]]:  # untrusted JSON
    for resource in _state_resources(module):
        if not resource.get("deposed_key"):
            yield resource, _mapping(resource.get("values")), {}


def _state_resources(module: Any) -> Iterator[Object]:  # untrusted JSON
    found = _mapping(module)
    yield from _objects(found.get("resources"))
    for child in _objects(found.get("child_modules")):
        yield from _state_resources(child)


def _mapping(found: Any) -> Object:  # untrusted JSON
    return found if isinstance(found, dict) else {}


def _objects(found: Any) -> list[Object]:
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _home(configuration: PlannedConfiguration, inputs: Inputs) -> Home:
    region = configuration.provider_argument("region")
    allowed = configuration.provider_argument("allowed_account_ids")
    account = inputs.account
    if account is None and isinstance(allowed, list) and len(allowed) == 1 and isinstance(allowed[0], str):
        account = allowed[0]
    known = region if isinstance(region, str) else None
    return Home(partition_of(known or inputs.region), account, known)


@dataclass(frozen=True, slots=True)
class _Reader:
    configuration: PlannedConfiguration
    changes: Mapping[str, Object]
    """All resources and data sources of the plan by address."""
    home: Home
    span: Span

    def instance(self, resource: Object, after: Object, unknown: Object) -> ResourceInstance:
        key = resource.get("index")
        address = ResourceAddress(
            parse_module_address(str(resource.get("module_address") or _module_of(resource))),
            "managed",
            str(resource.get("type")),
            str(resource.get("name")),
            key if isinstance(key, str | int) else None,
        )
        attributes = {name: self._attribute(address, name, after, unknown) for name in {*after, *unknown}}
        return ResourceInstance(address, attributes, self.span, self.home)

    def _attribute(self, address: ResourceAddress, name: str, after: Object, unknown: Object) -> Value:
        if unknown.get(name) is True:
            return self._after_apply(address, name, after)
        return self._value(after.get(name), unknown.get(name), f"{address}.{name}")

    def _value(self, known: Any, unknown: Any, symbol: str) -> Value:  # untrusted JSON
        """Known values with unknowns in the places that ``after_unknown`` marks."""
        if unknown is True:
            before, _, last = symbol.rpartition(".")
            return after_apply(before, last, self.span)
        if isinstance(known, dict) and isinstance(unknown, dict):
            entries = {
                key: self._value(known.get(key), unknown.get(key), f"{symbol}.{key}") for key in {*known, *unknown}
            }
            return Value(entries, self.span)
        if isinstance(known, list) and isinstance(unknown, list):
            longest = max(len(known), len(unknown))
            padded = [*unknown, *[None] * (longest - len(unknown))]
            items = [*known, *[None] * (longest - len(known))]
            pairs = zip(items, padded, strict=True)
            return Value(
                tuple(self._value(item, mark, f"{symbol}.{number}") for number, (item, mark) in enumerate(pairs)),
                self.span,
            )
        if known is None and isinstance(unknown, dict | list):
            return self._value([] if isinstance(unknown, list) else {}, unknown, symbol)
        return values.of(known, self.span)

    def _after_apply(self, address: ResourceAddress, name: str, after: Object) -> Value:
        """What the configuration refers to; else what the provider computes; else unknown."""
        resource = Resource(str(address), lambda argument: values.of(after.get(argument), self.span), self.home)
        known = computed(resource, address.type, name).at(self.span)
        if not self.configuration.sets(address, name):
            return known
        target = self.configuration.trace(address, name, self._instances)
        if target is None:
            return after_apply(str(address), name, self.span) if known.is_null else known
        change = self.changes.get(str(target.address))
        if target.address.mode == "data":
            return self._data(str(target.address), target.attribute, change)
        if change is None:
            return after_apply(str(target.address), target.attribute, self.span)
        return self._attribute(target.address, target.attribute, *_after(change))

    def _instances(self, address: ResourceAddress) -> tuple[Any, ...]:
        """The instance keys that a resource has in this plan."""
        return tuple(
            change.get("index")
            for change in self.changes.values()
            if change.get("type") == address.type
            and change.get("name") == address.name
            and change.get("mode") == address.mode
            and parse_module_address(str(change.get("module_address") or "")) == address.module
        )

    def _data(self, address: str, attribute: str, change: Object | None) -> Value:
        """A data source that is read during apply. A policy document's arguments are known in part even so."""
        if change is None or change.get("type") != "aws_iam_policy_document" or "json" not in attribute:
            return after_apply(address, attribute, self.span)
        after, unknown = _after(change)
        entries = {
            name: self._value(after.get(name), unknown.get(name), f"{address}.{name}") for name in {*after, *unknown}
        }
        document = policy_document.document(_Optional(entries))
        return replace(encode_json(document), encodes=document).at(self.span)


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


def _module_of(resource: Object) -> str:
    """States give no module address; it is what stands before the type."""
    address, suffix = str(resource.get("address")), f"{resource.get('type')}.{resource.get('name')}"
    prefix = address.split(f".{suffix}")[0] if f".{suffix}" in address else ""
    return prefix if prefix.startswith("module.") else ""
