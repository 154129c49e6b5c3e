"""What people and programs see of real scans: every format on a few fixtures, as snapshots."""

from __future__ import annotations

from pathlib import Path

import pytest
from report_snapshot import check

from scanner.config import Options
from scanner.pipeline import scan
from scanner.report import FORMATS, render

ROOT = Path(__file__).parent.parent.parent
SCENARIOS = {
    "minimal-user": "fixtures/terraform/minimal-user",
    "minimal-user-template": "fixtures/cloudformation/minimal-user.yaml",
    "minimal-user-plan": "fixtures/plan/minimal-user.json",
    "silent": "fixtures/terraform/minimal-user-fixed",
    "team-module": "fixtures/terraform/team-module",
    "foreign-policy": "fixtures/terraform/foreign-policy",
    "permission-sets": "fixtures/cloudformation/permission-sets.yaml",
}


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_fixture(name: str, format_: str) -> None:
    report = scan(Options(paths=(SCENARIOS[name],), directory=ROOT))
    check(f"scan-{name}.{format_}", render(format_, report, version="0", colour=False, width=80))
