"""Measures a scan of an organization: ``python -m benchmarks.organization [--write] [--whole]``.

The machine may be busy with other things, so what counts are seconds of the processor. A smaller organization is
scanned by one process, by two, and by two workers of Dask. What its roots cost is fitted from single roots: so much
for each root and each byte in a worker; what is left for the process that puts everything together; so much for each
task of Dask. From these follow the times with any number of workers, and those with one and two can be held against
what was measured. ``--whole`` has the whole organization scanned, once.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.corpora.organization import MANIFEST
from benchmarks.generate import generate
from benchmarks.measure import Measurement, measure
from scanner.dask_address import LOCAL
from scanner.organization.request import Request
from scanner.organization.scan import scan_all
from scanner.report.csv import render
from scanner.work.assessor import Assessor
from scanner.work.codec import decode, encode
from scanner.work.on_dask import cluster
from scanner.work.outcome import Outcome, Task, Terms
from scanner.work.processes import Crew, chunks

PAGE = Path(__file__).parents[1] / "docs" / "organization.md"
SMALL = {"repositories": 100, "accounts": 25, "principals": 7_500}
WHOLE = {"repositories": 2_000, "accounts": 500, "principals": 150_000}
WORKERS = (1, 2, 8, 64)
_TASKS = 300
MEBIBYTE = 1024**2


class Costs(NamedTuple):
    """Seconds of the processor."""

    root: float
    byte: float
    """In a worker."""
    gathering: float
    """For each root, in the process that puts everything together."""
    task: float
    """For each task of Dask, there."""
    sent: float
    """Bytes that come back for each byte of input."""


class Size(NamedTuple):
    """How much there is."""

    roots: int
    bytes: int


def main() -> None:
    """Measure, print the tables, and write them if that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.organization", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write the tables of {PAGE.name}")
    parser.add_argument("--whole", action="store_true", help="scan the whole organization, too")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        small = Path(name, "small")
        generate("organization", small, **SMALL)
        measured = {f"{SMALL['principals']:,}, {how}": _scan(small, *options) for how, options in _WAYS.items()}
        costs, size = _costs(small)
        if chosen.whole:
            whole = Path(name, "whole")
            generate("organization", whole, **WHOLE)
            measured[f"{WHOLE['principals']:,}, two processes"] = _scan(whole, "--jobs", "2")
    scale = WHOLE["repositories"] / SMALL["repositories"]
    large = Size(int(size.roots * scale), int(size.bytes * scale))
    text = "\n".join([*_measurements(measured), "", *_model(costs, size, large)])
    print(text)
    if chosen.write:
        _replace(text)


_WAYS = {
    "one process": ("--jobs", "1"),
    "two processes": ("--jobs", "2"),
    "two workers of Dask": ("--jobs", "2", "--dask", LOCAL),
}


def _scan(place: Path, *options: str) -> Measurement:
    command = [sys.executable, "-m", "scanner", "--manifest", MANIFEST, "--no-cache", "--format", "csv", *options]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    found = measure(command, place, str(place.with_suffix(".csv")), environment)  # type: ignore[arg-type] # a path
    if found.status != 1:
        raise SystemExit(f"status {found.status}: {place.with_suffix('.csv.err').read_text(encoding='utf-8')}")
    return found


def _costs(place: Path) -> tuple[Costs, Size]:
    """What the parts cost, in this process."""
    base = Request(MANIFEST, place, {}, {}, offers_fixes=False)
    tasks: list[Task] = []
    spent: list[tuple[int, float]] = []
    answers: dict[Task, bytes] = {}

    def work(_: Assessor, given: Iterable[Task]) -> Iterator[Outcome]:
        assess = Assessor(Terms(place))
        for task in given:
            written = encode(task)
            began = time.process_time()
            answers[task] = encode(assess(decode(written, Task)))
            spent.append((_bytes(task), time.process_time() - began))
            tasks.append(task)
        began_gathering.append(time.process_time())
        for task in tasks:
            yield decode(answers[task], Outcome)

    began_gathering: list[float] = []
    began = time.process_time()
    with scan_all(base, lambda _: work) as found:
        render(found.report)
    total = time.process_time() - began - sum(seconds for _, seconds in spent)
    root, byte = _fitted(spent)
    size = Size(len(tasks), sum(number for number, _ in spent))
    sent = sum(map(len, answers.values())) / size.bytes
    return Costs(root, byte, total / size.roots, _task_costs(tasks[0]), sent), size


def _bytes(task: Task) -> int:
    location = task.root.location
    return sum(file.stat().st_size for file in (location.iterdir() if location.is_dir() else (location,)))


def _fitted(spent: list[tuple[int, float]]) -> tuple[float, float]:
    """The line through the points that is nearest to all: what nothing costs, and what a byte does."""
    number = len(spent)
    x = sum(size for size, _ in spent) / number
    y = sum(seconds for _, seconds in spent) / number
    slope = sum((size - x) * (seconds - y) for size, seconds in spent) / sum((size - x) ** 2 for size, _ in spent)
    return max(0.0, y - slope * x), slope


def _task_costs(task: Task) -> float:
    """Seconds of this process for a task of Dask, which has one root that no worker sees."""
    with cluster(LOCAL, 2) as dispatch:
        written = encode(task)
        crew = Crew(lambda *_: None, encode(Terms(Path("/"))))
        list(dispatch(crew, [(written, 1)] * 20))  # workers import what they need
        began = time.process_time()
        list(dispatch(crew, [(written, 1)] * _TASKS))
        done = len(chunks([1] * _TASKS, 16))
        return (time.process_time() - began) / done


def _measurements(measured: dict[str, Measurement]) -> Iterator[str]:
    yield "| principals, how | seconds of the processor | of the clock | principals a second | largest process |"
    yield "|---|--:|--:|--:|--:|"
    for name, found in measured.items():
        number = int(name.partition(", ")[0].replace(",", ""))
        rate = number / found.cpu
        yield f"| {name} | {found.cpu:.0f} | {found.wall:.0f} | {rate:.0f} | {found.peak / MEBIBYTE:.0f} MB |"


def _model(costs: Costs, small: Size, large: Size) -> Iterator[str]:
    yield "| what | seconds of the processor |"
    yield "|---|--:|"
    yield f"| a root, in a worker | {costs.root * 1000:.2f} ms |"
    yield f"| a kilobyte of it, in a worker | {costs.byte * 1e6:.2f} ms |"
    yield f"| a root, in the process that gathers | {costs.gathering * 1000:.2f} ms |"
    yield f"| a task of Dask, there | {costs.task * 1000:.2f} ms |"
    yield f"| bytes that a worker sends back for each that it reads | {costs.sent:.2f} |"
    yield ""
    yield "| workers | the smaller one | the whole |"
    yield "|--:|--:|--:|"
    for workers in WORKERS:
        yield f"| {workers} | {_seconds(costs, small, workers):.0f} s | {_seconds(costs, large, workers):.0f} s |"


def _seconds(costs: Costs, size: Size, workers: int) -> float:
    """Seconds of the clock if nobody else wants the processors: what is gathered is gathered by one."""
    tasks = max(8 * workers, size.roots // 500)
    work = costs.root * size.roots + costs.byte * size.bytes
    gathering = costs.gathering * size.roots + costs.task * min(tasks, size.roots)
    return max(work / workers, gathering) if workers > 1 else work + gathering


def _replace(text: str) -> None:
    content = PAGE.read_text(encoding="utf-8")
    begin, end = "<!-- measured -->", "<!-- end of measured -->"
    before, rest = content.split(begin, 1)
    _, after = rest.split(end, 1)
    PAGE.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
