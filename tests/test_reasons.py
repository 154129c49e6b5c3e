"""Reasons stay few, however much is in doubt."""

from __future__ import annotations

import json

import pytest

from scanner.report import explain
from scanner.report import json as json_report
from scanner.root import Inputs
from scanner.verdicts.document import principal_document
from scanner.verdicts.reasons import MAX_NAMED, MAX_REASONS, listed
from tests.scans import Scan

pytestmark = pytest.mark.slow

ATTACHMENTS = 60


def _weak(users: int) -> str:
    """Policies for users that another template defines: each may be meant for anybody."""
    document = {"Statement": [{"Effect": "Allow", "Action": "signin:*", "Resource": "*"}]}
    people = {
        f"U{number}": {"Type": "AWS::IAM::User", "Properties": {"LoginProfile": {"Password": "x"}}}
        for number in range(users)
    }
    policies = {
        f"P{number}": {
            "Type": "AWS::IAM::Policy",
            "Properties": {
                "PolicyName": "p",
                "PolicyDocument": document,
                "Users": [{"Fn::ImportValue": f"user-{number}"}],
            },
        }
        for number in range(ATTACHMENTS)
    }
    return json.dumps({"Resources": {**people, **policies}}, indent=1)


def test_a_report_does_not_grow_with_what_may_be_attached(scan_files: Scan) -> None:
    report = scan_files({"a.json": _weak(3)})
    for principal in report.principals:
        for permission in principal_document(principal)["permissions"]:
            assert permission["decision"] == "unknown"
            *shown, rest = permission["reasons"]
            assert len(shown) == MAX_REASONS
            assert rest["text"].startswith(f"{ATTACHMENTS - MAX_REASONS} more statements may allow or deny it")
    assert len(report.findings) == len(report.principals)
    for finding in report.findings:
        assert len(finding.message) < 200 * MAX_NAMED
        assert finding.message.count("user-") == MAX_NAMED - 1
        assert len(finding.related) < 5 * MAX_NAMED
    assert len(json_report.render(report, "1")) < 20_000 * len(report.principals)


def test_a_decision_does_not_have_all_that_makes_it_so(scan_files: Scan) -> None:
    document = {"Statement": [{"Effect": "Deny", "Action": "signin:*", "Resource": "*"}]}
    policies = [{"PolicyName": f"p{number}", "PolicyDocument": document} for number in range(ATTACHMENTS)]
    user = {"Type": "AWS::IAM::User", "Properties": {"LoginProfile": {"Password": "x"}, "Policies": policies}}
    report = scan_files({"a.json": json.dumps({"Resources": {"U": user}}, indent=1)})
    texts = [reason["text"] for reason in principal_document(report.principals[0])["permissions"][0]["reasons"]]
    assert texts == [
        *(f"statement of p{number} (inline) denies it" for number in range(MAX_REASONS)),
        f"{ATTACHMENTS - MAX_REASONS} more statements deny it, which --explain lists",
    ]
    assert len(report.findings[0].message) < 1_000


def test_an_explanation_has_all_of_it(scan_files: Scan) -> None:
    report = scan_files({"a.json": _weak(1)})
    text = explain.render(report.principals[:1])
    assert all(f'"user-{number}"' in text for number in range(ATTACHMENTS))


def test_lists_in_sentences() -> None:
    assert listed(["a", "b"]) == "a; b"
    assert listed(map(str, range(MAX_NAMED))).endswith("; 9")
    assert listed(map(str, range(1_000 + MAX_NAMED))).endswith("; 9; and 1,000 more")


UNKNOWN = """
variable "arn" {}
resource "aws_iam_user" "u" { name = "u" }
resource "aws_iam_user_login_profile" "u" { user = aws_iam_user.u.name }
resource "aws_iam_user_policy_attachment" "u" {
  user       = aws_iam_user.u.name
  policy_arn = var.arn
}
"""


def test_a_finding_names_each_cause_once_and_at_its_place(scan_files: Scan) -> None:
    (finding,) = scan_files({"main.tf": UNKNOWN}).findings
    cause = 'variable "arn" of the root module, which has no value'
    assert finding.message == f"Whether u can use `aws login` depends on {cause}"
    assert [(found.message, found.span.line) for found in finding.related] == [
        ("gives console access", 4),
        ("statement of var.arn (attached) may allow or deny it", 5),
        (cause, 2),
    ]
    assert finding.help.endswith("Give the value with --var or --var-file.")


def test_what_only_the_request_settles_is_said_with_the_statement(scan_files: Scan) -> None:
    grant = '{Effect = "Allow", Action = "signin:*", Resource = "*", Condition = {Bool = {"aws:x" = "true"}}}'
    inline = f'user = aws_iam_user.u.name\n  policy = jsonencode({{Statement = [{grant}], Version = "2012-10-17"}})\n'
    text = UNKNOWN.replace('variable "arn" {}\n', "").partition('resource "aws_iam_user_policy_attachment"')[0]
    (finding,) = scan_files({"main.tf": text + f'resource "aws_iam_user_policy" "p" {{\n  {inline}}}\n'}).findings
    assert finding.related[1].message == "statement of aws_iam_user_policy.p (inline) may allow it depending on: aws:x"


CLIENT = "oauth2/public-client"
ELSEWHERE = {
    f"arn:aws:signin:eu-west-1:*:{CLIENT}/*": "in the region us-east-1",
    f"arn:aws:signin:eu-*:*:{CLIENT}/localhost": "in the region us-east-1",
    "arn:aws:signin:eu-west-1:*": "in the region us-east-1",
    f"arn:aws:signin:*:444455556666:{CLIENT}/*": "in the account 111122223333",
    f"arn:aws:signin:eu-west-1:444455556666:{CLIENT}/*": "in the region us-east-1 and the account 111122223333",
    f"arn:aws-cn:signin:*:*:{CLIENT}/*": "in the partition aws",
    f"arn:aws:signin:us-east-1::{CLIENT}/*": "in the account 111122223333",
    f"arn:aws:signin:eu-west-1:*:{CLIENT}/remote": f"on {CLIENT}/localhost",
    "arn:aws:s3:::bucket": f"on {CLIENT}/localhost",
}


@pytest.mark.parametrize("resource", ELSEWHERE)
def test_what_is_wrong_with_a_resource_is_said(scan_files: Scan, resource: str) -> None:
    code = f"""
    resource "aws_iam_user" "u" {{ name = "u" }}
    resource "aws_iam_user_login_profile" "u" {{ user = aws_iam_user.u.name }}
    resource "aws_iam_user_policy" "u" {{
      user   = aws_iam_user.u.name
      policy = jsonencode({{
        Version   = "2012-10-17"
        Statement = [{{ Effect = "Allow", Action = "signin:*", Resource = "{resource}" }}]
      }})
    }}
    """
    inputs = Inputs(account="111122223333", region="us-east-1")
    (finding,) = [one for one in scan_files({"a.tf": code}, inputs=inputs).findings if "cannot" in one.rule]
    assert f"allowed on {resource} only, not {ELSEWHERE[resource]}" in finding.message


def test_an_account_that_is_not_known_is_not_named(scan_files: Scan) -> None:
    code = f"""
    resource "aws_iam_user" "u" {{ name = "u" }}
    resource "aws_iam_user_login_profile" "u" {{ user = aws_iam_user.u.name }}
    resource "aws_iam_user_policy" "u" {{
      user   = aws_iam_user.u.name
      policy = jsonencode({{
        Version   = "2012-10-17"
        Statement = [{{ Effect = "Allow", Action = "signin:*", Resource = "arn:aws:signin:::{CLIENT}/*" }}]
      }})
    }}
    """
    (finding,) = scan_files({"a.tf": code}).findings
    assert finding.message.endswith("only, not in any region and any account")
