"""Workers that take their time, for tests."""

from __future__ import annotations

import time
from multiprocessing.connection import Connection

from scanner.work import worker
from scanner.work.assessor import Assessor
from scanner.work.outcome import Task

answer = worker.answer


def slow(assess: Assessor, task: Task, *, keeps: bool) -> bytes:
    """As the real one, after a minute."""
    (task.root.boundary / "begun").touch()
    time.sleep(60)
    return answer(assess, task, keeps=keeps)


def serve(pipe: Connection, terms: bytes, keeps: bool) -> None:
    """Work slowly."""
    worker.answer = slow
    worker.serve(pipe, terms, keeps)
