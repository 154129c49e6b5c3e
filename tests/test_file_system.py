"""Paths of every kind: what cannot be looked at or read is said, with its path and its reason, and hides nothing."""

from __future__ import annotations

import ast
import os
import socket
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from scanner import file_system
from scanner.cli import app
from tests.package_source import trees
from tests.scans import Scan, write

USER = (
    'resource "aws_iam_user" "u" {\n  name = "u"\n}\n'
    'resource "aws_iam_user_login_profile" "u" {\n  user = aws_iam_user.u.name\n}\n'
)
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


SECRET = "hunter2"
OUT = "it is a link that leads out of the scanned tree"
TEMPLATE = """Resources:
  U: {Type: AWS::IAM::User, Properties: {UserName: hunter2, LoginProfile: {Password: x}}}
"""
FILES = {
    "main.tf": USER.replace('"u"', f'"{SECRET}"'),
    "t.yaml": TEMPLATE,
    "s.yaml": f"{SECRET}: {SECRET}\n",
    "s.json": f'{{"{SECRET}": "{SECRET}"}}',
    "v.tfvars": f'{SECRET} = "{SECRET}"\n',
    "plan.json": f'{{"format_version": "1.2", "planned_values": {{}}, "resource_changes": [], "{SECRET}": ',
    "manifest.json": f'{{"version": "36.0.0", "artifacts": {{"{SECRET}": 1}}}}',
    "rules/r.yaml": f"{SECRET}: {SECRET}\n",
}
"""Outside of the tree: what must not be read."""
NAMED: dict[str, tuple[str, ...]] = {
    **{name: (name,) for name in ("main.tf", "t.yaml", "s.yaml", "plan.json", "manifest.json", "rules", ".")},
    **{option: (".", option, "s.yaml") for option in ("--parameters", "--scp", "--rcp", "--rules", "--config")},
    "--var-file": (".", "--var-file", "v.tfvars"),
    "--baseline": (".", "--baseline", "s.json"),
    "--source": (".", "--source", "rules"),
    "--rules of a directory": (".", "--rules", "rules"),
    "--check-rules": ("--check-rules", "s.yaml"),
    "--check-rules of a directory": ("--check-rules", "rules"),
}
"""Arguments, whose last is taken for what is reached through a link."""


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory beside a tree, which is the working directory."""
    monkeypatch.chdir(write_all(tmp_path / "tree", {"here/main.tf": USER}))
    return write_all(tmp_path / "out", FILES)


def write_all(folder: Path, files: Mapping[str, str]) -> Path:
    write(folder, files)
    return folder


def scanned_by(arguments: Sequence[str]) -> Result:
    result = CliRunner().invoke(app, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


@pytest.mark.parametrize("is_git", [True, False])
@pytest.mark.parametrize("way", ["link", "below", "through"])
@pytest.mark.parametrize("name", NAMED)
def test_what_the_user_names_in_the_tree_has_to_be_there(outside: Path, name: str, way: str, is_git: bool) -> None:
    tree = Path.cwd()
    *arguments, last = NAMED[name]
    if is_git:
        (tree / ".git").mkdir()
    if way == "link":
        path = "link" + Path(last).suffix if last != "manifest.json" else last
        (tree / path).symlink_to(outside / last)
    else:
        (tree / "link").symlink_to(outside if way == "below" else outside / "rules")
        path = f"link/{last}" if way == "below" else f"link/../{last}"
    result = scanned_by(["here" if one == "." else one for one in arguments] + [path])
    said = " ".join(result.output.split()).lower()
    assert SECRET not in result.output
    if way != "through" or name != ".":
        assert result.exit_code == (1 if name == "--var-file" else 2)
    assert way == "through" or OUT in said


@pytest.mark.parametrize("name", NAMED)
def test_what_the_user_names_outside_of_any_tree_is_the_users(outside: Path, name: str) -> None:
    (Path.cwd() / ".git").mkdir()
    *arguments, last = NAMED[name]
    (outside.parent / "way").symlink_to(outside)
    result = scanned_by([*("here" if one == "." else one for one in arguments), f"../way/{last}"])
    assert OUT not in " ".join(result.output.split()).lower()


LINKED = {
    ".gitignore": ("here/.gitignore", "s.yaml", True),
    ".gitignore above": (".gitignore", "s.yaml", True),
    "variables": ("here/terraform.tfvars", "v.tfvars", True),
    "configuration": ("here/more.tf", "main.tf", True),
    "template": ("here/more.yaml", "t.yaml", True),
    "plan": ("here/plan.json", "plan.json", True),
    "manifest": ("here/manifest.json", "manifest.json", True),
    "terragrunt": ("here/terragrunt.hcl", "v.tfvars", False),
    "directory": ("here/more", ".", None),
    "settings": (".aws-login-scan.yaml", "s.yaml", True),
    "settings of all": ("pyproject.toml", "s.yaml", None),
    "modules": ("here/.terraform/modules/modules.json", "modules.json", True),
    "directory of modules": ("here/.terraform/modules", ".", True),
    "state of terraform": ("here/.terraform", "dot", True),
}


@pytest.mark.parametrize("name", LINKED)
def test_what_is_found_in_the_tree_has_to_be_there(outside: Path, name: str) -> None:
    tree = Path.cwd()
    (tree / ".git").mkdir()
    call = 'module "m" {\n  source = "a/b/c"\n}\n' if "modules" in name or "of terraform" in name else ""
    write(tree, {"here/main.tf": USER + call, f"here/{SECRET}/main.tf": ""})
    modules = f'{{"Modules": [{{"Key": "m", "Dir": "{SECRET}"}}]}}'
    write(outside, {"modules.json": modules, "dot/modules/modules.json": modules})
    link, target, is_said = LINKED[name]
    (tree / link).parent.mkdir(parents=True, exist_ok=True)
    (tree / link).symlink_to(outside / target)
    result = scanned_by(["here", "--exclude", SECRET])
    said = " ".join(result.output.split()).lower()
    assert SECRET not in said
    if is_said is not None:
        assert (OUT if is_said else "it is outside the scanned tree") in said
    assert ("user-cannot-aws-login" in said) == (name not in ("settings", ".gitignore above"))


OWN = {
    *("cloudformation/stacks/resource_arns.py", "rules/document_shape.py", "rules/packed.py"),
    *("terraform/language/hcl_tables.py", "work/store.py", "report/html/assets.py"),
}
"""These read files of the package itself, whose names they do not get from anybody."""
GATES = {"file_system.py", "writing.py", "streams.py"}
ASKING = {
    *("exists", "is_dir", "is_file", "is_symlink", "is_mount", "is_fifo", "is_socket", "resolve", "readlink"),
    *("iterdir", "glob", "rglob", "walk", "stat", "lstat", "read_text", "read_bytes", "lexists", "isfile", "isdir"),
    *("islink", "realpath", "getsize", "getmtime", "scandir", "listdir", "fstat", "access", "open", "samefile"),
}
"""Of paths, ``os`` and ``os.path``."""
HARMLESS = {
    ("terraform/plans/plan_archive.py", "self._archive.open"),
    ("report/sarif/__init__.py", "made.open"),
    ("terraform/language/functions/filesystem.py", "context.files.exists"),
}
"""What is called the same and opens no file."""


def test_no_other_file_looks_at_files() -> None:
    """One file looks, so one file has an answer to every path; ``pathlib`` raises for some, and not all versions do."""
    found = [
        f"{shown}:{node.lineno}: ask scanner.file_system instead of {name}()"
        for shown, tree in trees().items()
        if shown not in GATES | OWN
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and (name := _looks(node)) and (shown, name) not in HARMLESS
    ]
    assert not found


def _looks(call: ast.Call) -> str | None:
    match call.func:
        case ast.Name("open"):
            return "open"
        case ast.Attribute(ast.Name("file_system" | "self"), _):
            return None
        case ast.Attribute(ast.Name("re" | "os"), "walk" | "open" | "stat" | "access" | "listdir" | "scandir"):
            return ast.unparse(call.func)
        case ast.Attribute(ast.Name("ast"), _):
            return None
        case ast.Attribute(_, "resolve") if call.args:
            return None  # something else than a path
        case ast.Attribute(_, name) if name in ASKING:
            return ast.unparse(call.func)
        case _:
            return None


def test_every_read_says_where_the_file_has_to_be() -> None:
    """``PLAIN`` stands where a file was found without following a link; its uses are few enough to be known."""
    plain = {
        file
        for file, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "scanner.source_file"
        if any(one.name == "PLAIN" for one in node.names)
    }
    assert plain == {
        "cloudformation/change_set.py",
        "cloudformation/stacks/nested.py",
        "discovery.py",
        "rules/loader.py",
        "terraform/configuration/module.py",
        "terraform/configuration/module_calls.py",
        "terraform/plans/plan_reader.py",
    }
