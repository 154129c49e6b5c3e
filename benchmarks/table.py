"""What was measured, as Markdown and as JSON."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.competitors import Competitor
from benchmarks.inputs import written
from benchmarks.lines import MEBIBYTE, AtMost, Line
from benchmarks.measure import Measurement
from benchmarks.tasks import Bench, Other, Scan, Task

Results = Mapping[Task, Measurement]


def markdown(bench: Bench, lines: list[Line], results: Results, runs: int) -> str:
    """Goals, other programs, and the machine."""
    return "\n".join([*_goals(bench, lines, results), "", *_programs(bench.programs, results), "", *_machine(runs), ""])


def as_json(bench: Bench, lines: list[Line], results: Results, runs: int) -> dict[str, Any]:
    """The same for keeping."""
    return {
        "version": 1,
        "runs": runs,
        "machine": machine(),
        "commit": commit(),
        "lines": [
            {
                "name": line.name,
                **asdict(results[Scan(line)]),
                "goals": [_goal(bench, line, goal, results) for goal in line.goals],
            }
            for line in lines
            if Scan(line) in results
        ],
        "programs": [
            {
                "name": bench.programs[task.key].name,
                "version": bench.programs[task.key].version(),
                "input": task.input.name,
                **asdict(measured),
            }
            for task, measured in results.items()
            if isinstance(task, Other)
        ],
    }


def _goals(bench: Bench, lines: list[Line], results: Results) -> Iterator[str]:
    yield "| work | CPU, s | wall, s | peak, MiB | goal | measured | |"
    yield "|---|--:|--:|--:|---|--:|---|"
    for line in lines:
        measured = results.get(Scan(line))
        if measured is None:
            yield f"| {line.name} | | | | needs `{line.needs}` | | |"
            continue
        took = f"{measured.cpu:.2f} | {measured.wall:.2f} | {measured.peak / MEBIBYTE:.0f}"
        goals = [_goal(bench, line, goal, results) for goal in line.goals] or [{"goal": "", "shown": "", "met": None}]
        for number, goal in enumerate(goals):
            lead = f"| {line.name} | {took}" if number == 0 else "| | | | "
            met = {True: "met", False: "**not met**", None: ""}[goal["met"]]
            yield f"{lead} | {goal['goal']} | {goal['shown']} | {met} |"


def _goal(bench: Bench, line: Line, goal: AtMost, results: Results) -> dict[str, Any]:
    """What a goal says, what was measured, and whether it is met; not known if there is nothing to compare with."""
    value: float = getattr(results[Scan(line)], goal.measure)
    base, of = _base(bench, line, goal, results)
    kind = {"cpu": "", "wall": "wall ", "peak": "peak "}[goal.measure]
    if base is None:
        return {"goal": f"{kind}≤ {goal.limit:.3g} times {of}", "shown": "", "met": None}
    ratio = value / base
    if of:
        text, shown = f"{kind}≤ {goal.limit:.3g} times {of}", f"{ratio:.2f}"
    elif goal.measure == "peak":
        text, shown = f"{kind}≤ {goal.limit / MEBIBYTE:.0f} MiB", f"{ratio / MEBIBYTE:.0f}"
    else:
        text, shown = f"{kind}≤ {goal.limit:.3g} s", f"{ratio:.2f}"
    return {"goal": text, "shown": shown, "met": ratio <= goal.limit}


def _base(bench: Bench, line: Line, goal: AtMost, results: Results) -> tuple[float | None, str]:
    wanted = goal.on or line.input
    if goal.of_file and wanted is not None:
        return written(wanted, bench.work).stat().st_size, "the file" if goal.on is None else "the JSON"
    if goal.program and wanted is not None:
        measured = results.get(Other(goal.program, wanted))
        return _of(measured, goal.measure), bench.programs[goal.program].name
    if goal.line:
        named = next(
            (found for task, found in results.items() if isinstance(task, Scan) and task.line.name == goal.line), None
        )
        return _of(named, goal.measure), goal.line
    return 1.0, ""


def _of(measured: Measurement | None, name: str) -> float | None:
    return None if measured is None else float(getattr(measured, name))


def _programs(programs: Mapping[str, Competitor], results: Results) -> Iterator[str]:
    yield "| program | version | what it does | input | CPU, s | wall, s | peak, MiB |"
    yield "|---|---|---|---|--:|--:|--:|"
    for task, measured in results.items():
        if isinstance(task, Other):
            program = programs[task.key]
            took = f"{measured.cpu:.2f} | {measured.wall:.2f} | {measured.peak / MEBIBYTE:.0f}"
            yield f"| {program.name} | {program.version()} | {program.does} | {task.input.name} | {took} |"


def machine() -> dict[str, str]:
    """Where it was measured."""
    model = platform.processor()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [row.partition(":")[2] for row in cpuinfo.read_text().splitlines() if row.startswith("model name")]
        model = names[0].strip() if names else model
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count()
    return {"processor": model, "cores": str(cores), "system": platform.system(), "python": platform.python_version()}


def commit() -> str:
    """What was measured."""
    command = ["git", "rev-parse", "--short=12", "HEAD"]
    found = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parent)
    return found.stdout.strip() or "not known"


def _machine(runs: int) -> Iterator[str]:
    where = machine()
    how = f"Medians of {runs} runs" if runs > 1 else "One run"
    yield (
        f"{how} at commit {commit()}: {where['processor']}, {where['cores']} cores, "
        f"{where['system']}, Python {where['python']}."
    )
