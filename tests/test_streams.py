"""Whatever surrounds the command: no traceback, at most one line that says why, and a status that means it."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from xml.dom.minidom import parseString

import pytest
from typer.testing import CliRunner

from scanner.cli import app
from scanner.report import FORMATS
from tests.command import NOBODY, Done, forked
from tests.package_source import trees

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
    ("printed_to", "status", "said"),
    [("/dev/full", 2, b"scan: standard output: no space is left\n"), (NOBODY, 141, b"")],
    ids=["full", "pipe"],
)
def test_what_cannot_be_printed(arguments: str, printed_to: str, status: int, said: bytes) -> None:
    if printed_to == "/dev/full" and not Path(printed_to).exists():
        pytest.skip("there is no such device")
    result = forked(shlex.split(arguments), ROOT, os.environ, printed_to=printed_to)
    assert (result.returncode, result.stderr) == (status, said)


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
def test_standard_output_as_shells_leave_it(redirected: str, status: int, said: str) -> None:
    for arguments in (str(FLAGGED), "--help"):  # what the scanner prints, and what a library does
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
        result = forked(arguments.split(), tmp_path, {**os.environ, **environment})
        assert result.returncode == status
        assert b"Traceback" not in result.stderr
    without = {name: value for name, value in os.environ.items() if name != "HOME"}
    assert forked(["é"], tmp_path, without).returncode == 1


def test_a_bug_of_ours_is_no_finding() -> None:
    broken = "import scanner.pipeline as p; p.check_controls = None; import scanner.__main__ as m; m.main()"
    for arguments, status, said in (
        ("", 2, "scan: internal error: TypeError: 'NoneType' object is not callable (--debug shows where)\n"),
        ("--debug", 1, "Traceback"),
    ):
        result = shell(f'"{sys.executable}" -c "{broken}" {FLAGGED} {arguments}')
        assert result.returncode == status
        assert said in result.stderr


EVIL = "::add-mask::x\n##[error]y\r##vso[task]\x0b::error::v\x0c::w\x1b[31m\x85::warning::u\u2028::t\u202e"
"""Commands of CI systems at the beginnings of what some program takes for lines, and what a terminal acts on."""
NAMED = {
    "path": [EVIL],
    "option": [f"--{EVIL}"],
    "format": ["--format", EVIL],
    "fail on": ["--fail-on", EVIL],
    "variable": ["--var", EVIL],
    "value": ["--var", f"{EVIL}=1"],
    "verbose": ["-v", "--var", f"{EVIL}={EVIL}"],
    "configuration": ["--config", EVIL],
    "rules": ["--rules", EVIL],
    "rule": ["--select", EVIL],
    "output": ["--output", EVIL],
    "output file": ["--output", f"json={EVIL}/x"],
    "region": ["--region", EVIL],
    "explained": ["--explain", EVIL],
    "parameter": ["--parameter", EVIL],
    "jobs": ["--jobs", EVIL],
    "source": ["--source", EVIL],
    "baseline": ["--baseline", EVIL],
    "written baseline": ["--write-baseline", f"{EVIL}/x"],
    "checked rules": ["--check-rules", EVIL],
    "settings": ["--show-config", "--var", f"{EVIL}={EVIL}"],
}
WRITTEN = {
    "text": EVIL,
    "key": json.dumps({EVIL: EVIL}),
    "key of YAML": '"::add-mask::x\\n##[error]y\\u2028::z": ["\\e[31m"]\n',
    "policy": json.dumps({"Version": EVIL, "Statement": [{"Effect": EVIL, "Action": "*", "Resource": "*"}]}),
    "parameters": json.dumps([{"ParameterKey": EVIL, "ParameterValue": 1}]),
    "rule": json.dumps({"id": EVIL, "severity": EVIL, "select": EVIL, "message": "x"}),
    "configuration": json.dumps({"fail_on": EVIL, "select": [EVIL], EVIL: 1}),
    "baseline": json.dumps(
        {"version": 1, "findings": [{"fingerprint": "0" * 32, "rule": EVIL, "principal": EVIL, "path": EVIL}]}
    ),
    "fingerprint": json.dumps(
        {"version": 1, "findings": [{"fingerprint": EVIL, "rule": EVIL, "principal": EVIL, "path": EVIL}]}
    ),
}
READING = ("--parameters", "--scp", "--rcp", "--rules", "--config", "--var-file", "--baseline", "--check-rules")
_ACTIVE = re.compile(r"(?m)^[^!-~\n]*::|##\w*\[|[^\n -~]")


def assert_nothing_acts(result: Done) -> None:
    for printed in (result.stdout, result.stderr):
        assert not _ACTIVE.search(printed.decode())
    assert b"Traceback" not in result.stderr


@pytest.mark.parametrize("name", NAMED)
def test_arguments_do_nothing_where_they_are_printed(tmp_path: Path, name: str) -> None:
    shutil.copy(FLAGGED / "main.tf", tmp_path)
    assert_nothing_acts(forked(NAMED[name], tmp_path, os.environ))


@pytest.mark.parametrize("option", READING)
@pytest.mark.parametrize("name", WRITTEN)
def test_files_do_nothing_where_they_are_quoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, option: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "f.yaml").write_text(WRITTEN[name], newline="")
    result = CliRunner().invoke(app, [option, "f.yaml"])
    assert result.exit_code == 2
    assert not _ACTIVE.search(result.stdout + result.stderr)


def test_a_traceback_does_nothing(tmp_path: Path) -> None:
    broken = "import scanner.pipeline as p; p.check_controls = {}; import scanner.__main__ as m; m.main()"
    command = [sys.executable, "-c", broken.replace("{}", f"lambda _: (_ for _ in ()).throw(KeyError({EVIL!r}))")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for arguments in ([], ["--debug"]):
        result = subprocess.run(
            [*command, *arguments], cwd=tmp_path, env=environment, capture_output=True, check=False, timeout=60
        )
        assert (b"Traceback" in result.stderr) == bool(arguments)
        assert not _ACTIVE.search(result.stderr.decode())


ENVIRONMENTS = (
    {"PYTHONIOENCODING": "cp1252:strict"},
    {"PYTHONIOENCODING": "utf-16"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
)


@pytest.mark.parametrize(
    ("name", "environment"),
    [*((name, {"PYTHONIOENCODING": "ascii"}) for name in FORMATS), *(("json", one) for one in ENVIRONMENTS)],
    ids=str,
)
def test_reports_are_utf_8_whatever_the_locale(tmp_path: Path, name: str, environment: dict[str, str]) -> None:
    odd = tmp_path / os.fsdecode(b"\xc3\xa9\xff")
    odd.mkdir()
    source = (FLAGGED / "main.tf").read_text().replace('"minimal"', '"漢é"').replace(".minimal", ".漢é")
    (odd / "main.tf").write_text(source, encoding="utf-8")
    printed = forked([".", "--format", name], tmp_path, {**os.environ, **environment}).stdout
    assert ("漢é" if name != "concise" else "é") in printed.decode()
    if name in ("json", "sarif", "gitlab", "rdjson"):
        json.loads(printed)
    if name == "junit":
        parseString(printed)  # noqa: S318 # we have written it


PRINTING_FILES = {"streams.py"}


def test_nothing_else_prints() -> None:
    """One file prints, so one file has to keep what is printed harmless."""
    printing = [
        f"{file}:{node.lineno}: print through scanner.streams"
        for file, tree in trees().items()
        if file not in PRINTING_FILES
        for node in ast.walk(tree)
        if _prints(node)
    ]
    assert not printing


def _prints(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name("print" | "echo" | "secho" | "input")):
            return True
        case ast.Call(func=ast.Attribute(_, "echo" | "secho" | "print_exc" | "print_exception" | "basicConfig")):
            return True
        case ast.Attribute(ast.Attribute(ast.Name("sys"), "stdout" | "stderr" | "__stdout__" | "__stderr__"), name):
            return name not in ("flush", "isatty")
        case _:
            return False
