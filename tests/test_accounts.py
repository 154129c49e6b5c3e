"""Whom names and references mean, in one account and in several: ``tests/cases/accounts``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner.root import Inputs
from tests.conftest import Scan, verdicts

DIRECTORY = Path(__file__).parent / "cases" / "accounts"
CASES: dict[str, Any] = {
    f"{file.stem}: {case['name']}": case
    for file in sorted(DIRECTORY.glob("*.yaml"))
    for case in yaml.load(file.read_text(), yaml.BaseLoader)  # noqa: S506 # it knows nothing but texts
}


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 20


@pytest.mark.parametrize("name", CASES)
def test_accounts_and_names(name: str, scan_files: Scan) -> None:
    case = CASES[name]
    report = scan_files(case["files"], *case.get("paths", ()), inputs=Inputs(account=case.get("account")))
    assert [found.message for found in report.diagnostics if found.severity.value == "error"] == []
    assert verdicts(report) == {address: tuple(expected) for address, expected in case["verdicts"].items()}


RECORDED = sorted((DIRECTORY / "recorded").glob("*.plan.json"))


def slug(name: str) -> str:
    return re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")


def test_there_are_enough_plans() -> None:
    assert len(RECORDED) >= 12


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.name.removesuffix(".plan.json"))
def test_the_plan_alone_agrees(file: Path, scan_files: Scan) -> None:
    """Plans that Terraform made of the cases (its version is in them), without their configuration."""
    case = next(found for name, found in CASES.items() if file.name == f"{slug(name)}.plan.json")
    inputs = Inputs(account=case.get("account"))
    report = scan_files({"plan.json": file.read_bytes()}, "plan.json", inputs=inputs)
    expected = case["verdicts"] | case.get("plan", {})
    assert verdicts(report) == {address: tuple(verdict) for address, verdict in expected.items()}


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.name.removesuffix(".plan.json"))
def test_the_plan_file_agrees(file: Path, scan_files: Scan) -> None:
    """The plan files of the same plans, which hold the configuration."""
    case = next(found for name, found in CASES.items() if file.name == f"{slug(name)}.plan.json")
    inputs = Inputs(account=case.get("account"))
    data = file.with_suffix(".tfplan").read_bytes()
    report = scan_files({"plan.tfplan": data}, "plan.tfplan", inputs=inputs)
    expected = case["verdicts"] | case.get("plan-file", {})
    assert verdicts(report) == {address: tuple(verdict) for address, verdict in expected.items()}
