"""Whatever is scanned: one run ends, says what is wrong and where, and loses nothing beside it."""

from __future__ import annotations

import json

import pytest

from tests.scans import Scan

pytestmark = pytest.mark.slow

USER = 'resource "aws_iam_user" "good" {\n  name = "good"\n}\n'
DEEP = 3000

TERRAFORM = {
    "parentheses": f"locals {{\n  x = {'(' * DEEP}1{')' * DEEP}\n}}\n",
    "brackets": f"locals {{\n  x = {'[' * DEEP}{']' * DEEP}\n}}\n",
    "objects": f"locals {{\n  x = {'{a=' * DEEP}1{'}' * DEEP}\n}}\n",
    "a long sum": f"locals {{\n  x = 1{' + 1' * 5000}\n}}\n",
    "a long chain of attributes": f"locals {{\n  x = a{'.b' * 5000}\n}}\n",
    "a long chain of indexes": f"locals {{\n  x = a{'[0]' * 5000}\n}}\n",
    "a long chain of conditionals": f"locals {{\n  x = {'true ? 1 : ' * 5000}1\n}}\n",
    "interpolations inside each other": "locals {\n  x = " + '"${' * 500 + "1" + '}"' * 500 + "\n}\n",
    "interpolations inside each other in the place of a label": "a {\n" + '"${' * DEEP + "1" + '}"' * DEEP + "\n}\n",
    "a row of words that is no block": f"a {{\n  {'ab' * 2000}\n  x = {{\n}}\n",
    "nested blocks": "a {\n" * DEEP + "}\n" * DEEP,
    "unterminated string": 'locals {\n  x = "\n}\n',
    "unterminated heredoc": "locals {\n  x = <<EOT\n}\n",
    "many quotes": 'locals {\n  x = "' + '\\"' * 50000 + "\n}\n",
    "null bytes": "locals {\n  x = \x00\n}\n",
    "only braces": "{" * 5000,
    "a huge number": "locals {\n  x = 1e999999999\n}\n",
    "a huge power": "locals {\n  x = pow(10, 1000000000)\n}\n",
    "a huge range": "locals {\n  x = range(1000000000)\n}\n",
    "a huge text": 'locals {\n  x = format("%1000000000d", 1)\n}\n',
    "a growing list": "locals {\n  a = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n"
    "  x = setproduct(local.a, local.a, local.a, local.a, local.a, local.a, local.a, local.a, local.a)\n}\n",
    "a growing text": 'locals {\n  a0 = "aaaaaaaaaa"\n'
    + "".join(f'  a{number + 1} = "{f"${{local.a{number}}}" * 10}"\n' for number in range(12))
    + "  x = local.a12\n}\n",
    "a slow regular expression": 'locals {\n  x = regex("(a+)+$", "' + "a" * 40 + 'b")\n}\n',
}
ASKING = 'resource "aws_iam_user" "asks" {\n  name = local.x\n}\n'


@pytest.mark.parametrize("name", TERRAFORM)
def test_terraform(scan_files: Scan, name: str) -> None:
    report = scan_files({"good.tf": USER, "bad.tf": TERRAFORM[name], "asks.tf": ASKING})
    assert "aws_iam_user.good" in {found.definition.address for found in report.principals}
    assert not any("Internal" in error.summary for error in report.errors)


JSON_SYNTAX = {
    "lists": '{"locals": {"x": ' + "[" * DEEP + "]" * DEEP + "}}",
    "objects": '{"locals": {"x": ' + '{"a":' * DEEP + "1" + "}" * DEEP + "}}",
    "lists that never end": "[" * 200_000,
    "blocks": '{"resource": ' + "[" * 110 + "]" * 110 + "}",
    "dynamic blocks": '{"data": {"aws_iam_policy_document": {"d": '
    + '{"dynamic": {"a": {"content": ' * 35
    + "{}"
    + "}}}" * 35
    + "}}}",
    "interpolations inside each other": json.dumps({"locals": {"x": '"${' * 500 + "1" + '}"' * 500}}),
    "parentheses in a text": json.dumps({"locals": {"x": "${" + "(" * DEEP + "1" + ")" * DEEP + "}"}}),
    "many quotes": json.dumps({"locals": {"x": '"' * 50_000}}),
    "a huge number": '{"locals": {"x": 1e999999999}}',
    "a long number": '{"locals": {"x": ' + "9" * 100_000 + "}}",
    "a number in a text": json.dumps({"locals": {"x": "${" + "9" * 100_000 + "}"}}),
    "null bytes": '{"locals": {"x": "\x00"}}',
    "half a surrogate pair": '{"locals": {"x": "\\ud800${1}"}}',
    "nulls": '{"locals": null, "resource": {"aws_iam_user": {"x": null}}, "data": [null], "provider": {"aws": [null]}}',
    "texts for blocks": '{"locals": "x", "resource": {"aws_iam_user": "x"}, "variable": 1, "module": {"m": [1]}}',
    "a key for every letter": "{" + ",".join(f'"{number}": {{}}' for number in range(20_000)) + "}",
}


@pytest.mark.parametrize("name", JSON_SYNTAX)
def test_terraform_in_json(scan_files: Scan, name: str) -> None:
    report = scan_files({"good.tf": USER, "bad.tf.json": JSON_SYNTAX[name], "asks.tf": ASKING})
    assert "aws_iam_user.good" in {found.definition.address for found in report.principals}
    assert not any("Internal" in error.summary for error in report.errors)


TEMPLATES = {
    "anchors that explode": "Resources:\n  A: &a [x, x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"  B{n}: &b{n} [{', '.join(['*a' if n == 0 else f'*b{n - 1}'] * 10)}]\n" for n in range(12)),
    "an anchor inside itself": "Resources: &a\n  A:\n    Type: AWS::IAM::User\n    Properties: *a\n",
    "flow nesting": "Resources: " + "[" * DEEP + "]" * DEEP,
    "deep JSON": '{"Resources": ' + '{"a":' * DEEP + "1" + "}" * DEEP + "}",
    "a tag that runs code": "Resources:\n  A: !!python/object/apply:os.system ['touch pwned']\n",
    "conditions in a circle": "Conditions:\n  A: !Condition B\n  B: !Condition A\nResources:\n  U:\n"
    "    Type: AWS::IAM::User\n    Condition: A\n",
    "duplicate keys": "Resources:\n  A:\n    Type: AWS::IAM::User\n  A:\n    Type: AWS::IAM::User\n",
    "no mapping": "AWSTemplateFormatVersion: '2010-09-09'\nResources: 3\n",
    "truncated JSON": '{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"A": {"Type": "AWS::IAM::User"',
    "null everywhere": "Resources:\n  A:\n    Type: AWS::IAM::User\n    Properties:\n  B:\n  C: {Type: }\n",
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates(scan_files: Scan, name: str) -> None:
    report = scan_files(
        {
            "good.tf": USER,
            "bad.yaml": "AWSTemplateFormatVersion: '2010-09-09'\n" + TEMPLATES[name]
            if not TEMPLATES[name].startswith(("{", "AWS"))
            else TEMPLATES[name],
        }
    )
    assert "aws_iam_user.good" in {found.definition.address for found in report.principals}
    assert not any("Internal" in error.summary for error in report.errors)


PLAN = {"format_version": "1.2", "terraform_version": "1.11.4", "planned_values": {}, "resource_changes": []}
PLANS = {
    "truncated": json.dumps(PLAN)[:-3],
    "another version": json.dumps({**PLAN, "format_version": "9.0"}),
    "a failed run": json.dumps({**PLAN, "errored": True}),
    "wrong types": json.dumps(
        {**PLAN, "resource_changes": [1, None, "x", {}, {"change": 3}, {"change": {"after": []}}]}
    ),
    "configuration of nonsense": json.dumps(
        {
            **PLAN,
            "configuration": {"root_module": 3, "provider_config": []},
            "resource_changes": [
                {
                    "mode": "managed",
                    "type": "aws_iam_user",
                    "name": "u",
                    "address": "aws_iam_user.u",
                    "change": {"actions": ["create"], "after": {"name": 3, "tags": "x"}, "after_unknown": {"arn": 3}},
                }
            ],
        }
    ),
    "configuration of the wrong type": json.dumps({**PLAN, "configuration": []}),
    "no changes": json.dumps(
        {
            "format_version": "1.2",
            "terraform_version": "1.11.4",
            "planned_values": {"root_module": {"resources": [{"type": "aws_iam_user"}]}},
        }
    ),
    "deep": '{"format_version": "1.2", "resource_changes": ' + "[" * 100000 + "]" * 100000 + "}",
}


@pytest.mark.parametrize("name", PLANS)
def test_plans(scan_files: Scan, name: str) -> None:
    report = scan_files({"good.tf": USER, "plan.json": PLANS[name]})
    assert "aws_iam_user.good" in {found.definition.address for found in report.principals}
    assert not any("Internal" in error.summary for error in report.errors)
    if name != "configuration of nonsense":
        assert [error.span.path for error in report.errors] == ["plan.json"]
