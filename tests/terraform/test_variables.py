"""Variables by type, default and nullable, given in files, on the command line and in the environment, as planned."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scanner.root import Inputs
from tests.tables import table
from tests.terraform.evaluation import CASES, DIFFERENT, output, result, same

pytestmark = pytest.mark.slow

FILES = {"tfvars": "terraform.tfvars", "json": "terraform.tfvars.json"}


def name(case: Mapping[str, Any]) -> str:
    """The case on one line, as ``different.json`` calls it."""
    given = f" given by {case['by']}: {case['given']}" if "by" in case else ""
    return f"{case['variable']}{given}{' -> ' + case['expr'] if 'expr' in case else ''}"


def answer(case: Mapping[str, Any], directory: Path) -> Any:
    """What the scan takes the variable for."""
    (directory / "main.tf").write_text(f'variable "x" {{\n{case["variable"]}\n}}\n', encoding="utf-8")
    by, given = case.get("by"), case.get("given", "")
    for way, file in FILES.items():
        (directory / file).unlink(missing_ok=True)
        if way == by:
            (directory / file).write_bytes(given.encode())
    inputs = Inputs(
        variables=(("x", given),) if by == "var" else (), environment=(("x", given),) if by == "env" else ()
    )
    return output(directory, case.get("expr", "var.x"), inputs)


def recorded() -> list[dict[str, Any]]:
    """The recorded cases."""
    cases: list[dict[str, Any]] = table(CASES / "variables.yaml")["variables"]
    return cases


def test_variables(tmp_path: Path) -> None:
    cases = {name(case): case for case in recorded()}
    differing = {text for text, case in cases.items() if not same(answer(case, tmp_path), result(case))}
    assert differing == cases.keys() & DIFFERENT
