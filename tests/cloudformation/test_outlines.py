"""A document that is read on demand gives what reading it as a whole gives: values, places, and nothing to complain of.

What a glance shows of it is checked by what is done with it: no name is refused that a glance takes for sound.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from scanner.cloudformation.checks.cycles import cycles
from scanner.cloudformation.checks.refused_names import places, refused_names
from scanner.cloudformation.checks.sound_names import names_are_sound
from scanner.cloudformation.macros.prepare import prepare
from scanner.cloudformation.stacks.scope import StackScope
from scanner.cloudformation.template.outline import Outline
from scanner.cloudformation.template.place import Place
from scanner.cloudformation.template.sections import read_template
from scanner.cloudformation.template.syntax import parse, parse_once, parse_whole
from scanner.root import Inputs
from scanner.span import Span
from scanner.values import Value
from tests.examples import examples

ROOT = Path(__file__).parents[2]


def files() -> Iterator[Path]:
    for place in ("fixtures", "tests"):
        for path in sorted((ROOT / place).rglob("*")):
            if path.suffix in (".yaml", ".yml", ".json", ".template") and path.stat().st_size < 200_000:
                yield path


def laid_open(value: Value, at: str = "") -> Iterator[tuple[str, Span | None, object]]:
    """Every value in a tree, with its path and its place."""
    match value.data:
        case tuple() as items:
            yield at, value.span, len(items)
            for number, item in enumerate(items):
                yield from laid_open(item, f"{at}/{number}")
        case Mapping() as entries:
            yield at, value.span, tuple(entries)
            for key, entry in entries.items():
                yield from laid_open(entry, f"{at}/{key}")
        case data:
            yield at, value.span, (type(data), data)


def check(text: str, path: str) -> bool:
    """Whether the text is read on demand; the law is that it does not matter."""
    parse_once.cache_clear()
    parsed = parse(text, path)
    (document, *others) = parsed.documents or (Value(None),)
    if not isinstance(document.data, Outline) or others:
        return False
    whole = parse_whole(text, path)
    assert not whole.diagnostics
    (expected,) = whole.documents
    assert list(laid_open(document)) == list(laid_open(expected))
    read, said = read_template(document, path)
    read_whole, said_of_whole = read_template(expected, path)
    assert said == said_of_whole
    assert dict(read.types) == dict(read_whole.types)
    assert list(read.resources.items()) == list(read_whole.resources.items())
    check_names(document, expected, path)
    return True


def check_names(document: Value, whole: Value, path: str) -> None:
    place = Place(path, ROOT / path, ROOT)

    def names_of(template: object) -> StackScope:
        return StackScope(template, Inputs())  # type: ignore[arg-type] # a template

    prepared, expected = prepare(document, place, names_of), prepare(whole, place, names_of)
    assert prepared.diagnostics == expected.diagnostics
    assert dict(prepared.template.types) == dict(expected.template.types)
    assert list(prepared.template.resources.items()) == list(expected.template.resources.items())
    assert dict(prepared.template.conditions) == dict(expected.template.conditions)
    if isinstance(prepared.document.data, Outline) and names_are_sound(prepared.document.data, prepared.template):
        used = tuple(places(expected.document))
        assert not refused_names(expected.document, expected.template, used)
        assert not tuple(cycles(used, names_of(expected.template)))


def test_files() -> None:
    found = Counter(check(path.read_text("utf-8", "replace"), str(path.relative_to(ROOT))) for path in files())
    assert found[True] > 100


TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Description: People # and others
Parameters:
  Stage:
    Type: String
    Default: prod
Mappings:
  Names:
    prod: {Login: ada}
    test:
      Login: 'grace'
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsTest: !Not
    - !Condition IsProd
Resources:
  # Who signs in.
  Ada:
    Type: AWS::IAM::User
    Condition: IsProd
    DependsOn:
    - Team
    - Worker
    Properties:
      UserName: !FindInMap [Names, !Ref Stage, Login]
      LoginProfile: {Password: !Ref "AWS::NoValue"}
      Groups:
        - !Ref Team
      Policies:
        - PolicyName: login
          PolicyDocument:
            Version: 2012-10-17
            Statement:
              - Effect: Allow
                Action:
                  - signin:*
                Resource: "*"
      Tags:
        -
          Key: team
          Value: !If
            - IsTest
            - !Sub "${AWS::StackName}-${Team}"
            - Fn::Join: [-, [a, b]]

  Team:
    Type: "AWS::IAM::Group"
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Code:
        ZipFile: !Sub |
          # ${Stage}
          def handler(event, context):
              return "${Team.Arn}"

      Role:
        Fn::GetAtt:
          - Role
          - Arn
  Role:
    Type: AWS::IAM::Role
    Metadata:
      aws:cdk:path: People/Role
    Properties:
      AssumeRolePolicyDocument: >-
        {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
          "Principal": {"Service": "lambda.amazonaws.com"}}]}
Outputs:
  Arn:
    Value: !GetAtt Role.Arn
    Export:
      Name: !Sub '${Stage}-role'
"""
IN_JSON = """\
{
  "AWSTemplateFormatVersion": "2010-09-09",
  "Parameters": {"Stage": {"Type": "String", "Default": "prod"}},
  "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
  "Resources": {
    "Ada": {
      "Type": "AWS::IAM::User", "Condition": "IsProd", "DependsOn": ["Team"],
      "Properties": {
        "Groups": [{"Ref": "Team"}],
        "LoginProfile": {"Password": "a\\u00e9\\n\\/", "PasswordResetRequired": true},
        "Policies": [],
        "Tags": [{"Key": "n", "Value": -1.5}, {"Key": "m", "Value": null}, {"Key": "k", "Value": 12}]
      }
    },
    "Team": {"Type": "AWS::IAM::Group", "Properties": {}},
    "Queue": {
      "Type": "AWS::SQS::Queue",
      "Properties": {"QueueName": {"Fn::Sub": ["${Stage}-${Name}", {"Name": {"Fn::GetAtt": ["Team", "Arn"]}}]}}
    }
  },
  "Outputs": {"Arn": {"Value": {"Fn::If": ["IsProd", {"Fn::GetAtt": "Ada.Arn"}, "none"]}}}
}
"""
PIECES = (
    *(
        "",
        " ",
        "  ",
        "\n",
        "- ",
        "-",
        ": ",
        ":",
        "#",
        " # c",
        '"',
        "'",
        "''",
        "\t",
        "\r",
        "\\",
        "\\n",
        "\\u0041",
        "\\ud83d",
    ),
    *(
        "!Ref ",
        "!Ref Team",
        "!Sub ",
        "!Sub ${Team}",
        "!Sub |",
        "!GetAtt Team.Arn",
        "!GetAtt Team.Name",
        "!If",
        "!If [a]",
    ),
    *("!Condition IsProd", "!FindInMap [Names, a, b]", "!Rain::Embed a", "!Transform", "!!str ", "! ", "!Foo "),
    *(
        "&a ",
        "*a",
        "{",
        "}",
        "[",
        "]",
        "{a: b}",
        "[a, [b]]",
        "{{ a }}",
        "|",
        "|-",
        ">",
        "|2",
        "? ",
        "<<: ",
        "---",
        "...",
    ),
    *("yes", "y", "null", "~", "012345678901", "0100", "12", "1.10", "1e5", "-1", "NaN", "=", "@", "%", "`", ","),
    *("${", "${Team}", "${Nobody}", "Ref: Team", "Fn::Sub: a", "Fn::If:", "Fn::Transform: {}", "Fn::ForEach::A: []"),
    *("Fn::Transform: !Ref Team", "Fn::If: !Ref", "Fn::Sub: !Sub a"),
    *("Condition: IsTest", "DependsOn: Ada", "Type: ", "Properties:", "Type", "Team", "é", "\x7f", "\x85", "\u2028"),
    *('"a": 1, ', '"a"', '"Ref": "Team"', '"Ada": {', "1" * 120, "true", "{" * 3 + "}" * 3, "[" * 101 + "]" * 101),
)
"""What may mean something else in its place."""


@st.composite
def changed(draw: st.DrawFn, text: str) -> str:
    """The text with a few lines gone, moved, indented in another way, or with something put into them."""
    lines = text.split("\n")
    for _ in range(draw(st.integers(1, 3))):
        number = draw(st.integers(0, len(lines) - 1))
        line = lines[number]
        start = draw(st.integers(0, len(line)))
        match draw(st.sampled_from(("put", "replace", "value", "indent", "move", "remove", "repeat"))):
            case "put":
                lines[number] = line[:start] + draw(st.sampled_from(PIECES)) + line[start:]
            case "replace":
                end = draw(st.integers(start, len(line)))
                lines[number] = line[:start] + draw(st.sampled_from(PIECES)) + line[end:]
            case "value":
                lines[number] = f"{line.partition(': ')[0]}: {draw(st.sampled_from(PIECES))}"
            case "indent":
                lines[number] = " " * draw(st.integers(0, 12)) + line.lstrip(" ")
            case "move":
                lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(number))
            case "remove":
                del lines[number : number + draw(st.integers(1, 3))]
                lines = lines or [""]
            case _:
                lines.insert(draw(st.integers(0, len(lines))), line)
    return "\n".join(lines)


def test_the_templates_are_read_on_demand() -> None:
    assert check(TEMPLATE, "t.yaml")
    assert check(IN_JSON, "t.json")
    assert check(json.dumps(json.loads(IN_JSON)), "t.json")


@given(changed(TEMPLATE))
@examples(150)
def test_yaml(text: str) -> None:
    check(text, "t.yaml")


@given(changed(IN_JSON), st.sampled_from(("t.json", "t.template")))
@examples(150)
def test_json(text: str, path: str) -> None:
    check(text, path)
