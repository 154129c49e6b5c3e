"""Runs scans and other programs by turns, so that what else the machine does meets all, and checks each scan."""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.competitors import Competitor
from benchmarks.correctness import differences
from benchmarks.inputs import EMPTY, Input, written
from benchmarks.lines import Line
from benchmarks.measure import Measurement, measure

FOUND_NOTHING_TO_SCAN = 2


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan as a line says."""

    line: Line


@dataclass(frozen=True, slots=True)
class Other:
    """Another program on an input."""

    key: str
    input: Input


Task = Scan | Other


class WrongResultError(Exception):
    """A scan that is not right, or a program that did not do its work."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What measuring needs to know."""

    scan: Path
    work: Path
    programs: dict[str, Competitor]
    reference: Path | None = None
    """Another scanner, whose reports have to be the same bytes."""

    @property
    def output(self) -> Path:
        """What the last program printed; others may measure at the same time."""
        return self.work / f"output-{os.getpid()}"

    def measured(self, line: Line, directory: Path) -> Measurement:
        """One scan of a directory as a line says, its report unchecked."""
        return measure(self._command(line, "."), directory, self.output, _environment(self.work))

    def run_all(self, tasks: Iterable[Task], runs: int) -> dict[Task, Measurement]:
        """The medians of so many runs of each, by turns. Raises ``WrongResultError``."""
        found: dict[Task, list[Measurement]] = {task: [] for task in tasks}
        for task in found:
            self._prepared(task)
        for number in range(runs):
            for task, so_far in found.items():
                if number == 0 or not self._is_slow(task):
                    so_far.append(self._run(task, is_first=number == 0))
                    print(f"{number + 1}/{runs} {_title(task)}: {so_far[-1].cpu:.2f} s", flush=True)
        return {task: _median(measured) for task, measured in found.items()}

    def _prepared(self, task: Task) -> Path | None:
        wanted = task.line.input if isinstance(task, Scan) else task.input
        return written(wanted, self.work) if wanted is not None else None

    def _is_slow(self, task: Task) -> bool:
        return isinstance(task, Other) and self.programs[task.key].is_slow

    def _run(self, task: Task, *, is_first: bool) -> Measurement:
        path = self._prepared(task)
        directory, name = (
            (self.work, "") if path is None else (path, ".") if path.is_dir() else (path.parent, path.name)
        )
        output = self.output
        match task:
            case Other():
                program = self.programs[task.key]
                measured = measure(program.command(name), directory, output, _environment(self.work))
                if measured.status not in program.accepted:
                    raise WrongResultError(f"{program.name} ended with {measured.status}: {_said(output)}")
            case Scan(line):
                if line.again and path is not None:
                    return self._again(line, path, output)
                measured = measure(self._command(line, name), directory, output, _environment(self.work))
                self._check(line, path, measured, output)
                if is_first:
                    self.compare(line, directory, name)
        return measured

    def _again(self, line: Line, path: Path, output: Path) -> Measurement:
        """Scan twice with an empty cache and change a file in between."""
        changed = min(path.rglob("outputs.tf"))
        before = changed.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory(dir=self.work) as cache_directory:
            environment = {**_environment(self.work), "XDG_CACHE_HOME": cache_directory}
            try:
                measure(self._command(line, "."), path, output, environment)
                changed.write_text(f"# Changed.\n{before}", encoding="utf-8")
                measured = measure(self._command(line, "."), path, output, environment)
            finally:
                changed.write_text(before, encoding="utf-8")
        self._check(line, path, measured, output)
        return measured

    def compare(self, line: Line, directory: Path, path: str) -> None:
        """Whether the reference says the same as the last scan. Raises ``WrongResultError``."""
        if self.reference is None or line.input is None:
            return
        other = self.output.with_name(f"{self.output.name}.reference")
        command = self._command(line, path, self.reference)
        measure(command, directory, other, _environment(self.work))
        if other.read_bytes() != self.output.read_bytes():
            raise WrongResultError(f"{line.name}: {other} and {self.output} differ")

    def _command(self, line: Line, path: str, scan: Path | None = None) -> list[str]:
        scan = scan or self.scan
        if not path:
            return [str(scan), *line.options]
        return [str(scan), path, "--format", "json", *understood(scan, line.options)]

    def _check(self, line: Line, path: Path | None, measured: Measurement, output: Path) -> None:
        if path is None:
            return
        if line.input == EMPTY:
            if measured.status != FOUND_NOTHING_TO_SCAN:
                raise WrongResultError(f"{line.name}: status {measured.status}")
            return
        try:
            report = json.loads(output.read_bytes())
        except ValueError:
            raise WrongResultError(f"{line.name}: no report, but {_said(output)}") from None
        wrong = differences(report, path)
        if wrong:
            shown = "\n  ".join(wrong[:20])
            raise WrongResultError(f"{line.name}: {len(wrong)} differences\n  {shown}")


@cache
def options_of(scan: Path) -> frozenset[str]:
    """The options that a scanner has."""
    environment = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1"}
    shown = subprocess.run([scan, "--help"], capture_output=True, text=True, check=True, env=environment).stdout
    return frozenset(re.findall(r"--[a-z][a-z-]+", shown))


def understood(scan: Path, options: Iterable[str]) -> list[str]:
    """Those of the options that a scanner has, with their values."""
    known = options_of(scan)
    kept: list[str] = []
    is_kept = False
    for option in options:
        is_kept = option in known if option.startswith("-") else is_kept
        kept += [option] if is_kept else []
    return kept


def _environment(work: Path) -> dict[str, str]:
    """That of the user, without what would change what programs do."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "AWS_", "GIT_"))}
    settings = work / "terraform.tfrc"
    settings.touch()
    return {
        **kept,
        "NO_COLOR": "1",
        "CHECKPOINT_DISABLE": "1",
        "TF_CLI_CONFIG_FILE": str(settings),
        "XDG_CACHE_HOME": str(work / "no-cache"),
    }


def _median(measured: list[Measurement]) -> Measurement:
    return Measurement(
        statistics.median(each.cpu for each in measured),
        statistics.median(each.wall for each in measured),
        round(statistics.median(each.peak for each in measured)),
        measured[-1].status,
    )


def _said(output: Path) -> str:
    return output.with_name(f"{output.name}.err").read_text(encoding="utf-8", errors="replace")[-2000:]


def _title(task: Task) -> str:
    return task.line.name if isinstance(task, Scan) else f"{task.key} on {task.input.name}"
