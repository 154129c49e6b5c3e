"""A JSON report of an earlier scan, as what there was before: ``--compare-to report.json``.

Only what a comparison needs is read, and all of that has to be there. ``scanner.report`` says what it means.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Raw, Struct

from scanner.changes.standing import Standing, ways
from scanner.iam.evaluate import Outcome, worst
from scanner.lazy_dataclass import dataclass
from scanner.regexes import whole
from scanner.root import RootKind
from scanner.source_file import UnreadableFileError, read_named
from scanner.span import Span
from scanner.verdicts.console import Access, Via
from scanner.verdicts.reasons import Reason
from scanner.verdicts.sign_in import Client

MAX_BYTES = 1024 * 1024 * 1024
"""Of a report, which has some kilobytes about each principal."""
_VERSION = 1
_ACCOUNT = 4
"""Which part of an ARN says the account."""

Parsed = TypeVar("Parsed")


class ReportError(Exception):
    """The file cannot be compared with. The message is a clause."""


@dataclass(frozen=True, slots=True)
class EarlierReport:
    """What a report says."""

    standings: tuple[Standing, ...]
    errors: int
    """How many errors it has: what they are about may be missing."""


class _Head(Struct):
    version: Any = None
    tool: Any = None
    principals: Raw = Raw(b"null")
    findings: Raw = Raw(b"null")


class _Location(Struct):
    path: str
    start_line: int
    end_line: int

    @property
    def span(self) -> Span:
        return Span(self.path, self.start_line, 1, self.end_line, 1)


class _Reason(Struct):
    text: str
    location: _Location


class _Permission(Struct):
    client: Client | None
    resource: str
    decision: Outcome
    reasons: list[_Reason]


class _Console(Struct):
    access: Access
    via: list[Via]


class _Principal(Struct):
    kind: str
    name: str | None
    address: str
    root: str
    origin: RootKind
    location: _Location
    console: _Console
    permissions: list[_Permission]


class _Report(Struct):
    version: int
    principals: list[_Principal]
    errors: list[Any]


def is_report(path: str, directory: Path) -> bool:
    """Whether a file is a report of this scanner, of whatever version; false for what is no JSON object."""
    try:
        head = msgspec.json.decode(read_named(path, directory, MAX_BYTES).encode(), type=_Head)
    except (UnreadableFileError, msgspec.MsgspecError, RecursionError):
        return False  # a scan says what is wrong with it
    return isinstance(head.tool, dict) and head.version is not None and head.findings != Raw(b"null")


def earlier_report(path: str, directory: Path) -> EarlierReport:
    """What a report says, whose path is relative to the working directory. Raises ``ReportError``."""
    try:
        text = read_named(path, directory, MAX_BYTES).encode()
    except UnreadableFileError as problem:
        raise ReportError(str(problem)) from problem
    head = _decoded(text, _Head)
    if head.version != _VERSION:
        raise ReportError(f"it is a report of version {head.version!r}, and this scanner knows version {_VERSION}")
    report = _decoded(text, _Report)
    return EarlierReport(tuple(map(_standing, report.principals)), len(report.errors))


def _decoded(text: bytes, type_: type[Parsed]) -> Parsed:
    try:
        return msgspec.json.decode(text, type=type_)
    except msgspec.ValidationError as problem:
        raise ReportError(f"it is not what --format json writes: {problem}") from problem
    except (msgspec.DecodeError, RecursionError) as problem:
        raise ReportError(f"it is not valid JSON: {problem}") from problem


def _standing(found: _Principal) -> Standing:
    span = found.location.span
    by_client = {client: [one for one in found.permissions if one.client is client] for client in Client}
    missing = next((client.value for client, of_client in by_client.items() if not of_client), None)
    if missing is not None:
        raise ReportError(f"it is not what --format json writes: {found.address} has no permissions for {missing}")
    said = {
        client: tuple(dict.fromkeys(Reason(one.text, one.location.span) for each in of_client for one in each.reasons))
        for client, of_client in by_client.items()
    }
    return Standing(
        found.kind,
        found.name,
        _account(found),
        found.address,
        found.root,
        found.origin,
        span,
        found.console.access,
        tuple(worst(one.decision for one in of_client) for of_client in by_client.values()),
        ways(found.console.access, found.console.via, span),
        said.__getitem__,
    )


def _account(found: _Principal) -> str | None:
    """The account in whose name the permissions are asked for, if it is known."""
    parts = found.permissions[0].resource.split(":")
    account = parts[_ACCOUNT] if len(parts) > _ACCOUNT else ""
    return account if whole("[0-9]{12}").fullmatch(account) else None
