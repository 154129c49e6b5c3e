"""Files are written as a whole or not at all, and nothing that came with the code says where."""

from __future__ import annotations

import ast
import json
import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scanner.cli import app
from scanner.writing import UnwrittenError, write
from tests.package_source import trees
from tests.test_streams import BASH, FLAGGED, ROOT, SCAN

LINK = "it is a symbolic link, and nothing in the scanned tree is written through one"
OUT = "it is not written, because a link leads out of the scanned tree"
GIT = "it is not written, because a link leads into .git"
PLACES: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "a link out": ("r.json", lambda at: (at / "r.json").symlink_to("../out/precious"), LINK),
    "a link to nothing": ("r.json", lambda at: (at / "r.json").symlink_to("../out/new"), LINK),
    "a link inside": ("r.json", lambda at: (at / "r.json").symlink_to("main.tf"), LINK),
    "a link to itself": ("r.json", lambda at: (at / "r.json").symlink_to("r.json"), LINK),
    "a link to a device": ("r.json", lambda at: (at / "r.json").symlink_to("/dev/null"), LINK),
    "below a link out": ("d/r.json", lambda at: (at / "d").symlink_to("../out"), OUT),
    "above a link out": ("d/../r.json", lambda at: (at / "d").symlink_to("../out"), ""),
    "below a link into .git": ("d/r.json", lambda at: (at / "d").symlink_to(".git"), GIT),
    "below a link inside": ("d/r.json", lambda at: ((at / "e").mkdir(), (at / "d").symlink_to("e")), ""),
    "a pipe": ("r.json", lambda at: os.mkfifo(at / "r.json"), "it is not a regular file"),
    "a directory": ("r.json", lambda at: (at / "r.json").mkdir(), "it is a directory"),
    "below a file": ("main.tf/r.json", lambda _: None, "part of its path is not a directory"),
    "nowhere": ("no/r.json", lambda _: None, "it does not exist"),
    "a long name": ("x" * 250, lambda _: None, ""),
    "too long a name": ("x" * 256, lambda _: None, "its name is too long"),
    "outside": ("../out/r.json", lambda _: None, ""),
    "a link outside": ("../out/l", lambda at: (at / "../out/l").symlink_to("r.json"), ""),
    "a NUL": ("a\0b", lambda _: None, "its name is not possible"),
    "a file": ("r.json", lambda at: (at / "r.json").write_text("old"), ""),
}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A work tree with a file that is flagged, and a directory beside it."""
    at = tmp_path / "tree"
    (at / ".git").mkdir(parents=True)
    (tmp_path / "out").mkdir()
    (tmp_path / "out/precious").write_text("precious")
    shutil.copy(FLAGGED / "main.tf", at)
    monkeypatch.chdir(at)
    return at


@pytest.mark.parametrize("name", PLACES)
def test_where_reports_and_baselines_go(tree: Path, name: str) -> None:
    path, make, refused = PLACES[name]
    make(tree)
    for number, arguments in enumerate((["--output", f"json={path}"], ["--write-baseline", path])):
        if number and name in ("a file", "a link outside"):
            break  # what is there is no baseline
        result = CliRunner().invoke(app, [".", *arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit)
        if refused:
            assert f"{path}: {refused}".replace("\0", "\\x00") in result.stderr or number
            assert (result.exit_code, bool(number)) in ((1, False), (2, True))
        else:
            written = Path(os.path.normpath(tree / path))
            assert json.loads(written.read_text())["version"] == 1
            written.resolve().unlink()
    assert (tree.parent / "out/precious").read_text() == "precious"
    assert (tree / "main.tf").read_text() == (FLAGGED / "main.tf").read_text()
    assert [*tree.glob(".*")] == [tree / ".git"]
    assert {file.name for file in (tree.parent / "out").iterdir()} <= {"precious", "l"}
    assert not [*(tree / ".git").iterdir()]


@pytest.mark.parametrize("name", ["a link out", "below a link out", "below a link into .git", "a pipe", "a directory"])
def test_where_summaries_go(tree: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    path, make, refused = PLACES[name]
    make(tree)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", path)
    result = CliRunner().invoke(app, ["."])
    assert result.exit_code == 1
    assert path in result.stderr
    assert name == "a pipe" or refused in result.stderr
    assert [*(tree.parent / "out").iterdir()] == [tree.parent / "out/precious"]


def test_without_git_the_tree_is_the_working_directory(tree: Path) -> None:
    (tree / ".git").rmdir()
    (tree / "r.json").symlink_to("../out/precious")
    with pytest.raises(UnwrittenError, match="symbolic link"):
        write("r.json", tree, b"")


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664])
def test_a_file_keeps_its_permissions(tree: Path, mode: int) -> None:
    (tree / "r").touch()
    (tree / "r").chmod(mode)
    write("r", tree, b"new")
    assert ((tree / "r").read_bytes(), stat.S_IMODE((tree / "r").stat().st_mode)) == (b"new", mode)


def test_a_file_that_cannot_be_replaced_is_overwritten(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container a file may be mounted by itself."""
    (tree / "r").write_bytes(b"something longer")

    def busy(*_: object) -> None:
        raise OSError(16, "busy")

    monkeypatch.setattr(os, "replace", busy)
    write("r", tree, b"new")
    assert (tree / "r").read_bytes() == b"new"
    assert sorted(file.name for file in tree.iterdir()) == [".git", "main.tf", "r"]


def test_a_full_disk_leaves_what_was_there(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / "r").write_bytes(b"old")

    def full(*_: object) -> int:
        raise OSError(28, "full")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(UnwrittenError, match="no space is left"):
        write("r", tree, b"new")
    monkeypatch.undo()
    assert (tree / "r").read_bytes() == b"old"
    assert sorted(file.name for file in tree.iterdir()) == [".git", "main.tf", "r"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("redirected", "file"),
    [
        ("json=/dev/stdout -q --format concise > r", "r"),
        ("json=/dev/stderr > /dev/null 2> r", "r"),
        ("json=/dev/fd/3 > /dev/null 3> r", "r"),
        ("json=/proc/self/fd/3 > /dev/null 3> r", "r"),
        ("json=>(cat > r) > /dev/null; until [ -s r ]; do sleep 0.1; done", "r"),
        ("json=/dev/null > /dev/null; echo '{}' > r", "r"),
        ("json=/dev/fd/9 > /dev/null 2> s; grep -q 'it is closed' s && echo '{}' > r", "r"),
    ],
)
def test_streams_that_are_open(tree: Path, redirected: str, file: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([BASH, "-c", f"{SCAN} . --output {redirected}"], cwd=tree, env=environment, check=False, timeout=60)
    assert json.JSONDecoder().raw_decode((tree / file).read_text())[0].get("version") in (1, None)


WRITING = {"writing.py"}
MAKING = {
    *("write_text", "write_bytes", "touch", "mkdir", "unlink", "rmdir", "rename", "chmod", "symlink_to", "hardlink_to"),
    *("makedirs", "remove", "removedirs", "rmtree", "copyfile", "copyfileobj", "copytree", "move", "link", "symlink"),
    *("mkfifo", "truncate", "ftruncate", "mkstemp", "mkdtemp", "NamedTemporaryFile", "fdopen"),
}


def test_nothing_else_writes() -> None:
    """One file writes, so one file has to look where that goes."""
    found = [
        f"{file}:{node.lineno}: write through scanner.writing, not by {name}"
        for file, tree in trees().items()
        if file not in WRITING
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and (name := _writes(node))
    ]
    assert not found


def _writes(call: ast.Call) -> str | None:
    match call.func:
        case ast.Attribute(ast.Name("os" | "shutil" | "tempfile"), name) if name in {*MAKING, "replace"}:
            return name
        case ast.Attribute(_, name) if name in MAKING - {"remove", "link", "move"}:
            return name
        case ast.Name("open") | ast.Attribute(_, "open"):
            modes = [one.value for one in ast.walk(call) if isinstance(one, ast.Constant)]
            return (
                "open" if any(isinstance(one, str) and {*one} & {*"wax+"} and len(one) < 4 for one in modes) else None
            )
        case _:
            return None
