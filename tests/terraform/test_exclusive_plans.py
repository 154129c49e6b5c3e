"""Exclusive lists in plans and states: there the provider fills in what a role is found to have."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.scans import Scan, verdicts

SIGN_IN = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
TRUST = {"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}}
ALLOWS = {"Statement": {"Effect": "Allow", "Action": "signin:*", "Resource": "*"}}
ROLE = {"name": "r", "assume_role_policy": json.dumps(TRUST)}
ATTACHED = ("aws_iam_role_policy_attachment", {"role": "r", "policy_arn": SIGN_IN})
INLINE = ("aws_iam_role_policy", {"role": "r", "name": "a", "policy": json.dumps(ALLOWS)})
OTHER = [{"name": "b", "policy": json.dumps({**ALLOWS, "Statement": {**ALLOWS["Statement"], "Action": "s3:*"}})}]


def plan(role: dict[str, Any], other: tuple[str, dict[str, Any]], written: tuple[str, ...]) -> dict[str, Any]:
    """A plan that leaves a role as it is, in whose configuration some of its arguments are."""
    made = [("aws_iam_role", "r", {**ROLE, **role}), (other[0], "a", other[1])]
    resources = [
        {"address": f"{type_}.{name}", "mode": "managed", "type": type_, "name": name, "values": values}
        for type_, name, values in made
    ]
    changes = [
        {
            **{key: value for key, value in one.items() if key != "values"},
            "change": {
                "actions": ["no-op"],
                "before": one["values"],
                "after": one["values"],
                "after_unknown": {},
            },
        }
        for one in resources
    ]
    expressions = {name: {} for name in (*ROLE, *written)}
    blocks = [
        {"mode": "managed", "type": "aws_iam_role", "name": "r", "expressions": expressions},
        {"mode": "managed", "type": other[0], "name": "a", "expressions": {name: {} for name in other[1]}},
    ]
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": resources}},
        "resource_changes": changes,
        "configuration": {"root_module": {"resources": blocks}},
    }


@pytest.mark.parametrize(
    ("role", "other", "written", "wanted"),
    [
        ({"managed_policy_arns": [READ_ONLY]}, ATTACHED, (), "allowed"),
        ({"managed_policy_arns": [READ_ONLY]}, ATTACHED, ("managed_policy_arns",), "unknown"),
        ({"managed_policy_arns": []}, ATTACHED, ("managed_policy_arns",), "unknown"),
        ({"managed_policy_arns": [READ_ONLY, SIGN_IN]}, ATTACHED, ("managed_policy_arns",), "allowed"),
        ({"inline_policy": OTHER}, INLINE, (), "allowed"),
        ({"inline_policy": OTHER}, INLINE, ("inline_policy",), "unknown"),
        ({"inline_policy": [{"name": "", "policy": ""}]}, INLINE, ("inline_policy",), "unknown"),
        ({"inline_policy": []}, INLINE, (), "allowed"),
    ],
    ids=[
        "policies that the provider found",
        "policies that are written",
        "none, which is written",
        "the same policy",
        "inline policies that the provider found",
        "inline policies that are written",
        "an empty block",
        "no block",
    ],
)
def test_a_role(
    role: dict[str, Any],
    other: tuple[str, dict[str, Any]],
    written: tuple[str, ...],
    wanted: str,
    scan_files: Scan,
) -> None:
    planned = plan(role, other, written)
    report = scan_files({"p/plan.json": json.dumps(planned)})
    assert verdicts(report) == {"aws_iam_role.r": ("possible", wanted)}
    state = {"format_version": "1.0", "terraform_version": "1.11.4", "values": planned["planned_values"]}
    assert verdicts(scan_files({"s/state.json": json.dumps(state)}, "s")) == {"aws_iam_role.r": ("possible", "allowed")}
