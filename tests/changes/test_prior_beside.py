"""``--compare-to prior`` where roots belong together: what a plan leaves as it is stands beside it before and after."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from scanner.report import Appearance, render
from scanner.report.report import Report
from tests.changes.change_plans import ABLE, ALICE, SIGN_IN, Resources, attached, inline, plan, state, user
from tests.scans import scanned, write

ACCOUNT = "111122223333"
PROVIDER = f'provider "aws" {{\n  allowed_account_ids = ["{ACCOUNT}"]\n}}\n'
ATTACHES = f"""{PROVIDER}
resource "aws_iam_user_policy_attachment" "a" {{
  user       = "alice"
  policy_arn = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"
}}
"""
DENIES = f"""{PROVIDER}
resource "aws_iam_user_policy" "no" {{
  user   = "alice"
  policy = jsonencode({{
    Version   = "2012-10-17"
    Statement = [{{ Effect = "Deny", Action = "signin:*", Resource = "*" }}]
  }})
}}
"""
PEOPLE = f"""{PROVIDER}
resource "aws_iam_user" "alice" {{
  name = "alice"
}}
resource "aws_iam_user_login_profile" "alice" {{
  user = aws_iam_user.alice.name
}}
"""
WITHOUT_PASSWORD: Resources = {"aws_iam_user.alice": user()}
OTHERS: Resources = {"aws_iam_user.other": user("other")}
"""Beside grants, which say no account of their own: the ARN of somebody does."""
GRANTS: Resources = {**OTHERS, "aws_iam_user_policy_attachment.login": attached()}
DENIALS: Resources = {**OTHERS, "aws_iam_user_policy.no": inline({**SIGN_IN, "Effect": "Deny"})}
PATH = f"arn:aws:iam::{ACCOUNT}:policy/login"


def policy(effect: str) -> Resources:
    """A customer managed policy."""
    document = json.dumps({"Version": "2012-10-17", "Statement": [{**SIGN_IN, "Effect": effect}]})
    return {"aws_iam_policy.login": {"name": "login", "path": "/", "id": PATH, "arn": PATH, "policy": document}}


HAS_LOGIN: Resources = {**ALICE, "aws_iam_user_policy_attachment.login": {**attached(), "policy_arn": PATH}}


def planned(before: Resources, after: Resources) -> str:
    return json.dumps(plan(before, after))


Said = set[tuple[str, str]]
"""Kind of a change, and whose it is."""

CASES: dict[str, tuple[Mapping[str, str], Said]] = {
    "nothing, and another root allows it": ({"a/p.json": planned(ALICE, ALICE), "b/main.tf": ATTACHES}, set()),
    "nothing, and another root denies it": ({"a/p.json": planned(ABLE, ABLE), "b/main.tf": DENIES}, set()),
    "a grant that another root has as well goes": (
        {"a/p.json": planned(ABLE, ALICE), "b/main.tf": ATTACHES},
        set(),
    ),
    "a grant goes that another root denies": ({"a/p.json": planned(ABLE, ALICE), "b/main.tf": DENIES}, set()),
    "a grant that another root denies comes": ({"a/p.json": planned(ALICE, ABLE), "b/main.tf": DENIES}, set()),
    "a grant goes beside one of another root that is for another": (
        {"a/p.json": planned(ABLE, ALICE), "b/main.tf": ATTACHES.replace('"alice"', '"bob"')},
        {("lost", "alice")},
    ),
    "a password comes": (
        {"a/p.json": planned(WITHOUT_PASSWORD, ALICE), "b/main.tf": ATTACHES},
        {("console-gained", "alice")},
    ),
    "a user comes": ({"a/p.json": planned({}, ALICE), "b/main.tf": ATTACHES}, {("added", "alice")}),
    "nothing, and neither does the plan beside it": (
        {"a/p.json": planned(ALICE, ALICE), "b/p.json": planned(GRANTS, GRANTS)},
        set(),
    ),
    "the plan beside it takes the grant away": (
        {"a/p.json": planned(ALICE, ALICE), "b/p.json": planned(GRANTS, OTHERS)},
        {("lost", "alice")},
    ),
    "the plan beside it grants it": (
        {"a/p.json": planned(ALICE, ALICE), "b/p.json": planned(OTHERS, GRANTS)},
        {("gained", "alice")},
    ),
    "the plan beside it denies it": (
        {"a/p.json": planned(ABLE, ABLE), "b/p.json": planned(OTHERS, DENIALS)},
        {("lost", "alice")},
    ),
    "a grant goes from one plan to another": (
        {"a/p.json": planned(ABLE, ALICE), "b/p.json": planned(OTHERS, GRANTS)},
        set(),
    ),
    "the policy stays": (
        {"a/p.json": planned(HAS_LOGIN, HAS_LOGIN), "b/p.json": planned(policy("Allow"), policy("Allow"))},
        set(),
    ),
    "the policy changes": (
        {"a/p.json": planned(HAS_LOGIN, HAS_LOGIN), "b/p.json": planned(policy("Allow"), policy("Deny"))},
        {("lost", "alice")},
    ),
    "the policy is of a state": (
        {"a/p.json": planned(ALICE, HAS_LOGIN), "b/s.json": json.dumps(state(policy("Allow")))},
        {("gained", "alice")},
    ),
    "a configuration without a plan, and a plan takes the grant away": (
        {"a/main.tf": PEOPLE, "b/p.json": planned(GRANTS, OTHERS)},
        {("lost", "alice")},
    ),
    "a configuration without a plan, and a plan that does nothing": (
        {"a/main.tf": PEOPLE, "b/p.json": planned(GRANTS, GRANTS)},
        set(),
    ),
    "a configuration with a plan": (
        {"a/main.tf": PEOPLE, "a/p.json": planned({}, ALICE), "b/p.json": planned(OTHERS, GRANTS)},
        {("added", "alice")},
    ),
}


def compared(folder: Path, files: Mapping[str, str], **options: object) -> Report:
    write(folder, files)
    return scanned(folder, ".", compare_to="prior", **options)


@pytest.mark.parametrize("case", CASES)
def test_what_stands_beside_a_plan(tmp_path: Path, case: str) -> None:
    files, expected = CASES[case]
    report = compared(tmp_path, files)
    assert {(one.kind.value, one.subject.name or one.subject.address) for one in report.changes or ()} == expected
    assert {one.principal for one in report.findings if one.rule == "aws-login-lost"} == {
        "aws_iam_user.alice" for kind, _ in expected if kind == "lost"
    }


def test_workers_and_kept_outcomes_say_the_same(tmp_path: Path) -> None:
    files = {
        f"{number}/{path}": text.replace("alice", f"alice{number}").replace('"other', f'"other{number}')
        for number, case in enumerate(CASES)
        for path, text in CASES[case][0].items()
    }
    once = compared(tmp_path, files)
    assert {one.kind.value for one in once.changes or ()} >= {"lost", "gained", "added", "console-gained"}
    cache = tmp_path.parent / f"{tmp_path.name}-cache"
    for jobs in (2, 1):
        again = compared(tmp_path, {}, debug=False, jobs=jobs, cache=cache)
        assert render("json", again, Appearance("1")) == render("json", once, Appearance("1"))
