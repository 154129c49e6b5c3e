"""Who is in a dump of an account and which policies reach them, read without the scanner's own reader of accounts.

A dump is a directory with what ``aws iam get-account-authorization-details`` prints, and ``organization/`` as in
``docs/account-data.md`` where there is one; or one that iam-collect has made, with accounts and organizations. Only
the text of AWS's policies is the scanner's, for most dumps have an old one.
"""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scanner.iam import managed

Document = dict[str, Any]
_DETAILS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")


@dataclass(frozen=True, slots=True)
class Dumped:
    """A user or a role."""

    arn: str
    identity: tuple[Document, ...]
    boundary: tuple[Document, ...]
    levels: tuple[tuple[Document, ...], ...]
    """Service control policies, from the root to the account."""
    rcps: tuple[tuple[Document, ...], ...]

    @property
    def account(self) -> str:
        """The account ID."""
        return self.arn.split(":")[4]

    @property
    def caller(self) -> str:
        """The principal of a request."""
        prefix, _, name = self.arn.partition(":role/")
        return f"{prefix.replace(':iam:', ':sts:')}:assumed-role/{name.rpartition('/')[2]}/people" if name else self.arn

    @property
    def documents(self) -> Iterator[Document]:
        """Of every layer."""
        yield from self.identity
        yield from self.boundary
        for layer in (self.levels, self.rcps):
            for level in layer:
                yield from level


class MissingPolicyError(Exception):
    """A policy is attached and not in the dump."""


def dumped(directory: Path) -> Iterator[Dumped]:
    """The users and roles of a dump."""
    stored = sorted(directory.glob("**/accounts/*/iam"))
    if stored:
        for place in stored:
            yield from _stored(place)
        return
    found: dict[str, list[Any]] = {name: [] for name in _DETAILS}
    for file in sorted(directory.glob("*.json")):
        content = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(content, dict) and any(name in content for name in _DETAILS[:3]):
            for name in _DETAILS:
                found[name] += content.get(name, [])
    policies = {
        one["Arn"]: _document(version["Document"])
        for one in found["Policies"]
        for version in one.get("PolicyVersionList", [])
        if version["IsDefaultVersion"]
    }

    def attached(one: Mapping[str, Any], inline: str) -> list[Document]:
        own = [_document(policy["PolicyDocument"]) for policy in one.get(inline) or []]
        return own + [_policy(policy["PolicyArn"], policies) for policy in one.get("AttachedManagedPolicies") or []]

    groups = {one["GroupName"]: attached(one, "GroupPolicyList") for one in found["GroupDetailList"]}
    for kind in ("User", "Role"):
        for one in found[f"{kind}DetailList"]:
            identity = attached(one, f"{kind}PolicyList")
            for group in one.get("GroupList") or []:
                identity += groups[group]
            boundary = (one.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
            levels, rcps = _control_policies(directory / "organization", one["Arn"].split(":")[4])
            yield Dumped(one["Arn"], tuple(identity), (_policy(boundary, policies),) if boundary else (), levels, rcps)


def _policy(arn: str, policies: Mapping[str, Document]) -> Document:
    known = managed.document(arn)
    if known is not None:
        found: Document = json.loads(known.text)
        return found
    if arn not in policies:
        raise MissingPolicyError(arn)
    return policies[arn]


def _document(written: Any) -> Document:
    found: Document = json.loads(urllib.parse.unquote(written)) if isinstance(written, str) else written
    return found


_Levels = tuple[tuple[Document, ...], ...]


def _control_policies(directory: Path, account: str) -> tuple[_Levels, _Levels]:
    """SCPs and RCPs, level by level from the root. Nothing binds the management account, or one of no organization."""
    if not directory.is_dir():
        return (), ()
    read = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in directory.glob("*.json")}
    if read["organization"]["Organization"]["MasterAccountId"] == account:
        return (), ()
    above = {one["Id"]: one["Parents"][0]["Id"] for one in read["accounts"]["Accounts"]}
    above |= {one["Id"]: one["Parents"][0]["Id"] for one in read["units"]["OrganizationalUnits"]}
    if account not in above:
        return (), ()
    way = [account]
    while way[-1] in above:
        way.append(above[way[-1]])

    def layer(kind: str) -> _Levels:
        return tuple(
            tuple(
                json.loads(policy["Content"])
                for policy in read["policies"]["Policies"]
                if policy["PolicySummary"]["Type"] == kind and place in {one["TargetId"] for one in policy["Targets"]}
            )
            for place in reversed(way)
        )

    return layer("SERVICE_CONTROL_POLICY"), layer("RESOURCE_CONTROL_POLICY")


def _stored(place: Path) -> Iterator[Dumped]:
    """The users and roles that iam-collect has stored of an account, in its directory ``iam``."""

    def part(entry: Path, name: str, otherwise: Any) -> Any:
        file = entry / f"{name}.json"
        return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else otherwise

    policies = {
        part(entry, "metadata", {})["arn"]: part(entry, "current-policy", {}) for entry in place.glob("policy/*")
    }

    def attached(entry: Path) -> list[Document]:
        own = [policy["PolicyDocument"] for policy in part(entry, "inline-policies", [])]
        return own + [_policy(arn, policies) for arn in part(entry, "managed-policies", [])]

    groups = {part(entry, "metadata", {})["arn"]: attached(entry) for entry in place.glob("group/*")}
    for entry in sorted([*place.glob("user/*"), *place.glob("role/*")]):
        described = part(entry, "metadata", {})
        identity = attached(entry)
        for group in part(entry, "groups", []):
            identity += groups[group]
        boundary = described.get("permissionBoundary")
        levels, rcps = _stored_control_policies(place.parent)
        yield Dumped(
            described["arn"], tuple(identity), (_policy(boundary, policies),) if boundary else (), levels, rcps
        )


def _stored_control_policies(account: Path) -> tuple[_Levels, _Levels]:
    member = account / "organization.json"
    if not member.is_file():
        return (), ()
    identifier = json.loads(member.read_text(encoding="utf-8"))["organizationId"]
    place = account.parent.parent / "organizations" / identifier
    about, accounts, units = (
        json.loads((place / f"{name}.json").read_text()) for name in ("metadata", "accounts", "ous")
    )
    if about["rootAccountId"] == account.name or account.name not in accounts:
        return (), ()
    way, above = [accounts[account.name]], accounts[account.name]["ou"]
    while above is not None:
        way.append(units[above])
        above = units[above].get("parent")

    def layer(kind: str) -> _Levels:
        return tuple(
            tuple(
                json.loads((place / kind / arn.rpartition("/")[2].lower() / "policy.json").read_text())
                for arn in level.get(kind, [])
            )
            for level in reversed(way)
        )

    return layer("scps"), layer("rcps")
