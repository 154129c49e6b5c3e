"""The last walls: processor time and memory. What ends at one is told, costs nobody else anything, and is not kept."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scanner import walls
from scanner.budget import BudgetSpentError, budget, spend
from scanner.chance import chances_met
from tests.scans import write

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="it has neither signals of time nor limits")
USER = """
resource "aws_iam_user" "good" {
  name = "good"
}
resource "aws_iam_user_login_profile" "good" {
  user = aws_iam_user.good.name
}
"""
IN_A_PROCESS = """
import sys, signal
from scanner import walls
{setup}
from scanner.__main__ import main
sys.argv = ["scan", "--no-cache", "--jobs", "1", "--format", "json", "slow", "good"]
main()
"""


def run(directory: Path, setup: str) -> tuple[int, dict[str, Any]]:
    """The command in a process that is changed before it begins."""
    write(directory, {"slow/main.tf": USER, "good/main.tf": USER})
    command = [sys.executable, "-c", IN_A_PROCESS.format(setup=setup)]
    found = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False, timeout=120)
    return found.returncode, json.loads(found.stdout)


SLOW = """
import scanner.extraction as extraction
from scanner.budget import spend
def slow(root, *given, really=extraction.extract, **named):
    while root.path == "slow":
        {work}
    return really(root, *given, **named)
extraction.extract = slow
walls.walled.__wrapped__.__defaults__ = (0.3, 0.2)
"""


@pytest.mark.slow
@pytest.mark.parametrize("work", ["spend(0)", "pass"], ids=["charged", "not charged"])
def test_a_root_that_takes_too_long_is_ended(tmp_path: Path, work: str) -> None:
    status, report = run(tmp_path, SLOW.format(work=work))
    assert status == 1
    assert [(one["path"], one["message"]) for one in report["errors"]] == [
        ("slow", "Bound exceeded: The root takes more than 300 seconds.")
    ]
    assert [one["root"] for one in report["principals"]] == ["good"]


GREEDY = """
walls.raise_walls.__defaults__ = (400 * 1024**2,)
import scanner.extraction as extraction
def greedy(root, *given, really=extraction.extract, **named):
    if root.path == "slow":
        list(range(200_000_000))
    return really(root, *given, **named)
extraction.extract = greedy
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the limit is not kept")
def test_a_root_that_takes_too_much_memory_is_ended(tmp_path: Path) -> None:
    status, report = run(tmp_path, GREEDY)
    assert status == 1
    assert [(one["path"], one["message"]) for one in report["errors"]] == [
        ("slow", "Bound exceeded: The root takes more memory than there is.")
    ]
    assert [one["root"] for one in report["principals"]] == ["good"]


def test_who_spends_is_told_before_anybody_is_interrupted() -> None:
    with chances_met() as met, budget():
        walls.time_is_up()
        with pytest.raises(BudgetSpentError, match="more than 300 seconds"):
            spend(0)
        with budget():
            walls.time_is_up()
            with pytest.raises(BudgetSpentError, match="more than 300 seconds"):
                spend(0)
            with pytest.raises(BudgetSpentError, match="more than 300 seconds"):
                walls.time_is_up()
    assert met


AS_A_LIBRARY = """
import resource, signal
def walls():
    return signal.getsignal(signal.SIGVTALRM), resource.getrlimit(resource.RLIMIT_DATA)
before = walls()
from scanner import Options, scan
assert len(scan(Options(paths=("good",))).principals) == 1
assert walls() == before
"""


@pytest.mark.slow
def test_nobody_elses_program_gets_walls(tmp_path: Path) -> None:
    write(tmp_path, {"good/main.tf": USER})
    subprocess.run([sys.executable, "-c", AS_A_LIBRARY], cwd=tmp_path, check=True, timeout=120)
