"""Rules that ask: what becomes of their questions in a scan, and what is said of wrong ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from scanner.report.json import render
from scanner.report.report import Report
from scanner.root import Inputs
from scanner.rules.loader import RuleError, load_rule
from scanner.rules.selection import UnknownRuleError, rules_path, select_rules
from scanner.verdicts.sign_in import ACTIONS
from tests.scans import ROOT, documents, scanned, write

HEAD = 'id: {id}\nseverity: note\ntitle: T\nselect: "{select}"\nmessage: "{message}"\nhelp: H\n'


def rule_file(
    folder: Path, ask: str, *, rule_id: str = "a-rule", select: str = "$.principals[0]", message: str = "{name}"
) -> str:
    head = HEAD.format(id=rule_id, select=select, message=message)
    write(folder, {f"{rule_id}.yaml": head + (f"ask:\n{ask}" if ask else "")})
    return str(folder / f"{rule_id}.yaml")


PASS_ROLE = '  - {action: "iam:PassRole"}\n'
OWN_ROLES = '  - {action: "iam:PassRole", resource: "arn:aws:iam::*:role/*"}\n'
SIGN_IN = "".join(
    f'  - {{action: "{action}", resource: "arn:aws:signin:*:*:oauth2/public-client/{client}"}}\n'
    for client in ("localhost", "remote")
    for action in ACTIONS
)


def asked(report: Report) -> list[tuple[str, Any, str, str]]:
    """What the first principal is told beyond `aws login`."""
    (found, *_) = documents(report).values()
    return [(one["action"], one["client"], one["resource"], one["decision"]) for one in found["permissions"][4:]]


def test_answers_follow_the_sign_in_permissions(tmp_path: Path) -> None:
    rule = rule_file(tmp_path, PASS_ROLE + OWN_ROLES)
    report = scanned(ROOT, "fixtures/terraform/administrator", rule_paths=(rule,))
    assert asked(report) == [
        ("iam:PassRole", None, "*", "allowed"),
        ("iam:PassRole", None, "arn:aws:iam::*:role/*", "allowed"),
    ]
    assert [one["client"] for one in json.loads(render(report, "0"))["principals"][0]["permissions"]] == [
        *("localhost", "localhost", "remote", "remote", None, None)
    ]


def test_equal_questions_are_asked_once_and_in_an_order_of_their_own(tmp_path: Path) -> None:
    first = rule_file(tmp_path, OWN_ROLES + PASS_ROLE + PASS_ROLE, rule_id="z-rule")
    second = rule_file(tmp_path, PASS_ROLE, rule_id="y-rule")
    reports = [
        render(scanned(ROOT, "fixtures/terraform/administrator", rule_paths=paths), "0")
        for paths in ((first, second), (second, first))
    ]
    assert reports[0] == reports[1]
    assert len(json.loads(reports[0])["principals"][0]["permissions"]) == 6


FIXTURES = (
    *("boundary-blocks", "explicit-deny", "mfa-required", "office-network", "one-region", "open-policy-variable"),
    *("saml-role", "session-tags", "team-tag", "permission-sets", "unknown-bucket", "remote-only"),
)


@pytest.mark.parametrize("name", FIXTURES)
def test_a_sign_in_permission_that_is_asked_for_is_answered_as_the_built_in_one(name: str, tmp_path: Path) -> None:
    rule = rule_file(tmp_path, SIGN_IN)
    for place in (f"fixtures/terraform/{name}", f"fixtures/cloudformation/{name}.yaml"):
        found = scanned(ROOT, place, rule_paths=(rule,))
        assert found.principals
        for principal in documents(found).values():
            keys = ("action", "resource", "decision", "reasons")
            permissions = [{key: one[key] for key in keys} for one in principal["permissions"]]
            by_question = {(one["action"], one["resource"]): one for one in permissions[4:]}
            assert len(by_question) == 4
            assert permissions[:4] == [by_question[one["action"], one["resource"]] for one in permissions[:4]]


@pytest.mark.parametrize("name", FIXTURES)
def test_asking_changes_nothing_else(name: str, tmp_path: Path) -> None:
    quiet = "$.principals[?(@.name == 'nobody')]"
    rule = rule_file(tmp_path, PASS_ROLE + OWN_ROLES, select=quiet, message="{without_mfa}")
    for place in (f"fixtures/terraform/{name}", f"fixtures/cloudformation/{name}.yaml"):
        before, after = (scanned(ROOT, place, rule_paths=paths) for paths in ((), (rule,)))
        assert before.findings == after.findings
        assert before.diagnostics == after.diagnostics
        for address, principal in documents(after).items():
            assert len(principal["permissions"]) == 6
            principal["permissions"] = principal["permissions"][:4]
            assert principal == documents(before)[address]


CHOICE = """
variable "wide" { type = bool }

resource "aws_iam_user" "u" { name = "u" }

resource "aws_iam_user_policy" "u" {
  name = "p"
  user = aws_iam_user.u.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = var.wide ? ["iam:PassRole", "s3:ListAllMyBuckets"] : ["iam:PassRole", "signin:*"]
      Resource = "*"
    }]
  })
}
"""


def test_a_choice_that_settles_a_question_settles_it_and_leaves_the_others(tmp_path: Path) -> None:
    write(tmp_path / "code", {"main.tf": CHOICE})
    rule = rule_file(tmp_path, PASS_ROLE + '  - {action: "s3:ListAllMyBuckets"}\n  - {action: "iam:GetUser"}\n')
    report = scanned(tmp_path / "code", rule_paths=(rule,))
    assert [(action, decision) for action, _, _, decision in asked(report)] == [
        ("iam:GetUser", "implicit_deny"),
        ("iam:PassRole", "allowed"),
        ("s3:ListAllMyBuckets", "unknown"),
    ]
    given = scanned(tmp_path / "code", rule_paths=(rule,), inputs=Inputs(variables=(("wide", "true"),)))
    assert [decision for *_, decision in asked(given)] == ["implicit_deny", "allowed", "allowed"]


@pytest.mark.parametrize(
    ("ask", "line", "message"),
    [
        ("  iam:PassRole\n", 8, "must be a list of {action"),
        ("  - iam:PassRole\n", 8, "must be {action"),
        ('  - {action: "iam:PassRole"}\n  - {resource: "*"}\n', 9, "must have an action"),
        ('  - {action: "iam:Pass*"}\n', 8, "has a wildcard"),
        ("  - {action: PassRole}\n", 8, "form SERVICE:NAME"),
        ('  - {action: "a:b:c"}\n', 8, "form SERVICE:NAME"),
        ("  - {action: 3}\n", 8, "must be a string"),
        ('  - action: "iam:PassRole"\n    resource: roles\n', 9, 'neither "\\*" nor an ARN'),
        ('  - action: "iam:PassRole"\n    resource: "arn:aws:iam::*:"\n', 9, 'neither "\\*" nor an ARN'),
        ('  - action: "iam:PassRole"\n    resource: "arn:aws:*:::x"\n', 9, "service of the resource"),
        ('  - action: "iam:PassRole"\n    resource: "arn:aws:iam:eu-*:*:role/x"\n', 9, "region of the resource"),
        ('  - action: "iam:PassRole"\n    resource: "arn:aws:iam::12*:role/x"\n', 9, "account of the resource"),
        ('  - action: "iam:PassRole"\n    resource: "arn::iam::*:role/x"\n', 9, "has no partition"),
        ('  - action: "iam:PassRole"\n    resource: "arn:aws:iam::*:role/?"\n', 9, 'only "\\*" stands for'),
        ('  - action: "iam:PassRole"\n    condition: {}\n', 9, 'no key "condition"'),
        ('  - action: "iam:PassRole"\n    resource: [a]\n', 9, "must be a string"),
    ],
)
def test_wrong_questions_say_where(ask: str, line: int, message: str, tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=message) as caught:
        load_rule(Path(rule_file(tmp_path, ask)))
    assert caught.value.problems[0].span.line == line


def test_an_empty_list_is_no_question(tmp_path: Path) -> None:
    file = Path(rule_file(tmp_path, ""))
    file.write_text(f"{file.read_text()}ask: []\n")
    with pytest.raises(RuleError, match="must be a list"):
        load_rule(file)


def ids(select: Sequence[str] = (), paths: Sequence[str] = ()) -> list[str]:
    return [rule.id for rule in select_rules([rules_path(path, ROOT) for path in paths], select, ())]


def test_examples_are_followed_where_they_are_named(tmp_path: Path) -> None:
    ordinary = ids()
    assert "session-too-long" not in ordinary
    assert ids(select=["session-too-long"]) == ["session-too-long"]
    assert ids(paths=["session-too-long"]) == sorted([*ordinary, "session-too-long"])
    assert ids(["session-too-long"], ["session-too-long"]) == ["session-too-long"]
    own = rule_file(tmp_path, "", rule_id="session-too-long")
    assert ids(paths=[own]) == sorted([*ordinary, "session-too-long"]), "a rule of one's own may have the name"
    with pytest.raises(UnknownRuleError):
        ids(select=["../aws-login-denied"])
    with pytest.raises(RuleError, match="cannot be read"):
        ids(paths=["no-such-example"])


@pytest.mark.parametrize(
    ("account", "written", "decision"),
    [
        (None, "444455556666", "unknown"),
        (None, "777788889999", "unknown"),
        (None, "*", "allowed"),
        (None, "${data.aws_caller_identity.me.account_id}", "allowed"),
        ("444455556666", "444455556666", "allowed"),
        ("444455556666", "777788889999", "implicit_deny"),
    ],
)
def test_an_account_id_in_a_policy_is_the_principal_s_own_only_if_that_is_known(
    account: str | None, written: str, decision: str, tmp_path: Path
) -> None:
    policy = (
        'jsonencode({Statement = [{Effect = "Allow", Action = "iam:PassRole", '
        f'Resource = "arn:aws:iam::{written}:role/*"}}]}})'
    )
    user = (
        f'resource "aws_iam_user_policy" "u" {{\n  user = aws_iam_user.u.name\n  name = "p"\n  policy = {policy}\n}}\n'
    )
    head = 'data "aws_caller_identity" "me" {}\nresource "aws_iam_user" "u" {\n  name = "u"\n}\n'
    write(tmp_path, {"main.tf": head + user})
    rule = rule_file(tmp_path, OWN_ROLES)
    report = scanned(tmp_path, "main.tf", rule_paths=(rule,), inputs=Inputs(account=account))
    assert [found[-1] for found in asked(report)] == [decision]
    if decision == "unknown":
        reasons = next(iter(documents(report).values()))["permissions"][4]["reasons"]
        assert any("the account ID, which is not known (--account)" in reason["text"] for reason in reasons)


PASS_ANY = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}
ATTACH = {"Effect": "Allow", "Action": "iam:AttachRolePolicy"}
WITH_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


@pytest.mark.parametrize(
    ("statements", "flagged"),
    [
        ([PASS_ANY], True),
        ([PASS_ANY, {**ATTACH, "Resource": "arn:aws:iam::*:role/app-*"}], True),
        ([PASS_ANY, {**ATTACH, "Resource": "*"}], False),
        ([PASS_ANY, {**ATTACH, "Resource": "*", "Condition": WITH_MFA}], False),
        ([PASS_ANY, {**ATTACH, "Resource": "${var.x}"}], False),
    ],
)
def test_whoever_may_be_an_administrator_is_not_told_of_passing_roles(
    statements: list[dict[str, object]], flagged: bool, tmp_path: Path
) -> None:
    policy = f"jsonencode({json.dumps({'Statement': statements})})"
    write(
        tmp_path,
        {
            "main.tf": 'variable "x" {}\nresource "aws_iam_user" "u" {\n  name = "u"\n}\n'
            'resource "aws_iam_user_policy" "u" {\n  user = aws_iam_user.u.name\n  name = "p"\n'
            f"  policy = {policy}\n}}\n"
        },
    )
    report = scanned(tmp_path, select=("may-pass-any-role",))
    assert [found.rule for found in report.findings] == ["may-pass-any-role"] * flagged


@pytest.mark.parametrize(
    ("ask", "test", "message"),
    [
        (OWN_ROLES, "@.action == 'iam:Passrole'", "never 'iam:Passrole'; did you mean \"iam:PassRole\"?"),
        (OWN_ROLES, "@.action != 'iam:Passrole'", "did you mean"),
        (OWN_ROLES, "@.resource == 'arn:aws:iam::*:user/*'", 'did you mean "arn:aws:iam::*:role/*"?'),
        (PASS_ROLE, "@.resource == 'arn:aws:iam::*:user/*'", 'the rule does not ask for it \\("ask"\\)'),
        ("", "@.action == 'iam:PassRole'", 'the rule does not ask for it \\("ask"\\)'),
        (OWN_ROLES, "@.action == 'iam:PassRole' && @.resource == 'arn:aws:iam::*:role/*'", None),
        (PASS_ROLE, "@.action == 'iam:PassRole' && @.resource == '*'", None),
        ("", "@.action == 'signin:CreateOAuth2Token'", None),
        ("", "@.resource == 'arn:aws:signin:*:*:oauth2/public-client/localhost'", None),
        ("", "@.resource == 'arn:aws-cn:signin:cn-north-1:111122223333:oauth2/public-client/remote'", None),
    ],
)
def test_a_selector_looks_for_what_the_rule_asks(ask: str, test: str, message: str | None, tmp_path: Path) -> None:
    file = Path(rule_file(tmp_path, ask, select=f"$.principals[*].permissions[?({test})]"))
    if message is None:
        assert load_rule(file).selectors
    else:
        with pytest.raises(RuleError, match=message.replace("?", "[?]").replace("*", "[*]")):
            load_rule(file)
