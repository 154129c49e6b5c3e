"""Changes that a plan defers to a later one: what they make is there perhaps."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.scans import Scan, errors, verdicts

SIGN_IN = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"
JSONObject = dict[str, Any]
USER, PROFILE = {"name": "ann"}, {"user": "ann"}
ATTACHED = {"user": "ann", "policy_arn": SIGN_IN}
A_USER, A_PROFILE, AN_ATTACHMENT = "aws_iam_user.a", "aws_iam_user_login_profile.a", "aws_iam_user_policy_attachment.a"


def changed(
    address: str, actions: list[str], before: JSONObject | None, after: JSONObject | None, unknown: JSONObject
) -> JSONObject:
    type_, name = address.removesuffix("[*]").split(".")
    change = {"actions": actions, "before": before, "after": after, "after_unknown": unknown}
    return {"address": address, "mode": "managed", "type": type_, "name": name, "change": change}


def plan(present: dict[str, JSONObject], *deferred: JSONObject) -> str:
    resources = [{**changed(address, [], None, None, {}), "values": values} for address, values in present.items()]
    return json.dumps(
        {
            "format_version": "1.2",
            "resource_changes": [
                changed(address, ["no-op"], values, values, {})
                for address, values in present.items()
                if all(one["address"] != address for one in deferred)
            ],
            "deferred_changes": [{"reason": "instance_count_unknown", "resource_change": one} for one in deferred],
            "prior_state": {"values": {"root_module": {"resources": resources}}},
            "complete": False,
        }
    )


WITH_PASSWORD = {A_USER: USER, A_PROFILE: PROFILE}
CREATE, UPDATE, DELETE = ["create"], ["update"], ["delete"]


@pytest.mark.parametrize(
    ("present", "deferred", "wanted"),
    [
        (WITH_PASSWORD, (AN_ATTACHMENT, CREATE, None, ATTACHED, {}), {A_USER: ("yes", "unknown")}),
        (WITH_PASSWORD, (f"{AN_ATTACHMENT}[*]", CREATE, None, ATTACHED, {}), {A_USER: ("yes", "unknown")}),
        (
            WITH_PASSWORD,
            (AN_ATTACHMENT, CREATE, None, {"user": "ann"}, {"policy_arn": True}),
            {A_USER: ("yes", "unknown")},
        ),
        (
            WITH_PASSWORD,
            (AN_ATTACHMENT, CREATE, None, {**ATTACHED, "user": "bob"}, {}),
            {A_USER: ("yes", "implicit_deny")},
        ),
        (
            {**WITH_PASSWORD, AN_ATTACHMENT: ATTACHED},
            (AN_ATTACHMENT, DELETE, ATTACHED, None, {}),
            {A_USER: ("yes", "unknown")},
        ),
        (
            {**WITH_PASSWORD, AN_ATTACHMENT: ATTACHED},
            (A_USER, UPDATE, USER, {**USER, "path": "/"}, {}),
            {A_USER: ("yes", "allowed")},
        ),
        ({A_USER: USER}, (A_PROFILE, CREATE, None, PROFILE, {}), {A_USER: ("unknown", "implicit_deny")}),
        ({}, (A_USER, CREATE, None, USER, {}), {A_USER: ("no", "implicit_deny")}),
        ({}, (f"{A_USER}[*]", CREATE, None, {}, {"name": True}), {f"{A_USER}[*]": ("no", "implicit_deny")}),
    ],
    ids=[
        "an attachment",
        "an attachment with a key that is not known",
        "an attachment of a policy that is not known",
        "an attachment to somebody else",
        "an attachment that is deleted later",
        "a user who is changed later",
        "a password",
        "a user",
        "a user with a key and a name that are not known",
    ],
)
def test_what_is_deferred_is_there_perhaps(
    present: dict[str, JSONObject],
    deferred: tuple[str, list[str], JSONObject | None, JSONObject | None, JSONObject],
    wanted: dict[str, tuple[str, str]],
    scan_files: Scan,
) -> None:
    report = scan_files({"p/plan.json": plan(present, changed(*deferred))})
    assert not errors(report)
    assert verdicts(report) == wanted
    assert any("deferred to a later plan" in one.message for one in report.warnings)
