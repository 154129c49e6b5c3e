"""Account data as a root: pages of authorization details, and the credential report beside them."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from scanner.verdicts.console import Access
from tests.scans import Scan, said, verdicts

ACCOUNT = "arn:aws:iam::123456789012"
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "signin:*", "Resource": "*"}]}
HEAD = "user,arn,user_creation_time,password_enabled,access_key_1_active,access_key_2_active\n"
LOGIN = f"{ACCOUNT}:policy/login"
POLICY = {
    "PolicyName": "login",
    "Arn": LOGIN,
    "PolicyVersionList": [
        {"VersionId": "v1", "IsDefaultVersion": False, "Document": {"Version": "2012-10-17", "Statement": []}},
        {"VersionId": "v2", "IsDefaultVersion": True, "Document": ALLOW},
    ],
}
SAML = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Federated": f"{ACCOUNT}:saml-provider/AWSSSO_0_DO_NOT_DELETE"},
            "Action": "sts:AssumeRoleWithSAML",
            "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
        }
    ],
}


def user(name: str, **more: Any) -> dict[str, Any]:
    return {"Path": "/", "UserName": name, "Arn": f"{ACCOUNT}:user/{name}", **more}


def attached(*arns: str) -> list[dict[str, str]]:
    return [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in arns]


def page(*users: dict[str, Any], **more: Any) -> str:
    return json.dumps({"UserDetailList": users, "GroupDetailList": [], "RoleDetailList": [], "Policies": [], **more})


def row(name: str, enabled: str = "true", keys: str = "false,false") -> str:
    return f"{name},{ACCOUNT}:user/{name},2026-01-01T00:00:00+00:00,{enabled},{keys}\n"


ADA = f"{ACCOUNT}:user/ada"
GROUP = {"GroupName": "devs", "Arn": f"{ACCOUNT}:group/devs", "AttachedManagedPolicies": attached(LOGIN)}
CASES: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "nothing": (user("ada"), ("yes", "implicit_deny")),
    "a managed policy, of which the default version counts": (
        user("ada", AttachedManagedPolicies=attached(LOGIN)),
        ("yes", "allowed"),
    ),
    "an AWS managed policy": (
        user("ada", AttachedManagedPolicies=attached("arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess")),
        ("yes", "allowed"),
    ),
    "a policy that is not listed": (
        user("ada", AttachedManagedPolicies=attached(f"{ACCOUNT}:policy/gone")),
        ("yes", "unknown"),
    ),
    "a policy of that name with a path": (
        user("ada", AttachedManagedPolicies=attached(f"{ACCOUNT}:policy/team/login")),
        ("yes", "unknown"),
    ),
    "an inline policy": (
        user("ada", UserPolicyList=[{"PolicyName": "own", "PolicyDocument": ALLOW}]),
        ("yes", "allowed"),
    ),
    "an inline policy as the API sends it": (
        user("ada", UserPolicyList=[{"PolicyName": "own", "PolicyDocument": quote(json.dumps(ALLOW), safe="")}]),
        ("yes", "allowed"),
    ),
    "an inline policy as text": (
        user("ada", UserPolicyList=[{"PolicyName": "own", "PolicyDocument": json.dumps(ALLOW)}]),
        ("yes", "allowed"),
    ),
    "a group": (user("ada", GroupList=["devs"]), ("yes", "allowed")),
    "a group that is not listed": (user("ada", GroupList=["gone"]), ("yes", "unknown")),
    "a boundary": (
        user(
            "ada",
            AttachedManagedPolicies=attached(LOGIN),
            PermissionsBoundary={
                "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
                "PermissionsBoundaryArn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
            },
        ),
        ("yes", "implicit_deny"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_users(case: str, scan_files: Scan) -> None:
    written, wanted = CASES[case]
    details = page(written, GroupDetailList=[GROUP], Policies=[POLICY])
    report = scan_files({"d.json": details, "r.csv": HEAD + row("ada")})
    assert verdicts(report) == {ADA: wanted}
    assert not report.diagnostics
    (principal,) = report.principals
    assert principal.definition.root_kind.value == "account"
    assert principal.principal.account == "123456789012"


@pytest.mark.parametrize(
    ("report", "wanted"),
    [
        (HEAD + row("ada"), "yes"),
        (HEAD + row("ada", "false"), "no"),
        (HEAD + row("ada", "TRUE"), "yes"),
        ("\ufeff" + HEAD + row("ada"), "yes"),
        ((HEAD + row("ada")).replace("\n", "\r\n"), "yes"),
        (HEAD.replace("user_creation_time,", "") + f"ada,{ADA},true,false,false\n", None),
        (HEAD.strip() + ",more\n" + row("ada").strip() + ",x\n", "yes"),
        (HEAD + row("bob"), "unknown"),
        (HEAD + f"<root_account>,{ACCOUNT}:root,2020,not_supported,true,false\n", "unknown"),
        (None, "unknown"),
    ],
    ids=["yes", "no", "upper case", "mark", "line ends", "other columns", "more", "another", "root", "no report"],
)
def test_credential_reports(report: str | None, wanted: str | None, scan_files: Scan) -> None:
    files = {"d.json": page(user("ada")), **({"r.csv": report} if report is not None else {})}
    found = verdicts(scan_files(files))[ADA][0]
    assert found == (wanted or "unknown")


def test_what_the_cli_prints_of_a_report(scan_files: Scan) -> None:
    content = base64.b64encode((HEAD + row("ada", keys="true,false")).encode()).decode()
    printed = json.dumps({"Content": content, "ReportFormat": "text/csv", "GeneratedTime": "2026-11-30T00:00:00Z"})
    report = scan_files({"d.json": page(user("ada")), "r.json": printed})
    assert verdicts(report)[ADA][0] == "yes"
    assert {finding.rule for finding in report.findings} == {"user-cannot-aws-login", "access-key-beside-console"}


def test_pages_belong_together(scan_files: Scan) -> None:
    first = page(user("ada", GroupList=["devs"]), IsTruncated=True, Marker="m")
    files = {"1.json": first, "2.json": page(GroupDetailList=[GROUP], Policies=[POLICY]), "r.csv": HEAD + row("ada")}
    assert verdicts(scan_files(files)) == {ADA: ("yes", "allowed")}


@pytest.mark.parametrize("more", [{"IsTruncated": True, "Marker": "m"}, {"NextToken": "t"}])
def test_an_unfinished_set_is_an_error(more: dict[str, Any], scan_files: Scan) -> None:
    report = scan_files({"d.json": page(user("ada"), **more)})
    assert any("Unfinished account data" in message for message in said(report))


def test_what_is_wrong_costs_its_own_entry(scan_files: Scan) -> None:
    report = scan_files({"d.json": page(user("ada"), {"UserName": "nobody"}, user("bob")), "r.csv": HEAD + row("ada")})
    assert set(verdicts(report)) == {ADA, f"{ACCOUNT}:user/bob"}
    (message,) = said(report)
    assert "missing required field `Arn`" in message


def test_a_report_alone_is_not_enough(scan_files: Scan) -> None:
    (message,) = said(scan_files({"r.csv": HEAD + row("ada")}, "r.csv"))
    assert "get-account-authorization-details" in message


def test_roles_of_identity_center_make_notes(scan_files: Scan) -> None:
    name = "AWSReservedSSO_Dev_0123456789abcdef"
    role = {
        "RoleName": name,
        "Arn": f"{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/eu-west-1/{name}",
        "AssumeRolePolicyDocument": SAML,
    }
    own = {**role, "RoleName": "own", "Arn": f"{ACCOUNT}:role/own"}
    report = scan_files({"d.json": page(RoleDetailList=[role, own])})
    assert {(finding.rule, finding.subject) for finding in report.findings} == {
        ("permission-set-cannot-aws-login", name),
        ("role-cannot-aws-login", "own"),
    }
    via = {one.definition.address.rpartition("/")[2]: one.console.via[0].value for one in report.principals}
    assert via == {name: "identity-center", "own": "saml"}


def test_findings_point_at_entries(scan_files: Scan) -> None:
    text = json.dumps(json.loads(page(user("ada"), user("bob"))), indent=2)
    report = scan_files({"d.json": text, "r.csv": HEAD + row("ada") + row("bob")})
    lines = text.split("\n")
    for finding in report.findings:
        assert f'"UserName": "{finding.subject}"' in "".join(lines[finding.span.line - 1 : finding.span.end_line])
    places = [place.span for finding in report.findings for place in finding.related]
    assert {place.line for place in places if place.path == "r.csv"} == {2, 3}


def test_nothing_of_it_is_kept(tmp_path: Path) -> None:
    from tests.scans import scanned, write

    write(tmp_path / "a", {"d.json": page(user("ada")), "r.csv": HEAD + row("ada")})
    scanned(tmp_path / "a", cache=tmp_path / "cache", debug=False)
    kept = b"".join(file.read_bytes() for file in (tmp_path / "cache").rglob("*") if file.is_file())
    assert b"ada" not in kept


def test_two_calls_in_one_directory_are_an_error(scan_files: Scan) -> None:
    again = page(user("ada", GroupList=["devs"]), GroupDetailList=[GROUP])
    report = scan_files({"1.json": page(user("ada")), "2.json": again, "3.json": page(user("ada"))})
    (message,) = said(report)
    assert "1.json" in message
    assert list(verdicts(report)) == [ADA]


@pytest.mark.parametrize("name", ["AWSNobodyKnowsIt", "SignInLocalDevelopmentAccess"])
def test_a_policy_of_aws_that_is_listed(name: str, scan_files: Scan) -> None:
    arn = f"arn:aws:iam::aws:policy/{name}"
    listed = {"Arn": arn, "PolicyVersionList": [{"IsDefaultVersion": True, "Document": ALLOW}]}
    details = page(user("ada", AttachedManagedPolicies=attached(arn)), Policies=[listed])
    assert verdicts(scan_files({"d.json": details}))[ADA][1] == "allowed"


@pytest.mark.parametrize(
    ("statement", "access"),
    [
        ({"Principal": {"AWS": "AIDACKCEVSQ6C2EXAMPLE"}}, Access.NO),  # a user who has been deleted
        ({"Principal": {"AWS": ["AROACKCEVSQ6C2EXAMPLE", "111122223333"]}}, Access.POSSIBLE),
        ({"Principal": {"AWS": "111122223333"}, "Action": "*"}, Access.POSSIBLE),
        ({"Principal": {"AWS": "111122223333"}, "Resource": "*"}, Access.POSSIBLE),
        ({"Principal": {"AWS": "arn:aws:iam::111122223333:group/g"}}, Access.NO),
    ],
)
def test_nothing_is_refused_that_aws_has(statement: dict[str, Any], access: Access, scan_files: Scan) -> None:
    trust = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", **statement}}
    role = {"RoleName": "r", "Arn": f"{ACCOUNT}:role/r", "AssumeRolePolicyDocument": trust}
    report = scan_files({"d.json": page(RoleDetailList=[role])})
    assert said(report) == []
    assert [one.console.access for one in report.principals] == [access]
