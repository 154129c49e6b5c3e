"""``--check-rules``: rule files and their examples, as their authors try them."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.check_rules import check_rules, render
from scanner.rules.loader import RuleError, load_rules
from tests.scans import write
from tests.test_cli import scan

PASSWORD = 'resource "aws_iam_user_login_profile" "%s" {\n  user = aws_iam_user.%s.name\n}\n'
FILES = {
    "code/flagged/main.tf": 'resource "aws_iam_user" "ada" {\n  name = "ada"\n}\n' + PASSWORD.replace("%s", "ada"),
    "code/passed/main.tf": 'resource "aws_iam_user" "bob" {\n  name = "bob"\n}\n',
    "code/nobody/main.tf": 'resource "aws_sns_topic" "t" {}\n',
    "code/broken/main.tf": "locals {\n",
}


def rule(rule_id: str, examples: str = "", **changes: str) -> dict[str, str]:
    keys = {
        "id": rule_id,
        "severity": "note",
        "title": "T",
        "select": "\"$.principals[?(@.console.access == 'yes')]\"",
        "message": '"{name} signs in"',
        "help": "H",
        **changes,
    }
    return {f"rules/{rule_id}.yaml": "".join(f"{key}: {value}\n" for key, value in keys.items()) + examples}


BROKEN = "Invalid Terraform syntax: The { here is never closed."
RIGHT = "examples:\n  flagged: [../code/flagged]\n  passed: [../code/passed]\n"
WRONG = """examples:
  flagged:
    - ../code/flagged
    - ../code/passed
    - ../code/nowhere
  passed:
    - ../code/flagged
    - ../code/nobody
    - ../code/broken
    - ../code/passed
"""


def checked(folder: Path, *files: dict[str, str], paths: tuple[str, ...] = ("rules",)) -> tuple[int, list[str]]:
    for one in (FILES, *files):
        write(folder, one)
    check = check_rules(paths, folder)
    return check.exit_status, render(check).splitlines()


def test_rules_that_are_right(tmp_path: Path) -> None:
    assert checked(tmp_path, rule("a", RIGHT), rule("b", RIGHT)) == (
        0,
        ["2 rules loaded, 4 examples scanned: nothing is wrong."],
    )


def test_rules_without_examples_are_named(tmp_path: Path) -> None:
    assert checked(tmp_path, rule("a"), rule("b", RIGHT)) == (
        0,
        ["2 rules loaded, 2 examples scanned: nothing is wrong.", "Without examples: a."],
    )


def test_every_example_that_is_not_as_the_rule_says_has_its_line(tmp_path: Path) -> None:
    status, lines = checked(tmp_path, rule("a", WRONG))
    folder = (tmp_path / "rules").as_posix()
    assert status == 1
    assert lines == [
        'rules/a.yaml:10: it flags nobody in the example "../code/passed", which has aws_iam_user.bob',
        f'rules/a.yaml:11: the example "../code/nowhere" does not exist in {folder}',
        'rules/a.yaml:13: it flags aws_iam_user.ada in the example "../code/flagged", which it must pass: ada signs in',
        'rules/a.yaml:14: the example "../code/nobody" has no users, roles or permission sets',
        f'rules/a.yaml:15: the example "../code/broken" cannot be scanned: ../code/broken/main.tf:1: {BROKEN}',
        "1 rule loaded, 7 examples scanned: 5 mistakes.",
    ]


def test_files_that_cannot_be_loaded(tmp_path: Path) -> None:
    wrong = rule("b", RIGHT, select="\"$.principals[?(@.consol.access == 'yes')]\"", severity="fatal")
    assert checked(tmp_path, rule("a", RIGHT), wrong) == (
        2,
        [
            'rules/b.yaml:2: "severity" must be error, warning or note',
            'rules/b.yaml:4: the selector is wrong: "@" has no key "consol"; did you mean "console"?',
            "1 rule loaded, 2 examples scanned: 2 mistakes.",
        ],
    )
    assert checked(tmp_path, rule("a", WRONG))[0] == 1


def test_an_id_that_is_taken(tmp_path: Path) -> None:
    status, lines = checked(tmp_path, rule("aws-login-denied", RIGHT))
    assert status == 2
    assert lines[0] == 'rules/aws-login-denied.yaml:1: there is already a built-in rule "aws-login-denied"'


def test_the_rule_that_names_an_example_is_alone_in_it(tmp_path: Path) -> None:
    everybody = rule("everybody", "examples:\n  flagged: [../code/passed]\n  passed: [../code/flagged]\n")
    status, lines = checked(tmp_path, rule("a", RIGHT), everybody, paths=("rules/a.yaml",))
    assert (status, lines) == (0, ["1 rule loaded, 2 examples scanned: nothing is wrong."])


def test_what_is_printed_is_escaped(tmp_path: Path) -> None:
    _, lines = checked(tmp_path, rule("a", "examples:\n  flagged: ['::set-env\u202e']\n  passed: [../code/passed]\n"))
    assert "\\u202e" in lines[0]


@pytest.mark.slow
def test_the_command(tmp_path: Path) -> None:
    write(tmp_path, FILES | rule("a", RIGHT) | rule("b", WRONG))
    right = scan("--check-rules", "rules/a.yaml", cwd=tmp_path)
    assert (right.returncode, right.stderr) == (0, "")
    assert right.stdout == "1 rule loaded, 2 examples scanned: nothing is wrong.\n"
    both = scan("--check-rules", "rules/a.yaml", "--check-rules", "rules/b.yaml", cwd=tmp_path)
    assert both.returncode == 1
    assert both.stdout.startswith("rules/b.yaml:10: ")
    nothing = scan("--check-rules", "code", cwd=tmp_path)
    assert nothing.returncode == 2
    assert nothing.stdout.startswith("code: the directory has no rule files")
    beside = scan("--check-rules", "rules", "code", cwd=tmp_path)
    assert beside.returncode == 2
    assert beside.stderr == ("scan: --check-rules scans the examples of the rules and nothing else; leave code out\n")


@pytest.mark.slow
def test_the_built_in_rules_from_the_command_line() -> None:
    found = scan("--check-rules", "rules")
    assert found.returncode == 0, found.stdout
    assert "nothing is wrong" in found.stdout


@pytest.mark.slow
def test_wrong_rules_stop_a_scan(tmp_path: Path) -> None:
    bad = rule("a", select='"$.principals[?(@.acces)]"', severity="fatal") | rule("b", RIGHT, tags="[]")
    write(tmp_path, FILES | bad)
    found = scan("code/passed", "--rules", "rules", cwd=tmp_path)
    assert found.returncode == 2
    assert found.stdout == ""
    assert [line.split(" ")[1] for line in found.stderr.splitlines()] == [
        "rules/a.yaml:2:",
        "rules/a.yaml:4:",
        "rules/b.yaml:7:",
    ]
    with pytest.raises(RuleError, match=r"^b\.yaml:7: "):
        load_rules([tmp_path / "rules" / "b.yaml"], tmp_path / "rules")


@pytest.mark.slow
@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_a_rule_that_is_not_there_may_be_misspelled(option: str) -> None:
    found = scan("fixtures/terraform/minimal-user", option, "aws-login-denid")
    assert found.returncode == 2
    assert found.stderr == 'scan: there is no rule "aws-login-denid"; did you mean "aws-login-denied"?\n'
    found = scan("fixtures/terraform/minimal-user", option, "x")
    assert found.stderr == 'scan: there is no rule "x"; --list-rules shows them all\n'
