"""What IAM refuses or overwrites: ARNs in place of names, names in place of ARNs, two inline policies of one name."""

from __future__ import annotations

import pytest

from tests.joining.test_joining import ATTACHED, DOCUMENT, GROUP, INLINE, MEMBER, POLICY, SIGN_IN, USER
from tests.scans import Scan, causes, scanned_template, verdicts

ATTACHED_HERE = ATTACHED % SIGN_IN
INLINE_OF_USER = (
    f'resource "aws_iam_user_policy" "%s" {{\n  user   = "ann"\n  name   = "%s"\n  policy = {DOCUMENT}\n}}\n'
)
OTHER = DOCUMENT.replace("signin:*", "s3:*")
CASES = {
    "by its name": (USER + ATTACHED_HERE.replace('"ann"', "aws_iam_user.ann.name"), "allowed", ""),
    "by its ID": (USER + ATTACHED_HERE.replace('"ann"', "aws_iam_user.ann.id"), "allowed", ""),
    "by its ARN": (USER + ATTACHED_HERE.replace('"ann"', "aws_iam_user.ann.arn"), "unknown", "an ARN where IAM takes"),
    "a group by its ARN": (
        USER + GROUP + INLINE + MEMBER.replace('"devs"', "aws_iam_group.devs.arn"),
        "unknown",
        "an ARN where IAM takes the name of a group",
    ),
    "a policy by its ARN": (USER + POLICY + (ATTACHED % "x").replace('"x"', "aws_iam_policy.cli.arn"), "allowed", ""),
    "a policy by its name": (
        USER + POLICY + (ATTACHED % "x").replace('"x"', "aws_iam_policy.cli.name"),
        "unknown",
        "the name of a policy in place of its ARN",
    ),
    "two policies": (
        USER + INLINE_OF_USER % ("one", "one") + (INLINE_OF_USER % ("two", "two")).replace(DOCUMENT, OTHER),
        "allowed",
        "",
    ),
    "two policies of one name": (
        USER + INLINE_OF_USER % ("one", "same") + (INLINE_OF_USER % ("two", "same")).replace(DOCUMENT, OTHER),
        "unknown",
        'which inline policy "same" of aws_iam_user.ann is written last',
    ),
    "two policies of one name that say the same": (
        USER + INLINE_OF_USER % ("one", "same") + INLINE_OF_USER % ("two", "same"),
        "allowed",
        "",
    ),
    "one of two policies of one name": (
        USER
        + 'variable "x" { type = bool }\n'
        + (INLINE_OF_USER % ("one", "same")).replace("{\n", "{\n  count = var.x ? 1 : 0\n", 1)
        + (INLINE_OF_USER % ("two", "same"))
        .replace("{\n", "{\n  count = var.x ? 0 : 1\n", 1)
        .replace("signin:*", 'signin:Auth*", "signin:Create*')
        .replace("Action = ", "Action = [")
        .replace(", Resource", "], Resource"),
        "allowed",
        "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_counts(case: str, scan_files: Scan) -> None:
    code, wanted, because = CASES[case]
    report = scan_files({"main.tf": code})
    assert verdicts(report)["aws_iam_user.ann"] == ("yes", wanted)
    assert because in causes(report)


SIGNS_IN = '{Statement: {Effect: Allow, Action: "signin:*", Resource: "*"}}'
OTHERS = SIGNS_IN.replace("signin", "s3")
G = f"G: {{Type: AWS::IAM::Group, Properties: {{ManagedPolicyArns: [{SIGN_IN}]}}}}"
P = f"P: {{Type: AWS::IAM::UserPolicy, Properties: {{UserName: !Ref U, PolicyName: x, PolicyDocument: {OTHERS}}}}}"


@pytest.mark.parametrize(
    ("properties", "more", "wanted"),
    [
        (
            "Groups: [!Ref G]",
            G,
            "allowed",
        ),
        (
            "Groups: [!GetAtt G.Arn]",
            G,
            "unknown",
        ),
        (
            f"Policies: [{{PolicyName: x, PolicyDocument: {SIGNS_IN}}}, {{PolicyName: x, PolicyDocument: {OTHERS}}}]",
            "",
            "unknown",
        ),
        (
            f"Policies: [{{PolicyName: x, PolicyDocument: {SIGNS_IN}}}, {{PolicyName: y, PolicyDocument: {OTHERS}}}]",
            "",
            "allowed",
        ),
        (
            f"Policies: [{{PolicyName: x, PolicyDocument: {SIGNS_IN}}}]",
            P,
            "unknown",
        ),
    ],
    ids=["a group", "the ARN of a group", "one name", "two names", "one name in two places"],
)
def test_templates(properties: str, more: str, wanted: str) -> None:
    user = f"U: {{Type: AWS::IAM::User, Properties: {{UserName: u, LoginProfile: {{Password: x}}, {properties}}}}}"
    report = scanned_template(f"Resources:\n  {user}\n  {more}\n")
    assert verdicts(report)["U"] == ("yes", wanted)
