"""What real Terraform plans, compared with what was there before it, and with the configurations that it is made of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.report.report import Report
from tests.changes.recorded import CASES, RECORDED, Said
from tests.scans import ROOT, scanned, write

GROUP = 'resource "aws_iam_group" "of_nobody" {\n  name = "of-nobody"\n}\n'
"""Beside a configuration that has nobody, so that there is something to scan."""


def said(report: Report) -> dict[Said, tuple[str, ...]]:
    """All changes of a report, with why."""
    return {
        (one.kind.value, one.client.value if one.client else None, one.subject.name or one.subject.address): tuple(
            reason.text for reason in one.because
        )
        for one in report.changes or ()
    }


@pytest.mark.parametrize("case", CASES)
def test_a_plan_says_what_it_changes(tmp_path: Path, case: str) -> None:
    write(tmp_path, {"plan.json": (RECORDED / f"{case}.json").read_bytes()})
    report = scanned(tmp_path, "plan.json", compare_to="prior")
    assert not report.errors
    assert said(report) == CASES[case].changes


@pytest.mark.parametrize("case", CASES)
def test_two_configurations_say_the_same(tmp_path: Path, case: str) -> None:
    written = CASES[case]
    for side, files in (("base", written.before or {}), ("head", written.after)):
        write(tmp_path, {f"{side}/{path}": text for path, text in (files | {"group.tf": GROUP}).items()})
    assert said(scanned(tmp_path, "head", compare_to="base")).keys() == written.of_configurations


def test_every_plan_is_of_a_case_and_of_one_terraform() -> None:
    plans = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in RECORDED.glob("*.json")}
    assert plans.keys() == CASES.keys()
    assert {plan["terraform_version"] for plan in plans.values()} == {"1.11.4"}
    assert {action for plan in plans.values() for action in actions(plan)} >= {
        ("create",), ("delete",), ("update",), ("no-op",), ("delete", "create"), ("forget",),
    }  # fmt: skip
    assert any("importing" in one["change"] for plan in plans.values() for one in plan.get("resource_changes", ()))
    assert any("previous_address" in one for plan in plans.values() for one in plan.get("resource_changes", ()))


def actions(plan: dict[str, list[dict[str, dict[str, list[str]]]]]) -> list[tuple[str, ...]]:
    return [tuple(one["change"]["actions"]) for one in plan.get("resource_changes", ())]


def test_what_is_gone_is_shown_where_the_principal_stands(tmp_path: Path) -> None:
    """A plan in JSON has no place for what it deletes; the configuration beside it has one for whom it concerns."""
    plan = (RECORDED / "detach.json").read_bytes()
    write(tmp_path, {"plan.json": plan, "infra/plan.json": plan})
    write(tmp_path, {f"infra/{path}": text for path, text in CASES["detach"].after.items()})
    for path, place in (("plan.json", "plan.json"), ("infra/plan.json", "infra/ada.tf:1")):
        report = scanned(tmp_path, path, compare_to="prior")
        assert {reason.span.place for one in report.changes or () for reason in one.because} == {place}


def test_what_a_configuration_and_its_plan_both_show_is_told_once(tmp_path: Path) -> None:
    """And what only one of them shows as well: an old plan beside a configuration that has gone on."""
    case = CASES["detach"]
    assert case.before is not None
    plan = (RECORDED / "detach.json").read_bytes()
    write(tmp_path, {f"{side}/plan.json": plan for side in ("head", "old")} | {"base/group.tf": GROUP})
    write(tmp_path, {f"base/{path}": text for path, text in case.before.items()})
    write(tmp_path, {f"head/{path}": text for path, text in case.after.items()})
    write(tmp_path, {f"old/{path}": text for path, text in case.before.items()})
    for side, roots in (("head", ["head", "head"]), ("old", ["old/plan.json", "old/plan.json"])):
        report = scanned(tmp_path, side, compare_to="base")
        assert said(report).keys() == case.changes.keys()
        assert [one.subject.root for one in report.changes or ()] == roots


def test_a_module_below_another_is_another(tmp_path: Path) -> None:
    """However alike their users are."""
    for side, files in (("base", CASES["detach"].before), ("head", CASES["detach"].after)):
        for folder in ("", "prod/"):
            write(tmp_path, {f"{side}/{folder}{path}": text for path, text in (files or {}).items()})
    report = scanned(tmp_path, "head", compare_to="base")
    assert [one.subject.root for one in report.changes or ()] == ["head", "head", "head/prod", "head/prod"]


def test_a_plan_that_is_not_there_any_more_takes_nobody_away(tmp_path: Path) -> None:
    """The configuration still has everybody; and a new module below another is new, whatever it is called."""
    case = CASES["detach"]
    write(tmp_path, {f"{side}/infra/{path}": text for side in ("base", "head") for path, text in case.after.items()})
    write(tmp_path, {"base/infra/plan.json": (RECORDED / "detach.json").read_bytes()})
    assert scanned(tmp_path, "head", compare_to="base").changes == ()
    write(tmp_path, {f"head/infra/prod/{path}": text for path, text in case.after.items()})
    assert said(scanned(tmp_path, "head", compare_to="base")).keys() == {("added", None, "ada")}


@pytest.mark.parametrize("case", ["changes", "forgotten", "targeted", "refresh-only"])
def test_a_plan_file_says_the_same_as_its_json(case: str) -> None:
    plans = (f"tests/cases/plans/{case}/plan.{kind}" for kind in ("json", "tfplan"))
    shown, file = (said(scanned(ROOT, path, compare_to="prior")) for path in plans)
    assert shown == file
    assert bool(shown) is (case != "refresh-only")
