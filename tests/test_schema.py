"""The JSON report of every fixture is what the shipped schema says."""

from __future__ import annotations

import json

import jsonschema
import pytest

from scanner import __version__
from scanner.report import Appearance, render
from scanner.report.report import Report
from tests.scans import ROOT, scanned, scanned_fixture

pytestmark = pytest.mark.slow

VALIDATOR = jsonschema.Draft202012Validator(json.loads((ROOT / "scanner/report/schema.json").read_text("utf-8")))
FIXTURES = sorted(
    path.relative_to(ROOT).as_posix()
    for kind in ("terraform/*", "cloudformation/*", "plan/*", "account")
    for path in (ROOT / "fixtures").glob(kind)
)


@pytest.mark.parametrize("path", FIXTURES)
def test_fixture(path: str) -> None:
    assert_is_right(scanned_fixture(path))


@pytest.mark.parametrize("path", FIXTURES[::3])
def test_fixture_beside_an_account(path: str) -> None:
    assert_is_right(scanned(ROOT, path, account_data=("fixtures/account",)))


def assert_is_right(report: Report) -> None:
    document = json.loads(render("json", report, Appearance(__version__)))
    VALIDATOR.validate(document)
    assert document["errors"] == []
    assert document["summary"]["roots"] == 1


def test_there_are_fixtures() -> None:
    assert len(FIXTURES) > 100
