"""``--account-data`` settles what the code leaves open; what the code manages, the code decides."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.verdicts.document import principal_document
from tests.account.test_account_data import ACCOUNT, ADA, GROUP, HEAD, LOGIN, POLICY, attached, page, row, user
from tests.scans import Scan, verdicts

SIGN_IN = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"
DENIAL = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "signin:*", "Resource": "*"}]}
USER = 'resource "aws_iam_user" "ada" {\n  name = "ada"\n}\n'
PASSWORD = 'resource "aws_iam_user_login_profile" "ada" {\n  user = aws_iam_user.ada.name\n}\n'
MEMBER = 'resource "aws_iam_user_group_membership" "ada" {\n  user = aws_iam_user.ada.name\n  groups = ["devs"]\n}\n'
ADA_WITH_PASSWORD = USER + PASSWORD


def attachment(arn: str) -> str:
    names = f'  user = aws_iam_user.ada.name\n  policy_arn = "{arn}"\n'
    return f'resource "aws_iam_user_policy_attachment" "ada" {{\n{names}}}\n'


def provider(account: str = "", alias: str = "") -> str:
    lines = [f'  allowed_account_ids = ["{account}"]\n' if account else "", f'  alias = "{alias}"\n' if alias else ""]
    return f'provider "aws" {{\n{"".join(lines)}}}\n'


def region(name: str, alias: str = "") -> str:
    return provider(alias=alias).replace("{\n", f'{{\n  region = "{name}"\n', 1)


def group(name: str, label: str = "g") -> str:
    return f'resource "aws_iam_group" "{label}" {{\n  name = {name}\n}}\n'


def policy(name: str, effect: str = "Deny") -> str:
    statement = f'{{ Effect = "{effect}", Action = "signin:*", Resource = "*" }}'
    document = f'jsonencode({{ Version = "2012-10-17", Statement = [{statement}] }})'
    return f'resource "aws_iam_policy" "p" {{\n  name = {name}\n  policy = {document}\n}}\n'


VARIABLE = 'variable "name" {}\n'
OTHER = "210987654321"
CASES: dict[str, tuple[str, tuple[str, str]]] = {
    "a policy of the account": (ADA_WITH_PASSWORD + attachment(LOGIN), ("yes", "allowed")),
    "a policy that the account has not": (
        ADA_WITH_PASSWORD + attachment(f"{ACCOUNT}:policy/gone"),
        ("yes", "unknown"),
    ),
    "a policy that has the name elsewhere": (
        ADA_WITH_PASSWORD + attachment(f"{ACCOUNT}:policy/team/login"),
        ("yes", "unknown"),
    ),
    "a policy of another account": (
        ADA_WITH_PASSWORD + attachment(f"arn:aws:iam::{OTHER}:policy/login"),
        ("yes", "unknown"),
    ),
    "a policy that the code defines": (
        ADA_WITH_PASSWORD + policy('"login"') + attachment(LOGIN),
        ("yes", "explicit_deny"),
    ),
    "a policy that the code may define": (
        ADA_WITH_PASSWORD + VARIABLE + policy("var.name") + attachment(LOGIN),
        ("yes", "unknown"),
    ),
    "a policy beside one whose name begins otherwise": (
        ADA_WITH_PASSWORD + VARIABLE + policy('"x-${var.name}"') + attachment(LOGIN),
        ("yes", "allowed"),
    ),
    "a policy with the name of a group of the code": (
        ADA_WITH_PASSWORD + group('"login"') + attachment(LOGIN),
        ("yes", "allowed"),
    ),
    "a boundary of the account": (
        USER.replace("}", f'  permissions_boundary = "{LOGIN}"\n}}') + PASSWORD + attachment(SIGN_IN),
        ("yes", "allowed"),
    ),
    "a group of the account": (ADA_WITH_PASSWORD + MEMBER, ("yes", "allowed")),
    "a group of the account in other case": (ADA_WITH_PASSWORD + MEMBER.replace("devs", "Devs"), ("yes", "allowed")),
    "a group that the account has not": (ADA_WITH_PASSWORD + MEMBER.replace("devs", "gone"), ("yes", "unknown")),
    "a group that the code defines": (ADA_WITH_PASSWORD + MEMBER + group('"devs"'), ("yes", "implicit_deny")),
    "a group that the code may define": (
        ADA_WITH_PASSWORD + VARIABLE + MEMBER + group("var.name"),
        ("yes", "unknown"),
    ),
    "a group with the name of a policy of the code": (
        ADA_WITH_PASSWORD + MEMBER + policy('"devs"'),
        ("yes", "allowed"),
    ),
    "a group with the name of a user of the code": (
        ADA_WITH_PASSWORD + MEMBER + USER.replace("ada", "devs"),
        ("yes", "allowed"),
    ),
    "a password that was set by hand": (USER, ("yes", "implicit_deny")),
    "what was attached by hand": (ADA_WITH_PASSWORD, ("yes", "implicit_deny")),
    "code for this account": (provider("123456789012") + ADA_WITH_PASSWORD + MEMBER, ("yes", "allowed")),
    "code for another account": (provider(OTHER) + ADA_WITH_PASSWORD + MEMBER, ("yes", "unknown")),
    "a password in another account": (provider(OTHER) + USER, ("no", "implicit_deny")),
    "code that says nothing, beside other code for another account": (
        provider()
        + provider(OTHER, "other")
        + ADA_WITH_PASSWORD
        + MEMBER
        + group('"x"').replace("}", "  provider = aws.other\n}"),
        ("yes", "unknown"),
    ),
    "code that says nothing, beside other code for this account": (
        provider()
        + provider("123456789012", "other")
        + ADA_WITH_PASSWORD
        + MEMBER
        + group('"x"').replace("}", "  provider = aws.other\n}"),
        ("yes", "unknown"),
    ),
    "code that says nothing, in two regions": (
        region("eu-west-1") + region("us-east-1", "us") + USER + MEMBER.replace("}", "  provider = aws.us\n}"),
        ("yes", "allowed"),
    ),
    "code with a name in each of two regions, so in two accounts": (
        region("eu-west-1")
        + region("us-east-1", "us")
        + ADA_WITH_PASSWORD
        + MEMBER
        + USER.replace('"ada" {', '"again" {').replace("}", "  provider = aws.us\n}"),
        ("yes", "unknown"),
    ),
    "code with two profiles": (
        region("eu-west-1")
        + region("us-east-1", "us").replace("}", '  profile = "other"\n}')
        + ADA_WITH_PASSWORD
        + MEMBER.replace("}", "  provider = aws.us\n}"),
        ("yes", "unknown"),
    ),
    "code for this account in two regions": (
        region("eu-west-1").replace("}", '  allowed_account_ids = ["123456789012"]\n}')
        + region("us-east-1", "us").replace("}", '  allowed_account_ids = ["123456789012"]\n}')
        + USER
        + MEMBER.replace("}", "  provider = aws.us\n}"),
        ("yes", "allowed"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_code_beside_an_account(case: str, scan_files: Scan) -> None:
    code, wanted = CASES[case]
    there = page(user("ada", AttachedManagedPolicies=attached(SIGN_IN)), GroupDetailList=[GROUP], Policies=[POLICY])
    files = {"code/main.tf": code, "there/d.json": there, "there/r.csv": HEAD + row("ada")}
    report = scan_files(files, "code", account_data=("there",))
    assert verdicts(report)["aws_iam_user.ada"] == wanted
    assert {one.definition.root for one in report.principals} == {"code"}  # the account is not reported


@pytest.mark.parametrize("name", ["devs", "Devs"])
def test_what_another_account_of_the_code_defines_is_not_this_one(name: str, scan_files: Scan) -> None:
    elsewhere = group(f'"{name}"').replace("}", "  provider = aws.other\n}")
    code = provider("123456789012") + provider(OTHER, "other") + ADA_WITH_PASSWORD + MEMBER + elsewhere
    files = {"code/main.tf": code, "there/d.json": page(GroupDetailList=[GROUP], Policies=[POLICY])}
    report = scan_files(files, "code", account_data=("there",))
    assert verdicts(report)["aws_iam_user.ada"] == ("yes", "allowed")


def test_each_reason_has_a_source(scan_files: Scan) -> None:
    """The grant of the account's group, and the denial of the code's own policy."""
    denies = policy('"own"').replace("signin:*", "signin:CreateOAuth2Token")
    code = ADA_WITH_PASSWORD + MEMBER + denies + attachment(f"{ACCOUNT}:policy/own")
    files = {"code/main.tf": code, "there/d.json": page(GroupDetailList=[GROUP], Policies=[POLICY])}
    (found,) = scan_files(files, "code", account_data=("there",)).principals
    found_in = {
        (reason["source"], reason["location"]["path"])
        for permission in principal_document(found)["permissions"]
        for reason in permission["reasons"]
    }
    assert found_in == {("code", "code/main.tf"), ("account", "there/d.json")}


def a_member(**more: Any) -> dict[str, Any]:
    return user("ada", GroupList=["devs"], **more)


@pytest.mark.parametrize("enabled", ["true", "false"])
def test_the_account_alone_says_the_same(enabled: str, scan_files: Scan) -> None:
    """Code that leaves all to the account, and the account itself."""
    there = page(a_member(), GroupDetailList=[GROUP], Policies=[POLICY])
    files = {"code/main.tf": USER + MEMBER, "there/d.json": there, "there/r.csv": HEAD + row("ada", enabled)}
    beside = verdicts(scan_files(files, "code", account_data=("there",)))["aws_iam_user.ada"]
    assert beside == verdicts(scan_files(files, "there"))[ADA]


ENTITLED = """
resource "aws_iam_role" "r" {
  name = "r"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "account-access.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:SetContext"]
    }]
  })
}
"""


INLINE = """
resource "aws_iam_group_policy" "p" {
  group  = "devs"
  name   = "cli"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }] })
}
"""
REPLACING: dict[str, tuple[str, str]] = {
    "the policy of that name": (INLINE, "implicit_deny"),
    "a policy of another name": (INLINE.replace('"cli"', '"other"'), "allowed"),
    "a policy whose name differs in case": (INLINE.replace('"cli"', '"CLI"'), "unknown"),
    "a policy of another group": (INLINE.replace('"devs"', '"ops"'), "allowed"),
    "a group in other case": (INLINE.replace('"devs"', '"Devs"'), "implicit_deny"),
    "a group that is not known": (VARIABLE + INLINE.replace('"devs"', "var.name"), "unknown"),
    "a name that is not known": (VARIABLE + INLINE.replace('"cli"', "var.name"), "unknown"),
    "a name that is known in part": (VARIABLE + INLINE.replace('"cli"', '"x-${var.name}"'), "allowed"),
    "a name that the provider makes up": (INLINE.replace('  name   = "cli"\n', ""), "allowed"),
    "a name with a beginning": (INLINE.replace('name   = "cli"', 'name_prefix = "c"'), "unknown"),
    "one that may be there": (VARIABLE + INLINE.replace("{\n", "{\n  count = var.name\n", 1), "unknown"),
    "a policy of a user of that name": (
        INLINE.replace("aws_iam_group_policy", "aws_iam_user_policy").replace("group ", "user "),
        "allowed",
    ),
    "another account": (
        provider("123456789012") + provider(OTHER, "other") + INLINE.replace("{\n", "{\n  provider = aws.other\n", 1),
        "allowed",
    ),
    "an account that is not known": (
        provider("123456789012")
        + provider(alias="other").replace("}", '  profile = "other"\n}')
        + INLINE.replace("{\n", "{\n  provider = aws.other\n", 1),
        "unknown",
    ),
}


@pytest.mark.parametrize("case", REPLACING)
def test_inline_policies_that_the_code_replaces(case: str, scan_files: Scan) -> None:
    code, wanted = REPLACING[case]
    allows = {**DENIAL, "Statement": [{"Effect": "Allow", "Action": "signin:*", "Resource": "*"}]}
    devs = {
        **GROUP,
        "AttachedManagedPolicies": [],
        "GroupPolicyList": [{"PolicyName": "cli", "PolicyDocument": allows}],
    }
    files = {"code/main.tf": ADA_WITH_PASSWORD + MEMBER + code, "there/d.json": page(GroupDetailList=[devs])}
    report = scan_files(files, "code", account_data=("there",))
    assert verdicts(report)["aws_iam_user.ada"][1] == wanted


def entitlements(*roles: str) -> str:
    found = [{"entitlement": {"principalRole": {"roleArn": f"arn:aws:iam::{role}"}}} for role in roles]
    return json.dumps({"entitlements": found})


@pytest.mark.parametrize(
    ("code", "here", "there", "wanted"),
    [
        ("", [], [f"{OTHER}:role/r"], "unknown"),
        ("", ["123456789012:role/r"], [f"{OTHER}:role/r"], "unknown"),
        ("", [], [f"{OTHER}:role/s"], "possible"),
        (provider("123456789012"), [], [f"{OTHER}:role/r"], "possible"),
        (provider(OTHER), [], [f"{OTHER}:role/r"], "yes"),
        ("", ["123456789012:role/r"], None, "yes"),
        ("", [f"{OTHER}:role/r"], None, "possible"),
    ],
    ids=[
        "of one of two accounts",
        "of both",
        "of another role",
        "of the other account",
        "of this account",
        "of the only account",
        "what the only account says of another one",
    ],
)
def test_entitlements(code: str, here: list[str], there: list[str] | None, wanted: str, scan_files: Scan) -> None:
    files = {
        "code/main.tf": code + ENTITLED,
        "here/d.json": page(GroupDetailList=[GROUP]),
        "here/e.json": entitlements(*here),
    }
    if there is not None:
        elsewhere = json.loads(json.dumps(GROUP).replace("123456789012", OTHER))
        files |= {"there/d.json": page(GroupDetailList=[elsewhere]), "there/e.json": entitlements(*there)}
    accounts = ("here",) if there is None else ("here", "there")
    report = scan_files(files, "code", account_data=accounts)
    assert verdicts(report)["aws_iam_role.r"][0] == wanted
