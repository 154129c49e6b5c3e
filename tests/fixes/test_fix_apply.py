"""What is written, what is not, and what may not even be looked at."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.fixes.applied.apply import apply
from scanner.fixes.applied.changeable import UnchangeableError, changeable, scanned_trees
from scanner.fixes.applied.patch import Change
from tests.fixes.fix_builders import change


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    at = tmp_path / "tree"
    (at / ".git").mkdir(parents=True)
    (tmp_path / "out").mkdir()
    (tmp_path / "out/a.tf").write_text("out")
    (at / "a.tf").write_text("abc\n")
    return at


@pytest.mark.parametrize("content", [b"abc\n", b"\xef\xbb\xbfabc\r\n", b"abc"])
def test_a_file_is_written_as_a_whole_and_keeps_its_permissions(tree: Path, content: bytes) -> None:
    one = change(tree, "b/c.tf", content, [(0, 1, "x")])
    one.place.chmod(0o640)
    done = apply([one], tree)
    assert (done.written, done.unwritten) == ((one,), ())
    assert one.place.read_bytes() == content.replace(b"a", b"x")
    assert stat.S_IMODE(one.place.stat().st_mode) == 0o640
    assert [*(tree / "b").iterdir()] == [one.place]


def _forbid(one: Change) -> None:
    one.place.chmod(0o400)


HINDRANCES: dict[str, tuple[Callable[[Change], object], str]] = {
    "changed": (lambda one: one.place.write_bytes(b"abd\n"), "it has changed since it was read; run again"),
    "gone": (lambda one: one.place.unlink(), "it does not exist"),
    "a directory": (lambda one: (one.place.unlink(), one.place.mkdir()), "it is a directory"),
    "a link": (
        lambda one: (one.place.rename(one.place.with_name("x")), one.place.symlink_to("x")),
        "it is a symbolic link, and nothing in the scanned tree is written through one",
    ),
    "forbidden": (_forbid, "permission is denied"),
}


@pytest.mark.parametrize("name", HINDRANCES)
def test_a_file_that_cannot_be_written_keeps_no_other_from_it(tree: Path, name: str) -> None:
    hinder, reason = HINDRANCES[name]
    if name == "forbidden" and os.geteuid() == 0:
        pytest.skip("root may do anything")
    first, second, third = (change(tree, f"{letter}.tf", b"abc\n", [(0, 1, "x")]) for letter in "123")
    hinder(second)
    before = second.place.read_bytes() if second.place.is_file() else b""
    done = apply([first, second, third], tree)
    assert (done.written, done.unwritten) == ((first, third), ((second, reason),))
    assert (first.place.read_bytes(), third.place.read_bytes()) == (b"xbc\n", b"xbc\n")
    assert before == (second.place.read_bytes() if second.place.is_file() else b"")


PLACES: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "a file": ("a.tf", lambda _: None, ""),
    "a link inside": ("l.tf", lambda at: (at / "l.tf").symlink_to("a.tf"), ""),
    "below a link inside": ("l/b.tf", lambda at: (_file(at / "d/b.tf"), (at / "l").symlink_to("d")), ""),
    "a link out": ("l.tf", lambda at: (at / "l.tf").symlink_to("../out/a.tf"), "it is outside of the scanned tree"),
    "below a link out": ("l/a.tf", lambda at: (at / "l").symlink_to("../out"), "it is outside of the scanned tree"),
    "outside": ("../out/a.tf", lambda _: None, "it is outside of the scanned tree"),
    "standard input": ("-", lambda _: None, "standard input is not a file"),
    "missing": ("b.tf", lambda _: None, "it does not exist"),
    "a pipe": ("b.tf", lambda at: os.mkfifo(at / "b.tf"), "it is not a regular file"),
    "a NUL": ("a\0.tf", lambda _: None, "its name is not possible"),
    "not UTF-8": ("b.tf", lambda at: (at / "b.tf").write_bytes(b"\xff"), "it is not UTF-8"),
    "git's": (".git/b.tf", lambda at: _file(at / ".git/b.tf"), "it is in .git"),
    "git's by a link": ("l/b.tf", lambda at: (_file(at / ".git/b.tf"), (at / "l").symlink_to(".git")), "it is in .git"),
    "a module's": (".terraform/m/b.tf", lambda at: _file(at / ".terraform/m/b.tf"), "it is in .terraform"),
    "another's": (
        ".Terragrunt-Cache/b.tf",
        lambda at: _file(at / ".Terragrunt-Cache/b.tf"),
        "it is in .Terragrunt-Cache",
    ),
}


def _file(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("abc\n")


@pytest.mark.parametrize("name", PLACES)
def test_what_may_be_changed(tree: Path, name: str) -> None:
    path, make, reason = PLACES[name]
    make(tree)
    trees = scanned_trees(["."], tree)
    if reason:
        with pytest.raises(UnchangeableError, match=f"^{reason}$"):
            changeable(path, tree, trees, time.time_ns())
    else:
        found = changeable(path, tree, trees, time.time_ns())
        assert (found.source.text, found.place) == ("abc\n", (tree / path).resolve())


def test_what_has_changed_since_the_scan_began(tree: Path) -> None:
    since = time.time_ns()
    time.sleep(0.05)  # an operating system may count in steps of ten milliseconds
    file = tree / "a.tf"
    file.write_text("abd\n")
    os.utime(file, (0, 0))
    with pytest.raises(UnchangeableError, match="it has changed since the scan began; run again"):
        changeable("a.tf", tree, (tree,), since)
    os.utime(file, (1 << 32, 1 << 32))
    assert changeable("a.tf", tree, (tree,), time.time_ns()).source.text == "abd\n"


def test_which_trees_are_scanned(tree: Path) -> None:
    bare = tree.parent / "bare"
    for folder in (tree / "b/c", bare / "d", bare / "e"):
        folder.mkdir(parents=True)
    for paths, trees in (
        (["."], [tree]),
        (["b/c", "a.tf"], [tree]),
        (["-"], [tree]),
        (["../bare/d"], [bare / "d"]),
        (["../bare/d/x.yaml", "../bare/e"], [bare / "d", bare / "e"]),
    ):
        assert scanned_trees(paths, tree) == tuple(trees)
    assert scanned_trees(["d", "x.yaml", "../tree"], bare) == (bare, tree)
