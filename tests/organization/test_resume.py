"""A scan that was ended goes on where it was, and its report is that of one that was not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.work import kept as keeping
from scanner.work.assessor import Assessor
from scanner.work.outcome import Outcome, Task
from scanner.work.roots import Roots
from tests.organization.organizations import COMMIT, here, manifest, organized, printed, user
from tests.organization.test_materialize import program
from tests.scans import ROOT, write

FETCH = """
import os, sys
with open({log!r}, "a") as log:
    log.write(sys.argv[1] + "\\n")
os.mkdir(sys.argv[3])
open(sys.argv[3] + "/main.tf", "w").write({user!r}.replace("NAME", sys.argv[1]))
"""


def organization(folder: Path, number: int = 6) -> tuple[str, ...]:
    """Repositories to be fetched, with one that fails. Gives the words of the command."""
    write(folder, {"local/main.tf": user("local")})
    items = [{"git": f"repository-{one}", "commit": COMMIT} for one in range(number)]
    manifest(folder, [{"path": "local"}, *items, {"git": "fails/x", "commit": COMMIT}])
    code = FETCH.format(log=str(folder / "log"), user=user("NAME"))
    return program(folder, code.replace("os.mkdir", "sys.argv[1] == 'fails/x' and sys.exit(1)\nos.mkdir"))


class _EndedError(Exception):
    pass


def ended_after(most: int) -> Any:
    """Work that is ended after so many roots."""

    def maps(kept: Any) -> Any:
        inner = Roots(1, kept)

        def work(assess: Assessor, tasks: Iterable[Task]) -> Iterator[Outcome]:
            for number, outcome in enumerate(inner(assess, tasks)):
                if number == most:
                    raise _EndedError
                yield outcome

        return work

    return maps


def counting(worked: list[str]) -> Any:
    """Work that is noted."""

    class Noting(Assessor):
        def __call__(self, task: Task) -> Outcome:
            worked.append(task.root.location.name)
            return super().__call__(task)

    def maps(kept: Any) -> Any:
        return lambda assess, tasks: Roots(1, kept)(Noting(assess.terms), tasks)

    return maps


def test_what_is_done_is_skipped(tmp_path: Path) -> None:
    words = organization(tmp_path)
    whole = printed(tmp_path, materialize=words)
    (tmp_path / "log").unlink()
    how = {"materialize": words, "resume": tmp_path / "kept"}
    with pytest.raises(_EndedError):
        organized(tmp_path, maps=ended_after(3), **how)
    worked: list[str] = []
    assert printed(tmp_path, counting(worked), **how) == whole
    assert len(worked) == 7 - 4  # the fourth was done when the scan was ended
    names = (tmp_path / "log").read_text().split()
    assert sorted(names) == sorted([*(f"repository-{one}" for one in range(6)), "fails/x", "fails/x"])
    worked.clear()
    assert printed(tmp_path, counting(worked), **how) == whole
    assert not worked


def test_what_has_changed_is_done_again(tmp_path: Path) -> None:
    scp = tmp_path / "scp.json"
    scp.write_text('{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}')
    write(tmp_path, {"a/main.tf": user("a"), "b/main.tf": user("b")})
    for name in "ab":
        write(tmp_path, {f"{name}/.aws-login-scan.yaml": "scp: scp.json", f"{name}/scp.json": scp.read_text()})
    manifest(tmp_path, [{"path": "a"}, {"path": "b"}])
    worked: list[str] = []
    how = {"resume": tmp_path / "kept"}
    organized(tmp_path, maps=counting(worked), **how)
    assert worked == ["a", "b"]
    (tmp_path / "a/scp.json").write_text(scp.read_text().replace("Allow", "Deny"))
    report = organized(tmp_path, maps=counting(worked), **how)
    assert worked == ["a", "b", "a"]
    assert {one.root: one.rule for one in report.findings} == {
        "a": "aws-login-denied",
        "b": "user-cannot-aws-login",
    }
    manifest(tmp_path, [{"path": "a"}, {"path": "b", "account": "111111111111"}])
    organized(tmp_path, maps=counting(worked), **how)
    assert worked == ["a", "b", "a", "b"]


def test_one_place_under_two_names(tmp_path: Path) -> None:
    """What is kept of one is not taken for the other, whose terms are others."""
    write(tmp_path, {"a/main.tf": user("a"), "b.yaml": "assume_console: [x]\nregion: eu-west-1"})
    manifest(tmp_path, [{"path": "a", "name": "x"}, {"path": "a", "name": "y", "config": "b.yaml"}])
    first = printed(tmp_path, resume=tmp_path / "kept")
    assert printed(tmp_path, resume=tmp_path / "kept") == first == printed(tmp_path)
    assert "signin:eu-west-1:" in first
    assert "signin:*:" in first


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="no such signals")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_command_that_is_interrupted(tmp_path: Path, how: signal.Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    words = organization(tmp_path, 12)
    slow = "import time\ntime.sleep(0.3)\n"
    fetch = tmp_path / "fetch.py"
    fetch.write_text(slow + fetch.read_text())
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    command = [
        *(sys.executable, "-m", "scanner", "--manifest", "repositories.jsonl", "--resume", "kept", "--format", "json"),
        *("--materialize", " ".join(words)),
    ]
    begun = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while not (tmp_path / "kept").exists() or not list((tmp_path / "kept").rglob("done")):
        time.sleep(0.02)
    begun.send_signal(how)
    out, _ = begun.communicate(timeout=30)
    assert begun.returncode == (130 if how is signal.SIGINT else -signal.SIGKILL)
    assert not out
    fetched = {file: file.read_bytes() for file in (tmp_path / "kept").rglob("done")}
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert found.returncode == 1
    assert fetched
    assert {file: file.read_bytes() for file in fetched} == fetched
    assert found.stdout.decode() == printed(tmp_path, materialize=words, offers_fixes=True).replace(
        '"version": "1"', '"version": "0.1.0"'
    )


def test_it_is_written_down_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "_OFTEN", 0.0)
    monkeypatch.setattr(keeping, "_SHARE", 0)
    write(tmp_path, {f"{name}/main.tf": user(name) for name in "abc"})
    manifest(tmp_path, [{"path": name} for name in "abc"])
    seen: list[int] = []

    def maps(kept: Any) -> Any:
        def work(assess: Assessor, tasks: Iterable[Task]) -> Iterator[Outcome]:
            for outcome in here(kept)(assess, tasks):
                place = tmp_path / "kept/outcomes"
                seen.append(sum(file.stat().st_size for file in place.rglob("*-*")) if place.exists() else 0)
                yield outcome

        return work

    organized(tmp_path, maps=maps, resume=tmp_path / "kept")
    assert 0 < seen[0] < seen[1] < seen[2]
