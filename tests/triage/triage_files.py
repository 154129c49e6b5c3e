"""Scans of small files in which one person cannot run ``aws login``, and what became of the findings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from scanner.diagnostic import Severity
from scanner.report.report import Report
from tests.scans import scanned, write

TODAY = date(2026, 7, 1)
RULE = "user-cannot-aws-login"
IGNORE = f"scan:ignore[{RULE}] a robot"

USER = """
resource "aws_iam_user" "ada" {
  name = "ada"
}

resource "aws_iam_user_login_profile" "ada" {
  user = aws_iam_user.ada.name
}
"""

TEAM = """
resource "aws_iam_user" "team" {
  for_each = toset(["ada", "bob"])
  name     = each.key
}

resource "aws_iam_user_login_profile" "team" {
  for_each = aws_iam_user.team
  user     = each.value.name
}
"""

TEMPLATE = """\
Resources:
  Ada:
    Type: AWS::IAM::User
    Properties:
      UserName: ada
      LoginProfile:
        Password: "{{resolve:ssm-secure:x}}"
  Bob:
    Type: AWS::IAM::User
    Properties:
      UserName: bob
      LoginProfile:
        Password: "{{resolve:ssm-secure:x}}"
"""


def triaged(folder: Path, files: Mapping[str, str | bytes], *paths: str, **options: Any) -> Report:
    """The report on files, on a day in July 2026."""
    write(folder, files)
    return scanned(folder, *paths, **{"today": TODAY, **options})


def open_ones(report: Report) -> list[str]:
    """Whom the findings that count are about."""
    return [found.principal for found in report.open_findings]


def suppressed_ones(report: Report) -> dict[str, str]:
    """Why findings do not count, by whom they are about."""
    return {found.principal: found.suppressed.reason for found in report.findings if found.suppressed is not None}


def warnings(report: Report) -> list[str]:
    """What the warnings are called, with their lines."""
    return [f"{one.span.line}: {one.summary}" for one in report.diagnostics if one.severity is Severity.WARNING]
