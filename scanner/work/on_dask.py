"""Roots on the workers of a Dask cluster: bytes go there and bytes come back (``far_worker``).

Dask has the scheduler, and retries what was lost with a worker until it takes the task for the culprit. What it gives
up is divided, tried again, and at last tried alone: so one root at which workers die is known, and all others are done.

Whoever may talk to a scheduler may run code on its workers and is trusted by it, so a connection is encrypted and both
sides have certificates, unless the user says otherwise with the address.
"""

from __future__ import annotations

import gc
import logging
import os
import warnings
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from typing import Any

from scanner.dask_address import INSECURE, LOCAL
from scanner.work.codec import CodecError, decode, sealed, unsealed
from scanner.work.far_worker import OtherVersionError, code, installed, look, work
from scanner.work.outcome import Task
from scanner.work.processes import CHUNKS, Crew, chunks, uninterrupted, without_main
from scanner.work.roots import Dispatch

PATIENCE = 60.0
"""Seconds to wait for a scheduler, for its first worker, and for one that comes back when all are lost."""
MOST_OF_A_CHUNK = 500
"""Roots, so that little is done twice where a worker is lost."""


class DaskError(Exception):
    """The cluster cannot be used. The message is a clause."""


@contextmanager
def cluster(address: str, jobs: int) -> Iterator[Dispatch]:
    """What has roots worked on there, while it is connected. ``jobs`` is how many workers are ``local``.

    Raises ``DaskError``, as what it gives does.
    """
    try:
        import distributed as library
    except ImportError as problem:
        raise DaskError("Dask is not installed: pip install 'aws-login-scan[dask]'") from problem
    distributed: Any = library
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters of it is in the report
    with ExitStack() as stack:
        try:
            security = distributed.Security(require_encryption=True) if not address.startswith(INSECURE) else None
            where: Any = address.replace(INSECURE, "tcp://", 1)
            if address == LOCAL:
                security = distributed.Security.temporary()
                where = stack.enter_context(_on_this_machine(distributed, security, jobs))
            client = stack.enter_context(_client(distributed, where, security))
            client.wait_for_workers(1, timeout=PATIENCE)
        except (OSError, TimeoutError, ValueError, TypeError, RuntimeError, ImportError) as problem:
            raise DaskError(f"{address} cannot be used: {str(problem).rstrip('.')}{_hint(address)}") from problem
        yield _Far(distributed, client)


def _hint(address: str) -> str:
    if not address.startswith("tls:"):
        return ""
    return "; certificates are given by Dask's own configuration, distributed.comm.tls"


@contextmanager
def _on_this_machine(distributed: Any, security: Any, jobs: int) -> Iterator[Any]:
    """Workers of our own. Others on the machine cannot connect: the keys are made for this scan, and kept in memory."""
    import dask

    # One death is enough to divide a chunk, and nobody is to look at the scheduler.
    settings = {f"distributed.{name}": value for name, value in _SETTINGS.items()}
    if os.name == "posix":
        from multiprocessing import resource_tracker

        resource_tracker.ensure_running()  # which lets interrupts through again, in the thread that has it started
    with ExitStack() as stack:
        stack.callback(gc.collect)  # which takes semaphores away, before the process ends without a word
        with dask.config.set(settings), uninterrupted(), without_main(), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Port [0-9]+ is already in use")  # then it is another, as it should be
            made = distributed.LocalCluster(
                n_workers=jobs,
                threads_per_worker=1,
                host="127.0.0.1",
                protocol="tls://",
                security=security,
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
            )
            stack.callback(made.close)
        yield made


_SETTINGS: dict[str, Any] = {
    "scheduler.allowed-failures": 0,
    "scheduler.http.routes": [],
    "worker.http.routes": [],
}


@contextmanager
def _client(distributed: Any, where: Any, security: Any) -> Iterator[Any]:
    class Client(distributed.Client):  # type: ignore[misc] # Dask has no types
        """Closed at once where it cannot connect.

        Otherwise the collector closes it, maybe in the thread that the next one starts, and each waits for the other.
        """

        def start(self, **given: Any) -> None:
            try:
                super().start(**given)
            except BaseException:
                self.close()
                raise

    client = Client(where, security=security, timeout=PATIENCE, set_as_default=False)
    try:
        yield client
    finally:
        client.close()


class _Far:
    """A ``Dispatch``."""

    def __init__(self, distributed: Any, client: Any) -> None:
        self._distributed = distributed
        self._client = client
        self._names = count()

    def __call__(self, crew: Crew, tasks: Sequence[tuple[bytes, int]]) -> Iterator[tuple[int, bytes | None]]:
        """The answer to each task with its number, as they come; None for one at which workers die."""
        threads = max(1, sum(self._client.nthreads().values()))
        number = max(CHUNKS * threads, -(-len(tasks) // MOST_OF_A_CHUNK))
        parts = list(chunks([size for _, size in tasks], number))
        lost = yield from self._round(crew, tasks, parts)
        lost = yield from self._round(crew, tasks, [(one,) for one in lost])
        for one in lost:  # alone, so that nobody dies of another's
            for culprit in (yield from self._round(crew, tasks, [(one,)])):
                yield culprit, None

    def _round(
        self, crew: Crew, tasks: Sequence[tuple[bytes, int]], parts: Sequence[Sequence[int]]
    ) -> Generator[tuple[int, bytes], None, list[int]]:
        """Gives the tasks that were lost with a worker."""
        if not parts:
            return []
        lost: list[int] = []
        handed = {self._submit(crew, [tasks[number][0] for number in part]): part for part in parts}
        try:
            for future, result in self._done(handed):
                part = handed.pop(future)
                answers = self._answers(future, result, len(part))
                if answers is None:
                    lost += part
                else:
                    yield from zip(part, answers, strict=True)
        finally:
            if handed:
                with suppress(Exception):  # nobody wants it any more; whoever is not there any more has no work to end
                    self._client.cancel(list(handed), force=True)
        return sorted(lost)

    def _done(self, handed: Mapping[Any, Sequence[int]]) -> Iterator[tuple[Any, Any]]:
        """What is done of that, with what came of it, until there is nothing left. Whoever asks takes it away."""
        while handed:
            done = self._distributed.as_completed(
                list(handed), loop=self._client.loop, with_results=True, raise_errors=False, timeout=PATIENCE
            )
            try:
                yield from done
            except TimeoutError as problem:
                if not self._client.nthreads():
                    raise DaskError("no worker is left, and none has come back") from problem

    def _submit(self, crew: Crew, written: Sequence[bytes]) -> Any:
        parts = [part for task in written for part in (task, look(decode(task, Task)))]
        name = f"aws-login-scan-{next(self._names)}-{id(self)}"
        return self._client.submit(work, code(), crew.keeps, crew.terms, sealed(parts), key=name, pure=False)

    def _answers(self, future: Any, result: Any, number: int) -> list[bytes] | None:
        """The answers to a chunk, empty ones where they cannot be said; None if it was lost with a worker."""
        if future.status == "finished":
            try:
                answers = unsealed(result)
            except (CodecError, TypeError):
                answers = []
            return answers if len(answers) == number else [b""] * number
        problem = future.exception() if future.status == "error" else None
        if isinstance(problem, self._distributed.scheduler.KilledWorker):
            return None
        if isinstance(problem, OtherVersionError):
            raise DaskError(f"all workers need the very same scanner, {installed()} with these files: {problem}")
        if problem is None:
            raise DaskError("the scheduler does not answer any more")
        for each in (problem, problem.__cause__):
            if isinstance(each, ImportError | AttributeError):
                raise DaskError(f"all workers need the scanner, {installed()}: {each}")
        return [b""] * number
