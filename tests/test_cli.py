"""The command line as its users and their programs see it: exit status, streams, formats, messages."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scanner.cli import app
from tests.command import Done, forked, started

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
FLAGGED = "fixtures/terraform/minimal-user"
SILENT = "fixtures/terraform/minimal-user-fixed"
WARNED = "fixtures/terraform/explicit-deny"
NOTED = "fixtures/terraform/mfa-required"


def scan(
    *arguments: str | Path, cwd: Path = ROOT, given: str = "", run: Callable[..., Done] = forked, **environment: str
) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("TF_", "GITHUB_"))}
    done = run([*map(str, arguments)], cwd, {**kept, **environment}, given.encode())
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ([FLAGGED], 1),
        ([SILENT], 0),
        ([WARNED], 0),
        ([WARNED, "--fail-on", "warning"], 1),
        ([NOTED, "--fail-on", "warning"], 0),
        ([NOTED, "--fail-on", "note"], 1),
        ([FLAGGED, "--fail-on", "never"], 0),
        ([FLAGGED, "--exit-zero"], 0),
        ([NOTED, "--fail-on", "note", "--min-severity", "error"], 1),
        ([FLAGGED, "--quiet"], 1),
        ([FLAGGED, "--format", "text", "--format", "github"], 1),
        ([FLAGGED, "--format", "json", "--format", "github"], 2),
        ([FLAGGED, "--format", "json", "--output", "text=-"], 2),
        ([FLAGGED, "--ignore", "user-cannot-aws-login"], 0),
        ([FLAGGED, "--select", "aws-login-denied"], 0),
        ([FLAGGED, "--select", "no-such-rule"], 2),
        (["no/such/path"], 2),
        (["docs"], 2),
        (["README.md"], 2),
        ([FLAGGED, "--format", "nonsense"], 2),
        ([FLAGGED, "--account", "12"], 2),
        ([FLAGGED, "--var", "x"], 2),
        ([FLAGGED, "--output", "json"], 2),
        ([FLAGGED, "--output", "xml=x"], 2),
        ([FLAGGED, "--scp", "no-such-file"], 2),
        ([FLAGGED, "--rules", "no-such-file"], 2),
        (["--no-such-option"], 2),
        (["--version"], 0),
        (["--help"], 0),
        (["-h"], 0),
        (["--list-rules"], 0),
        (["--list-rules", "--format", "json"], 2),
        (["--show-config", "--format", "csv"], 2),
        ([FLAGGED, "--diff"], 1),
        ([FLAGGED, "--diff", "--exit-zero"], 0),
        ([SILENT, "--diff", "--unsafe-fixes"], 0),
        ([SILENT, "--fix", "--diff"], 2),
        ([SILENT, "--unsafe-fixes"], 2),
        (["no/such/path", "--fix"], 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_exit_status(arguments: list[str], status: int) -> None:
    result = scan(*arguments)
    assert result.returncode == status, result.stderr
    assert "Traceback" not in result.stderr + result.stdout


def test_a_finding_outranks_an_incomplete_scan(tmp_path: Path) -> None:
    (tmp_path / "broken.tf").write_text("locals {")
    assert scan(tmp_path).returncode == 2
    assert scan(tmp_path, FLAGGED).returncode == 1
    assert "never closed" in scan(tmp_path, FLAGGED).stdout


def test_only_the_report_is_on_standard_output() -> None:
    result = scan(FLAGGED, "--format", "json")
    assert json.loads(result.stdout)["version"] == 1
    assert result.stderr == ""


def test_outputs_beside_the_printed_one(tmp_path: Path) -> None:
    result = scan(FLAGGED, "--output", f"json={tmp_path / 'a.json'}", "--output", f"github={tmp_path / 'b.txt'}")
    assert "error[user-cannot-aws-login]" in result.stdout
    assert json.loads((tmp_path / "a.json").read_text())["summary"]["findings"]["error"] == 1
    assert (tmp_path / "b.txt").read_text().startswith("::error file=fixtures/terraform/minimal-user/main.tf,line=")


def test_a_report_that_cannot_be_written_loses_no_other(tmp_path: Path) -> None:
    written, unwritten = tmp_path / "a.json", tmp_path / "no" / "a.json"
    for folder, status in ((FLAGGED, 1), (SILENT, 2)):
        result = scan(folder, "--output", f"json={unwritten}", "--output", f"json={written}")
        assert result.returncode == status
        assert result.stderr == f"scan: {unwritten}: it does not exist\n"
        assert "root." in result.stdout
        assert json.loads(written.read_text())["version"] == 1
        written.unlink()


def test_standard_output_as_an_output_takes_the_place_of_the_text() -> None:
    assert json.loads(scan(FLAGGED, "--output", "json=-").stdout)["version"] == 1
    both = scan(FLAGGED, "--format", "text", "--output", "github=-").stdout
    assert both.startswith("error[")
    assert "\n::error file=" in both


@pytest.mark.parametrize("workspace", [ROOT, ROOT / "fixtures", None])
def test_annotations_name_files_from_the_top_of_the_repository(workspace: Path | None) -> None:
    variables = {"GITHUB_WORKSPACE": str(workspace)} if workspace is not None else {}
    shown = scan("minimal-user", "--format", "github", cwd=ROOT / "fixtures" / "terraform", **variables).stdout
    path = "terraform/minimal-user/main.tf" if workspace == ROOT / "fixtures" else f"{FLAGGED}/main.tf"
    assert shown.startswith(f"::error file={path},line=15,")
    assert f"::{path}:15: user-cannot-aws-login: minimal-user can sign in" in shown


def test_a_workspace_that_is_elsewhere_says_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "main.tf").write_text((ROOT / FLAGGED / "main.tf").read_text())
    shown = scan("--format", "github", cwd=folder, GITHUB_WORKSPACE=str(ROOT)).stdout
    assert shown.startswith("::error file=main.tf,")


def test_the_same_input_gives_the_same_bytes() -> None:
    first = scan("fixtures", "--format", "json", run=started, PYTHONHASHSEED="1").stdout
    assert first == scan("fixtures", "--format", "json", run=started, PYTHONHASHSEED="2").stdout


def test_paths_are_relative_to_the_working_directory() -> None:
    shown = json.loads(scan(ROOT / FLAGGED, "--format", "json", cwd=ROOT / "fixtures").stdout)
    assert shown["principals"][0]["location"]["path"] == "terraform/minimal-user/main.tf"
    here = json.loads(scan("--format", "json", cwd=ROOT / FLAGGED).stdout)
    assert here["principals"][0]["root"] == "."
    assert here["principals"][0]["location"]["path"] == "main.tf"


def test_what_goes_to_a_program_is_not_wrapped_unless_it_says_so() -> None:
    headline = "error[user-cannot-aws-login]: minimal-user can sign in to the console, but `aws login` ends in 400"
    assert scan(FLAGGED, COLUMNS="").stdout.startswith(headline)
    wrapped = scan(FLAGGED, COLUMNS="60").stdout.splitlines()
    assert wrapped[0] == "error[user-cannot-aws-login]: minimal-user can sign in to"


def test_colour_can_be_asked_for_and_refused() -> None:
    for asked in ({"FORCE_COLOR": "1"}, {"CLICOLOR_FORCE": "1"}):
        assert "\x1b[" in scan(FLAGGED, **asked).stdout
        assert "\x1b[" not in scan(FLAGGED, **asked, NO_COLOR="1").stdout


def fingerprints(*arguments: str, cwd: Path, **environment: str) -> set[tuple[str, str]]:
    found = json.loads(scan(*arguments, "--format", "json", cwd=cwd, **environment).stdout)["findings"]
    assert found
    return {(one["principal"], one["fingerprint"]) for one in found}


@pytest.mark.parametrize("is_repository", [True, False])
def test_a_finding_is_the_same_wherever_and_in_whatever_form_it_is_found(tmp_path: Path, is_repository: bool) -> None:
    case, infra = ROOT / "tests" / "cases" / "plans" / "changes", tmp_path / "infra"
    infra.mkdir()
    if is_repository:
        (tmp_path / ".git").mkdir()
    (infra / "main.tf").write_bytes((case / "after" / "main.tf").read_bytes())
    wanted = fingerprints("infra", cwd=tmp_path)
    assert fingerprints(".", cwd=infra) == wanted
    assert fingerprints("../infra", cwd=infra) == wanted
    (infra / "main.tf").write_text("\n\n" + (infra / "main.tf").read_text())
    assert fingerprints("infra", cwd=tmp_path) == wanted
    (infra / "main.tf").write_bytes((case / "after" / "main.tf").read_bytes())
    for plan in ("plan.json", "plan.tfplan"):
        (infra / plan).write_bytes((case / plan).read_bytes())
        (tmp_path / plan).write_bytes((case / plan).read_bytes())
        assert fingerprints(f"infra/{plan}", cwd=tmp_path) == wanted
        assert fingerprints(plan, "--source", "infra", cwd=tmp_path) == wanted


def test_a_workspace_is_the_top_of_its_repository(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder / "infra").mkdir(parents=True)
        (tmp_path / folder / "infra" / "main.tf").write_text((ROOT / FLAGGED / "main.tf").read_text())
    one = fingerprints("infra", cwd=tmp_path / "one", GITHUB_WORKSPACE=str(tmp_path / "one"))
    assert fingerprints("infra", cwd=tmp_path / "two", GITHUB_WORKSPACE=str(tmp_path / "two")) == one


def test_no_colour_and_no_bar_without_a_terminal() -> None:
    result = scan("fixtures")
    assert "\x1b" not in result.stdout + result.stderr


def test_request_options_settle_what_is_open() -> None:
    def localhost(*arguments: str) -> list[str]:
        found = json.loads(scan(*arguments, "--format", "json").stdout)["principals"]
        return [principal["aws_login"]["localhost"] for principal in found]

    assert localhost(NOTED) == ["conditional"]
    assert localhost(NOTED, "--context", "aws:MultiFactorAuthPresent=true") == ["allowed"]
    assert localhost(NOTED, "--context", "aws:MultiFactorAuthPresent") != ["conditional"]
    assert localhost("fixtures/terraform/one-region") == ["conditional"]
    assert localhost("fixtures/terraform/one-region", "--region", "ap-south-2") == ["implicit_deny"]


def test_control_policies(tmp_path: Path) -> None:
    def localhost(option: str, *statements: dict[str, object]) -> str:
        file = tmp_path / "policy.json"
        file.write_text(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))
        result = scan("fixtures/terraform/administrator", option, file, "--format", "json")
        outcome: str = json.loads(result.stdout)["principals"][0]["aws_login"]["localhost"]
        return outcome

    deny = {"Effect": "Deny", "Action": "signin:*", "Resource": "*"}
    narrow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    assert localhost("--scp", deny) == "explicit_deny"
    assert localhost("--scp", narrow) == "implicit_deny"
    assert localhost("--scp", {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}) == "allowed"
    assert localhost("--rcp", {**deny, "Principal": "*"}) == "explicit_deny"


def test_a_control_policy_has_no_principal(tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    statement = {"Effect": "Deny", "Principal": "*", "Action": "signin:*", "Resource": "*"}
    file.write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    result = scan("fixtures/terraform/administrator", "--scp", file)
    assert result.returncode == 2
    assert "A service control policy must not have a Principal" in result.stderr
    assert "identity-based" not in result.stderr


def test_a_closed_pipe_ends_quietly() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "scanner", "fixtures", "--format", "json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    process.wait(60)


def test_an_interrupt_ends_promptly_with_its_own_status(tmp_path: Path) -> None:
    for number in range(400):
        (tmp_path / f"m{number}").mkdir()
        (tmp_path / f"m{number}" / "main.tf").write_text((ROOT / FLAGGED / "main.tf").read_text())
    begin = "from scanner.__main__ import main\nprint('ready', flush=True)\nmain()"
    process = subprocess.Popen([sys.executable, "-c", begin, tmp_path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"  # a busy machine may take seconds to start Python
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=10)
    assert process.returncode == 130
    assert b"Traceback" not in stderr


def test_more_rules(tmp_path: Path) -> None:
    (tmp_path / "everybody.yaml").write_text(
        "id: everybody\nseverity: error\ntitle: T\nselect: $.principals[*]\nmessage: '{name} is a {kind}'\nhelp: H\n"
        "examples: {flagged: [a], passed: [b]}\n"
    )
    result = scan(SILENT, "--rules", tmp_path, "--format", "json")
    assert result.returncode == 1
    assert [found["message"] for found in json.loads(result.stdout)["findings"]] == ["minimal-user is a user"]
    (tmp_path / "wrong.yaml").write_text("id: wrong\n")
    assert "wrong.yaml: " in scan(SILENT, "--rules", tmp_path).stderr


@pytest.mark.parametrize("wanted", ["aws_iam_user.minimal", "minimal-user"])
def test_explain_takes_a_name_or_an_address(wanted: str) -> None:
    result = scan(FLAGGED, "--explain", wanted)
    assert result.returncode == 0
    assert result.stdout.startswith("aws_iam_user.minimal (user), ")
    document = json.loads(scan(FLAGGED, "--explain", wanted, "--format", "json").stdout)
    assert document["principals"][0]["name"] == "minimal-user"


def test_explain_says_whom_there_is() -> None:
    result = scan(FLAGGED, "--explain", "aws_iam_user.minimum")
    assert result.returncode == 2
    assert result.stderr.splitlines() == [
        'scan: there is no principal "aws_iam_user.minimum" and no such rule; near to it:',
        "  aws_iam_user.minimal",
    ]
    assert scan(FLAGGED, "--explain", "x", "--format", "github").returncode == 2


@pytest.mark.parametrize(
    ("file", "place"),
    [
        ("fixtures/plan/minimal-user.json", "main.tf:15:1"),
        ("fixtures/cloudformation/minimal-user.yaml", "-:5:3"),
    ],
)
def test_standard_input(file: str, place: str) -> None:
    """A plan counts as one of the working directory, whose configuration has its lines."""
    text = (ROOT / file).read_text(encoding="utf-8")
    result = scan("-", "--format", "concise", cwd=ROOT / FLAGGED, given=text)
    assert result.returncode == 1, result.stderr
    assert result.stdout.startswith(f"{place}: error[user-cannot-aws-login]")


@pytest.mark.parametrize("text", ["", "hello", "{", "{}"])
def test_standard_input_that_is_nothing(text: str) -> None:
    result = scan("-", given=text)
    assert result.returncode == 2
    assert result.stdout.startswith("error: Nothing to scan: ")
    assert "  --> -\n" in result.stdout


def test_verbose_says_what_is_scanned() -> None:
    result = scan(FLAGGED, "fixtures/plan/minimal-user.json", "-v", "--format", "json")
    assert result.stderr.splitlines() == [
        "scan: fixtures/plan/minimal-user.json: terraform-plan, files: 1, identities: 1",
        "scan: fixtures/terraform/minimal-user: terraform, files: 1, identities: 1",
    ]
    assert json.loads(result.stdout)["summary"]["roots"] == 2


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("scan --form", ["--format"]),
        ("scan --format js", ["json"]),
        ("scan --fail-on ", ["error", "warning", "note", "never"]),
        ("scan --min-severity w", ["warning"]),
        ("scan --select role-cannot", ["role-cannot-aws-login"]),
        ("scan --explain may-pass", ["may-pass-any-role"]),
        ("scan --output js", ["json="]),
    ],
)
def test_shells_complete_options_and_their_values(words: str, offered: list[str]) -> None:
    place = str(len(words.split(" ")) - 1)
    variables = {"_SCAN_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": place}
    result = CliRunner().invoke(app, [], prog_name="scan", env=variables)
    assert result.stdout.split() == offered, result.stderr


def test_the_installed_command_completes() -> None:
    variables = {**os.environ, "_SCAN_COMPLETE": "complete_bash", "COMP_WORDS": "scan --form", "COMP_CWORD": "1"}
    command = Path(sys.executable).with_name("scan")
    assert subprocess.run([command], env=variables, capture_output=True, text=True, check=True).stdout == "--format\n"


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--format=jsn", 'Invalid value for --format: there is no format "jsn"; there are text, '),
        (
            "--fail-on=erorr",
            'Invalid value for --fail-on: there is no level "erorr"; there are error, warning, note, never',
        ),
        ("--min-severity=x", 'Invalid value for --min-severity: there is no level "x"; there are error, warning, note'),
    ],
)
def test_a_word_that_is_none_of_the_possible_ones(option: str, message: str) -> None:
    assert message in scan(FLAGGED, option).stderr


@pytest.mark.parametrize("rule", ["user-cannot-aws-login", "may-pass-any-role"])
def test_explain_takes_a_rule(rule: str) -> None:
    text = scan("--explain", rule, COLUMNS="60").stdout
    assert f"[{rule}]: " in text
    assert max(map(len, text.split("\nmessage ")[0].splitlines())) <= 60
    document = json.loads(scan("--explain", rule, "--format", "json").stdout)["rule"]
    assert document["id"] == rule
    assert " ".join(document["description"].split()) in " ".join(text.split())


def test_explain_takes_a_rule_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "id: mine\nseverity: note\ntitle: Mine\nselect: $.principals[*]\nmessage: m\nhelp: h\nurl: https://example.com/\n"
    )
    assert "page      https://example.com/" in scan("--explain", "mine", "--rules", tmp_path).stdout


def test_rules_of_one_s_own_are_listed(tmp_path: Path) -> None:
    rule = 'id: {0}\nseverity: note\ntitle: Mine\nselect: "{1}"\nmessage: M\nhelp: H\n'
    good, wrong = tmp_path / "mine.yaml", tmp_path / "wrong.yaml"
    good.write_text(rule.format("mine", "$.principals[*]"))
    wrong.write_text(rule.format("wrong", "$.principal[*]"))
    listed = scan("--list-rules", "--rules", str(good), "--rules", "session-too-long")
    assert listed.returncode == 0
    assert "\n\nYour own:\nmine                               note     Mine\n\nExamples" in listed.stdout
    assert listed.stdout.count("session-too-long") == 1
    refused = scan("--list-rules", "--rules", str(wrong))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "wrong.yaml:4: the selector is wrong" in refused.stderr
