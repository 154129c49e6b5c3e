from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

from scanner.facts import Existence, Facts, IdentityKind, PolicyUse, Target
from scanner.root import RootKind
from scanner.values import Unknown, Value

if TYPE_CHECKING:
    from collections.abc import Callable

Scan = "Callable[..., Facts]"


def shown(value: Value | None) -> object:
    """Text as it is, an unknown by its symbol behind a question mark."""
    if value is None:
        return None
    match value.data:
        case Unknown(symbol=symbol, cause=cause):
            return f"?{symbol or cause.detail}"
        case tuple() as items:
            return [shown(item) for item in items]
        case Mapping() as entries:
            return {key: shown(entry) for key, entry in entries.items()}
        case _:
            return value.data


def target(found: Target) -> object:
    return found.address if found.reference is None else shown(found.reference)


def conditions(existence: Existence) -> list[str]:
    return [str(condition.symbol or condition.cause.detail) for condition in existence.conditions]


def attachments(facts: Facts) -> list[tuple[object, object, list[str]]]:
    return [(target(one.target), shown(one.policy), conditions(one.origin.existence)) for one in facts.attachments]


def memberships(facts: Facts) -> list[tuple[object, object, list[str]]]:
    return [(target(one.user), shown(one.group), conditions(one.origin.existence)) for one in facts.memberships]


EVERYTHING = """\
Parameters:
  Password: {Type: String, NoEcho: true}
Resources:
  Alice:
    Type: AWS::IAM::User
    Properties:
      UserName: alice
      Path: /team/
      Groups:
        - !Ref Team
        - others
      LoginProfile:
        Password: hunter2-secret
      ManagedPolicyArns:
        - arn:aws:iam::aws:policy/ReadOnlyAccess
        - !Ref Shared
      PermissionsBoundary: arn:aws:iam::aws:policy/PowerUserAccess
      Policies:
        - PolicyName: inline
          PolicyDocument:
            Version: 2012-10-17
            Statement:
              - Effect: Allow
                Action: s3:*
                Resource: "*"
                Principal:
                  AWS: 123456789012
      Tags:
        - Key: team
          Value: web
        - {Key: level, Value: 5}
  Team:
    Type: AWS::IAM::Group
    Properties:
      ManagedPolicyArns: ["arn:aws:iam::aws:policy/SecurityAudit"]
  Admin:
    Type: AWS::IAM::Role
    Properties:
      RoleName: admin
      AssumeRolePolicyDocument:
        Statement: {Effect: Allow, Action: "sts:AssumeRole", Principal: {Service: ec2.amazonaws.com}}
  Shared:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument: {Statement: []}
      Users: [alice, elsewhere]
      Groups: [!Ref Team]
      Roles: [!Ref Admin]
  Several:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: several
      PolicyDocument: {Statement: []}
      Users: [alice]
      Roles: [!Ref Admin]
  ForAlice:
    Type: AWS::IAM::UserPolicy
    Properties:
      UserName: !Ref Alice
      PolicyName: one
      PolicyDocument: '{"Statement": []}'
  Joined:
    Type: AWS::IAM::UserToGroupAddition
    Properties:
      GroupName: !Ref Team
      Users: [bob, !Ref Alice]
  Key:
    Type: AWS::IAM::AccessKey
    Properties: {UserName: !Ref Alice}
  OldKey:
    Type: AWS::IAM::AccessKey
    Properties: {UserName: alice, Status: Inactive}
  Set:
    Type: AWS::SSO::PermissionSet
    Properties:
      Name: Developer
      InstanceArn: x
      InlinePolicy: {Statement: []}
      ManagedPolicies: [arn:aws:iam::aws:policy/ReadOnlyAccess]
      CustomerManagedPolicyReferences: [{Name: local, Path: /}]
      PermissionsBoundary: {CustomerManagedPolicyReference: {Name: limit}}
      Tags: [{Key: a, Value: b}]
  Bucket:
    Type: AWS::S3::Bucket
"""


@pytest.fixture
def facts(scan_text: Callable[..., Facts]) -> Facts:
    return scan_text(EVERYTHING)


def test_identities(facts: Facts) -> None:
    assert not facts.diagnostics
    assert facts.root_kind is RootKind.CLOUDFORMATION_TEMPLATE
    assert facts.files == {"template.yaml"}
    found = [
        (one.kind, one.origin.address, shown(one.name), shown(one.arn), shown(one.tags)) for one in facts.identities
    ]
    assert found == [
        (IdentityKind.USER, "Alice", "alice", "?Alice.Arn", {"team": "web", "level": "5"}),
        (IdentityKind.GROUP, "Team", "?Team.Ref", "?Team.Arn", {}),
        (IdentityKind.ROLE, "Admin", "admin", "?Admin.Arn", {}),
        (IdentityKind.PERMISSION_SET, "Set", "Developer", "?Set.PermissionSetArn", None),
    ]
    arn = facts.identities[0].arn.unknown
    assert arn is not None
    assert [piece if isinstance(piece, str) else str(piece.symbol) for piece in arn.pieces] == [
        "arn:aws:iam::",
        "aws:account",
        ":user/team/alice",
    ]


def test_attachments(facts: Facts) -> None:
    assert attachments(facts) == [
        ("Alice", "arn:aws:iam::aws:policy/ReadOnlyAccess", []),
        ("Alice", "?Shared.Arn", []),
        ("Alice", "arn:aws:iam::aws:policy/PowerUserAccess", []),
        ("Team", "arn:aws:iam::aws:policy/SecurityAudit", []),
        ("alice", "?Shared.Arn", []),
        ("elsewhere", "?Shared.Arn", []),
        ("?Team.Ref", "?Shared.Arn", []),
        ("admin", "?Shared.Arn", []),
        ("Set", "arn:aws:iam::aws:policy/ReadOnlyAccess", []),
        ("Set", "local", []),
        ("Set", "limit", []),
    ]
    boundaries = [shown(one.policy) for one in facts.attachments if one.use is PolicyUse.BOUNDARY]
    assert boundaries == ["arn:aws:iam::aws:policy/PowerUserAccess", "limit"]
    assert [(shown(one.name), shown(one.arn)) for one in facts.policies] == [("?Shared.Name", "?Shared.Arn")]


def test_inline_policies(facts: Facts) -> None:
    found = [(target(one.target), one.target.kind, shown(one.name)) for one in facts.inline_policies]
    assert found == [
        ("Alice", IdentityKind.USER, "inline"),
        ("alice", IdentityKind.USER, "several"),
        ("admin", IdentityKind.ROLE, "several"),
        ("alice", IdentityKind.USER, "one"),
        ("Set", IdentityKind.PERMISSION_SET, "InlinePolicy"),
    ]
    document = shown(facts.inline_policies[0].document)
    assert isinstance(document, dict)
    assert document["Version"] == "2012-10-17"
    assert document["Statement"][0]["Principal"] == {"AWS": "123456789012"}


def test_memberships_passwords_and_keys(facts: Facts) -> None:
    assert memberships(facts) == [
        ("Alice", "?Team.Ref", []),
        ("Alice", "others", []),
        ("bob", "?Team.Ref", []),
        ("alice", "?Team.Ref", []),
    ]
    assert [(target(one.user), one.origin.address) for one in facts.login_profiles] == [("Alice", "Alice")]
    assert [(target(one.user), one.active) for one in facts.access_keys] == [("alice", True), ("alice", False)]


def test_no_password_is_kept(facts: Facts) -> None:
    assert "hunter2" not in repr(facts)


def test_places(facts: Facts) -> None:
    lines = EVERYTHING.splitlines()

    def text(line: int) -> str:
        return lines[line - 1].strip()

    alice = facts.identities[0].origin.span
    assert (text(alice.line), text(alice.last_line)) == ("Alice:", "- {Key: level, Value: 5}")
    assert text(facts.attachments[1].origin.span.line) == "- !Ref Shared"
    assert text(facts.attachments[2].origin.span.line).startswith("PermissionsBoundary:")
    assert text(facts.memberships[0].origin.span.line) == "- !Ref Team"
    assert text(facts.login_profiles[0].origin.span.line) == "LoginProfile:"
    inline = facts.inline_policies[0]
    assert text(inline.origin.span.line) == "- PolicyName: inline"
    assert isinstance(inline.document.data, Mapping)
    statements = inline.document.data["Statement"].data
    assert isinstance(statements, tuple)
    span = statements[0].span
    assert span is not None
    assert (text(span.line), text(span.last_line)) == ("- Effect: Allow", "AWS: 123456789012")


def user(properties: str, head: str = "") -> str:
    return f"""
Parameters:
  Open: {{Type: String}}
  List: {{Type: CommaDelimitedList}}
  Two: {{Type: CommaDelimitedList, Default: "p,q"}}
Conditions:
  IsOpen: !Equals [!Ref Open, "yes"]
  Other: !Equals [!Ref Open, "other"]
  Never: !Equals [a, b]
Resources:
  U:
    Type: AWS::IAM::User
    {head}
    Properties: {properties}
"""


LISTS = [
    ("known", "[p, q]", [("p", []), ("q", [])]),
    ("parameter", "!Ref Two", [("p", []), ("q", [])]),
    ("split", "!Split [',', 'p,q']", [("p", []), ("q", [])]),
    ("no value", "!Ref AWS::NoValue", []),
    ("empty", "[]", []),
    ("element without value", "[!Ref AWS::NoValue, p]", [("p", [])]),
    ("condition that is false", "[!If [Never, p, q]]", [("q", [])]),
    ("unknown element", "[p, !Ref Open]", [("p", []), ("?Parameter Open", [])]),
    ("unknown list", "!Ref List", [("?Parameter List", [])]),
    ("element that may be there", "[!If [IsOpen, p, !Ref AWS::NoValue]]", [("p", ["Condition IsOpen"])]),
    ("one or the other", "[!If [IsOpen, p, q]]", [("p", ["Condition IsOpen"]), ("q", ["not Condition IsOpen"])]),
    (
        "list that may be there",
        "!If [IsOpen, [p, q], !Ref AWS::NoValue]",
        [("p", ["Condition IsOpen"]), ("q", ["Condition IsOpen"])],
    ),
    (
        "two conditions",
        "!If [IsOpen, [!If [Other, p, !Ref AWS::NoValue]], []]",
        [("p", ["Condition IsOpen", "Condition Other"])],
    ),
    ("contradiction", "!If [IsOpen, [!If [IsOpen, p, q]], []]", [("p", ["Condition IsOpen"])]),
]


@pytest.mark.parametrize(("written", "expected"), [row[1:] for row in LISTS], ids=[row[0] for row in LISTS])
def test_lists(scan_text: Callable[..., Facts], written: str, expected: list[tuple[object, list[str]]]) -> None:
    facts = scan_text(user(f"{{ManagedPolicyArns: {written}, Groups: {written}}}"))
    assert not facts.diagnostics
    assert [(policy, guards) for _, policy, guards in attachments(facts)] == expected
    assert [(group, guards) for _, group, guards in memberships(facts)] == expected


LOGINS: list[tuple[str, str, list[list[str]]]] = [
    ("none", "{}", []),
    ("null", "{LoginProfile: }", []),
    ("password", "{LoginProfile: {Password: x}}", [[]]),
    ("no value", "{LoginProfile: !Ref AWS::NoValue}", []),
    ("false", "{LoginProfile: !If [Never, {Password: x}, !Ref AWS::NoValue]}", []),
    ("open", "{LoginProfile: !If [IsOpen, {Password: x}, !Ref AWS::NoValue]}", [["Condition IsOpen"]]),
    ("else", "{LoginProfile: !If [IsOpen, !Ref AWS::NoValue, {Password: x}]}", [["not Condition IsOpen"]]),
    ("either way", "{LoginProfile: !If [IsOpen, {Password: x}, {Password: y}]}", [[]]),
    ("unknown", "{LoginProfile: !Ref Open}", [["Parameter Open"]]),
    (
        "nested",
        "{LoginProfile: !If [IsOpen, {Password: x}, !If [Other, {Password: y}, !Ref AWS::NoValue]]}",
        [['parameter "Open", which has no default']],
    ),
    ("macro", "{Fn::Transform: {Name: x}}", [['the properties of "U", which come from Fn::Transform']]),
]


@pytest.mark.parametrize(("properties", "expected"), [row[1:] for row in LOGINS], ids=[row[0] for row in LOGINS])
def test_login_profiles(scan_text: Callable[..., Facts], properties: str, expected: list[list[str]]) -> None:
    facts = scan_text(user(properties))
    assert [conditions(one.origin.existence) for one in facts.login_profiles] == expected


EXISTENCE = [("", [[]]), ("Condition: Never", []), ("Condition: IsOpen", [["Condition IsOpen"]])]


@pytest.mark.parametrize(("head", "expected"), EXISTENCE)
def test_existence(scan_text: Callable[..., Facts], head: str, expected: list[list[str]]) -> None:
    facts = scan_text(user("{LoginProfile: {Password: x}, Groups: [!If [IsOpen, g, h]]}", head))
    assert [conditions(one.origin.existence) for one in facts.identities] == expected
    assert [conditions(one.origin.existence) for one in facts.login_profiles] == expected
    if expected == [["Condition IsOpen"]]:
        assert [(group, guards) for _, group, guards in memberships(facts)] == [("g", ["Condition IsOpen"])]


def test_a_condition_that_is_not_there_leaves_existence_open(scan_text: Callable[..., Facts]) -> None:
    (found,) = scan_text(user("{}", "Condition: Nowhere")).identities
    assert [one.cause.detail for one in found.origin.existence.conditions] == [
        'condition "Nowhere", which is not defined'
    ]


BOUNDARIES = [
    ("{PermissionsBoundary: !If [Never, p, !Ref AWS::NoValue]}", []),
    ("{PermissionsBoundary: !If [IsOpen, p, !Ref AWS::NoValue]}", ['?parameter "Open", which has no default']),
    ("{PermissionsBoundary: !If [IsOpen, p, p]}", ["p"]),
]


@pytest.mark.parametrize(("properties", "expected"), BOUNDARIES)
def test_boundaries(scan_text: Callable[..., Facts], properties: str, expected: list[str]) -> None:
    found = scan_text(user(properties)).attachments
    assert [(shown(one.policy), one.use) for one in found] == [(policy, PolicyUse.BOUNDARY) for policy in expected]


TAGS = [
    ("[{Key: a, Value: !Ref Open}]", {"a": "?Parameter Open"}),
    ("[{Key: !Ref Open, Value: b}]", "?Parameter Open"),
    ("[!If [IsOpen, {Key: a, Value: b}, !Ref AWS::NoValue]]", "?Condition IsOpen"),
    ("[{Key: a}]", "?a tag without a Key or a Value"),
    ("!Ref AWS::NoValue", {}),
]


@pytest.mark.parametrize(("written", "expected"), TAGS)
def test_tags(scan_text: Callable[..., Facts], written: str, expected: object) -> None:
    assert shown(scan_text(user(f"{{Tags: {written}}}")).identities[0].tags) == expected


def test_unknown_statements_and_documents_stay_in_their_place(scan_text: Callable[..., Facts]) -> None:
    facts = scan_text(
        user(
            """
      Policies:
        - PolicyName: a
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: "s3:*", Resource: "*"}
              - !If [IsOpen, {Effect: Deny, Action: "*", Resource: "*"}, !Ref AWS::NoValue]
        - PolicyName: b
          PolicyDocument: !Ref Open
        - !Ref Open
        """
        )
    )
    documents = [one.document for one in facts.inline_policies]
    assert [shown(one.name) for one in facts.inline_policies] == ["a", "b", "?Parameter Open"]
    assert isinstance(documents[0].data, Mapping)
    statements = documents[0].data["Statement"].data
    assert isinstance(statements, tuple)
    assert [one.unknown is not None for one in statements] == [False, True]
    assert [shown(one) for one in documents[1:]] == ["?Parameter Open", "?Parameter Open"]


def test_what_a_macro_may_add_is_unknown_and_not_absent(scan_text: Callable[..., Facts]) -> None:
    facts = scan_text(user("{UserName: u, Fn::Transform: {Name: AWS::Include, Parameters: {Location: x}}}"))
    assert [one.summary for one in facts.diagnostics] == ["Fn::Transform not followed"]
    assert [shown(one.name) for one in facts.identities] == ["u"]
    assert {one.use for one in facts.attachments} == {PolicyUse.PERMISSIONS, PolicyUse.BOUNDARY}
    assert all(one.policy.unknown is not None for one in facts.attachments)
    assert len(facts.inline_policies) == len(facts.memberships) == 1


def test_the_same_template_in_json(scan_text: Callable[..., Facts]) -> None:
    facts = scan_text(
        """\
        {
        \t"Resources": {
        \t\t"Alice": {
        \t\t\t"Type": "AWS::IAM::User",
        \t\t\t"Properties": {
        \t\t\t\t"UserName": {"Fn::Sub": "alice"},
        \t\t\t\t"LoginProfile": {"Password": "x"}
        \t\t\t}
        \t\t}
        \t}
        }
        """
    )
    (found,) = facts.identities
    assert (shown(found.name), found.origin.span.line, found.origin.span.last_line) == ("alice", 3, 9)
    assert facts.login_profiles[0].origin.span.line == 7


def test_home(scan_text: Callable[..., Facts]) -> None:
    text = user("{ManagedPolicyArns: ['arn:aws-cn:iam::aws:policy/X']}")
    assert scan_text(text).identities[0].home.partition == "aws-cn"
    found = scan_text(text, account="123456789012", region="us-gov-west-1").identities[0].home
    assert (found.partition, found.account.id) == ("aws-us-gov", "123456789012")
    assert scan_text(user("{}")).identities[0].home.partition == "aws"


def test_every_fact_is_picklable(facts: Facts) -> None:
    import pickle

    assert pickle.loads(pickle.dumps(facts)) == facts  # noqa: S301 # made two lines above
