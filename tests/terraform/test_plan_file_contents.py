"""What the parts of a plan file mean: values, actions, variables, the configuration in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scanner.terraform.plans.plan_document import PlanDocument
from scanner.terraform.plans.plan_reader import read_document
from tests.scans import ROOT, Scan
from tests.terraform.plan_archives import REFINED, UNKNOWN, change, field, packed, plan_bytes

pytestmark = pytest.mark.slow


def document(tmp_path: Path, data: bytes) -> PlanDocument:
    (tmp_path / "plan").write_bytes(data)
    return read_document(tmp_path / "plan")


@pytest.mark.parametrize(
    ("encoded", "known", "unknown"),
    [
        (b"\x81\xa1a" + UNKNOWN, {}, {"a": True}),
        (b"\x81\xa1a" + REFINED, {}, {"a": True}),
        (b"\x81\xa1a\xd6\x0c\x81\x01\xc2\xc0", {}, {"a": True}),
        (b"\x81\xa1a\xc0", {"a": None}, {}),
        (b"\x81\xa1a\x92\xa1x" + UNKNOWN, {"a": ["x", None]}, {"a": [False, True]}),
        (b"\x81\xa1a\x82\xa1x\x01\xa1y" + UNKNOWN, {"a": {"x": 1}}, {"a": {"y": True}}),
        (b"\x81\xa1a\xa4" + b"0.01", {"a": "0.01"}, {}),
        (b'\x81\xa1a\x92\xc4\x08"string"\xa1x', {"a": "x"}, {}),
        (b'\x81\xa1a\x92\xc4\x08"string"' + UNKNOWN, {}, {"a": True}),
        (b"\x81\xa1a\xcb\x7f\xf0" + b"\0" * 6, {"a": "inf"}, {}),
    ],
)
def test_dynamic_values(tmp_path: Path, encoded: bytes, known: object, unknown: dict[str, Any]) -> None:
    (planned,) = document(tmp_path, packed(plan_bytes(change(encoded)))).instances.values()
    found, marks = planned.values()
    assert found == known
    assert {name: mark for name, mark in marks.items() if mark} == unknown


@pytest.mark.parametrize(
    ("action", "stays"),
    [(0, True), (1, True), (2, True), (3, True), (5, False), (6, True), (7, True), (8, False), (9, True), (10, True)],
)
def test_every_action(tmp_path: Path, action: int, stays: bool) -> None:
    assert bool(document(tmp_path, packed(plan_bytes(change(action=action)))).instances) is stays


def test_a_plan_that_only_refreshes_leaves_everything_as_it_was() -> None:
    refreshed = read_document(ROOT / "tests/cases/plans/refresh-only/plan.tfplan")
    users = {str(address) for address in refreshed.instances if address.type == "aws_iam_user"}
    people = {f'aws_iam_user.people["{name}"]' for name in ("anna", "boris", "clara")}
    assert users == people | {"aws_iam_user.moved", "aws_iam_user.legacy"}


def test_what_a_plan_does_not_mention_stays(tmp_path: Path) -> None:
    """As with ``-target``."""
    instance = {"attributes": {"name": "v"}}
    kept = {"mode": "managed", "type": "aws_iam_user", "name": "v", "provider": "", "instances": [instance]}
    gone = {**kept, "name": "u"}
    found = document(tmp_path, packed(plan_bytes(change(action=5)), state={"resources": [kept, gone]})).instances
    assert [str(address) for address in found] == ["aws_iam_user.v"]


def test_deposed_objects_are_none_of_the_plan(tmp_path: Path) -> None:
    deposed = change(action=0, tail=field(7, "12345678"))
    assert not document(tmp_path, packed(plan_bytes(deposed))).instances


@pytest.mark.parametrize(
    ("tail", "said"),
    [
        (b"", None),
        (field(25, 1) + field(26, 1), None),
        (field(25, 1), "another plan is needed"),
        (field(27, field(2, b"")), "deferred to a later plan"),
        (field(500000000, b"future") + field(99, 3) + b"\x9d\x06\x01\x02\x03\x04", None),
    ],
)
def test_what_a_plan_leaves_out(scan_files: Scan, tail: bytes, said: str | None) -> None:
    report = scan_files({"p": packed(plan_bytes(tail=tail))})
    assert [assessed.definition.address for assessed in report.principals] == ["aws_iam_user.u"]
    assert [
        "" if said is None else found.message
        for found in report.diagnostics
        if said is None or said not in found.message
    ] == []


def test_variables_that_were_set(tmp_path: Path) -> None:
    given = field(2, field(1, "given") + field(2, field(1, b'\x92\xc4\x08"string"\xa5given')))
    assert document(tmp_path, packed(plan_bytes(tail=given))).variables == {"given": {"value": "given"}}


ASKED = b"\x83\xa4name\xa1u\xa3arn" + UNKNOWN + b"\xb4permissions_boundary" + UNKNOWN


def test_variables_have_their_values_and_their_defaults(scan_files: Scan) -> None:
    """The name of the boundary is made of both."""
    given = field(2, field(1, "given") + field(2, field(1, b'\x92\xc4\x08"string"\xa4Sign')))
    source = """
        variable "given" {
          default = "Other"
        }
        variable "rest" {
          default = "InLocalDevelopmentAccess"
        }
        resource "aws_iam_user" "u" {
          name                 = "u"
          permissions_boundary = "arn:aws:iam::aws:policy/${var.given}${var.rest}"
        }
    """
    report = scan_files({"p": packed(plan_bytes(change(ASKED), tail=given), **{"main.tf": source})})
    (found,) = report.principals
    assert [boundary.name for boundary in found.principal.boundaries] == ["SignInLocalDevelopmentAccess"]


def test_json_syntax_and_override_files(scan_files: Scan) -> None:
    boundary = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"
    written = {
        "more.tf.json": json.dumps({"locals": {"boundary": '${trimspace(" ' + boundary + ' ")}'}}),
        "main_override.tf": 'resource "aws_iam_user" "u" {\n  permissions_boundary = local.boundary\n}\n',
    }
    report = scan_files({"p": packed(plan_bytes(change(ASKED)), **written)})
    (found,) = report.principals
    assert [boundary.name for boundary in found.principal.boundaries] == ["SignInLocalDevelopmentAccess"]


def test_a_file_that_we_cannot_parse_is_said_and_loses_nothing_else(scan_files: Scan) -> None:
    report = scan_files({"p": packed(plan_bytes(), **{"broken.tf": 'resource "a" "b" {\n'})})
    assert [assessed.definition.address for assessed in report.principals] == ["aws_iam_user.u"]
    (said,) = report.diagnostics
    assert "broken.tf, line 1" in said.message
