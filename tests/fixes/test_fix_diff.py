"""Diffs as programs take them, and as people see them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.fixes.applied.diff import FileDiff, diffs
from scanner.fixes.applied.patch import Change
from tests.examples import examples
from tests.fixes.fix_builders import Place, change

TEN = "".join(f"{number}\n" for number in range(10))
GIT = shutil.which("git") or "git"
PATCH = shutil.which("patch")


def exact(changes: Sequence[Change], directory: Path) -> bytes:
    return b"".join(file.exact for file in diffs(changes, directory, None))


def diff_of(directory: Path, content: str, *places: Place, path: str = "a.tf") -> FileDiff:
    (found,) = diffs([change(directory, path, content.encode(), places)], directory, None)
    return found


NO_END = "\\ No newline at end of file\n"
HUNKS: dict[str, tuple[str, list[Place], str]] = {
    "a word": (TEN, [(8, 9, "x")], "@@ -2,7 +2,7 @@\n 1\n 2\n 3\n-4\n+x\n 5\n 6\n 7\n"),
    "a new line": (TEN, [(10, 10, "x\n")], "@@ -3,6 +3,7 @@\n 2\n 3\n 4\n+x\n 5\n 6\n 7\n"),
    "behind a line": (TEN, [(9, 9, "\nx")], "@@ -3,6 +3,7 @@\n 2\n 3\n 4\n+x\n 5\n 6\n 7\n"),
    "at the beginning": (TEN, [(0, 0, "x\n")], "@@ -1,3 +1,4 @@\n+x\n 0\n 1\n 2\n"),
    "at the end": (TEN, [(20, 20, "x\n")], "@@ -8,3 +8,4 @@\n 7\n 8\n 9\n+x\n"),
    "a line less": (TEN, [(0, 2, "")], "@@ -1,4 +1,3 @@\n-0\n 1\n 2\n 3\n"),
    "near each other": (
        TEN,
        [(0, 1, "x"), (14, 15, "y")],
        "@@ -1,10 +1,10 @@\n-0\n+x\n 1\n 2\n 3\n 4\n 5\n 6\n-7\n+y\n 8\n 9\n",
    ),
    "far from each other": (
        TEN,
        [(0, 0, "x\n"), (16, 17, "y")],
        "@@ -1,3 +1,4 @@\n+x\n 0\n 1\n 2\n@@ -6,5 +7,5 @@\n 5\n 6\n 7\n-8\n+y\n 9\n",
    ),
    "twice in a line": ("abc\n", [(0, 1, "x"), (2, 3, "y")], "@@ -1 +1 @@\n-abc\n+xby\n"),
    "one line": ("abc", [(0, 1, "x")], f"@@ -1 +1 @@\n-abc\n{NO_END}+xbc\n{NO_END}"),
    "a last newline": ("abc", [(3, 3, "\n")], "@@ -1 +1 @@\n-abc\n\\ No newline at end of file\n+abc\n"),
    "no last newline": ("abc\n", [(3, 4, "")], "@@ -1 +1 @@\n-abc\n+abc\n\\ No newline at end of file\n"),
    "near the end": ("a\nb", [(0, 0, "x\n")], "@@ -1,2 +1,3 @@\n+x\n a\n b\n\\ No newline at end of file\n"),
    "an empty file": ("", [(0, 0, "x\n")], "@@ -0,0 +1 @@\n+x\n"),
    "nothing left": ("x\n", [(0, 2, "")], "@@ -1 +0,0 @@\n-x\n"),
    "other line ends": ("a\r\nb\r\n", [(0, 1, "x")], "@@ -1,2 +1,2 @@\n-a\r\n+x\r\n b\r\n"),
    "no line ends": ("a\x0c\u2028\x85\rb\n", [(0, 1, "x")], "@@ -1 +1 @@\n-a\x0c\u2028\x85\rb\n+x\x0c\u2028\x85\rb\n"),
    "a mark": ("\ufeffa\nb\n", [(0, 0, "x")], "@@ -1,2 +1,2 @@\n-\ufeffa\n+\ufeffxa\n b\n"),
    "behind a mark": ("\ufeffa\nb\n", [(2, 3, "x")], "@@ -1,2 +1,2 @@\n \ufeffa\n-b\n+x\n"),
}


@pytest.mark.parametrize("name", HUNKS)
def test_hunks(tmp_path: Path, name: str) -> None:
    content, places, hunks = HUNKS[name]
    found = diff_of(tmp_path, content, *places)
    assert found.exact.decode() == f"diff --git a/a.tf b/a.tf\n--- a/a.tf\n+++ b/a.tf\n{hunks}"


def test_what_does_not_change_has_no_diff(tmp_path: Path) -> None:
    assert diffs([change(tmp_path, "a.tf", b"abc\n", [(0, 1, "a")])], tmp_path, None) == ()


NAMES = (
    "a.tf",
    "a b.tf",
    'a"b.tf',
    "a\tb c.tf",
    "a\\b.tf",
    "é/ü.tf",
    "a\nb.tf",
    "\udcff.tf",
    " a.tf ",
    "-a.tf",
    "a/b/c.tf",
    "a\x1b\x7f.tf",
    "dev/null",
)


NOT_FOR_PATCH = {"a\nb.tf", " a.tf "}
"""Names that it does not find, or refuses, as git writes them."""


def git(directory: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    plain = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    return subprocess.run(
        [GIT, *arguments], cwd=directory, input=given, env={**os.environ, **plain}, capture_output=True, check=False
    )


@pytest.mark.slow
@pytest.mark.parametrize("program", ["git", "patch"])
def test_names_and_texts_arrive(tmp_path: Path, program: str) -> None:
    if program == "patch" and PATCH is None:
        pytest.skip("there is no patch")
    git(tmp_path, "init")
    of_names = [
        change(tmp_path, name, b"abc\n", [(0, 1, "x")])
        for name in NAMES
        if program == "git" or name not in NOT_FOR_PATCH
    ]
    of_texts = [
        change(tmp_path, f"texts/{number}", content.encode(), places)
        for number, (content, places, _) in enumerate(HUNKS.values())
        if program == "git" or content
    ]
    changes = [*of_names, *of_texts]
    patch = exact(changes, tmp_path)
    if program == "git":
        done = git(tmp_path, "apply", given=patch)
    else:
        done = subprocess.run([PATCH or "", "-p1"], cwd=tmp_path, input=patch, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    assert {one.place: one.place.read_bytes() for one in changes} == {one.place: one.after for one in changes}


@pytest.mark.slow
def test_names_are_written_as_git_writes_them(tmp_path: Path) -> None:
    git(tmp_path, "init")
    changes = [change(tmp_path, name, b"abc\n", [(0, 1, "x")]) for name in NAMES]
    git(tmp_path, "add", ".")
    for one in changes:
        one.place.write_bytes(one.after)
    heads = [line for line in git(tmp_path, "diff").stdout.split(b"\n") if line[:4] in (b"diff", b"--- ", b"+++ ")]
    ours = [line.encode() for file in diffs(changes, tmp_path, None) for line in file.lines[:3]]
    assert sorted(ours) == sorted(heads)


def test_names_are_from_the_top_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / "one/.git").mkdir(parents=True)
    (tmp_path / "two/.git").mkdir(parents=True)
    changes = [change(tmp_path, path, b"a\n", [(0, 0, "x")]) for path in ("two/a.tf", "one/b/a.tf", "one/a.tf", "z.tf")]
    found = diffs(changes, tmp_path / "one/b", None)
    assert [file.name for file in found] == ["../../z.tf", "a.tf", "b/a.tf", "a.tf"]
    assert [file.top for file in found] == [None, tmp_path / "one", tmp_path / "one", tmp_path / "two"]
    assert found == diffs(changes[::-1], tmp_path / "one/b", None)
    assert [file.name for file in diffs(changes[:1], tmp_path, tmp_path)] == ["a.tf"]


LETTERS = st.text(st.sampled_from("ab\n\n\r\t\x0c\u2028\x85é ::+-@\\\ufeff"), max_size=40)


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, list[Place]]:
    text = draw(LETTERS)
    length = len(text.removeprefix("\ufeff"))
    ends = sorted(draw(st.lists(st.integers(0, length), max_size=6, unique=True)))
    places = [(start, end, draw(LETTERS)) for start, end in zip(ends[::2], ends[1::2], strict=False)]
    return text, places


@pytest.mark.slow
@given(st.lists(edited(), min_size=1, max_size=12))
@examples(25)
def test_law_git_makes_of_a_file_what_the_edits_make(cases: list[tuple[str, list[Place]]]) -> None:
    with TemporaryDirectory() as name:
        directory = Path(name).resolve()
        changes = [change(directory, f"{n}.tf", text.encode(), places) for n, (text, places) in enumerate(cases)]
        patch = exact(changes, directory)
        done = git(directory, "apply", given=patch) if patch else None
        assert done is None or done.returncode == 0, done.stderr
        for one in changes:
            assert one.place.read_bytes() == one.after


@pytest.mark.parametrize(
    ("text", "is_harmless"),
    [
        ("a\n  ? x\n  : y\n", True),
        ("a\n  ::error::x\n", False),
        ("a\nb ::error::x\n", True),
        ("a\nb\r::error::x\n", False),
        ("a\nb\x85 ::error::x\n", False),
        ("a\n:\u200b:error::x\n", False),
        ("a\nb ##[error]x\n", False),
        ("a\n##vso[task]\n", False),
        ("a\n## heading\n", True),
        ("a\n1\n2\n3\n::error::x\n", True),
    ],
)
def test_whether_a_log_may_have_it(tmp_path: Path, text: str, is_harmless: bool) -> None:
    assert diff_of(tmp_path, text, (0, 1, "x")).is_harmless is is_harmless


def test_what_people_see(tmp_path: Path) -> None:
    shown = diff_of(tmp_path, "\ta\x1b[31m\r\n::b\u202e\r\n##[c\n", (1, 2, "x")).shown
    lines = ["diff --git a/a.tf b/a.tf", "--- a/a.tf", "+++ b/a.tf", "@@ -1,3 +1,3 @@"]
    plain = [*lines, "-\ta\\x1b[31m", "+\tx\\x1b[31m", " \\u003a:b\\u202e", " #\\u0023[c"]
    assert shown(colour=False).splitlines() == plain
    codes = ("1", "1", "1", "36", "31", "32", "", "")
    painted = [f"\x1b[{code}m{line}\x1b[0m" if code else line for code, line in zip(codes, plain, strict=True)]
    assert shown(colour=True).splitlines() == painted
