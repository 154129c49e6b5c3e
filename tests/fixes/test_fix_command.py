"""``--diff``, ``--fix`` and ``--unsafe-fixes`` as users of the command see them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from scanner.cli import app
from scanner.finding import Finding
from scanner.fix import Applicability, Fix
from scanner.options import Options
from tests.fixes.planned_scan import SCRIPT, Plan, attach, attachment, planned, user
from tests.fixes.test_round_trip import TERRAFORM
from tests.scans import write

ROOT = Path(__file__).parent.parent.parent
BASH = shutil.which("bash") or "bash"
DISPLAY = Applicability.DISPLAY
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command in a work tree, with a plan for fixes."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str, plan: Plan = attach) -> Result:
        monkeypatch.setattr("scanner.commands.scan.scan", planned(plan))
        result = CliRunner().invoke(app, [*arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoke


def mended(name: str, before: str = "") -> str:
    return before + user(name).replace("}\n", f"}}{attachment(name)}\n", 1)


def test_a_diff_takes_the_place_of_the_report(run: Run) -> None:
    file = Path("main.tf")
    file.write_text(user("ada") + user("safe"))
    result = run("--diff")
    assert result.exit_code == 1
    assert result.stdout.startswith("diff --git a/main.tf b/main.tf\n--- a/main.tf\n+++ b/main.tf\n@@ -1,6 +1,11 @@\n")
    assert result.stdout.count('\n+resource "aws_iam_user_policy_attachment" ') == 2
    assert result.stderr == "scan: would fix 2 of 2 findings in 1 file\n"
    assert file.read_text() == user("ada") + user("safe")
    assert run("--diff", "--unsafe-fixes").stdout == result.stdout
    assert run("--diff", "--exit-zero", "-q").stderr == ""
    assert run("--diff", "--exit-zero").exit_code == 0


def test_reports_still_go_to_files(run: Run) -> None:
    Path("main.tf").write_text(user("ada"))
    Path(".aws-login-scan.yaml").write_text("format: json\noutput: {markdown: r.md}\n")
    assert run("--diff").stdout.startswith("diff ")
    assert Path("r.md").read_text().startswith("#")
    assert run("--diff", "--output", "json=r.json").stdout.startswith("diff ")
    assert len(json.loads(Path("r.json").read_text())["findings"]) == 1
    result = run("--diff", "--output", "json=no/r.json")
    assert (result.exit_code, result.stdout[:5]) == (1, "diff ")
    assert "scan: no/r.json: it does not exist\n" in result.stderr


def test_nobody_asks_github_for_annotations_beside_a_diff(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    Path("main.tf").write_text(user("ada"))
    assert "::error" not in run("--diff").stdout
    assert not Path("summary.md").exists()


def test_what_is_not_in_a_diff_is_said(run: Run) -> None:
    def clash(finding: Finding, options: Options) -> tuple[Fix, ...]:
        (one,) = attach(finding, options)
        if finding.principal.endswith("bob"):
            (edit,) = attach(ada, options)[0].edits
            (one,) = (Fix(one.description, one.applicability, (type(edit)(edit.span, "x"),)),)
        return (one,)

    Path("main.tf").write_text(user("ada") + user("bob") + user("hand"))
    ada = run_findings(Path.cwd())[0]
    result = run("--diff", plan=clash)
    assert result.stderr == (
        "scan: main.tf:8: left out: attach SignInLocalDevelopmentAccess to aws_iam_user.bob (it overlaps with another "
        "fix; run again when that is applied)\n"
        "scan: main.tf:15: by hand: attach SignInLocalDevelopmentAccess to aws_iam_user.hand\n"
        "scan: would fix 1 of 3 findings in 1 file\n"
    )
    assert result.stdout.count("\n@@") == 1


def run_findings(directory: Path) -> tuple[Finding, ...]:
    return planned(attach)(Options(directory=directory)).open_findings


def test_very_many_that_are_left_out_are_counted(run: Run) -> None:
    Path("main.tf").write_text("".join(user(f"hand{number:02}") for number in range(25)))
    lines = run("--diff").stderr.splitlines()
    assert len(lines) == 12
    assert lines[-2:] == ["scan: 15 more to be done by hand", "scan: would fix 0 of 25 findings"]


def test_safe_fixes_are_applied_and_what_is_left_is_reported(run: Run) -> None:
    Path("a.tf").write_text(user("safe"))
    Path("b.tf").write_text(user("ada") + user("safe2"))
    result = run("--fix")
    assert (Path("a.tf").read_text(), Path("b.tf").read_text()) == (mended("safe"), mended("safe2", user("ada")))
    assert result.exit_code == 1
    assert "1 finding (1 error) in 3 principals" in result.stdout
    assert result.stderr == (
        "scan: fixed 2 findings in 2 files\nscan: 1 finding has a fix that --fix applies with --unsafe-fixes only\n"
    )
    again = run("--fix", "--unsafe-fixes", "--format", "json")
    assert (again.exit_code, again.stderr) == (0, "scan: fixed 1 finding in 1 file\n")
    assert json.loads(again.stdout)["findings"] == []
    assert Path("b.tf").read_text() == mended("ada") + mended("safe2")


def test_a_second_run_changes_nothing(run: Run) -> None:
    Path("main.tf").write_text(user("ada") + user("bob"))
    run("--fix", "--unsafe-fixes")
    before = Path("main.tf").read_bytes(), Path("main.tf").stat().st_ino
    result = run("--fix", "--unsafe-fixes")
    assert (result.exit_code, result.stderr) == (0, "")
    assert (Path("main.tf").read_bytes(), Path("main.tf").stat().st_ino) == before
    assert (run("--diff").stdout, run("--diff").stderr) == ("", "scan: would fix 0 of 0 findings\n")


def test_without_a_fix_that_applies_nothing_is_written(run: Run) -> None:
    Path("main.tf").write_text(user("ada"))
    before = Path("main.tf").stat()
    plain = run()
    result = run("--fix")
    assert (result.exit_code, result.stdout) == (plain.exit_code, plain.stdout)
    assert result.stderr == "scan: 1 finding has a fix that --fix applies with --unsafe-fixes only\n"
    assert run("--fix", "-q").stderr == ""
    assert Path("main.tf").stat().st_ctime_ns == before.st_ctime_ns


def test_what_is_not_shown_or_does_not_count_is_not_mended(run: Run) -> None:
    Path("main.tf").write_text(f"# scan:ignore[user-cannot-aws-login] a robot\n{user('safe')}")
    text = Path("main.tf").read_text()
    assert run("--fix").exit_code == 0
    assert run("--diff").stdout == ""
    Path("main.tf").write_text(user("safe"))
    Path(".aws-login-scan.yaml").write_text("severity: {user-cannot-aws-login: note}\n")
    assert run("--fix", "--min-severity", "error").stderr == ""
    assert run("--diff", "--min-severity", "error").stdout == ""
    assert (Path("main.tf").read_text(), text[-len(user("safe")) :]) == (user("safe"), user("safe"))


def test_a_file_that_cannot_be_written(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from scanner import writing

    put = writing.replace

    def full(place: Path, content: bytes, mode: int | None = None) -> None:
        if Path(place).name == "a.tf":
            raise OSError(28, "full")
        put(place, content, mode)

    for name in ("a", "b"):
        Path(f"{name}.tf").write_text(user(f"safe_{name}"))
    monkeypatch.setattr(writing, "replace", full)
    result = run("--fix", "--exit-zero")
    assert result.exit_code == 2
    assert result.stderr == "scan: a.tf: no space is left\nscan: fixed 1 finding in 1 file\n"
    assert (Path("a.tf").read_text(), Path("b.tf").read_text()) == (user("safe_a"), mended("safe_b"))
    assert run("--fix").exit_code == 1


@pytest.mark.slow
def test_law_what_is_offered_is_applied_alike_by_the_scanner_and_by_git(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a second run changes nothing, whatever the first could not settle."""
    trees = [tmp_path / name for name in ("by git", "by the scanner")]
    contents = []
    for number, tree in enumerate(trees):
        for case, files in TERRAFORM.items():
            write(tree / case, files)
        (tree / ".git").mkdir()
        monkeypatch.chdir(tree)
        arguments = ["--fix", "--unsafe-fixes"] if number else ["--diff"]
        result = CliRunner().invoke(app, arguments)
        if not number:
            subprocess.run([shutil.which("git") or "git", "apply"], cwd=tree, input=result.stdout_bytes, check=True)
        contents.append({path.relative_to(tree): path.read_bytes() for path in tree.rglob("*") if path.is_file()})
        again = CliRunner().invoke(app, ["--fix", "--unsafe-fixes"])
        assert "fixed" not in again.stderr
        assert contents[-1] == {path.relative_to(tree): path.read_bytes() for path in tree.rglob("*") if path.is_file()}
    assert contents[0] == contents[1]
    assert contents[0] != {
        Path(case) / path: text.encode() for case, files in TERRAFORM.items() for path, text in files.items()
    }


def test_a_fix_that_mends_nothing(run: Run) -> None:
    def comment(finding: Finding, options: Options) -> tuple[Fix, ...]:
        (one,) = attach(finding, options)
        (edit,) = one.edits
        return (Fix("say so", one.applicability, (type(edit)(edit.span, " # safe"),)),)

    Path("main.tf").write_text(user("safe"))
    assert run("--fix", plan=comment).stderr == (
        "scan: fixed 0 findings in 1 file\nscan: 1 finding remained, although the fix was applied\n"
    )


def test_code_from_elsewhere_is_left_alone(run: Run) -> None:
    outside = Path("../outside")
    outside.mkdir()
    for folder in (outside, Path(".terraform/m")):
        folder.mkdir(exist_ok=True, parents=True)
        (folder / "main.tf").write_text(user("safe"))
    for module, why in (("../outside", "it is outside of the scanned tree"), ("./.terraform/m", "it is in .terraform")):
        Path("main.tf").write_text(f'module "m" {{\n  source = "{module}"\n}}\n')
        result = run("--fix")
        path = f"{Path(module)}/main.tf"
        assert f"scan: {path}:1: left out: " in result.stderr
        assert f"({path}: {why})\n" in result.stderr
        assert (Path(path).read_text(), result.exit_code) == (user("safe"), 1)


def test_where_there_is_no_patch_the_advice_is_said(run: Run) -> None:
    def advise(finding: Finding, options: Options) -> tuple[Fix, ...]:
        return (replace(attach(finding, options)[0], description="no patch: ask", edits=(), applicability=DISPLAY),)

    Path("main.tf").write_text(user("ada"))
    assert run("--diff", plan=advise).stderr == "scan: main.tf:1: no patch: ask\nscan: would fix 0 of 1 finding\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--unsafe-fixes"], "--unsafe-fixes: add --fix to apply them, or say --diff to see them"),
        (["--diff", "--fix"], "--diff: --diff and --fix exclude each other"),
        (["--diff", "--format", "json"], "--diff: the patch takes the place of the report; write that to a file with"),
        (["--diff", "--output", "json=-"], "--diff: the patch is on standard output; write that to a file with"),
        (["--fix", "-"], "--fix: what comes on standard input cannot be changed; name the file"),
        (["--fix", ".", "-"], "--fix: what comes on standard input cannot be changed; name the file"),
        (["--fix", "--write-baseline", "b"], "--fix: --fix and --write-baseline exclude each other"),
        (["--diff", "--write-baseline", "b"], "--diff: --diff and --write-baseline exclude each other"),
        (["--fix", "--explain", "x"], "--fix: --fix and --explain exclude each other"),
        (["--fix", "--list-rules"], "--fix: --fix and --list-rules exclude each other"),
        (["--fix", "--show-config"], "--fix: --fix and --show-config exclude each other"),
        (["--fix", "--check-rules", "x"], "--fix: --fix and --check-rules exclude each other"),
    ],
    ids=" ".join,
)
def test_what_does_not_go_together(run: Run, arguments: list[str], message: str) -> None:
    Path("main.tf").write_text(user("safe"))
    result = run(*arguments)
    assert result.exit_code == 2
    assert f"Error: Invalid value for {message}" in " ".join(result.stderr.split())
    assert Path("main.tf").read_text() == user("safe")
    assert not Path("b").exists()


@pytest.mark.parametrize("key", ["fix", "diff", "unsafe_fixes"])
def test_no_configuration_file_makes_the_scanner_write(run: Run, key: str) -> None:
    Path("main.tf").write_text(user("safe"))
    Path(".aws-login-scan.yaml").write_text(f"{key}: true\n")
    result = run()
    assert (result.exit_code, result.stdout) == (2, "")
    assert f'"{key}"' in result.stderr
    assert Path("main.tf").read_text() == user("safe")


def test_a_log_gets_no_line_that_is_a_command_there(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe may be one, a file is none, and a terminal gets it made harmless."""
    Path("a.tf").write_text(user("ada").replace("{\n", "{ # ##[error]x\n", 1))
    Path("b.tf").write_text(user("bob"))
    result = run("--diff")
    assert "a.tf" not in result.stdout
    assert "+++ b/b.tf\n" in result.stdout
    assert "(a.tf: a line beside it is a command to CI systems; write the diff to a file (scan --diff > FILE))" in (
        result.stderr
    )
    assert "would fix 1 of 2 findings in 1 file" in result.stderr
    monkeypatch.setattr("scanner.commands.fix.is_kept", lambda: True)
    assert "##[error]x" in run("--diff").stdout
    monkeypatch.setattr("scanner.commands.fix.is_watched", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    shown = run("--diff").stdout
    assert "#\\u0023[error]x" in shown
    assert "\x1b[32m+resource" in shown
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run("--diff").stdout


def shell(script: str, directory: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    variables = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run([BASH, "-c", script], cwd=directory, env=variables, capture_output=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("redirected", "status", "said"),
    [
        (">&-", 2, b"scan: standard output: it is closed\n"),
        (">/dev/full", 2, b"scan: standard output: no space is left\n"),
        ("| true; exit ${PIPESTATUS[0]}", 141, b""),
    ],
)
def test_a_diff_that_cannot_be_printed(tmp_path: Path, redirected: str, status: int, said: bytes) -> None:
    (tmp_path / "main.tf").write_text(user("ada"))
    done = shell(f'"{sys.executable}" {SCRIPT} --diff --output json=r.json {redirected}', tmp_path)
    assert (done.returncode, done.stderr) == (status, said)
    assert len(json.loads((tmp_path / "r.json").read_text())["findings"]) == 1


@pytest.mark.slow
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("folder", ["", "a b/é"])
@pytest.mark.parametrize("through", ["| git apply", "> p; git apply p", "> p; patch -p1 --binary < p"])
def test_a_diff_is_applied_by_other_programs(tmp_path: Path, through: str, folder: str, ends: str) -> None:
    """With colour asked for, and in a locale without letters: it is the same all the same."""
    if "patch" in through and shutil.which("patch") is None:
        pytest.skip("there is no patch")
    (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    file = tmp_path / folder / "main.tf"
    file.write_bytes(b"\xef\xbb\xbf" + f"# é\f\n{user('ada')}".rstrip().replace("\n", ends).encode())
    script = (
        f'git init -q && (cd "./{folder}" && "{sys.executable}" {SCRIPT} --diff) {through}; "{sys.executable}" {SCRIPT}'
    )
    done = shell(script, tmp_path, FORCE_COLOR="1", LC_ALL="C", NO_COLOR="")
    assert (done.returncode, b"No findings" in done.stdout) == (0, True), done.stderr
    wanted = f"# é\f\n{mended('ada')}".rstrip().replace("\n", ends)
    assert file.read_bytes() == b"\xef\xbb\xbf" + wanted.encode()


def test_a_plan_is_old_when_its_configuration_is_fixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(
        tmp_path,
        {
            "main.tf": (ROOT / "fixtures/terraform/minimal-user/main.tf").read_bytes(),
            "plan.json": (ROOT / "fixtures/plan/minimal-user.json").read_bytes(),
        },
    )
    result = CliRunner().invoke(app, ["plan.json", "--fix", "--unsafe-fixes"])
    assert result.exit_code == 1
    assert "scan: plan.json: its configuration is fixed; make the plan again\n" in result.stderr
    assert "although" not in result.stderr
    assert "signin:CreateOAuth2Token" in (tmp_path / "main.tf").read_text()
