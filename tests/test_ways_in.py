"""Ways into a role in configurations and templates: ``tests/cases/ways-in``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner.root import Inputs
from tests.conftest import Scan, verdicts

DIRECTORY = Path(__file__).parent / "cases" / "ways-in"
CASES: dict[str, Any] = {
    f"{file.stem}: {case['name']}": case
    for file in sorted(DIRECTORY.glob("*.yaml"))
    for case in yaml.load(file.read_text(), yaml.BaseLoader)  # noqa: S506 # it knows nothing but texts
}


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 12


@pytest.mark.parametrize("name", CASES)
def test_ways_in(name: str, scan_files: Scan) -> None:
    case = CASES[name]
    report = scan_files(case["files"], inputs=Inputs(account=case.get("account")))
    assert [found.message for found in report.diagnostics if found.severity.value == "error"] == []
    assert verdicts(report) == {address: tuple(expected) for address, expected in case["verdicts"].items()}
