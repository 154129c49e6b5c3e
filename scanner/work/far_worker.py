"""What a worker on another machine does: bytes in, bytes out, with nothing of Dask in it.

It is handed a function by its name, which it imports from its own installation, and bytes of the codec. It works on the
files that it sees itself, so it has to see the same.
"""

from __future__ import annotations

import socket
import threading
from functools import cache, lru_cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from scanner import file_system
from scanner.diagnostic import error
from scanner.looks import noted
from scanner.session import session
from scanner.span import Span
from scanner.triage.comments import may_ask
from scanner.work import worker
from scanner.work.assessor import Assessor
from scanner.work.codec import decode, encode, sealed, unsealed
from scanner.work.outcome import Outcome, Task, Terms

_MAX_BYTES = 64 * 1024 * 1024
_OURS = (".py", ".yaml", ".json")
_ONE_AT_A_TIME = threading.Lock()


class OtherVersionError(Exception):
    """Another scanner is installed here. The text says where and which."""


def work(expected: str, keeps: bool, terms: bytes, chunk: bytes) -> bytes:
    """The answers to the tasks of a chunk, sealed, in their order. Raises ``OtherVersionError``."""
    if expected != code():
        raise OtherVersionError(f"{socket.gethostname()} has {installed()}")
    answers: list[bytes] = []
    with _ONE_AT_A_TIME, session(), noted(is_exact=keeps, seek=may_ask):
        assess = _assessor(terms)
        parts = iter(unsealed(chunk))
        for written, seen in zip(parts, parts, strict=True):
            task = decode(written, Task)
            if look(task) != seen:
                answers.append(sealed([encode(_not_seen(task)), b""]))
            else:
                answers.append(worker.answer(assess, task, keeps=keeps))
    return sealed(answers)


def look(task: Task) -> bytes:
    """What tells whether two machines see the same at the place of a root: names and sizes there, no contents."""
    place = task.root.location
    names = [f"{one.name}{one.is_directory}{one.is_link}" for one in file_system.entries_if_any(place)]
    seen = "\0".join((str(file_system.size(place)), *names))
    return blake2b(seen.encode(errors="surrogatepass"), digest_size=8).digest()


def _not_seen(task: Task) -> Outcome:
    detail = (
        f"The worker on {socket.gethostname()} does not see the same files there. "
        "All workers need the file system that the scan was started on, at the same path."
    )
    return Outcome(diagnostics=(error("Root not scanned", detail, Span.whole_file(task.root.path)),))


@lru_cache(maxsize=4)
def _assessor(terms: bytes) -> Assessor:
    return Assessor(decode(terms, Terms))


@cache
def code() -> str:
    """A digest of the scanner's code and data, wherever it is installed: the same only where outcomes are."""
    package = Path(__file__).parent.parent
    found = blake2b(digest_size=16)
    for file in sorted(_files(package), key=lambda one: one.relative_to(package).as_posix()):
        found.update(f"{file.relative_to(package).as_posix()}\0".encode())
        found.update(file_system.content(file, _MAX_BYTES))
    return found.hexdigest()


def installed() -> str:
    """The version of the scanner here, as people know it."""
    try:
        return version("aws-login-scan")
    except PackageNotFoundError:
        return "one that is not installed"


def _files(directory: Path) -> list[Path]:
    found: list[Path] = []
    for entry in file_system.listed(directory):
        if entry.is_directory and entry.name != "__pycache__":
            found += _files(directory / entry.name)
        elif entry.name.endswith(_OURS):
            found.append(directory / entry.name)
    return found
