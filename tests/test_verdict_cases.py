"""Small configurations and templates, and the verdicts that were decided by reading them."""

from __future__ import annotations

import pytest

from tests.scans import Scan
from tests.verdict_cases import cases, check

ENOUGH = {"accounts": 20, "configuration": 40, "ways-in": 12}
"""How many cases there are at least, by topic."""
CASES = {f"{topic}, {name}": case for topic in ENOUGH for name, case in cases(topic).items()}


@pytest.mark.parametrize("topic", ENOUGH)
def test_there_are_enough_cases(topic: str) -> None:
    assert len(cases(topic)) >= ENOUGH[topic]


@pytest.mark.parametrize("name", CASES)
def test_verdicts(name: str, scan_files: Scan) -> None:
    check(CASES[name], scan_files)
