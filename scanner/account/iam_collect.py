"""What iam-collect has stored of an account: a directory for each user, group, role and policy, with a file for each
thing that is known of it.

https://github.com/cloud-copilot/iam-collect/blob/main/docs/Storage.md
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from scanner import file_system
from scanner.account.details import Attached, Boundary, Group, Inline, Policy, Role, Tag, User, Version
from scanner.account.entries import DetailsError, whole
from scanner.account.identity_center import (
    Assignment,
    Described,
    ManagedPolicy,
    PermissionSet,
    Reference,
    permission_set_facts,
)
from scanner.account.identity_center import Boundary as BoundaryOfSet
from scanner.account.organization import Control, Organization, Place
from scanner.account.recognition import IDENTITIES, KINDS, PERMISSION_SETS
from scanner.facts import Fact
from scanner.iam.principal import PolicyType
from scanner.lazy_dataclass import dataclass
from scanner.span import Span

_METADATA = "metadata.json"
_NOT_STORED = "that is not stored"
"""The name of a group of which nothing was to be had."""
_CONTROLS = {"scps": PolicyType.SCP, "rcps": PolicyType.RCP}


class _Metadata(Struct, gc=False):
    arn: str
    name: str
    boundary: str | None = msgspec.field(default=None, name="permissionBoundary")


class _Organization(Struct, gc=False):
    management: str | None = msgspec.field(default=None, name="rootAccountId")
    root: str | None = msgspec.field(default=None, name="rootOu")
    features: dict[str, bool] | None = None


class _Member(Struct, gc=False):
    organization: str | None = msgspec.field(default=None, name="organizationId")


class _Node(Struct, gc=False):
    """An account or a unit."""

    ou: str | None = None
    parent: str | None = None
    scps: list[str] = []
    rcps: list[str] = []


@dataclass(frozen=True, slots=True)
class Files:
    """How files are read: the text of one, None for one that is not there."""

    directory: Path
    shown: str
    read: Callable[[Path, str], str | None]

    def find(self, *names: str) -> tuple[str | None, str]:
        """A file's text and its path as reports print it."""
        shown = "/".join((self.shown, *names)) if self.shown != "." else "/".join(names)
        return self.read(self.directory.joinpath(*names), shown), shown


def entries(files: Files) -> Iterator[tuple[User | Group | Role | Policy | DetailsError, Span]]:
    """What it has of the account, each entry with its place.

    In the place of one that is not as it must be there is what is wrong with it.
    """
    names = _Groups()
    for kind in KINDS:
        for entry in file_system.entries_if_any(files.directory / IDENTITIES / kind):
            if not entry.is_directory:
                continue
            span = Span.whole_file(files.find(IDENTITIES, kind, entry.name, _METADATA)[1])
            try:
                found = _entry(kind, files, (IDENTITIES, kind, entry.name), names)
            except DetailsError as problem:
                yield problem, span
            else:
                if found is not None:
                    yield found, span


class _Groups(dict[str, str]):
    """Names of groups by their ARNs; a group that is not listed has the name that stands in its ARN."""

    def __missing__(self, arn: str) -> str:
        return arn.rpartition("/")[2]


def _entry(kind: str, files: Files, place: tuple[str, ...], groups: _Groups) -> User | Group | Role | Policy | None:
    metadata = _read(files, (*place, _METADATA), _Metadata)
    if metadata is None:
        return None

    def part(name: str, wanted: Any) -> Any:
        return _read(files, (*place, f"{name}.json"), wanted)

    if kind == "policy":
        document = part("current-policy", Any)
        return Policy(metadata.arn, [Version(True, document)] if document is not None else [])
    inline = part("inline-policies", list[Inline]) or []
    attached = [Attached(arn) for arn in part("managed-policies", list[str]) or []]
    if kind == "group":
        groups[metadata.arn] = metadata.name
        return Group(metadata.name, metadata.arn, inline, attached)
    boundary = Boundary(metadata.boundary) if metadata.boundary is not None else None
    tags = [Tag(key, value) for key, value in (part("tags", dict[str, str]) or {}).items()]
    if kind == "user":
        own = [groups[arn] if arn is not None else _NOT_STORED for arn in part("groups", list[str | None]) or []]
        return User(metadata.name, metadata.arn, inline, own, attached, boundary, tags)
    return Role(metadata.name, metadata.arn, part("trust-policy", Any), inline, attached, boundary, tags)


def permission_sets(files: Files) -> Iterator[tuple[tuple[Fact, ...] | DetailsError, Span]]:
    """The permission sets of an account that administers Identity Center, each with its place.

    How long their sessions last is not stored.
    """
    for entry in file_system.entries_if_any(files.directory.joinpath(*PERMISSION_SETS)):
        if not entry.is_directory:
            continue
        span = Span.whole_file(files.find(*PERMISSION_SETS, entry.name, _METADATA)[1])
        try:
            found = _permission_set(files, (*PERMISSION_SETS, entry.name))
            if found is not None:
                yield tuple(permission_set_facts(found, span, lasts=False)), span
        except DetailsError as problem:
            yield problem, span


def _permission_set(files: Files, place: tuple[str, ...]) -> PermissionSet | None:
    metadata = _read(files, (*place, _METADATA), _Metadata)
    if metadata is None:
        return None

    def part(name: str, wanted: Any) -> Any:
        return _read(files, (*place, f"{name}.json"), wanted)

    inline = part("inlinepolicy", dict[str, Any])
    return PermissionSet(
        Described(metadata.name, metadata.arn),
        part("awsmanagedpolicies", list[ManagedPolicy]) or [],
        part("customermanagedpolicies", list[Reference]) or [],
        msgspec.json.encode(inline).decode() if inline else "",
        part("permissionboundary", BoundaryOfSet),
        [Assignment(account) for account in part("accounts", list[str]) or []],
    )


def organization_of(account: Files) -> str | None:
    """The organization that the account is in, if that is stored. Raises ``DetailsError``."""
    found = _read(account, ("organization.json",), _Member)
    return found.organization if found is not None else None


def read_organization(files: Files, into: Organization) -> None:
    """Add what is stored of an organization. Raises ``DetailsError``."""
    about = _read(files, (_METADATA,), _Organization)
    if about is None:
        return
    into.management = about.management
    if about.features is not None:
        types = {"SERVICE_CONTROL_POLICY": PolicyType.SCP, "RESOURCE_CONTROL_POLICY": PolicyType.RCP}
        into.enabled = frozenset(kind for name, kind in types.items() if about.features.get(name))
    for name, places in (("ous.json", into.units), ("accounts.json", into.accounts)):
        span = Span.whole_file(files.find(name)[1])
        for identifier, node in (_read(files, (name,), dict[str, _Node]) or {}).items():
            places[identifier] = Place(node.ou or node.parent, identifier == about.root, span)
            for kind, arns in ((PolicyType.SCP, node.scps), (PolicyType.RCP, node.rcps)):
                own = into.attached.setdefault(identifier, [])
                own += ((arn.rpartition("/")[2].lower(), kind) for arn in arns)
    for folder, kind in _CONTROLS.items():
        for entry in file_system.entries_if_any(files.directory / folder):
            described = _read(files, (folder, entry.name, _METADATA), _Metadata)
            content = _read(files, (folder, entry.name, "policy.json"), Any)
            if described is not None:
                span = Span.whole_file(files.find(folder, entry.name, "policy.json")[1])
                identifier = described.arn.rpartition("/")[2].lower()
                into.policies[identifier] = Control(described.name, kind, content, span)


def _read(files: Files, names: tuple[str, ...], kind: Any) -> Any:
    text, _ = files.find(*names)
    return None if text is None else whole(text, kind)[0]
