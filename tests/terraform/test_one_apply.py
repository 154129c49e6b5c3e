"""What is so after one apply: lists that the provider filled in, and what the plan takes away elsewhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.scans import Scan, verdicts

SIGN_IN = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
TRUST = {"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}}
JSONObject = dict[str, Any]


def document(effect: str, action: str) -> str:
    return json.dumps({"Statement": {"Effect": effect, "Action": action, "Resource": "*"}})


ALLOWS, DENIES, OTHER = document("Allow", "signin:*"), document("Deny", "signin:*"), document("Allow", "s3:*")
ROLE = {"name": "r", "assume_role_policy": json.dumps(TRUST), "arn": "arn:aws:iam::123456789012:role/r"}
USER = {"name": "u", "arn": "arn:aws:iam::123456789012:user/u"}
ATTACHED = {"role": "r", "policy_arn": SIGN_IN}
NO_OP, DELETE, UPDATE, REPLACE = ["no-op"], ["delete"], ["update"], ["delete", "create"]
Row = tuple[str, list[str], JSONObject | None, JSONObject | None]
"""An address, the actions, and what there is before and after."""


def role(**attributes: Any) -> JSONObject:
    return {**ROLE, "managed_policy_arns": [], "inline_policy": [], **attributes}


def inline(policy: str, name: str = "p") -> JSONObject:
    return {"role": "r", "name": name, "policy": policy}


def listed(policy: str, name: str = "p") -> JSONObject:
    return role(inline_policy=[{"name": name, "policy": policy}])


def same(address: str, values: JSONObject) -> Row:
    return address, NO_OP, values, values


LISTED = role(managed_policy_arns=[SIGN_IN])
A_ROLE, AN_ATTACHMENT, AN_INLINE = "aws_iam_role.r", "aws_iam_role_policy_attachment.a", "aws_iam_role_policy.p"
CLOUD_CONTROL = {
    "role_name": "r",
    "assume_role_policy_document": json.dumps(TRUST),
    "arn": ROLE["arn"],
    "managed_policy_arns": [SIGN_IN],
    "policies": [{"policy_name": "d", "policy_document": DENIES}],
}


def resource(address: str, values: JSONObject) -> JSONObject:
    type_, name = address.split(".")
    return {"address": address, "mode": "managed", "type": type_, "name": name, "values": values}


def values_of(resources: list[JSONObject]) -> JSONObject:
    return {"root_module": {"resources": resources}}


def plan(rows: list[Row], written: tuple[str, ...] = ()) -> str:
    """A plan in whose configuration nothing is but what stays; ``written`` are the arguments of the role."""
    changes = []
    for address, actions, before, after in rows:
        change = {"actions": actions, "before": before, "after": after, "after_unknown": {}}
        changes.append({**resource(address, {}), "change": change})
    blocks = [
        {**resource(address, {}), "expressions": {name: {} for name in ("name", *written)}}
        for address, _, _, after in rows
        if after is not None
    ]
    return json.dumps(
        {
            "format_version": "1.2",
            "terraform_version": "1.11.4",
            "resource_changes": changes,
            "prior_state": {
                "values": values_of([resource(row[0], row[2]) for row in rows if row[2] is not None]),
            },
            "configuration": {"root_module": {"resources": blocks}},
        }
    )


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([same(A_ROLE, LISTED), (AN_ATTACHMENT, DELETE, ATTACHED, None)], "implicit_deny"),
        ([same(A_ROLE, LISTED), same(AN_ATTACHMENT, ATTACHED)], "allowed"),
        ([same(A_ROLE, LISTED), (AN_ATTACHMENT, ["forget"], ATTACHED, None)], "allowed"),
        (
            [same(A_ROLE, LISTED), (AN_ATTACHMENT, REPLACE, ATTACHED, {"role": "r", "policy_arn": READ_ONLY})],
            "implicit_deny",
        ),
        ([same(A_ROLE, LISTED), (AN_ATTACHMENT, DELETE, {"role": "s", "policy_arn": SIGN_IN}, None)], "allowed"),
        ([same(A_ROLE, LISTED)], "allowed"),
        ([(A_ROLE, UPDATE, LISTED, LISTED), (AN_ATTACHMENT, DELETE, ATTACHED, None)], "implicit_deny"),
        ([(A_ROLE, UPDATE, role(), LISTED), (AN_ATTACHMENT, DELETE, ATTACHED, None)], "allowed"),
        (
            [
                same(A_ROLE, LISTED),
                (
                    "aws_iam_policy_attachment.a",
                    UPDATE,
                    {"name": "a", "roles": ["r"], "policy_arn": SIGN_IN},
                    {"name": "a", "roles": ["s"], "policy_arn": SIGN_IN},
                ),
            ],
            "implicit_deny",
        ),
        ([same(A_ROLE, listed(ALLOWS)), (AN_INLINE, UPDATE, inline(ALLOWS), inline(OTHER))], "implicit_deny"),
        ([same(A_ROLE, listed(OTHER)), (AN_INLINE, UPDATE, inline(OTHER), inline(ALLOWS))], "allowed"),
        ([same(A_ROLE, listed(ALLOWS)), (AN_INLINE, DELETE, inline(ALLOWS), None)], "implicit_deny"),
        ([same(A_ROLE, listed(ALLOWS)), (AN_INLINE, DELETE, inline(ALLOWS, "q"), None)], "allowed"),
        (
            [
                same(A_ROLE, {**listed(DENIES), "managed_policy_arns": [SIGN_IN]}),
                same(AN_ATTACHMENT, ATTACHED),
                (AN_INLINE, DELETE, inline(DENIES), None),
            ],
            "allowed",
        ),
        ([same("awscc_iam_role.r", CLOUD_CONTROL), (AN_ATTACHMENT, DELETE, ATTACHED, None)], "explicit_deny"),
        ([same("awscc_iam_role.r", CLOUD_CONTROL), (AN_INLINE, DELETE, inline(DENIES, "d"), None)], "allowed"),
        ([(A_ROLE, REPLACE, LISTED, ROLE), same(AN_ATTACHMENT, ATTACHED)], "implicit_deny"),
        ([(A_ROLE, ["create", "delete"], LISTED, ROLE), same(AN_INLINE, inline(ALLOWS))], "implicit_deny"),
        ([(A_ROLE, REPLACE, LISTED, ROLE), (AN_ATTACHMENT, REPLACE, ATTACHED, ATTACHED)], "allowed"),
        ([(A_ROLE, UPDATE, LISTED, role()), same(AN_ATTACHMENT, ATTACHED)], "implicit_deny"),
        ([(A_ROLE, UPDATE, listed(ALLOWS), role()), same(AN_INLINE, inline(ALLOWS))], "implicit_deny"),
        ([(A_ROLE, UPDATE, role(), role(tags={"a": "b"})), same(AN_ATTACHMENT, ATTACHED)], "allowed"),
        (
            [
                same(A_ROLE, LISTED),
                same(AN_ATTACHMENT, ATTACHED),
                ("aws_iam_role_policy_attachment.b", DELETE, ATTACHED, None),
            ],
            "implicit_deny",
        ),
    ],
    ids=[
        "an attachment that is deleted",
        "an attachment that stays",
        "an attachment that is forgotten",
        "an attachment that becomes another",
        "an attachment to another role that is deleted",
        "a policy that nobody speaks of",
        "a role that is changed otherwise",
        "a role that lists the policy from now on",
        "a list of roles that gets shorter",
        "an inline policy that is changed and denies from now on",
        "an inline policy that is changed and allows from now on",
        "an inline policy that is deleted",
        "another inline policy that is deleted",
        "an inline policy that denied and is deleted",
        "Cloud Control: an attachment that is deleted",
        "Cloud Control: an inline policy that is deleted",
        "an attachment to a role that is replaced",
        "an inline policy of a role that is replaced",
        "an attachment that is replaced with its role",
        "a role whose list gets empty",
        "a role whose inline policies are taken out",
        "a role that never had it on its list",
        "one of two attachments that are the same",
    ],
)
def test_a_role(rows: list[Row], wanted: str, scan_files: Scan) -> None:
    report = scan_files({"p/plan.json": plan(rows)})
    found = verdicts(report)
    assert [outcome for _, outcome in found.values()] == [wanted]


GROUPED = {"user": "u", "groups": ["g"]}
A_GROUP = {"name": "g", "arn": "arn:aws:iam::123456789012:group/g"}
OF_GROUP = {"group": "g", "name": "p", "policy": ALLOWS}
MEMBER, GROUP_POLICY = "aws_iam_user_group_membership.m", "aws_iam_group_policy.p"


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        (
            [
                (("aws_iam_user.u"), REPLACE, USER, USER),
                same("aws_iam_user_policy.p", {"user": "u", "name": "p", "policy": ALLOWS}),
                same("aws_iam_user_login_profile.l", {"user": "u"}),
            ],
            ("no", "implicit_deny"),
        ),
        (
            [
                same("aws_iam_user.u", USER),
                same("aws_iam_user_login_profile.l", {"user": "u"}),
                (("aws_iam_group.g"), REPLACE, A_GROUP, A_GROUP),
                same(MEMBER, GROUPED),
                same(GROUP_POLICY, OF_GROUP),
            ],
            ("yes", "implicit_deny"),
        ),
        (
            [
                same("aws_iam_user.u", USER),
                same("aws_iam_user_login_profile.l", {"user": "u"}),
                same("aws_iam_group.g", A_GROUP),
                same(MEMBER, GROUPED),
                same(GROUP_POLICY, OF_GROUP),
            ],
            ("yes", "allowed"),
        ),
        (
            [
                same("aws_iam_user.u", USER),
                same("aws_iam_user_login_profile.l", {"user": "u"}),
                same("aws_iam_group.g", A_GROUP),
                same(MEMBER, GROUPED),
                ("aws_iam_group_membership.m", DELETE, {"name": "m", "group": "g", "users": ["u"]}, None),
                same(GROUP_POLICY, OF_GROUP),
            ],
            ("yes", "implicit_deny"),
        ),
    ],
    ids=[
        "who is replaced",
        "whose group is replaced",
        "who is in a group",
        "who leaves one of two memberships",
    ],
)
def test_a_user(rows: list[Row], wanted: tuple[str, str], scan_files: Scan) -> None:
    assert verdicts(scan_files({"p/plan.json": plan(rows)})) == {"aws_iam_user.u": wanted}


@pytest.mark.parametrize(
    ("resources", "wanted"),
    [
        ([(A_ROLE, LISTED)], "unknown"),
        ([(A_ROLE, LISTED), (AN_ATTACHMENT, ATTACHED)], "allowed"),
        ([(A_ROLE, role(managed_policy_arns=[READ_ONLY])), (AN_ATTACHMENT, ATTACHED)], "allowed"),
        ([(A_ROLE, listed(ALLOWS))], "unknown"),
        ([(A_ROLE, listed(ALLOWS)), (AN_INLINE, inline(OTHER))], "implicit_deny"),
        ([(A_ROLE, listed(DENIES)), (AN_INLINE, inline(ALLOWS))], "allowed"),
        ([(A_ROLE, listed(DENIES, "q")), (AN_INLINE, inline(ALLOWS))], "unknown"),
    ],
)
def test_a_state_may_list_what_is_gone(resources: list[tuple[str, JSONObject]], wanted: str, scan_files: Scan) -> None:
    shown = {"format_version": "1.0", "values": values_of([resource(*one) for one in resources])}
    found = verdicts(scan_files({"s/state.json": json.dumps(shown)}))
    assert found == {A_ROLE: ("possible", wanted)}


@pytest.mark.parametrize(("argument", "wanted"), [(f'managed_policy_arns = ["{SIGN_IN}"]', "allowed"), ("", "unknown")])
def test_a_configuration_beside_a_state_says_what_is_set(argument: str, wanted: str, scan_files: Scan) -> None:
    shown = {"format_version": "1.0", "values": values_of([resource(A_ROLE, LISTED)])}
    code = f"""
        resource "aws_iam_role" "r" {{
          name               = "r"
          assume_role_policy = jsonencode({json.dumps(TRUST)})
          {argument}
        }}
    """
    report = scan_files({"s/state.json": json.dumps(shown), "s/main.tf": code}, "s/state.json")
    assert verdicts(report) == {A_ROLE: ("possible", wanted)}


@pytest.mark.parametrize(
    "rows",
    [
        [same(A_ROLE, LISTED), (AN_ATTACHMENT, DELETE, ATTACHED, None)],
        [same(A_ROLE, listed(ALLOWS)), (AN_INLINE, UPDATE, inline(ALLOWS), inline(OTHER))],
        [(A_ROLE, UPDATE, LISTED, role()), same(AN_ATTACHMENT, ATTACHED)],
    ],
    ids=["detached", "changed", "taken off the list"],
)
def test_what_is_taken_away_is_lost(rows: list[Row], scan_files: Scan) -> None:
    report = scan_files({"p/plan.json": plan(rows)}, compare_to="prior")
    assert {change.kind.value for change in report.changes} == {"lost"}
