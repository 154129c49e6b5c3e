"""Identities of the Cloud Control provider, and resources that may make identities which are not read."""

from __future__ import annotations

import json

import pytest

from tests.scans import Scan, verdicts

pytestmark = pytest.mark.slow

LOGIN = (
    'jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "signin:*", Resource = "*" }] })'
)
DOCUMENT = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "signin:*", "Resource": "*"}]}'
DENY = LOGIN.replace("Allow", "Deny")
PASSWORD = 'login_profile = { password = "change-me", password_reset_required = true }'
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
USER = f"""
resource "awscc_iam_user" "u" {{
  user_name = "ann"
  {PASSWORD}
  %s
}}
"""
CASES = {
    "a user": (USER % "", {"awscc_iam_user.u": ("yes", "implicit_deny")}),
    "no password": ('resource "awscc_iam_user" "u" {}', {"awscc_iam_user.u": ("no", "implicit_deny")}),
    "a managed policy": (USER % f'managed_policy_arns = ["{ADMIN}"]', {"awscc_iam_user.u": ("yes", "allowed")}),
    "an inline policy": (
        USER % f'policies = [{{ policy_name = "p", policy_document = {LOGIN} }}]',
        {"awscc_iam_user.u": ("yes", "allowed")},
    ),
    "a boundary": (
        USER
        % f"""managed_policy_arns = ["{ADMIN}"]
        permissions_boundary = "arn:aws:iam::aws:policy/IAMReadOnlyAccess" """,
        {"awscc_iam_user.u": ("yes", "implicit_deny")},
    ),
    "a group": (
        USER % "groups = [awscc_iam_group.g.group_name]"
        + f'resource "awscc_iam_group" "g" {{\n  group_name = "g"\n  managed_policy_arns = ["{ADMIN}"]\n}}\n',
        {"awscc_iam_user.u": ("yes", "allowed")},
    ),
    "a policy of its own": (
        USER % "managed_policy_arns = [awscc_iam_managed_policy.p.policy_arn]"
        + f'resource "awscc_iam_managed_policy" "p" {{\n  policy_document = {LOGIN}\n}}\n',
        {"awscc_iam_user.u": ("yes", "allowed")},
    ),
    "a policy that names its users": (
        USER % ""
        + f"""
        resource "awscc_iam_managed_policy" "p" {{
          managed_policy_name = "p"
          policy_document     = {LOGIN}
          users               = [awscc_iam_user.u.user_name]
        }}
        """,
        {"awscc_iam_user.u": ("yes", "allowed")},
    ),
    "an inline policy beside it": (
        USER % f'managed_policy_arns = ["{ADMIN}"]'
        + f"""
        resource "awscc_iam_user_policy" "p" {{
          user_name       = awscc_iam_user.u.id
          policy_name     = "p"
          policy_document = {DENY}
        }}
        """,
        {"awscc_iam_user.u": ("yes", "explicit_deny")},
    ),
    "an inline policy of a user of the other provider": (
        f"""
        resource "aws_iam_user" "v" {{ name = "bob" }}
        resource "aws_iam_user_login_profile" "v" {{ user = aws_iam_user.v.name }}
        resource "awscc_iam_user_policy" "p" {{
          user_name       = aws_iam_user.v.name
          policy_name     = "p"
          policy_document = {LOGIN}
        }}
        """,
        {"aws_iam_user.v": ("yes", "allowed")},
    ),
    "tags": (
        USER
        % """
        tags     = [{ key = "team", value = "a" }]
        policies = [{
          policy_name     = "p"
          policy_document = jsonencode({
            Version   = "2012-10-17"
            Statement = [{
              Effect    = "Allow"
              Action    = "signin:*"
              Resource  = "*"
              Condition = { StringEquals = { "aws:PrincipalTag/team" = "a" } }
            }]
          })
        }]
        """,
        {"awscc_iam_user.u": ("yes", "allowed")},
    ),
    "a role": (
        """
        resource "awscc_iam_role" "r" {
          role_name                   = "r"
          assume_role_policy_document = jsonencode({
            Version   = "2012-10-17"
            Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "*" } }]
          })
        }
        """,
        {"awscc_iam_role.r": ("possible", "implicit_deny")},
    ),
    "an inline policy of a role": (
        f"""
        resource "awscc_iam_role" "r" {{
          role_name                   = "r"
          assume_role_policy_document = jsonencode({{
            Version   = "2012-10-17"
            Statement = [{{ Effect = "Allow", Action = "sts:AssumeRole", Principal = {{ AWS = "*" }} }}]
          }})
        }}
        resource "awscc_iam_role_policy" "p" {{
          role_name       = awscc_iam_role.r.id
          policy_name     = "p"
          policy_document = {LOGIN}
        }}
        """,
        {"awscc_iam_role.r": ("possible", "allowed")},
    ),
    "an inline policy of a group": (
        USER % "groups = [awscc_iam_group.g.id]"
        + f"""
        resource "awscc_iam_group" "g" {{
          group_name = "g"
        }}
        resource "awscc_iam_group_policy" "p" {{
          group_name      = awscc_iam_group.g.id
          policy_name     = "p"
          policy_document = {LOGIN}
        }}
        """,
        {"awscc_iam_user.u": ("yes", "allowed")},
    ),
    "a permission set": (
        f"""
        resource "awscc_sso_permission_set" "p" {{
          name             = "p"
          instance_arn     = "arn:aws:sso:::instance/ssoins-1"
          managed_policies = ["{ADMIN}"]
          inline_policy    = {DENY}
        }}
        """,
        {"awscc_sso_permission_set.p": ("yes", "explicit_deny")},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_cloud_control(scan_files: Scan, name: str) -> None:
    text, expected = CASES[name]
    report = scan_files({"a.tf": text})
    assert report.diagnostics == ()
    assert verdicts(report) == expected


def stack(body: str) -> str:
    return f'resource "aws_cloudformation_stack" "s" {{\n  name = "s"\n  {body}\n}}\n'


TEMPLATE = 'template_body = jsonencode({{ Resources = {{ A = {{ Type = "{}" }} }} }})'
UNREAD = {
    "a stack with a user": stack(TEMPLATE.format("AWS::IAM::User")),
    "a stack with a stack": stack(TEMPLATE.format("AWS::CloudFormation::Stack")),
    "a stack from elsewhere": stack('template_url = "https://example.com/t.yaml"'),
    "a stack of a file": stack('template_body = file("${path.module}/t.yaml")'),
    "a stack set": 'resource "aws_cloudformation_stack_set" "s" {\n  name = "s"\n}\n',
    "a product": 'resource "aws_servicecatalog_provisioned_product" "s" {\n  name = "s"\n}\n',
    "any resource": 'resource "aws_cloudcontrolapi_resource" "s" {\n  type_name = "AWS::IAM::Role"\n}\n',
    "a type that nobody knows": 'resource "awscc_iam_brand_new" "s" {}\n',
    "one of the AWS provider": 'resource "aws_iam_brand_new" "s" {}\n',
    "in a module": stack('template_url = "x"').join(('module "m" {\n  source = "./m"\n}\n', "")),
}


@pytest.mark.parametrize("name", UNREAD)
def test_what_is_not_read_is_a_warning(scan_files: Scan, name: str) -> None:
    files = {"a.tf": UNREAD[name], "t.yaml": "Resources: {A: {Type: AWS::IAM::User}}\n", "m/a.tf": ""}
    report = scan_files(files, ".")
    found = [warning for warning in report.warnings if "Identities may be missing" in warning.message]
    assert [warning.span.path for warning in found] == ["a.tf"]
    assert ".s " in found[0].message


READ = {
    "a stack without identities": stack(TEMPLATE.format("AWS::SNS::Topic")),
    "a resource that is none": 'resource "aws_cloudcontrolapi_resource" "s" {\n  type_name = "AWS::S3::Bucket"\n}\n',
    "what grants nothing": 'resource "aws_iam_instance_profile" "s" {}\nresource "awscc_sso_assignment" "s" {}\n',
    "a stack that does not exist": stack('template_url = "x"\n  count = 0'),
}


@pytest.mark.parametrize("name", READ)
def test_what_makes_no_identities_is_none(scan_files: Scan, name: str) -> None:
    assert scan_files({"a.tf": READ[name]}).diagnostics == ()


def test_a_plan_names_what_is_known_after_apply(scan_files: Scan) -> None:
    def resource(kind: str, values: dict[str, object], *unknown: str) -> dict[str, object]:
        address = {"address": f"{kind}.x", "mode": "managed", "type": kind, "name": "x"}
        after_unknown = dict.fromkeys(unknown, True)
        change = {"actions": ["create"], "before": None, "after": values, "after_unknown": after_unknown}
        return {**address, "change": change}

    plan = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {}},
        "resource_changes": [
            resource("awscc_iam_user", {"login_profile": {"password": "change-me"}}, "id", "user_name"),
            resource("awscc_iam_managed_policy", {"policy_document": DOCUMENT}, "id", "policy_arn"),
            resource("aws_iam_user_policy_attachment", {}, "user", "policy_arn"),
        ],
        "configuration": {
            "root_module": {
                "resources": [
                    {"mode": "managed", "type": "awscc_iam_user", "name": "x"},
                    {"mode": "managed", "type": "awscc_iam_managed_policy", "name": "x"},
                    {
                        "mode": "managed",
                        "type": "aws_iam_user_policy_attachment",
                        "name": "x",
                        "expressions": {
                            "user": {"references": ["awscc_iam_user.x.id", "awscc_iam_user.x"]},
                            "policy_arn": {
                                "references": ["awscc_iam_managed_policy.x.id", "awscc_iam_managed_policy.x"]
                            },
                        },
                    },
                ]
            }
        },
    }
    assert verdicts(scan_files({"plan.json": json.dumps(plan)})) == {"awscc_iam_user.x": ("yes", "allowed")}


def test_a_plan(scan_files: Scan) -> None:
    values = {"name": "s", "template_body": '{"Resources": {"A": {"Type": "AWS::IAM::User"}}}'}
    address = {
        "address": "aws_cloudformation_stack.s",
        "mode": "managed",
        "type": "aws_cloudformation_stack",
        "name": "s",
    }
    change = {**address, "change": {"actions": ["create"], "before": None, "after": values, "after_unknown": {}}}
    plan = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": [{**address, "values": values}]}},
        "resource_changes": [change],
        "configuration": {"root_module": {}},
    }
    report = scan_files({"plan.json": json.dumps(plan)})
    assert ["Identities may be missing" in warning.message for warning in report.warnings] == [True]
