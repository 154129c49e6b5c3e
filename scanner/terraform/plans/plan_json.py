"""Plans and states in JSON. The only reader of it, for the output of ``terraform show -json`` and for stored states.

Only what is named below is ever built in memory; the rest of a file is checked for being JSON and skipped. The values
of an instance stay the bytes they are until somebody asks for them, so a plan takes little more memory than its file
has bytes (docs/benchmarks.md).

https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, TypeVar

import msgspec
from msgspec import Raw, Struct

from scanner.lazy_dataclass import dataclass
from scanner.terraform.address import Mode, ModuleAddress, ResourceAddress
from scanner.terraform.aws.facts import TYPES
from scanner.terraform.plans.address_text import parse_module_address
from scanner.terraform.plans.plan_document import (
    DEFERRED,
    INCOMPLETE,
    JSONObject,
    PlanDocument,
    PlanError,
    PlannedInstance,
    Values,
    after_changes,
    by_address,
    forgets,
    resource_address,
    stays,
)

Parsed = TypeVar("Parsed")
NOTHING = Raw(b"null")
"""What stands for a section that is not there."""


class Outline(Struct):
    """The sections of a file by which its kind is told. Those that may be large are not parsed yet."""

    format_version: Any = None
    terraform_version: Any = None
    errored: Any = None
    complete: Any = None
    variables: Raw = NOTHING
    planned_values: Raw = NOTHING
    resource_changes: Raw = NOTHING
    deferred_changes: Raw = NOTHING
    prior_state: Raw = NOTHING
    configuration: Raw = NOTHING
    values: Raw = NOTHING
    # Of a stored state:
    version: Any = None
    serial: Any = None
    resources: Raw = NOTHING
    # Of what OpenTofu encrypted:
    encrypted_data: Raw = NOTHING
    encryption_version: Any = None


class _Change(Struct):
    """What is planned for one instance: "change representation" in the format's description."""

    actions: list[str] = []
    before: Raw = NOTHING
    after: Raw = NOTHING
    after_unknown: Raw = NOTHING


class _ResourceChange(Struct):
    mode: str
    type: str
    name: str
    change: _Change
    index: int | str | None = None
    module_address: str = ""
    deposed: str | None = None


class _Resource(Struct):
    mode: str
    type: str
    name: str
    index: int | str | None = None
    values: Raw = NOTHING
    deposed_key: str | None = None


class _Module(Struct):
    resources: list[_Resource] = []
    child_modules: list[_Module] = []
    address: str = ""


class _Values(Struct):
    root_module: _Module | None = None


class _PriorState(Struct):
    values: _Values | None = None


def parse(data: bytes | Raw, type_: type[Parsed], section: str = "") -> Parsed:
    """A JSON text as a type. Raises ``PlanError``."""
    try:
        return msgspec.json.decode(data, type=type_)
    except msgspec.ValidationError as problem:
        found = str(problem) if "`$" in str(problem) else f"{problem} - at `$`"
        if section:
            found = found.replace("`$", f"`{section}")
        raise PlanError(f"it is not what Terraform writes: {found}") from problem
    except (msgspec.DecodeError, UnicodeError) as problem:
        raise PlanError(f"it is not valid JSON: {problem}") from problem
    except RecursionError as problem:
        raise PlanError("it is nested too deeply") from problem


def module_address(text: str) -> ModuleAddress:
    """The address of a module instance. Raises ``PlanError``."""
    found = parse_module_address(text)
    if found is None:
        raise PlanError(f'it is not what Terraform writes: "{text}" is not a module address')
    return found


def shown_document(outline: Outline) -> PlanDocument:
    """The output of ``terraform show -json``. Raises ``PlanError``."""
    version = outline.format_version
    if not isinstance(version, str):
        raise PlanError("it has no format_version, so it is not the output of `terraform show -json`")
    if version.split(".")[0] not in ("0", "1"):
        raise PlanError(f"its format version {version} is not known")
    if outline.values != NOTHING:
        return _state(parse(outline.values, _Values, "values"))
    return _plan(outline)


def _plan(outline: Outline) -> PlanDocument:
    if outline.errored is True:
        raise PlanError("it is the plan of a run that failed")
    if outline.resource_changes == NOTHING and _get(outline.planned_values, "planned_values").get("root_module"):
        raise PlanError("it has planned values but no resource_changes, so it does not say which values are known")
    changes: list[_ResourceChange] = []
    if outline.resource_changes != NOTHING:
        changes = parse(outline.resource_changes, list[_ResourceChange], "resource_changes")
    prior = _PriorState()
    if outline.prior_state != NOTHING:
        prior = parse(outline.prior_state, _PriorState, "prior_state")
    before = _state(prior.values or _Values())
    left_out: tuple[str, ...] = ()
    if outline.deferred_changes not in (NOTHING, Raw(b"[]")):
        left_out = (DEFERRED,)
    elif outline.complete is False:
        left_out = (INCOMPLETE,)
    return PlanDocument(
        after_changes(before.instances.values(), _planned(changes)),
        _get(outline.configuration, "configuration"),
        _get(outline.variables, "variables"),
        left_out,
        forgotten=tuple(_forgotten(changes)),
    )


def _get(section: Raw, name: str) -> JSONObject:
    return parse(section, dict[str, Any], name) if section != NOTHING else {}


def _planned(changes: list[_ResourceChange]) -> Iterator[tuple[PlannedInstance, bool]]:
    """The instances that the plan says something about, and whether they remain."""
    for found in changes:
        if not found.deposed:
            address = _changed(found)
            planned = PlannedInstance(address, partial(_change_values, found.change, address))
            yield planned, stays(found.change.actions)


def _forgotten(changes: list[_ResourceChange]) -> Iterator[PlannedInstance]:
    for found in changes:
        if forgets(found.change.actions):
            address = _changed(found)
            yield PlannedInstance(address, partial(_state_values, found.change.before, address))


def _changed(found: _ResourceChange) -> ResourceAddress:
    module = module_address(found.module_address)
    return resource_address(module, found.mode, found.type, found.name, found.index)


def _change_values(change: _Change, address: ResourceAddress) -> Values:
    return _attributes(change.after, address), _attributes(change.after_unknown, address)


def _attributes(values: Raw, address: ResourceAddress) -> JSONObject:
    """An object. ``null`` is one without attributes, and ``false`` says that nothing in it is unknown."""
    return parse(values, dict[str, Any], str(address)) if values not in (NOTHING, Raw(b"false")) else {}


def _state(values: _Values) -> PlanDocument:
    resources = list(_stored(values.root_module)) if values.root_module is not None else []
    return state_document(
        StoredObject(address, resource.values, resource.deposed_key) for address, resource in resources
    )


def _stored(module: _Module) -> Iterator[tuple[ResourceAddress, _Resource]]:
    address = module_address(module.address)
    for resource in module.resources:
        yield resource_address(address, resource.mode, resource.type, resource.name, resource.index), resource
    for child in module.child_modules:
        yield from _stored(child)


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object of a state."""

    address: ResourceAddress
    attributes: Raw
    deposed: str | None = None
    """Its key if it is deposed."""
    provider: str | None = None
    """The provider configuration that it was made through."""


def state_document(stored: Iterable[StoredObject]) -> PlanDocument:
    """The objects of a state.

    A deposed object was replaced and waits for its destruction. It is not a second principal.
    """
    instances: list[PlannedInstance] = []
    left_out: list[str] = []
    for found in stored:
        address = found.address
        if not found.deposed:
            values = partial(_state_values, found.attributes, address)
            instances.append(PlannedInstance(address, values, provider=found.provider))
        elif address.mode is Mode.MANAGED and address.type in TYPES:
            left_out.append(f"A deposed object of {address} is left out, as the next apply destroys it.")
    return PlanDocument(by_address(instances), left_out=tuple(left_out))


def _state_values(attributes: Raw, address: ResourceAddress) -> Values:
    return _attributes(attributes, address), {}
