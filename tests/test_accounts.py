"""What plans of ``tests/cases/accounts`` say alone: as much as the configurations, or less."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from scanner.root import Inputs
from tests.scans import Scan
from tests.tables import TABLES
from tests.verdict_cases import cases, check_verdicts

pytestmark = pytest.mark.slow

RECORDED = sorted((TABLES / "accounts" / "recorded").glob("*.plan.json"))


def slug(name: str) -> str:
    return re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")


CASES: dict[str, Any] = {slug(name): case for name, case in cases("accounts").items()}


def test_there_are_enough_plans() -> None:
    assert len(RECORDED) >= 12


@pytest.mark.parametrize(("form", "suffix"), [("plan", ".json"), ("plan-file", ".tfplan")])
@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.name.removesuffix(".plan.json"))
def test_the_plan_alone_agrees(file: Path, form: str, suffix: str, scan_files: Scan) -> None:
    """Terraform made them of the cases (its version is in them). The plan files hold the configuration."""
    case = CASES[file.name.removesuffix(".plan.json")]
    data = file.with_suffix(suffix).read_bytes()
    report = scan_files({f"plan{suffix}": data}, f"plan{suffix}", inputs=Inputs(account=case.get("account")))
    check_verdicts(report, case["verdicts"] | case.get(form, {}))
