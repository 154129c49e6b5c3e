"""What becomes of whom by a change of templates, and what a change set can be compared with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scanner.pipeline import UsageError
from tests.changes.test_recorded import said
from tests.scans import ROOT, scanned, write

SIGN_IN = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"
ALLOWS = "statement of SignInLocalDevelopmentAccess (attached) allows it"
THROUGH_TEAM = "statement of SignInLocalDevelopmentAccess (attached, through group team) allows it"
Resources = Mapping[str, Mapping[str, Any]]


def user(**properties: Any) -> dict[str, Any]:
    """A user of this name with a password."""
    return {
        "Type": "AWS::IAM::User",
        "Properties": {"UserName": "ada", "LoginProfile": {"Password": "x"}, **properties},
    }


def policy(**properties: Any) -> dict[str, Any]:
    """A customer managed policy for signing in."""
    statement = {"Sid": "Login", "Effect": "Allow", "Action": "signin:*", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document, **properties}}


ABLE: Resources = {"Ada": user(ManagedPolicyArns=[SIGN_IN])}
ALONE: Resources = {"Ada": user()}
IN_TEAM: Resources = {
    "Ada": user(Groups=[{"Ref": "Team"}]),
    "Team": {"Type": "AWS::IAM::Group", "Properties": {"GroupName": "team", "ManagedPolicyArns": [SIGN_IN]}},
}
ROLE: Resources = {
    "People": {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": "people",
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRoleWithSAML",
                    "Principal": {"Federated": "arn:aws:iam::111122223333:saml-provider/idp"},
                    "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
                },
            },
            "ManagedPolicyArns": [SIGN_IN],
        },
    }
}

CASES: dict[str, tuple[Resources, Resources, dict[str, list[str]]]] = {
    "nothing": (ABLE, ABLE, {}),
    "attach": (ALONE, ABLE, {"gained": [f"now: {ALLOWS}; brought by Ada"]}),
    "detach": (ABLE, ALONE, {"lost": [f"no longer: {ALLOWS}; brought by Ada"]}),
    "create": ({}, ABLE, {"added": []}),
    "delete": (ABLE, {}, {"removed": []}),
    "another logical ID": (ABLE, {"Countess": ABLE["Ada"]}, {}),
    "another logical ID without the policy": (
        ABLE,
        {"Countess": ALONE["Ada"]},
        {"lost": [f"no longer: {ALLOWS}; brought by Ada"]},
    ),
    "another name, so another user": (
        ABLE,
        {"Ada": user(ManagedPolicyArns=[SIGN_IN], UserName="ada.lovelace")},
        {"added": [], "removed": []},
    ),
    "another name, and somebody new with the old one": (
        ABLE,
        {"Ada": user(UserName="ada.lovelace"), "Countess": ABLE["Ada"]},
        {"added": []},
    ),
    "a name that CloudFormation makes": (
        ABLE,
        {"Ada": {"Type": "AWS::IAM::User", "Properties": {"LoginProfile": {"Password": "x"}}}},
        {"lost": [f"no longer: {ALLOWS}; brought by Ada"]},
    ),
    "a role with another name": (
        ROLE,
        {"People": {"Type": "AWS::IAM::Role", "Properties": {**ROLE["People"]["Properties"], "RoleName": "all"}}},
        {"added": [], "removed": []},
    ),
    "no password": (
        ABLE,
        {"Ada": {"Type": "AWS::IAM::User", "Properties": {"UserName": "ada", "ManagedPolicyArns": [SIGN_IN]}}},
        {"console-lost": ["no longer: a password gives console access; brought by Ada"]},
    ),
    "a boundary": (
        ABLE,
        {"Ada": user(ManagedPolicyArns=[SIGN_IN], PermissionsBoundary="arn:aws:iam::aws:policy/ReadOnlyAccess")},
        {
            "lost": [
                f"no longer: {ALLOWS}",
                "now: the permissions boundary ReadOnlyAccess does not allow it; brought by Ada",
            ]
        },
    ),
    "leave the group": (
        IN_TEAM,
        {**IN_TEAM, "Ada": user()},
        {"lost": [f"no longer: {THROUGH_TEAM}; brought by Ada"]},
    ),
    "the group loses it": (
        IN_TEAM,
        {**IN_TEAM, "Team": {"Type": "AWS::IAM::Group", "Properties": {"GroupName": "team"}}},
        {"lost": [f"no longer: {THROUGH_TEAM}; brought by Team"]},
    ),
    "the policy names others": (
        {**ALONE, "Login": policy(ManagedPolicyName="login", Users=[{"Ref": "Ada"}])},
        {**ALONE, "Login": policy(ManagedPolicyName="login")},
        {"lost": ['no longer: statement "Login" of login (attached) allows it; brought by Login']},
    ),
    "a role for a service": (
        ROLE,
        {
            "People": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    **ROLE["People"]["Properties"],
                    "AssumeRolePolicyDocument": {
                        "Version": "2012-10-17",
                        "Statement": {
                            "Effect": "Allow",
                            "Action": "sts:AssumeRole",
                            "Principal": {"Service": "ec2.amazonaws.com"},
                        },
                    },
                },
            }
        },
        {"console-lost": ["no longer: federation through SAML gives console access"]},
    ),
}


def template(resources: Resources, **sections: Any) -> str:
    """In JSON, which is YAML as well, with something in it that nobody asks for."""
    topic = {"Topic": {"Type": "AWS::SNS::Topic"}}
    return json.dumps({**sections, "Resources": {**topic, **resources}}, indent=1)


@pytest.mark.parametrize("case", CASES)
def test_two_templates(tmp_path: Path, case: str) -> None:
    before, after, expected = CASES[case]
    write(tmp_path, {"base/t.json": template(before), "head/t.yaml": template(after), "head2/t.json": template(after)})
    for paths, since in ((("head2",), "base"), (("head/t.yaml",), "base/t.json")):
        report = scanned(tmp_path, *paths, compare_to=since)
        found = {kind: list(because) for (kind, _, _), because in said(report).items()}
        assert found == expected, paths


def test_one_template_in_two_notations() -> None:
    for one, other in (("yaml", "json"), ("json", "yaml")):
        path, since = (f"fixtures/cloudformation/minimal-user.{name}" for name in (one, other))
        assert scanned(ROOT, path, compare_to=since).changes == ()


def test_a_stack_that_is_nested(tmp_path: Path) -> None:
    for side, resources in (("base", ABLE), ("head", ALONE)):
        nested = {"People": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "people.json"}}}
        write(tmp_path, {f"{side}/t.json": template(nested), f"{side}/people.json": template(resources)})
    report = scanned(tmp_path, "head", compare_to="base")
    assert said(report).keys() == {("lost", client, "ada") for client in ("localhost", "remote")}


def test_parameters_count_on_both_sides(tmp_path: Path) -> None:
    """The same value means something else."""
    parameters = {"Parameters": {"Stage": {"Type": "String"}}}
    for side, stage in (("base", "prod"), ("head", "dev")):
        chosen = {"Fn::If": ["IsIt", [SIGN_IN], {"Ref": "AWS::NoValue"}]}
        conditions = {"Conditions": {"IsIt": {"Fn::Equals": [{"Ref": "Stage"}, stage]}}}
        resources = {"Ada": user(ManagedPolicyArns=chosen)}
        write(tmp_path, {f"{side}/t.json": template(resources, **parameters, **conditions)})
    for stage, kind in (("prod", "lost"), ("dev", "gained")):
        report = scanned(tmp_path, "head", compare_to="base", parameters=(("Stage", stage),))
        assert {kind for kind, _, _ in said(report)} == {kind}


def change(action: str, logical_id: str, **values: Any) -> dict[str, Any]:
    contexts = {name: json.dumps(values[name]) for name in ("BeforeContext", "AfterContext") if name in values}
    known = {"Action": action, "LogicalResourceId": logical_id, "ResourceType": "AWS::IAM::User", **contexts}
    return {"Type": "Resource", "ResourceChange": known}


def change_set(*changes: object) -> str:
    stack = "arn:aws:cloudformation:eu-west-1:111122223333:stack/people/1"
    names = {"ChangeSetName": "c", "ChangeSetId": "arn:c", "StackId": stack, "StackName": "people"}
    return json.dumps({**names, "Changes": changes, "Status": "CREATE_COMPLETE"})


def test_a_change_set_does_not_say_what_stays(tmp_path: Path) -> None:
    """So `prior` says what to compare instead."""
    changes = [
        change("Modify", "Ada", BeforeContext=dict(ABLE["Ada"]), AfterContext=dict(ALONE["Ada"])),
        change("Add", "Bo", AfterContext=user(UserName="bo")),
    ]
    write(tmp_path, {"change-set.json": change_set(*changes)})
    assert {one.principal.kind.value for one in scanned(tmp_path, "change-set.json").principals} == {"user"}
    with pytest.raises(UsageError, match=r"a change set does not list what stays.*aws cloudformation get-template"):
        scanned(tmp_path, "change-set.json", compare_to="prior")


def test_a_change_set_beside_the_template_that_is_deployed(tmp_path: Path) -> None:
    """Who is new has nothing else; who stays may have, in what a change set does not list."""
    changes = [
        change("Modify", "Ada", AfterContext=dict(ALONE["Ada"])),
        change("Add", "Bo", AfterContext=user(UserName="bo", ManagedPolicyArns=[SIGN_IN])),
    ]
    write(tmp_path, {"change-set.json": change_set(*changes)})
    write(tmp_path, {"deployed.json": template(ABLE)})
    report = scanned(tmp_path, "change-set.json", compare_to="deployed.json")
    assert said(report).keys() == {
        ("undetermined", "localhost", "ada"),
        ("undetermined", "remote", "ada"),
        ("added", None, "bo"),
    }
