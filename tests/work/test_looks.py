"""What is looked at is noted, all of it: what is not noted makes an outcome stale."""

from __future__ import annotations

import errno
import os
import re
import sys
from pathlib import Path

import pytest

from scanner import file_system, looks
from scanner.file_system import NotRegularError, Present, TooLargeError
from scanner.looks import note_all, noted
from scanner.root import RootKind
from scanner.session import session
from scanner.work import kept
from scanner.work.worker import with_notes
from tests.scans import write
from tests.work.outcomes import of_fixtures

SCANNER = Path(file_system.__file__).parent
READERS = ("terraform", "cloudformation", "principals", "verdicts", "iam")
OTHER_WAYS = re.compile(
    r"\bopen\(|\.(?:exists|is_file|is_dir|is_symlink|iterdir|read_text|read_bytes|stat|lstat|r?glob)\(|\.resolve\(\)"
    r"|\bos\.(?:stat|lstat|scandir|listdir|walk|environ|getenv)|\bos\.path\.(?:exists|isfile|isdir|realpath|lexists)"
)
KNOWN = {
    "with self._archive.open(member) as file:",  # in a plan that was read
    "def open(self, resource: Resource, scope: StackScope) -> Nested:",
}
UNNOTED = frozenset({RootKind.TERRAFORM_PLAN, RootKind.TERRAFORM_STATE})
"""Roots whose own file is not noted, because it is large and no outcome of them is kept."""
OWN_DATA = {"cloudformation/stacks/resource_arns.py", "terraform/language/hcl_tables.py"}


def test_readers_have_no_other_way_to_look() -> None:
    strays = [
        f"{file.relative_to(SCANNER)}: {line.strip()}"
        for room in READERS
        for file in sorted((SCANNER / room).rglob("*.py"))
        for line in file.read_text(encoding="utf-8").splitlines()
        if OTHER_WAYS.search(line.split("#")[0])
        and line.strip() not in KNOWN
        and not re.search(r"\bself\.(?:_known\.is_)?open\(|\bfiles\.exists\(|file_system\.|\.open\(resource", line)
        and file.relative_to(SCANNER).as_posix() not in OWN_DATA
    ]
    assert not strays, "use scanner/file_system.py, or what is looked at is not noted"


def test_what_python_opens_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    """By Python's own account, which has every file that is opened and every directory that is listed."""
    opened: set[str] = set()
    watched = [True]

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if watched and event in ("open", "os.listdir", "os.scandir") and isinstance(arguments[0], str | os.PathLike):
            opened.add(os.path.abspath(arguments[0]))  # noqa: PTH100 # as notes have it

    from scanner.work.assessor import Assessor
    from scanner.work.outcome import Terms

    root = SCANNER.parent
    monkeypatch.chdir(root)
    assess = Assessor(Terms(root))
    tasks = [task for task, _ in of_fixtures()][::3]
    for task in tasks:
        assess(task)  # imports and data of our own
    sys.addaudithook(hook)
    try:
        for task in tasks:
            opened.clear()
            with session(), noted() as notes:
                assess(task)
            fixtures = {path for path in opened if path.startswith(str(root / "fixtures"))}
            own = {str(task.root.location)} if task.root.kind in UNNOTED else set()
            assert fixtures <= {path for _, path, _ in notes.answers} | own, task.root.path
    finally:
        watched.clear()  # a hook stays for ever


def test_what_is_not_noted_is_not_kept() -> None:
    assert UNNOTED <= kept._NOT_KEPT  # noqa: SLF001


def test_roots_after_others_look_at_as_much() -> None:
    """What a session has kept of an earlier root is noted for a later one as well."""
    from scanner.work.assessor import Assessor
    from scanner.work.outcome import Terms

    assess = Assessor(Terms(SCANNER.parent))
    tasks = [task for task, _ in of_fixtures()][::2]
    alone = [with_notes(assess, task) for task in tasks]
    with session():
        for _ in range(2):
            for task, (outcome, written, notes) in zip(tasks, alone, strict=True):
                again = with_notes(assess, task)
                assert again[0] == outcome
                assert sorted(again[2]) == sorted(notes) or set(_looks(again[2])) >= set(_looks(notes)), task.root.path
                assert bool(again[1]) == bool(written)


def _looks(notes: bytes) -> list[tuple[str, str, int, str]]:
    from scanner.work.codec import decode_notes

    return [(look, path, most, answer) for look, path, most, answer, _ in decode_notes(notes)] if notes else []


def test_answers(tmp_path: Path) -> None:
    write(tmp_path, {"file": "text", "directory/b": "", "directory/a/c": ""})
    (tmp_path / "link").symlink_to("directory")
    (tmp_path / "circle").symlink_to("circle")
    with noted() as notes:
        assert file_system.content(tmp_path / "file", 10) == b"text"
        assert file_system.exists(tmp_path / "link")
        assert file_system.is_directory(tmp_path / "link")
        assert not file_system.is_file(tmp_path / "link")
        assert file_system.is_link(tmp_path / "link")
        assert not file_system.exists(tmp_path / "none")
        assert not file_system.exists(tmp_path / "file/below")
        assert not file_system.exists(tmp_path / "circle")
        assert not file_system.exists(f"{tmp_path}/\0")
        assert [(one.name, one.is_directory) for one in file_system.entries(tmp_path / "directory")] == [
            ("a", True),
            ("b", False),
        ]
        assert file_system.real(tmp_path / "link/b") == (tmp_path / "directory/b").resolve()
        for path, limit, problem in (
            ("file", 3, TooLargeError),
            ("directory", 10, NotRegularError),
            ("/dev/zero", 10, NotRegularError),
            ("none", 10, FileNotFoundError),
        ):
            with pytest.raises(problem):
                file_system.content(tmp_path / path, limit)
    present = Present()
    assert len(notes.answers) > 10
    assert all(present.is_as_noted(question, answer, "") for question, answer in notes.answers.items())
    write(tmp_path, {"file": "texts", "directory/d": ""})
    (tmp_path / "link").unlink()
    changed = Present()
    assert {
        (look, Path(path).name)
        for (look, path, limit), answer in notes.answers.items()
        if not changed.is_as_noted((look, path, limit), answer, "")
    } == {("content", "file"), ("entries", "directory"), ("status", "link"), ("link", "link"), ("real", "b")}


def test_an_answer_that_changes_meanwhile(tmp_path: Path) -> None:
    write(tmp_path, {"file": "a"})
    with noted() as notes:
        file_system.content(tmp_path / "file", 10)
        file_system.content(tmp_path / "file", 10)
        assert notes.is_steady
        write(tmp_path, {"file": "b"})
        file_system.content(tmp_path / "file", 10)
    assert not notes.is_steady


def test_a_file_that_is_too_young_has_no_mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"file": "a"})
    with noted() as notes:
        file_system.content(tmp_path / "file", 10)
    assert not notes.marks
    monkeypatch.setattr(looks, "_COARSEST", -1.0)
    with noted() as notes:
        file_system.content(tmp_path / "file", 10)
        file_system.entries(tmp_path)
    assert len(notes.marks) == 2


def test_a_time_that_is_set_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "_COARSEST", -1.0)
    file = tmp_path / "file"
    write(tmp_path, {"file": "aa"})
    before = file.stat()
    with noted() as notes:
        file_system.content(file, 10)
    ((question, answer),) = notes.answers.items()
    write(tmp_path, {"file": "bb"})
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.stat().st_mtime_ns == before.st_mtime_ns
    assert not Present().is_as_noted(question, answer, notes.marks[question])


def test_what_is_sought(tmp_path: Path) -> None:
    write(tmp_path, {"with": "a mark", "without": "nothing"})
    with noted(is_exact=False, seek=lambda content: b"mark" in content) as notes, noted() as inner:
        for name in ("with", "without"):
            file_system.content(tmp_path / name, 100)
        note_all(inner)
    assert not inner.answers
    assert inner.without == {str(tmp_path / "without")}
    assert not notes.without  # nobody has handed it on
    with noted(seek=lambda _: False) as notes:
        note_all(inner)
    assert notes.without == inner.without


def test_links_that_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"file": "a"})
    (tmp_path / "link").symlink_to("file")
    assert file_system.content(tmp_path / "link", 10) == b"a"
    with pytest.raises(OSError) as problem:  # noqa: PT011 # its number says what it is
        file_system.content(tmp_path / "link", 10, follow=False)
    assert problem.value.errno in (errno.ELOOP, errno.EMLINK)
