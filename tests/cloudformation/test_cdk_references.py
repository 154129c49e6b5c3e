"""What the stacks of a cloud assembly hand to each other: outputs by the stack's name, and values for other regions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cloudformation.assemblies import ADMINISTRATOR, OPEN, READER, grant, manifest, stack, template, user
from tests.scans import Scan, verdicts

pytestmark = pytest.mark.slow

HERE = "aws://111111111111/eu-central-1"
OTHER_REGION = "aws://111111111111/us-east-1"
OTHER_ACCOUNT = "aws://222222222222/eu-central-1"
OWN_REGION = {"Ref": "AWS::Region"}
THEIR_ROLE = "arn:aws:iam::222222222222:role/reader"


def gives(value: object, **more: Any) -> str:
    """A stack whose output is a value."""
    return json.dumps({"Resources": {"T": {"Type": "AWS::SNS::Topic"}}, "Outputs": {"P": {"Value": value, **more}}})


def output(**more: Any) -> dict[str, Any]:
    return {"Fn::GetStackOutput": {"StackName": "Policies", "OutputName": "P", **more}}


def one(environment: str, value: object = ADMINISTRATOR) -> tuple[str, object]:
    return environment, value


GIVEN: list[tuple[str, str, list[tuple[str, object]], dict[str, Any], list[str], str]] = [
    ("open, own region", OPEN, [one(OPEN)], {"Region": OWN_REGION}, [], "allowed"),
    ("known, own region", HERE, [one(HERE)], {"Region": OWN_REGION}, [], "allowed"),
    ("known, no region", HERE, [one(HERE)], {}, [], "allowed"),
    ("the region written out", HERE, [one(HERE)], {"Region": "eu-central-1"}, [], "allowed"),
    ("another region", HERE, [one(OTHER_REGION)], {"Region": "us-east-1"}, [], "allowed"),
    ("not in that region", HERE, [one(HERE)], {"Region": "us-east-1"}, [], "unknown"),
    ("not in that account", HERE, [one(OTHER_ACCOUNT)], {}, [], "unknown"),
    ("by region", HERE, [one(HERE, READER), one(OTHER_REGION)], {"Region": "us-east-1"}, [], "allowed"),
    ("by account", HERE, [one(HERE), one(OTHER_ACCOUNT, READER)], {}, [], "allowed"),
    ("by the role's account", HERE, [one(HERE, READER), one(OTHER_ACCOUNT)], {"RoleArn": THEIR_ROLE}, [], "allowed"),
    (
        "by a role of its own account",
        HERE,
        [one(HERE), one(OTHER_ACCOUNT, READER)],
        {"RoleArn": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/reader"}},
        [],
        "allowed",
    ),
    ("a role of any account", HERE, [one(HERE), one(OTHER_ACCOUNT)], {"RoleArn": {"Ref": "Role"}}, [], "unknown"),
    ("a known one before an open one", HERE, [one(OPEN, READER), one(HERE)], {}, [], "allowed"),
    ("one of two open ones", OPEN, [one(OPEN, READER), one(OPEN)], {"Region": OWN_REGION}, [], "unknown"),
    ("the one it depends on", OPEN, [one(OPEN, READER), one(OPEN)], {"Region": OWN_REGION}, ["S1"], "allowed"),
    ("depends on both", OPEN, [one(OPEN, READER), one(OPEN)], {}, ["S0", "S1"], "unknown"),
    ("no such stack", OPEN, [], {"Region": OWN_REGION}, [], "unknown"),
]


@pytest.mark.parametrize(
    ("reader", "makers", "more", "dependencies", "expected"), [row[1:] for row in GIVEN], ids=[row[0] for row in GIVEN]
)
def test_which_stack_an_output_is_of(
    scan_files: Scan,
    reader: str,
    makers: list[tuple[str, object]],
    more: dict[str, Any],
    dependencies: list[str],
    expected: str,
) -> None:
    files = {f"cdk.out/{number}.json": gives(value) for number, (_, value) in enumerate(makers)}
    artifacts = {
        f"S{number}": stack(f"{number}.json", environment, properties={"stackName": "Policies"})
        for number, (environment, _) in enumerate(makers)
    }
    # The reader stands first, as it may where nothing depends on anything.
    artifacts = {"People": stack("people.json", reader, dependencies=dependencies), **artifacts}
    files["cdk.out/people.json"] = template(Anna=user(ManagedPolicyArns=[output(**more)]))
    files["cdk.out/manifest.json"] = manifest(artifacts)
    assert verdicts(scan_files(files))["People/Anna"] == ("yes", expected)


EXISTS = [
    ("no condition", {}, "allowed"),
    ("a condition that holds", {"Condition": "Yes"}, "allowed"),
    ("a condition that does not", {"Condition": "No"}, "unknown"),
    ("a condition that is open", {"Condition": "Open"}, "unknown"),
]


@pytest.mark.parametrize(("more", "expected"), [row[1:] for row in EXISTS], ids=[row[0] for row in EXISTS])
@pytest.mark.parametrize("way", ["output", "export"])
def test_an_output_that_need_not_be_there(scan_files: Scan, way: str, more: dict[str, str], expected: str) -> None:
    maker = json.loads(gives(ADMINISTRATOR, Export={"Name": "policy"}, **more))
    maker["Parameters"] = {"Stage": {"Type": "String"}}
    maker["Conditions"] = {
        "Yes": {"Fn::Equals": ["a", "a"]},
        "No": {"Fn::Equals": ["a", "b"]},
        "Open": {"Fn::Equals": [{"Ref": "Stage"}, "live"]},
    }
    reference = output(Region=OWN_REGION) if way == "output" else {"Fn::ImportValue": "policy"}
    files = {
        "cdk.out/manifest.json": manifest({"Policies": stack("p.json", OPEN), "People": stack("people.json", OPEN)}),
        "cdk.out/p.json": json.dumps(maker),
        "cdk.out/people.json": template(Anna=user(ManagedPolicyArns=[reference])),
    }
    assert verdicts(scan_files(files))["People/Anna"] == ("yes", expected)


def test_a_missing_output_is_said_to_be_missing(scan_files: Scan) -> None:
    files = {
        "cdk.out/manifest.json": manifest({"Policies": stack("p.json", OPEN), "People": stack("people.json", OPEN)}),
        "cdk.out/p.json": gives(ADMINISTRATOR),
        "cdk.out/people.json": template(
            Anna=user(
                ManagedPolicyArns=[
                    {"Fn::GetStackOutput": {"StackName": "Policies", "OutputName": "Q", "Region": OWN_REGION}}
                ]
            )
        ),
    }
    (finding,) = scan_files(files).findings
    assert "the output Q of the stack Policies, which does not exist" in finding.message


def test_what_names_a_user_reaches_that_user_alone(scan_files: Scan) -> None:
    def of(name: str) -> dict[str, Any]:
        return {"Fn::GetStackOutput": {"StackName": "people", "OutputName": name, "Region": OWN_REGION}}

    people = {
        "Resources": {
            "Anna": user(),
            "Ben": user(UserName="ben"),
            "Carl": user(),
            "Dora": user(),
            "Staff": {
                "Type": "AWS::IAM::Group",
                "Properties": {"Policies": [{"PolicyName": "p", "PolicyDocument": grant()}]},
            },
        },
        "Outputs": {name: {"Value": {"Ref": name}} for name in ("Anna", "Ben", "Carl", "Staff")},
    }
    policy = {"PolicyName": "p", "PolicyDocument": grant(), "Users": [of("Anna"), of("Ben")]}
    files = {
        "cdk.out/people.json": json.dumps(people),
        "cdk.out/p.json": template(
            Inline={"Type": "AWS::IAM::Policy", "Properties": policy},
            Into={
                "Type": "AWS::IAM::UserToGroupAddition",
                "Properties": {"GroupName": of("Staff"), "Users": [of("Carl")]},
            },
        ),
        "cdk.out/other.json": template(Anna=user(), Ben=user()),
    }
    files["cdk.out/manifest.json"] = manifest(
        {
            "Live/People": stack("people.json", HERE, properties={"stackName": "people"}),
            "Policies": stack("p.json", HERE),
            "Other": stack("other.json", HERE),
        }
    )
    assert {address: login for address, (_, login) in verdicts(scan_files(files)).items()} == {
        "Live/People/Anna": "allowed",
        "Live/People/Ben": "allowed",
        "Live/People/Carl": "allowed",
        "Live/People/Dora": "implicit_deny",
        "Other/Anna": "implicit_deny",
        "Other/Ben": "implicit_deny",
    }


def test_an_account_of_elsewhere_is_not_the_readers_own(scan_files: Scan) -> None:
    """A statement for the account of another stack says nothing about the account of the reader."""
    account = {"Fn::GetStackOutput": {"StackName": "Policies", "OutputName": "P", "RoleArn": {"Ref": "Role"}}}
    resource = {"Fn::Join": ["", ["arn:aws:signin:*:", account, ":oauth2/public-client/*"]]}
    statement = {"Statement": [{"Effect": "Allow", "Action": "signin:*", "Resource": resource}]}
    people = json.loads(template(Anna=user(Policies=[{"PolicyName": "p", "PolicyDocument": statement}])))
    files = {
        "cdk.out/people.json": json.dumps({**people, "Parameters": {"Role": {"Type": "String"}}}),
        "cdk.out/p.json": gives({"Ref": "AWS::AccountId"}),
        "cdk.out/manifest.json": manifest({"Policies": stack("p.json", OPEN), "People": stack("people.json", OPEN)}),
    }
    assert verdicts(scan_files(files))["People/Anna"] == ("yes", "unknown")


def test_a_nested_stack_is_given_what_another_stack_has(scan_files: Scan) -> None:
    """Its conditions depend on that, too, although the stack that has it is listed last."""
    child = {
        "Parameters": {"Policy": {"Type": "String"}},
        "Conditions": {"Given": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Policy"}, ""]}]}},
        "Resources": {
            "Anna": user(ManagedPolicyArns={"Fn::If": ["Given", [{"Ref": "Policy"}], {"Ref": "AWS::NoValue"}]})
        },
        "Outputs": {"Name": {"Value": "x", "Condition": "Given", "Export": {"Name": "name"}}},
    }
    parent = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": "child.json", "Parameters": {"Policy": output(Region=OWN_REGION)}},
    }
    files = {
        "cdk.out/child.json": json.dumps(child),
        "cdk.out/people.json": template(N=parent),
        "cdk.out/p.json": gives(ADMINISTRATOR),
        "cdk.out/manifest.json": manifest({"People": stack("people.json", OPEN), "Policies": stack("p.json", OPEN)}),
    }
    assert verdicts(scan_files(files)) == {"People/N/Anna": ("yes", "allowed")}


NAME = "/cdk/exports/People/policy"
DYNAMIC = f"{{{{resolve:ssm:{NAME}}}}}"
BY_READER = {"Fn::GetAtt": ["Reader", NAME]}
WRITTEN: list[tuple[str, str, dict[str, Any], object, str]] = [
    ("into the reader's region", OTHER_REGION, {}, BY_READER, "allowed"),
    ("by Sub", OTHER_REGION, {}, {"Fn::Sub": "${Reader." + NAME + "}"}, "allowed"),
    ("read directly", OTHER_REGION, {}, DYNAMIC, "allowed"),
    ("into another region", OTHER_REGION, {"region": "us-west-2"}, BY_READER, "unknown"),
    ("in another account", OTHER_ACCOUNT, {}, BY_READER, "unknown"),
    ("something else", OTHER_REGION, {"exports": {f"{NAME}2": ADMINISTRATOR}}, BY_READER, "unknown"),
    ("not imported", OTHER_REGION, {}, {"Fn::GetAtt": ["Reader", f"{NAME}2"]}, "unknown"),
    ("a version of it", OTHER_REGION, {}, DYNAMIC.replace("}}", ":1}}"), "unknown"),
    ("another parameter", OTHER_REGION, {}, DYNAMIC.replace("policy", "other"), "unknown"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("writer", "more", "reference", "expected"), [row[1:] for row in WRITTEN], ids=[row[0] for row in WRITTEN]
)
def test_values_for_other_regions(
    scan_files: Scan, writer: str, more: dict[str, Any], reference: object, expected: str
) -> None:
    written = {"region": "eu-central-1", "exports": {NAME: {"Ref": "Policy"}}, **more}
    makes = template(
        Policy={"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": grant()}},
        Writer={"Type": "Custom::CrossRegionExportWriter", "Properties": {"WriterProps": written}},
    )
    reads = template(
        Reader={
            "Type": "Custom::CrossRegionExportReader",
            "Properties": {"ReaderProps": {"region": "eu-central-1", "prefix": "People", "imports": {NAME: DYNAMIC}}},
        },
        Anna=user(ManagedPolicyArns=[reference]),
    )
    files = {"cdk.out/p.json": makes, "cdk.out/people.json": reads}
    files["cdk.out/manifest.json"] = manifest({"People": stack("people.json", HERE), "P": stack("p.json", writer)})
    assert verdicts(scan_files(files))["People/Anna"] == ("yes", expected)
