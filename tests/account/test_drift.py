"""Drift: what is in the code and not in the account, the other way round, or not the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.drift import drift
from scanner.verdicts.sign_in import Client
from tests.account.test_account_data import ACCOUNT, HEAD, SAML, attached, page, row, user
from tests.scans import Scan

SIGN_IN = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
LOCAL, REMOTE = Client.LOCALHOST, Client.REMOTE


def template(name: Any = "ada", *policies: str, password: bool = True, **more: Any) -> str:
    properties = {"UserName": name, "ManagedPolicyArns": policies, **more}
    if password:
        properties["LoginProfile"] = {"Password": "x"}
    parameters = {"Parameters": {"Name": {"Type": "String"}}}
    return json.dumps({**parameters, "Resources": {"U": {"Type": "AWS::IAM::User", "Properties": properties}}})


def account(*entries: Any, enabled: str = "true", **more: Any) -> dict[str, str]:
    rows = "".join(row(entry["UserName"], enabled) for entry in entries)
    return {"there/d.json": page(*entries, **more), "there/r.csv": HEAD + rows}


ADA = user("ada", AttachedManagedPolicies=attached(READ_ONLY))
ABLE = user("ada", AttachedManagedPolicies=attached(SIGN_IN))
BOUND = {**ABLE, "PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": READ_ONLY}}
SSO = {
    "RoleName": "AWSReservedSSO_Dev_0123456789abcdef",
    "Arn": f"{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Dev_0123456789abcdef",
    "AssumeRolePolicyDocument": SAML,
}
FEDERATED = {"RoleName": "fed", "Arn": f"{ACCOUNT}:role/fed", "AssumeRolePolicyDocument": SAML}
CASES: dict[str, tuple[str, dict[str, str], list[tuple[str, Client | None]]]] = {
    "the same": (template("ada", READ_ONLY), account(ADA), []),
    "the same in other case": (template("Ada", READ_ONLY), account(ADA), []),
    "another policy that decides the same": (template("ada"), account(ADA), []),
    "attached by hand": (template("ada"), account(ABLE), [("differs", LOCAL), ("differs", REMOTE)]),
    "detached by hand": (template("ada", SIGN_IN), account(ADA), [("differs", LOCAL), ("differs", REMOTE)]),
    "a boundary set by hand": (template("ada", SIGN_IN), account(BOUND), [("differs", LOCAL), ("differs", REMOTE)]),
    "a password set by hand": (template(password=False), account(ADA), [("differs", None)]),
    "a password taken away": (template("ada", SIGN_IN), account(ADA, enabled="false"), [("differs", None)]),
    "a policy that the code does not know": (template("ada", f"{ACCOUNT}:policy/x"), account(ADA), []),
    "only in the code": (template("bob"), account(), [("only-in-code", None)]),
    "only in the code, of a machine": (template("bob", password=False), account(), []),
    "only in the account": (template(), account(ADA, user("eve")), [("only-in-account", None)]),
    "only in the account, of a machine": (template(password=False), account(ADA, enabled="false"), []),
    "a role only in the account": (template(), account(ADA, RoleDetailList=[FEDERATED]), [("only-in-account", None)]),
    "a role of a permission set": (template(), account(ADA, RoleDetailList=[SSO]), []),
    "a name that is not known": (template({"Ref": "Name"}), account(ADA), []),
    "a name that is known in part": (
        template({"Fn::Sub": "dev-${Name}"}),
        account(ADA),
        [("only-in-account", None)],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_drift(case: str, scan_files: Scan) -> None:
    code, there, wanted = CASES[case]
    files = {"code/t.json": code, **there}
    found = drift(scan_files(files, "code").principals, scan_files(files, "there").principals)
    assert [(one.kind.value, one.client) for one in found] == wanted


def test_other_accounts_are_others(scan_files: Scan) -> None:
    from scanner.root import Inputs

    files = {"code/t.json": template(), **account(ADA)}
    code = scan_files(files, "code", inputs=Inputs(account="210987654321")).principals
    found = drift(code, scan_files(files, "there").principals)
    assert [one.kind.value for one in found] == ["only-in-code", "only-in-account"]
