"""Has repositories fetched by the user's own command: the scanner itself stays off the network.

The command is words, never a line for a shell, and no word of it comes from a manifest by itself: ``{git}``,
``{commit}`` and ``{directory}`` in a word stand for the item's address, its commit and the directory that is to be
filled. The same are in the environment, and the whole item is JSON on standard input. What the command prints last is
the directory, if it prints anything.

A directory counts once its command has succeeded. What was interrupted is removed, so that it is fetched again.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import IO

from scanner import file_system
from scanner.escape import visible
from scanner.organization.item import Item, ItemError, Mirror
from scanner.regexes import anywhere
from scanner.writing import make_private_directory, remove_tree, replace

SECONDS = 600.0
"""For one command."""
AT_ONCE = 8
"""Commands: they wait for others most of the time."""
_TAIL = 2_000
"""Bytes of what a command says that are told."""
_MOST_PRINTED = 65_536
_PLACES = ("git", "commit", "directory")
_PLACE = anywhere(r"\{(git|commit|directory)\}")
_CREDENTIALS = anywhere(r"://[^/@\s]*+@")
_DONE = "done"
_BEGINNING = "AWS_LOGIN_SCAN_"


class CommandError(Exception):
    """The command is not as it must be. The message is a clause."""


def words_of(command: str) -> tuple[str, ...]:
    """The words of a command. Raises ``CommandError``."""
    try:
        words = tuple(shlex.split(command))
    except ValueError as problem:
        raise CommandError(f"its quotation marks do not match ({problem})") from problem
    if not words:
        raise CommandError("it is empty")
    return words


@contextmanager
def checkouts(kept: Path | None) -> Iterator[Path]:
    """The directory for what is fetched: one that stays, or one for the time of a scan."""
    with ExitStack() as stack:
        if kept is None:
            yield Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="aws-login-scan-")))
            return
        place = kept / "repositories"
        try:
            make_private_directory(str(place))
        except OSError as problem:
            raise CommandError(f"{place}: {file_system.why(problem)}") from problem
        yield place


class Fetching:
    """Runs the command for items. Closing it, or an interrupt, ends all that are running."""

    def __init__(self, words: Sequence[str], place: Path, seconds: float = SECONDS) -> None:
        self._words = tuple(words)
        self._place = place
        self._seconds = seconds
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._is_over = False

    def fetched(self, items: Iterable[Item]) -> Iterator[tuple[Item, Path | ItemError]]:
        """Each item with the directory that it is in, or with what went wrong, as they are done."""
        pool = ThreadPoolExecutor(AT_ONCE)
        try:
            left: set[Future[tuple[Item, Path | ItemError]]] = {pool.submit(self._one, item) for item in items}
            while left:
                done, left = wait(left, return_when=FIRST_COMPLETED)
                for one in done:
                    yield one.result()
        finally:
            self._is_over = True
            with self._lock:
                for process in self._running:
                    _end(process)
            pool.shutdown(cancel_futures=True)

    def _one(self, item: Item) -> tuple[Item, Path | ItemError]:
        assert isinstance(item.place, Mirror)  # noqa: S101 # nothing else is fetched
        key = blake2b("\0".join((*self._words, item.place.git, item.place.commit)).encode(), digest_size=16).hexdigest()
        place = self._place / key
        try:
            known = _directory_in(place / _DONE)
            return item, known if known is not None else self._fetch(item, item.place, place)
        except ItemError as problem:
            return item, problem
        except OSError as problem:
            return item, ItemError(f"the command cannot be run: {file_system.why(problem)}")

    def _fetch(self, item: Item, mirror: Mirror, place: Path) -> Path:
        remove_tree(place)
        make_private_directory(str(place))
        directory = place / os.urandom(4).hex()  # no other: a command that outlived its scan may be at work there
        values = dict(zip(_PLACES, (mirror.git, mirror.commit, str(directory)), strict=True))
        printed = self._run(item, values, place)
        found = Path(os.path.abspath(printed)) if printed else directory  # noqa: PTH100 # lexical
        if not file_system.is_directory(found):
            raise ItemError(f'the command has succeeded, but "{found}" is not a directory')
        replace(place / _DONE, os.fsencode(found), made=0o600)
        return found

    def _run(self, item: Item, values: Mapping[str, str], place: Path) -> str:
        """Have the command do it. Gives what it prints last."""
        words = [_PLACE.sub(lambda found: values[found[1]], word) for word in self._words]
        environment = {f"{_BEGINNING}{name.upper()}": value for name, value in values.items()}
        given = {"name": item.name, "account": item.account, "region": item.region, **values}
        asked = json.dumps({name: value for name, value in given.items() if value is not None}).encode()
        with ExitStack() as stack:
            printed, said = (stack.enter_context(tempfile.TemporaryFile(dir=place)) for _ in range(2))
            with self._lock:
                if self._is_over:
                    raise ItemError("the scan was ended")
                process = subprocess.Popen(  # noqa: S603 # the user's own words
                    words,
                    stdin=subprocess.PIPE,
                    stdout=printed,
                    stderr=said,
                    env={**os.environ, **environment},
                    start_new_session=True,
                )
                self._running.add(process)
            try:
                process.communicate(asked, timeout=self._seconds)
            except subprocess.TimeoutExpired as problem:
                raise ItemError(f"the command took more than {self._seconds:g} seconds{_tail(said)}") from problem
            finally:
                with self._lock:
                    self._running.discard(process)
                _end(process)
                process.wait()
            if process.returncode != 0:
                raise ItemError(f"the command {_ended(process.returncode)}{_tail(said)}")
            return os.fsdecode(_last_line(printed))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a command with all that it has started, if it has not ended."""
    if process.poll() is not None:
        return
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _ended(status: int) -> str:
    return f"failed with status {status}" if status > 0 else f"was ended by signal {-status}"


def _tail(said: IO[bytes]) -> str:
    """What was said last, as the end of a sentence."""
    text = visible(" ".join(_end_of(said, _TAIL).decode("utf-8", "replace").split()))
    return f": {_CREDENTIALS.sub('://', text)}" if text else ""


def _last_line(printed: IO[bytes]) -> bytes:
    return next((line.strip() for line in reversed(_end_of(printed, _MOST_PRINTED).splitlines()) if line.strip()), b"")


def _end_of(file: IO[bytes], most: int) -> bytes:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - most))
    return file.read()


def _directory_in(done: Path) -> Path | None:
    """The directory that was fetched, if it is still there."""
    try:
        found = Path(os.fsdecode(file_system.content(done, _MOST_PRINTED, follow=False)))
    except (OSError, ValueError, file_system.NotRegularError, file_system.TooLargeError):
        return None
    return found if file_system.is_directory(found) else None
