"""Workers of a cluster that die, for tests: what they are told to do is in the names of roots."""

from __future__ import annotations

import os
import time

from scanner.work import far_worker, worker
from scanner.work.assessor import Assessor
from scanner.work.outcome import Task
from tests.work.dying_workers import answer, dying


def sleeping(assess: Assessor, task: Task, *, keeps: bool) -> bytes:
    """As ``dying``, but at one root the process says which one it is, and waits to be killed, the first time."""
    place = task.root.location / "asleep"
    if "sleeps" in task.root.path and not place.exists():
        place.write_text(str(os.getpid()))
        time.sleep(60)
    return dying(assess, task, keeps=keeps)


def work(expected: str, keeps: bool, terms: bytes, chunk: bytes) -> bytes:
    """Work until killed."""
    worker.answer = sleeping
    try:
        return far_worker.work(expected, keeps, terms, chunk)
    finally:
        worker.answer = answer
