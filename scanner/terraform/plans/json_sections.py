"""The sections of plans and states in JSON, as types: the only decoder of them.

Only what is named below is ever built in memory; the rest of a file is checked for being JSON and skipped. The values
of an instance stay the bytes they are until somebody asks for them, so a plan takes little more memory than its file
has bytes (docs/benchmarks.md).

A file is decoded in one pass. Where anything in it is not as it must be, it is decoded again, section by section as the
reader asks for them: then what is wrong is said of the first section that matters, and what does not matter may be
wrong.

https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from msgspec import Raw, Struct

from scanner.budget import spend
from scanner.terraform.plans.plan_document import PlanError
from scanner.terraform.plans.planned_instances import JSONObject

Parsed = TypeVar("Parsed")
_BYTES = 7
"""A power of two: so many bytes of a file are a step, beside those for its objects."""
NOTHING = Raw(b"null")
"""What stands for a value that is not there."""


class Change(Struct, gc=False, eq=False):
    """What is planned for one instance: "change representation" in the format's description."""

    actions: list[str] = []
    before: Raw = NOTHING
    after: Raw = NOTHING
    after_unknown: Raw = NOTHING


class ResourceChange(Struct, gc=False):
    """One of ``resource_changes``."""

    mode: str
    type: str
    name: str
    change: Change
    index: int | str | None = None
    module_address: str = ""
    deposed: str | None = None
    address: Any = None
    previous_address: Any = None


class DeferredChange(Struct, gc=False):
    """One of ``deferred_changes``."""

    resource_change: ResourceChange | None = None


class Resource(Struct, gc=False):
    """A resource instance in a state that is shown: in ``values`` of that, or of ``prior_state`` in a plan."""

    mode: str
    type: str
    name: str
    index: int | str | None = None
    values: Raw = NOTHING
    deposed_key: str | None = None


class Module(Struct, gc=False):
    """A module instance in a state that is shown."""

    resources: list[Resource] = []
    child_modules: list[Module] = []
    address: str = ""


class ShownValues(Struct, gc=False):
    """``values``"""

    root_module: Module | None = None


class PriorState(Struct, gc=False):
    """``prior_state``"""

    values: ShownValues | None = None


class StoredInstance(Struct, gc=False):
    """An object of a resource in a stored state."""

    index_key: int | str | None = None
    deposed: str | None = None
    attributes: Raw = NOTHING
    attributes_flat: Any = None


class StoredResource(Struct, gc=False):
    """One of ``resources`` in a stored state."""

    mode: str
    type: str
    name: str
    instances: list[StoredInstance]
    module: str = ""
    provider: str = ""


class Sections(Struct):
    """The sections by which the kind of a file is told, and those that are small."""

    format_version: Any = None
    terraform_version: Any = None
    errored: Any = None
    complete: Any = None
    variables: Raw = NOTHING
    planned_values: Raw = NOTHING
    deferred_changes: Raw = NOTHING
    configuration: Raw = NOTHING
    # Of a stored state:
    version: Any = None
    serial: Any = None
    # Of what OpenTofu encrypted:
    encrypted_data: Raw = NOTHING
    encryption_version: Any = None

    def changes(self) -> list[ResourceChange] | None:
        """What is planned. This and the next three are None where there is no such section; raise ``PlanError``."""
        raise NotImplementedError

    def prior(self) -> PriorState | None:
        """The state before."""
        raise NotImplementedError

    def shown(self) -> ShownValues | None:
        """The state that is shown."""
        raise NotImplementedError

    def stored(self) -> list[StoredResource] | None:
        """The state that is stored."""
        raise NotImplementedError


class _Decoded(Sections):
    """All sections of a file in which nothing is wrong."""

    resource_changes: list[ResourceChange] | None = None
    prior_state: PriorState | None = None
    values: ShownValues | None = None
    resources: list[StoredResource] | None = None

    def changes(self) -> list[ResourceChange] | None:
        return self.resource_changes

    def prior(self) -> PriorState | None:
        return self.prior_state

    def shown(self) -> ShownValues | None:
        return self.values

    def stored(self) -> list[StoredResource] | None:
        return self.resources


class _Undecoded(Sections):
    """The sections of a file in which something is wrong somewhere."""

    resource_changes: Raw = NOTHING
    prior_state: Raw = NOTHING
    values: Raw = NOTHING
    resources: Raw = NOTHING

    def changes(self) -> list[ResourceChange] | None:
        return _section(self.resource_changes, list[ResourceChange], "resource_changes")

    def prior(self) -> PriorState | None:
        return _section(self.prior_state, PriorState, "prior_state")

    def shown(self) -> ShownValues | None:
        return _section(self.values, ShownValues, "values")

    def stored(self) -> list[StoredResource] | None:
        return _section(self.resources, list[StoredResource], "resources")


def sections(data: bytes) -> Sections:
    """What a file has. Raises ``PlanError`` for what is not JSON, or not an object."""
    spend((len(data) >> _BYTES) + data.count(b"{") * 3 // 2)
    try:
        return msgspec.json.decode(data, type=_Decoded)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return sections_one_by_one(data)


def sections_one_by_one(data: bytes) -> Sections:
    """The same, without a look at what is in the large ones."""
    return _parse(data, _Undecoded, "")


def parse_object(data: Raw, name: object) -> JSONObject:
    """A JSON object; empty for ``null``. Raises ``PlanError``, which says where in ``name`` something is wrong."""
    return _section(data, dict[str, Any], name) or {}


def deferred_changes(data: Raw) -> list[DeferredChange]:
    """What is left to a later plan. Raises ``PlanError``."""
    return _section(data, list[DeferredChange], "deferred_changes") or []


def _section(data: Raw, type_: type[Parsed], name: object) -> Parsed | None:
    return _parse(data, type_, name) if data != NOTHING else None


def _parse(data: bytes | Raw, type_: type[Parsed], section: object) -> Parsed:
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
