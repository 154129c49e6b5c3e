"""What people and programs see of real scans: every format on a few fixtures, as snapshots."""

from __future__ import annotations

import pytest
from report_snapshot import SNAPSHOTS, check

from scanner.excerpt import Sources
from scanner.report import FORMATS, Appearance, render
from tests.scans import ROOT, scanned

SCENARIOS = {
    "minimal-user": "fixtures/terraform/minimal-user",
    "minimal-user-template": "fixtures/cloudformation/minimal-user.yaml",
    "minimal-user-plan": "fixtures/plan/minimal-user.json",
    "silent": "fixtures/terraform/minimal-user-fixed",
    "team-module": "fixtures/terraform/team-module",
    "foreign-policy": "fixtures/terraform/foreign-policy",
    "permission-sets": "fixtures/cloudformation/permission-sets.yaml",
}


SHOWN = tuple(format_ for format_ in FORMATS if format_ != "html")
"""The page is mostly its style and its script; ``test_report_html.py`` has the rest of it."""


@pytest.mark.parametrize("format_", SHOWN)
@pytest.mark.parametrize("name", SCENARIOS)
def test_fixture(name: str, format_: str) -> None:
    report = scanned(ROOT, SCENARIOS[name], workspace=ROOT, offers_fixes=True)
    sources = Sources(ROOT)
    appearance = Appearance("0", width=80, excerpt=sources.excerpt, lines=sources.lines)
    check(f"scan-{name}.{format_}", render(format_, report, appearance))


def test_no_snapshot_is_left_over() -> None:
    wanted = {f"scan-{name}.{format_}" for name in SCENARIOS for format_ in SHOWN}
    left = {path.name for path in SNAPSHOTS.glob("scan-*")} - wanted
    assert not left, f"tests/report/snapshots has files that no test reads: {sorted(left)}; delete them"
