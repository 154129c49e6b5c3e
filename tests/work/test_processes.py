"""However many processes work, in whichever order, and whatever happens to them: the report is the same."""

from __future__ import annotations

import multiprocessing
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scanner.options import Options
from scanner.pipeline import scan
from scanner.report.report import exit_status
from scanner.work import processes
from scanner.work.assessor import Assessor
from scanner.work.outcome import Outcome, Task
from scanner.work.processes import chunks
from scanner.work.roots import Roots
from tests.scans import write
from tests.work import dying_workers
from tests.work.outcomes import FIXTURES, ROOT, report

USER = 'resource "aws_iam_user" "u" {\n  name = "NAME"\n}\n'


def users(folder: Path, *names: str) -> None:
    write(folder, {f"{name}/main.tf": USER.replace("NAME", name) for name in names})


def backwards(assess: Assessor, tasks: Iterable[Task]) -> list[Outcome]:
    found = [(number, assess(task)) for number, task in reversed([*enumerate(tasks)])]
    return [outcome for _, outcome in sorted(found, key=lambda one: one[0])]


def shuffled(assess: Assessor, tasks: Iterable[Task]) -> Iterator[Outcome]:
    given = list(tasks)
    order = sorted(range(len(given)), key=lambda number: number * 7919 % 101)
    found = {number: assess(given[number]) for number in order}
    return (found[number] for number in range(len(given)))


@pytest.mark.slow
def test_the_report_of_all_fixtures() -> None:
    alone = report(ROOT, paths=(FIXTURES,))
    assert len(alone) > 500_000
    for jobs in (2, 3):
        assert report(ROOT, Roots(jobs, enough=1), (FIXTURES,)) == alone, jobs
    for in_another_order in (backwards, shuffled):
        assert report(ROOT, in_another_order, (FIXTURES,)) == alone  # type: ignore[arg-type] # any map


def test_a_few_roots_in_two_processes(tmp_path: Path) -> None:
    users(tmp_path, "a", "b", "c")
    before = multiprocessing.active_children()
    assert report(tmp_path, Roots(2, enough=1)) == report(tmp_path)
    assert multiprocessing.active_children() == before


@pytest.mark.parametrize("way", ["forkserver", "spawn"])
@pytest.mark.slow
def test_workers_that_start_clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    monkeypatch.setattr(processes, "start_method", lambda: way)
    users(tmp_path, "dies-a", "stumbles", "b", "c")
    found = scan(Options(directory=tmp_path), Roots(2, serve=dying_workers.serve, enough=1))
    assert [error.span.path for error in found.errors] == ["dies-a"]
    assert [one.definition.root for one in found.principals] == ["b", "c", "stumbles"]


def test_a_process_with_threads_is_not_copied() -> None:
    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(processes.start_method).result() in ("forkserver", "spawn")


@pytest.mark.skipif(sys.platform != "linux", reason="only there are processes copied")
def test_a_process_without_threads_is_copied() -> None:
    """In a process of its own, for other tests may have left threads in this one."""
    asked = "from scanner.work import processes; print(processes.start_method())"
    found = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert found.stdout == "fork\n"


def test_little_work_is_done_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    users(tmp_path, "a", "b")
    monkeypatch.delitem(sys.modules, "scanner.work.processes", raising=False)
    report(tmp_path, jobs=4)
    assert "scanner.work.processes" not in sys.modules


def test_a_root_at_which_workers_die(tmp_path: Path) -> None:
    names = [f"r{number}" for number in range(8)]
    users(tmp_path, "dies-a", "stumbles", "zdies-b", *names)
    found = scan(Options(directory=tmp_path), Roots(2, serve=dying_workers.serve, enough=1))
    assert [error.root or error.span.path for error in found.errors] == ["dies-a", "zdies-b"]
    assert all(error.summary == "Root not scanned" for error in found.errors)
    assert [one.definition.root for one in found.principals] == [*names, "stumbles"]
    assert exit_status(found, None) == 2


@pytest.mark.parametrize("serve", [dying_workers.never_ready, dying_workers.wordless])
def test_where_workers_are_of_no_use(tmp_path: Path, serve: object) -> None:
    users(tmp_path, "a", "b", "c")
    assert report(tmp_path, Roots(2, serve=serve, enough=1)) == report(tmp_path)  # type: ignore[arg-type] # one of two


@pytest.mark.slow
def test_an_interrupt_ends_all_at_once(tmp_path: Path) -> None:
    users(tmp_path, *(f"r{number}" for number in range(40)))
    program = (
        "import time\n"
        "from pathlib import Path\n"
        "from scanner.options import Options\n"
        "from scanner.pipeline import scan\n"
        "from scanner.work.roots import Roots\n"
        "from tests.work.sleeping_workers import serve\n"
        f"scan(Options(directory=Path({str(tmp_path)!r})), Roots(2, serve=serve, enough=1))\n"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    while not (tmp_path / "begun").exists():
        assert running.poll() is None
        time.sleep(0.05)
    begun = time.monotonic()
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=30)
    assert time.monotonic() - begun < 5
    assert running.returncode == -signal.SIGINT
    assert said.count("Traceback") == 1  # ours, and none of a worker


def test_chunks_hold_everything_once() -> None:
    for sizes in ([], [1], [0, 0, 0], [5] * 100, [1000, *[1] * 50], [1] * 3):
        found = chunks(sizes, 8)
        assert sorted(number for chunk in found for number in chunk) == list(range(len(sizes)))
        weights = [sum(sizes[number] for number in chunk) for chunk in found]
        assert weights == sorted(weights, reverse=True)


def test_errors_of_our_own_rise_where_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    users(tmp_path, "a", "b")
    monkeypatch.setattr(Assessor, "_assessed", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        scan(Options(directory=tmp_path, debug=True, jobs=4))
