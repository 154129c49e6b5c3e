"""The verdict on a configuration with open variables is that of all values of theirs, where these agree."""

from __future__ import annotations

import itertools
import sys

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scanner.report.report import Report
from scanner.root import Inputs
from scanner.work.assessor import RECURSION_LIMIT
from tests.examples import examples
from tests.scans import scanned_files, verdicts

pytestmark = pytest.mark.slow

sys.setrecursionlimit(max(sys.getrecursionlimit(), RECURSION_LIMIT))  # Hypothesis wants it to stay what it is

VARIABLES = """
variable "a" {
  type     = bool
  nullable = false
}
variable "b" {
  type     = bool
  nullable = false
}
variable "stage" {
  type     = string
  nullable = false
}
"""
USER = """
resource "aws_iam_user" "u" {
  name = "u"
}
resource "aws_iam_user_login_profile" "u" {
  user = aws_iam_user.u.name
}
"""
VALUES = tuple(
    itertools.product(("true", "false"), ("true", "false"), ("dev", "prod", "test-1", "other"))
)  # only some of what the expressions below tell apart have to be known to them

Text = st.SearchStrategy[str]

CONDITIONS: Text = st.recursive(
    st.sampled_from(
        [
            "var.a",
            "var.b",
            "local.is_prod",
            'var.stage == "dev"',
            '"prod" != var.stage',
            'contains(["dev", "prod"], var.stage)',
            'startswith(var.stage, "test")',
            "lookup({ dev = true, prod = false }, var.stage, var.a)",
            "try({ dev = var.b, prod = true }[var.stage], false)",
            "can({ dev = 1 }[var.stage])",
        ]
    ),
    lambda inner: st.one_of(
        st.builds("!({})".format, inner),
        st.builds("({} && {})".format, inner, inner),
        st.builds("({} || {})".format, inner, inner),
        st.builds("({} ? {} : {})".format, inner, inner, inner),
        st.builds("(({}) == ({}))".format, inner, inner),
    ),
    max_leaves=3,
)
POLICIES: Text = st.recursive(
    st.sampled_from(
        [
            f'"arn:aws:iam::aws:policy/{name}"'
            for name in ("AdministratorAccess", "SignInLocalDevelopmentAccess", "ReadOnlyAccess", "AWSDenyAll")
        ]
    ),
    lambda inner: st.one_of(
        st.builds("({} ? {} : {})".format, CONDITIONS, inner, inner),
        st.builds("lookup({{ dev = {}, prod = {} }}, var.stage, {})".format, inner, inner, inner),
        st.builds("{{ dev = {}, prod = {} }}[var.stage]".format, inner, inner),
        st.builds("try({{ dev = {}, prod = {} }}[var.stage], {})".format, inner, inner, inner),
        st.builds("element([{}, {}], {} ? 0 : 3)".format, inner, inner, CONDITIONS),
        st.builds("[{}, {}][{} ? 0 : 1]".format, inner, inner, CONDITIONS),
        st.builds("coalesce({} ? null : {}, {})".format, CONDITIONS, inner, inner),
    ),
    max_leaves=3,
)
STATEMENTS = st.sampled_from(
    [
        'effect = "Deny"\n      actions = ["signin:*"]',
        'effect = "Deny"\n      actions = ["iam:*"]',
        'actions = ["signin:*"]',
        'actions = ["s3:*"]',
    ]
)
ATTACHMENTS = st.one_of(
    POLICIES.map("  policy_arn = {}".format),
    st.builds("  count      = {} ? 1 : 0\n  policy_arn = {}".format, CONDITIONS, POLICIES),
    st.builds("  for_each   = toset({} ? [{}] : [])\n  policy_arn = each.value".format, CONDITIONS, POLICIES),
)


def _attachment(number: int, arguments: str) -> str:
    block = f'resource "aws_iam_user_policy_attachment" "a{number}"'
    return f"{block} {{\n  user       = aws_iam_user.u.name\n{arguments}\n}}\n"


def _document(statements: list[tuple[str, str]]) -> str:
    dynamic = "".join(
        f'  dynamic "statement" {{\n    for_each = {condition} ? [1] : []\n    content {{\n      {statement}\n'
        '      resources = ["*"]\n    }\n  }\n'
        for condition, statement in statements
    )
    return (
        'data "aws_iam_policy_document" "d" {\n'
        '  statement {\n    actions   = ["sts:*"]\n    resources = ["*"]\n  }\n'
        f'{dynamic}}}\nresource "aws_iam_user_policy" "p" {{\n  user   = aws_iam_user.u.name\n'
        "  policy = data.aws_iam_policy_document.d.json\n}\n"
    )


CONFIGURATIONS = st.builds(
    lambda attachments, statements: (
        VARIABLES
        + 'locals {\n  is_prod = var.stage == "prod"\n}\n'
        + USER
        + "".join(_attachment(number, arguments) for number, arguments in enumerate(attachments))
        + _document(statements)
    ),
    st.lists(ATTACHMENTS, max_size=2),
    st.lists(st.tuples(CONDITIONS, STATEMENTS), max_size=2),
)


def _scan(text: str, **variables: str) -> Report:
    return scanned_files({"main.tf": text}, inputs=Inputs(variables=tuple(variables.items())))


@examples(8)
@given(CONFIGURATIONS)
def test_the_open_verdict_is_that_of_all_values_where_they_agree(text: str) -> None:
    """Nothing that some values allow and others deny is definite; everything else is."""
    outcomes = set()
    for a, b, stage in VALUES:
        report = _scan(text, a=a, b=b, stage=stage)
        if not report.diagnostics:  # otherwise Terraform would refuse it
            outcomes.add(verdicts(report)["aws_iam_user.u"][1])
    if outcomes == {"implicit_deny", "explicit_deny"}:  # nothing ever allows it
        outcomes = {"implicit_deny"}
    assume(outcomes)
    expected = outcomes.pop() if len(outcomes) == 1 else "unknown"
    assert verdicts(_scan(text)) == {"aws_iam_user.u": ("yes", expected)}
