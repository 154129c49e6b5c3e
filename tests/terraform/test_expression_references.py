"""What an expression refers to. ``test_plan_file`` compares whole configurations with what Terraform says."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.span import Span
from scanner.terraform.language.syntax import parse_expression
from scanner.terraform.plans.expression_references import expression, plain_references

CASES: dict[str, list[str]] = {
    "var.a": ["var.a"],
    "var.a.b.c": ["var.a.b.c", "var.a.b", "var.a"],
    'var.a["k"].b': ['var.a["k"].b', 'var.a["k"]', "var.a"],
    "local.x[0]": ["local.x[0]", "local.x"],
    "each.value.name": ["each.value.name", "each.value"],
    "count.index": ["count.index"],
    "path.module": ["path.module"],
    "terraform.workspace": ["terraform.workspace"],
    "self.name": ["self.name", "self"],
    "aws_iam_user.a": ["aws_iam_user.a"],
    "aws_iam_user.a.name": ["aws_iam_user.a.name", "aws_iam_user.a"],
    "resource.aws_iam_user.a.name": ["aws_iam_user.a.name", "aws_iam_user.a"],
    'aws_iam_user.a["k"].name': ['aws_iam_user.a["k"].name', 'aws_iam_user.a["k"]', "aws_iam_user.a"],
    "aws_iam_user.a[0]": ["aws_iam_user.a[0]", "aws_iam_user.a"],
    "aws_iam_user.a.0.name": ["aws_iam_user.a[0].name", "aws_iam_user.a[0]", "aws_iam_user.a"],
    "aws_iam_user.a[each.key].name": ["aws_iam_user.a", "each.key"],
    "aws_iam_user.a[*].name": ["aws_iam_user.a"],
    "aws_iam_user.a.*.name[0]": ["aws_iam_user.a"],
    "aws_iam_user.a.tags[var.k].x": ["aws_iam_user.a.tags", "aws_iam_user.a", "var.k"],
    "data.aws_iam_policy_document.d.json": ["data.aws_iam_policy_document.d.json", "data.aws_iam_policy_document.d"],
    "data.aws_iam_policy_document.d[1].json": [
        "data.aws_iam_policy_document.d[1].json",
        "data.aws_iam_policy_document.d[1]",
        "data.aws_iam_policy_document.d",
    ],
    "module.m": ["module.m"],
    "module.m.out": ["module.m.out", "module.m"],
    "module.m.out.x": ["module.m.out.x", "module.m.out", "module.m"],
    'module.m["k"].out': ['module.m["k"].out', 'module.m["k"]'],
    'module.m["k"]': ['module.m["k"]', "module.m"],
    "module.m[each.key].out": ["module.m", "each.key"],
    "[for u in var.users : u.name if u.on]": ["var.users"],
    "{for k, u in var.users : k => local.x[u]}": ["var.users", "local.x"],
    "[for each in var.users : each.key]": ["var.users"],
    '"${var.a}-%{ if var.b }${local.c}%{ else }x%{ endif }"': ["var.a", "var.b", "local.c"],
    '"%{ for p in var.list }${p}${local.c}%{ endfor }"': ["var.list", "local.c"],
    "var.a ? var.b : !var.c": ["var.a", "var.b", "var.c"],
    "f(var.a, [var.b], {(var.c) = var.d})": ["var.a", "var.b", "var.c", "var.d"],
    "-var.a + var.a": ["var.a", "var.a"],
}


def parsed(text: str) -> dict[str, Any]:
    return expression(parse_expression(text, Span.whole_file("main.tf")))


@pytest.mark.parametrize("text", CASES)
def test_references(text: str) -> None:
    assert parsed(text) == {"references": CASES[text]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"x"', {"constant_value": "x"}),
        ("null", {"constant_value": None}),
        ('["a", 1, true]', {"constant_value": ["a", 1, True]}),
        ('{a = "b", "c" = []}', {"constant_value": {"a": "b", "c": []}}),
        ("f(1)", {}),
        ('["a", f(1)]', {}),
        ("aws_iam_user", {}),
    ],
)
def test_constants(text: str, expected: object) -> None:
    assert parsed(text) == expected


PLAIN: dict[str, tuple[list[tuple[str, ...]], bool] | None] = {
    "aws_iam_policy.a.arn": ([()], False),
    'aws_iam_policy.a["k"].arn': ([()], False),
    "aws_iam_policy.a[each.key].arn": ([("arn",)], False),
    "aws_iam_policy.a[count.index].arn": ([("arn",)], False),
    "module.m[each.key].policy.arn": ([("policy", "arn")], False),
    "var.arn": ([()], False),
    '"${var.arn}"': ([()], False),
    "(var.arn)": ([()], False),
    "[var.a, aws_iam_policy.a.arn]": ([(), ()], True),
    "[]": None,
    '"x"': None,
    '[var.a, "x"]': None,
    '"${var.a}-x"': None,
    "lower(var.a)": None,
    "var.a ? var.b : var.c": None,
    "aws_iam_policy.a[*].arn": None,
    "aws_iam_policy.a[count.index % 2].arn": None,
    "{ a = var.a }": None,
    "[for a in var.a : a]": None,
}


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_nothing_but_a_reference(text: str) -> None:
    found = plain_references(parse_expression(text, Span.whole_file("main.tf")))
    expected = PLAIN[text]
    if expected is None:
        assert "plain" not in found
    else:
        assert ([one.steps for one in found["plain"].items], found["plain"].is_list) == expected
