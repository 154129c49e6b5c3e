"""Where the commands begin: an interrupt or a closed pipe ends the program quietly, from its first import on."""

from __future__ import annotations

import gc
import os
import sys

INTERRUPTED = 130


def main() -> None:
    """Run ``scan``, and exit with its status."""
    gc.set_threshold(50_000, 20, 100)  # almost nothing that a scan makes goes in circles: looking for some took a fifth
    try:
        status = _plainly()
        if status is None:
            from scanner.cli import app

            app()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.stderr.flush()
        os._exit(INTERRUPTED)  # at once: nothing is open that would have to be closed
    except BrokenPipeError:
        # Whoever read our output has seen enough. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
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

        sys.stdout.write(f"scan {__version__}\n")
        sys.stdout.flush()
        return 0
    from scanner.commands.command import ArgumentError, run

    try:
        return run(values, order)
    except ArgumentError:
        return None
    except KeyboardInterrupt:
        return INTERRUPTED  # as Typer has it


if __name__ == "__main__":
    main()
