"""Where the commands begin, and how they end where it is not for them to say: each quietly, or with one line.

What Python would make of an interrupt, a closed pipe or a full disk is a traceback, from its first import to its exit.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn

from scanner.streams import StreamError, guard, say, show

INTERRUPTED = 130
"""As shells have it: 128 and the number of the signal, here and below."""
CLOSED_PIPE = 141
NOT_DONE = 2


def main() -> None:
    """Run ``scan``, and exit with its status."""
    # Little that a scan makes goes in circles, but for root modules, which are done with as a whole: looking for some
    # took a fifth. Most of what is new is gone again before it is looked at, and the rest is looked at once.
    gc.set_threshold(1_000_000, 50, 100)
    guard()
    try:
        try:
            status = _plainly()
            if status is None:
                from scanner.cli import app

                app()
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        _exit(INTERRUPTED)
    except StreamError as wrong:
        if wrong.is_closed_pipe:
            _exit(CLOSED_PIPE)
        from scanner.file_system import why

        say(f"scan: standard output: {why(wrong.problem)}")
        _exit(NOT_DONE)
    except Exception as problem:  # a bug of ours; Python's own status for it would mean that something was found
        if "--debug" in sys.argv:
            raise
        from scanner.commands.messages import tell

        tell(f"internal error: {type(problem).__name__}: {problem} (--debug shows where)")
        _exit(NOT_DONE)
    gc.freeze()  # what is still there goes with the process, and nobody has to look for circles in it before
    sys.exit(status)


def _plainly() -> int | None:
    """The exit status of what usual arguments ask for; None for those that Typer has to read, or to refuse."""
    from scanner.plain_arguments import read

    given = read(sys.argv[1:], os.environ) if os.name != "nt" else None
    if given is None:
        return None
    values, order = given
    if values["version"]:
        from scanner import __version__

        show(f"scan {__version__}\n")
        return 0
    from scanner.commands.command import ArgumentError, run

    try:
        return run(values, order)
    except ArgumentError:
        return None


def _exit(status: int) -> NoReturn:
    """At once: nothing is open that would have to be closed, and what is left to print cannot be."""
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
