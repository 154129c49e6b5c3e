"""The configuration file as users of the command meet it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.rules.loader import builtin_rules
from tests.configuration.configured import OURS
from tests.scans import write
from tests.test_cli import FLAGGED, ROOT, scan

pytestmark = pytest.mark.slow

CODE = (ROOT / FLAGGED / "main.tf").read_text(encoding="utf-8")
LENIENT = "severity: {user-cannot-aws-login: warning}\n"


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A work tree with something to find in ``infra`` and a directory beside it."""
    (tmp_path / ".git").mkdir()
    write(tmp_path, {"infra/main.tf": CODE, "docs/x.md": ""})
    return tmp_path


def test_the_file_counts_in_every_directory_below_it(top: Path) -> None:
    (top / OURS).write_text(f"paths: [infra]\n{LENIENT}fail_on: never\noutput: {{json: r.json}}")
    for directory in (".", "docs", "infra"):
        result = scan(cwd=top / directory)
        assert result.returncode == 0, result.stderr
        assert "warning[user-cannot-aws-login]" in result.stdout
    assert json.loads((top / "r.json").read_text())["summary"]["findings"]["warning"] == 1
    assert scan("--fail-on", "warning", cwd=top / "docs").returncode == 1


def test_a_file_below_the_working_directory_never_counts(top: Path) -> None:
    for text in (LENIENT, "fail_on: ["):
        (top / "infra" / OURS).write_text(text)
        assert scan("infra", cwd=top).returncode == 1
        assert scan(cwd=top).returncode == 1
    assert scan(cwd=top / "infra").returncode == 2


def test_which_file_is_read_can_be_said(top: Path) -> None:
    write(top, {OURS: LENIENT, "other.toml": "select = ['aws-login-denied']"})
    assert scan("infra", cwd=top).returncode == 0
    assert scan("infra", "--no-config", cwd=top).returncode == 1
    assert "user-cannot-aws-login" not in scan("infra", "--config", "other.toml", cwd=top).stdout
    both = scan("infra", "--config", "other.toml", "--no-config", cwd=top)
    assert both.returncode == 2
    assert "exclude each other" in both.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# c\nfail-on: error", '2: there is no key "fail-on"; did you mean "fail_on"?'),
        ("select: [aws-login-denied,\n aws-login-denid]", '2: there is no rule "aws-login-denid"; did you mean'),
        ("ignore: [x]", '1: there is no rule "x"; --list-rules shows them all'),
        (
            "select: [aws-login-denied]\nignore: [aws-login-denied]",
            "2: no rule is left: every selected rule is ignored, too",
        ),
        ("severity:\n  x: note", '2: there is no rule "x"; --list-rules shows them all'),
    ],
)
def test_a_mistake_is_said_with_its_line(top: Path, text: str, said: str) -> None:
    (top / OURS).write_text(text)
    for arguments in (["infra"], ["--show-config"]):
        result = scan(*arguments, cwd=top)
        assert result.returncode == 2
        assert result.stderr.startswith(f"scan: {OURS}:{said}")
        assert result.stdout == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\nbaseline: x.json", "scan: x.json: it does not exist (named in {file}:2)"),
        ("scp: x.json", "scan: x.json: it does not exist (named in {file}:1)"),
        ("scp: [a.json,\n x.json]", "scan: x.json: it does not exist (named in {file}:2)"),
        ("accounts:\n  infra:\n    scp:\n    - x.json", "scan: x.json: it does not exist (named in {file}:4)"),
        ("parameters: x.json", "scan: x.json: it does not exist (named in {file}:1)"),
        ("rules: x.yaml", "scan: x.yaml: the file cannot be read: it does not exist (named in {file}:1)"),
        ("rules: x", "scan: x: the file cannot be read: it does not exist (named in {file}:1)"),
        ("output: {json: x/y.json}", "scan: x/y.json: it does not exist (named in {file}:1)"),
        ("paths: [infra,\n x]", 'error: Unreadable path: "x" is named here. It does not exist. --> {file}:2'),
        ("var_file: x", 'error: Unreadable variable file: "x" is named here. It does not exist. --> {file}:1'),
    ],
)
def test_a_file_that_is_missing_is_said_with_the_line_that_names_it(top: Path, text: str, said: str) -> None:
    policy = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
    write(top, {OURS: text, "a.json": policy})
    result = scan(cwd=top)
    assert result.returncode in (1, 2)
    assert said.format(file=OURS) in " ".join(f"{result.stdout}{result.stderr}".split())


def test_a_file_that_the_command_line_names_instead_has_no_line(top: Path) -> None:
    (top / OURS).write_text("baseline: x.json")
    assert scan("infra", "--baseline", "y.json", cwd=top).stderr == "scan: y.json: it does not exist\n"


def test_a_scan_with_no_rules_is_refused(top: Path) -> None:
    (top / OURS).write_text("select: [aws-login-denied]")
    one = scan("infra", "--ignore", "aws-login-denied", cwd=top)
    assert one.returncode == 2
    assert one.stderr == "scan: no rule is left: every selected rule is ignored, too\n"
    every = [f"--ignore={rule.id}" for rule in builtin_rules()]
    all_of_them = scan("infra", "--no-config", *every, cwd=top)
    assert (all_of_them.returncode, all_of_them.stdout) == (2, "")
    assert all_of_them.stderr == "scan: no rule is left: all rules are ignored\n"


def test_a_rule_that_the_command_line_names_has_no_line(top: Path) -> None:
    (top / OURS).write_text("select: [aws-login-denied]")
    assert scan("infra", "--select", "x", cwd=top).stderr.startswith('scan: there is no rule "x"')


def test_what_is_in_force_is_shown(top: Path) -> None:
    write(top, {OURS: "rules: []\nfail_on: note", "pyproject.toml": "[tool.aws-login-scan]"})
    shown = scan("--show-config", "--select", "aws-login-denied", cwd=top / "docs").stdout
    assert shown.startswith(f"# Configuration file: ../{OURS}\n# Not used: ../pyproject.toml, because")
    assert f"\nfail_on: note  # ../{OURS}:2\n" in shown
    assert "\nselect:\n  - aws-login-denied  # command line\n" in shown
    found = json.loads(scan("--show-config", "--format", "json", "--no-config", cwd=top).stdout)
    assert found["file"] is None
    assert found["options"]["fail_on"] == [{"value": "error", "source": "default"}]


def test_what_is_shown_of_a_report(top: Path) -> None:
    (top / OURS).write_text("quiet: true\nformat: concise\nmin_severity: error")
    assert len(scan("infra", cwd=top).stdout.splitlines()) == 1
    assert len(scan("infra", "--no-quiet", cwd=top).stdout.splitlines()) > 1
    assert json.loads(scan("infra", "--format", "json", cwd=top).stdout)["version"] == 1
    assert scan("infra", "--exit-zero", cwd=top).returncode == 0
    assert "console" in scan("infra", "--explain", "aws_iam_user.minimal", cwd=top).stdout.lower()
    assert scan("infra", "-q", "--no-config", cwd=top).returncode == 1


def test_users_and_paths_on_the_command_line(top: Path) -> None:
    write(top, {"infra/legacy/main.tf": CODE, "x.tf": 'resource "aws_iam_user" "u" { name = "admin-1" }'})
    found = json.loads(scan("--exclude", "legacy", "--assume-console", "admin-*", "--format", "json", cwd=top).stdout)
    assert {(one["root"], one["console"]["access"]) for one in found["principals"]} == {(".", "yes"), ("infra", "yes")}


def test_variables_of_the_environment_are_not_handed_out_by_what_is_scanned(top: Path) -> None:
    write(top, {OURS: "env_vars: true", "ci.yaml": "env_vars: true"})
    write(top, {"infra/main.tf": 'variable "n" {}\nresource "aws_iam_user" "u" { name = var.n }'})

    def names(*arguments: str) -> list[str | None]:
        result = scan("infra", "--format", "json", *arguments, cwd=top, TF_VAR_n="secret")
        return [one["name"] for one in json.loads(result.stdout or '{"principals": []}')["principals"]]

    assert names() == []
    assert names("--no-config") == [None]
    assert names("--config", "ci.yaml") == ["secret"]
    assert names("--config", "ci.yaml", "--no-env-vars") == [None]
