"""``--explain`` on principals from all kinds of input, as snapshots, and what it says when there is nobody."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from report_snapshot import check

from scanner.report.explain import render, render_json
from tests.scans import ROOT, scanned, write


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
    check(f"explain-{name}.txt", render(report.principals, report.diagnostics))


def test_lines_wrap_at_words_and_keep_the_tree() -> None:
    report = scanned(ROOT, "fixtures/terraform/explicit-deny")
    wide, narrow = (render(report.principals, width=width) for width in (None, 60))
    assert all(len(line) <= 60 or len(line.split()[-1]) > 20 for line in narrow.splitlines())
    assert re.sub(r"[\s│├└─]+", " ", wide) == re.sub(r"[\s│├└─]+", " ", narrow)


def test_json_is_the_same_tree() -> None:
    report = scanned(ROOT, "fixtures/terraform/explicit-deny")
    found = json.loads(render_json(report.principals, report.diagnostics, "1.2.3"))
    assert found["version"] == 1
    assert [one["name"] for one in found["principals"]] == ["ivan", "jana"]
    texts = render(report.principals)
    for node in _nodes(found["principals"][0]["explanation"]):
        assert node["text"] in texts


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node["because"]:
        yield from _nodes(child)


def test_trouble_in_the_input_is_shown(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": 'resource "aws_iam_user" "ada" {\n  name = "ada"\n}\n', "broken.tf": "locals {"})
    report = scanned(tmp_path)
    assert "error: broken.tf:1: " in render(report.principals, report.diagnostics)
