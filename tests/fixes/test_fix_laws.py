"""Whatever a configuration looks like: fixed, it has no finding, the rest is the same, and comments stay in columns."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.terraform.language.blocks import comments
from tests.examples import examples
from tests.fixes.fixed import edits_of, fixed

READ, PASSWORD = (f"arn:aws:iam::aws:policy/{name}" for name in ("ReadOnlyAccess", "IAMUserChangePassword"))
_USERS = {
    "one": ("", 'name = "ada"', "aws_iam_user.ada.name"),
    "count": ("count = 2", 'name = "ada${count.index}"', "aws_iam_user.ada[count.index].name"),
    "for_each": ('for_each = toset(["a", "b"])', "name = each.key", "aws_iam_user.ada[each.key].name"),
}
_POLICIES = {
    "none": "",
    "attachment": 'resource "aws_iam_user_policy_attachment" "ro" {\n@LOOP\nuser = @USER\npolicy_arn = "@READ"\n}\n',
    "on one line": 'locals {\np = ["@READ", "@PASSWORD"]\nn = 1\n}\n',
    "on lines": 'locals {\np = [\n"@READ",\n"@PASSWORD"\n]\nn = 1\n}\n',
    "map": 'locals {\np = {\nro = "@READ"\npw = "@PASSWORD"\n}\nn = 1\n}\n',
    "inline": 'resource "aws_iam_user_policy" "own" {\n@LOOP\nuser = @USER\npolicy = jsonencode({\n'
    'Version = "2012-10-17"\nStatement = [{\nEffect = "Allow"\nAction = ["s3:Get*"]\nResource = "*"\n}]\n})\n}\n',
}
_ALL = (
    'resource "aws_iam_user_policy_attachment" "all" {\nfor_each = @EACH\nuser = aws_iam_user.ada@KEY.name\n'
    "policy_arn = each.value\n}\n"
)
_COMMENTS = {"none": "", "hash": '# "a, ] }', "slashes": "// {[", "block": "/* ), */"}


def _configuration(user: str, policy: str, line_break: str, comment: str) -> str:
    loop, name, reference = _USERS[user]
    text = f'resource "aws_iam_user" "ada" {{\n@LOOP\n{name}\n}}\n'
    text += 'resource "aws_iam_user_login_profile" "p" {\n@LOOP\nuser = @USER\n}\n'
    text += _POLICIES[policy]
    if policy in ("on one line", "on lines", "map"):
        key = {"one": "", "count": "[0]", "for_each": '["a"]'}[user]
        text += _ALL.replace("@EACH", "local.p" if policy == "map" else "toset(local.p)").replace("@KEY", key)
    for word, meant in {"@LOOP\n": f"{loop}\n" if loop else "", "@USER": reference}.items():
        text = text.replace(word, meant)
    text = text.replace("@READ", READ).replace("@PASSWORD", PASSWORD)
    width = max(len(line) for line in text.splitlines()) + 1
    behind = (f"{line:<{width}}{_COMMENTS[comment]}".rstrip() for line in text.splitlines())
    return "".join(f"{line}{line_break}" for line in behind)


def _columns(text: str) -> list[list[int]]:
    """The columns of comments in lines that follow each other, less that of the longest of them."""
    runs: list[list[tuple[int, int, int]]] = []
    for start, _ in comments(text):
        begin = text.rfind("\n", 0, start) + 1
        line, width = text.count("\n", 0, start), len(text[begin:start].rstrip())
        if text[start : start + 2] != "/*" and width:
            if not runs or runs[-1][-1][0] != line - 1:
                runs.append([])
            runs[-1].append((line, start - begin, width))
    return [[column - max(width for _, _, width in run) for _, column, _ in run] for run in runs]


def _is_in_order(words: list[str], among: list[str]) -> bool:
    """Whether all words are there in the same order, with others between them."""
    rest = iter(among)
    return all(any(word == other for other in rest) for word in words)


@pytest.mark.slow
@examples(20)
@given(
    st.sampled_from(sorted(_USERS)),
    st.sampled_from(sorted(_POLICIES)),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(sorted(_COMMENTS)),
    st.booleans(),
    st.booleans(),
)
def test_a_fixed_configuration_is_right_and_otherwise_the_same(
    user: str, policy: str, line_break: str, comment: str, has_mark: bool, ends: bool
) -> None:
    text = _configuration(user, policy, line_break, comment)
    text = text if ends else text.rstrip()
    found = fixed({"main.tf": ("\ufeff" if has_mark else "") + text})
    assert found.before.findings
    now = found.files["main.tf"].decode()
    assert now.startswith("\ufeff") is has_mark
    now = now.removeprefix("\ufeff")
    assert now.count("\n") == now.count(line_break)
    assert now.endswith("\n") is ends
    assert not [one for one in found.after.findings if one.rule != "aws-login-conditional"]
    assert not edits_of(found.after)
    before, after = (re.findall(r'"[^"\n]*"|[\w.]+|\S', one) for one in (text, now))
    assert _is_in_order(before, after)
    different = {fix.edits for finding in found.before.findings for fix in finding.fixes}
    if comment != "none" and len(different) == 1:  # each fix moves comments for itself
        columns = _columns(text)
        assert all(one == 1 for run in columns for one in run)
        assert all(one == 1 for run in _columns(now) for one in run)
    assert all(first or second for first, second in pairwise(now.splitlines()))
