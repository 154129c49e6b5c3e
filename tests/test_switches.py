"""Users of one account who may switch to a role of another: each finding names the other half."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.organization.organizations import manifest, organized
from tests.scans import Scan, write

HERE, THERE, THIRD = "111111111111", "222222222222", "333333333333"
ROLE_ARN = f"arn:aws:iam::{THERE}:role/deployer"


def provider(account: str) -> str:
    return f'provider "aws" {{ allowed_account_ids = ["{account}"] }}\n'


def person(resource: str = ROLE_ARN, effect: str = "Allow", name: str = "ada", more: str = "") -> str:
    statement = f'{{ Effect = "{effect}", Action = "sts:AssumeRole", Resource = "{resource}" {more} }}'
    return f"""
resource "aws_iam_user" "u" {{ name = "{name}" }}
resource "aws_iam_user_login_profile" "u" {{ user = aws_iam_user.u.name }}
resource "aws_iam_user_policy" "u" {{
  user   = aws_iam_user.u.name
  policy = jsonencode({{ Version = "2012-10-17", Statement = [{statement}] }})
}}
"""


def role(principal: str = f"arn:aws:iam::{HERE}:root", condition: str = "") -> str:
    statement = f'{{ Effect = "Allow", Action = "sts:AssumeRole", Principal = {{ AWS = "{principal}" }} {condition} }}'
    return f"""
resource "aws_iam_role" "deployer" {{
  name               = "deployer"
  assume_role_policy = jsonencode({{ Version = "2012-10-17", Statement = [{statement}] }})
}}
"""


MFA = ', Condition = { Bool = { "aws:MultiFactorAuthPresent" = "true" } }'
USERNAME = ', Condition = { StringEquals = { "aws:username" = "%s" } }'
CASES: dict[str, tuple[str, str, bool]] = {
    "both halves": (person(), role(), True),
    "any role": (person("*"), role(), True),
    "the user by name": (person(), role(f"arn:aws:iam::{HERE}:user/ada"), True),
    "the account by its ID": (person(), role(HERE), True),
    "with MFA": (person(), role(condition=MFA), True),
    "for this user": (person(), role(condition=USERNAME % "ada"), True),
    "for another user": (person(), role(condition=USERNAME % "bob"), False),
    "another user by name": (person(), role(f"arn:aws:iam::{HERE}:user/bob"), False),
    "another account": (person(), role(f"arn:aws:iam::{THIRD}:root"), False),
    "another role": (person(ROLE_ARN.replace("deployer", "other")), role(), False),
    "denied": (person(effect="Deny"), role(), False),
    "nothing allows it": (person().replace("sts:AssumeRole", "s3:GetObject"), role(), False),
    "nobody at the console": (
        person().replace('resource "aws_iam_user_login_profile" "u" { user = aws_iam_user.u.name }\n', ""),
        role(),
        False,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_other_half(case: str, scan_files: Scan) -> None:
    user, switched, wanted = CASES[case]
    report = scan_files({"a/main.tf": provider(HERE) + user, "b/main.tf": provider(THERE) + switched})
    said = {one.rule: [place.message for place in one.related] for one in report.findings}
    beside_role = "policies of ada allow it to switch to this role"
    assert (beside_role in said.get("switchable-role-cannot-aws-login", ())) is wanted
    assert ("its policies allow it to switch to deployer" in said.get("user-cannot-aws-login", ())) is wanted


def test_across_repositories(tmp_path: Path) -> None:
    write(tmp_path, {"a/main.tf": person(), "b/main.tf": role()})
    manifest(tmp_path, [{"path": "a", "account": HERE}, {"path": "b", "account": THERE}])
    found = {(place.span.path, place.message) for one in organized(tmp_path).findings for place in one.related}
    assert ("a/main.tf", "policies of ada allow it to switch to this role") in found
    assert ("b/main.tf", "its policies allow it to switch to deployer") in found


def test_in_one_account_nothing_is_said(scan_files: Scan) -> None:
    report = scan_files({"a/main.tf": provider(HERE) + person() + role()})
    assert not [place for one in report.findings for place in one.related if "switch to" in place.message]
