"""``Fn::ForEach``: a template with loops says what the template that is written out says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scanner.diagnostic import Severity
from scanner.facts import Facts, IdentityKind
from scanner.values import Value
from tests.scans import scanned_template, verdicts

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD = """
Transform: AWS::LanguageExtensions
Parameters:
  Known: {Type: CommaDelimitedList, Default: "alice, bob"}
  Open: {Type: CommaDelimitedList}
  Stage: {Type: String, AllowedValues: [dev, prod]}
  One: {Type: String}
Mappings:
  People:
    dev: {Names: [alice]}
    prod: {Names: [alice, bob]}
  Policies:
    alice: {Arn: "arn:aws:iam::aws:policy/AdministratorAccess"}
    bob: {Arn: "arn:aws:iam::aws:policy/SecurityAudit"}
  Exists: {bob: {Condition: Never}, carol: {Condition: Always}}
Conditions:
  Always: !Equals [a, a]
  Never: !Equals [a, b]
Resources:
"""

PAIRS = [
    (
        "list and both forms in keys",
        """
  Fn::ForEach::Users:
    - Name
    - [a.lice, b-ob]
    - "User&{Name}": {Type: "AWS::IAM::User", Properties: {UserName: !Ref Name, Path: !Sub "/x/${Name}/"}}
""",
        """
  Useralice: {Type: "AWS::IAM::User", Properties: {UserName: a.lice, Path: /x/a.lice/}}
  Userbob: {Type: "AWS::IAM::User", Properties: {UserName: b-ob, Path: /x/b-ob/}}
""",
    ),
    (
        "parameter, map, and several entries",
        """
  Fn::ForEach::Users:
    - Name
    - !Ref Known
    - User${Name}:
        Type: AWS::IAM::User
        Properties:
          UserName: !Join ["-", [!Ref Name, x]]
          ManagedPolicyArns: [!FindInMap [Policies, !Ref Name, Arn]]
      Key${Name}: {Type: "AWS::IAM::AccessKey", Properties: {UserName: !Ref {"Fn::Sub": "User${Name}"}}}
""",
        """
  Useralice:
    Type: AWS::IAM::User
    Properties: {UserName: alice-x, ManagedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"]}
  Keyalice: {Type: "AWS::IAM::AccessKey", Properties: {UserName: alice-x}}
  Userbob:
    Type: AWS::IAM::User
    Properties: {UserName: bob-x, ManagedPolicyArns: ["arn:aws:iam::aws:policy/SecurityAudit"]}
  Keybob: {Type: "AWS::IAM::AccessKey", Properties: {UserName: bob-x}}
""",
    ),
    (
        "nested, the inner collection by the outer element",
        """
  Fn::ForEach::Stages:
    - S
    - [dev, prod]
    - Fn::ForEach::Users:
        - N
        - !FindInMap [People, !Ref S, Names]
        - "U${S}${N}": {Type: "AWS::IAM::User", Properties: {Path: !Sub "/${S}/${N}/${!S}/"}}
      "G${S}": {Type: "AWS::IAM::Group"}
""",
        """
  Udevalice: {Type: "AWS::IAM::User", Properties: {Path: !Sub "/dev/alice/${!S}/"}}
  Gdev: {Type: "AWS::IAM::Group"}
  Uprodalice: {Type: "AWS::IAM::User", Properties: {Path: !Sub "/prod/alice/${!S}/"}}
  Uprodbob: {Type: "AWS::IAM::User", Properties: {Path: !Sub "/prod/bob/${!S}/"}}
  Gprod: {Type: "AWS::IAM::Group"}
""",
    ),
    (
        "in properties, beside others",
        """
  U:
    Type: AWS::IAM::User
    Properties:
      UserName: u
      Fn::ForEach::Properties:
        - Name
        - [Path, PermissionsBoundary]
        - ${Name}: !FindInMap [Values, !Ref Name, Value, {DefaultValue: !Sub "/${Name}/"}]
""",
        """
  U: {Type: "AWS::IAM::User", Properties: {UserName: u, Path: /Path/, PermissionsBoundary: /PermissionsBoundary/}}
""",
    ),
    (
        "in a policy document",
        """
  P:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Statement:
          - Effect: Allow
            Action: "s3:Get*"
            Resource: "*"
            Condition:
              StringEquals:
                Fn::ForEach::Tags: [T, [team, stage], {"aws:PrincipalTag/${T}": !Sub "${T}-x"}]
""",
        """
  P:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Statement:
          - Effect: Allow
            Action: "s3:Get*"
            Resource: "*"
            Condition: {StringEquals: {aws:PrincipalTag/team: team-x, aws:PrincipalTag/stage: stage-x}}
""",
    ),
    (
        "existence by a map with no value as its default",
        """
  Fn::ForEach::Users:
    - N
    - [alice, bob, carol]
    - "U${N}":
        Type: AWS::IAM::User
        Condition: !FindInMap [Exists, !Ref N, Condition, {DefaultValue: !Ref AWS::NoValue}]
""",
        "  Ualice: {Type: 'AWS::IAM::User'}\n  Ucarol: {Type: 'AWS::IAM::User'}\n",
    ),
    (
        "collection by a condition",
        "  Fn::ForEach::Users: [N, !If [Always, !Ref Known, []], {'U${N}': {Type: 'AWS::IAM::User'}}]\n",
        "  Ualice: {Type: 'AWS::IAM::User'}\n  Ubob: {Type: 'AWS::IAM::User'}\n",
    ),
    ("empty collection", "  Fn::ForEach::Users: [N, [], {'U${N}': {Type: 'AWS::IAM::User'}}]\n", "  {}\n"),
    (
        "account and names in texts",
        """
  Fn::ForEach::Roles:
    - N
    - ["111122223333"]
    - "R${N}": {Type: "AWS::IAM::Group", Properties: {GroupName: "plain-${N}", ManagedPolicyArns: ["&{N}"]}}
""",
        """
  R111122223333:
    Type: AWS::IAM::Group
    Properties: {GroupName: plain-111122223333, ManagedPolicyArns: ["111122223333"]}
""",
    ),
]


def said(facts: Facts) -> object:
    return (
        [(one.kind, one.origin.address, one.name, one.arn, one.origin.existence) for one in facts.identities],
        [(one.target, one.policy, one.use) for one in facts.attachments],
        [(one.origin.address, one.name, one.document) for one in facts.policies],
        [(one.user, one.active) for one in facts.access_keys],
    )


@pytest.mark.parametrize(("loops", "written"), [row[1:] for row in PAIRS], ids=[row[0] for row in PAIRS])
def test_a_loop_says_what_is_written_out(scan_text: Callable[..., Facts], loops: str, written: str) -> None:
    found = scan_text(HEAD + loops)
    expected = scan_text(HEAD + written)
    assert not found.diagnostics
    assert said(found) == said(expected)


def test_loops_in_conditions_and_in_names_of_conditions() -> None:
    text = HEAD.replace(
        "Resources:\n",
        """\
  Fn::ForEach::Are:
    - N
    - [a, b]
    - "Is${N}": !Equals [!Ref N, a]
Resources:
""",
    )
    text += """
  Fn::ForEach::Users:
    - N
    - [a, b]
    - "U${N}":
        Type: AWS::IAM::User
        Condition: "Is${N}"
        Properties: {LoginProfile: !If ["Is${N}", {Password: x}, !Ref AWS::NoValue]}
"""
    assert verdicts(scanned_template(text)) == {"Ua": ("yes", "implicit_deny")}


OPEN = """
  Fn::ForEach::Users:
    - Name
    - !Ref Open
    - User${Name}:
        Type: AWS::IAM::User
        Properties: {UserName: !Ref Name, LoginProfile: {Password: x}}
"""
GRANT = "{Version: 2012-10-17, Statement: [{Effect: Allow, Action: 'signin:*', Resource: '*'}]}"

UNKNOWN_COLLECTIONS = [
    ("nothing attached", OPEN, {"User*": ("yes", "implicit_deny")}),
    (
        "a policy for each by another loop over the same, by name",
        OPEN + f"  Fn::ForEach::P: [N, !Ref Open, {{'P${{N}}': {{Type: 'AWS::IAM::UserPolicy', Properties: "
        f"{{UserName: !Ref N, PolicyName: p, PolicyDocument: {GRANT}}}}}}}]\n",
        {"User*": ("yes", "allowed")},
    ),
    (
        "by reference",
        OPEN + f"  Fn::ForEach::P: [N, !Ref Open, {{'P${{N}}': {{Type: 'AWS::IAM::UserPolicy', Properties: "
        f"{{UserName: !Ref {{'Fn::Sub': 'User${{N}}'}}, PolicyName: p, PolicyDocument: {GRANT}}}}}}}]\n",
        {"User*": ("yes", "allowed")},
    ),
    (
        "by a loop over something else",
        OPEN + f"  Fn::ForEach::P: [N, !Split [',', !Ref One], {{'P${{N}}': {{Type: 'AWS::IAM::UserPolicy', Properties:"
        f" {{UserName: !Ref {{'Fn::Sub': 'User${{N}}'}}, PolicyName: p, PolicyDocument: {GRANT}}}}}}}]\n",
        {"User*": ("yes", "unknown")},
    ),
    (
        "an element that is not known",
        OPEN.replace("!Ref Open", "[alice, !Ref One]"),
        {"User*": ("yes", "implicit_deny"), "Useralice": ("yes", "implicit_deny")},
    ),
    (
        "two elements that are not known",
        OPEN.replace("!Ref Open", "[!Ref One, !Ref Stage]"),
        {"User*": ("yes", "implicit_deny"), "User*2": ("yes", "implicit_deny")},
    ),
]


@pytest.mark.parametrize(
    ("loops", "expected"), [row[1:] for row in UNKNOWN_COLLECTIONS], ids=[row[0] for row in UNKNOWN_COLLECTIONS]
)
def test_a_collection_that_is_not_known(loops: str, expected: dict[str, tuple[str, str]]) -> None:
    report = scanned_template(HEAD + loops)
    assert [found.message for found in report.diagnostics] == []
    assert verdicts(report) == expected
    filled = verdicts(scanned_template(HEAD + loops, {"Open": "carol,dave", "One": "carol", "Stage": "dev"}))
    for verdict in filled.values():
        assert any(verdict == found or found[1] == "unknown" for found in expected.values())


def test_what_an_empty_collection_would_make_may_not_exist(scan_text: Callable[..., Facts]) -> None:
    (user,) = scan_text(HEAD + OPEN).identities
    assert [one.cause.detail for one in user.origin.existence.conditions] == ['parameter "Open", which has no default']


def test_two_elements_of_one_unknown_collection_are_not_the_same() -> None:
    text = f"""{HEAD}
  Fn::ForEach::Users:
    - Name
    - !Ref Open
    - User${{Name}}: {{Type: "AWS::IAM::User", Properties: {{UserName: !Ref Name, LoginProfile: {{Password: x}}}}}}
      Fn::ForEach::Others:
        - Other
        - !Ref Open
        - P${{Name}}${{Other}}:
            Type: AWS::IAM::UserPolicy
            Properties: {{UserName: !Ref Other, PolicyName: !Ref Name, PolicyDocument: {GRANT}}}
"""
    assert verdicts(scanned_template(text)) == {"User*": ("yes", "unknown")}


def test_the_place_is_that_in_the_loop(scan_text: Callable[..., Facts]) -> None:
    text = HEAD + OPEN.replace("!Ref Open", "!Ref Known")
    line = next(number for number, found in enumerate(text.splitlines(), 1) if "User${Name}" in found)
    assert [one.origin.span.line for one in scan_text(text).identities] == [line, line]


WRONG = [
    ("no list", "  Fn::ForEach::A: {a: b}\n", "Invalid loop"),
    ("too short", "  Fn::ForEach::A: [N, [a]]\n", "Invalid loop"),
    ("identifier is a list", "  Fn::ForEach::A: [[N], [a], {'U${N}': {Type: 'AWS::IAM::User'}}]\n", "Invalid loop"),
    ("collection is a text", "  Fn::ForEach::A: [N, a, {'U${N}': {Type: 'AWS::IAM::User'}}]\n", "Invalid loop"),
    ("element is a list", "  Fn::ForEach::A: [N, [[a]], {'U${N}': {Type: 'AWS::IAM::User'}}]\n", "Invalid loop"),
    ("fragment is a text", "  Fn::ForEach::A: [N, [a], x]\n", "Invalid loop"),
    ("same key again", "  Fn::ForEach::A: [N, [a, b], {U: {Type: 'AWS::IAM::User'}}]\n", "Duplicate key"),
    ("key is there", "  U: {Type: 'AWS::IAM::User'}\n  Fn::ForEach::A: [N, [''], {'U${N}': {Type: 'AWS::IAM::User'}}]\n", "Duplicate key"),  # noqa: E501
]  # fmt: skip


@pytest.mark.parametrize(("loops", "summary"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_is_no_loop_is_an_error(scan_text: Callable[..., Facts], loops: str, summary: str) -> None:
    found = scan_text(HEAD + loops).diagnostics
    assert [(one.summary, one.severity) for one in found] == [(summary, Severity.ERROR)]
    assert found[0].span.line > 1


def test_loops_need_their_transform(scan_text: Callable[..., Facts]) -> None:
    facts = scan_text(HEAD.replace("Transform: AWS::LanguageExtensions\n", "") + OPEN.replace("!Ref Open", "[a]"))
    assert [(one.summary, one.severity) for one in facts.diagnostics] == [("Transform missing", Severity.ERROR)]
    assert [one.name for one in facts.identities if one.kind is IdentityKind.USER] == [Value("a")]
