"""Roots on a cluster: the report is the same, whatever happens to its workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dask
import distributed
import psutil
import pytest

from scanner.named_files import UsageError
from scanner.options import Options
from scanner.pipeline import scan
from scanner.work import on_dask
from scanner.work.on_dask import DaskError, cluster
from scanner.work.roots import Dispatch, Roots
from tests.organization.organizations import manifest, printed
from tests.scans import ROOT
from tests.work import dying_far_workers
from tests.work.outcomes import report
from tests.work.test_processes import users

pytestmark = pytest.mark.slow
WORKERS = 2


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of a scheduler with two workers, whose certificates are in Dask's own configuration."""
    security = distributed.Security.temporary()  # type: ignore[no-untyped-call] # as all of Dask
    certificates = {
        "ca-file": security.tls_ca_file,
        **{f"{who}.{what}": getattr(security, f"tls_{who}_{what}") for who in ("client",) for what in ("cert", "key")},
    }
    given: dict[str, Any] = {f"distributed.comm.tls.{name}": value for name, value in certificates.items()}
    with (
        dask.config.set({**given, "distributed.scheduler.allowed-failures": 0}),
        distributed.LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=WORKERS,
            threads_per_worker=1,
            protocol="tls://",
            host="127.0.0.1",
            security=security,
            dashboard_address="127.0.0.1:0",
            silence_logs=50,
        ) as made,
    ):
        yield made.scheduler_address


@pytest.fixture
def far(address: str) -> Iterator[Dispatch]:
    with cluster(address, WORKERS) as dispatch:
        yield dispatch


def test_the_same_bytes(far: Dispatch) -> None:
    paths = ("fixtures/cdk", "fixtures/terraform-json")
    alone = report(ROOT, paths=paths)
    assert len(alone) > 20_000
    assert report(ROOT, Roots(dispatch=far), paths) == alone


def test_what_is_kept_is_kept_here(far: Dispatch, tmp_path: Path) -> None:
    users(tmp_path, "a", "b")
    manifest(tmp_path, [{"path": "a"}, {"path": "b"}])
    found = printed(tmp_path, lambda kept: Roots(1, kept, dispatch=far), resume=tmp_path / "kept")

    def nobody(*_: Any) -> Any:
        raise AssertionError

    assert printed(tmp_path, lambda kept: Roots(1, kept, dispatch=nobody), resume=tmp_path / "kept") == found
    assert found == printed(tmp_path)


def test_workers_that_die(far: Dispatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_dask, "work", dying_far_workers.work)
    names = [f"u{number}" for number in range(10)]
    users(tmp_path, "dies", "stumbles", "sleeps", *names)
    asleep = tmp_path / "sleeps/asleep"
    killed: list[int] = []

    def kill() -> None:
        while not killed:
            text = asleep.read_text() if asleep.exists() else ""
            if text:
                killed.append(int(text))
                os.kill(killed[0], signal.SIGKILL)
            time.sleep(0.05)

    threading.Thread(target=kill, daemon=True).start()
    found = scan(Options(directory=tmp_path), Roots(dispatch=far))
    assert killed
    assert [(one.summary, one.span.path) for one in found.errors] == [("Root not scanned", "dies")]
    assert [one.definition.root for one in found.principals] == ["sleeps", "stumbles", *names]


def test_workers_of_another_version(far: Dispatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_dask, "code", lambda: "another")
    users(tmp_path, "a", "b")
    with pytest.raises(DaskError, match="all workers need the very same scanner"):
        scan(Options(directory=tmp_path), Roots(dispatch=far))


def test_workers_that_see_other_files(far: Dispatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = on_dask.look
    monkeypatch.setattr(on_dask, "look", lambda task: b"x" if task.root.path == "a" else real(task))
    users(tmp_path, "a", "b")
    found = scan(Options(directory=tmp_path), Roots(dispatch=far))
    assert [(one.summary, one.span.path) for one in found.errors] == [("Root not scanned", "a")]
    assert "does not see the same files" in found.errors[0].detail
    assert [one.definition.root for one in found.principals] == ["b"]


def test_no_certificate_no_connection(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_dask, "PATIENCE", 1.0)
    users(tmp_path, "a")
    before = set(threading.enumerate())
    with (
        dask.config.set({"distributed.comm.tls.ca-file": None, "distributed.comm.tls.client.cert": None}),
        pytest.raises(UsageError, match="certificates are given by Dask's own configuration"),
    ):
        scan(Options(directory=tmp_path, dask=address))
    assert set(threading.enumerate()) <= before  # what is not closed is collected, in whichever thread, and locks
    with pytest.raises(UsageError, match="cannot be used"):
        scan(Options(directory=tmp_path, dask=address.replace("tls://", "tcp+insecure://")))


def test_an_interrupt_leaves_no_worker(tmp_path: Path) -> None:
    """On a terminal it goes to all processes of the group."""
    users(tmp_path, "a", "b", "c")
    command = [sys.executable, "-m", "scanner", "--no-cache", "--dask", "local", "--jobs", "2"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    begun = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    workers: list[psutil.Process] = []
    while len(workers) < WORKERS:
        assert begun.poll() is None
        time.sleep(0.05)
        below = psutil.Process(begun.pid).children(recursive=True)
        workers = [one for one in below if "spawn_main" in str(one.cmdline())]
    os.killpg(begun.pid, signal.SIGINT)
    _, said = begun.communicate(timeout=20)
    assert begun.returncode == 130
    assert not said
    _, alive = psutil.wait_procs(workers, timeout=5)
    assert not alive
