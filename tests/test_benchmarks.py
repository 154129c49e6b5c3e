"""The input of benchmarks: always the same, and the scanner finds in it what its makers decided."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from benchmarks.competitors import Competitor
from benchmarks.correctness import differences
from benchmarks.generate import KINDS, generate
from benchmarks.inputs import EMPTY
from benchmarks.lines import LINES, MEBIBYTE, AtMost, Line
from benchmarks.measure import Measurement, measure
from benchmarks.table import markdown
from benchmarks.tasks import Bench, Other, Scan, Task, understood
from scanner.report.json import render
from scanner.report.report import Report
from tests.scans import scanned

SMALL: dict[str, dict[str, float]] = {
    "terraform": {"megabytes": 0.6},
    "cloudformation": {"megabytes": 0.8},
    "conditions": {"depth": 30},
    "plan": {"megabytes": 0.6},
    "state": {"megabytes": 0.3},
    "plan-file": {"megabytes": 0.6},
    "instances": {"users": 4},
    "shared-module": {"roots": 3},
    "policies": {"principals": 4, "policies": 5},
    "account": {"users": 120, "roles": 12, "policies": 20},
    "organization": {"repositories": 10, "accounts": 3, "principals": 100},
    "foreign-files": {"files": 30},
}


def _report(written: Path) -> Report:
    if written.is_dir():
        return scanned(written)
    return scanned(written.parent, written.name)


def _document(report: Report) -> dict[str, object]:
    found: dict[str, object] = json.loads(render(report, "0"))
    return found


def test_there_is_a_small_one_of_every_kind() -> None:
    assert SMALL.keys() == KINDS.keys()


@pytest.mark.slow
@pytest.mark.parametrize("kind", SMALL)
def test_the_verdicts_are_those_that_were_decided(kind: str, tmp_path: Path) -> None:
    generate(kind, tmp_path / "input", **SMALL[kind])
    found = differences(_document(_report(tmp_path / "input")), tmp_path / "input")
    assert not found, "\n".join(found)


@pytest.mark.slow
def test_a_difference_is_told(tmp_path: Path) -> None:
    generate("instances", tmp_path / "input", users=2)
    document = _document(_report(tmp_path / "input"))
    facts = tmp_path / "input.facts.json"
    facts.write_text(facts.read_text().replace("user-1", "user-2").replace('"yes"', '"no"', 1))
    told = differences(document, tmp_path / "input")
    assert len(told) == 3


@pytest.mark.parametrize("kind", SMALL)
def test_the_same_sizes_make_the_same_bytes(kind: str, tmp_path: Path) -> None:
    contents = []
    for name in ("first", "second"):
        generate(kind, tmp_path / name / "input", **SMALL[kind])
        files = sorted(path for path in (tmp_path / name).rglob("*") if path.is_file())
        contents.append([(path.relative_to(tmp_path / name), path.read_bytes()) for path in files])
    assert contents[0] == contents[1]


def test_goals_refer_to_lines_that_there_are() -> None:
    names = [line.name for line in LINES]
    assert len(set(names)) == len(names)
    assert {goal.line for line in LINES for goal in line.goals if goal.line} <= set(names)


BURN = "import time\nwhile time.process_time() < 0.3:\n    pass"
LEAVE = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {BURN!r}])"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="orphans are not counted elsewhere")
def test_processes_that_are_left_behind_count(tmp_path: Path) -> None:
    measured = measure([sys.executable, "-c", LEAVE], tmp_path, tmp_path / "output", dict(os.environ))
    assert measured.status == 0
    assert measured.cpu > 0.3


def _bench(tmp_path: Path) -> Bench:
    program = Competitor("json.load", "everything", lambda path: [path], lambda: "3")
    return Bench(tmp_path / "scan", tmp_path, {"json": program})


def _row(tmp_path: Path, *goals: AtMost, **others: float) -> list[str]:
    """The cells of a line that took 2 s, and 3 MiB."""
    line = Line("a line", EMPTY, goals)
    results: dict[Task, Measurement] = {Scan(line): Measurement(2, 1, 3 * MEBIBYTE, 0)}
    results |= {Other(key, EMPTY): Measurement(cpu, 1, MEBIBYTE, 0) for key, cpu in others.items()}
    row = next(row for row in markdown(_bench(tmp_path), [line], results, 1).split("\n") if row.startswith("| a line"))
    return [cell.strip() for cell in row.strip("|").split("|")][4:]


@pytest.mark.parametrize(
    ("goal", "shown"),
    [
        (AtMost(3), ["≤ 3 s", "2.00", "met"]),
        (AtMost(1.5), ["≤ 1.5 s", "2.00", "**not met**"]),
        (AtMost(0.5, "json"), ["≤ 0.5 times json.load", "0.50", "met"]),
        (AtMost(0.4, "json"), ["≤ 0.4 times json.load", "0.50", "**not met**"]),
        (AtMost(2 * MEBIBYTE, measure="peak"), ["peak ≤ 2 MiB", "3", "**not met**"]),
        (AtMost(1.0, line="a line", measure="wall"), ["wall ≤ 1 times a line", "1.00", "met"]),
    ],
)
def test_goals_are_compared(goal: AtMost, shown: list[str], tmp_path: Path) -> None:
    assert _row(tmp_path, goal, json=4.0) == shown


def test_a_goal_is_open_without_the_other_program(tmp_path: Path) -> None:
    assert _row(tmp_path, AtMost(0.5, "json")) == ["≤ 0.5 times json.load", "", ""]


@pytest.mark.slow
def test_options_that_a_scanner_lacks_are_left_out() -> None:
    scan = Path(sys.executable).with_name("scan")
    assert understood(scan, ("--no-such-option", "5", "--format", "json")) == ["--format", "json"]
