"""The input of benchmarks: always the same, and the scanner finds in it what its makers decided."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.correctness import differences
from benchmarks.generate import KINDS, generate
from benchmarks.lines import LINES
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
