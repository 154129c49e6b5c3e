"""What is offered: nothing that harms anybody, nothing in what is somebody else's, and words where no patch is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scanner.controls import AccountControls
from scanner.fix import Applicability
from scanner.report.report import Report
from scanner.root import Inputs
from tests.fixes.fixed import changed, edits_of, fixed
from tests.fixes.test_round_trip import TERRAFORM
from tests.scans import ROOT, scanned, write

USER = """\
resource "aws_iam_user" "ada" {
  name = "ada"
}

resource "aws_iam_user_login_profile" "ada" {
  user = aws_iam_user.ada.name
}
"""
MODULE = """\
variable "name" {
  type = string
}

variable "console" {
  type = bool
}

resource "aws_iam_user" "this" {
  name = var.name
}

resource "aws_iam_user_login_profile" "this" {
  count = var.console ? 1 : 0
  user  = aws_iam_user.this.name
}
"""
CALL = """\
module "{name}" {{
  source  = "{source}"
  name    = "{name}"
  console = {console}
}}

"""
ADA = CALL.format(name="ada", source="./user", console="true")
ROBOT = CALL.format(name="robot", source="./user", console="false")
MORE_ADAS = ADA.replace('"./user"', '"./user"\n  for_each = toset(["x"])').replace(
    '= "ada"\n  con', "= each.key\n  con"
)


BOUNDED = '"ada"\n  permissions_boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess"'
BOUNDARY_SAID = (
    "no patch: the permissions boundary ReadOnlyAccess has to let the two actions through, which AWS manages, so "
    "another one is needed"
)
PLAN_SAID = (
    "no patch: attach arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess to aws_iam_user.minimal in its configuration"
    "; with --source DIR the patch is for that"
)


def offered(folder: Path, files: dict[str, str | bytes], *paths: str, **options: Any) -> Report:
    write(folder, files)
    return scanned(folder, *paths, offers_fixes=True, **options)


def descriptions(report: Report) -> list[tuple[str, str, str]]:
    return [
        (finding.principal, fix.applicability.value, fix.description)
        for finding in report.findings
        for fix in finding.fixes
    ]


def test_what_would_grant_it_to_a_robot_is_not_offered(tmp_path: Path) -> None:
    report = offered(tmp_path, {"main.tf": ADA + ROBOT, "user/main.tf": MODULE})
    assert descriptions(report) == [
        (
            "module.ada.aws_iam_user.this",
            "unsafe",
            'attach SignInLocalDevelopmentAccess to what module "ada" makes',
        )
    ]
    assert list(edits_of(report)) == ["main.tf"]


def test_what_would_grant_it_to_a_robot_of_another_root_is_not_offered(tmp_path: Path) -> None:
    shared = "../user"
    files: dict[str, str | bytes] = {
        "a/main.tf": MORE_ADAS.replace("./user", shared),
        "b/main.tf": ROBOT.replace("./user", shared),
        "user/main.tf": MODULE,
    }
    report = offered(tmp_path, files)
    (found,) = descriptions(report)
    assert found[1] == "display"
    assert "no patch, because module.robot.aws_iam_user.this would get a finding: aws-login-grant-unused" in found[2]
    alone = offered(tmp_path, files, "a")
    assert list(edits_of(alone)) == ["user/main.tf"]


def test_nobody_patches_what_is_not_the_users(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    write(outside, {"user.tf": USER})
    write(inside, {"main.tf": "locals {\n  a = 1\n}\n"})
    (inside / "linked.tf").symlink_to(outside / "user.tf")
    assert not edits_of(offered(inside, {}))
    assert (outside / "user.tf").read_text() == USER


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            {"main.tf": USER.replace('  name = "ada"\n', f"  name = {BOUNDED}\n")},
            BOUNDARY_SAID,
        ),
        ({"plan.json": (ROOT / "fixtures/plan/minimal-user.json").read_text()}, PLAN_SAID),
    ],
    ids=["a boundary that AWS manages", "a plan without its configuration"],
)
def test_words_where_there_is_no_patch(files: dict[str, str | bytes], said: str, tmp_path: Path) -> None:
    (found,) = descriptions(offered(tmp_path, files))
    assert found[1:] == ("display", said)


def test_a_deny_is_somebodys_will(tmp_path: Path) -> None:
    deny = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "signin:*", "Resource": "*"}})
    policy = f'resource "aws_iam_user_policy" "no" {{\n  user   = "ada"\n  policy = {json.dumps(deny)}\n}}\n'
    report = offered(tmp_path, {"main.tf": f"{USER}\n{policy}"})
    assert [finding.rule for finding in report.findings] == ["aws-login-denied"]
    assert not descriptions(report)


def test_a_control_policy_is_shown_only(tmp_path: Path) -> None:
    scp = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'
    controls = AccountControls(scp_levels=(("scp.json",),))
    (finding,) = offered(tmp_path, {"main.tf": USER, "scp.json": scp}, "main.tf", controls=controls).findings
    (fix,) = finding.fixes
    assert fix.applicability is Applicability.DISPLAY
    assert [edit.span.path for edit in fix.edits] == ["scp.json"]


def test_an_access_key_is_shown_only(tmp_path: Path) -> None:
    key = 'resource "aws_iam_access_key" "ada" {\n  user = aws_iam_user.ada.name\n}\n'
    report = offered(tmp_path, {"main.tf": f"{key}\n{USER}"})
    fixes = {finding.rule: finding.fixes for finding in report.findings}
    (fix,) = fixes["access-key-beside-console"]
    assert fix.applicability is Applicability.DISPLAY
    (edit,) = fix.edits
    assert (edit.span.line, edit.span.end_line, edit.text) == (1, 5, "")


@pytest.mark.parametrize("paths", [("c",), ("c/plan.json",), ("c/plan.json", "c")])
def test_a_plan_is_mended_in_its_configuration(paths: tuple[str, ...], tmp_path: Path) -> None:
    code = (ROOT / "fixtures/terraform/minimal-user/main.tf").read_text()
    plan = (ROOT / "fixtures/plan/minimal-user.json").read_text()
    report = offered(tmp_path, {"c/main.tf": code, "c/plan.json": plan}, *paths)
    assert list(edits_of(report)) == ["c/main.tf"]


def test_the_configuration_of_a_plan_may_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code = (ROOT / "fixtures/terraform/minimal-user/main.tf").read_text()
    plan = (ROOT / "fixtures/plan/minimal-user.json").read_text()
    report = offered(tmp_path, {"c/main.tf": code, "plan.json": plan}, "plan.json", inputs=Inputs(source="c"))
    assert list(edits_of(report)) == ["c/main.tf"]


def test_suppressed_findings_stay_as_they_are(tmp_path: Path) -> None:
    report = offered(tmp_path, {"main.tf": f"# scan:ignore[user-cannot-aws-login] a robot\n{USER}"})
    assert [finding.is_open for finding in report.findings] == [False]
    assert not edits_of(report)


def test_fixes_that_meet_are_made_one_after_the_other() -> None:
    users = {name: {"name": name} for name in ("ada", "bob", "cy")}
    profiles = {name: {"user": f"${{aws_iam_user.{name}.name}}"} for name in users}
    code = {"resource": {"aws_iam_user": users, "aws_iam_user_login_profile": profiles}}
    found = fixed({"main.tf.json": json.dumps(code, indent=2)})
    assert [fix.applicability.value for finding in found.before.findings for fix in finding.fixes] == ["unsafe"] * 3


@pytest.mark.parametrize("case", TERRAFORM)
def test_law_each_fix_settles_its_finding_by_itself(case: str, tmp_path: Path) -> None:
    report = offered(tmp_path, dict(TERRAFORM[case]))
    seen = set()
    for finding in report.findings:
        for fix in finding.fixes:
            if fix.applicability is Applicability.DISPLAY or fix.edits in seen:
                continue
            seen.add(fix.edits)
            here = tmp_path / f"{len(seen)}"
            offered(here, dict(TERRAFORM[case]))
            for path in {edit.span.path for edit in fix.edits}:
                edits = [edit for edit in fix.edits if edit.span.path == path]
                (here / path).write_bytes(changed(here / path, edits))
            left = {(one.rule, one.principal) for one in scanned(here).findings}
            assert (finding.rule, finding.principal) not in left


def test_fixes_for_very_many_are_looked_for_when_they_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanner.fixing.MOST_FINDINGS", 1)
    two = USER + USER.replace("ada", "bob")
    files: dict[str, str | bytes] = {"many/main.tf": two, "few/main.tf": USER}
    report = offered(tmp_path, files)
    assert {finding.root for finding in report.findings if finding.fixes} == {"few"}
    assert [(one.root, one.severity.value) for one in report.diagnostics] == [("many", "warning")]
    whole = offered(tmp_path, files, fixes_everything=True)
    assert all(finding.fixes for finding in whole.findings)
    assert not whole.diagnostics


def test_a_bug_in_fixing_loses_no_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> object:
        raise RuntimeError("oh")

    monkeypatch.setattr("scanner.fixing.with_fixes", broken)
    report = offered(tmp_path, {"main.tf": USER}, debug=False)
    assert [finding.rule for finding in report.findings] == ["user-cannot-aws-login"]
    assert [one.summary for one in report.errors] == ["Internal error"]
    with pytest.raises(RuntimeError):
        offered(tmp_path, {}, debug=True)
