"""``--explain`` on principals from all kinds of input, as snapshots, and what it says when there is nobody."""

from __future__ import annotations

from pathlib import Path

import pytest
from report_snapshot import check

from scanner.config import Options
from scanner.pipeline import scan
from scanner.report.explain import render

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("terraform", "fixtures/terraform/explicit-deny"),
        ("cloudformation", "fixtures/cloudformation/boundary-blocks.yaml"),
        ("plan", "fixtures/plan/look-alike-policy.json"),
        ("conditional", "fixtures/terraform/one-region"),
        ("unknown", "fixtures/terraform/foreign-policy"),
        ("role", "fixtures/terraform/saml-role"),
    ],
)
def test_explanation(name: str, path: str) -> None:
    report = scan(Options(paths=(path,), directory=ROOT))
    check(f"explain-{name}.txt", render(report.principals))
