"""What Terraform's language means for principals, beside the table ``tests/cases/configuration``."""

from __future__ import annotations

import pytest

from scanner.root import Inputs
from scanner.verdicts.document import principal_document
from tests.scans import Scan, verdicts
from tests.terraform.one_user import ONE, SIGN_IN, user
from tests.verdict_cases import cases


def test_variables_from_the_command_line(scan_files: Scan) -> None:
    files = {"a.tf": 'variable "p" {}\nvariable "l" {\n  type = list(string)\n}\n' + user(policy="var.l[0]")}
    given = Inputs(variables=(("p", "x"), ("l", f'["{SIGN_IN}"]')))
    assert verdicts(scan_files(files, inputs=given)) == ONE


def test_variables_from_the_environment(scan_files: Scan) -> None:
    files = {
        "a.tf": 'variable "p" {}\nvariable "l" {\n  type = list(string)\n}\n' + user(policy='"${var.p}${var.l[0]}"'),
        "terraform.tfvars": 'p = "arn:aws:iam::aws:policy/"',
    }
    given = Inputs(environment=(("l", '["SignInLocalDevelopmentAccess"]'), ("p", "ranked below files"), ("other", "x")))
    assert verdicts(scan_files(files, inputs=given)) == ONE


def test_for_each_that_terraform_would_refuse_hides_nothing(scan_files: Scan) -> None:
    meta = "for_each = 3 + {}"
    report = scan_files({"a.tf": user(meta=meta, name="each.key", reference="aws_iam_user.u[each.key].name")})
    assert verdicts(report) == {"aws_iam_user.u[*]": ("unknown", "unknown")}
    assert {found.message for found in report.errors} == {
        "Invalid expression: This cannot be evaluated: an arithmetic operator needs numbers: a number is required."
    }


def test_a_cycle_is_named(scan_files: Scan) -> None:
    report = scan_files({"a.tf": "locals {\n  a = local.b\n  b = local.a\n}\n" + user(policy="local.a")})
    (finding,) = report.findings
    (error,) = report.errors
    circle = "local.a → local.b → local.a"
    assert error.message == f"Circular reference: local.a depends on itself ({circle}), so it has no value."
    assert error.span.line == 2
    assert verdicts(report) == {"aws_iam_user.u": ("yes", "unknown")}
    assert finding.rule == "aws-login-undetermined"
    assert "local.a, which depends on itself (local.a → local.b → local.a)" in finding.message


def test_a_missing_module_is_named_once(scan_files: Scan) -> None:
    report = scan_files({"a.tf": 'module "m" {\n  source = "acme/user/aws"\n}\n' + user(policy="module.m.policy_arn")})
    (warning,) = report.warnings
    assert 'module.m, whose source "acme/user/aws" is not installed. Run `terraform init` first.' in warning.message
    assert warning.span.line == 1


def test_statements_are_found_where_they_stand(scan_files: Scan) -> None:
    files = cases("configuration")["documents: a document in a heredoc with a hole"]["files"]
    report = scan_files(files)
    (assessed,) = report.principals
    (match,) = assessed.aws_login.permissions[0].decision.matches
    assert match.statement.span is not None
    assert '"signin:*"' in files["a.tf"].splitlines()[match.statement.span.line - 1]


def test_a_policy_document_without_statements_is_wrong_where_it_is_used(scan_files: Scan) -> None:
    document = 'data "aws_iam_policy_document" "e" {}\n'
    policy = """
    resource "aws_iam_user_policy" "u" {
      user   = aws_iam_user.u.name
      policy = data.aws_iam_policy_document.e.json
    }
    """
    (found,) = scan_files({"a.tf": document + policy, "b.tf": user()}).diagnostics
    assert found.message == "Malformed policy document: The policy document has no Statement."
    assert (found.span.path, found.span.line) == ("a.tf", 5)


def test_deep_chains_end(scan_files: Scan) -> None:
    chain = "\n".join(f"  a{number} = local.a{number + 1}" for number in range(1000))
    files = {"a.tf": f'locals {{\n{chain}\n  a1000 = "{SIGN_IN}"\n}}\n' + user(policy="local.a0")}
    report = scan_files(files)
    assert verdicts(report) == {"aws_iam_user.u": ("yes", "unknown")}
    assert any("through more than 500 references" in found.message for found in report.errors)


def test_huge_counts_end(scan_files: Scan) -> None:
    report = scan_files({"a.tf": user(meta="count = 1000000000", reference="aws_iam_user.u[count.index].name")})
    assert {found.message for found in report.errors} == {
        "Bound exceeded: There would be 1000000000 instances; the limit is 50000."
    }


def test_modules_that_call_themselves_end(scan_files: Scan) -> None:
    report = scan_files({"a.tf": 'module "me" {\n  source = "./"\n}\n' + user()})
    assert "aws_iam_user.u" in verdicts(report)
    assert any("nested more than" in found.message for found in report.errors)


TEMPLATE = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "${actions}", "Resource": "*"}]}'
TEMPLATES: dict[str, tuple[str, str]] = {
    "a file": ('templatefile("${path.module}/policies/p.tpl", { actions = "signin:*" })', "infra/m/policies/p.tpl"),
    "a file by an absolute path": (
        'templatefile(abspath("${path.module}/policies/p.tpl"), { actions = "signin:*" })',
        "infra/m/policies/p.tpl",
    ),
    "a text": ('templatestring(local.text, { actions = "signin:*" })', "infra/m/main.tf"),
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_are_where_the_working_directory_sees_them(scan_files: Scan, name: str) -> None:
    expression, path = TEMPLATES[name]
    source = f"""
        locals {{
          text = file("${{path.module}}/policies/p.tpl")
        }}
        resource "aws_iam_user" "u" {{
          name = "u"
        }}
        resource "aws_iam_user_policy" "u" {{
          user   = aws_iam_user.u.name
          policy = {expression}
        }}
    """
    files = {
        "infra/main.tf": 'module "m" {\n  source = "./m"\n}\n',
        "infra/m/main.tf": source,
        "infra/m/policies/p.tpl": TEMPLATE,
    }
    report = scan_files(files, "infra")
    (found,) = map(principal_document, report.principals)
    reasons = [reason for permission in found["permissions"] for reason in permission["reasons"]]
    assert {reason["location"]["path"] for reason in reasons} == {path}
