"""``--explain`` on principals from all kinds of input, as snapshots, and what it says when there is nobody."""

from __future__ import annotations

import pytest
from report_snapshot import check

from scanner.report.explain import render
from tests.scans import ROOT, scanned


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
    report = scanned(ROOT, path)
    check(f"explain-{name}.txt", render(report.principals))
