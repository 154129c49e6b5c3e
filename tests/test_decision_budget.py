"""The budget of what is decided about a root: when it is spent, verdicts are unknown, and nobody is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from scanner import gathered
from scanner.budget import Budget, another_budget, budget
from scanner.discovery import discover
from scanner.extraction import extract
from scanner.facts import Facts
from scanner.iam.context import Circumstances
from scanner.root import Assumption, Inputs, ScanRoot
from scanner.verdicts.assessment import Assessment
from scanner.verdicts.question import Question, Questions
from scanner.verdicts.scenarios import assess
from scanner.work import assessor
from tests.scans import ROOT, Scan, errors, verdicts

ASKED = Questions((Question("s3:GetObject"), Question("iam:PassRole", "arn:aws:iam::*:role/team-*")), without_mfa=True)
USER = """
resource "aws_iam_user" "good" {
  name = "good"
}
resource "aws_iam_user_login_profile" "good" {
  user = aws_iam_user.good.name
}
"""
ROLE = """
resource "aws_iam_role" "r" {
  name = "r"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [for i in range(60): {
    Effect = i % 2 == 0 ? "Allow" : "Deny", Action = "sts:AssumeRole"
    Principal = { AWS = "arn:aws:iam::123456789012:root" }
    Condition = { StringLike = { "aws:PrincipalArn" = "*a*b*${i}*c*" } }
  }] })
}
"""


def statements(number: int) -> str:
    return f"""
resource "aws_iam_user_policy" "large" {{
  user   = aws_iam_user.good.name
  policy = jsonencode({{ Version = "2012-10-17", Statement = [for i in range({number}): {{
    Effect = "Allow", Action = "s3:Get${{i}}*", Resource = "*"
  }}] }})
}}
"""


LARGE = {
    "attachments to everybody": """
resource "aws_iam_user" "u" {
  count = 60
  name  = "u-${count.index}"
}
resource "aws_iam_policy_attachment" "a" {
  count      = 60
  name       = "a"
  users      = [for i in range(60): "u-${i}"]
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
""",
    "attachments to nobody knows whom": """
variable "v" {}
resource "aws_iam_user" "u" {
  count = 60
  name  = "u-${count.index}"
}
resource "aws_iam_user_policy_attachment" "a" {
  count      = 60
  user       = "${var.v}-${count.index}"
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
""",
    "groups of everybody": """
resource "aws_iam_user" "u" {
  count = 40
  name  = "u-${count.index}"
}
resource "aws_iam_group" "g" {
  count = 40
  name  = "g-${count.index}"
}
resource "aws_iam_user_group_membership" "m" {
  count  = 40
  user   = "u-${count.index}"
  groups = [for i in range(40): "g-${i}"]
}
resource "aws_iam_group_policy_attachment" "a" {
  count      = 40
  group      = "g-${count.index}"
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
""",
    "statements": statements(900),
    "statements of a trust policy": ROLE,
    "a long action": """
resource "aws_iam_user_policy" "long" {
  user   = aws_iam_user.good.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Effect = "Allow", Resource = "*", Action = "s3:${join("", [for i in range(1000): "%s"])}"
  }] })
}
""".replace("%s", "a?" * 200),
}


def root_of(path: Path) -> ScanRoot:
    return discover((str(path),), ROOT, Inputs()).roots[0]


def decided(root: ScanRoot, facts: Facts, steps: int) -> tuple[dict[tuple[str, ...], str], list[str], int]:
    """All verdicts under a budget by principal and question, what is said beside, and the steps that it took."""

    def under(assumptions: tuple[Assumption, ...]) -> Facts:
        return extract(replace(root, inputs=replace(root.inputs, assumptions=assumptions)))

    with budget(steps, "all this") as given:
        found, problems = assess(facts, Assessment(lambda _: Circumstances(), ASKED, ()).assessed, under)
    words = {
        (one.definition.address, str(number)): verdict
        for one in found
        for number, verdict in enumerate(
            (
                one.console.access.value,
                *(permission.decision.outcome.value for permission in (*one.permissions, *one.without_mfa)),
            )
        )
    }
    return words, [problem.message for problem in problems if problem.summary == "Bound exceeded"], given.spent


DENIALS = {"implicit_deny", "explicit_deny"}
"""Trying out what is open may turn one into the other."""

FIXTURES = [
    *(f"terraform/{name}" for name in ("group-grant", "open-console-variable", "saml-role", "people-and-groups")),
    *(
        f"terraform/{name}"
        for name in ("open-policy-variable", "permission-sets", "trusted-accounts", "account-access")
    ),
    *(f"cloudformation/{name}.yaml" for name in ("group-grant", "open-console-variable", "switch-role")),
]


@pytest.mark.parametrize("name", FIXTURES)
def test_with_any_budget_a_verdict_is_what_it_is_or_unknown(name: str) -> None:
    root = root_of(ROOT / "fixtures" / name)
    facts = extract(root)
    full, said, steps = decided(root, facts, 10_000_000)
    assert full
    assert said == []
    assert decided(root, facts, steps)[:2] == (full, [])
    for share in range(24):
        found, said, _ = decided(root, facts, steps * share // 24)
        assert found.keys() == full.keys()
        assert len(said) <= 1
        for question, verdict in found.items():
            assert verdict in ("unknown", full[question]) or {verdict, full[question]} == DENIALS
    nothing, said, _ = decided(root, facts, 0)
    assert {verdict for (_, number), verdict in nothing.items() if number != "0"} == {"unknown"}
    assert said == ["Bound exceeded: All this takes more than 0 steps."]


@pytest.mark.parametrize("what", LARGE)
def test_what_is_too_much_is_one_error_with_its_place(
    scan_files: Scan, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(assessor, "another_budget", lambda said: budget(3_000, said))
    files = {"large/main.tf": USER + LARGE[what], "small/main.tf": USER}
    report = scan_files(files, "large", "small")
    (problem,) = errors(report)
    assert problem == "Bound exceeded: What is decided about the root takes more than 3,000 steps."
    (place,) = {one.span for one in report.diagnostics if one.message == problem}
    assert place.path == "large/main.tf"
    assert place.line > 1
    full = verdicts(scan_files({"small/main.tf": USER}, "small"))
    assert full == {"aws_iam_user.good": ("yes", "implicit_deny")}
    of_small = [one for one in report.principals if one.definition.root == "small"]
    assert [one.console.access.value for one in of_small] == ["yes"]
    of_large = [one for one in report.principals if one.definition.root == "large"]
    assert "aws_iam_user.good" in {one.definition.address for one in of_large}
    open_ones = [one for one in of_large if {p.decision.outcome.value for p in one.permissions} == {"unknown"}]
    assert open_ones
    assert all("3,000 steps" in one.aws_login.permissions[0].decision.causes[0].detail for one in open_ones)


@pytest.mark.parametrize("what", LARGE)
def test_what_is_large_is_decided_within_the_usual_budget(scan_files: Scan, what: str) -> None:
    report = scan_files({"main.tf": USER + LARGE[what]})
    assert errors(report) == []


def test_work_that_was_done_for_another_root_is_charged_all_the_same(
    scan_files: Scan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or a verdict would depend on which roots the same process had before."""
    spent: list[int] = []

    @contextmanager
    def counting(said: str) -> Iterator[Budget]:
        with another_budget(said) as made:
            yield made
        spent.append(made.spent)

    monkeypatch.setattr(assessor, "another_budget", counting)
    scan_files({f"{name}/main.tf": USER + ROLE + statements(50) for name in "abc"})
    assert len(spent) == 3
    assert len(set(spent)) == 1


def test_a_scan_has_so_many_principals(scan_files: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathered, "MOST_PRINCIPALS", 4)
    many = 'resource "aws_iam_user" "u" {\n  count = 3\n  name = "u-${count.index}"\n}\n'
    report = scan_files({"a/main.tf": many, "b/main.tf": many, "c/main.tf": many})
    assert [one.definition.root for one in report.principals] == ["a", "a", "a", "b"]
    assert [(one.root, one.message) for one in report.diagnostics] == [
        (root, f"Bound exceeded: All roots together have more than 4 principals, so {number} of this one are left out.")
        for root, number in (("b", 2), ("c", 3))
    ]
