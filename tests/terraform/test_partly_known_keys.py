"""Maps of which some keys are not known: what does not depend on those keys is known."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cause import Cause, CauseKind
from scanner.symbol import Named, NameKind
from scanner.terraform.language.errors import EvaluationError
from scanner.terraform.language.open_maps import open_entries
from scanner.values import Unknown, Value, joined, unknown
from tests.scans import Scan, verdicts
from tests.terraform.evaluation import REFUSED, UNKNOWN, evaluated, plain, root_module
from tests.terraform.one_user import NARROW, SIGN_IN, user

pytestmark = pytest.mark.slow

EXPRESSIONS = {
    "{ (var.k) = 1, a = 2 }.a": 2,
    "{ a = 2, (var.k) = 1 }.a": UNKNOWN,
    '{ a = 2, "x-${var.k}" = 1 }.a': 2,
    '{ "x-${var.k}" = 1, a = 2 }["a"]': 2,
    '{ "x-${var.k}" = 1, a = 2 }["x-1"]': UNKNOWN,
    '{ "x-${var.k}" = 1, a = 2 }[var.k]': UNKNOWN,
    '{ "x-${var.k}" = 1 }.b': REFUSED,
    'try({ "x-${var.k}" = 1 }.b, 3)': 3,
    'lookup({ "x-${var.k}" = 1, a = 2 }, "a", 0)': 2,
    'lookup({ "x-${var.k}" = 1, a = 2 }, "b", 0)': 0,
    'lookup({ "x-${var.k}" = 1, a = 2 }, "x-b", 0)': UNKNOWN,
    'length({ "x-${var.k}" = 1, a = 2 })': 2,
    "length({ (var.k) = 1, a = 2 })": UNKNOWN,
    "length({ for x in [var.k, var.l] : x => 1 })": 2,
    '{ for k, v in { "x-${var.k}" = 1, a = 2 } : v => k }["2"]': "a",
    'toset([for k, v in { "x-${var.k}" = "v", a = "w" } : v])': ["v", "w"],
    'contains(keys({ "x-${var.k}" = 1, a = 2 }), "a")': True,
    'contains(keys({ "x-${var.k}" = 1, a = 2 }), "b")': False,
    'toset(values({ "x-${var.k}" = "v", a = "w" }))': ["v", "w"],
    'merge({ "x-${var.k}" = 1 }, { a = 2 }).a': 2,
    "merge({ a = 2 }, { (var.k) = 1 }).a": UNKNOWN,
    "merge({ (var.k) = 1 }, { a = 2 }).a": 2,
    '{ for x in ["a", var.k] : x => x }.a': "a",
    '{ for x in ["a", "a", var.k] : x => x }': REFUSED,
    '{ for x in ["a", var.k] : x => x... }.a': UNKNOWN,
    'tomap({ "x-${var.k}" = 1, a = "2" })["a"]': "2",
    'convert({ "x-${var.k}" = {}, a = {} }, map(object({ n = optional(string, "d") }))).a.n': "d",
    'jsonencode({ "x-${var.k}" = 1 })': UNKNOWN,
    "{ (var.k) = 1 } == { a = 1 }": UNKNOWN,
    '"${{ (var.k) = 1, a = "b" }.a}"': "b",
}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_expressions(tmp_path: Path, expression: str) -> None:
    (tmp_path / "a.tf").write_text('variable "k" {}\nvariable "l" {}\n', encoding="utf-8")
    try:
        found = plain(evaluated(expression, root_module(tmp_path)))
    except EvaluationError:
        found = REFUSED
    assert found == EXPRESSIONS[expression]


ATTACHED = """
variable "k" {{}}
resource "aws_iam_user_policy_attachment" "more" {{
  for_each   = {for_each}
  user       = aws_iam_user.u.name
  policy_arn = {policy}
}}
"""
FOR_EACH = {
    "a known policy under a key that is known in part": (
        f'{{ "x-${{var.k}}" = "{SIGN_IN}" }}',
        "each.value",
        "allowed",
    ),
    "several of them": (f'{{ "x-${{var.k}}" = "{NARROW}", a = "{SIGN_IN}" }}', "each.value", "allowed"),
    "two that look the same": (
        f'{{ "x-${{aws_iam_user.u.arn}}" = "{NARROW}", "x-${{uuid()}}" = "{SIGN_IN}" }}',
        "each.value",
        "unknown",
    ),
    "keys of a for": (f'{{ for p in ["{NARROW}", "{SIGN_IN}"] : "${{var.k}}-${{p}}" => p }}', "each.value", "allowed"),
    "a key that is the policy": (f'{{ "{SIGN_IN}" = var.k, "x${{var.k}}" = 1 }}', "each.key", "unknown"),
    "nothing but other policies": (f'{{ "x-${{var.k}}" = "{NARROW}" }}', "each.value", "implicit_deny"),
    "keys that may be equal": (f'{{ (var.k) = "{SIGN_IN}", a = "{NARROW}" }}', "each.value", "unknown"),
    "a set of two that are not known": ("toset([var.k, uuid()])", "each.value", "unknown"),
}


@pytest.mark.parametrize("name", FOR_EACH)
def test_for_each(scan_files: Scan, name: str) -> None:
    for_each, policy, expected = FOR_EACH[name]
    report = scan_files({"a.tf": ATTACHED.format(for_each=for_each, policy=policy) + user(policy=f'"{NARROW}"')})
    assert report.errors == ()
    assert verdicts(report) == {"aws_iam_user.u": ("yes", expected)}


def test_a_reference_into_such_instances(scan_files: Scan) -> None:
    users = """
    variable "k" {}
    resource "aws_iam_user" "u" {
      for_each = { a = "ann", "x-${var.k}" = "bob" }
      name     = each.value
    }
    resource "aws_iam_user_login_profile" "a" { user = aws_iam_user.u["a"].name }
    resource "aws_iam_user_policy_attachment" "all" {
      for_each   = aws_iam_user.u
      user       = each.value.name
      policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    }
    """
    report = scan_files({"a.tf": users})
    assert report.errors == ()
    assert verdicts(report) == {
        'aws_iam_user.u["a"]': ("yes", "allowed"),
        'aws_iam_user.u["x-…"]': ("no", "allowed"),
    }


NAMES = st.sampled_from(["a", "b", "ab", "ba"])


@given(
    st.lists(st.tuples(st.lists(st.one_of(NAMES, st.none()), min_size=1, max_size=2), st.integers(0, 9)), min_size=1),
    NAMES,
    NAMES,
)
def test_filling_in_never_reverses(entries: list[tuple[list[str | None], int]], filling: str, asked: str) -> None:
    hole = Unknown(Cause(CauseKind.MISSING_INPUT, "x"), Named(NameKind.VALUE, "var.x"))
    pairs = [(joined(hole if part is None else part for part in parts), Value(value)) for parts, value in entries]
    if not any(key.unknown for key, _ in pairs):
        pairs.append((unknown(hole.cause, hole.symbol), Value(0)))
        entries = [*entries, ([None], 0)]
    found = open_entries(pairs).get(asked)
    filled = {"".join(filling if part is None else part for part in parts): value for parts, value in entries}
    if found is None:
        assert asked not in filled
    elif found.unknown is None:
        assert filled[asked] == found.data
