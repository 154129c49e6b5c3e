"""Pages of ``get-account-authorization-details`` as types, each entry with its place.

The CLI prints policy documents as objects, the API sends them as JSON text in which every character but some is written
as ``%XX``.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar
from urllib.parse import unquote

import msgspec
from msgspec import Raw, Struct

from scanner.budget import spend
from scanner.lazy_dataclass import dataclass
from scanner.span import Span

Entry = TypeVar("Entry")
_BYTES = 5
"""A power of two: so many bytes are a step."""


class DetailsError(Exception):
    """A page is not what AWS sends. The message is a clause about it."""


class Tag(Struct, rename="pascal", gc=False):
    """A tag of a user or role."""

    key: str
    value: str


class Attached(Struct, rename="pascal", gc=False):
    """A managed policy that is attached."""

    policy_arn: str


class Inline(Struct, rename="pascal", gc=False):
    """An inline policy."""

    policy_name: str
    policy_document: Any


class Boundary(Struct, rename="pascal", gc=False):
    """A permissions boundary."""

    permissions_boundary_arn: str


class User(Struct, rename="pascal", gc=False):
    """One of ``UserDetailList``."""

    user_name: str
    arn: str
    user_policy_list: list[Inline] = []
    group_list: list[str] = []
    attached_managed_policies: list[Attached] = []
    permissions_boundary: Boundary | None = None
    tags: list[Tag] = []


class Group(Struct, rename="pascal", gc=False):
    """One of ``GroupDetailList``."""

    group_name: str
    arn: str
    group_policy_list: list[Inline] = []
    attached_managed_policies: list[Attached] = []


class Role(Struct, rename="pascal", gc=False):
    """One of ``RoleDetailList``."""

    role_name: str
    arn: str
    assume_role_policy_document: Any = None
    role_policy_list: list[Inline] = []
    attached_managed_policies: list[Attached] = []
    permissions_boundary: Boundary | None = None
    tags: list[Tag] = []


class Version(Struct, rename="pascal", gc=False):
    """A version of a managed policy."""

    is_default_version: bool
    document: Any = None


class Policy(Struct, rename="pascal", gc=False):
    """One of ``Policies``."""

    arn: str
    policy_version_list: list[Version] = []


class _Page(Struct, rename="pascal"):
    user_detail_list: list[Raw] = []
    group_detail_list: list[Raw] = []
    role_detail_list: list[Raw] = []
    policies: list[Raw] = []
    is_truncated: bool = False
    next_token: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One file. Entries are made types when somebody asks for them."""

    path: str
    data: bytes
    page: Any
    is_last: bool
    """Whether AWS has said that nothing follows it."""

    def entries(self) -> Iterator[tuple[User | Group | Role | Policy | DetailsError, Span]]:
        """Groups, users, roles and managed policies, some of which are AWS's own, each with its place.

        In the place of one that is not as it must be there is what is wrong with it.
        """
        yield from self._entries(self.page.group_detail_list, Group)
        yield from self._entries(self.page.user_detail_list, User)
        yield from self._entries(self.page.role_detail_list, Role)
        yield from self._entries(self.page.policies, Policy)

    def _entries(self, found: list[Raw], kind: type[Entry]) -> Iterator[tuple[Entry | DetailsError, Span]]:
        position, line = 0, 1
        for raw in found:
            text = bytes(raw)
            start = self.data.find(text, position)
            line += self.data.count(b"\n", position, start)
            end_line = line + text.count(b"\n")
            column = start - self.data.rfind(b"\n", 0, start)
            end = start + len(text)
            span = Span(self.path, line, column, end_line, end - self.data.rfind(b"\n", 0, end))
            position, line = end, end_line
            try:
                yield _decoded(text, kind), span
            except DetailsError as problem:
                yield problem, span


def page(path: str, text: str) -> Page:
    """A page that a file has. Raises ``DetailsError``."""
    data = text.encode()
    spend(len(data) >> _BYTES)
    found = _decoded(data, _Page)
    return Page(path, data, found, not found.is_truncated and found.next_token is None)


def document(found: object) -> object:
    """A policy document as it was sent, without the escapes of the API."""
    return unquote(found) if isinstance(found, str) and found.lstrip()[:1] == "%" else found


def _decoded(text: bytes, kind: type[Entry]) -> Entry:
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.ValidationError as problem:
        raise DetailsError(f"it is not what AWS sends: {problem}") from problem
    except (msgspec.DecodeError, UnicodeError) as problem:
        raise DetailsError(f"it is not valid JSON: {problem}") from problem
    except RecursionError as problem:
        raise DetailsError("it is nested too deeply") from problem
