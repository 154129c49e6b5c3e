"""SSM parameters hand values over from whatever writes them to whatever reads them, in one account and region."""

from __future__ import annotations

import json

import pytest

from scanner.root import Inputs
from tests.joining.test_joining import OTHER, OWN, POLICY, USER
from tests.scans import Scan, errors, verdicts

HERE = Inputs(account=OWN, region="eu-west-1")
PROVIDER = f'provider "aws" {{\n  region = "%s"\n  allowed_account_ids = ["{OWN}"]\n}}\n'
IN_TERRAFORM = PROVIDER % "eu-west-1"
ALLOWS = """
  Cli:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      ManagedPolicyName: cli
      PolicyDocument: {Version: "2012-10-17", Statement: {Effect: Allow, Action: "signin:*", Resource: "*"}}
"""
PARAMETER = """
  Arn:
    Type: AWS::SSM::Parameter
    Properties: {Name: /iam/cli, Type: String, Value: !Ref Cli}
"""
SIGNS_IN = """
  Ann:
    Type: AWS::IAM::User
    Properties:
      LoginProfile: {Password: "{{resolve:ssm-secure:/people/ann:1}}"}
      %s
"""


def template(*resources: str, more: str = "") -> str:
    return f"{more}\nResources:{''.join(resources)}"


def declared(kind: str) -> str:
    return f"Parameters:\n  P: {{Type: 'AWS::SSM::Parameter::Value<{kind}>', Default: /iam/cli}}\n"


WRITERS = {
    "a resource": {
        "w/main.tf": IN_TERRAFORM
        + POLICY
        + 'resource "aws_ssm_parameter" "p" {\n  name = "/iam/cli"\n  type = "String"\n'
        "  value = aws_iam_policy.cli.arn\n}\n"
    },
    "a template": {"w.yaml": template(ALLOWS, PARAMETER)},
    "a template with a name put together": {
        "w.yaml": template(
            ALLOWS,
            PARAMETER.replace("/iam/cli", '!Sub "/${Folder}/cli"'),
            more="Parameters: {Folder: {Type: String, Default: iam}}",
        )
    },
    "a nested stack": {
        "w.yaml": template("\n  Inner: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: inner.yaml}}\n"),
        "inner.yaml": template(ALLOWS, PARAMETER),
    },
    "an assembly": {
        "cdk.out/manifest.json": json.dumps(
            {
                "version": "38.0.1",
                "artifacts": {
                    "W": {
                        "type": "aws:cloudformation:stack",
                        "environment": f"aws://{OWN}/eu-west-1",
                        "properties": {"templateFile": "W.template.json"},
                        "displayName": "W",
                    }
                },
            }
        ),
        "cdk.out/W.template.json": json.dumps(
            {
                "Resources": {
                    "Cli": {
                        "Type": "AWS::IAM::ManagedPolicy",
                        "Properties": {
                            "PolicyDocument": {
                                "Version": "2012-10-17",
                                "Statement": {"Effect": "Allow", "Action": "signin:*", "Resource": "*"},
                            }
                        },
                    },
                    "Arn": {
                        "Type": "AWS::SSM::Parameter",
                        "Properties": {"Name": "/iam/cli", "Type": "String", "Value": {"Ref": "Cli"}},
                    },
                }
            }
        ),
    },
}
READERS = {
    "a data source": {
        "r/main.tf": IN_TERRAFORM
        + USER
        + 'data "aws_ssm_parameter" "p" { name = "/iam/cli" }\n'
        + 'resource "aws_iam_user_policy_attachment" "a" {\n  user = aws_iam_user.ann.name\n'
        "  policy_arn = data.aws_ssm_parameter.p.value\n}\n"
    },
    "a dynamic reference": {"r.yaml": template(SIGNS_IN % 'ManagedPolicyArns: ["{{resolve:ssm:/iam/cli}}"]')},
    "a dynamic reference put together": {
        "r.yaml": template(SIGNS_IN % 'ManagedPolicyArns: [!Sub "{{resolve:ssm:/${Folder}/cli}}"]').replace(
            "\nResources", "Parameters: {Folder: {Type: String, Default: iam}}\nResources"
        )
    },
    "a parameter": {"r.yaml": template(SIGNS_IN % "ManagedPolicyArns: [!Ref P]", more=declared("String"))},
    "a list": {
        "r.yaml": template(SIGNS_IN % "ManagedPolicyArns: [!Select [0, !Ref P]]", more=declared("List<String>"))
    },
    "a parameter of a nested stack": {
        "r.yaml": template(
            "\n  Inner:\n    Type: AWS::CloudFormation::Stack\n"
            "    Properties: {TemplateURL: people.yaml, Parameters: {P: /iam/cli}}\n"
        ),
        "people.yaml": template(
            SIGNS_IN % "ManagedPolicyArns: [!Ref P]", more=declared("String").replace(", Default: /iam/cli", "")
        ),
    },
}


EXPORT = "\nOutputs:\n  Arn: {Value: !Ref Cli, Export: {Name: cli-arn}}\n"
READS_EXPORT = (
    USER
    + 'data "aws_cloudformation_export" "p" { name = "cli-arn" }\n'
    + 'resource "aws_iam_user_policy_attachment" "a" {\n  user = aws_iam_user.ann.name\n'
    "  policy_arn = data.aws_cloudformation_export.p.value\n}\n"
)


@pytest.mark.parametrize(
    ("exports", "provider", "inputs", "wanted"),
    [
        (EXPORT, IN_TERRAFORM, HERE, "allowed"),
        (EXPORT, IN_TERRAFORM, Inputs(), "unknown"),
        (EXPORT, PROVIDER % "us-east-1", HERE, "unknown"),
        (EXPORT.replace("cli-arn", "other"), IN_TERRAFORM, HERE, "unknown"),
    ],
    ids=["one", "nobody knows where", "another region", "another name"],
)
def test_exports(exports: str, provider: str, inputs: Inputs, wanted: str, scan_files: Scan) -> None:
    files = {"w.yaml": template(ALLOWS) + exports, "r/main.tf": provider + READS_EXPORT}
    assert ann(scan_files, files, inputs=inputs) == wanted


def ann(scan_files: Scan, *files: dict[str, str], inputs: Inputs = HERE) -> str:
    report = scan_files({name: text for each in files for name, text in each.items()}, inputs=inputs)
    assert not errors(report)
    (found,) = {verdict[1] for name, verdict in verdicts(report).items() if name.endswith(("Ann", ".ann"))}
    return found


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("writer", WRITERS)
def test_whoever_writes_it_and_whoever_reads_it(writer: str, reader: str, scan_files: Scan) -> None:
    # The ARN of a policy whose name is generated is no text that could be split.
    wanted = "unknown" if (writer, reader) == ("an assembly", "a list") else "allowed"
    assert ann(scan_files, WRITERS[writer], READERS[reader]) == wanted


@pytest.mark.parametrize("reader", READERS)
def test_alone_it_is_not_known(reader: str, scan_files: Scan) -> None:
    assert ann(scan_files, READERS[reader]) == "unknown"


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("inputs", [Inputs(), Inputs(account=OWN), Inputs(region="eu-west-1")])
def test_nobody_knows_where_both_are(writer: str, inputs: Inputs, scan_files: Scan) -> None:
    assert ann(scan_files, WRITERS[writer], READERS["a dynamic reference"], inputs=inputs) == "unknown"


@pytest.mark.parametrize("inputs", [Inputs(account=OTHER, region="eu-west-1"), Inputs(account=OWN, region="us-east-1")])
def test_they_are_elsewhere(inputs: Inputs, scan_files: Scan) -> None:
    assert ann(scan_files, WRITERS["a resource"], READERS["a dynamic reference"], inputs=inputs) == "unknown"


WRITTEN = WRITERS["a template"]["w.yaml"]


@pytest.mark.parametrize(
    "text",
    [
        WRITTEN.replace("/iam/cli", "/iam/other"),
        WRITTEN.replace("Name: /iam/cli, ", ""),
        WRITTEN.replace("Type: String, Value", "Type: String, Policies: '[]', Value"),
        WRITTEN.replace("Value: !Ref Cli", "Value: !GetAtt Cli.PolicyId"),
        WRITTEN.replace("Name: /iam/cli", "Name: !Ref N").replace(
            "\nResources", "Parameters: {N: {Type: String}}\nResources"
        ),
        WRITTEN.replace("AWS::SSM::Parameter\n", "AWS::SSM::Parameter\n    Condition: C\n").replace(
            "\nResources", "Parameters: {N: {Type: String}}\nConditions: {C: !Equals [!Ref N, x]}\nResources"
        ),
        WRITTEN + PARAMETER.replace("Arn:", "Again:"),
    ],
    ids=["name", "generated name", "expires", "value", "open name", "perhaps", "twice"],
)
def test_what_is_not_certainly_written(text: str, scan_files: Scan) -> None:
    assert ann(scan_files, {"w.yaml": text}, READERS["a dynamic reference"]) == "unknown"


def test_a_condition_that_does_not_hold(scan_files: Scan) -> None:
    text = WRITTEN.replace("AWS::SSM::Parameter\n", "AWS::SSM::Parameter\n    Condition: C\n").replace(
        "\nResources", "Conditions: {C: !Equals [a, b]}\nResources"
    )
    assert ann(scan_files, {"w.yaml": text}, READERS["a dynamic reference"]) == "unknown"


def test_a_version_is_not_the_latest(scan_files: Scan) -> None:
    reader = {"r.yaml": READERS["a dynamic reference"]["r.yaml"].replace("/iam/cli}}", "/iam/cli:1}}")}
    assert ann(scan_files, WRITERS["a template"], reader) == "unknown"


def test_two_that_write_it(scan_files: Scan) -> None:
    both = {**WRITERS["a template"], "v.yaml": WRITTEN.replace("ManagedPolicyName: cli", "ManagedPolicyName: other")}
    assert ann(scan_files, both, READERS["a parameter"]) == "unknown"


def test_another_name_is_given(scan_files: Scan) -> None:
    given = Inputs(account=OWN, region="eu-west-1", parameters=(("P", "/iam/other"),))
    assert ann(scan_files, WRITERS["a template"], READERS["a parameter"], inputs=given) == "unknown"


def test_part_of_a_text(scan_files: Scan) -> None:
    writer = WRITTEN.replace("!Ref Cli", "cli")
    arn = f'ManagedPolicyArns: [!Join ["", ["arn:aws:iam::{OWN}:policy/", "{{{{resolve:ssm:/iam/cli}}}}"]]]'
    assert ann(scan_files, {"w.yaml": writer}, {"r.yaml": template(SIGNS_IN % arn)}) == "allowed"


def test_a_denial(scan_files: Scan) -> None:
    assert ann(scan_files, {"w.yaml": WRITTEN.replace("Allow", "Deny")}, READERS["a parameter"]) == "explicit_deny"


def test_a_chain_and_a_circle(scan_files: Scan) -> None:
    between = PARAMETER.replace("/iam/cli", "{}").replace("!Ref Cli", "'{{{{resolve:ssm:{}}}}}'")
    between = between.replace("Properties: {", "Properties: {{").replace("}'}", "}'}}")
    reader = {"r.yaml": READERS["a dynamic reference"]["r.yaml"].replace("/iam/cli", "/b")}
    chain = {"b.yaml": template(between.format("/b", "/iam/cli")), **WRITERS["a resource"]}
    assert ann(scan_files, chain, reader) == "allowed"
    circle = {"b.yaml": template(between.format("/b", "/c")), "c.yaml": template(between.format("/c", "/b"))}
    (unlinked,) = verdicts(scan_files({**circle, **reader, "w/main.tf": ""}, inputs=HERE)).values()
    assert unlinked[1] == "unknown"


def test_what_a_root_writes_itself(scan_files: Scan) -> None:
    together = {
        "r/main.tf": WRITERS["a resource"]["w/main.tf"]
        + READERS["a data source"]["r/main.tf"].replace(IN_TERRAFORM, "")
    }
    assert ann(scan_files, together) == "allowed"
    report = scan_files(together, inputs=HERE)
    assert [one.definition.address for one in report.principals] == ["aws_iam_user.ann"]


HERE_OR_THERE = PROVIDER % "eu-west-1" + PROVIDER.replace("{\n", '{\n  alias = "us"\n', 1) % "us-east-1"
OPEN = (
    PROVIDER.replace('"%s"', "var.x") + PROVIDER.replace("{\n", '{\n  alias = "us"\n', 1).replace('"%s"', "var.y")
) + 'variable "x" {}\nvariable "y" {}\n'
IN_REGIONS: dict[str, tuple[str, str, str, str]] = {
    "both say the same": (IN_TERRAFORM, 'region = "us-east-1"', 'region = "us-east-1"', "allowed"),
    "one says what the provider of the other says": (
        PROVIDER % "us-east-1",
        "",
        'region = "us-east-1"',
        "allowed",
    ),
    "it is written elsewhere": (IN_TERRAFORM, "", 'region = "us-east-1"', "unknown"),
    "it is read elsewhere": (IN_TERRAFORM, 'region = "us-east-1"', "", "unknown"),
    "one says what the provider says": (IN_TERRAFORM, 'region = "eu-west-1"', "", "allowed"),
    "one says nothing after all": (IN_TERRAFORM, "region = null", "", "allowed"),
    "one is not known": (IN_TERRAFORM + 'variable "x" {}\n', "region = var.x", "", "unknown"),
    "another configuration": (HERE_OR_THERE, "provider = aws.us", "", "unknown"),
    "another configuration, and the region of this one": (
        HERE_OR_THERE,
        'provider = aws.us\n  region = "eu-west-1"',
        "",
        "allowed",
    ),
    "the region of a resource": (
        HERE_OR_THERE + 'resource "aws_sns_topic" "t" { provider = aws.us }\n',
        "region = aws_sns_topic.t.region",
        'region = "us-east-1"',
        "allowed",
    ),
    "the region of a data source": (
        IN_TERRAFORM + 'data "aws_region" "r" { region = "us-east-1" }\n',
        "region = data.aws_region.r.id",
        'region = "us-east-1"',
        "allowed",
    ),
    "a region that a data source finds by name": (
        IN_TERRAFORM + 'data "aws_region" "r" { name = "us-east-1" }\n',
        "region = data.aws_region.r.region",
        "",
        "unknown",
    ),
    "a region that a data source finds by its endpoint": (
        IN_TERRAFORM + 'data "aws_region" "r" { endpoint = "ec2.us-east-1.amazonaws.com" }\n',
        "region = data.aws_region.r.id",
        "",
        "unknown",
    ),
    "the default configuration, which nobody knows": (OPEN, "", "", "allowed"),  # the user says so
    "another configuration, which nobody knows": (OPEN, "provider = aws.us", "", "unknown"),
}


@pytest.mark.parametrize("case", IN_REGIONS)
def test_regions(case: str, scan_files: Scan) -> None:
    reads, reader, writer, wanted = IN_REGIONS[case]
    files = {
        "r/main.tf": READERS["a data source"]["r/main.tf"]
        .replace(IN_TERRAFORM, reads)
        .replace('{ name = "/iam/cli" }', f'{{\n  name = "/iam/cli"\n  {reader}\n}}'),
        "w/main.tf": WRITERS["a resource"]["w/main.tf"].replace("  type =", f"  {writer}\n  type ="),
    }
    report = scan_files(files, inputs=HERE)
    assert verdicts(report)["aws_iam_user.ann"][1] == wanted
