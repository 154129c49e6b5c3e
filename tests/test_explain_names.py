"""Who is meant by what stands behind ``--explain``, and what is said where nobody is."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from scanner.cli import app
from tests.scans import write

CODE = """
resource "aws_iam_user" "u" {
  for_each = toset(["ann", "bob"])
  name     = each.key
}
resource "aws_iam_user" "Team" {
  count = 12
  name  = "team-member"
}
"""
ANN, BOB = 'aws_iam_user.u["ann"]', 'aws_iam_user.u["bob"]'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path, {"main.tf": CODE})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def heads(wanted: str) -> list[str]:
    result = CliRunner().invoke(app, [".", "--explain", wanted])
    assert result.exit_code == 0, result.output
    return [line.partition(" (")[0] for line in result.output.splitlines() if line.startswith("aws_")]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("ann", [ANN]),
        (" ANN ", [ANN]),
        (ANN, [ANN]),
        ("aws_iam_user.u['ann']", [ANN]),
        ("aws_iam_user.u[ann]", [ANN]),
        ("aws_iam_user.u", [ANN, BOB]),
        ("aws_iam_user.u[*]", [ANN, BOB]),
        ("*.u[?nn]", [ANN]),
        ("b*", [BOB]),
        ("aws_iam_user.Team[11]", ["aws_iam_user.Team[11]"]),
    ],
)
@pytest.mark.usefixtures("folder")
def test_who_is_meant(wanted: str, found: list[str]) -> None:
    assert heads(wanted) == found


@pytest.mark.usefixtures("folder")
def test_those_of_whom_the_same_is_said_are_told_together() -> None:
    result = CliRunner().invoke(app, [".", "--explain", "team-member"])
    assert len(heads("team-member")) == 10
    assert "\nand 2 more, and\naws_iam_user.Team[9] (user), main.tf:6\n" in result.output
    assert result.output.count("console access: no") == 1


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("anm", 'scan: there is no principal "anm" and no such rule; near to it:\n  aws_iam_user.u["ann"]\n'),
        ("user-cannot-aws-logn", "near to it:\n  user-cannot-aws-login\n"),
        ("zzz", "there are 14 principals, among them:\n  aws_iam_user.Team[0]\n"),
        ("a\nb", 'there is no principal "a\\nb" and no such rule'),
        ("[", 'there is no principal "["'),
        ("\\", 'there is no principal "\\"'),
        ("../main", 'there is no principal "../main"'),
        ("", "it takes a name, an address, or the id of a rule"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_nobody_is_meant(wanted: str, said: str) -> None:
    result = CliRunner().invoke(app, [".", "--explain", wanted])
    assert result.exit_code == 2
    assert said in result.output


def test_a_scan_that_is_incomplete_says_so_where_nobody_is_found(folder: Path) -> None:
    write(folder, {"main.tf": "locals {"})
    result = CliRunner().invoke(app, [".", "--explain", "ann"])
    assert result.output.splitlines()[-1] == "The scan is incomplete: 1 error in the input."
