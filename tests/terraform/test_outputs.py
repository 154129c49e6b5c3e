"""Outputs beside a configuration against what ``terraform plan`` recorded: several lines, and values known after apply.

Where the plan does not know a value, neither may the scan, unless ``different.json`` says why it does.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.tables import table
from tests.terraform.evaluation import CASES, DIFFERENT, output, result, same

pytestmark = pytest.mark.slow


@cache
def recorded() -> dict[str, tuple[str, list[Any]]]:
    """Configuration and cases of each file that has outputs."""
    files = {file.stem: table(file) for file in sorted(CASES.glob("*.yaml"))}
    return {
        stem: (cases.get("configuration", ""), cases["outputs"]) for stem, cases in files.items() if "outputs" in cases
    }


@pytest.mark.parametrize("stem", recorded())
def test_outputs(stem: str, tmp_path: Path) -> None:
    configuration, cases = recorded()[stem]
    (tmp_path / "main.tf").write_text(configuration, encoding="utf-8")
    differing = {case["expr"] for case in cases if not same(output(tmp_path, case["expr"]), result(case))}
    assert differing == {case["expr"] for case in cases} & DIFFERENT
