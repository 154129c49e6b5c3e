"""The command in a process of its own, as its users start it, but without a second of imports for each.

One process for each worker of the tests imports the scanner, and forks whenever a scan is wanted: what a scan does
with its streams, its memory and its exit status is real. There is one more for each way that Python itself is told to
start, by the variables that it looks at.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import scanner
from tests.scans import ROOT

Done = subprocess.CompletedProcess[bytes]
SECONDS = 60
OF_PYTHON = ("LANG", "LC_", "PYTHON")
"""Beginnings of the names of variables that say how Python starts."""
NOBODY = "|"
"""In place of a file: a pipe whose other end is closed."""


def started(arguments: Sequence[str], directory: Path, environment: Mapping[str, str], given: bytes = b"") -> Done:
    """What comes of ``python -m scanner``."""
    command = [sys.executable, "-m", "scanner", *arguments]
    environment = {**environment, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=directory, env=environment, input=given, capture_output=True, check=False, timeout=SECONDS
    )


def forked(
    arguments: Sequence[str],
    directory: Path,
    environment: Mapping[str, str],
    given: bytes = b"",
    printed_to: str | None = None,
) -> Done:
    """The same, of a process that has the scanner imported when it begins, and may print to another file."""
    with TemporaryDirectory() as folder:
        read, printed, said = (Path(folder, name) for name in ("stdin", "stdout", "stderr"))
        read.write_bytes(given)
        request = {
            "arguments": list(arguments),
            "directory": str(directory.absolute()),
            "environment": dict(environment),
            "files": [str(read), printed_to or str(printed), str(said)],
        }
        server = _server(tuple(sorted(one for one in environment.items() if one[0].startswith(OF_PYTHON))))
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(os.fsencode(json.dumps(request, ensure_ascii=False)) + b"\n")
        server.stdin.flush()
        status = int(server.stdout.readline())
        return Done([*arguments], status, printed.read_bytes() if printed_to is None else b"", said.read_bytes())


@cache
def _server(of_python: tuple[tuple[str, str], ...]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.command"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(OF_PYTHON)} | dict(
        of_python
    )
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    atexit.register(server.communicate)
    return server


def _serve() -> None:
    """Returns in a new process for each request, which has the streams, directory and arguments that it asks for."""
    while request := _line():
        child = os.fork()
        if not child:
            _become(**json.loads(os.fsdecode(request)))  # as Python itself reads arguments
            return
        _, status = os.waitpid(child, 0)
        os.write(1, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    sys.exit()


def _line() -> bytes:
    """The next request, past Python's own stream, which is left to those who are forked."""
    line = b""
    while not line.endswith(b"\n") and (more := os.read(0, 1 << 16)):
        line += more
    return line


def _become(arguments: list[str], directory: str, environment: dict[str, str], files: list[str]) -> None:
    signal.alarm(SECONDS)
    for number, file in enumerate(files):
        os.dup2(_opened(file, os.O_WRONLY | os.O_CREAT if number else os.O_RDONLY), number)
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[1:] = arguments


def _opened(file: str, flags: int) -> int:
    if file != NOBODY:
        return os.open(file, flags)
    reader, writer = os.pipe()
    os.close(reader)
    return writer


if __name__ == "__main__":
    for module in pkgutil.walk_packages(scanner.__path__, "scanner."):
        if not module.name.endswith(".__main__"):
            importlib.import_module(module.name)
    from scanner.__main__ import main

    _serve()
    main()
