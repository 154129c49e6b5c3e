"""What Terraform takes out of its state and leaves in AWS goes on to count."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.scans import Scan, documents, scanned
from tests.tables import TABLES, table

pytestmark = pytest.mark.slow

PLANS = TABLES / "plans"
EXPECTED = table(PLANS / "forgotten/expected.yaml")


@pytest.mark.parametrize("name", ["plan.json", "plan.tfplan"])
def test_a_plan_that_forgets(name: str) -> None:
    report = scanned(PLANS / "forgotten", name)
    found = documents(report)
    assert {address: one["aws_login"]["localhost"] for address, one in found.items()} == {
        case["address"]: case["decision"] for case in EXPECTED
    }
    assert {one["console"]["access"] for one in found.values()} == {"yes"}
    said = {found.message.split()[3] for found in report.warnings}
    assert len(said) == 7
    assert {"aws_iam_user_policy_attachment.ana", "aws_iam_group.ops", "aws_iam_user_policy.eve"} < said
    assert not report.errors


USER = {"mode": "managed", "type": "aws_iam_user", "name": "u"}
ATTACHMENT = {"mode": "managed", "type": "aws_iam_user_policy_attachment"}
SIGN_IN = {"id": "u-1", "user": "u", "policy_arn": "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"}
READ = {**SIGN_IN, "id": "u-2", "policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}


def planned(*changes: tuple[str, list[str], dict[str, Any] | None, dict[str, Any] | None]) -> str:
    listed: list[dict[str, Any]] = [
        {**USER, "change": {"actions": ["no-op"], "before": {"name": "u"}, "after": {"name": "u"}}},
        *(
            {**ATTACHMENT, "name": name, "change": {"actions": actions, "before": before, "after": after}}
            for name, actions, before, after in changes
        ),
    ]
    return json.dumps({"format_version": "1.2", "planned_values": {}, "resource_changes": listed})


@pytest.mark.parametrize(
    ("change", "decision", "warnings"),
    [
        (("a", ["forget"], SIGN_IN, None), "allowed", 1),
        (("a", ["delete"], SIGN_IN, None), "implicit_deny", 0),
        (("a", ["create", "forget"], SIGN_IN, READ), "allowed", 1),
        (("a", ["forget", "create"], READ, SIGN_IN), "allowed", 1),
        (("a", ["create", "delete"], SIGN_IN, READ), "implicit_deny", 0),
    ],
)
def test_every_way_to_forget(
    scan_files: Scan,
    change: tuple[str, list[str], dict[str, Any] | None, dict[str, Any] | None],
    decision: str,
    warnings: int,
) -> None:
    report = scan_files({"plan.json": planned(change)})
    (found,) = documents(report).values()
    assert found["aws_login"]["localhost"] == decision
    assert len(report.warnings) == warnings


def test_what_is_brought_in_by_another_address_is_not_left(scan_files: Scan) -> None:
    moved = planned(("old", ["forget"], SIGN_IN, None), ("new", ["no-op"], SIGN_IN, SIGN_IN))
    report = scan_files({"plan.json": moved})
    (found,) = documents(report).values()
    assert found["aws_login"]["localhost"] == "allowed"
    assert not report.warnings


@pytest.mark.parametrize("name", ["plan.json", "plan.tfplan"])
def test_a_plan_for_some_targets_says_that_it_is_not_all(name: str) -> None:
    report = scanned(PLANS / "targeted", name)
    assert [one.definition.address for one in report.principals] == ["aws_iam_user.dan"]
    assert ["another plan is needed" in found.message for found in report.warnings] == [True]
