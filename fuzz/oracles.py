"""What holds of every input: nothing is raised, it ends in time, takes no memory to speak of, and is the same again."""

from __future__ import annotations

import resource
import signal
import sys
import traceback
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from fuzz.target import Target
from scanner.work.assessor import RECURSION_LIMIT

SCANNER = str(Path(__file__).parent.parent / "scanner")
MAX_GROWTH = 256 * 1024
"""KiB by which one input may raise the most memory that the process has ever had."""
AGAIN = 16
"""One input of so many is read twice."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What did not hold."""

    kind: str
    """``raised``, ``slow``, ``memory`` or ``differs``."""
    place: str
    """The innermost line of the scanner that had a part in it; with the kind, what tells faults apart."""
    detail: str

    def __str__(self) -> str:
        return f"{self.kind} at {self.place}\n{self.detail}"


class TooLongError(BaseException):
    """The time is over. No handler of ordinary errors stops it."""


def fault(target: Target, data: bytes) -> Fault | None:
    """What is wrong with how a target reads an input. What is slow once is tried again: a cache may have been empty."""
    sys.setrecursionlimit(RECURSION_LIMIT)  # a scan raises it
    found = _fault(target, data)
    return _fault(target, data) if found is not None and found.kind == "slow" else found


def _fault(target: Target, data: bytes) -> Fault | None:
    before = _most_memory()
    try:
        with _time(target.seconds + target.seconds_per_byte * len(data)):
            result = target.read(data)
            if zlib.crc32(data) % AGAIN == 0 and target.read(data) != result:
                return Fault("differs", target.name, "the second run gives another result")
    except TooLongError as problem:
        return Fault("slow", _place(problem), _told(problem))
    except Exception as problem:  # noqa: BLE001 # whatever it is, it is what is looked for
        return Fault("raised", f"{type(problem).__name__} {_place(problem)}", _told(problem))
    grown = _most_memory() - before
    return Fault("memory", target.name, f"{grown} KiB more") if grown > MAX_GROWTH else None


def _most_memory() -> int:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // 1024 if sys.platform == "darwin" else most


@contextmanager
def _time(seconds: float) -> Iterator[None]:
    """Raises ``TooLongError`` where the processor has worked for so long."""

    def over(_number: int, _frame: FrameType | None) -> None:
        raise TooLongError(f"more than {seconds:.2f} seconds")

    previous = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, previous)


def _place(problem: BaseException) -> str:
    frames = traceback.extract_tb(problem.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(SCANNER)]
    found = (ours or frames)[-1]
    return f"{Path(found.filename).relative_to(Path(SCANNER).parent) if ours else found.filename}:{found.lineno}"


def _told(problem: BaseException) -> str:
    lines = traceback.format_exception(problem)
    return "".join([*lines[:5], "…\n", *lines[-25:]] if len(lines) > 30 else lines)
