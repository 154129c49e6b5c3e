"""Data sources that follow from the code: policies by name, path or ARN, ARNs taken apart, files of the tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.root import Inputs
from tests.scans import Scan, verdicts
from tests.terraform.one_user import SIGN_IN, user

pytestmark = pytest.mark.slow

LOGIN = (
    'jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "signin:*", Resource = "*" }] })'
)
POLICIES = f"""
variable "team" {{}}
resource "aws_iam_policy" "cli" {{
  name   = "cli"
  policy = {LOGIN}
}}
resource "aws_iam_policy" "team" {{
  name   = "team-cli"
  path   = "/team/"
  policy = {LOGIN}
}}
resource "aws_iam_policy" "var" {{
  name   = "${{var.team}}-cli"
  policy = {LOGIN}
}}
resource "aws_iam_policy" "other" {{
  name   = "other"
  policy = {LOGIN.replace("signin:*", "s3:*")}
}}
"""
LOOKED_UP = {
    'name = "cli"': "allowed",
    'name = "other"': "implicit_deny",
    'name = "team-cli"': "allowed",
    'name = "team-cli"\n  path_prefix = "/team/"': "allowed",
    'name = "team-cli"\n  path_prefix = "/te"': "allowed",
    'name = "team-cli"\n  path_prefix = "/ops/"': "unknown",
    'name = "li"': "unknown",
    'name = "nosuch"': "unknown",
    'name = "${var.team}-cli"': "allowed",
    "name = aws_iam_policy.cli.name": "allowed",
    'name = "SignInLocalDevelopmentAccess"': "allowed",
    'name = "SignInLocalDevelopmentAccess"\n  path_prefix = "/"': "allowed",
    'name = "SignInLocalDevelopmentAccess"\n  path_prefix = "/job-function/"': "unknown",
    'name = "Billing"\n  path_prefix = "/job-function/"': "implicit_deny",
    f'arn = "{SIGN_IN}"': "allowed",
    "arn = aws_iam_policy.cli.arn": "allowed",
    "arn = aws_iam_policy.other.arn": "implicit_deny",
    'arn = "arn:aws:iam::123456789012:policy/team/team-cli"': "allowed",
    'arn = "arn:aws:iam::123456789012:policy/team-cli"': "unknown",
}


@pytest.mark.parametrize("arguments", LOOKED_UP)
@pytest.mark.parametrize("attribute", ["arn", "id"])
def test_a_policy_that_is_looked_up(scan_files: Scan, arguments: str, attribute: str) -> None:
    data = f'data "aws_iam_policy" "p" {{\n  {arguments}\n}}\n'
    files = {"a.tf": POLICIES + data + user(policy=f"data.aws_iam_policy.p.{attribute}")}
    report = scan_files(files, inputs=Inputs(account="123456789012"))
    assert report.errors == ()
    assert verdicts(report) == {"aws_iam_user.u": ("yes", LOOKED_UP[arguments])}


def test_a_policy_of_another_module(scan_files: Scan) -> None:
    data = 'data "aws_iam_policy" "p" {\n  name = "cli"\n}\n' + user(policy="data.aws_iam_policy.p.arn")
    call = 'module "m" {\n  source = "./m"\n  team = "a"\n}\n'
    assert verdicts(scan_files({"a.tf": data + call, "m/a.tf": POLICIES})) == {"aws_iam_user.u": ("yes", "allowed")}


def test_an_arn_taken_apart(scan_files: Scan) -> None:
    data = f'data "aws_arn" "a" {{\n  arn = "{SIGN_IN}"\n}}\n'
    parts = ("partition", "service", "region", "account", "resource")
    policy = '"arn:' + ":".join(f"${{data.aws_arn.a.{part}}}" for part in parts) + '"'
    assert verdicts(scan_files({"a.tf": data + user(policy=policy)})) == {"aws_iam_user.u": ("yes", "allowed")}


def test_an_arn_without_its_account_taken_apart(scan_files: Scan) -> None:
    data = 'data "aws_arn" "a" {\n  arn = aws_iam_policy.cli.arn\n}\n'
    policy = '"arn:${data.aws_arn.a.partition}:iam::${data.aws_arn.a.account}:${data.aws_arn.a.resource}"'
    report = scan_files({"a.tf": POLICIES + data + user(policy=policy)})
    assert verdicts(report) == {"aws_iam_user.u": ("yes", "allowed")}


def test_an_arn_that_is_not_known(scan_files: Scan) -> None:
    data = 'variable "a" {}\ndata "aws_arn" "a" {\n  arn = "arn:${var.a}:x"\n}\n'
    report = scan_files({"a.tf": data + user(policy='"arn:aws:iam::aws:${data.aws_arn.a.resource}"')})
    assert verdicts(report) == {"aws_iam_user.u": ("yes", "unknown")}


FILE = """
data "{type}" "f" {{
  filename = "${{path.module}}/{name}"
}}
"""


@pytest.mark.parametrize("type_", ["local_file", "local_sensitive_file"])
def test_a_file_of_the_tree(scan_files: Scan, type_: str) -> None:
    files = {
        "a.tf": FILE.format(type=type_, name="arn.txt") + user(policy=f"data.{type_}.f.content"),
        "arn.txt": SIGN_IN,
    }
    assert verdicts(scan_files(files)) == {"aws_iam_user.u": ("yes", "allowed")}


def test_files_that_are_not_in_the_tree(scan_files: Scan, tmp_path: Path) -> None:
    (tmp_path.parent / "outside.txt").write_text(SIGN_IN, encoding="utf-8")
    for name in ("nosuch.txt", "../outside.txt"):
        files = {"a.tf": FILE.format(type="local_file", name=name) + user(policy="data.local_file.f.content")}
        report = scan_files(files)
        assert verdicts(report) == {"aws_iam_user.u": ("yes", "unknown")}
        assert report.errors == ()


@pytest.mark.parametrize(
    ("region", "access"),
    [("", "no"), ('"eu-west-1"', "no"), ("null", "no"), ('"cn-north-1"', "unknown"), ("var.region", "unknown")],
)
def test_a_service_principal(region: str, access: str, scan_files: Scan) -> None:
    role = """
    variable "region" {}
    data "aws_service_principal" "ec2" {
      service_name = "ec2"
      REGION
    }
    data "aws_iam_policy_document" "trust" {
      statement {
        actions = ["sts:AssumeRole", "sts:SetContext"]
        principals {
          type        = "Service"
          identifiers = [data.aws_service_principal.ec2.name]
        }
      }
    }
    resource "aws_iam_role" "r" { assume_role_policy = data.aws_iam_policy_document.trust.json }
    """
    written = role.replace("REGION", f"region = {region}" if region else "")
    assert verdicts(scan_files({"a.tf": written})) == {"aws_iam_role.r": (access, "implicit_deny")}


def test_what_terraform_data_hands_on(scan_files: Scan) -> None:
    data = f'resource "terraform_data" "d" {{\n  input = {{ policy = "{SIGN_IN}" }}\n}}\n'
    report = scan_files({"a.tf": data + user(policy="terraform_data.d.output.policy")})
    assert verdicts(report) == {"aws_iam_user.u": ("yes", "allowed")}


def test_what_a_null_data_source_hands_on(scan_files: Scan) -> None:
    data = f'data "null_data_source" "d" {{\n  inputs = {{ policy = "{SIGN_IN}" }}\n}}\n'
    report = scan_files({"a.tf": data + user(policy='data.null_data_source.d.outputs["policy"]')})
    assert verdicts(report) == {"aws_iam_user.u": ("yes", "allowed")}
