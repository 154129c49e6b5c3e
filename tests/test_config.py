"""The configuration file: control policies by account and level, assumed console users, and mistakes in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.config import ConfigError, load_configuration
from scanner.controls import AccountControls
from scanner.pipeline import UsageError
from scanner.root import Inputs
from tests.scans import Scan, verdicts

ADMIN = """
provider "aws" {
  allowed_account_ids = [%s]
}
resource "aws_iam_user" "u" { name = "alice" }
resource "aws_iam_user_login_profile" "u" { user = aws_iam_user.u.name }
resource "aws_iam_user_policy_attachment" "u" {
  user       = aws_iam_user.u.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
"""
HERE, ELSEWHERE = "111122223333", "444455556666"


def policy(effect: str, action: str) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": effect, "Action": action, "Resource": "*"}})


FILES = {
    "all.json": policy("Allow", "*"),
    "s3.json": policy("Allow", "s3:*"),
    "deny.json": policy("Deny", "signin:*"),
    "nothing.json": policy("Deny", "s3:*"),
}


@pytest.mark.parametrize(
    ("accounts", "known", "expected"),
    [
        ("", HERE, "allowed"),
        (f'[accounts.{HERE}]\nscp = ["s3.json"]', HERE, "implicit_deny"),
        (f'[accounts.{HERE}]\nscp = ["s3.json", "all.json"]', HERE, "allowed"),
        (f'[accounts.{HERE}]\nscp = [["s3.json"], ["all.json"]]', HERE, "implicit_deny"),
        (f'[accounts.{HERE}]\nscp = [["all.json"], ["nothing.json"]]', HERE, "allowed"),
        (f'[accounts.{HERE}]\nscp = ["deny.json"]', HERE, "explicit_deny"),
        (f'[accounts.{ELSEWHERE}]\nscp = ["deny.json"]', HERE, "allowed"),
        ('[accounts.default]\nscp = ["deny.json"]', HERE, "explicit_deny"),
        (f'[accounts.default]\nscp = ["deny.json"]\n[accounts.{HERE}]\nscp = ["all.json"]', HERE, "allowed"),
        # While the account is not known, any section may bind it.
        (f'[accounts.{HERE}]\nscp = ["deny.json"]', "", "unknown"),
        (f'[accounts.{HERE}]\nscp = ["s3.json"]', "", "unknown"),
        (f'[accounts.{HERE}]\nscp = ["all.json"]', "", "allowed"),
        ('[accounts.default]\nscp = ["deny.json"]', "", "explicit_deny"),
    ],
)
def test_control_policies(scan_files: Scan, tmp_path: Path, accounts: str, known: str, expected: str) -> None:
    (tmp_path / "scan.toml").write_text(accounts)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    found = load_configuration("scan.toml", tmp_path)
    account = f'"{known}"' if known else ""
    report = scan_files({"a.tf": ADMIN % account}, "a.tf", accounts=found.accounts, inputs=Inputs())
    assert verdicts(report) == {"aws_iam_user.u": ("yes", expected)}


def test_assumed_console_users(scan_files: Scan) -> None:
    files = {"a.tf": 'resource "aws_iam_user" "u" { name = "admin-1" }\nresource "aws_iam_user" "v" { name = "bot" }\n'}
    report = scan_files(files, assume_console=("admin-*",))
    assert verdicts(report) == {
        "aws_iam_user.u": ("yes", "implicit_deny"),
        "aws_iam_user.v": ("no", "implicit_deny"),
    }
    (assessed, _) = report.principals
    assert [via.value for via in assessed.console.via] == ["assumed"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1", 'has no key "x"'),
        ("assume_console = 'a'", "must be a list of strings"),
        ("[accounts.prod]", "neither an account ID"),
        ("[accounts.default]\nscps = []", 'has no key "scps"'),
        ("[accounts.default]\nscp = 'a'", "must be a list of files"),
        ("[accounts.default]\nscp = [['a'], 'b']", "must be a list of strings"),
        ("accounts = 3", "must be a table"),
        ("[", "not valid TOML"),
    ],
)
def test_mistakes(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "scan.toml").write_text(text)
    with pytest.raises(ConfigError, match=message) as caught:
        load_configuration("scan.toml", tmp_path)
    assert str(caught.value).startswith("scan.toml: ")


def test_files_that_are_no_policies(scan_files: Scan, tmp_path: Path) -> None:
    (tmp_path / "scp.json").write_text("{")
    for file, message in (("scp.json", "not valid JSON"), ("missing.json", "missing.json: ")):
        with pytest.raises(UsageError, match=message):
            scan_files({"a.tf": ADMIN % ""}, controls=AccountControls(((file,),)))
