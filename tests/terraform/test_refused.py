"""What Terraform certainly refuses is an error at its place; what it may take, or what is a gap of ours, a warning."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.root import Inputs
from tests.scans import Scan, verdicts
from tests.tables import TABLES, table
from tests.terraform.one_user import ONE, user

pytestmark = pytest.mark.slow

CASES: dict[str, dict[str, Any]] = table(TABLES / "refused.yaml")


@pytest.mark.parametrize("name", CASES)
def test_an_error_at_its_place(scan_files: Scan, name: str) -> None:
    case = CASES[name]
    beside = user().replace('" "u"', '" "beside"').replace(".u.", ".beside.")
    report = scan_files({**case["files"], "beside.tf": beside})
    found = [f"{error.span.path}:{error.span.line} {error.message}" for error in report.errors]
    assert any(error.startswith(f"{case['at']} ") and case["says"] in error for error in found), found
    assert verdicts(report)["aws_iam_user.beside"] == ("yes", "allowed")


MAY_BE_RIGHT = {
    "a default that is not a string": 'variable "x" {\n  default = null\n}\nlocals {\n  name = "a-${var.x}"\n}\n',
    "a default without elements": 'variable "x" {\n  default = []\n}\nlocals {\n  name = var.x[0]\n}\n',
    "a function that is not known": 'locals {\n  name = nosuch("a")\n}\n',
}


@pytest.mark.parametrize("name", MAY_BE_RIGHT)
def test_what_other_values_or_versions_would_mend_is_a_warning(scan_files: Scan, name: str) -> None:
    report = scan_files({"a.tf": MAY_BE_RIGHT[name] + user(name="local.name")})
    assert report.errors == ()
    assert len(report.warnings) == 1
    assert verdicts(report) == ONE


def test_the_same_without_a_variable_is_an_error(scan_files: Scan) -> None:
    report = scan_files({"a.tf": 'locals {\n  name = "a-${null}"\n}\n' + user(name="local.name")})
    assert [error.span.line for error in report.errors] == [2]


ACCEPTED = {
    "a dynamic block that makes nothing": """
    resource "aws_iam_role" "r" {
      assume_role_policy = jsonencode({
        Version   = "2012-10-17"
        Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
      })
      dynamic "inline_policy" {
        for_each = []
        content {
          name   = inline_policy.key
          policy = var.nosuch
        }
      }
    }
    """,
    "an ephemeral resource": """
    ephemeral "random_password" "p" {
      length = 20
    }
    resource "aws_iam_user" "v" {
      name = "v"
      tags = { a = ephemeral.random_password.p.result }
    }
    """,
    "names of arguments in lifecycle": """
    resource "aws_iam_user" "v" {
      name = "v"
      lifecycle {
        ignore_changes = [tags, tags["a"]]
      }
    }
    """,
    "self in a provisioner": """
    resource "aws_iam_user" "v" {
      name = "v"
      provisioner "local-exec" {
        command = "echo ${self.name}"
      }
    }
    """,
    "for_each over a list that is a set to the provider": """
    resource "aws_db_subnet_group" "g" {
      subnet_ids = ["a", "b"]
    }
    resource "aws_iam_user" "v" {
      for_each = aws_db_subnet_group.g.subnet_ids
      name     = each.key
    }
    """,
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_terraform_accepts_is_no_error(scan_files: Scan, name: str) -> None:
    assert scan_files({"a.tf": ACCEPTED[name]}).diagnostics == ()


def test_names_beside_a_file_that_cannot_be_read_are_no_errors(scan_files: Scan) -> None:
    report = scan_files({"a.tf": user(name="local.name"), "b.tf": 'locals {\n  name = "a\n}\n'})
    assert [error.span.path for error in report.errors] == ["b.tf"]


@pytest.mark.parametrize(
    "text",
    [
        'locals { account = { prod = "1" }[terraform.workspace] }',
        'locals { account = file("${path.module}/made-by-the-build.json") }',
    ],
    ids=["another workspace", "a file that something else makes"],
)
def test_what_another_workspace_or_step_makes_good_is_a_warning(scan_files: Scan, text: str) -> None:
    user = 'resource "aws_iam_user" "u" {\n  name = "u-${local.account}"\n}\n'
    report = scan_files({"main.tf": f"{text}\n{user}"})
    assert [found.severity.value for found in report.diagnostics] == ["warning"]


def test_what_only_the_workspace_leads_to_is_said_of_the_workspace(scan_files: Scan) -> None:
    """Nothing is malformed: nobody said that it is the default workspace."""
    code = """
    variable "none" { default = null }
    locals {
      people  = { prod = "ann" }
      name    = local.people[terraform.workspace]
      broken  = "a-${var.none}"
    }
    resource "aws_iam_user" "u" { name = local.name }
    resource "aws_iam_user_login_profile" "u" {
      count = length(local.people[terraform.workspace])
      user  = aws_iam_user.u.name
    }
    resource "aws_iam_user" "v" { name = local.broken }
    """
    report = scan_files({"main.tf": code})
    said = {found.span.line: found.message for found in report.warnings}
    assert said.keys() == {5, 6, 10}
    assert said[5] == said[10]
    assert all(word in said[5] for word in ('taken to be "default"', "--workspace", 'the key "default"'))
    assert said[6].startswith("Invalid expression")
    (finding,) = [found for found in report.findings if found.principal.endswith(".u")]
    assert "(--workspace)" in finding.message
    assert finding.help.endswith("Give it with --workspace.")
    given = scan_files({"main.tf": code}, inputs=Inputs(workspace="prod"))
    assert [found.span.line for found in given.warnings] == [6]
