"""Products and custom resources: a warning where they may make identities, and none where they do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scanner.facts import Facts

FUNCTION = """
  F: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt R.Arn}}
  R:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: {Effect: Allow, Action: "sts:AssumeRole", Principal: {Service: lambda.amazonaws.com}}
"""
ATTACHED = "      ManagedPolicyArns: [arn:aws:iam::aws:policy/IAMFullAccess]\n"
ELSEWHERE = "arn:aws:lambda:us-east-1:111122223333:function:f"


def policy(actions: str) -> str:
    statement = f'{{Effect: Allow, Action: {actions}, Resource: "*"}}'
    return f"  P: {{Type: AWS::IAM::Policy, Properties: {{PolicyName: p, Roles: [!Ref R], PolicyDocument: \
{{Statement: {statement}}}}}}}\n"


def custom(kind: str = "Custom::Thing", function: str = "!GetAtt F.Arn", more: str = "") -> str:
    return f'  C: {{Type: "{kind}", Properties: {{ServiceToken: {function}{more}}}}}\n'


CASES = [
    ("product", '  C: {Type: "AWS::ServiceCatalog::CloudFormationProvisionedProduct"}\n', True),
    ("portfolio", '  C: {Type: "AWS::ServiceCatalog::Portfolio"}\n', False),
    ("role that makes users", custom() + FUNCTION + policy('["s3:*", "iam:CreateUser"]'), True),
    ("any action of IAM", custom() + FUNCTION + policy("iam:*"), True),
    ("any action", custom() + FUNCTION + policy('"*"'), True),
    ("permission sets", custom() + FUNCTION + policy("sso:Create*"), True),
    (
        "by name of a policy",
        custom() + FUNCTION + ATTACHED,
        True,
    ),
    ("role that reads", custom("Custom::IamUser") + FUNCTION + policy('["iam:Get*", "iam:PassRole", "s3:*"]'), False),
    ("role without policies", custom() + FUNCTION, False),
    ("plain custom resource", custom("AWS::CloudFormation::CustomResource") + FUNCTION + policy("iam:PutRole*"), True),
    (
        "function behind a function",
        custom(function="!GetAtt G.Arn")
        + "  G: {Type: AWS::Lambda::Function, Properties: {Environment: {Variables: {X: !GetAtt F.Arn}}}}\n"
        + FUNCTION
        + policy("iam:CreateRole"),
        True,
    ),
    ("elsewhere, about anything", custom(function=ELSEWHERE), False),
    ("elsewhere, about users", custom("Custom::IAMUser", ELSEWHERE), True),
    ("elsewhere, about permission sets", custom("Custom::PermissionSetAssignment", ELSEWHERE), True),
    ("elsewhere, about user pools", custom("Custom::UserPoolDomain", ELSEWHERE), False),
    ("elsewhere, about groups of other kinds", custom("Custom::SecurityGroup", ELSEWHERE), False),
    ("elsewhere, with a user's name", custom(function="!ImportValue f", more=", UserName: alice"), True),
    ("without a token", '  C: {Type: "Custom::Thing"}\n', False),
]


@pytest.mark.parametrize(("resources", "is_said"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_makers(resources: str, is_said: bool, scan_text: Callable[..., Facts]) -> None:
    found = scan_text(f"Resources:\n{resources}").diagnostics
    assert [one.severity.value for one in found if "not followed" in one.summary] == ["warning"] * is_said


def test_what_does_not_exist_makes_nothing(scan_text: Callable[..., Facts]) -> None:
    text = 'Conditions: {Never: !Equals [a, b]}\nResources:\n  C: {Type: "Custom::IamUser", Condition: Never}\n'
    assert not scan_text(text).diagnostics


def test_the_functions_of_sam(scan_text: Callable[..., Facts]) -> None:
    function = "{Type: AWS::Serverless::Function, Properties: {Handler: a.b, InlineCode: '', Policies: [POLICY]}}"
    for name, is_said in (("IAMFullAccess", True), ("AmazonS3ReadOnlyAccess", False)):
        text = f"Transform: AWS::Serverless-2016-10-31\nResources:\n  F: {function.replace('POLICY', name)}\n{custom()}"
        found = scan_text(text).diagnostics
        assert [one.summary for one in found] == ["Custom resource not followed"] * is_said
