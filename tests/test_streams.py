"""Whatever surrounds the command: no traceback, at most one line that says why, and a status that means it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
BASH = shutil.which("bash") or "bash"
FLAGGED = ROOT / "fixtures/terraform/minimal-user"
SCAN = f'"{sys.executable}" -m scanner'
PRINTING = (
    f"{FLAGGED}",
    f"{FLAGGED} --format json",
    f"{FLAGGED} --explain minimal-user",
    "--explain user-cannot-aws-login",
    "--list-rules",
    "--show-config --no-config",
    "--help",
    "--version",
)


def shell(script: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(
        [BASH, "-c", script], cwd=cwd, env=variables, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("arguments", PRINTING)
@pytest.mark.parametrize(
    ("redirected", "status", "said"),
    [
        (">&-", 2, "scan: standard output: it is closed\n"),
        (">/dev/full", 2, "scan: standard output: no space is left\n"),
        (">&- 2>&-", 2, ""),
        ("| true; exit ${PIPESTATUS[0]}", 141, ""),
    ],
    ids=["closed", "full", "both closed", "pipe"],
)
def test_what_cannot_be_printed(arguments: str, redirected: str, status: int, said: str) -> None:
    if "/dev/full" in redirected and not Path("/dev/full").exists():
        pytest.skip("there is no such device")
    result = shell(f"{SCAN} {arguments} {redirected}")
    assert (result.returncode, result.stderr) == (status, said)


@pytest.mark.parametrize("redirected", ["2>&-", "2>/dev/full"])
def test_what_cannot_be_said_changes_no_status(redirected: str) -> None:
    assert shell(f"{SCAN} {FLAGGED} -v {redirected}").returncode == 1
    assert shell(f"{SCAN} --no-such-option {redirected}").returncode == 2


def test_files_are_written_although_nothing_can_be_printed(tmp_path: Path) -> None:
    for number, redirected in enumerate((">&-", "| true")):
        file = tmp_path / f"{number}.json"
        shell(f"{SCAN} {FLAGGED} --output json={file} {redirected}")
        assert json.loads(file.read_text())["version"] == 1


def test_standard_input_that_is_closed() -> None:
    result = shell(f"{SCAN} - <&-")
    assert (result.returncode, result.stdout, result.stderr) == (2, "", "scan: standard input: it is closed\n")
    assert shell(f"{SCAN} {FLAGGED} <&-").returncode == 1


def test_a_working_directory_that_is_gone(tmp_path: Path) -> None:
    gone = f'mkdir "{tmp_path}/gone" && cd "{tmp_path}/gone" && rmdir "{tmp_path}/gone" &&'
    for arguments in (".", str(FLAGGED), "--list-rules", "--check-rules rules"):
        result = shell(f"{gone} {SCAN} {arguments}")
        assert (result.returncode, result.stderr) == (2, "scan: the working directory: it does not exist\n")
    assert shell(f"{gone} {SCAN} --version").returncode == 0


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii:strict"},
        {"HOME": "/nowhere", "TERM": ""},
        {"COLUMNS": "1"},
        {"COLUMNS": "9" * 30},
    ],
    ids=str,
)
def test_any_environment(tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "é").mkdir()
    (tmp_path / "é" / "main.tf").write_bytes((FLAGGED / "main.tf").read_bytes())
    (tmp_path / "é" / "ü.tf").write_text('resource "aws_iam_user" "u" {\n  name = "ö"\n}\nlocals {')
    for arguments, status in (("é", 1), ("é --format csv", 1), ("é --explain ö", 2), ("--baseline ß é", 2), ("-h", 0)):
        result = shell(f"{SCAN} {arguments}", tmp_path, **environment)
        assert result.returncode == status
        assert "Traceback" not in result.stderr
    assert shell(f"unset HOME; {SCAN} é", tmp_path).returncode == 1


def test_a_bug_of_ours_is_no_finding() -> None:
    broken = "import scanner.pipeline as p; p._check_controls = None; import scanner.__main__ as m; m.main()"
    for arguments, status, said in (
        ("", 2, "scan: internal error: TypeError: 'NoneType' object is not callable (--debug shows where)\n"),
        ("--debug", 1, "Traceback"),
    ):
        result = shell(f'"{sys.executable}" -c "{broken}" {FLAGGED} {arguments}')
        assert result.returncode == status
        assert said in result.stderr
