"""Pages of ``get-account-authorization-details`` as types, each entry with its place.

The CLI prints policy documents as objects, the API sends them as JSON text in which every character but some is written
as ``%XX``.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Raw, Struct

from scanner.account.entries import DetailsError, placed, whole
from scanner.iam.principal import PrincipalKind
from scanner.lazy_dataclass import dataclass
from scanner.span import Span


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
    user_detail_list: list[Raw] | None = None
    group_detail_list: list[Raw] = []
    role_detail_list: list[Raw] | None = None
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

    @property
    def told(self) -> frozenset[PrincipalKind]:
        """The kinds of principals that are listed, be it that there is none; nobody was told of the others."""
        lists = {PrincipalKind.USER: self.page.user_detail_list, PrincipalKind.ROLE: self.page.role_detail_list}
        return frozenset(kind for kind, found in lists.items() if found is not None)

    def entries(self) -> Iterator[tuple[User | Group | Role | Policy | DetailsError, Span]]:
        """Groups, users, roles and managed policies, some of which are AWS's own, each with its place.

        In the place of one that is not as it must be there is what is wrong with it.
        """
        yield from placed(self.path, self.data, self.page.group_detail_list, Group)
        yield from placed(self.path, self.data, self.page.user_detail_list or (), User)
        yield from placed(self.path, self.data, self.page.role_detail_list or (), Role)
        yield from placed(self.path, self.data, self.page.policies, Policy)


def page(path: str, text: str) -> Page:
    """A page that a file has. Raises ``DetailsError``."""
    found, data = whole(text, _Page)
    return Page(path, data, found, not found.is_truncated and found.next_token is None)
