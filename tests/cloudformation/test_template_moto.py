"""A second opinion: moto creates the stack, and what IAM then says is compared with the facts.

The cases keep to what moto itself does: it knows no groups in templates, leaves out ``ManagedPolicyArns``, splits only
the lists that are given, and reads ``Condition`` in its long form only.
"""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from scanner.cloudformation.scalars import without_types
from scanner.facts import Facts, IdentityKind, Target
from scanner.values import PARTITION, REGION, Unknown, Value, joined, pieces

if TYPE_CHECKING:
    from collections.abc import Callable

pytest.importorskip("openapi_spec_validator", reason="moto's CloudFormation is not installed")

ACCOUNT = "123456789012"
REGION_NAME = "us-east-1"

HEAD = """
Parameters:
  Stage: {Type: String, Default: dev}
  Prefix: {Type: String}
  Names: {Type: CommaDelimitedList}
Mappings:
  Stages:
    dev: {Name: mapped-dev}
    prod: {Name: mapped-prod}
Conditions:
  IsDev: !Equals [!Ref Stage, dev]
  IsProd: !Equals [!Ref Stage, prod]
  Both: !And [{Condition: IsDev}, !Equals [!Ref Prefix, x]]
  Either: !Or [{Condition: IsProd}, !Equals [!Ref Prefix, x]]
  NotDev: !Not [{Condition: IsDev}]
Resources:
  Other: {Type: "AWS::SNS::Topic"}
"""

BODIES = {
    "user with a name": "U: {Type: 'AWS::IAM::User', Properties: {UserName: alice}}",
    "user without a name": "U: {Type: 'AWS::IAM::User'}",
    "name by Sub": "U: {Type: 'AWS::IAM::User', Properties: {UserName: !Sub '${Prefix}-${Stage}-u'}}",
    "name by Join": "U: {Type: 'AWS::IAM::User', Properties: {UserName: !Join ['-', [a, !Ref Stage, b]]}}",
    "name by Select": "U: {Type: 'AWS::IAM::User', Properties: {UserName: !Select [1, !Split ['/', 'p/q/r']]}}",
    "name by If": "U: {Type: 'AWS::IAM::User', Properties: {UserName: !If [IsProd, prod-u, other-u]}}",
    "name by And": "U: {Type: 'AWS::IAM::User', Properties: {UserName: !If [Both, both-u, other-u]}}",
    "name by Or": "U: {Type: 'AWS::IAM::User', Properties: {UserName: !If [Either, either-u, other-u]}}",
    "path": "U: {Type: 'AWS::IAM::User', Properties: {UserName: alice, Path: /team/}}",
    "absent": "U: {Type: 'AWS::IAM::User', Condition: IsProd, Properties: {UserName: alice}}",
    "present": "U: {Type: 'AWS::IAM::User', Condition: IsDev, Properties: {UserName: alice}}",
    "negated": "U: {Type: 'AWS::IAM::User', Condition: NotDev, Properties: {UserName: alice}}",
    "role": """
  R:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Sub "${Stage}-role"
      Path: /x/
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: sts:AssumeRole
            Principal: {AWS: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
      Policies:
        - PolicyName: one
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - {Effect: Allow, Action: "s3:*", Resource: !Join ["", ["arn:aws:s3:::", !Ref Stage, "/*"]]}
""",
    "role without a name": """
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Action: "sts:AssumeRole", Principal: {Service: ec2.amazonaws.com}}]
""",
    "list parameter": "U: {Type: 'AWS::IAM::User', Properties: {UserName: !Join ['-', !Ref Names]}}",
    "element of a list": "U: {Type: 'AWS::IAM::User', Properties: {UserName: !Select [1, !Ref Names]}}",
    "map": "U: {Type: 'AWS::IAM::User', Properties: {UserName: !FindInMap [Stages, !Ref Stage, Name]}}",
    "variables": "U: {Type: 'AWS::IAM::User', Properties: {UserName: !Sub ['${A}.${Stage}', {A: !Ref Prefix}]}}",
    "managed policy": """
  U: {Type: "AWS::IAM::User", Properties: {UserName: alice}}
  V: {Type: "AWS::IAM::User"}
  P:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      ManagedPolicyName: shared
      Path: /a/
      Users: [!Ref U, !Ref V]
      PolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Action: "s3:*", Resource: !GetAtt U.Arn}]
""",
    "inline policy": """
  U: {Type: "AWS::IAM::User", Properties: {UserName: alice}}
  P:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: !Sub "${Prefix}-inline"
      Users: [!Ref U]
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - {Effect: Allow, Action: ["s3:Get*"], Resource: "*"}
          - !If [IsProd, {Effect: Deny, Action: "*", Resource: "*"}, {Effect: Allow, Action: "a:b", Resource: "*"}]
""",
}

STAGES = ["dev", "prod"]


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_moto_creates_what_the_facts_say(
    scan_text: Callable[..., Facts], monkeypatch: pytest.MonkeyPatch, body: str, stage: str
) -> None:
    text = HEAD + "  " + body.strip() + "\n"
    given = {"Stage": stage, "Prefix": "x", "Names": "ann,ben"}
    facts = scan_text(text, parameters=given, account=ACCOUNT, region=REGION_NAME)
    assert not facts.diagnostics
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        made, physical = deploy(text, given)
    assert declared(facts, physical) == made


def deploy(text: str, given: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """What IAM has after the stack is made, and the physical IDs of its resources."""
    cloudformation = boto3.client("cloudformation", region_name=REGION_NAME)
    iam = boto3.client("iam", region_name=REGION_NAME)
    parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]
    cloudformation.create_stack(StackName="s", TemplateBody=text, Parameters=parameters)
    resources = cloudformation.list_stack_resources(StackName="s")["StackResourceSummaries"]
    physical = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources}
    made: dict[str, Any] = {}
    for user in iam.list_users()["Users"]:
        name = user["UserName"]
        attached = iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]
        inline = iam.list_user_policies(UserName=name)["PolicyNames"]
        documents = {one: iam.get_user_policy(UserName=name, PolicyName=one)["PolicyDocument"] for one in inline}
        made[f"user {name}"] = entry(user["Arn"], attached, documents)
    for role in iam.list_roles()["Roles"]:
        name = role["RoleName"]
        attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        inline = iam.list_role_policies(RoleName=name)["PolicyNames"]
        documents = {one: iam.get_role_policy(RoleName=name, PolicyName=one)["PolicyDocument"] for one in inline}
        made[f"role {name}"] = entry(role["Arn"], attached, documents, role["AssumeRolePolicyDocument"])
    return made, physical


def entry(arn: str, attached: list[dict[str, str]], documents: dict[str, Any], trust: Any = None) -> dict[str, Any]:
    arns = sorted(one["PolicyArn"] for one in attached)
    # Documents embedded in a role come back as Python prints them.
    inline = {name: ast.literal_eval(one) if isinstance(one, str) else one for name, one in documents.items()}
    return {"arn": arn, "attached": arns, "inline": inline, "trust": trust}


def declared(facts: Facts, physical: dict[str, str]) -> dict[str, Any]:
    """The same from the facts, once the stack has given names to what has none."""

    def text(value: Value) -> str:
        filled = joined(fill(piece) if isinstance(piece, Unknown) else piece for piece in pieces(value) or ())
        assert filled.text is not None, value
        return filled.text

    def fill(hole: Unknown) -> str | Unknown:
        symbol = hole.symbol or ""
        if symbol in (PARTITION, REGION):
            return {PARTITION: "aws", REGION: REGION_NAME}[symbol]
        return physical[symbol.removesuffix(".Ref")] if symbol.endswith(".Ref") else hole

    def document(value: Value) -> Any:
        return json.loads(json.dumps(without_types(complete(value))))

    def complete(value: Value) -> Value:
        match value.data:
            case tuple() as items:
                return Value(tuple(complete(item) for item in items))
            case dict() as entries:
                return Value({key: complete(one) for key, one in entries.items()})
            case _:
                return Value(text(value))

    found: dict[str, Any] = {}
    addresses: dict[str, str] = {}
    for identity in facts.identities:
        key = f"{identity.kind.value} {text(identity.name)}"
        addresses[identity.origin.address] = key
        trust = None if identity.trust is None else document(identity.trust)
        found[key] = entry(text(identity.arn), [], {}, trust)

    def key_of(target: Target) -> str:
        if target.reference is None:
            return addresses[target.address or ""]
        assert target.kind is not IdentityKind.PERMISSION_SET
        return f"{target.kind.value} {text(target.reference)}"

    for attachment in facts.attachments:
        found[key_of(attachment.target)]["attached"].append(text(attachment.policy))
    for policy in facts.inline_policies:
        found[key_of(policy.target)]["inline"][text(policy.name)] = document(policy.document)
    for one in found.values():
        one["attached"].sort()
    return found
