"""What hangs on something that CloudFormation refuses is unknown, and not what somebody may have meant."""

from __future__ import annotations

import pytest

from tests.scans import scanned_template, verdicts

pytestmark = pytest.mark.slow

HEAD = """
Parameters:
  Arn: {Type: String}
  Arns: {Type: "AWS::SSM::Parameter::Value<CommaDelimitedList>"}
Resources:
  Login:
    Type: AWS::IAM::ManagedPolicy
    Properties: {PolicyDocument: {Version: "2012-10-17", Statement: {Effect: Allow, Action: "signin:*", Resource: "*"}}}
  Group: {Type: AWS::IAM::Group, Properties: {ManagedPolicyArns: [!Ref Login]}}
"""
USER = "  U: {{Type: AWS::IAM::User, Properties: {{LoginProfile: {{Password: x}}, {properties}}}}}\n"
REFUSED = [
    ("a text for groups", "Groups: !Ref Group"),
    ("a text for policies", "ManagedPolicyArns: !Ref Login"),
    ("an attribute for policies", "ManagedPolicyArns: !GetAtt Login.PolicyArn"),
    ("a text put together for groups", 'Groups: !Sub "${Group}"'),
    ("a text without a value for policies", "ManagedPolicyArns: !Ref Arn"),
    ("a list in a list", "ManagedPolicyArns: [!Ref Arns]"),
    ("an attribute that there is not", "ManagedPolicyArns: [!GetAtt Login.Arn]"),
    ("an attribute that there is not, in a text", 'ManagedPolicyArns: [!Sub "${Login.Arn}"]'),
]


@pytest.mark.parametrize("properties", [row[1] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_refused_is_unknown(properties: str) -> None:
    report = scanned_template(HEAD + USER.format(properties=properties))
    assert verdicts(report) == {"U": ("yes", "unknown")}
    assert [one.severity.value for one in report.diagnostics] == ["error"]


TAKEN = [
    ("groups", "Groups: [!Ref Group]"),
    ("policies", "ManagedPolicyArns: [!GetAtt Login.PolicyArn]"),
    ("a list by a function", 'Groups: !Split [",", !Sub "${Group}"]'),
    ("a list by a parameter", "Groups: [!Ref Group], ManagedPolicyArns: !Ref Arns"),
]


@pytest.mark.parametrize("properties", [row[1] for row in TAKEN], ids=[row[0] for row in TAKEN])
def test_what_is_taken_has_no_error(properties: str) -> None:
    assert not scanned_template(HEAD + USER.format(properties=properties)).diagnostics


def test_members_that_are_no_list() -> None:
    members = "  A: {Type: AWS::IAM::UserToGroupAddition, Properties: {GroupName: !Ref Group, Users: !Ref U}}\n"
    assert verdicts(scanned_template(HEAD + USER.format(properties="Path: /") + members)) == {"U": ("yes", "unknown")}
