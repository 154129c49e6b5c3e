"""What Terraform takes out of its state and leaves in AWS goes on to count."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner.config import Options
from scanner.document import principal_document
from scanner.pipeline import scan
from tests.conftest import Scan

PLANS = Path(__file__).parents[1] / "cases/plans"
EXPECTED = yaml.safe_load((PLANS / "forgotten/expected.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["plan.json", "plan.tfplan"])
def test_a_plan_that_forgets(name: str) -> None:
    report = scan(Options(paths=(name,), directory=PLANS / "forgotten", debug=True))
    found = {one["address"]: one for one in map(principal_document, report.principals)}
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
    (found,) = map(principal_document, report.principals)
    assert found["aws_login"]["localhost"] == decision
    assert len(report.warnings) == warnings


def test_what_is_brought_in_by_another_address_is_not_left(scan_files: Scan) -> None:
    moved = planned(("old", ["forget"], SIGN_IN, None), ("new", ["no-op"], SIGN_IN, SIGN_IN))
    report = scan_files({"plan.json": moved})
    (found,) = map(principal_document, report.principals)
    assert found["aws_login"]["localhost"] == "allowed"
    assert not report.warnings


@pytest.mark.parametrize("name", ["plan.json", "plan.tfplan"])
def test_a_plan_for_some_targets_says_that_it_is_not_all(name: str) -> None:
    report = scan(Options(paths=(name,), directory=PLANS / "targeted", debug=True))
    assert [one.principal.address for one in report.principals] == ["aws_iam_user.dan"]
    assert ["another plan is needed" in found.message for found in report.warnings] == [True]


# --- The configuration alone ------------------------------------------------------------------------------------------

PEOPLE = """
resource "aws_iam_user" "u" {
  name = "u"
}
"""
REMOVED = """
removed {
  from = %s
  lifecycle {
    destroy = %s
  }
}
"""
LEFT: dict[str, tuple[dict[str, str], str | None]] = {
    "an attachment": ({"a.tf": REMOVED % ("aws_iam_user_policy_attachment.a", "false")}, "_attachment.a"),
    "an inline policy in a module": (
        {"a.tf": REMOVED % ("module.m.aws_iam_user_policy.a", "false")},
        "module.m.aws_iam_user_policy.a",
    ),
    "a membership, in JSON syntax": (
        {"a.tf.json": '{"removed": {"from": "aws_iam_user_group_membership.a", "lifecycle": {"destroy": false}}}'},
        "_membership.a",
    ),
    "destroyed": ({"a.tf": REMOVED % ("aws_iam_user_policy_attachment.a", "true")}, None),
    "destroyed, as nothing else is said": ({"a.tf": "removed {\n  from = aws_iam_user_policy_attachment.a\n}\n"}, None),
    "a user, who is no principal any more": ({"a.tf": REMOVED % ("aws_iam_user.gone", "false")}, None),
    "something else": ({"a.tf": REMOVED % ("aws_s3_bucket.b", "false")}, None),
}


@pytest.mark.parametrize("name", LEFT)
def test_removed_blocks(scan_files: Scan, name: str) -> None:
    """Whom it concerns is not in the configuration, so it may be anybody."""
    files, left = LEFT[name]
    report = scan_files({"main.tf": PEOPLE, **files})
    (found,) = map(principal_document, report.principals)
    assert found["aws_login"]["localhost"] == ("implicit_deny" if left is None else "unknown")
    assert [one.span.path for one in report.warnings] == ([] if left is None else list(files))
    assert all(left is not None and left in one.message for one in report.warnings)
    assert not report.errors


def test_removed_roles_concern_no_user(scan_files: Scan) -> None:
    report = scan_files({"main.tf": PEOPLE + REMOVED % ("aws_iam_role_policy_attachment.a", "false")})
    (found,) = map(principal_document, report.principals)
    assert found["aws_login"]["localhost"] == "implicit_deny"
    assert len(report.warnings) == 1
