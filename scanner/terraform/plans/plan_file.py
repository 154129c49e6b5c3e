"""Plan files as ``terraform plan -out=FILE`` writes them. Terraform is not run.

A plan file is a zip archive: the planned changes (``tfplan``, a protocol buffer whose values are MessagePack), the
state before, and all configuration files (``scanner.terraform.plans.plan_snapshot``). It holds no provider schema,
which takes nothing away here.

Terraform promises the format to itself only. What we read of it has been the same since Terraform 1.1 and in every
OpenTofu, under the version number 3. Anything else is refused, and ``terraform show -json`` helps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from scanner.budget import spend
from scanner.lazy_dataclass import dataclass
from scanner.terraform.address import Mode, ResourceAddress
from scanner.terraform.aws.facts import TYPES
from scanner.terraform.plans.address_text import parse_resource_address, resource_type
from scanner.terraform.plans.dynamic_value import known_and_unknown
from scanner.terraform.plans.json_sections import sections
from scanner.terraform.plans.plan_archive import PlanArchive
from scanner.terraform.plans.plan_document import (
    DEFERRED,
    INCOMPLETE,
    Changed,
    PlanDocument,
    PlanError,
    alters,
    forgets,
    is_unchanged,
    replaces,
    stays,
)
from scanner.terraform.plans.plan_snapshot import read_snapshot
from scanner.terraform.plans.planned_instances import (
    JSONObject,
    PlannedInstance,
    PlannedInstances,
    Values,
    after_changes,
)
from scanner.terraform.plans.protobuf_wire import Fields, WireError, fields, number, parts, text
from scanner.terraform.plans.state_file import stored_document

_VERSION = 3
_REMEDY = "`terraform show -json FILE > plan.json` makes JSON of it that can be scanned"
_ACTIONS = {
    0: ("no-op",),
    1: ("create",),
    2: ("read",),
    3: ("update",),
    5: ("delete",),
    6: ("delete", "create"),
    7: ("create", "delete"),
    8: ("forget",),
    9: ("create", "forget"),
    10: ("forget", "create"),
}


class _Plan:
    """Field numbers of the messages that we read."""

    VERSION, VARIABLES, RESOURCE_CHANGES, BACKEND = 1, 2, 3, 13
    ERRORED, APPLYABLE, COMPLETE, DEFERRED_CHANGES = 20, 25, 26, 27


class _Backend:
    WORKSPACE = 3


class _ResourceChange:
    DEPOSED_KEY, PROVIDER, CHANGE, ADDRESS, PREVIOUS_ADDRESS = 7, 8, 9, 13, 14


class _Change:
    ACTION, VALUES = 1, 2


class _Entry:
    KEY, VALUE = 1, 2


_DEFERRED_CHANGE = 2
"""The change in one that is deferred."""
_STEPS = 40
"""Of a change that is noted."""
_AT_ONCE = 1024
"""Changes that are charged together."""
_MESSAGE_PACK = 1
"""The one field of a value."""


def read_prior(data: bytes) -> PlanDocument:
    """The state before a plan file, which is in it. Raises ``PlanError``."""
    return _before(PlanArchive(data))


def read_plan_file(data: bytes) -> PlanDocument:
    """What a plan file says. Raises ``PlanError``."""
    archive = PlanArchive(data)
    before = _before(archive)
    try:
        plan = fields(memoryview(archive.plan()))
        if number(plan, _Plan.VERSION) != _VERSION:
            raise PlanError(f"its format version {number(plan, _Plan.VERSION)} is not known; {_REMEDY}")
        if number(plan, _Plan.ERRORED):
            raise PlanError("it is the plan of a run that failed")
        changes = list(_changes(plan))
        instances = _after_changes(before.instances, changes)
        forgotten = tuple(map(instances.keeping, _forgotten(changes)))
        changed = tuple(_changed(instances, changes))
        deferred = dict(_deferred(plan, instances))
        variables = dict(_variables(plan))
        left_out = tuple(_left_out(plan))
        workspace = _workspace(plan)
    except WireError as problem:
        raise PlanError(f"its planned changes are damaged: {problem}") from problem
    snapshot = read_snapshot(archive.sources())
    return PlanDocument(
        instances,
        {},
        variables,
        left_out,
        snapshot=snapshot,
        workspace=workspace,
        forgotten=forgotten,
        changed=changed,
        deferred=deferred,
        moves=tuple((one.previously, one.written) for one in changes if one.previously not in ("", one.written)),
        replaced=frozenset(one.written for one in changes if replaces(one.actions)),
    )


def _before(archive: PlanArchive) -> PlanDocument:
    try:
        return stored_document(sections(archive.state()))
    except PlanError as problem:
        raise PlanError(f"the state in it cannot be read: {problem}") from problem


def _after_changes(before: PlannedInstances, changes: Iterable[_PlannedChange]) -> PlannedInstances:
    """What exists after apply."""
    planned: dict[str, list[_PlannedChange]] = {}
    for change in changes:
        if not change.is_deposed:
            planned.setdefault(change.type, []).append(change)

    def read(type_: str) -> Mapping[ResourceAddress, PlannedInstance]:
        return after_changes(before.of_type(type_).values(), _planned(planned.get(type_, ())))

    return PlannedInstances({*before.types, *planned}, read)


def _planned(changes: Iterable[_PlannedChange]) -> Iterator[tuple[PlannedInstance, bool]]:
    """The instances that the plan says something about, and whether they remain."""
    for change in changes:  # the last value is the one after apply
        planned = replace(_instance(change, change.values[-1:]), unchanged=is_unchanged(change.actions))
        yield planned, stays(change.actions)


def _changed(instances: PlannedInstances, changes: Iterable[_PlannedChange]) -> Iterator[Changed]:
    for change in changes:
        if change.type in TYPES and not change.is_deposed and alters(change.actions) and change.values:
            before = instances.keeping(_instance(change, change.values[:1]))  # the first value is the one before
            if before.address.mode is Mode.MANAGED:
                yield Changed(before, "delete" in change.actions)


def _forgotten(changes: Iterable[_PlannedChange]) -> Iterator[PlannedInstance]:
    for change in changes:
        if forgets(change.actions):  # the first value is the one before
            yield _instance(change, change.values[:1])


def _instance(change: _PlannedChange, values: list[memoryview]) -> PlannedInstance:
    address = parse_resource_address(change.written)
    assert address is not None  # noqa: S101 # as it has a type
    return PlannedInstance(address, partial(_values, values, change.written), provider=change.provider)


@dataclass(frozen=True, slots=True)
class _PlannedChange:
    """What is planned for one instance."""

    written: str
    """The address."""
    type: str
    actions: tuple[str, ...]
    values: list[memoryview]
    provider: str | None
    is_deposed: bool
    previously: str
    """The address that it had before; empty without another."""


def _changes(plan: Fields) -> Iterator[_PlannedChange]:
    for number_, encoded in enumerate(parts(plan, _Plan.RESOURCE_CHANGES), 1):
        if number_ % _AT_ONCE == 0:
            spend(_AT_ONCE * _STEPS)
        yield _change(encoded)


def _change(encoded: memoryview) -> _PlannedChange:
    resource = fields(encoded)
    written = text(resource, _ResourceChange.ADDRESS)
    type_ = resource_type(written)
    if type_ is None:  # since Terraform 1.1; before, there were six fields in its place
        raise PlanError(f'it says "{written}" where the address of a resource belongs; {_REMEDY}')
    change = fields((parts(resource, _ResourceChange.CHANGE) or [memoryview(b"")])[-1])
    actions = _ACTIONS.get(number(change, _Change.ACTION))
    if actions is None:
        action = number(change, _Change.ACTION)
        raise PlanError(f"it plans action {action} for {written}, which is not known; {_REMEDY}")
    provider = text(resource, _ResourceChange.PROVIDER) or None
    is_deposed = bool(text(resource, _ResourceChange.DEPOSED_KEY))
    previously = text(resource, _ResourceChange.PREVIOUS_ADDRESS)
    return _PlannedChange(written, type_, actions, parts(change, _Change.VALUES), provider, is_deposed, previously)


def _deferred(plan: Fields, instances: PlannedInstances) -> Iterator[tuple[ResourceAddress, PlannedInstance | None]]:
    for encoded in parts(plan, _Plan.DEFERRED_CHANGES):
        for inner in parts(fields(encoded), _DEFERRED_CHANGE):
            if not text(fields(inner), _ResourceChange.ADDRESS):
                continue
            change = _change(inner)
            planned = instances.keeping(_instance(change, change.values[-1:]))
            is_one = change.type in TYPES and planned.address.mode is Mode.MANAGED and not change.is_deposed
            if is_one:
                yield planned.address, planned if stays(change.actions) else None


def _values(values: list[memoryview], address: str) -> Values:
    """The attributes in a value. Raises ``PlanError``."""
    try:
        known, unknown = _value(values[-1]) if values else (None, True)
    except WireError as problem:
        raise PlanError(f"the values of {address} are damaged: {problem}") from problem
    if not isinstance(known, dict) or not isinstance(unknown, dict):
        raise PlanError(f"it does not say what {address} will be; {_REMEDY}")
    return known, unknown


def _value(dynamic: memoryview) -> tuple[object, object]:
    encoded = parts(fields(dynamic), _MESSAGE_PACK)
    if not encoded:
        raise PlanError(f"it has a value that is not MessagePack; {_REMEDY}")
    return known_and_unknown(encoded[-1])


def _variables(plan: Fields) -> Iterator[tuple[str, JSONObject]]:
    """The variables of the root module that were set. Those that are known during apply only are left out."""
    for encoded in parts(plan, _Plan.VARIABLES):
        entry = fields(encoded)
        known, unknown = _value((parts(entry, _Entry.VALUE) or [memoryview(b"")])[-1])
        if unknown is False or known is not None:
            yield text(entry, _Entry.KEY), {"value": known}


def _workspace(plan: Fields) -> str | None:
    backend = parts(plan, _Plan.BACKEND)
    return text(fields(backend[-1]), _Backend.WORKSPACE) or None if backend else None


def _left_out(plan: Fields) -> Iterator[str]:
    """What is false is not written, so only a plan that says ``applyable`` (Terraform 1.8) can say ``complete``."""
    if parts(plan, _Plan.DEFERRED_CHANGES):
        yield DEFERRED
    elif number(plan, _Plan.APPLYABLE) and not number(plan, _Plan.COMPLETE):
        yield INCOMPLETE
