"""Roots in several processes.

A worker is handed a chunk of tasks and sends each outcome as soon as it has it, so when it dies (killed, out of memory)
it is known which root it was at. That root is tried once more, alone; if a worker dies at it again, its outcome is an
error. All others go on. Tasks and outcomes travel as bytes (``scanner.work.codec``).
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import field
from importlib import import_module
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from types import ModuleType

from scanner.diagnostic import error
from scanner.lazy_dataclass import dataclass
from scanner.span import Span
from scanner.work.codec import sealed
from scanner.work.outcome import Outcome, Task

Serve = Callable[[Connection, bytes, bool], None]
"""What a worker does: it says with empty bytes that it is ready, then answers each task of the lists that it gets."""

CHUNKS = 8
"""For each worker: the smaller they are, the less one worker has to wait for another in the end."""


_AHEAD = 2
"""How many tasks a worker may still have when it gets more, so that it need not wait for them."""
_SMALL = 32_768 if sys.platform == "linux" else 0
"""Bytes of a chunk that fit into a pipe: nobody waits until they are read by one who waits until answers are."""


class StartError(Exception):
    """Workers cannot be started here."""


@dataclass(frozen=True, slots=True)
class Crew:
    """What workers are made of."""

    serve: Serve
    terms: bytes
    keeps: bool = False
    """What ``serve`` is given."""
    jobs: int = 2
    imports: tuple[str, ...] = ()
    """Modules that every worker needs."""


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    is_ready: bool = False
    at: deque[int] = field(default_factory=deque)
    """The numbers of the tasks that it has been handed and has not answered."""


def in_processes(crew: Crew, tasks: Sequence[tuple[bytes, int]]) -> Iterator[tuple[int, bytes | None]]:
    """The answer to each task with its number, as they come; None for one at which workers die.

    A task is bytes, with how much work it is. An interrupt, or closing the iterator, ends the workers at once. Raises
    ``StartError``.
    """
    waiting = chunks([size for _, size in tasks], crew.jobs * CHUNKS)
    suspected: set[int] = set()
    workers: list[_Worker] = []
    try:
        while waiting or any(worker.at for worker in workers):
            idle = [worker for worker in workers if not worker.at]
            while waiting and (idle or len(workers) < crew.jobs):
                _hand(idle.pop() if idle else _start(crew, workers), waiting.popleft(), tasks)
            for pipe in wait([worker.pipe for worker in workers if worker.at]):
                worker = next(one for one in workers if one.pipe is pipe)
                try:
                    answer = worker.pipe.recv_bytes()
                except (EOFError, OSError):
                    workers.remove(worker)
                    _end(worker)
                    yield from _after_death(worker, waiting, suspected)
                    continue
                if not worker.is_ready:
                    worker.is_ready = True
                    continue
                number = worker.at.popleft()
                if waiting and len(worker.at) <= _AHEAD and sum(len(tasks[one][0]) for one in waiting[0]) < _SMALL:
                    _hand(worker, waiting.popleft(), tasks)
                yield number, answer
    finally:
        for worker in workers:
            _end(worker)


def _after_death(
    worker: _Worker, waiting: deque[tuple[int, ...]], suspected: set[int]
) -> Iterator[tuple[int, bytes | None]]:
    """What was handed to a worker that died goes to others; the task that it was at only once, and alone."""
    if not worker.is_ready:
        raise StartError
    first, *rest = worker.at
    if rest:
        waiting.appendleft(tuple(rest))
    if first in suspected:
        yield first, None
    else:
        suspected.add(first)
        waiting.append((first,))


def chunks(sizes: Sequence[int], number: int) -> deque[tuple[int, ...]]:
    """The numbers of the tasks in chunks of about one size, neighbours together: they often share modules."""
    target = sum(sizes) / number
    found: list[tuple[int, tuple[int, ...]]] = []
    chunk: list[int] = []
    filled = 0
    for task, size in enumerate(sizes):
        if chunk and filled + size > target:
            found.append((filled, tuple(chunk)))
            chunk, filled = [], 0
        chunk.append(task)
        filled += size
    if chunk:
        found.append((filled, tuple(chunk)))
    found.sort(key=lambda one: -one[0])  # the largest first, so that nobody waits for it in the end
    return deque(tasks for _, tasks in found)


def start_method() -> str:
    """How workers are started here.

    A copy of this process is there at once, with everything that is imported. It may only be made where nothing else
    goes on in the process: on Linux, and without threads, whose locks nobody would ever release in the copy. Elsewhere
    a server of its own makes copies of itself, or each worker is a new interpreter.
    """
    if sys.platform == "linux" and threading.active_count() == 1:
        return "fork"
    return "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


def _context(imports: Sequence[str]) -> BaseContext:
    method = start_method()
    context = multiprocessing.get_context(method)
    if method == "fork":
        for name in imports:
            import_module(name)
    elif method == "forkserver":
        context.set_forkserver_preload([*imports])
    return context


def _start(crew: Crew, workers: list[_Worker]) -> _Worker:
    """One more worker. An interrupt meanwhile waits until it is one of the workers, which somebody ends."""
    context = _context(crew.imports)
    with uninterrupted(), without_main():
        try:
            ours, theirs = context.Pipe()
            process = context.Process(  # type: ignore[attr-defined] # every context has it
                target=crew.serve, args=(theirs, crew.terms, crew.keeps), daemon=True
            )
            process.start()
        except OSError as problem:
            raise StartError from problem
        theirs.close()
        workers.append(_Worker(process, ours))
    return workers[-1]


@contextmanager
def uninterrupted() -> Iterator[None]:
    """The new process has the same mask, so that an interrupt does not reach it before it says that it minds none."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def without_main() -> Iterator[None]:
    """A new process imports the program that started it, which may be anybody's; ours has no need of it."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _hand(worker: _Worker, chunk: Sequence[int], tasks: Sequence[tuple[bytes, int]]) -> None:
    worker.at.extend(chunk)
    try:
        worker.pipe.send_bytes(sealed([tasks[number][0] for number in chunk]))
    except OSError:
        return  # it has died, which is noticed when no answer comes


def _end(worker: _Worker) -> None:
    worker.pipe.close()
    worker.process.kill()
    worker.process.join()


def died(task: Task) -> Outcome:
    """The outcome of a root at which workers die."""
    detail = (
        "The process that worked on this root ended twice before it was done, as it does when memory is short. "
        "Scan the root by itself, with `--jobs 1`, to see more."
    )
    problem = error("Root not scanned", detail, Span.whole_file(task.root.path))
    return Outcome(diagnostics=(problem,))
