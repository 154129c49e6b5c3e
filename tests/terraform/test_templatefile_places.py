"""Where a reason points when a statement comes out of a template: to a file of the scan, from the working directory."""

from __future__ import annotations

import json

import pytest

from scanner.report.json import render
from scanner.report.report import Report
from tests.scans import Scan

DOCUMENT = (
    '{\n  "Version": "2012-10-17",\n  "Statement": [\n'
    '    {"Effect": "Allow", "Action": "${s}:*", "Resource": "*"}\n  ]\n}\n'
)
USER = (
    'resource "aws_iam_user" "u" { name = "u" }\n'
    'resource "aws_iam_user_policy" "p" {\n  user   = "u"\n  policy = %s\n}\n'
)
CALLED = {"infra/main.tf": 'module "m" { source = "../mods/m" }\n'}
STRING = 'templatestring(local.t, { s = "signin" })\n}\nlocals {\n  t = <<E\n' + DOCUMENT.replace("${", "$${") + "E\n"


@pytest.mark.parametrize(
    ("policy", "where"),
    [
        ('templatefile("p.tpl", { s = "signin" })', "infra/p.tpl"),
        ('templatefile("./p.tpl", { s = "signin" })', "infra/p.tpl"),
        ('templatefile("${path.module}/p.tpl", { s = "signin" })', "infra/p.tpl"),
        ('templatefile("${path.root}/../infra/p.tpl", { s = "signin" })', "infra/p.tpl"),
        ('templatefile("${path.cwd}/p.tpl", { s = "signin" })', "infra/p.tpl"),
        ('templatefile(abspath("p.tpl"), { s = "signin" })', "infra/p.tpl"),
        ('templatefile("../other/p.tpl", { s = "signin" })', "other/p.tpl"),
        ('replace(file("p.tpl"), "$${s}", "signin")', "infra/main.tf"),
        (STRING, "infra/main.tf"),
    ],
)
def test_places(scan_files: Scan, policy: str, where: str) -> None:
    templates = {"infra/p.tpl": DOCUMENT, "other/p.tpl": DOCUMENT}
    report = scan_files({"infra/main.tf": USER % policy, **templates}, "infra")
    assert place(report) == where


def test_a_child_module(scan_files: Scan) -> None:
    policy = 'templatefile("${path.module}/p.tpl", { s = "signin" })'
    files = {**CALLED, "mods/m/main.tf": USER % policy, "mods/m/p.tpl": DOCUMENT}
    assert place(scan_files(files, "infra")) == "mods/m/p.tpl"


def place(report: Report) -> str:
    """The one file that the reasons for the four permissions point to."""
    (principal,) = json.loads(render(report, "0"))["principals"]
    reasons = [reason for permission in principal["permissions"] for reason in permission["reasons"]]
    (path,) = {reason["location"]["path"] for reason in reasons}
    return str(path)
