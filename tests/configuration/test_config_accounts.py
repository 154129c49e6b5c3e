"""What is said of accounts and paths: who is where, which policies bind them, what is not scanned."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scanner.controls import AccountControls
from scanner.finding import Level
from scanner.named_files import UsageError
from scanner.pipeline import scan
from tests.configuration.configured import configured, options
from tests.scans import Scan, verdicts, write

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
        (f"{HERE}: {{scp: [s3.json]}}", HERE, "implicit_deny"),
        (f"{HERE}: {{scp: [s3.json, all.json]}}", HERE, "allowed"),
        (f"{HERE}: {{scp: [[s3.json], [all.json]]}}", HERE, "implicit_deny"),
        (f"{HERE}: {{scp: [[all.json], [nothing.json]]}}", HERE, "allowed"),
        (f"{HERE}: {{scp: [deny.json]}}", HERE, "explicit_deny"),
        (f"{ELSEWHERE}: {{scp: [deny.json]}}", HERE, "allowed"),
        ("default: {scp: [deny.json]}", HERE, "explicit_deny"),
        (f"default: {{scp: [deny.json]}}, {HERE}: {{scp: [all.json]}}", HERE, "allowed"),
        # While the account is not known, any section may bind it.
        (f"{HERE}: {{scp: [deny.json]}}", "", "unknown"),
        (f"{HERE}: {{scp: [s3.json]}}", "", "unknown"),
        (f"{HERE}: {{scp: [all.json]}}", "", "allowed"),
        ("default: {scp: [deny.json]}", "", "explicit_deny"),
        (f"default: {{scp: [deny.json]}}, {HERE}: {{scp: [deny.json]}}", "", "explicit_deny"),
        (f"default: {{scp: [deny.json]}}, {HERE}: {{scp: [all.json]}}", "", "unknown"),
        # A section under the path of the root.
        ("infra: {scp: [deny.json]}", HERE, "explicit_deny"),
        ("infra: {scp: [deny.json]}", "", "explicit_deny"),
        ("other: {scp: [deny.json]}", HERE, "allowed"),
        (f"infra: {{scp: [all.json]}}, {HERE}: {{scp: [deny.json]}}", HERE, "allowed"),
        (f"infra: {{scp: [all.json]}}, {HERE}: {{scp: [deny.json]}}", "", "allowed"),
        (f"infra: {{rcp: []}}, {HERE}: {{scp: [deny.json]}}", HERE, "explicit_deny"),
        (f"infra: {{rcp: []}}, {HERE}: {{scp: [deny.json]}}", "", "unknown"),
        (f"infra: {{account: {HERE}}}, {HERE}: {{scp: [deny.json]}}", "", "explicit_deny"),
        (f"infra: {{account: {ELSEWHERE}}}, {HERE}: {{scp: [deny.json]}}", "", "allowed"),
        (f"infra: {{account: {HERE}, scp: [all.json]}}, {HERE}: {{scp: [deny.json]}}", "", "allowed"),
        (f"infra: {{account: {ELSEWHERE}, scp: [deny.json]}}, {HERE}: {{}}", HERE, "allowed"),
        # Of each key the last section counts.
        ("infra: {scp: [deny.json]}, '*': {scp: [all.json]}", "", "allowed"),
        ("'*': {scp: [all.json]}, infra: {scp: [deny.json]}", "", "explicit_deny"),
        ("infra: {scp: [deny.json]}, '*': {region: eu-west-1}", "", "explicit_deny"),
        (f"'*': {{account: {HERE}, scp: [deny.json]}}, infra: {{account: {ELSEWHERE}, scp: []}}", "", "allowed"),
    ],
)  # fmt: skip
def test_control_policies(tmp_path: Path, accounts: str, known: str, expected: str) -> None:
    account = f'"{known}"' if known else ""
    write(tmp_path, {**FILES, "infra/a.tf": ADMIN % account})
    found = scan(options(tmp_path, configured(tmp_path, f"accounts: {{{accounts}}}"), paths=["infra"]))
    assert verdicts(found) == {"aws_iam_user.u": ("yes", expected)}


TOP = f"\naccount: {ELSEWHERE}\nregion: eu-west-1"
IN_ONE_PLACE = """
resource "aws_iam_user" "u" { name = "alice" }
resource "aws_iam_user_login_profile" "u" { user = aws_iam_user.u.name }
resource "aws_iam_user_policy" "u" {
  user   = aws_iam_user.u.name
  policy = jsonencode({ Version = "2012-10-17", Statement = {
    Effect = "Allow", Action = "signin:*", Resource = "arn:aws:signin:eu-west-1:111122223333:oauth2/public-client/*"
  } })
}
"""


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("", {}, {"a": "conditional", "b": "conditional"}),
        ("accounts: {a: {region: eu-west-1}}", {}, {"a": "allowed", "b": "conditional"}),
        ("accounts: {'[ab]': {region: us-east-1}}", {}, {"a": "implicit_deny", "b": "implicit_deny"}),
        ("accounts: {b: {account: 444455556666}}", {}, {"a": "conditional", "b": "implicit_deny"}),
        ("accounts: {b: {account: 111122223333}}" + TOP, {}, {"a": "implicit_deny", "b": "allowed"}),
        ("accounts: {b: {region: us-east-1}}", {"region": "eu-west-1"}, {"a": "allowed", "b": "allowed"}),
        ("account: 444455556666", {"account": HERE}, {"a": "conditional", "b": "conditional"}),
        ("accounts: {./: {region: us-east-1}}", {}, {"a": "implicit_deny", "b": "implicit_deny"}),
    ],
)  # fmt: skip
def test_account_and_region_by_path(
    tmp_path: Path, text: str, given: Mapping[str, Any], expected: Mapping[str, str]
) -> None:
    write(tmp_path, {"a/a.tf": IN_ONE_PLACE, "b/b.tf": IN_ONE_PLACE})
    report = scan(options(tmp_path, configured(tmp_path, text), **given))
    found = {one.definition.root: one.aws_login for one in report.principals}
    assert {root: login.permissions[0].decision.outcome.value for root, login in found.items()} == expected


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("accounts:\n  infra/prd: {region: us-a-1}", {}, [(2, 'Write "infra/prod" if that is meant.')]),
        ("accounts: {nowhere: {region: us-a-1}}", {}, [(1, "Correct or remove the section.")]),
        ("accounts: {/prod: {region: us-a-1}, '*.json': {region: us-a-1}}", {}, [(1, ""), (1, "")]),
        ("accounts: {modules/user: {region: us-a-1}}", {}, [(1, "Correct")]),  # which others call
        (
            "accounts: {infra/dev: {region: us-a-1}, infra/dev2: {region: us-a-1}}",
            {},
            [(1, "Correct")],
        ),  # not: write infra/dev
        (
            "accounts: {prod: {region: us-a-1}, 'infra/*': {region: us-a-1}, t.yaml: {}, '*': {region: us-a-1}}",
            {},
            [],
        ),
        # What is not scanned may have a root there.
        (
            "accounts: {infra/prod: {region: us-a-1}, t.yaml: {region: us-a-1}, prd: {}}",
            {"paths": ["infra/dev"]},
            [],
        ),
        (
            "accounts: {infra/prd: {region: us-a-1}, modules/x: {region: us-a-1}}",
            {"paths": ["infra"]},
            [(1, "infra/prod")],
        ),
        (
            "accounts: {infra/pr*: {region: us-a-1}, infra/x*: {region: us-a-1}}",
            {"paths": ["infra"]},
            [(1, '"infra/x*"')],
        ),
        ("exclude: infra/prod\naccounts: {infra/prod: {region: us-a-1}}", {}, []),
        ("accounts: {infra/prd: {region: us-a-1}}", {"paths": [".", "broken"]}, []),
        # What the configuration has scanned is all that there is, but for what is there all the same.
        ("paths: infra/prod\naccounts: {infra/prd: {region: us-a-1}}", {}, [(2, "infra/prod")]),
        ("paths: infra/prod\naccounts: {infra/dev: {region: us-a-1}, prd: {region: us-a-1}}", {}, []),
        ("paths: infra\naccounts: {modules/x: {region: us-a-1}}", {"paths": ["infra/prod"]}, []),
    ],
)
def test_a_section_that_no_root_is_in_is_told(
    tmp_path: Path, text: str, given: Mapping[str, Any], expected: list[tuple[int, str]]
) -> None:
    user = 'resource "aws_iam_user" "u" {}'
    call = 'module "m" {\n  source = "../../modules/user"\n}\n'
    write(tmp_path, {"infra/prod/a.tf": call, "infra/dev/a.tf": call, "modules/user/a.tf": user, "t.yaml": IMPORT})
    report = scan(options(tmp_path, configured(tmp_path, text, "scan.conf"), **given))
    found = [one for one in report.diagnostics if one.summary == "Section not used"]
    assert [one.span.line for one in found] == [line for line, _ in expected]
    assert all(part in one.detail for one, (_, part) in zip(found, expected, strict=True)), found


EXPORT = """
Resources: {P: {Type: "AWS::IAM::ManagedPolicy", Properties: {PolicyDocument: {Version: "2012-10-17",
  Statement: {Effect: Allow, Action: "signin:*", Resource: "*"}}}}}
Outputs: {O: {Value: !Ref P, Export: {Name: login}}}
"""
IMPORT = """
Resources: {U: {Type: "AWS::IAM::User", Properties: {
  LoginProfile: {Password: x}, ManagedPolicyArns: [!ImportValue login]}}}
"""


@pytest.mark.parametrize(
    ("accounts", "expected"),
    [
        ("{}", "allowed"),
        ("{e.yaml: {account: 111122223333}}", "allowed"),
        ("{e.yaml: {account: 111122223333}, i.yaml: {account: 111122223333}}", "allowed"),
        ("{e.yaml: {account: 111122223333}, i.yaml: {account: 444455556666}}", "unknown"),
        ("{e.yaml: {region: us-east-1}, i.yaml: {region: us-east-2}}", "unknown"),
    ],
)
def test_templates_in_different_accounts_share_no_exports(tmp_path: Path, accounts: str, expected: str) -> None:
    write(tmp_path, {"e.yaml": EXPORT, "i.yaml": IMPORT})
    report = scan(
        options(tmp_path, configured(tmp_path, f"accounts: {accounts}", "scan.conf"), paths=["e.yaml", "i.yaml"])
    )
    assert verdicts(report) == {"U": ("yes", expected)}


def test_assumed_console_users(scan_files: Scan) -> None:
    files = {"a.tf": 'resource "aws_iam_user" "u" { name = "admin-1" }\nresource "aws_iam_user" "v" { name = "bot" }\n'}
    report = scan_files(files, assume_console=("admin-*",))
    assert verdicts(report) == {
        "aws_iam_user.u": ("yes", "implicit_deny"),
        "aws_iam_user.v": ("no", "implicit_deny"),
    }
    (assessed, _) = report.principals
    assert [via.value for via in assessed.console.via] == ["assumed"]


def test_files_that_are_no_policies(scan_files: Scan, tmp_path: Path) -> None:
    (tmp_path / "scp.json").write_text("{")
    for file, message in (("scp.json", "not valid JSON"), ("missing.json", "missing.json: ")):
        with pytest.raises(UsageError, match=message):
            scan_files({"a.tf": ADMIN % ""}, controls=AccountControls(((file,),)))
        found = configured(tmp_path, f"accounts: {{nowhere: {{scp: [{file}]}}}}")
        with pytest.raises(UsageError, match=message):
            scan(options(tmp_path, found, paths=["a.tf"]))


@pytest.mark.parametrize(
    ("exclude", "paths", "expected"),
    [
        (["a"], ["."], {".", "b", "b/a.yaml"}),
        (["/a"], ["."], {".", "b", "b/a", "b/a.yaml"}),
        (["b/**"], ["."], {".", "a"}),
        (["*.yaml"], ["."], {".", "a", "b", "b/a"}),
        (["a", "b"], ["b"], {"b", "b/a.yaml"}),
        (["b"], ["b/a"], {"b/a"}),
        (["a.yaml"], ["b/a.yaml"], {"b/a.yaml"}),
        # A pattern for every name or every directory is one like others; the default path names nothing in it.
        (["*/"], ["."], {"."}),
        (["**/"], ["."], {"."}),
        (["/*/"], ["."], {"."}),
        (["./*/"], ["."], {"."}),
        (["b/*/"], ["."], {".", "a", "b", "b/a.yaml"}),
        (["*"], ["."], set()),
        (["**"], ["."], set()),
        (["**/*"], ["."], set()),
        (["/*"], ["."], set()),
        (["."], ["."], set()),
        # Naming overrules what excludes the directory, not what is excluded anew inside of it.
        (["*/"], ["b"], {"b", "b/a.yaml"}),
        (["**/*/"], ["b"], {"b", "b/a.yaml"}),
        (["*"], ["b"], set()),
        (["*"], ["b/b.tf"], {"b"}),
        (["/*"], ["b"], {"b", "b/a", "b/a.yaml"}),
        (["/b/**"], ["b"], {"b", "b/a", "b/a.yaml"}),
        (["./b"], ["b"], {"b", "b/a", "b/a.yaml"}),
        (["."], ["b"], {"b", "b/a", "b/a.yaml"}),
        (["**/a/"], ["b/a"], {"b/a"}),
    ],
)
def test_what_is_excluded_is_not_scanned_unless_it_is_named(
    tmp_path: Path, exclude: list[str], paths: list[str], expected: set[str]
) -> None:
    one = 'resource "aws_iam_user" "u" {}'
    write(tmp_path, {"main.tf": one, "a/a.tf": one, "b/b.tf": one, "b/a/a.tf": one, "b/a.yaml": IMPORT})
    report = scan(options(tmp_path, None, exclude=exclude, paths=paths))
    assert {principal.definition.root for principal in report.principals} == expected
    assert ["but `exclude` excludes it" in one.message for one in report.errors] == ([] if expected else [True])


def test_a_single_file_that_is_excluded_is_told(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": 'resource "aws_iam_user" "u" {}'})
    (error,) = scan(options(tmp_path, None, exclude=["*"])).errors
    assert "main.tf is Terraform configuration, but `exclude` excludes it" in error.message


def test_an_excluded_path_from_another_directory(tmp_path: Path) -> None:
    write(tmp_path, {"x/y/a.tf": 'resource "aws_iam_user" "u" {}', "z/keep": ""})
    (error,) = scan(options(tmp_path / "z", None, exclude=["../x/y"], paths=["../x"])).errors
    assert "../x/y is a Terraform module, but `exclude` excludes it" in error.message


def test_a_rule_with_another_level(scan_files: Scan) -> None:
    files = {"a.tf": IN_ONE_PLACE}
    report = scan_files(files, severity={"aws-login-conditional": Level.ERROR})
    assert [(one.rule, one.level) for one in report.findings] == [("aws-login-conditional", Level.ERROR)]
    assert {rule.id: rule.level for rule in report.rules}["aws-login-conditional"] is Level.ERROR
