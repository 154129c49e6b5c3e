"""Reasons and findings point at the line that says so, in YAML and in JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from scanner.verdicts.reasons import reasons
from tests.scans import scanned_template

if TYPE_CHECKING:
    from collections.abc import Iterator


def places(text: str) -> Iterator[str]:
    """The lines, without their indentation, at which the reasons of all decisions point."""
    lines = text.splitlines()
    report = scanned_template(text)
    assert not report.errors, report.errors
    for found in report.principals:
        for permission in found.aws_login.permissions[:1]:
            for reason in reasons(found.principal, permission.decision):
                yield lines[reason.span.line - 1].strip()


ROLE = """\
Parameters:
  Name: {Type: String}
Resources:
  U:
    Type: AWS::IAM::User
    Properties:
      Policies:
"""

WRITTEN = [
    (
        "mapping",
        """\
        - PolicyName: p
          PolicyDocument:
            Version: 2012-10-17
            Statement:
              - Effect: Allow
                Action: s3:*
                Resource: '*'
              - Effect: Deny
                Action: signin:*
                Resource: '*'
""",
        "- Effect: Deny",
    ),
    (
        "block scalar",
        """\
        - PolicyName: p
          PolicyDocument: |
            {
              "Version": "2012-10-17",
              "Statement": [
                {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
                {"Effect": "Deny", "Action": "signin:*", "Resource": "*"}
              ]
            }
""",
        '{"Effect": "Deny", "Action": "signin:*", "Resource": "*"}',
    ),
    (
        "block scalar with substitutions",
        """\
        - PolicyName: p
          PolicyDocument: !Sub |-
            {
              "Version": "2012-10-17",
              "Statement": [
                {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:${AWS::Partition}:s3:::${Name}"},
                {"Effect": "Deny", "Action": "signin:*", "Resource": "*"}
              ]
            }
""",
        '{"Effect": "Deny", "Action": "signin:*", "Resource": "*"}',
    ),
    (
        "long form on lines of its own",
        """\
        - PolicyName: p
          PolicyDocument:
            Fn::Sub:
              - |
                {
                  "Version": "2012-10-17",
                  "Statement": [
                    {
                      "Effect": "Deny",
                      "Action": "signin:*", "Resource": "*"
                    }
                  ]
                }
              - {Name: x}
""",
        "{",
    ),
    (
        "arm of a condition",
        """\
        - PolicyName: p
          PolicyDocument:
            Version: 2012-10-17
            Statement:
              - !If
                - C
                - Effect: Deny
                  Action: signin:*
                  Resource: '*'
                - {Effect: Deny, Action: '*', Resource: '*'}
Conditions: {C: !Equals [!Ref Name, x]}
""",
        "- Effect: Deny",
    ),
]


@pytest.mark.parametrize(("written", "line"), [row[1:] for row in WRITTEN], ids=[row[0] for row in WRITTEN])
def test_places_in_yaml(written: str, line: str) -> None:
    assert next(places(ROLE + written)) == line


def test_both_arms_are_named() -> None:
    found = list(places(ROLE + WRITTEN[-1][1]))
    assert found == ["- Effect: Deny", "- {Effect: Deny, Action: '*', Resource: '*'}"]


@pytest.mark.parametrize("indent", [2, "\t"])
def test_places_in_json(indent: int | str) -> None:
    statements = [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "signin:*", "Resource": "*"},
    ]
    policy = {"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}}
    user = {"Type": "AWS::IAM::User", "Properties": {"Policies": [policy]}}
    text = json.dumps({"Resources": {"U": user}}, indent=indent)
    lines = text.splitlines()
    (place,) = set(_lines(text))
    assert lines[place].strip() == '"Effect": "Deny",'


def _lines(text: str) -> Iterator[int]:
    for found in scanned_template(text).principals:
        for permission in found.aws_login.permissions:
            for reason in reasons(found.principal, permission.decision):
                yield reason.span.line  # the line after the brace, counted from 0


def test_an_attached_policy_is_where_it_is_attached() -> None:
    text = """\
Resources:
  U:
    Type: AWS::IAM::User
    Properties:
      ManagedPolicyArns:
        - arn:aws:iam::aws:policy/SecurityAudit
        - arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess
"""
    assert list(places(text)) == ["- arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"]
