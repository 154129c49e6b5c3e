"""``removed`` blocks of a configuration: what they leave in AWS may belong to anybody."""

from __future__ import annotations

import pytest

from tests.scans import Scan, documents

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
    "a module": ({"a.tf": REMOVED % ("module.grants", "false")}, "module.grants"),
    "a module in a module": ({"a.tf": REMOVED % ("module.m.module.grants", "false")}, "module.m.module.grants"),
    "a module that is destroyed": ({"a.tf": REMOVED % ("module.grants", "true")}, None),
    "a user of the Cloud Control provider": (
        {"a.tf": REMOVED % ("awscc_iam_user.gone", "false")},
        None,
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
    (found,) = documents(report).values()
    assert found["aws_login"]["localhost"] == ("implicit_deny" if left is None else "unknown")
    assert [one.span.path for one in report.warnings] == ([] if left is None else list(files))
    assert all(left is not None and left in one.message for one in report.warnings)
    assert not report.errors


def test_removed_roles_concern_no_user(scan_files: Scan) -> None:
    report = scan_files({"main.tf": PEOPLE + REMOVED % ("aws_iam_role_policy_attachment.a", "false")})
    (found,) = documents(report).values()
    assert found["aws_login"]["localhost"] == "implicit_deny"
    assert len(report.warnings) == 1
