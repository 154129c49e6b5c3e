"""Where the commands begin: an interrupt or a closed pipe ends the program quietly, from its first import on."""

from __future__ import annotations

import os
import sys

INTERRUPTED = 130


def main() -> None:
    """Run ``scan``, and exit with its status."""
    try:
        from scanner.cli import app

        app()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.stderr.flush()
        os._exit(INTERRUPTED)  # at once: nothing is open that would have to be closed
    except BrokenPipeError:
        # Whoever read our output has seen enough. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
