"""Permission sets and entitlements as account data."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.account.test_account_data import ACCOUNT, ALLOW, POLICY, page
from tests.scans import Scan, errors, said, verdicts

SET = "arn:aws:sso:::permissionSet/ssoins-1/ps-1"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "account-access.amazonaws.com"},
            "Action": ["sts:AssumeRole", "sts:SetContext"],
        }
    ],
}


def entry(**more: Any) -> dict[str, Any]:
    return {"PermissionSet": {"Name": "Dev", "PermissionSetArn": SET}, **more}


def sets(*entries: Any, **more: Any) -> str:
    return json.dumps({"PermissionSets": entries, **more})


CASES: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "implicit_deny"),
    "an AWS managed policy": (
        {"AttachedManagedPolicies": [{"Name": "x", "Arn": "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"}]},
        "allowed",
    ),
    "a policy of the account": ({"CustomerManagedPolicyReferences": [{"Name": "login", "Path": "/"}]}, "allowed"),
    "a policy with another path": ({"CustomerManagedPolicyReferences": [{"Name": "login", "Path": "/a/"}]}, "unknown"),
    "an inline policy": ({"InlinePolicy": json.dumps(ALLOW)}, "allowed"),
    "no inline policy": ({"InlinePolicy": ""}, "implicit_deny"),
    "a boundary of AWS": (
        {
            "InlinePolicy": json.dumps(ALLOW),
            "PermissionsBoundary": {"ManagedPolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
        },
        "implicit_deny",
    ),
    "a boundary of the account": (
        {
            "InlinePolicy": json.dumps(ALLOW),
            "PermissionsBoundary": {"CustomerManagedPolicyReference": {"Name": "login", "Path": "/"}},
        },
        "allowed",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_permission_sets(case: str, scan_files: Scan) -> None:
    more, wanted = CASES[case]
    report = scan_files({"p.json": sets(entry(**more)), "d.json": page(Policies=[POLICY])})
    assert verdicts(report) == {SET: ("yes", wanted)}
    assert not said(report)


def test_they_need_nothing_beside_them(scan_files: Scan) -> None:
    assert verdicts(scan_files({"p.json": sets(entry())})) == {SET: ("yes", "implicit_deny")}


@pytest.mark.parametrize(
    "text",
    [sets(entry(), NextToken="t"), sets(entry(NextToken="t")), sets({"PermissionSet": {"Name": "Dev"}}, entry())],
    ids=["more sets", "more of one", "no ARN"],
)
def test_what_is_unfinished_is_an_error(text: str, scan_files: Scan) -> None:
    assert errors(scan_files({"p.json": text}))


@pytest.mark.parametrize(
    ("accounts", "wanted"),
    [(["123456789012"], "123456789012"), (["123456789012", "210987654321"], None), ([], None)],
    ids=["one", "several", "none"],
)
def test_the_only_account_it_is_assigned_in_is_its_own(
    accounts: list[str], wanted: str | None, scan_files: Scan
) -> None:
    assigned = [{"AccountId": one, "PrincipalType": "GROUP", "PrincipalId": "g"} for one in accounts]
    (found,) = scan_files({"p.json": sets(entry(AccountAssignments=assigned))}).principals
    assert found.principal.account == wanted


def role(name: str) -> dict[str, Any]:
    return {"RoleName": name, "Arn": f"{ACCOUNT}:role/{name}", "AssumeRolePolicyDocument": TRUST}


def entitled(arn: str, **more: Any) -> str:
    return json.dumps({"entitlements": [{"entitlement": {"principalRole": {"roleArn": arn}}}], **more})


def test_entitlements_give_a_role_to_people(scan_files: Scan) -> None:
    details = page(RoleDetailList=[role("analyst"), role("other")])
    report = scan_files({"d.json": details, "e.json": entitled(f"{ACCOUNT}:role/analyst")})
    assert {name.rpartition("/")[2]: found[0] for name, found in verdicts(report).items()} == {
        "analyst": "yes",
        "other": "possible",
    }


def test_entitlements_that_are_unfinished_are_an_error(scan_files: Scan) -> None:
    files = {"d.json": page(RoleDetailList=[role("a")]), "e.json": entitled(f"{ACCOUNT}:role/a", nextToken="t")}
    (message,) = errors(scan_files(files))
    assert "NextToken" in message


def test_entitlements_settle_roles_of_code(scan_files: Scan) -> None:
    template = {"Resources": {"R": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "analyst"}}}}
    template["Resources"]["R"]["Properties"]["AssumeRolePolicyDocument"] = TRUST  # type: ignore[index,assignment]
    files = {
        "code/t.json": json.dumps(template),
        "there/d.json": page(RoleDetailList=[role("analyst")]),
        "there/e.json": entitled(f"{ACCOUNT}:role/analyst"),
    }
    assert verdicts(scan_files(files, "code"))["R"][0] == "possible"
    assert verdicts(scan_files(files, "code", account_data=("there",)))["R"][0] == "yes"


@pytest.mark.parametrize(
    ("policy", "is_said"),
    [
        ({"signinResourceBasedPolicy": {"version": "1", "statement": [{"effect": "Deny"}]}}, True),
        ({"signinResourceBasedPolicy": {"version": "1", "statement": []}}, False),
        (
            {
                "signinResourceBasedPolicy": {"version": "1", "statement": [{"effect": "Deny"}]},
                "consoleAuthorizationEnabled": False,
            },
            False,
        ),
    ],
    ids=["one", "an empty one", "one that does not count"],
)
def test_a_sign_in_policy_is_a_warning(policy: dict[str, Any], is_said: bool, scan_files: Scan) -> None:
    report = scan_files({"d.json": page(), "s.json": json.dumps(policy)})
    assert [("not taken into account" in message) for message in said(report)] == [True] * is_said
    assert not errors(report)
