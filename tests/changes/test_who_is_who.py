"""Who somebody was before a change: by name in an account, else by the address that Terraform keeps."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scanner.globs import PathGlob
from scanner.report.json import render
from scanner.report.report import Report
from tests.changes.change_plans import attached, password, plan, state
from tests.changes.change_plans import user as of_plan
from tests.scans import scanned, write

SIGN_IN = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"
ONE, OTHER = "111111111111", "222222222222"
TRUST = """jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithSAML"
      Principal = { Federated = "arn:aws:iam::111111111111:saml-provider/idp" }
      Condition = { StringEquals = { "SAML:aud" = "https://signin.aws.amazon.com/saml" } }
    }]
  })"""


def user(label: str, name: str, *, may: bool = False, type_: str = "aws_iam_user") -> str:
    """A user with a password; a name that is not known is ``var.name``."""
    written = f'"{name}"' if name != "var.name" else name
    argument = "name" if type_ == "aws_iam_user" else "user_name"
    found = f'resource "{type_}" "{label}" {{\n  {argument} = {written}\n}}\n'
    found += f'resource "aws_iam_user_login_profile" "{label}" {{\n  user = {type_}.{label}.{argument}\n}}\n'
    if may:
        found += f'resource "aws_iam_user_policy_attachment" "{label}" {{\n  user = {type_}.{label}.{argument}\n'
        found += f'  policy_arn = "{SIGN_IN}"\n}}\n'
    return found + ('variable "name" {}\n' if name == "var.name" else "")


def role(label: str, name: str, *, may: bool = False) -> str:
    """A role that people sign in to through SAML."""
    found = f'resource "aws_iam_role" "{label}" {{\n  name = "{name}"\n  assume_role_policy = {TRUST}\n}}\n'
    if may:
        found += f'resource "aws_iam_role_policy_attachment" "{label}" {{\n  role = aws_iam_role.{label}.name\n'
        found += f'  policy_arn = "{SIGN_IN}"\n}}\n'
    return found


def permission_set(label: str, name: str) -> str:
    """A permission set that allows nothing."""
    instance = "arn:aws:sso:::instance/ssoins-1111111111111111"
    return (
        f'resource "aws_ssoadmin_permission_set" "{label}" {{\n  name = "{name}"\n  instance_arn = "{instance}"\n}}\n'
    )


def keyed(people: str, able: str) -> str:
    """Users with keys, of whom one may, by name."""
    return f"""
locals {{ people = {people} }}
resource "aws_iam_user" "p" {{
  for_each = local.people
  name     = each.value
}}
resource "aws_iam_user_login_profile" "p" {{
  for_each = local.people
  user     = aws_iam_user.p[each.key].name
}}
resource "aws_iam_user_policy_attachment" "x" {{
  user       = "{able}"
  policy_arn = "{SIGN_IN}"
}}
"""


def of(account: str, text: str) -> str:
    return f'provider "aws" {{\n  allowed_account_ids = ["{account}"]\n}}\n{text}'


def moved(source: str, target: str) -> str:
    return f"moved {{\n  from = {source}\n  to   = {target}\n}}\n"


Files = Mapping[str, str]
Said = set[tuple[str, str]]
"""Kind of a change, and whose it is: a name, else an address."""

CASES: dict[str, tuple[Files, Files, Said]] = {
    # accounts
    "another account": (
        {"a": of(ONE, user("u", "ada", may=True))},
        {"a": of(OTHER, user("u", "ada"))},
        {("removed", "ada"), ("added", "ada")},
    ),
    "another account, names that are not known": (
        {"a": of(ONE, user("u", "var.name", may=True))},
        {"a": of(OTHER, user("u", "var.name"))},
        {("removed", "aws_iam_user.u"), ("added", "aws_iam_user.u")},
    ),
    "an account becomes known": (
        {"a": user("u", "ada", may=True)},
        {"a": of(ONE, user("u", "ada"))},
        {("lost", "ada")},
    ),
    "the same name in two accounts, with addresses exchanged": (
        {"a": of(ONE, user("u", "ada", may=True)), "b": of(OTHER, user("v", "ada"))},
        {"a": of(ONE, user("v", "ada", may=True)), "b": of(OTHER, user("u", "ada"))},
        set(),
    ),
    "an environment in the place of another": (
        {"prod": of(ONE, user("u", "ada", may=True))},
        {"stage": of(OTHER, user("u", "ada"))},
        {("removed", "ada"), ("added", "ada")},
    ),
    # roots
    "a root in the place of another": (
        {"x": user("u", "ada", may=True)},
        {"z": user("u", "bob")},
        {("removed", "ada"), ("added", "bob")},
    ),
    "roots that end alike": (
        {"x/iam": user("u", "ada", may=True)},
        {"z/iam": user("u", "bob")},
        {("removed", "ada"), ("added", "bob")},
    ),
    "one of two roots in the place of another": (
        {"a": user("this", "ada", may=True), "b": user("this", "bob", may=True)},
        {"b": user("this", "bob", may=True), "c": user("this", "carl")},
        {("removed", "ada"), ("added", "carl")},
    ),
    "a root is renamed": (
        {"x": user("u", "ada", may=True)},
        {"z": user("u", "ada")},
        {("lost", "ada")},
    ),
    "a root is renamed, and the name is not known": (
        {"x": user("u", "var.name", may=True)},
        {"z": user("u", "var.name")},
        {("lost", "aws_iam_user.u")},
    ),
    "two roots exchange what they have": (
        {"x": user("u", "ada", may=True), "y": user("u", "bob")},
        {"x": user("u", "bob"), "y": user("u", "ada", may=True)},
        set(),
    ),
    "a user is renamed, and another root has the old name": (
        {"prod": user("u", "ada"), "stage": user("u", "ada", may=True)},
        {"prod": user("u", "ada"), "stage": user("u", "grace"), "dev": user("u", "ada")},
        {("lost", "grace"), ("added", "ada")},
    ),
    "one of two roots with one name is renamed": (
        {"prod": user("u", "ada"), "stage": user("u", "ada", may=True)},
        {"prod": user("u", "ada"), "staging": user("u", "ada")},
        {("lost", "ada")},
    ),
    "one of two roots with one name is renamed, and the address": (
        {"prod": user("u", "ada"), "stage": user("u", "ada", may=True)},
        {"prod": user("u", "ada"), "staging": user("v", "ada")},
        {("lost", "ada")},
    ),
    # names at addresses of one root
    "a user is renamed": ({"a": user("u", "ada", may=True)}, {"a": user("u", "bob", may=True)}, set()),
    "a user is renamed and loses it": (
        {"a": user("u", "ada", may=True)},
        {"a": user("u", "bob")},
        {("lost", "bob")},
    ),
    "a user is renamed, and another gets the name": (
        {"a": user("u", "ada", may=True)},
        {"a": user("u", "bob") + user("v", "ada", may=True)},
        {("added", "bob")},
    ),
    "a user of Cloud Control is replaced": (
        {"a": user("u", "ada", type_="awscc_iam_user")},
        {"a": user("u", "bob", type_="awscc_iam_user")},
        {("removed", "ada"), ("added", "bob")},
    ),
    "a user whose name is not known any more": (
        {"a": user("u", "ada", may=True)},
        {"a": user("u", "var.name")},
        {("lost", "aws_iam_user.u")},
    ),
    "two users exchange their names": (
        {"a": user("a", "ada", may=True) + user("b", "bob")},
        {"a": user("a", "bob") + user("b", "ada", may=True)},
        set(),
    ),
    "two users exchange what they may": (
        {"a": user("a", "ada", may=True) + user("b", "bob")},
        {"a": user("a", "bob", may=True) + user("b", "ada")},
        {("lost", "ada"), ("gained", "bob")},
    ),
    "keys are given anew": (
        {"a": keyed('{ a = "ada", b = "bob" }', "ada")},
        {"a": keyed('{ b = "ada", c = "bob" }', "ada")},
        set(),
    ),
    "the first of a list goes": (
        {"a": keyed('{ 0 = "ada", 1 = "bob", 2 = "cy" }', "cy")},
        {"a": keyed('{ 0 = "bob", 1 = "cy" }', "cy")},
        {("removed", "ada")},
    ),
    "names in another case": ({"a": user("u", "Ada", may=True)}, {"a": user("v", "ada")}, {("lost", "ada")}),
    "a role is replaced": (
        {"a": role("r", "ada", may=True)},
        {"a": role("r", "bob")},
        {("removed", "ada"), ("added", "bob")},
    ),
    "two roles exchange their names": (
        {"a": role("a", "ada", may=True) + role("b", "bob")},
        {"a": role("a", "bob") + role("b", "ada", may=True)},
        set(),
    ),
    "a permission set is replaced": (
        {"a": permission_set("p", "ada")},
        {"a": permission_set("p", "bob")},
        {("removed", "ada"), ("added", "bob")},
    ),
    "a role in the place of a user": (
        {"a": user("u", "ada")},
        {"a": role("u", "ada")},
        {("removed", "ada"), ("added", "ada")},
    ),
    # what is moved
    "moved to an address that another root has": (
        {"x": user("p", "ada", may=True), "y": user("q", "bob")},
        {"x": user("q", "ada", may=True) + moved("aws_iam_user.p", "aws_iam_user.q")},
        {("removed", "bob")},
    ),
    "moved with another name": (
        {"a": user("p", "ada", may=True)},
        {"a": user("q", "bob") + moved("aws_iam_user.p", "aws_iam_user.q")},
        {("lost", "bob")},
    ),
    "a role is moved with another name": (
        {"a": role("p", "ada", may=True)},
        {"a": role("q", "bob") + moved("aws_iam_role.p", "aws_iam_role.q")},
        {("removed", "ada"), ("added", "bob")},
    ),
    "moved away from an address that is used again": (
        {"a": user("p", "var.name", may=True)},
        {"a": user("q", "var.name", may=True).replace('variable "name" {}\n', "") + user("p", "var.name")
         + moved("aws_iam_user.p", "aws_iam_user.q")},
        {("added", "aws_iam_user.p")},
    ),
    "moved to where somebody is": (
        {"a": user("p", "var.name", may=True) + user("q", "var.name").replace('variable "name" {}\n', "")},
        {"a": user("q", "var.name") + moved("aws_iam_user.p", "aws_iam_user.q")},
        {("removed", "aws_iam_user.p")},
    ),
    "moved in a row, where the first is in the way": (
        {"a": keyed('{ a = "ada", b = "bob" }', "ada")},
        {"a": keyed('{ b = "ada", c = "bob" }', "ada") + moved('aws_iam_user.p["b"]', 'aws_iam_user.p["c"]')
         + moved('aws_iam_user.p["a"]', 'aws_iam_user.p["b"]')},
        set(),
    ),
}  # fmt: skip


def said(report: Report) -> Said:
    assert report.changes is not None
    return {(one.kind.value, one.subject.name or one.subject.address) for one in report.changes}


@pytest.mark.parametrize("form", ["directory", "same paths", "report"])
@pytest.mark.parametrize("case", CASES)
def test_who_is_who(tmp_path: Path, case: str, form: str) -> None:
    before, after, expected = CASES[case]
    for side, files in (("base", before), ("head", after)):
        write(tmp_path, {f"{side}/infra/{root}/main.tf": text for root, text in files.items()})
    head = tmp_path / "head"
    match form:
        case "directory":
            report = scanned(tmp_path, "head", compare_to="base")
        case "same paths":
            report = scanned(head, "infra", compare_to="../base")
        case _:
            write(head, {"base.json": render(scanned(tmp_path / "base", "infra"), "1")})
            report = scanned(head, "infra", compare_to="base.json")
    assert said(report) == expected
    kinds: dict[object, set[str]] = {}
    for one in report.changes or ():
        if one.subject.name is not None:
            whose = one.subject.kind, one.subject.name, one.subject.account
            kinds.setdefault(whose, set()).add(one.kind.value)
    assert all(len(several) == 1 for several in kinds.values())


RENAMED = user("u", "ada", may=True), user("u", "grace")


@pytest.mark.parametrize(
    ("paths", "since"),
    [
        (("head",), "base"),
        ((".",), "old.json"),
        (("head/infra",), "base/infra"),
        (("head/infra",), "old.json"),
        (("head/infra", "head/other"), "base"),
        (("plans/infra/plan.json",), "base"),
        (("plans/infra/plan.json",), "base/infra"),
        (("plans/infra/plan.json",), "old.json"),
        (("plans",), "base"),
    ],
)
def test_users_who_are_renamed_are_found(tmp_path: Path, paths: tuple[str, ...], since: str) -> None:
    """Whatever is compared with whatever: the roots are the same."""
    before = {"aws_iam_user.u": of_plan("ada"), "aws_iam_user_login_profile.u": password("ada")}
    before["aws_iam_user_policy_attachment.u"] = attached(name="ada")
    after = {"aws_iam_user.u": of_plan("grace"), "aws_iam_user_login_profile.u": password("grace")}
    write(
        tmp_path,
        {
            "base/infra/main.tf": RENAMED[0],
            "old.json": json.dumps(state(before)),
            **(
                {"plans/infra/plan.json": json.dumps(plan(before, after))}
                if paths[0].startswith("plans")
                else {
                    "head/infra/main.tf": RENAMED[1],
                    "head/other/main.tf": 'resource "aws_iam_group" "g" {\n  name = "g"\n}\n',
                }
            ),
        },
    )
    options: dict[str, Any] = {"exclude": (PathGlob("base"), PathGlob("old.json"))} if paths == (".",) else {}
    assert said(scanned(tmp_path, *paths, compare_to=since, **options)) == {("lost", "grace")}
