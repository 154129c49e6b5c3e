"""Instances of a block share what is the same for all of them. Nobody can tell from what is reported."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.report.json import render
from scanner.terraform.configuration.shared_arguments import SharedArguments
from scanner.work.assessor import RECURSION_LIMIT
from tests.examples import examples
from tests.scans import ROOT, scanned, scanned_fixture, write

sys.setrecursionlimit(max(sys.getrecursionlimit(), RECURSION_LIMIT))  # Hypothesis wants it to stay what it is


def unshared(patch: pytest.MonkeyPatch) -> None:
    """From here on every instance is evaluated by itself."""
    patch.setattr(SharedArguments, "_may_share", lambda _self, _name: False)


EXPRESSIONS = (
    '"constant"',
    "each.key",
    "each.value",
    '"${each.key}-x"',
    "local.name",
    "local.each",
    "var.open",
    '"${var.open}-${local.name}"',
    'var.open == "a" ? "x" : "y"',
    'try(aws_iam_user.other["b"].name, "z")',
    'try(var.open == "a" ? "x" : null.y, "z")',
    "can(regex(local.name, each.key)) ? local.name : null",
    "null",
    "aws_iam_user.other[each.key].name",
    'aws_iam_user.other["a"].name',
    'aws_iam_user.other["a"].path',
    'aws_iam_user.these["a"].path',
    'aws_iam_user.these["b"].name',
    "[for each in [1]: each][0]",
    "undeclared.thing",
    'local.name == "n" ? "n" : undeclared.thing',
    "data.aws_caller_identity.me.account_id",
    "data.aws_region.here.name",
    "aws_iam_user.these",
)
ARGUMENTS = ("name", "path", "permissions_boundary", "tags", "force_destroy")


def configuration(written: dict[str, dict[str, str]], keys: str) -> str:
    """Two resources for each key, which may refer to each other, with a login profile and a policy for each."""
    blocks = []
    for name, arguments in written.items():
        lines = [f"  {argument} = {value}" for argument, value in arguments.items() if argument != "tags"]
        tags = f"  tags = {{ team = {arguments['tags']} }}" if "tags" in arguments else ""
        body = "\n".join([f"  for_each = {keys}", *lines, tags])
        blocks.append(f'resource "aws_iam_user" "{name}" {{\n{body}\n}}')
    return "\n".join(
        [
            'variable "open" {}',
            'locals {\n  name = "n"\n  each = aws_iam_user.other\n}',
            'data "aws_caller_identity" "me" {}',
            'data "aws_region" "here" {}',
            *blocks,
            """
            resource "aws_iam_user_login_profile" "p" {
              for_each = aws_iam_user.these
              user     = each.value.name
            }
            resource "aws_iam_user_policy" "q" {
              for_each = aws_iam_user.these
              name     = "q"
              user     = aws_iam_user.these[each.key].name
              policy   = jsonencode({
                Version   = "2012-10-17"
                Statement = [{
                  Effect = "Allow", Action = "signin:*"
                  Resource = "arn:aws:signin:*:*:oauth2${aws_iam_user.other["a"].path}*"
                }]
              })
            }
            """,
        ]
    )


blocks = st.dictionaries(st.sampled_from(ARGUMENTS), st.sampled_from(EXPRESSIONS), min_size=1, max_size=4)


@pytest.mark.slow
@examples(30)
@given(
    st.fixed_dictionaries({"these": blocks, "other": blocks}),
    st.sampled_from(['toset(["a", "b", "c"])', '{ a = "x", b = "x" }', "toset([var.open])", 'toset(["a", var.open])']),
)
def test_sharing_cannot_be_told(written: dict[str, dict[str, str]], keys: str) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        write(Path(folder), {"main.tf": configuration(written, keys)})
        together = render(scanned(Path(folder)), "1")
        unshared(patch)
        alone = render(scanned(Path(folder)), "1")
    assert json.loads(together) == json.loads(alone)


@pytest.mark.parametrize("form", ["terraform", "terraform-json", "plan"])
def test_no_fixture_tells(form: str) -> None:
    paths = [str(path.relative_to(ROOT)) for path in sorted(Path(ROOT / "fixtures" / form).iterdir())]
    together = [json.loads(render(scanned_fixture(path), "1")) for path in paths]
    with pytest.MonkeyPatch.context() as patch:
        unshared(patch)
        assert together == [json.loads(render(scanned(ROOT, path), "1")) for path in paths]
    assert len(together) > 5
