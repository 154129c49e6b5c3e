"""A broken expression is unknown where it stands: what it belongs to is there, and all else stays known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.terraform.language import nodes, recovery, syntax
from scanner.terraform.language.blocks import index_file
from tests.scans import Scan, verdicts
from tests.terraform.one_user import user

pytestmark = pytest.mark.slow

BROKEN = {
    "a policy": ('"SIGN_IN_POLICY"', '"a" "b"', ("yes", "unknown")),
    "a call that is not closed": ('"SIGN_IN_POLICY"', "file(", ("yes", "unknown")),
    "who it is attached to": ("aws_iam_user.u.name\n  policy", "= aws_iam_user.u.name\n  policy", ("yes", "unknown")),
    "an interpolation": ('"SIGN_IN_POLICY"', '"${aws:username}"', ("yes", "unknown")),
    "a directive in a heredoc": ('"SIGN_IN_POLICY"', "<<X\n%{ if }\nX", ("yes", "unknown")),
    "no argument": ('"SIGN_IN_POLICY"', '"SIGN_IN_POLICY"\n  nonsense', ("yes", "unknown")),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_expressions(scan_files: Scan, name: str) -> None:
    before, after, expected = BROKEN[name]
    text = user(policy='"SIGN_IN_POLICY"')
    assert before in text
    report = scan_files({"a.tf": text.replace(before, after, 1)})
    assert [found.span.path for found in report.errors] == ["a.tf"]
    assert next(iter(verdicts(report).values())) == expected


def test_what_is_broken_does_not_hide_the_rest(scan_files: Scan) -> None:
    files = {
        "a.tf": """
        locals {
          broken = upper("a" "b")
          name   = "alice"
        }
        resource "aws_iam_user" "u" {
          name = local.name
          tags = { team = = "a" }
        }
        resource "aws_iam_user_login_profile" "u" {
          user    = aws_iam_user.u.name
          pgp_key = (
        }
        """
    }
    report = scan_files(files)
    assert verdicts(report) == {"aws_iam_user.u": ("yes", "implicit_deny")}
    assert [found.span.line for found in report.errors] == [3, 8, 14]


def test_an_argument_of_a_module_that_is_broken_is_not_its_default(scan_files: Scan) -> None:
    module = """
    variable "policy" {
      default = "arn:aws:iam::aws:policy/AdministratorAccess"
    }
    """ + user(policy="var.policy")
    call = 'module "m" {{\n  source = "./m"\n  {argument}\n}}\n'
    for argument in ("policy = )", "policy"):
        report = scan_files({"a.tf": call.format(argument=argument), "m/a.tf": module})
        assert verdicts(report)["module.m[*].aws_iam_user.u" if "=" not in argument else "module.m.aws_iam_user.u"][
            1
        ] == ("unknown")


JSON = """{"resource": {
  "aws_iam_user": {"u": {"name": "alice", "tags": {"team": "${", "a": "b"}}},
  "aws_iam_user_login_profile": {"u": {"user": "alice"}},
  "aws_iam_group": {"g": {"name": "g"}},
  "aws_iam_user_group_membership": {"u": {"user": "alice", "groups": ["g", "%s"]}},
  "aws_iam_group_policy_attachment": {"g": {"group": "g", "policy_arn": "%s"}}
}}"""


@pytest.mark.parametrize(
    ("group", "policy", "expected"),
    [
        ("h", "${aws:x}", "unknown"),
        ("${aws:x}", "arn:aws:iam::aws:policy/IAMUserChangePassword", "unknown"),
        ("${aws:x}", "arn:aws:iam::aws:policy/%{", "unknown"),
    ],
)
def test_json(scan_files: Scan, group: str, policy: str, expected: str) -> None:
    report = scan_files({"a.tf.json": JSON % (group, policy)})
    assert verdicts(report) == {"aws_iam_user.u": ("yes", expected)}
    assert {found.span.line for found in report.errors} >= {2}


ARGUMENTS = {
    "a": "1",
    "b": "<<X\ntext } {\nX",
    "c": '"${upper("}")}"',
    "d": "[for x in y : x if x != null]",
    "e": "{ f = 1\n g = [2] }",
    "h": "(1 +\n 2) # )",
}
NONSENSE = ["1 1", ")", "= 2", '"${"', "a b", "[1 2]", "{ a }", "f(", "<<X\n${ 1 2 }\nX", "@"]


@given(st.permutations(sorted(ARGUMENTS)), st.sampled_from(NONSENSE), st.integers(0, len(ARGUMENTS)))
def test_the_other_arguments_are_those_of_a_full_parse(order: list[str], broken: str, position: int) -> None:
    def block(names: list[str], texts: dict[str, str]) -> nodes.Block:
        body = "".join(f"  {name} = {texts[name]}\n" for name in names)
        (found,) = index_file("x.tf", f'resource "a" "b" {{\n{body}}}\n').blocks
        return recovery.parse_block(found)[0]

    whole = block(order, ARGUMENTS)
    names = [*order[:position], "broken", *order[position:]]
    index = index_file("x.tf", f"locals {{\n  broken = {broken}\n}}\n")
    if index.problems:
        return  # its brackets hide where the block ends, which is an error of the file
    recovered = block(names, {**ARGUMENTS, "broken": broken}).body
    assert isinstance(recovered.attributes["broken"].value, nodes.Broken)
    after = names[position + 1 :] if broken == "f(" else []  # it takes what follows with it, and the body says so
    assert bool(after) <= (recovered.unread is not None)
    for name in set(order) - set(after):
        assert recovered.attributes[name].value == whole.body.attributes[name].value


def test_what_is_right_is_parsed_as_a_whole() -> None:
    (found,) = index_file("x.tf", 'resource "a" "b" {\n  c = 1\n}\n').blocks
    assert recovery.parse_block(found) == (syntax.parse_block(found), ())
