"""Tags of stacks reach the identities in them, by way of nested stacks and stack sets as well."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cloudformation.assemblies import grant, manifest, stack, template, user
from tests.scans import Scan, verdicts

pytestmark = pytest.mark.slow

GRANT = {"PolicyName": "p", "PolicyDocument": grant(Condition={"StringEquals": {"aws:PrincipalTag/team": "ops"}})}
SERVERLESS = "AWS::Serverless::Application"


def tags(**pairs: object) -> list[dict[str, object]]:
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


OWN: list[tuple[str, dict[str, str], dict[str, Any], str]] = [
    ("none", {}, {}, "implicit_deny"),
    ("its own", {}, {"Tags": tags(team="ops")}, "allowed"),
    ("its stack's", {"team": "ops"}, {}, "allowed"),
    ("another of its stack", {"kind": "ops"}, {}, "implicit_deny"),
    ("both, its own counts", {"team": "ops"}, {"Tags": tags(team="dev")}, "implicit_deny"),
    ("both, others", {"team": "ops"}, {"Tags": tags(kind="x")}, "allowed"),
    ("an unknown value of its own", {"team": "ops"}, {"Tags": tags(team={"Ref": "Team"})}, "unknown"),
    ("unknown tags of its own", {"team": "ops"}, {"Tags": {"Ref": "Team"}}, "unknown"),
]


@pytest.mark.parametrize(("of_stack", "own", "expected"), [row[1:] for row in OWN], ids=[row[0] for row in OWN])
def test_tags_of_a_stack_of_an_assembly(
    scan_files: Scan, of_stack: dict[str, str], own: dict[str, Any], expected: str
) -> None:
    written = {"Parameters": {"Team": {"Type": "String"}}, "Resources": {"Anna": user(Policies=[GRANT], **own)}}
    files = {
        "cdk.out/manifest.json": manifest({"S": stack(properties={"tags": of_stack})}),
        "cdk.out/S.template.json": json.dumps(written),
    }
    assert verdicts(scan_files(files)) == {"S/Anna": ("yes", expected)}


def test_a_role_gets_them_as_well(scan_files: Scan) -> None:
    trust = {"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "111122223333"}}}
    properties = {"AssumeRolePolicyDocument": trust, "Policies": [GRANT]}
    files = {
        "cdk.out/manifest.json": manifest({"S": stack(properties={"tags": {"team": "ops"}})}),
        "cdk.out/S.template.json": template(Role={"Type": "AWS::IAM::Role", "Properties": properties}),
    }
    assert verdicts(scan_files(files)) == {"S/Role": ("possible", "allowed")}


INHERITED: list[tuple[str, str, dict[str, Any], dict[str, Any], str]] = [
    ("a nested stack's", "AWS::CloudFormation::Stack", {"Tags": tags(team="ops")}, {}, "allowed"),
    ("a nested stack without", "AWS::CloudFormation::Stack", {}, {}, "implicit_deny"),
    (
        "its own before",
        "AWS::CloudFormation::Stack",
        {"Tags": tags(team="ops")},
        {"Tags": tags(team="dev")},
        "implicit_deny",
    ),
    ("an unknown one", "AWS::CloudFormation::Stack", {"Tags": tags(team={"Ref": "Team"})}, {}, "unknown"),
    ("unknown ones", "AWS::CloudFormation::Stack", {"Tags": {"Ref": "Team"}}, {}, "unknown"),
    (
        "one under a condition",
        "AWS::CloudFormation::Stack",
        {"Tags": [{"Fn::If": ["Open", *tags(team="ops"), {"Ref": "AWS::NoValue"}]}]},
        {},
        "unknown",
    ),
    ("a stack set's", "AWS::CloudFormation::StackSet", {"Tags": tags(team="ops")}, {}, "allowed"),
    ("an application's", SERVERLESS, {"Tags": {"team": "ops"}}, {}, "allowed"),
]


@pytest.mark.parametrize(
    ("kind", "more", "own", "expected"), [row[1:] for row in INHERITED], ids=[row[0] for row in INHERITED]
)
def test_tags_of_a_nested_stack(
    scan_files: Scan, kind: str, more: dict[str, Any], own: dict[str, Any], expected: str
) -> None:
    location = {"Location" if kind == SERVERLESS else "TemplateURL": "child.json"}
    parent = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Parameters": {"Team": {"Type": "String"}, "Stage": {"Type": "String"}},
        "Conditions": {"Open": {"Fn::Equals": [{"Ref": "Stage"}, "live"]}},
        "Resources": {"N": {"Type": kind, "Properties": {**location, **more}}},
    }
    files = {"parent.json": json.dumps(parent), "child.json": template(Anna=user(Policies=[GRANT], **own))}
    assert verdicts(scan_files(files))["N/Anna"] == ("yes", expected)


def test_tags_go_down_through_all_levels(scan_files: Scan) -> None:
    def level(inner: str, **more: Any) -> str:
        properties = {"TemplateURL": inner, **more}
        return template(N={"Type": "AWS::CloudFormation::Stack", "Properties": properties})

    files = {
        "cdk.out/manifest.json": manifest({"S": stack("a.json", properties={"tags": {"team": "ops", "kind": "x"}})}),
        "cdk.out/a.json": level("b.json", Tags=tags(kind="y")),
        "cdk.out/b.json": level("c.json"),
        "cdk.out/c.json": template(Anna=user(Policies=[GRANT])),
    }
    assert verdicts(scan_files(files)) == {"S/N/N/Anna": ("yes", "allowed")}
