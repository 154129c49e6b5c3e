"""Roots of one account, joined: users here, groups there, the policy in a third place."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from scanner.joining import links, told
from scanner.options import Options
from scanner.path_sections import PathSection
from scanner.pipeline import scan
from scanner.root import Inputs
from tests.scans import Scan, verdicts, write

OWN, OTHER = "123456789012", "210987654321"
USER = """
resource "aws_iam_user" "ann" { name = "ann" }
resource "aws_iam_user_login_profile" "ann" { user = aws_iam_user.ann.name }
"""
STATEMENT = '{ Effect = "Allow", Action = "signin:*", Resource = "*" }'
DOCUMENT = f'jsonencode({{ Version = "2012-10-17", Statement = [{STATEMENT}] }})'
DENIAL = DOCUMENT.replace("Allow", "Deny")
POLICY = f'resource "aws_iam_policy" "cli" {{\n  name = "cli"\n  policy = {DOCUMENT}\n}}\n'
GROUP = 'resource "aws_iam_group" "devs" { name = "devs" }\n'
GRANTED = """
resource "aws_iam_group_policy_attachment" "g" {
  group      = aws_iam_group.devs.name
  policy_arn = "%s"
}
"""
INLINE = f'resource "aws_iam_group_policy" "g" {{\n  group = aws_iam_group.devs.name\n  policy = {DOCUMENT}\n}}\n'
MEMBER = 'resource "aws_iam_user_group_membership" "m" {\n  user = "ann"\n  groups = ["devs"]\n}\n'
ATTACHED = 'resource "aws_iam_user_policy_attachment" "a" {\n  user = "ann"\n  policy_arn = "%s"\n}\n'
ARN = f"arn:aws:iam::{OWN}:policy/cli"
SIGN_IN = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"
PROVIDER = f'provider "aws" {{ allowed_account_ids = ["{OWN}"] }}\n'
ELSEWHERE = f'provider "aws" {{ allowed_account_ids = ["{OTHER}"] }}\n'
VARIABLE = 'variable "x" {}\n'

CASES: dict[str, tuple[dict[str, str], tuple[str, str]]] = {
    "a policy": ({"a": USER + ATTACHED % ARN, "b": POLICY}, ("yes", "allowed")),
    "a policy with another path": (
        {"a": USER + ATTACHED % ARN, "b": POLICY.replace("name =", 'path = "/x/"\n  name =')},
        ("yes", "unknown"),
    ),
    "a policy of another account": (
        {"a": USER + ATTACHED % f"arn:aws:iam::{OTHER}:policy/cli", "b": POLICY},
        ("yes", "unknown"),
    ),
    "a boundary": (
        {
            "a": USER.replace('"ann" }', f'"ann"\n  permissions_boundary = "{ARN}"\n}}', 1) + ATTACHED % SIGN_IN,
            "b": POLICY.replace("Allow", "Deny"),
        },
        ("yes", "explicit_deny"),
    ),
    "a group": ({"a": USER + MEMBER, "b": GROUP + INLINE}, ("yes", "allowed")),
    "a group whose policy is in a third place": (
        {"a": USER + MEMBER, "b": GROUP + GRANTED % ARN, "c": POLICY},
        ("yes", "allowed"),
    ),
    "a membership in another place": ({"a": USER, "b": MEMBER + GROUP + INLINE}, ("yes", "allowed")),
    "everything in a place of its own": (
        {
            "a": 'resource "aws_iam_user" "ann" { name = "ann" }\n',
            "b": 'resource "aws_iam_user_login_profile" "ann" { user = "ann" }\n',
            "c": MEMBER,
            "d": GROUP,
            "e": GRANTED.replace("aws_iam_group.devs.name", '"devs"') % ARN,
            "f": POLICY,
        },
        ("yes", "allowed"),
    ),
    "an attachment in another place": ({"a": USER, "b": ATTACHED % SIGN_IN}, ("yes", "allowed")),
    "an attachment with a policy of its own place": (
        {"a": USER, "b": POLICY + (ATTACHED % "x").replace('"x"', "aws_iam_policy.cli.arn")},
        ("yes", "allowed"),
    ),
    "a denial in another place": (
        {
            "a": USER + ATTACHED % SIGN_IN,
            "b": f'resource "aws_iam_user_policy" "no" {{\n  user = "ann"\n  policy = {DENIAL}\n}}\n',
        },
        ("yes", "explicit_deny"),
    ),
    "a password in another place": (
        {
            "a": 'resource "aws_iam_user" "ann" { name = "ann" }\n',
            "b": 'resource "aws_iam_user_login_profile" "ann" { user = "ann" }\n',
        },
        ("yes", "implicit_deny"),
    ),
    "an attachment to somebody else": (
        {"a": USER, "b": (ATTACHED % SIGN_IN).replace("ann", "bob")},
        ("yes", "implicit_deny"),
    ),
    "an attachment to nobody knows whom": (
        {"a": USER, "b": VARIABLE + (ATTACHED % SIGN_IN).replace('"ann"', "var.x")},
        ("yes", "implicit_deny"),
    ),
    "a group that two places define": (
        {"a": USER + MEMBER, "b": GROUP + INLINE, "c": GROUP},
        ("yes", "unknown"),
    ),
    "a group that the code may define itself": (
        {"a": VARIABLE + USER + MEMBER + GROUP.replace('"devs" }', "var.x }"), "b": GROUP + INLINE},
        ("yes", "allowed"),  # it cannot have the name that another certainly has
    ),
    "a group that the code defines itself": (
        {"a": USER + MEMBER + GROUP, "b": GROUP + INLINE},
        ("yes", "implicit_deny"),  # as alone; a warning says that another root defines it, too
    ),
    "two resources of one address": (
        {"a": USER + MEMBER + POLICY.replace("Allow", "Deny"), "b": GROUP + GRANTED % "x" + POLICY},
        ("yes", "unknown"),
    ),
    "variables of one name": (
        {
            "a": VARIABLE + USER.replace('"ann" }', "var.x }"),
            "b": VARIABLE + (ATTACHED % SIGN_IN).replace('"ann"', "var.x"),
        },
        ("yes", "implicit_deny"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_roots_of_one_account(case: str, scan_files: Scan) -> None:
    places, wanted = CASES[case]
    files = {f"{place}/main.tf": text for place, text in places.items()}
    report = scan_files(files, inputs=Inputs(account=OWN))
    assert verdicts(report)["aws_iam_user.ann"] == wanted
    assert [(one.definition.root, one.definition.address) for one in report.principals] == [("a", "aws_iam_user.ann")]


@pytest.mark.parametrize("case", CASES)
def test_the_same_without_an_account_stays_open(case: str, scan_files: Scan) -> None:
    """Nothing joins where no account is known: what was unknown stays so, and who is alone is as if scanned alone."""
    places, _ = CASES[case]
    write_all = {f"{place}/main.tf": text for place, text in places.items()}
    together = verdicts(scan_files(write_all))
    assert together["aws_iam_user.ann"] == verdicts(scan_files({}, "a"))["aws_iam_user.ann"]


@pytest.mark.parametrize("case", [*CASES][:8])
def test_neither_order_nor_names_of_places_count(case: str, scan_files: Scan) -> None:
    places, wanted = CASES[case]
    names = [f"{number}{place}" for number, place in zip(itertools.count(9, -1), places, strict=False)]
    files = {f"{name}/main.tf": text for name, text in zip(names, places.values(), strict=True)}
    for paths in (names, names[::-1]):
        report = scan_files(files, *paths, inputs=Inputs(account=OWN))
        assert verdicts(report)["aws_iam_user.ann"] == wanted


ACCOUNTS: dict[str, tuple[dict[str, str], str]] = {
    "both say so": ({"a": PROVIDER + USER + MEMBER, "b": PROVIDER + GROUP + INLINE}, "allowed"),
    "one says so": ({"a": PROVIDER + USER + MEMBER, "b": GROUP + INLINE}, "unknown"),
    "the other says so": ({"a": USER + MEMBER, "b": PROVIDER + GROUP + INLINE}, "unknown"),
    "each says another": ({"a": PROVIDER + USER + MEMBER, "b": ELSEWHERE + GROUP + INLINE}, "unknown"),
    "the ARN says so": ({"a": USER + ATTACHED % ARN, "b": PROVIDER + POLICY}, "allowed"),
    "the ARN says another": (
        {"a": USER + ATTACHED % ARN.replace(OWN, OTHER), "b": PROVIDER + POLICY},
        "unknown",
    ),
    "the group of another account is another": (
        {"a": PROVIDER + USER + MEMBER, "b": PROVIDER + GROUP + INLINE, "c": ELSEWHERE + GROUP},
        "allowed",
    ),
}


@pytest.mark.parametrize("case", ACCOUNTS)
def test_accounts(case: str, scan_files: Scan) -> None:
    places, wanted = ACCOUNTS[case]
    report = scan_files({f"{place}/main.tf": text for place, text in places.items()})
    assert verdicts(report)["aws_iam_user.ann"][1] == wanted


def test_accounts_of_the_configuration(tmp_path: Any) -> None:
    from scanner.globs import PathGlob

    write(tmp_path, {"a/main.tf": USER + MEMBER, "b/main.tf": GROUP + INLINE})
    for account, wanted in ((OWN, "allowed"), (OTHER, "unknown")):
        sections = (
            PathSection(glob=PathGlob("a", tmp_path), account=OWN),
            PathSection(glob=PathGlob("b", tmp_path), account=account),
        )
        report = scan(Options(paths=(".",), directory=tmp_path, sections=sections, offers_fixes=False))
        assert verdicts(report)["aws_iam_user.ann"][1] == wanted


TEMPLATE = """
Resources:
  Devs:
    Type: AWS::IAM::Group
    Properties:
      GroupName: devs
      ManagedPolicyArns: [arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess]
"""


def test_terraform_and_templates_meet(scan_files: Scan) -> None:
    files = {"a/main.tf": USER + MEMBER, "b/t.yaml": TEMPLATE}
    assert verdicts(scan_files(files, inputs=Inputs(account=OWN)))["aws_iam_user.ann"] == ("yes", "allowed")


def test_the_decisive_statement_is_shown_where_it_stands(scan_files: Scan) -> None:
    places, _ = CASES["a denial in another place"]
    report = scan_files({f"{place}/main.tf": text for place, text in places.items()}, inputs=Inputs(account=OWN))
    (finding,) = report.findings
    assert finding.span.path == "a/main.tf"
    assert "b/main.tf" in {place.span.path for place in finding.related}


DEFINED = f'The scan root "a" defines the %s of the account {OWN} as well (a/main.tf:%d)'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('resource "aws_iam_user" "x" { name = "x" }', DEFINED % ("user x", 1)),
        ('resource "aws_iam_group" "x" { name = "x" }', DEFINED % ("group x", 1)),
        (POLICY, DEFINED % ("policy /cli", 1)),
        ('resource "aws_iam_user" "x" { name = var.x }\n' + VARIABLE, None),
        ('resource "aws_iam_user" "x" {\n  count = var.x\n  name = "x"\n}\n' + VARIABLE, None),
    ],
)
def test_what_two_roots_define(text: str, said: str | None, scan_files: Scan) -> None:
    files = {"a/main.tf": text, "b/main.tf": text}
    assert not scan_files(files).warnings  # it may be two accounts
    found = scan_files(files, inputs=Inputs(account=OWN)).warnings
    assert [said in one.message if said else one.message for one in found] == ([True] if said else [])


def test_a_plan_and_its_configuration_are_one(scan_files: Scan) -> None:
    state = {
        "format_version": "1.0",
        "terraform_version": "1.11.4",
        "values": {
            "root_module": {
                "resources": [
                    {
                        "address": "aws_iam_group.devs",
                        "mode": "managed",
                        "type": "aws_iam_group",
                        "name": "devs",
                        "provider_name": "registry.terraform.io/hashicorp/aws",
                        "schema_version": 0,
                        "values": {"name": "devs", "path": "/", "arn": f"arn:aws:iam::{OWN}:group/devs"},
                    }
                ]
            }
        },
    }
    import json

    files = {"a/main.tf": USER + MEMBER, "b/main.tf": GROUP + INLINE, "b/state.json": json.dumps(state)}
    report = scan_files(files, inputs=Inputs(account=OWN))
    assert verdicts(report)["aws_iam_user.ann"] == ("yes", "allowed")
    assert not [one for one in report.warnings if "defines" in one.message]


@pytest.mark.parametrize(
    ("account", "path", "is_told"),
    [(None, "/", True), (None, "/team/", False), (OWN, "/", False)],
)
def test_a_policy_that_might_be_of_another_root(
    account: str | None, path: str, *, is_told: bool, scan_files: Scan
) -> None:
    policy = POLICY.replace("name =", f'path = "{path}"\n  name =')
    files = {"a/main.tf": USER + ATTACHED % ARN, "b/main.tf": policy}
    report = scan_files(files, inputs=Inputs(account=account))
    told = [one for one in report.warnings if '"b" defines a policy of the name' in one.message]
    assert len(told) == is_told


@pytest.mark.parametrize("jobs", [1, 2])
def test_in_several_processes(jobs: int, tmp_path: Any) -> None:
    places, wanted = CASES["everything in a place of its own"]
    write(tmp_path, {f"{place}/main.tf": text for place, text in places.items()})
    options = Options(paths=(".",), directory=tmp_path, jobs=jobs, inputs=Inputs(account=OWN), offers_fixes=False)
    assert verdicts(scan(options))["aws_iam_user.ann"] == wanted


def test_more_roots_than_are_looked_at_are_an_error(scan_files: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (links, told):
        monkeypatch.setattr(module, "MOST_BESIDE", 2)
    files = {"a/main.tf": USER, **{f"b{number}/main.tf": ATTACHED % SIGN_IN for number in range(3)}}
    report = scan_files(files, inputs=Inputs(account=OWN))
    assert [one.root for one in report.errors] == ["a"]
    assert "other roots or more" in report.errors[0].message
