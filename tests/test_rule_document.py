"""The keys of the rules' document beyond the report's, from each language, and what rules make of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scanner.options import Options
from scanner.pipeline import scan
from scanner.report.json import render
from scanner.report.report import Report
from scanner.root import Inputs
from scanner.rules.loader import EXAMPLES, builtin_directory
from scanner.rules.parts import PARTS, PERMISSION_PARTS
from scanner.rules.view import PLACEHOLDERS, view
from tests.scans import ROOT, scanned, write

PEOPLE_TF = """
provider "aws" { allowed_account_ids = ["111122223333"] }

variable "groups" { type = set(string) }
variable "arn" { type = string }
variable "lead" { type = string }
variable "seconds" { type = number }

resource "aws_iam_group" "empty" { name = "empty" }

resource "aws_iam_user" "ana" {
  name                 = "ana"
  permissions_boundary = "arn:aws:iam::aws:policy/PowerUserAccess"
  tags                 = { team = "web", lead = var.lead }
}
resource "aws_iam_user_group_membership" "ana" {
  user   = aws_iam_user.ana.name
  groups = [aws_iam_group.empty.name, "elsewhere"]
}
resource "aws_iam_user_policy_attachment" "ana" {
  user       = aws_iam_user.ana.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
resource "aws_iam_user_policy_attachment" "own" {
  user       = aws_iam_user.ana.name
  policy_arn = "arn:aws:iam::111122223333:policy/elsewhere"
}

resource "aws_iam_user" "bo" {
  name                 = "bo"
  permissions_boundary = var.arn
}
resource "aws_iam_user_group_membership" "bo" {
  user   = aws_iam_user.bo.name
  groups = var.groups
}
resource "aws_iam_user_policy_attachment" "bo" {
  user       = aws_iam_user.bo.name
  policy_arn = var.arn
}

resource "aws_iam_role" "open" {
  name                 = "open"
  max_session_duration = var.seconds
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Principal = { AWS = ["arn:aws:iam::999988887777:root", "111122223333"], Service = "ec2.amazonaws.com" }
        Condition = { StringEquals = { "sts:ExternalId" = ["a", var.lead] } }
      },
      { Effect = "Deny", Action = "sts:*", Principal = "*" },
    ]
  })
}
"""

PEOPLE_CFN = """
Parameters:
  Groups: {Type: CommaDelimitedList}
  Arn: {Type: String}
  Lead: {Type: String}
  Seconds: {Type: Number}
Resources:
  Empty:
    Type: AWS::IAM::Group
    Properties: {GroupName: empty}
  Ana:
    Type: AWS::IAM::User
    Properties:
      UserName: ana
      Groups: [!Ref Empty, elsewhere]
      PermissionsBoundary: arn:aws:iam::aws:policy/PowerUserAccess
      ManagedPolicyArns: [arn:aws:iam::aws:policy/ReadOnlyAccess, arn:aws:iam::111122223333:policy/elsewhere]
      Tags: [{Key: team, Value: web}, {Key: lead, Value: !Ref Lead}]
  Bo:
    Type: AWS::IAM::User
    Properties:
      UserName: bo
      Groups: !Ref Groups
      PermissionsBoundary: !Ref Arn
      ManagedPolicyArns: [!Ref Arn]
  Open:
    Type: AWS::IAM::Role
    Properties:
      RoleName: open
      MaxSessionDuration: !Ref Seconds
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: sts:AssumeRole
            Principal: {AWS: ["arn:aws:iam::999988887777:root", "111122223333"], Service: ec2.amazonaws.com}
            Condition: {StringEquals: {"sts:ExternalId": [a, !Ref Lead]}}
          - Effect: Deny
            Action: "sts:*"
            Principal: "*"
"""

OWN_ACCOUNT = Inputs(account="111122223333")
FORMS = [("main.tf", PEOPLE_TF), ("people.yaml", PEOPLE_CFN)]


def parts(report: Report, name: str) -> dict[str, Any]:
    """What the document has of the principal, without places."""
    (found,) = [view(one) for one in report.principals if one.principal.name == (name,)]
    return {key: _without_places(found[key]) for key in PARTS if key in found}


def _without_places(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_places(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_places(item) for key, item in value.items() if key != "location"}
    return value


@pytest.fixture(params=FORMS, ids=lambda form: form[0])
def people(request: pytest.FixtureRequest, tmp_path: Path) -> Report:
    name, text = request.param
    write(tmp_path, {name: text})
    return scan(Options(directory=tmp_path, inputs=OWN_ACCOUNT, debug=True))


def test_what_is_known_of_a_user(people: Report) -> None:
    ana = parts(people, "ana")
    assert ana["account"] == "111122223333"
    assert (ana["tags"], ana["tags_known"]) == ({"team": "web", "lead": None}, "yes")
    assert ana["session_duration"] is None
    assert {one["name"]: one["member"] for one in ana["groups"]} == {"empty": "yes", "elsewhere": "yes"}
    assert ana["trust"] == []
    by_name = {one["name"]: one for one in ana["policies"]}
    assert by_name == {
        "ReadOnlyAccess": policy("ReadOnlyAccess", "aws-managed", aws_managed=True),
        "arn:aws:iam::111122223333:policy/elsewhere": policy(
            "arn:aws:iam::111122223333:policy/elsewhere", "customer-managed"
        ),
        "the policies of group elsewhere": policy(
            "the policies of group elsewhere", None, aws_managed=None, group="elsewhere", attached="unknown"
        ),
    }
    assert ana["boundaries"] == [{"name": "PowerUserAccess", "aws_managed": True, "attached": "yes"}]


def policy(name: str, kind: str | None, **other: Any) -> dict[str, Any]:
    usual = {"how": "attached", "group": None, "aws_managed": False, "attached": "yes"}
    return {"name": name, "type": kind, **usual, **other}


INLINE_TF = 'variable "x" {}\nresource "aws_iam_user" "r" {\n  name = "r"\n}\n%s'
USER_POLICY = 'resource "aws_iam_user_policy" "p" {\n  user = aws_iam_user.r.name\n  %s\n}\n'
ROLE_WITH = """
variable "x" {}
resource "aws_iam_role" "r" {
  name               = "r"
  assume_role_policy = "{}"
  %s
}
"""
PARTLY = 'policy = jsonencode({Statement = [{Effect = "Allow", Action = "s3:*", Resource = var.x}]})'
TEMPLATE = """
Parameters:
  X: {Type: String}
  L: {Type: CommaDelimitedList}
Resources:
  R:
    Type: AWS::IAM::User
    Properties: {UserName: r%s}
%s
"""
CFN_POLICY = """
  P:
    Type: AWS::IAM::Policy
    Properties: {PolicyName: !Ref X, Users: [!Ref R], PolicyDocument: !Ref X}
"""


@pytest.mark.parametrize(
    ("name", "text", "attached"),
    [
        ("main.tf", INLINE_TF % USER_POLICY % PARTLY, "yes"),
        ("main.tf", INLINE_TF % USER_POLICY % "policy = var.x", "yes"),
        ("main.tf", INLINE_TF % USER_POLICY % "name = var.x\n  policy = var.x", "yes"),
        ("main.tf", INLINE_TF % USER_POLICY % "count = var.x\n  policy = var.x", "unknown"),
        ("main.tf", ROLE_WITH % "inline_policy {\n    name   = var.x\n    policy = var.x\n  }", "yes"),
        (
            "main.tf",
            ROLE_WITH
            % 'dynamic "inline_policy" {\n    for_each = var.x\n    content {\n      policy = var.x\n    }\n  }',
            "unknown",
        ),
        ("t.yaml", TEMPLATE % ("", CFN_POLICY), "yes"),
        ("t.yaml", TEMPLATE % (", Policies: [{PolicyName: !Ref X, PolicyDocument: !Ref X}]", ""), "yes"),
        ("t.yaml", TEMPLATE % (", Policies: !Ref L", ""), "unknown"),
    ],
)
def test_an_inline_policy_is_there_whatever_it_says(name: str, text: str, attached: str, tmp_path: Path) -> None:
    write(tmp_path, {name: text})
    report = scanned(tmp_path, select=("user-with-inline-policy",))
    found = parts(report, "r")
    certain = attached == "yes" or "count" in text
    assert [(one["type"], one["how"], one["aws_managed"], one["attached"]) for one in found["policies"]] == [
        ("inline", "inline", False if certain else None, attached)
    ]
    assert len(report.findings) == (attached == "yes" and found_kind(report) == "user")


def found_kind(report: Report) -> str:
    (found,) = report.principals
    return found.principal.kind.value


def test_what_is_not_known_is_not_said(people: Report) -> None:
    bo = parts(people, "bo")
    assert {one["name"]: one["member"] for one in bo["groups"]} == {"empty": "unknown", None: "unknown"}
    unknown = [one for one in bo["policies"] if one["group"] is None]
    assert [(one["type"], one["aws_managed"], one["attached"]) for one in unknown] == [(None, None, "unknown")]
    assert [(one["aws_managed"], one["attached"]) for one in bo["boundaries"]] == [(None, "unknown")]
    assert parts(people, "open")["session_duration"] is None


def test_whom_a_role_trusts(people: Report) -> None:
    condition = {"operator": "StringEquals", "key": "sts:ExternalId", "values": ["a", None]}
    usual = {"effect": "Allow", "switch_role": "no", "actions": ["sts:AssumeRole"], "conditions": [condition]}
    named = [
        ("AWS", "arn:aws:iam::999988887777:root", "999988887777", "no"),
        ("AWS", "111122223333", "111122223333", "yes"),
        ("Service", "ec2.amazonaws.com", None, "no"),
    ]
    keys = ("type", "principal", "account", "own_account")
    assert parts(people, "open")["trust"] == [
        *({**usual, **dict(zip(keys, one, strict=True))} for one in named),
        {
            "effect": "Deny",
            "switch_role": None,
            "actions": ["sts:*"],
            "conditions": [],
            **dict(zip(keys, ("*", "*", None, "no"), strict=True)),
        },
    ]


OTHER = {"AWS": "arn:aws:iam::444455556666:root"}
OWN = {"AWS": "111122223333"}
ASSUME = {"Action": "sts:AssumeRole"}
EVERYBODY_BUT = {"Effect": "Deny", "Principal": "*", **ASSUME}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([{"Principal": OTHER, **ASSUME}], ["yes"]),
        ([{"Principal": OTHER, "Action": "sts:A*"}], ["yes"]),
        ([{"Principal": OTHER, "Action": "sts:*Role"}], ["yes"]),
        ([{"Principal": OTHER, "NotAction": "sts:TagSession"}], ["yes"]),
        ([{"Principal": OTHER, "NotAction": "sts:Assume*"}], ["no"]),
        ([{"Principal": OTHER, "Action": "sts:TagSession"}], ["no"]),
        ([{"Principal": {"AWS": "arn:aws:iam::444455556666:user/ana"}, **ASSUME}], ["yes"]),
        ([{"Principal": {"AWS": "arn:aws:iam::444455556666:role/deploy"}, **ASSUME}], ["no"]),
        (
            [
                {"Principal": {"AWS": [OTHER["AWS"], OWN["AWS"]]}, **ASSUME},
                {"Effect": "Deny", "Principal": OTHER, **ASSUME},
            ],
            ["no", "yes", None],
        ),
        ([{"Principal": OTHER, **ASSUME}, {"Effect": "Deny", "NotPrincipal": OTHER, **ASSUME}], ["unknown", None]),
        (
            [
                {"Principal": OTHER, **ASSUME},
                {**EVERYBODY_BUT, "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}},
            ],
            ["conditional", None],
        ),
        (
            [
                {"Principal": OTHER, **ASSUME},
                {**EVERYBODY_BUT, "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}},
            ],
            ["conditional", None],
        ),
        (
            [
                {"Principal": {"AWS": "*"}, **ASSUME, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}},
                {**EVERYBODY_BUT, "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}},
            ],
            ["conditional", None],
        ),
        (
            [
                {"Principal": {"AWS": [OTHER["AWS"], OWN["AWS"]]}, **ASSUME},
                {**EVERYBODY_BUT, "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}}},
            ],
            ["no", "yes", None],
        ),
        (
            [
                {"Principal": OTHER, **ASSUME},
                {**EVERYBODY_BUT, "Condition": {"StringNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/ana"}}},
            ],
            ["yes", None],
        ),
        (
            [{"Principal": OTHER, **ASSUME, "Condition": {"StringEquals": {"sts:ExternalId": "x"}}}],
            ["no"],
        ),
        ([{"Principal": OTHER, "Action": "${var.x}"}], ["unknown"]),
    ],
)  # fmt: skip
def test_who_can_switch_to_a_role_is_up_to_the_whole_policy(
    statements: list[dict[str, Any]], expected: list[str | None], tmp_path: Path
) -> None:
    policy = json.dumps({"Statement": [{"Effect": "Allow", **one} for one in statements]})
    text = (
        'provider "aws" { allowed_account_ids = ["111122223333"] }\nvariable "x" {}\n'
        f'resource "aws_iam_role" "r" {{\n  name = "r"\n  assume_role_policy = jsonencode({policy})\n}}\n'
        'resource "aws_iam_role_policy_attachment" "r" {\n  role = aws_iam_role.r.name\n'
        '  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"\n}\n'
    )
    write(tmp_path, {"main.tf": text})
    report = scanned(tmp_path, select=("admin-role-trusts-other-account",))
    trust = parts(report, "r")["trust"]
    assert [entry["switch_role"] for entry in trust] == expected
    flagged = any(one["switch_role"] == "yes" and one["own_account"] == "no" and not one["conditions"] for one in trust)
    assert [found.rule for found in report.findings] == ["admin-role-trusts-other-account"] * flagged


ROLE = """
resource "aws_iam_role" "r" {
  name = "r"
  %s
  assume_role_policy = jsonencode({Version = "2012-10-17", Statement = [{
    Effect = "Allow", Action = "sts:AssumeRole", Principal = {Service = "ec2.amazonaws.com"}
  }]})
}
"""
SET = 'resource "aws_ssoadmin_permission_set" "s" {\n  name = "r"\n  instance_arn = "i"\n  %s\n}\n'


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (ROLE % "", 3600),
        (ROLE % "max_session_duration = 43200", 43200),
        (ROLE % 'max_session_duration = "7200"', 7200),
        (ROLE % "max_session_duration = null", 3600),
        (ROLE % "max_session_duration = var.x", None),
        (SET % "", 3600),
        (SET % 'session_duration = "PT12H"', 43200),
        (SET % 'session_duration = "PT1H30M"', 5400),
        (SET % 'session_duration = "P1D"', 86400),
        (SET % 'session_duration = "PT"', None),
        (SET % 'session_duration = "P1M"', None),
        (SET % 'session_duration = "12 hours"', None),
        (SET % "session_duration = var.x", None),
    ],
)
def test_how_long_sessions_last(text: str, seconds: int | None, tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": f'variable "x" {{}}\n{text}'})
    assert parts(scanned(tmp_path), "r")["session_duration"] == seconds


AWSCC = """
resource "awscc_iam_role" "r" {
  role_name                   = "r"
  max_session_duration        = 7200
  assume_role_policy_document = jsonencode({Version = "2012-10-17", Statement = []})
}
resource "awscc_sso_permission_set" "s" {
  name             = "s"
  instance_arn     = "i"
  session_duration = "PT2H"
}
"""


def test_how_long_sessions_of_cloud_control_last(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": AWSCC})
    found = scan(Options(directory=tmp_path))
    assert [one.definition.session_duration for one in found.principals] == [7200, 7200]


MFA = """
resource "aws_iam_user" "u" { name = "u" }
resource "aws_iam_user_policy" "u" {
  name   = "p"
  user   = aws_iam_user.u.name
  policy = jsonencode({Version = "2012-10-17", Statement = [%s]})
}
"""
ALLOW = '{ Effect = "Allow", Action = "signin:*", Resource = "*"%s }'


def _when(operator: str, key: str, value: str) -> str:
    return ALLOW % f', Condition = {{ {operator} = {{ "{key}" = "{value}" }} }}'


@pytest.mark.parametrize(
    ("statement", "context", "without", "depends_on"),
    [
        (ALLOW % "", (), "allowed", []),
        (_when("Bool", "aws:multifactorauthpresent", "true"), (), "implicit_deny", ["aws:MultiFactorAuthPresent"]),
        (_when("BoolIfExists", "aws:MultiFactorAuthPresent", "false"), (), "allowed", ["aws:MultiFactorAuthPresent"]),
        (_when("NumericLessThan", "aws:MultiFactorAuthAge", "60"), (), "implicit_deny", ["aws:MultiFactorAuthAge"]),
        (_when("Null", "aws:MultiFactorAuthAge", "true"), (), "allowed", ["aws:MultiFactorAuthAge"]),
        (_when("IpAddress", "aws:sourceip", "192.0.2.0/24"), (), "conditional", ["aws:SourceIp"]),
        (_when("StringEquals", "aws:RequestedRegion", "eu-west-1"), (), "conditional", ["aws:RequestedRegion"]),
        (
            _when("Bool", "aws:MultiFactorAuthPresent", "true"),
            (("AWS:multifactorauthpresent", ("true",)), ("aws:MultiFactorAuthAge", ("10",))),
            "implicit_deny",
            [],
        ),
    ],
)
def test_what_becomes_of_it_without_mfa(
    statement: str, context: Any, without: str, depends_on: list[str], tmp_path: Path
) -> None:
    write(tmp_path / "code", {"main.tf": MFA % statement})
    write(
        tmp_path,
        {"r.yaml": RULE % ("$.principals[?(@.name == 'nobody' && @.without_mfa.localhost == 'allowed')]", "{name}")},
    )
    report = scanned(tmp_path / "code", context=context, rule_paths=(str(tmp_path / "r.yaml"),))
    (found,) = (view(one) for one in report.principals)
    assert found["without_mfa"] == {"localhost": without, "remote": without}
    assert found["depends_on"] == depends_on
    assert {one["without_mfa"] for one in found["permissions"]} == {without}
    assert [one["depends_on"] for one in found["permissions"]] == [depends_on] * 4


RULE = 'id: r\nseverity: note\ntitle: T\nselect: "%s"\nmessage: "%s"\nhelp: H\n'


def test_what_nobody_looks_at_is_not_decided() -> None:
    (found, *_) = scanned(ROOT, "fixtures/terraform/administrator").principals
    assert found.without_mfa == ()
    assert not {"without_mfa"} & set(view(found))
    assert set(view(found, ("tags",))) & set(PARTS) == {"tags"}
    assert set(PERMISSION_PARTS) < set(PARTS)


@pytest.mark.parametrize(
    ("select", "message", "places"),
    [
        ("$.principals[?(@.name == 'ana')].policies[0]", "policies of ana: ReadOnlyAccess", [20]),
        ("$.principals[?(@.name == 'ana')].policies[?(@.type == 'aws-managed')].name", None, [20]),
        ("$.principals[?(@.name == 'ana')].boundaries", "policies of ana: PowerUserAccess", [11]),
        ("$.principals[?(@.name == 'ana')].groups", "policies of ana: elsewhere; empty", []),
        ("$.principals[?(@.name == 'ana')].tags.team", "policies of ana: team", []),
        ("$.principals[?(@.name == 'open')].trust[0].conditions[0]", None, [48]),
        ("$.principals[?(@.name == 'open')].trust[?(@.effect == 'Deny')]", "policies of open: everybody", [54]),
        ("$.principals[?(@.name == 'ana')].account", "policies of ana: 111122223333", []),
    ],
)
def test_what_a_selector_chooses_inside_a_principal(
    select: str, message: str | None, places: list[int], tmp_path: Path
) -> None:
    write(tmp_path / "code", {"main.tf": PEOPLE_TF})
    write(tmp_path, {"r.yaml": RULE % (select, "policies of {name}: {selected}")})
    report = scanned(tmp_path / "code", select=("r",), rule_paths=(str(tmp_path / "r.yaml"),))
    (finding,) = report.findings
    assert message in (None, finding.message)
    assert [place.span.line for place in finding.related] == places
    text = PEOPLE_TF.splitlines()[finding.span.line - 1]
    assert text.startswith('resource "aws_iam_'), "the finding stays at the principal"


def test_every_placeholder_has_words(tmp_path: Path) -> None:
    written = " ".join(f"[{name}: {{{name}}}]" for name in PLACEHOLDERS)
    write(tmp_path / "code", {"main.tf": PEOPLE_TF})
    write(tmp_path, {"r.yaml": RULE % ("$.principals[*]", written)})
    report = scanned(tmp_path / "code", select=("r",), rule_paths=(str(tmp_path / "r.yaml"),))
    found = {finding.subject: finding.message for finding in report.findings}
    assert "[tags: team = web; lead = a value that is not known]" in found["ana"]
    assert "[groups: elsewhere; empty]" in found["ana"]
    assert "[boundaries: PowerUserAccess]" in found["ana"]
    assert "[account: 111122223333]" in found["ana"]
    assert "[trusted: arn:aws:iam::999988887777:root; 111122223333; ec2.amazonaws.com]" in found["open"]
    assert "[session_duration: an unknown time]" in found["open"]
    assert "[without_mfa: implicit deny]" in found["open"]
    assert "[selected: nothing]" in found["open"]


EXACTLY = {
    "fixtures/terraform/people-and-groups": {
        "console-user-without-mfa": ["ana", "bo"],
        "console-user-without-policy": ["cy"],
        "user-outside-groups": ["bo"],
        "user-with-inline-policy": ["bo"],
        "principal-without-boundary": ["ana", "bo", "cy", "di"],
    },
    "fixtures/terraform/passed-roles": {
        "may-pass-any-role": ["anywhere", "own"],
        "principal-without-boundary": ["administrator", "anywhere", "but-one", "lambda", "one", "own"],
        "user-outside-groups": ["administrator", "anywhere", "but-one", "lambda", "one", "own"],
        "user-with-inline-policy": ["anywhere", "but-one", "lambda", "one", "own"],
    },
    "fixtures/terraform/trusted-accounts": {
        "admin-role-trusts-other-account": ["partner-administrator"],
        "principal-without-boundary": [
            *("guarded-administrator", "own-administrator", "partner-administrator", "partner-reader"),
        ],
    },
    "fixtures/terraform/role-sessions": {
        "principal-without-boundary": ["day", "night", "short"],
        "session-too-long": ["Operator", "day"],
    },
}
"""Decided by reading the fixtures."""


@pytest.mark.parametrize("form", ["terraform", "cloudformation"])
@pytest.mark.parametrize("path", EXACTLY)
def test_example_rules_flag_exactly(path: str, form: str) -> None:
    written = path if form == "terraform" else f"{path.replace('terraform', 'cloudformation')}.yaml"
    examples = builtin_directory() / EXAMPLES
    ids = [file.stem for file in examples.glob("*.yaml")]
    assert len(ids) == 8
    report = scanned(ROOT, written, rule_paths=(str(examples),))
    found: dict[str, list[str]] = {}
    for finding in report.findings:
        if finding.rule in ids:
            found.setdefault(finding.rule, []).append(finding.subject)
    assert {rule: sorted(names) for rule, names in found.items()} == EXACTLY[path]


def test_an_account_that_is_given_is_the_role_s_own() -> None:
    rule = ("admin-role-trusts-other-account",)
    place = "fixtures/cloudformation/trusted-accounts.yaml"
    given = scan(Options(paths=(place,), directory=ROOT, inputs=OWN_ACCOUNT, select=rule))
    assert [finding.subject for finding in given.findings] == ["partner-administrator"]


def test_json_has_no_parts_of_the_document() -> None:
    report = scanned(ROOT, "fixtures/terraform/people-and-groups", select=("console-user-without-mfa",))
    for principal in json.loads(render(report, "0"))["principals"]:
        assert not set(PARTS) & set(principal)
        assert all(
            set(one) == {"action", "client", "resource", "decision", "reasons"} for one in principal["permissions"]
        )
