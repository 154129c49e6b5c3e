"""A policy that another scan root defines: scanning it is no remedy, and the report says where it is."""

from __future__ import annotations

import pytest

from scanner.root import Inputs
from tests.scans import Scan, verdicts

pytestmark = pytest.mark.slow

OWN = "123456789012"
POLICY = """
resource "aws_iam_policy" "cli" {{
  name   = "cli"
  path   = "{path}"
  policy = jsonencode({{
    Version   = "2012-10-17"
    Statement = [{{ Effect = "Allow", Action = "signin:*", Resource = "*" }}]
  }})
}}
"""
PEOPLE = """
resource "aws_iam_user" "ann" {{ name = "ann" }}
resource "aws_iam_user_login_profile" "ann" {{ user = aws_iam_user.ann.name }}
resource "aws_iam_user_policy_attachment" "ann" {{
  user       = aws_iam_user.ann.name
  policy_arn = "{arn}"
}}
"""


@pytest.mark.parametrize(
    ("arn", "path", "is_told"),
    [
        (f"arn:aws:iam::{OWN}:policy/cli", "/", True),
        (f"arn:aws:iam::{OWN}:policy/team/cli", "/team/", True),
        (f"arn:aws:iam::{OWN}:policy/cli", "/team/", False),
        ("arn:aws:iam::999999999999:policy/cli", "/", False),
        (f"arn:aws:iam::{OWN}:policy/other", "/", False),
    ],
)
def test_a_policy_of_another_root(scan_files: Scan, arn: str, path: str, *, is_told: bool) -> None:
    files = {"policies/main.tf": POLICY.format(path=path), "people/main.tf": PEOPLE.format(arn=arn)}
    report = scan_files(files, inputs=Inputs(account=OWN))
    assert verdicts(report) == {"aws_iam_user.ann": ("yes", "unknown")}
    (finding,) = report.findings
    assert "which is not defined in this scan root" in finding.message
    assert "Also scan" not in finding.help
    told = [(found.root, found.span.line) for found in report.warnings if '"policies" defines' in found.message]
    assert told == ([("people", 6)] if is_told else [])


def test_a_policy_of_the_same_root(scan_files: Scan) -> None:
    people = PEOPLE.format(arn=f"arn:aws:iam::{OWN}:policy/cli")
    policy = POLICY.format(path="/")
    report = scan_files({"a/main.tf": policy + people, "b/main.tf": policy}, inputs=Inputs(account=OWN))
    assert verdicts(report) == {"aws_iam_user.ann": ("yes", "allowed")}
    assert report.warnings == ()
