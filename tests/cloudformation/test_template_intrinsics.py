from __future__ import annotations

import textwrap
from collections.abc import Mapping

import pytest

from scanner.cause import CauseKind
from scanner.cloudformation.language.intrinsics import evaluate
from scanner.cloudformation.stacks.scope import StackScope
from scanner.cloudformation.template.sections import read_template
from scanner.cloudformation.template.syntax import parse
from scanner.root import Inputs
from scanner.symbol import Attribute
from scanner.values import Unknown, Value

TEMPLATE = """
Parameters:
  Stage: {Type: String, Default: dev}
  Count: {Type: Number, Default: 3}
  Flag: {Type: String, Default: true}
  Names: {Type: CommaDelimitedList, Default: "a, b,c"}
  NoNames: {Type: CommaDelimitedList, Default: ""}
  Ids: {Type: "List<AWS::EC2::Subnet::Id>", Default: "x,y"}
  Open: {Type: String}
  OpenList: {Type: CommaDelimitedList}
  Stored: {Type: "AWS::SSM::Parameter::Value<String>", Default: /path}
  StoredName: {Type: "AWS::SSM::Parameter::Name", Default: /path}
Mappings:
  Stages:
    dev: {Name: development, Users: [u1, u2], Same: x}
    prod: {Name: production, Users: [u3], Same: x}
  Accounts:
    123456789012: {Name: here}
Conditions:
  IsDev: !Equals [!Ref Stage, dev]
  IsProd: !Not [!Condition IsDev]
  IsFlag: !Equals [!Ref Flag, "true"]
  IsOpen: !Equals [!Ref Open, "yes"]
  Same: !Equals [!Ref Open, !Ref Open]
  Never: !Equals [!Sub "a-${Open}", b]
  AndNo: !And [!Condition IsOpen, !Condition IsProd]
  OrYes: !Or [!Condition IsOpen, !Condition IsDev]
  Lists: !Equals [!Ref Names, [a, b, c]]
  Loop: !Not [!Condition Pool]
  Pool: !Not [!Condition Loop]
Resources:
  Alice: {Type: "AWS::IAM::User", Properties: {UserName: alice, Path: /team/}}
  Number: {Type: "AWS::IAM::User", Properties: {UserName: 123456789012}}
  Bob: {Type: "AWS::IAM::User"}
  Carol: {Type: "AWS::IAM::User", Properties: {UserName: !Ref Open}}
  Dave: {Type: "AWS::IAM::User", Properties: {UserName: !Sub "${AWS::StackName}-dave"}}
  Maybe: {Type: "AWS::IAM::User", Properties: {UserName: !If [IsOpen, x, !Ref AWS::NoValue]}}
  Self: {Type: "AWS::IAM::User", Properties: {UserName: !Ref Self}}
  Policy: {Type: "AWS::IAM::ManagedPolicy", Properties: {ManagedPolicyName: p, Path: /a/b/}}
  Generated: {Type: "AWS::IAM::ManagedPolicy"}
  Saml: {Type: "AWS::IAM::SAMLProvider", Properties: {Name: corp}}
  Oidc: {Type: "AWS::IAM::OIDCProvider", Properties: {Url: "https://token.example.com/x"}}
  Bucket: {Type: "AWS::S3::Bucket"}
  Nested: {Type: "AWS::CloudFormation::Stack"}
"""


def scope(
    parameters: Mapping[str, str] | None = None, account: str | None = None, region: str | None = None
) -> StackScope:
    template, problems = read_template(parse(TEMPLATE, "t.yaml").documents[0], "t.yaml")
    assert not problems
    return StackScope(template, Inputs(parameters=tuple((parameters or {}).items()), account=account, region=region))


def shown(value: Value | None) -> object:
    """A value for comparison: ``?`` before an unknown's symbol, or its pieces with holes in braces."""
    if value is None:
        return "<nothing>"
    match value.data:
        case Unknown() as hole:
            return _hole(hole)
        case tuple() as items:
            return [shown(item) for item in items]
        case Mapping() as entries:
            return {key: shown(entry) for key, entry in entries.items()}
        case _:
            return value.data


def _hole(hole: Unknown) -> str:
    if hole.pieces:
        return "?" + "".join(piece if isinstance(piece, str) else f"{{{piece.symbol}}}" for piece in hole.pieces)
    return f"?{hole.symbol}" if hole.symbol else f"?({hole.cause.kind.value})"


def result(text: str, **inputs: object) -> object:
    expression = parse("k: " + textwrap.dedent(text), "t.yaml").documents[0].data
    assert isinstance(expression, Mapping)
    return shown(evaluate(expression["k"], scope(**inputs)))  # type: ignore[arg-type] # passed through


KNOWN = [
    ("plain", "plain"),
    ("5", 5),
    ("!Ref Stage", "dev"),
    ("!Ref Count", "3"),
    ("!Ref Flag", "true"),
    ("!Ref Names", ["a", "b", "c"]),
    ("!Ref NoNames", []),
    ("!Ref Ids", ["x", "y"]),
    ("!Ref StoredName", "/path"),
    ("!Ref Alice", "alice"),
    ("!Ref Number", "123456789012"),
    ("!Ref AWS::NoValue", "<nothing>"),
    ("[a, !Ref AWS::NoValue, b]", ["a", "b"]),
    ("{a: !Ref AWS::NoValue, b: 1}", {"b": 1}),
    ("!Sub '${Stage}-${Count}'", "dev-3"),
    ("!Sub 'arn:x:user/${!aws:username}'", "arn:x:user/${aws:username}"),
    ("!Sub ['${A}/${Stage}', {A: !Ref Count}]", "3/dev"),
    ("!Sub ['${Stage}', {Stage: shadow}]", "shadow"),
    ("!Sub '$Stage $${Stage} {Stage}'", "$Stage $dev {Stage}"),
    ("!Sub '${Alice}'", "alice"),
    ("!Join ['-', [a, !Ref Stage, !Ref AWS::NoValue, 5]]", "a-dev-5"),
    ("!Join [',', !Ref Names]", "a,b,c"),
    ("!Join ['', []]", ""),
    ("!Split ['-', a-b--c]", ["a", "b", "", "c"]),
    ("!Split ['::', 'a::b:c']", ["a", "b:c"]),
    ("!Select [5, !Split [':', !GetAtt Alice.Arn]]", "user/team/alice"),
    ("!Select [0, !Split ['-', !Sub 'a-${Open}']]", "a"),
    ("!Select [1, !Split ['-', 'a-b']]", "b"),
    ("!Cidr [192.168.0.0/24, 6, 5]", [f"192.168.0.{n}/27" for n in range(0, 192, 32)]),
    ("!Cidr ['2001:db8::/56', '2', '64']", ["2001:db8::/64", "2001:db8:0:1::/64"]),
    ("!Select [1, !Cidr [10.0.0.0/16, 2, 8]]", "10.0.1.0/24"),
    ("!Ref {Fn::Join: ['', [Al, ice]]}", "alice"),
    ("!FindInMap [!Join ['', [Sta, ges]], !Ref Stage, Name]", "development"),
    ("!FindInMap [Stages, test, Name, {DefaultValue: !Sub '${Stage}-x'}]", "dev-x"),
    ("!FindInMap [Stages, test, Name, {DefaultValue: !Ref AWS::NoValue}]", "<nothing>"),
    ("[a, !FindInMap [Stages, test, Users, {DefaultValue: !Ref AWS::NoValue}]]", ["a"]),
    ("!Select [0, !FindInMap [Stages, !Ref Stage, Users]]", "u1"),
    ("!Select [1, !Split [',', 'x,y']]", "y"),
    ("!Select ['0', [a, b]]", "a"),
    ("!Select [0, !Ref Names]", "a"),
    ("!FindInMap [Stages, !Ref Stage, Name]", "development"),
    ("!FindInMap [Stages, prod, Users]", ["u3"]),
    ("!FindInMap [Accounts, '123456789012', Name]", "here"),
    ("!FindInMap [Stages, test, Name, {DefaultValue: other}]", "other"),
    ("!FindInMap [Stages, !Ref Open, Same]", "x"),
    ("!If [IsDev, a, b]", "a"),
    ("!If [IsProd, a, b]", "b"),
    ("!If [IsFlag, a, b]", "a"),
    ("!If [IsProd, a, !Ref AWS::NoValue]", "<nothing>"),
    ("!If [IsOpen, same, same]", "same"),
    ("!If [IsOpen, !Ref AWS::NoValue, !Ref AWS::NoValue]", "<nothing>"),
    ("!If [Same, a, b]", "a"),
    ("!If [Never, a, b]", "b"),
    ("!If [AndNo, a, b]", "b"),
    ("!If [OrYes, a, b]", "a"),
    ("!If [Lists, a, b]", "a"),
    ("!Base64 abc", "YWJj"),
    ("Fn::Length: !Ref Names", 3),
    ("Fn::ToJsonString: {a: !Ref Count, b: [true]}", '{"a":"3","b":["true"]}'),
    ("{Condition: {a: b}}", {"Condition": {"a": "b"}}),
]


def block(text: str) -> str:
    """Long-form calls stand on a line of their own."""
    return (
        text if text.startswith(("!", "{", "[", "'")) or ": " not in text else "{" + text.replace(": ", ": ", 1) + "}"
    )


@pytest.mark.parametrize(("text", "expected"), KNOWN, ids=[text for text, _ in KNOWN])
def test_known(text: str, expected: object) -> None:
    assert result(block(text)) == expected


UNKNOWN = [
    ("!Ref Open", "?Parameter Open"),
    ("!Ref OpenList", "?Parameter OpenList"),
    ("!Ref Stored", "?Parameter Stored"),
    ("!Ref Nobody", "?Nobody.Ref"),
    ("!Ref Bob", "?{Bob.Ref start}-Bob{Bob.Ref end}"),
    ("!Ref Carol", "?Parameter Open"),
    ("!Ref Dave", "?{AWS::StackName}-dave"),
    ("!Ref Maybe", "?Maybe.Ref"),
    ("!Ref Self", "?Self.Ref"),
    ("!Ref Policy", "?arn:aws:iam::{aws:account}:policy/a/b/p"),
    (
        "!Ref Generated",
        "?arn:aws:iam::{aws:account}:policy/{Generated.Name start}-Generated{Generated.Name end}",
    ),
    ("!Ref Saml", "?arn:aws:iam::{aws:account}:saml-provider/corp"),
    ("!Ref Oidc", "?arn:aws:iam::{aws:account}:oidc-provider/token.example.com/x"),
    ("!GetAtt Alice.Arn", "?arn:aws:iam::{aws:account}:user/team/alice"),
    ("!GetAtt Bob.Arn", "?arn:aws:iam::{aws:account}:user/{Bob.Ref start}-Bob{Bob.Ref end}"),
    ("!GetAtt Bucket.Arn", "?arn:aws:s3:{Bucket.Arn after the service}"),
    ("!GetAtt Bucket.DomainName", "?Bucket.DomainName"),
    ("!GetAtt Nested.Outputs.Role", "?Nested.Outputs.Role"),
    ("!GetAtt Nobody.Arn", "?Nobody.Arn"),
    ("!GetAtt Alice", "?(malformed)"),
    ("!Ref AWS::AccountId", "?aws:account"),
    ("!Ref AWS::Region", "?aws:region"),
    ("!Ref AWS::Partition", "aws"),
    ("!Ref AWS::StackName", "?AWS::StackName"),
    ("!Ref AWS::Nonsense", "?AWS::Nonsense"),
    ("!Sub '${Stage}/${Open}/${Open}'", "?dev/{Parameter Open}/{Parameter Open}"),
    ("!Sub '${Open}'", "?Parameter Open"),
    ("!Sub '${Bucket.Arn}/*'", "?arn:aws:s3:{Bucket.Arn after the service}/*"),
    ("!Sub '${aws:username}'", "?aws:username.Ref"),
    ("!Sub '${Names}'", "?(malformed)"),
    ("!Sub [a, b]", "?(malformed)"),
    ("!Join ['-', [a, !Ref Open]]", "?a-{Parameter Open}"),
    ("!Join ['-', [a, !If [IsOpen, x, !Ref AWS::NoValue], c]]", "?a{None}-c"),
    ("!Join ['-', [!If [IsOpen, x, !Ref AWS::NoValue], c]]", "?{None}c"),
    ("!Join ['-', !Ref OpenList]", "?(missing-input)"),
    ("!Join ['-', a]", "?(malformed)"),
    ("!Split ['-', !Ref Open]", "?(missing-input)"),
    ("!Select [0, [!Ref Open, b]]", "?Parameter Open"),
    ("!Select [1, [!Ref Open, b]]", "b"),
    ("!Select [1, [!If [IsOpen, x, !Ref AWS::NoValue], b, c]]", "?(missing-input)"),
    ("!Select [9, [a]]", "?(malformed)"),
    ("!Select [!Ref Open, [a]]", "?(missing-input)"),
    ("!FindInMap [Stages, !Ref Open, Name]", "?(missing-input)"),
    ("!FindInMap [Stages, test, Name]", "?(unresolved-reference)"),
    ("!FindInMap [Stages, !Ref Open, Same, {DefaultValue: y}]", "?(missing-input)"),
    ("!If [IsOpen, a, b]", "?(missing-input)"),
    ("!If [IsOpen, a, !Ref AWS::NoValue]", "?(missing-input)"),
    ("!If [Missing, a, b]", "?(unresolved-reference)"),
    ("!If [Loop, a, b]", "?(cycle)"),
    ("!If [IsDev]", "?(malformed)"),
    ("[a, !If [IsOpen, b, !Ref AWS::NoValue]]", ["a", "?(missing-input)"]),
    ("{a: !If [IsOpen, b, c], d: e}", {"a": "?(missing-input)", "d": "e"}),
    ("{a: !If [IsOpen, b, !Ref AWS::NoValue], d: e}", "?(missing-input)"),
    (
        "{Condition: !If [IsOpen, {b: c}, !Ref AWS::NoValue], d: e}",
        {"Condition": "?(missing-input)", "d": "e"},
    ),
    ("!ImportValue shared-role", "?Export shared-role"),
    ("!ImportValue {Fn::Sub: '${Open}-x'}", "?(missing-input)"),
    ("'{{resolve:ssm:/a/b}}'", "?{{resolve:ssm:/a/b}}"),
    ("'x-{{resolve:ssm:/a}}-y'", "?x-{{{resolve:ssm:/a}}}-y"),
    ("!Sub '{{resolve:ssm:/${Stage}/a}}'", "?{{resolve:ssm:/dev/a}}"),
    ("!Sub '{{resolve:ssm:/${Open}/a}}'", "?(known-after-apply)"),
    ("!GetAZs ''", "?(known-after-apply)"),
    ("!Split ['-', !Sub 'a-b${Open}-c']", ["a", "?(missing-input)", "c"]),
    ("!Split ['-', !Sub '${Open}-c']", ["?(missing-input)", "c"]),
    ("!Split ['-', !Ref AWS::Region]", "?(region)"),
    ("!Split [':', !Ref AWS::Region]", ["?aws:region"]),
    ("!Split ['/', !Sub '${AWS::AccountId}/${AWS::Region}-x']", ["?aws:account", "?{aws:region}-x"]),
    ("!Select [4, !Split [':', !GetAtt Alice.Arn]]", "?aws:account"),
    ("!Select [0, !Split ['-', !Sub '${Open}-c']]", "?(missing-input)"),
    ("!Select [1, !Ref OpenList]", "?Parameter OpenList[1]"),
    ("!Join ['-', !Split ['-', !Sub 'a-${Open}-c']]", "?a{None}-c"),
    ("{Fn::Length: !Split ['-', !Sub 'a-${Open}']}", "?(missing-input)"),
    ("!Cidr [a, 1]", "?(unsupported)"),
    ("!Cidr [10.0.0.0/16, 2]", "?(unsupported)"),
    ("!Cidr [a, 1, 8]", "?(malformed)"),
    ("!Cidr [10.0.0.0/24, 1, 16]", "?(malformed)"),
    ("!Cidr [10.0.0.0/24, 1, 33]", "?(malformed)"),
    ("!Cidr [10.0.0.0/24, 3, 7]", "?(malformed)"),
    ("!Cidr [10.0.0.0/8, 257, 8]", "?(malformed)"),
    ("!Cidr [10.0.0.0/8, 0, 8]", "?(malformed)"),
    ("!Cidr [!Ref Open, 1, 8]", "?(missing-input)"),
    ("!Cidr x", "?(malformed)"),
    ("!GetStackOutput {StackName: net, OutputName: Role}", "?Output net.Role"),
    ("!GetStackOutput {StackName: net, OutputName: Role, Region: eu-west-1}", "?Output net.Role eu-west-1"),
    ("!GetStackOutput {StackName: !Ref Open, OutputName: Role}", "?(missing-input)"),
    ("!GetStackOutput x", "?(unresolved-reference)"),
    ("!Ref [Alice]", "?(malformed)"),
    ("!Ref {Fn::Sub: 'Al${Open}'}", "?(missing-input)"),
    ("!FindInMap [Stages, !Ref Open, Name, {DefaultValue: !Ref AWS::NoValue}]", "?(missing-input)"),
    ("{Fn::Transform: {Name: x}, a: b}", "?(unsupported)"),
    ("{Fn::Sub: a, b: c}", "?(malformed)"),
    ("!Base64 {Ref: Open}", "?(missing-input)"),
    ("{Fn::Length: !Ref OpenList}", "?(missing-input)"),
]


@pytest.mark.parametrize(("text", "expected"), UNKNOWN, ids=[text for text, _ in UNKNOWN])
def test_unknown_wholly_or_in_part(text: str, expected: object) -> None:
    assert result(text) == expected


def test_inputs_settle_what_was_open() -> None:
    assert result("!Ref Open", parameters={"Open": "yes"}) == "yes"
    assert result("!If [IsOpen, a, b]", parameters={"Open": "yes"}) == "a"
    assert result("!If [IsDev, a, b]", parameters={"Stage": "prod"}) == "b"
    assert result("!Ref OpenList", parameters={"OpenList": "p, q"}) == ["p", "q"]
    assert result("!Ref AWS::AccountId", account="123456789012") == "123456789012"
    assert result("!Ref AWS::Region", region="eu-west-1") == "eu-west-1"
    assert result("!GetAtt Alice.Arn", account="123456789012") == "arn:aws:iam::123456789012:user/team/alice"


def test_causes_say_what_is_missing() -> None:
    names = scope()
    missing = names.reference("Open", None).unknown
    assert missing is not None
    assert (missing.cause.kind, missing.cause.detail) == (
        CauseKind.MISSING_INPUT,
        'parameter "Open", which has no default',
    )
    cycle = names.condition("Loop", None)
    assert [cause.kind for cause in cycle.causes] == [CauseKind.CYCLE]


def test_arns_have_symbol_and_pieces() -> None:
    names = scope()
    for found in (names.reference("Policy", None), names.attribute("Policy", "PolicyArn", None)):
        assert found.unknown is not None
        assert found.unknown.symbol == Attribute("Policy", "Arn")
        assert found.unknown.pieces


def test_a_json_text_keeps_the_value_that_it_encodes() -> None:
    expression = parse("{Fn::ToJsonString: {Account: 123456789012, Open: !Ref Open}}", "t.yaml").documents[0]
    found = evaluate(expression, scope())
    assert found is not None
    assert found.unknown is not None
    assert shown(found.encodes) == {"Account": "123456789012", "Open": "?Parameter Open"}


def chain(length: int) -> str:
    conditions = [f"  C{n}: !Not [!Condition C{n + 1}]" for n in range(length)]
    users = [
        f'  U{n}: {{Type: "AWS::IAM::User", Properties: {{UserName: !Sub "${{U{n + 1}}}${{U{n + 1}}}"}}}}'
        for n in range(length)
    ]
    last = f'  U{length}: {{Type: "AWS::IAM::User", Properties: {{UserName: xx}}}}'
    return "\n".join(["Conditions:", *conditions, f"  C{length}: !Equals [a, a]", "Resources:", *users, last])


@pytest.mark.slow
def test_long_chains_and_growing_texts_are_bounded() -> None:
    template, _ = read_template(parse(chain(3000), "t.yaml").documents[0], "t.yaml")
    names = StackScope(template, Inputs())
    assert names.condition("C0", None).is_undetermined
    assert names.condition("C2995", None).is_no
    assert names.reference("U0", None).unknown is not None
    assert names.reference("U2990", None).text == "x" * 2048
    bomb, _ = read_template(parse(chain(25), "t.yaml").documents[0], "t.yaml")
    grown = StackScope(bomb, Inputs()).reference("U0", None).unknown
    assert grown is not None
    assert "string of more than" in grown.cause.detail


def test_long_chains_of_attributes_are_bounded() -> None:
    users = [
        f'  U{n}: {{Type: "AWS::IAM::User", Properties: {{Path: !Join ["", [/, !GetAtt U{n + 1}.Arn]]}}}}'
        for n in range(500)
    ]
    text = "\n".join(["Resources:", *users, '  U500: {Type: "AWS::IAM::User"}'])
    template, _ = read_template(parse(text, "t.yaml").documents[0], "t.yaml")
    assert StackScope(template, Inputs()).attribute("U0", "Arn", None).unknown is not None


def test_the_deepest_template_evaluates() -> None:
    text = "k: " + "{Fn::Join: ['', [" * 24 + "x" + "]]}" * 24
    document = parse(text, "t.yaml").documents[0]
    assert isinstance(document.data, Mapping)
    assert shown(evaluate(document.data["k"], scope())) == "x"
