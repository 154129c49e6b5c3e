"""Features of newer Terraform and of OpenTofu, decided by their documentation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scanner.terraform.language.errors import EvaluationError
from tests.scans import Scan, verdicts
from tests.tables import TABLES, table
from tests.terraform.evaluation import UNKNOWN, evaluated, plain, root_module, same
from tests.terraform.one_user import ONE, SIGN_IN, user

pytestmark = pytest.mark.slow

TOPICS: dict[str, list[dict[str, Any]]] = table(TABLES / "newer_language.yaml")
CASES = [case for cases in TOPICS.values() for case in cases]


@pytest.mark.parametrize("case", CASES, ids=[case["expr"] for case in CASES])
def test_expressions(tmp_path: Path, case: dict[str, Any]) -> None:
    (tmp_path / "a.tf").write_text('variable "unknown" {}\n', encoding="utf-8")
    module = root_module(tmp_path)
    if case.get("error"):
        with pytest.raises(EvaluationError):
            evaluated(case["expr"], module)
        return
    assert same(plain(evaluated(case["expr"], module)), UNKNOWN if case.get("unknown") else case["result"])


DISABLED = {
    "false": {},
    "true": ONE,
    "var.unknown": {"aws_iam_user.u": ("yes", "allowed")},
    "!false && true": ONE,
}


@pytest.mark.parametrize("value", DISABLED)
def test_enabled_of_resources(scan_files: Scan, value: str) -> None:
    meta = f"lifecycle {{\n    enabled = {value}\n  }}"
    report = scan_files({"a.tofu": 'variable "unknown" {}\n' + user(meta=meta, reference='"alice"')})
    assert report.errors == ()
    assert verdicts(report) == DISABLED[value]


def test_an_attachment_that_may_be_disabled(scan_files: Scan) -> None:
    enabled = 'policy_arn = "' + SIGN_IN + '"\n  lifecycle {\n    enabled = var.unknown\n  }'
    files = {"a.tofu": 'variable "unknown" {}\n' + user().replace(f'policy_arn = "{SIGN_IN}"', enabled)}
    assert verdicts(scan_files(files)) == {"aws_iam_user.u": ("yes", "unknown")}


@pytest.mark.parametrize(
    ("value", "expected"), [("false", {}), ("true", {"module.m.aws_iam_user.u": ("yes", "allowed")})]
)
def test_enabled_of_modules(scan_files: Scan, value: str, expected: dict[str, tuple[str, str]]) -> None:
    call = f'module "m" {{\n  source = "./m"\n  lifecycle {{\n    enabled = {value}\n  }}\n}}\n'
    count = 'resource "aws_iam_access_key" "k" {\n  count = module.m == null ? 0 : 1\n  user = "alice"\n}\n'
    report = scan_files({"a.tofu": call + count, "m/a.tf": user()})
    assert report.errors == ()
    assert verdicts(report) == expected


def test_what_is_disabled_is_null(scan_files: Scan) -> None:
    off = 'data "aws_iam_policy" "p" {\n  name = "x"\n  lifecycle {\n    enabled = false\n  }\n}\n'
    policy = f'data.aws_iam_policy.p == null ? "{SIGN_IN}" : data.aws_iam_policy.p.arn'
    assert verdicts(scan_files({"a.tofu": off + user(policy=policy)})) == ONE


WRONG = {
    "null": "enabled is null",
    '"maybe"': "enabled must be true or false",
    "true\n  }\n  count = 1\n  lifecycle {": "only one of count, for_each and lifecycle.enabled",
}


@pytest.mark.parametrize("value", WRONG)
def test_enabled_that_opentofu_refuses(scan_files: Scan, value: str) -> None:
    resource = f'resource "aws_iam_user" "v" {{\n  name = "v"\n  lifecycle {{\n    enabled = {value}\n  }}\n}}\n'
    assert any(WRONG[value] in found.message for found in scan_files({"a.tofu": resource}).errors)


def test_typed_outputs(scan_files: Scan) -> None:
    output = 'output "p" {\n  type  = object({ arn = optional(string, "' + SIGN_IN + '") })\n  value = {}\n}\n'
    files = {"a.tf": 'module "m" {\n  source = "./m"\n}\n' + user(policy="module.m.p.arn"), "m/a.tf": output}
    assert verdicts(scan_files(files)) == ONE


def test_a_providers_function_under_another_name(scan_files: Scan) -> None:
    settings = 'terraform {\n  required_providers {\n    cloud = { source = "hashicorp/aws" }\n  }\n}\n'
    policy = 'provider::cloud::arn_build("aws", "iam", "", "aws", "policy/SignInLocalDevelopmentAccess")'
    assert verdicts(scan_files({"a.tf": settings + user(policy=policy)})) == ONE


def test_a_function_of_another_provider_is_not_known(scan_files: Scan) -> None:
    settings = 'terraform {\n  required_providers {\n    aws = { source = "acme/aws" }\n  }\n}\n'
    policy = f'provider::other::same("{SIGN_IN}")'
    report = scan_files({"a.tf": settings.replace("aws =", "other =") + user(policy=policy)})
    assert report.errors == ()
    assert verdicts(report) == {"aws_iam_user.u": ("yes", "unknown")}


def test_an_element_that_may_not_be_there_is_only_a_possibility(scan_files: Scan) -> None:
    policy = 'resource "aws_iam_policy" "p" {\n  count  = var.n\n  name   = "p"\n  policy = "{}"\n}\n'
    reference = f'try(aws_iam_policy.p[0].arn, "{SIGN_IN}")'
    report = scan_files({"a.tf": 'variable "n" {}\n' + policy + user(policy=reference)})
    assert verdicts(report) == {"aws_iam_user.u": ("yes", "unknown")}
