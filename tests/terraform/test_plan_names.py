"""Which arguments name an identity or a policy, and which attributes are such names."""

from __future__ import annotations

import pytest

from scanner.terraform.aws.naming import Named, fits, named_by


@pytest.mark.parametrize(
    ("path", "named"),
    [
        (("user",), Named.USER),
        (("role",), Named.ROLE),
        (("group",), Named.GROUP),
        (("policy_arn",), Named.POLICY_ARN),
        (("permissions_boundary",), Named.POLICY_ARN),
        (("permissions_boundary", "managed_policy_arn"), Named.POLICY_ARN),
        (("permissions_boundary", "customer_managed_policy_reference", "name"), Named.POLICY_NAME),
        (("permission_set_arn",), Named.PERMISSION_SET),
        (("policy",), None),
        (("assume_role_policy",), None),
        (("inline_policy",), None),
        (("inline_policy", "policy"), None),
        (("inline_policy", "name"), None),
        (("statement", "resources"), None),
        (("source_policy_documents",), None),
        (("name",), None),
        (("users",), None),
        (("managed_policy_arns",), None),
    ],
)
def test_what_an_argument_names(path: tuple[str, ...], named: Named | None) -> None:
    assert named_by(path) is named


@pytest.mark.parametrize(
    ("type_", "attribute", "named", "does"),
    [
        ("aws_iam_user", "name", Named.USER, True),
        ("aws_iam_user", "id", Named.USER, True),
        ("aws_iam_user", "arn", Named.USER, False),
        ("aws_iam_role", "name", Named.USER, False),
        ("aws_iam_user_login_profile", "user", Named.USER, True),
        ("aws_iam_policy", "arn", Named.POLICY_ARN, True),
        ("aws_iam_policy", "policy", Named.POLICY_ARN, False),
        ("aws_iam_policy", "name", Named.POLICY_NAME, True),
        ("aws_s3_bucket", "arn", Named.POLICY_ARN, False),
        ("random_pet", "id", Named.USER, False),
    ],
)
def test_which_attributes_are_names(type_: str, attribute: str, named: Named, does: bool) -> None:
    assert fits(type_, attribute, named) is does
