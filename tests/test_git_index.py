"""What git tracks is scanned, whatever ignore files say: against git itself, in every form of its index."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from scanner.git_index import Index, UnknownIndexError
from tests.scans import scanned, write

pytestmark = pytest.mark.slow
GIT = shutil.which("git") or "git"
USER = 'resource "aws_iam_user" "u" {\n  name = "u"\n}\n'
FILES = {
    "a/main.tf": "",
    "a/b/main.tf": "",
    "a-b/x": "",
    "ab": "",
    "é/漢.tf": "",
    f"long/{'x' * 200}/{'y' * 200}": "",
    **{f"many/{number:04}.tf": "" for number in range(300)},
    f"{'d/' * 700}deep": "",
    "z": "",
}


def git(directory: Path, *arguments: str) -> str:
    settings = ("user.name=a", "user.email=a@b", "protocol.file.allow=always", "core.quotePath=false")
    options = [part for one in settings for part in ("-c", one)]
    result = subprocess.run([GIT, *options, *arguments], cwd=directory, capture_output=True, check=True)
    return result.stdout.decode("utf-8", "surrogateescape")


def repository(place: Path, *options: str) -> Path:
    place.mkdir(parents=True)
    git(place, "init", "-q", *options)
    write(place, FILES)
    write(place, {b"odd-\xff".decode("utf-8", "surrogateescape"): ""})
    git(place, "add", ".")
    git(place, "commit", "-qm", "x")
    return place


def assert_same(top: Path) -> None:
    index, paths = Index(top), [path for path in git(top, "ls-files", "-z").split("\0") if path]
    assert paths
    for path in paths:
        assert index.has(path)
        assert index.has(path.rpartition("/")[0] or path)
    for path in ("", "a/", "a/main.t", "main.tf", "x", "d/d/deep", "many/0300.tf", "untracked"):
        assert not index.has(path)


@pytest.mark.parametrize("version", [2, 3, 4])
@pytest.mark.parametrize("objects", ["sha1", "sha256"])
def test_versions(tmp_path: Path, version: int, objects: str) -> None:
    top = repository(tmp_path / "r", f"--object-format={objects}")
    git(top, "update-index", "--index-version", str(version))
    if version > 2:
        git(top, "update-index", "--skip-worktree", "z")  # which takes an extended entry
    write(top, {"untracked": "", "intended": ""})
    git(top, "add", "-N", "intended")
    assert (top / ".git/index").read_bytes()[7] == version or version == 2
    assert_same(top)


def test_conflicts(tmp_path: Path) -> None:
    top = repository(tmp_path / "r")
    git(top, "branch", "one")
    git(top, "branch", "other")
    for branch in ("one", "other"):
        git(top, "checkout", "-q", branch)
        write(top, {"z": branch})
        git(top, "commit", "-qam", "x")
    with pytest.raises(subprocess.CalledProcessError):
        git(top, "merge", "one")
    assert_same(top)


def test_extensions(tmp_path: Path) -> None:
    top = repository(tmp_path / "r")
    for option in ("--untracked-cache", "--force-untracked-cache"):
        git(top, "update-index", option)
    git(top, "config", "index.threads", "4")
    git(top, "status")
    assert_same(top)


def test_further_work_trees_and_submodules(tmp_path: Path) -> None:
    top = repository(tmp_path / "r")
    git(top, "worktree", "add", "-q", str(tmp_path / "further"))
    assert_same(tmp_path / "further")
    git(top, "submodule", "add", "-q", str(repository(tmp_path / "other")), "below/sub")
    assert Index(top).has("below/sub")
    assert Index(top / "below/sub").has("a/b/main.tf")


def test_a_sparse_index(tmp_path: Path) -> None:
    top = repository(tmp_path / "r")
    git(top, "sparse-checkout", "set", "--cone", "--sparse-index", "a")
    index = Index(top)
    assert index.has("a/b/main.tf")
    assert not index.has("many/0001.tf")
    assert not (top / "many").exists()


def test_a_split_index_is_said(tmp_path: Path) -> None:
    top = repository(tmp_path / "r")
    git(top, "update-index", "--split-index")
    with pytest.raises(UnknownIndexError, match="split"):
        Index(top).has("z")
    write(top, {".gitignore": "a/\n", "main.tf": USER})
    report = scanned(top)
    assert [one.summary for one in report.warnings] == ["Index not read"]
    assert len(report.principals) == 1


def test_every_damage_is_said(tmp_path: Path) -> None:
    top = tmp_path / "r"
    top.mkdir()
    git(top, "init", "-q")
    write(top, {"a/main.tf": "", "b": ""})
    assert not Index(top).has("b")
    git(top, "add", ".")
    whole = (top / ".git/index").read_bytes()
    for version in (2, 4):
        git(top, "update-index", "--index-version", str(version))
        whole = (top / ".git/index").read_bytes()
        for end in range(len(whole)):
            (top / ".git/index").write_bytes(whole[:end])
            ask(top)
            (top / ".git/index").write_bytes(whole[:end] + bytes([whole[end] ^ 0xFF]) + whole[end + 1 :])
            ask(top)
        (top / ".git/index").write_bytes(whole)
    for content in (b"", b"gitdir: ", b"gitdir: \0", b"gitdir: x" * 9999, b"x"):
        (tmp_path / "f").mkdir(exist_ok=True)
        (tmp_path / "f/.git").write_bytes(content)
        ask(tmp_path / "f")


def ask(top: Path) -> None:
    with suppress(UnknownIndexError):
        Index(top).has("a/main.tf")


IGNORED = {
    "a directory": "infra/\n",
    "a file": "main.tf\n",
    "everything": "*\n",
    "a suffix": "*.tf\n*.yaml\n",
    "a file of its own": "",
}


@pytest.mark.parametrize("name", IGNORED)
def test_what_is_tracked_is_scanned(tmp_path: Path, name: str) -> None:
    git(tmp_path, "init", "-q")
    template = "Resources:\n  T: {Type: AWS::IAM::User, Properties: {UserName: t}}\n"
    write(tmp_path, {"infra/main.tf": USER, "infra/deep/t.yaml": template, "infra/.gitignore": "*"})
    git(tmp_path, "add", "-f", ".")
    write(tmp_path, {".gitignore": IGNORED[name], "infra/untracked/main.tf": USER, "infra/deep/u.yaml": template})
    report = scanned(tmp_path)
    assert {one.definition.span.path for one in report.principals} == {"infra/main.tf", "infra/deep/t.yaml"}
    assert not report.diagnostics
    (tmp_path / ".git/index").unlink()
    assert not scanned(tmp_path).principals
