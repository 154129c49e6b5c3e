"""The JSON report of every fixture is what the shipped schema says."""

from __future__ import annotations

import json

import jsonschema
import pytest

from scanner import __version__
from scanner.report import Appearance, render
from tests.scans import ROOT, scanned

pytestmark = pytest.mark.slow

SCHEMA = json.loads((ROOT / "scanner" / "report" / "schema.json").read_text(encoding="utf-8"))
FIXTURES = sorted(
    path.relative_to(ROOT).as_posix()
    for kind in ("terraform/*", "cloudformation/*", "plan/*", "account")
    for path in (ROOT / "fixtures").glob(kind)
)


@pytest.mark.parametrize("account_data", [(), ("fixtures/account",)], ids=["alone", "beside an account"])
@pytest.mark.parametrize("path", FIXTURES)
def test_fixture(path: str, account_data: tuple[str, ...]) -> None:
    report = scanned(ROOT, path, account_data=account_data)
    document = json.loads(render("json", report, Appearance(__version__)))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert document["errors"] == []
    assert document["summary"]["roots"] == 1


def test_there_are_fixtures() -> None:
    assert len(FIXTURES) > 100
