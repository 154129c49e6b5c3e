"""Which files are what AWS has told about an account, by their beginning, and which directories iam-collect made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner import file_system
from scanner.regexes import anywhere, beginning, whole

if TYPE_CHECKING:
    from pathlib import Path

DETAIL_MARKS = ("UserDetailList", "GroupDetailList", "RoleDetailList")
REPORT_MARK = "user,arn,user_creation_time,password_enabled"
"""How a credential report begins."""
ENCODED_REPORT_MARK = "ReportFormat"
PERMISSION_SETS_MARK = "PermissionSetArn"
MARKS = (*DETAIL_MARKS, REPORT_MARK, ENCODED_REPORT_MARK, PERMISSION_SETS_MARK)
"""Words of which every such file has one at its beginning."""

IDENTITIES = "iam"
"""The directory of all identities, where iam-collect has stored an account."""
KINDS = ("group", "user", "role", "policy")
"""The directories in it, in the order in which they are read."""
PERMISSION_SETS = ("sso", "permissionset")
"""The directory of all permission sets, in the account that administers them."""
STORED = (IDENTITIES, PERMISSION_SETS[0])
"""Directories of which such an account has one."""
_ACCOUNT = whole(r"\d{12}+")

_OBJECT = beginning(r"\s*+\{")
_DETAILS = anywhere(r'"(?:User|Group|Role)DetailList"\s*+:')
_PERMISSION_SETS = beginning(r'\s*+\{\s*+"PermissionSets"\s*+:\s*+\[\s*+\{')
_ENTITLEMENTS = beginning(r'\s*+\{\s*+"entitlements"\s*+:')
_SIGN_IN_POLICY = anywhere(r'"signinResourceBasedPolicy"\s*+:')
_ORGANIZATION = beginning(r'\s*+\{\s*+"(?:Organization|Roots|OrganizationalUnits|Accounts|Policies)"\s*+:')
_ENCODED = anywhere(r'"ReportFormat"\s*+:\s*+"text/csv"')


def is_authorization_details(text: str) -> bool:
    """Whether it is a page of ``aws iam get-account-authorization-details``."""
    return _OBJECT.match(text) is not None and _DETAILS.search(text) is not None


def is_credential_report(content: str) -> bool:
    """Whether it is a credential report: CSV, or what ``aws iam get-credential-report`` prints around it."""
    text = content.lstrip("\ufeff \t\r\n")
    return text.startswith(REPORT_MARK) or (
        _OBJECT.match(text) is not None and _ENCODED.search(text) is not None and '"Content"' in text
    )


def is_permission_sets(text: str) -> bool:
    """Whether it has permission sets, each with what AWS tells of it."""
    return _PERMISSION_SETS.match(text) is not None and PERMISSION_SETS_MARK in text


def is_entitlements(text: str) -> bool:
    """Whether it is what ``aws account-access list-entitlements`` prints."""
    return _ENTITLEMENTS.match(text) is not None


def is_sign_in_policy(text: str) -> bool:
    """Whether it is what ``aws signin get-resource-policy`` prints."""
    return _OBJECT.match(text) is not None and _SIGN_IN_POLICY.search(text) is not None


def is_of_organization(text: str) -> bool:
    """Whether it may be of an organization, for a file in a place where files of one are."""
    return _ORGANIZATION.match(text) is not None


def is_stored_account(directory: Path) -> bool:
    """Whether iam-collect keeps an account there, by the names of the directories."""
    return (
        directory.parent.name == "accounts"
        and _ACCOUNT.fullmatch(directory.name) is not None
        and (
            any(file_system.is_directory(directory / IDENTITIES / kind) for kind in KINDS)
            or file_system.is_directory(directory.joinpath(*PERMISSION_SETS))
        )
    )
