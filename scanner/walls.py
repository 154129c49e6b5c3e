"""The last walls around the work on one root, beside its budget: processor time and memory.

The budget counts what is known to multiply, and ends alike everywhere. What nobody has thought of, or what a library
does, meets these. They are far away from what any repository needs, and what ends at one is not kept.

They are for the process that does nothing else, the command and its workers: signals and limits belong to whoever runs
the program. Where an operating system has none of them, there are none.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from scanner.budget import BudgetSpentError, current
from scanner.chance import by_chance

SECONDS = 300
"""Of processor time for one root. The largest roots of public repositories take ten."""
_AGAIN = 10
"""Seconds after which what has not ended by itself is ended."""
MEMORY = 4 * 1024**3
"""Bytes of data of one process."""
MEMORY_FOR_MANY = 16 * 1024**3
"""The same where one process puts together what many repositories come to."""

_TIME = f"the root takes more than {SECONDS} seconds"
NO_MEMORY = "the root takes more memory than there is"

_raised = False


def raise_walls(memory: int = MEMORY) -> None:
    """Put them up for this process, for good. Limits that are there already are only lowered."""
    _limit_memory(memory)
    _watch_time()


@contextmanager
def walled(seconds: float = SECONDS, again: float = _AGAIN) -> Iterator[None]:
    """The work on one root, which gets so much time: then its budget is taken for spent."""
    if not _raised:
        yield
        return
    import signal

    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, again)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _limit_memory(memory: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if soft == resource.RLIM_INFINITY or soft > memory:
        try:
            resource.setrlimit(resource.RLIMIT_DATA, (memory, hard))
        except (ValueError, OSError):
            return  # the system does not let us; then there is none


def _watch_time() -> None:
    global _raised  # noqa: PLW0603 # a signal has one handler in a process
    import signal
    import threading

    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return
    if signal.getsignal(signal.SIGVTALRM) is signal.SIG_DFL:
        signal.signal(signal.SIGVTALRM, lambda *_: time_is_up())
        _raised = True


def time_is_up() -> None:
    """Whoever spends the next step is told first; who has spent none since the last time is interrupted."""
    by_chance("time")
    budget = current()
    if budget is None:
        return
    if budget.is_spent:
        raise BudgetSpentError(_TIME, budget.place)
    budget.end(_TIME)
