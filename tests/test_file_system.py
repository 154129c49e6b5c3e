"""Paths of every kind: what cannot be looked at or read is said, with its path and its reason, and hides nothing."""

from __future__ import annotations

import ast
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scanner import file_system
from scanner.cli import app
from tests.scans import Scan

PACKAGE = Path(file_system.__file__).parent
USER = (
    'resource "aws_iam_user" "u" {\n  name = "u"\n}\n'
    'resource "aws_iam_user_login_profile" "u" {\n  user = aws_iam_user.u.name\n}\n'
)
ASKING = {"file_system.py", "terraform/language/hcl_tables.py"}
"""The latter asks for a file of our own."""
LONG = "x" * 300 + ".yaml"


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as opened:
        here = Path.cwd()
        os.chdir(path.parent)  # the path of a socket has some hundred bytes
        try:
            opened.bind(path.name)
        finally:
            os.chdir(here)


def _forbidden(path: Path) -> None:
    path.write_text("")
    path.chmod(0)


def _below_a_forbidden_directory(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("")
    path.parent.chmod(0o600)


def _below_a_file(path: Path) -> None:
    path.parent.write_text("")


KINDS: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "missing": ("x.yaml", lambda _: None, "it does not exist"),
    "a link to nowhere": (
        "x.yaml",
        lambda path: path.symlink_to("no"),
        "it is a link to something that does not exist",
    ),
    "a link to itself": ("x.yaml", lambda path: path.symlink_to(path), "it is a link that leads back to itself"),
    "a pipe": ("x.yaml", os.mkfifo, "it is not a regular file"),
    "a socket": ("x.yaml", _socket, "it is not a regular file"),
    "below a file": ("f/x.yaml", _below_a_file, "part of its path is not a directory"),
    "a long name": (LONG, lambda _: None, "its name is too long"),
    "forbidden": ("x.yaml", _forbidden, "permission is denied"),
    "in a forbidden directory": ("f/x.yaml", _below_a_forbidden_directory, "permission is denied"),
}
OPTIONS = ("", "--rules", "--check-rules", "--baseline", "--config", "--parameters", "--scp", "--rcp", "--var-file")


def _may_read_all(folder: Path) -> bool:
    file = folder / "mine"
    file.touch(0)
    readable = os.access(file, os.R_OK)
    file.unlink()
    return readable


def _made(name: str, folder: Path) -> tuple[str, str]:
    """A path of that kind, and what is said of it."""
    if "forbidden" in name and _may_read_all(folder):
        pytest.skip("nothing is forbidden to this user")
    path, make, why = KINDS[name]
    make(folder / path)
    return path, why


@pytest.mark.slow
@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("name", KINDS)
def test_a_path_that_cannot_be_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, option: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra/main.tf").write_text(USER)
    path, why = _made(name, tmp_path)
    arguments = [option, path] if option else [path]
    result = CliRunner().invoke(app, arguments if option == "--check-rules" else ["infra", *arguments])
    is_scanned = option in ("", "--var-file")
    assert result.exit_code == (1 if is_scanned else 2), result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert path in result.output
    assert why in result.output.lower()
    assert ("user-cannot-aws-login" in result.output) == is_scanned
    assert "Internal error" not in result.output


@pytest.mark.parametrize("name", sorted(KINDS.keys() - {"missing", "below a file", "a long name"}))
def test_what_cannot_be_read_below_a_path_hides_nothing(tmp_path: Path, scan_files: Scan, name: str) -> None:
    path, why = _made(name, tmp_path)
    report = scan_files({"infra/main.tf": USER})
    assert [found.definition.address for found in report.principals] == ["aws_iam_user.u"]
    (error,) = report.errors
    assert error.span.path in (path, str(Path(path).parent))
    assert why in error.message.lower()


@pytest.mark.parametrize("path", ["a\0b", "a\0b.tf", LONG, "", "~", "*"])
def test_every_question_has_an_answer(tmp_path: Path, path: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    for asked in (tmp_path / path, tmp_path / "loop" / path):
        here = asked == tmp_path
        assert file_system.exists(asked) is here
        assert file_system.is_directory(asked) is here
        assert not file_system.is_file(asked)
        assert file_system.is_link(asked) is (asked.name == "loop")
        assert [entry.name for entry in file_system.entries_if_any(asked)] == (["loop"] if here else [])
        assert file_system.size(asked) == 0
        assert file_system.real(asked).is_absolute()


def test_a_path_with_a_nul_is_an_error(scan_files: Scan) -> None:
    report = scan_files({"main.tf": USER}, ".", "a\0b")
    assert [error.message for error in report.errors] == ["Unreadable path: Its name is not possible."]
    assert len(report.principals) == 1


def test_an_empty_path_is_refused() -> None:
    for arguments in ([""], ["--rules", ""], ["--config", ""], ["--write-baseline", ""], ["--output", "json="]):
        result = CliRunner().invoke(app, arguments)
        assert (result.exit_code, "the path is empty" in result.output) == (2, True)


def test_no_other_file_asks_pathlib() -> None:
    """It raises for some paths, and for which depends on the version of Python."""
    questions = {"exists", "is_dir", "is_file", "is_symlink", "resolve"}
    asking = [
        f"{file.relative_to(PACKAGE)}:{node.lineno}: ask scanner.file_system instead of .{node.func.attr}()"
        for file in sorted(PACKAGE.rglob("*.py"))
        if file.relative_to(PACKAGE).as_posix() not in ASKING
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr in questions and not node.args and not node.keywords
    ]
    assert not asking
