"""Workers that die, for tests: what they are told to do is in the names of roots."""

from __future__ import annotations

import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path

from scanner.work import worker
from scanner.work.assessor import Assessor
from scanner.work.outcome import Task

answer = worker.answer


def dying(assess: Assessor, task: Task, *, keeps: bool) -> bytes:
    """As the real one, but at some roots the process is killed: each time, or the first time."""
    root = task.root
    if "dies" in root.path or ("stumbles" in root.path and _is_first(root.location)):
        os.kill(os.getpid(), signal.SIGKILL)
    return answer(assess, task, keeps=keeps)


def _is_first(place: Path) -> bool:
    try:
        (place / "stumbled").touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def serve(pipe: Connection, terms: bytes, keeps: bool) -> None:
    """Work until killed."""
    worker.answer = dying
    worker.serve(pipe, terms, keeps)


def unsaid(assess: Assessor, task: Task, *, keeps: bool) -> bytes:
    """No bytes."""
    del assess, task, keeps
    return b""


def never_ready(pipe: Connection, terms: bytes, keeps: bool) -> None:
    """A worker that cannot even begin."""
    del pipe, terms, keeps
    os._exit(1)


def wordless(pipe: Connection, terms: bytes, keeps: bool) -> None:
    """A worker that finds no bytes for anything."""
    worker.answer = unsaid
    worker.serve(pipe, terms, keeps)
