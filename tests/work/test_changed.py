"""Roots whose files are taken to have other texts: here, in other processes, and beside what is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner import file_system
from scanner.changed_files import changed
from scanner.options import Options
from scanner.pipeline import scan
from scanner.report.report import Report
from scanner.session import Apart, once, session
from tests.scans import ROOT, scanned, write

USER = (ROOT / "fixtures/terraform/minimal-user/main.tf").read_text()


def test_a_file_has_what_it_is_taken_to_have(tmp_path: Path) -> None:
    write(tmp_path, {"a": "old", "b": "old"})
    (tmp_path / "link").symlink_to(tmp_path / "a")
    with changed({str(file_system.real(tmp_path / "a")): b"new"}):
        names = ("a", "link", "./b", "../" + tmp_path.name + "/a")
        assert [file_system.content(tmp_path / name, 9) for name in names] == [b"new", b"new", b"old", b"new"]
    assert file_system.content(tmp_path / "a", 9) == b"old"


def test_what_is_not_there_is_not_there(tmp_path: Path) -> None:
    with changed({str(tmp_path / "a"): b"new"}), pytest.raises(FileNotFoundError):
        file_system.content(tmp_path / "a", 9)


def test_each_state_of_the_files_has_a_session() -> None:
    made: list[int] = []

    def ask() -> int:
        return once("key", lambda: made.append(len(made)) or len(made), lambda _: 1)

    apart = Apart()
    with session():
        assert ask() == ask() == 1
        with apart.session("one"):
            assert ask() == 2
        with apart.session("one"):
            assert ask() == 2
        with apart.session("other"):
            assert ask() == 3
        assert ask() == 1


@pytest.mark.slow
def test_fixes_are_the_same_however_roots_are_worked_out(tmp_path: Path) -> None:
    shared = 'module "u" {\n  source = "../user"\n}\n'
    code = "".join(f"# {'x' * 100}\n" for _ in range(6_000))
    write(tmp_path / "code", {f"r{n}/main.tf": code + (shared if n % 2 else USER) for n in range(6)})
    write(tmp_path / "code", {"user/main.tf": USER})

    def found(**how: object) -> Report:
        return scanned(tmp_path / "code", offers_fixes=True, **{"debug": False, **how})

    here = found()
    assert {fix.applicability.value for one in here.findings for fix in one.fixes} == {"unsafe"}
    assert all(one.fixes for one in here.findings)
    cached = found(cache=tmp_path / "cache")
    for other in (found(jobs=2), cached, found(cache=tmp_path / "cache")):
        assert other.findings == here.findings


def test_nobody_looks_for_fixes_unless_they_are_wanted(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": USER})
    assert not any(one.fixes for one in scan(Options(directory=tmp_path, offers_fixes=False)).findings)
    assert all(one.fixes for one in scan(Options(directory=tmp_path)).findings)
