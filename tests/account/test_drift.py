"""Drift: what is in the code and not in the account, the other way round, or not the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.named_files import UsageError
from scanner.root import Inputs
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
DENIES = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}]}
CASES: dict[str, tuple[str, dict[str, str], list[tuple[str, Client | None]]]] = {
    "the same": (template("ada", READ_ONLY), account(ADA), []),
    "the same in other case": (template("Ada", READ_ONLY), account(ADA), []),
    "another policy that decides the same": (template("ada"), account(ADA), []),
    "attached by hand": (template("ada"), account(ABLE), [("differs", LOCAL), ("differs", REMOTE)]),
    "detached by hand": (template("ada", SIGN_IN), account(ADA), [("differs", LOCAL), ("differs", REMOTE)]),
    "a boundary set by hand": (template("ada", SIGN_IN), account(BOUND), [("differs", LOCAL), ("differs", REMOTE)]),
    "a password set by hand, which the account settles": (template(password=False), account(ADA), []),
    "a password taken away": (template("ada", SIGN_IN), account(ADA, enabled="false"), [("differs", None)]),
    "a policy that the code does not know": (template("ada", f"{ACCOUNT}:policy/x"), account(ADA), []),
    "only in the code": (template("bob"), account(ADA, enabled="false"), [("only-in-code", None)]),
    "only in the code, of a machine": (template("bob", password=False), account(ADA, enabled="false"), []),
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
    report = scan_files({"code/t.json": code, **there}, "code", account_data=("there",))
    assert report.drift is not None
    assert [(one.kind.value, one.client) for one in report.drift] == wanted
    flagged = [one for one in report.findings if one.rule == "aws-login-drift"]
    assert len(flagged) == (1 if wanted else 0)
    by_hand = wanted[:1] == [("only-in-account", None)]
    assert {one.span.path for one in flagged} <= ({"there/d.json"} if by_hand else {"code/t.json"})
    assert {one.definition.root for one in report.principals} == {"code/t.json"}


@pytest.mark.parametrize("case", CASES)
def test_data_that_may_lack_something_proves_nobody_absent(case: str, scan_files: Scan) -> None:
    code, there, wanted = CASES[case]
    unfinished = {**json.loads(there["there/d.json"]), "IsTruncated": True, "Marker": "x"}
    files = {"code/t.json": code, **there, "there/d.json": json.dumps(unfinished)}
    report = scan_files(files, "code", account_data=("there",))
    assert [one.kind.value for one in report.drift or ()] == [kind for kind, _ in wanted if kind != "only-in-code"]


@pytest.mark.parametrize(
    ("missing", "wanted"),
    [
        ("UserDetailList", []),
        ("RoleDetailList", ["only-in-code"]),
        ("GroupDetailList", ["only-in-code"]),
        ("", ["only-in-code"]),
    ],
)
def test_nobody_is_missing_of_a_kind_that_was_not_told(missing: str, wanted: list[str], scan_files: Scan) -> None:
    users = [] if missing != "RoleDetailList" else [{**ADA, "UserName": "m", "Arn": f"{ACCOUNT}:user/m"}]
    roles = [{"RoleName": "m", "Arn": f"{ACCOUNT}:role/m", "AssumeRolePolicyDocument": DENIES}]
    lists = {"UserDetailList": users, "GroupDetailList": [], "RoleDetailList": roles, "Policies": []}
    told = {name: found for name, found in lists.items() if name != missing}
    files = {"code/t.json": template("ada"), "there/d.json": json.dumps(told)}
    drift = scan_files(files, "code", account_data=("there",)).drift
    assert [one.kind.value for one in drift or ()] == wanted


def test_other_accounts_are_others(scan_files: Scan) -> None:
    files = {"code/t.json": template(), **account(ADA)}
    report = scan_files(files, "code", account_data=("there",), inputs=Inputs(account="210987654321"))
    assert report.drift == ()  # the code has nothing in this account, and nobody knows the other one


def test_nobody_knows_which_of_two_accounts_it_is(scan_files: Scan) -> None:
    other = account(user("ada"))["there/d.json"].replace("123456789012", "210987654321")
    files = {"code/t.json": template("ada", SIGN_IN), **account(ADA), "other/d.json": other}
    assert scan_files(files, "code", account_data=("there", "other")).drift == ()


def test_code_as_plan_and_configuration_is_told_once(scan_files: Scan) -> None:
    code = 'resource "aws_iam_user" "ada" {\n  name = "ada"\n}\n'
    files = {"code/main.tf": code, **account(ABLE)}
    report = scan_files(files, "code", account_data=("there",))
    assert [(one.kind.value, one.client) for one in report.drift or ()] == [("differs", LOCAL), ("differs", REMOTE)]


def test_a_rule_about_drift_takes_an_account(scan_files: Scan) -> None:
    with pytest.raises(UsageError, match="--account-data"):
        scan_files({"code/t.json": template()}, "code", select=("aws-login-drift",))


def test_without_an_account_nothing_is_said(scan_files: Scan) -> None:
    assert scan_files({"code/t.json": template()}, "code").drift is None


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_order_of_the_account_does_not_count(order: tuple[int, int], scan_files: Scan) -> None:
    people = (ABLE, user("eve"))
    report = scan_files(
        {"code/t.json": template("ada"), **account(*(people[number] for number in order))},
        "code",
        account_data=("there",),
    )
    kinds = [(one.kind.value, one.subject.name) for one in report.drift or ()]
    assert kinds == [("only-in-account", "eve"), ("differs", "ada"), ("differs", "ada")]
