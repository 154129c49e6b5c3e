"""Runs a command and says what it took: seconds of the processor, of the clock, and memory.

Between the runner and what it measures stands a small process (this file, run as a script), since a process begins with
the peak memory of the one that started it. It adopts what the command leaves behind, so that processes which a server
of theirs has started count as well.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

_ADOPT_ORPHANS = 36
"""``PR_SET_CHILD_SUBREAPER`` of Linux; elsewhere orphans are not counted."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one run took."""

    cpu: float
    """Seconds of the processor, user and system, of the process and all that it started."""
    wall: float
    peak: int
    """Bytes of memory, of the largest of the processes."""
    status: int


def measure(command: list[str], directory: Path, output: Path, environment: dict[str, str]) -> Measurement:
    """Run a command in a directory, its standard output into a file, what it says on the other channel beside it."""
    run = [sys.executable, "-I", __file__, str(output), *command]
    found = subprocess.run(run, cwd=directory, env=environment, check=True, stdout=subprocess.PIPE)
    return Measurement(**json.loads(found.stdout))


def _main() -> None:
    output, *command = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_ADOPT_ORPHANS, 1, 0, 0, 0)
    with Path(output).open("wb") as found, Path(f"{output}.err").open("wb") as said:
        started = time.perf_counter()
        status = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=found, stderr=said, check=False).returncode
        wall = time.perf_counter() - started
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    unit = 1 if sys.platform == "darwin" else 1024
    print(
        json.dumps(
            {"cpu": usage.ru_utime + usage.ru_stime, "wall": wall, "peak": usage.ru_maxrss * unit, "status": status}
        )
    )


if __name__ == "__main__":
    _main()
