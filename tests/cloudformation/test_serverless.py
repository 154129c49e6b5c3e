"""SAM templates: the roles that are made here against those that SAM's own transform makes."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from fnmatch import fnmatch
from typing import Any
from unittest.mock import patch

import pytest

from scanner.cloudformation.macros.serverless import SERVERLESS, with_serverless
from scanner.cloudformation.template.sections import read_template
from scanner.cloudformation.template.syntax import parse
from scanner.report.report import exit_status
from scanner.values import Value
from tests.scans import Scan, verdicts
from tests.tables import TABLES, table

pytestmark = pytest.mark.slow

CODE = "Handler: a.b, Runtime: python3.13, CodeUri: s3://b/k"
CASES = TABLES / "serverless.yaml"
TEMPLATES: dict[str, str] = table(CASES)


def function(properties: str = "", name: str = "F") -> str:
    more = f", {properties}" if properties else ""
    return f"  {name}:\n    Type: AWS::Serverless::Function\n    Properties: {{{CODE}{more}}}\n"


MACHINE = "  M: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: s3://b/k}}\n"


def text_of(template: str) -> str:
    whole = template if "Resources:\n" in template else f"Resources:\n{template}"
    return f"Transform: {SERVERLESS}\n{whole}"


def transformed(template: str) -> dict[str, Any]:
    """The identity resources that SAM's transform makes."""
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator
    from samtranslator.yaml_helper import yaml_parse

    with patch("boto3.session.Session.region_name", "us-east-1"):
        result = Translator({}, Parser()).translate(yaml_parse(template), {})
    return {key: found for key, found in result["Resources"].items() if found["Type"].startswith("AWS::IAM::")}


def made(template: str) -> dict[str, Any]:
    """The identity resources that are made here, in the form of a template."""
    (document,) = parse(template, "t.yaml").documents
    read, _ = read_template(document, "t.yaml")
    found = with_serverless(read, document)
    return {
        key: {
            "Type": resource.type,
            "Properties": {name: plain(value) for name, value in resource.properties.items()},
            "Condition": resource.condition.text if resource.condition is not None else None,
        }
        for key, resource in found.resources.items()
        if resource.type.startswith("AWS::IAM::")
    }


def plain(value: Value) -> Any:
    if isinstance(value.data, tuple):
        return [plain(item) for item in value.data]
    if isinstance(value.data, Mapping):
        if value.data.keys() == {"Fn::Sub"} and value.data["Fn::Sub"].text is not None:
            return value.data["Fn::Sub"].text.replace("${AWS::Partition}", "aws")
        return {key: plain(item) for key, item in value.data.items()}
    return value.data


def actions(document: Any) -> Any:
    """What a document allows, by its actions; what is no statement stays."""
    if not isinstance(document, dict) or "Statement" not in document:
        return document
    written = document["Statement"]
    found: set[tuple[str, str]] = set()
    for statement in written if isinstance(written, list) else [written]:
        names = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        found |= {(statement["Effect"], name.lower()) for name in names}
    return sorted(found)


def policies(written: Any) -> Any:
    """Inline policies by name and by the actions that they allow."""
    if isinstance(written, list):
        return [policies(policy) for policy in written]
    if isinstance(written, dict) and "Fn::If" in written:
        return {"Fn::If": [written["Fn::If"][0], *map(policies, written["Fn::If"][1:])]}
    if isinstance(written, dict) and "PolicyName" in written:
        return {"PolicyName": written["PolicyName"], "allows": actions(written["PolicyDocument"])}
    return written


def arn_text(arn: Any) -> str:
    if isinstance(arn, dict) and isinstance(arn.get("Fn::Sub"), str):
        return str(arn["Fn::Sub"]).replace("${AWS::Partition}", "aws")
    return str(arn)


def comparable(resource: dict[str, Any]) -> dict[str, Any]:
    properties = dict(resource.get("Properties", {}))
    if resource["Type"] != "AWS::IAM::Role":
        return {"Type": resource["Type"], **properties}
    arns = properties.get("ManagedPolicyArns") or []
    tags = properties.get("Tags") or []
    return {
        "trust": properties["AssumeRolePolicyDocument"],
        "attached": sorted(map(arn_text, arns)),
        "embedded": sorted(policies(properties.get("Policies") or []), key=str),
        "boundary": properties.get("PermissionsBoundary"),
        "path": properties.get("Path"),
        "tags": sorted((tag["Key"], tag["Value"]) for tag in tags),
        "conditional": resource.get("Condition") is not None,
    }


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_the_transform_makes_the_same(template: str) -> None:
    expected, found = transformed(text_of(template)), made(text_of(template))
    assert found.keys() == expected.keys()
    for key, resource in expected.items():
        assert comparable(found[key]) == comparable(resource), key


def test_there_are_many_templates() -> None:
    assert len(TEMPLATES) >= 25


@pytest.mark.parametrize("event", ["MQ", "SelfManagedKafka", "DocumentDB"])
def test_what_an_event_needs_is_allowed_and_nothing_else_of_weight(event: str) -> None:
    """The most that SAM may allow stands for what it allows in one case or another."""
    basic = "{Type: BASIC_AUTH, URI: s}"
    network = "{Type: VPC_SUBNET, URI: 'subnet:s'}, {Type: VPC_SECURITY_GROUP, URI: 'security_group:g'}"
    properties = {
        "MQ": "Broker: 'arn:aws:mq:us-east-1:1:broker:b', Queues: [q]",
        "SelfManagedKafka": "KafkaBootstrapServers: ['a:1'], Topics: [t]",
        "DocumentDB": "Cluster: 'arn:aws:rds:us-east-1:1:cluster:c', DatabaseName: d, StartingPosition: LATEST",
    }[event]
    access = f"{basic}, {network}" if event == "SelfManagedKafka" else basic
    properties += f", SourceAccessConfigurations: [{access}]"
    template = text_of(function(f"Events: {{E: {{Type: {event}, Properties: {{{properties}}}}}}}"))
    (theirs,), (ours,) = transformed(template).values(), made(template).values()
    allowed = {action for policy in theirs["Properties"]["Policies"] for action in actions(policy["PolicyDocument"])}
    most = {action for policy in ours["Properties"]["Policies"] for action in actions(policy["PolicyDocument"])}
    assert all(any(fnmatch(name, pattern) for _, pattern in most) for _, name in allowed)
    assert not any(name.startswith(("signin:", "sts:")) for _, name in most)


def test_principals_of_a_sam_template(scan_files: Scan) -> None:
    trust = "{Statement: {Effect: Allow, Action: 'sts:AssumeRole', Principal: {AWS: '123456789012'}}}"
    template = text_of(
        function("Policies: SignInLocalDevelopmentAccess")
        + function(f"AssumeRolePolicyDocument: {trust}", name="G")
        + MACHINE
        + textwrap.indent(
            textwrap.dedent("""\
            Anna:
              Type: AWS::IAM::User
              Properties: {LoginProfile: {Password: x}, ManagedPolicyArns: [!Ref Login]}
            Login:
              Type: AWS::IAM::ManagedPolicy
              Properties:
                Roles: [!Ref GRole]
                PolicyDocument: {Statement: {Effect: Allow, Action: 'signin:*', Resource: '*'}}
            """),
            "  ",
        )
    )
    report = scan_files({"template.yaml": template})
    assert not report.diagnostics
    assert verdicts(report) == {
        "Anna": ("yes", "allowed"),
        "FRole": ("no", "allowed"),
        "GRole": ("possible", "allowed"),
        "MRole": ("no", "implicit_deny"),
    }


ODD = [
    "Policies: 5",
    "Policies: [{a: b, c: d}]",
    "Policies: [{NoSuchPolicyTemplate: {}}]",
    "Policies: [[a]]",
    "Policies: {Fn::If: [a]}",
    "Policies: {Fn::If: {a: b}}",
    "Role: {Fn::If: [a]}",
    "Role: [a]",
    "Events: [a]",
    "Events: {E: a}",
    "Events: {E: {Type: [a], Properties: 3}}",
    "Events: {E: {Type: ScheduleV2}}",
    "Tags: [a]",
    "Tags: !Ref Nothing",
    "DeadLetterQueue: a",
    "EventInvokeConfig: {DestinationConfig: [a]}",
    "DeploymentPreference: [a]",
    "AssumeRolePolicyDocument: a",
    "Fn::Transform: {Name: Mine}",
]


@pytest.mark.parametrize("properties", ODD)
@pytest.mark.parametrize("common", ["Function: {Tracing: Active}", "Function: [a]", "[a]", "Nothing: a"])
def test_nothing_breaks_the_reader(scan_files: Scan, properties: str, common: str) -> None:
    common = common if common.startswith("[") else f"{{{common}}}"
    report = scan_files({"t.yaml": f"Transform: {SERVERLESS}\nGlobals: {common}\nResources:\n{function(properties)}"})
    assert {found.definition.address for found in report.principals} <= {"FRole", "FERole"}
    assert all(found.console.access.value in ("no", "unknown") for found in report.principals)


def test_a_policy_that_sam_does_not_know_is_unknown(scan_files: Scan) -> None:
    trust = "{Statement: {Effect: Allow, Action: 'sts:AssumeRole', Principal: {AWS: '123456789012'}}}"
    report = scan_files(
        {"t.yaml": text_of(function(f"AssumeRolePolicyDocument: {trust}, Policies: [{{NewPolicyTemplate: {{}}}}]"))}
    )
    assert verdicts(report) == {"FRole": ("possible", "unknown")}


def test_another_transform_beside_it_is_still_said(scan_files: Scan) -> None:
    text = f"Transform: [{SERVERLESS}, Mine]\nResources:\n{function()}"
    report = scan_files({"t.yaml": text})
    assert [found.summary for found in report.warnings] == ["Transform not followed"]
    assert exit_status(report, None) == 0
