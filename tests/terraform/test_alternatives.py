"""What a configuration leaves open with few answers is tried out: what holds under all of them is definite."""

from __future__ import annotations

import json
from pathlib import Path
from string import Template
from typing import Any

import pytest

from scanner.root import Inputs
from scanner.verdicts import scenarios
from tests.scans import Scan, verdicts
from tests.tables import TABLES, table

pytestmark = pytest.mark.slow

TABLE = table(TABLES / "alternatives.yaml")
CASES = {case["name"]: case for case in TABLE["cases"]}
POLICIES = {
    name: f"arn:aws:iam::aws:policy/{policy}"
    for name, policy in {
        "ADMIN": "AdministratorAccess",
        "POWER": "PowerUserAccess",
        "READ": "ReadOnlyAccess",
        "AUDIT": "SecurityAudit",
    }.items()
}
USER = """
resource "aws_iam_user" "u" {
  name = "u"
}
resource "aws_iam_user_login_profile" "u" {
  user = aws_iam_user.u.name
}
"""


def written(text: str) -> str:
    """The text with the names of policies replaced, and ``${"$"}`` for a dollar sign."""
    return Template(text.replace('${"$"}', "$$")).substitute(POLICIES)


def attachment(name: str, policy_arn: str, meta: str = "") -> str:
    block = f'resource "aws_iam_user_policy_attachment" "{name}"'
    return f"{block} {{\n  {meta}\n  user = aws_iam_user.u.name\n  policy_arn = {policy_arn}\n}}\n"


def configuration(case: dict[str, Any]) -> str:
    parts = [TABLE["variables"], USER, written(case.get("more", ""))]
    parts += [attachment(key, written(case[key])) for key in ("policy_arn", "other") if key in case]
    if "policy" in case:
        policy = f"  user = aws_iam_user.u.name\n  policy = {written(case['policy'])}\n"
        parts.append(f'resource "aws_iam_user_policy" "p" {{\n{policy}}}\n')
    return "\n".join(parts)


def causes(report: Any) -> list[str]:
    (found,) = report.principals
    return [cause.detail for cause in found.aws_login.permissions[0].decision.causes]


@pytest.mark.parametrize("name", CASES)
def test_the_table(scan_files: Scan, name: str) -> None:
    report = scan_files({"main.tf": configuration(CASES[name])})
    assert not report.diagnostics
    assert verdicts(report) == {"aws_iam_user.u": ("yes", CASES[name]["outcome"])}
    if "cause" in CASES[name]:
        assert CASES[name]["cause"] in " ".join(causes(report))


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case["outcome"] == "unknown"])
def test_the_same_in_a_module(scan_files: Scan, name: str) -> None:
    """The answers reach a module through its arguments."""
    names = ("flag", "sure", "stage", "untyped", "number", "texts", "settings", "team", "tier")
    passed = "\n".join(f"  {argument} = var.{argument}" for argument in names)
    call = f'{TABLE["variables"]}\nmodule "m" {{\n  source = "./m"\n{passed}\n}}\n'
    report = scan_files({"main.tf": call, "m/main.tf": configuration(CASES[name])}, ".")
    assert verdicts(report) == {"module.m.aws_iam_user.u": ("yes", "unknown")}


def test_a_given_value_is_not_tried_out(scan_files: Scan) -> None:
    files = {"main.tf": 'variable "flag" {}\n' + USER + attachment("a", written('var.flag ? "${ADMIN}" : "${READ}"'))}
    for value, outcome in (("true", "allowed"), ("false", "implicit_deny")):
        given = Inputs(variables=(("flag", value),))
        assert verdicts(scan_files(files, inputs=given)) == {"aws_iam_user.u": ("yes", outcome)}


@pytest.mark.parametrize(
    ("user", "arn", "outcome"),
    [
        ("count = var.flag ? 1 : 0", 'var.flag ? "${ADMIN}" : "${READ}"', "allowed"),
        ("count = var.flag ? 1 : 0", 'var.flag ? "${READ}" : "${ADMIN}"', "implicit_deny"),
        ("count = var.flag ? 0 : 1", 'var.flag ? "${ADMIN}" : "${READ}"', "implicit_deny"),
        ("count = var.flag ? 1 : 0", 'var.sure ? "${ADMIN}" : "${READ}"', "unknown"),
        ('for_each = toset(var.flag ? ["a", "b"] : [])', 'var.flag ? "${ADMIN}" : "${READ}"', "allowed"),
        ("for_each = toset(var.texts)", 'var.flag ? "${ADMIN}" : "${POWER}"', "allowed"),
        ("for_each = toset(var.texts)", '{ dev = "${ADMIN}", prod = "${POWER}" }[var.stage]', "allowed"),
    ],
)
def test_a_principal_is_judged_where_it_exists(scan_files: Scan, user: str, arn: str, outcome: str) -> None:
    key = "count.index" if user.startswith("count") else "each.key"
    text = (
        f'{TABLE["variables"]}\nresource "aws_iam_user" "u" {{\n  {user}\n  name = "u-${{{key}}}"\n}}\n'
        f'resource "aws_iam_user_policy_attachment" "a" {{\n  {user}\n  user = aws_iam_user.u[{key}].name\n'
        f"  policy_arn = {written(arn)}\n}}\n"
    )
    assert verdicts(scan_files({"main.tf": text})) == {"aws_iam_user.u[*]": ("no", outcome)}


def test_a_key_that_only_a_resource_needs_which_may_not_be_there(scan_files: Scan) -> None:
    """Without the resource, any other key is fine, so nothing follows for the policy of that name."""
    text = (
        TABLE["variables"]
        + USER
        + 'resource "aws_iam_group" "g" {\n  count = length(var.texts)\n'
        + '  name  = { AdministratorAccess = "g" }[var.stage]\n}\n'
        + attachment("a", '"arn:aws:iam::aws:policy/${var.stage}"')
    )
    assert verdicts(scan_files({"main.tf": text})) == {"aws_iam_user.u": ("yes", "unknown")}


def test_conditions_of_one_variable_are_told_apart(scan_files: Scan) -> None:
    """Twenty conditions on parts of one variable, of which a verdict depends on one."""
    tags = ", ".join(f'k{number} = var.settings.k{number} ? "a" : "b"' for number in range(20))
    text = (
        TABLE["variables"]
        + USER.replace('name = "u"', f'name = "u"\n  tags = {{ {tags} }}')
        + attachment("a", written('var.settings.admin ? "${ADMIN}" : "${POWER}"'))
    )
    report = scan_files({"main.tf": text})
    assert verdicts(report) == {"aws_iam_user.u": ("yes", "allowed")}
    assert not report.diagnostics


def test_the_cause_names_the_open_condition(scan_files: Scan) -> None:
    text = TABLE["variables"] + USER + attachment("a", written('var.settings.admin ? "${ADMIN}" : "${READ}"'))
    line = text.split("\n").index(written('  policy_arn = var.settings.admin ? "${ADMIN}" : "${READ}"')) + 1
    assert causes(scan_files({"main.tf": text})) == [
        (
            f"the condition in main.tf on line {line}, which depends on "
            'variable "settings" of the root module, which has no value'
        )
    ]


@pytest.mark.parametrize("bound", ["MAX_LEAVES", "MAX_EVALUATIONS", "MAX_WORK", "MAX_ANSWERS"])
def test_too_many_combinations_stay_open_and_are_said(
    scan_files: Scan, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    monkeypatch.setattr(scenarios, bound, 2)
    text = USER + "".join(
        f'variable "v{number}" {{ type = bool }}\n'
        + attachment(f"a{number}", written(f'var.v{number} ? "${{READ}}" : "${{AUDIT}}"'))
        for number in range(4)
    )
    report = scan_files({"main.tf": text})
    assert verdicts(report) == {"aws_iam_user.u": ("yes", "unknown")}
    (said,) = report.warnings
    assert said.summary == "Combinations not tried"
    assert "--var" in said.detail


def plan(policy_references: list[str]) -> str:
    """What Terraform 1.11 plans for the user with a policy that is known after apply, as far as it matters here."""
    user = {"references": ["aws_iam_user.u.name", "aws_iam_user.u"]}
    resources: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
        "aws_iam_user": (
            {"name": "u"},
            {"arn": True, "id": True, "unique_id": True},
            {"name": {"constant_value": "u"}},
        ),
        "aws_iam_user_login_profile": ({"user": "u"}, {"id": True}, {"user": user}),
        "aws_iam_user_policy": (
            {"user": "u"},
            {"id": True, "name": True, "policy": True},
            {"user": user, "policy": {"references": policy_references}},
        ),
    }
    names = {type_: "p" if type_ == "aws_iam_user_policy" else "u" for type_ in resources}
    provider = {"aws": {"name": "aws", "full_name": "registry.terraform.io/hashicorp/aws"}}
    changes = [
        {
            "address": f"{type_}.{names[type_]}",
            "mode": "managed",
            "type": type_,
            "name": names[type_],
            "change": {"actions": ["create"], "before": None, "after": after, "after_unknown": unknown},
        }
        for type_, (after, unknown, _) in resources.items()
    ]
    written_resources = [
        {
            "address": f"{type_}.{names[type_]}",
            "mode": "managed",
            "type": type_,
            "name": names[type_],
            "provider_config_key": "aws",
            "expressions": expressions,
        }
        for type_, (_, _, expressions) in resources.items()
    ]
    configuration = {"provider_config": provider, "root_module": {"resources": written_resources}}
    whole = {"format_version": "1.2", "terraform_version": "1.11.4", "planned_values": {}}
    return json.dumps({**whole, "resource_changes": changes, "configuration": configuration})


@pytest.mark.parametrize(
    ("policy", "outcome"),
    [
        ('aws_iam_user.u.unique_id == "AIDAX" ? {all} : {sign_in}', "allowed"),
        ('aws_iam_user.u.unique_id == "AIDAX" ? {all} : {none}', "unknown"),
        ('aws_iam_user.u.unique_id == "AIDAX" ? {none} : {none}', "implicit_deny"),
    ],
)
def test_a_plan_with_its_configuration(scan_files: Scan, tmp_path: Path, policy: str, outcome: str) -> None:
    texts = {
        name: f'jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Action = "{action}", '
        'Resource = "*" }] })'
        for name, action in {"all": "*", "sign_in": "signin:*", "none": "s3:*"}.items()
    }
    body = f"  user   = aws_iam_user.u.name\n  policy = {policy.format(**texts)}\n"
    files = {
        "infra/main.tf": f'{USER}\nresource "aws_iam_user_policy" "p" {{\n{body}}}\n',
        "plan.json": plan(["aws_iam_user.u.unique_id", "aws_iam_user.u"]),
    }
    report = scan_files(files, "plan.json", inputs=Inputs(source=str(tmp_path / "infra")))
    assert verdicts(report) == {"aws_iam_user.u": ("yes", outcome)}
    assert not report.diagnostics
