"""Every scenario in every form gives the principals, the decisions and the findings that were decided by reading it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from scanner.report.report import Report
from tests.scans import ROOT, documents, errors, scanned
from tests.tables import TABLES, table

SCENARIOS: dict[str, Any] = table(TABLES / "scenarios.yaml")["scenarios"]
PLACES = {
    "terraform": "fixtures/terraform/{}",
    "terraform-json": "fixtures/terraform-json/{}",
    "plan": "fixtures/plan/{}.json",
    "state": "fixtures/plan/{}.state.json",
    "cloudformation": "fixtures/cloudformation/{}.yaml",
    "cloudformation-json": "fixtures/cloudformation/{}.json",
}
CASES = [(name, form) for name, scenario in SCENARIOS.items() for form in scenario["forms"]]


def expected(scenario: dict[str, Any], form: str) -> Iterator[tuple[str, dict[str, Any]]]:
    spelling = "cloudformation" if form.startswith("cloudformation") else "terraform"
    for principal in scenario["principals"]:
        if form not in principal.get("only", [form]):
            continue
        found = {**principal, **principal.get("differs", {}).get(form, {})}
        address = found["address"]
        yield (address if isinstance(address, str) else address.get(form, address.get(spelling))), found


@cache
def scanned_scenario(name: str, form: str) -> Report:
    return scanned(ROOT, PLACES[form].format(name))


@pytest.mark.parametrize(("name", "form"), CASES)
def test_scenario(name: str, form: str) -> None:
    report = scanned_scenario(name, form)
    assert errors(report) == []
    shown = documents(report)
    wanted = dict(expected(SCENARIOS[name], form))
    assert sorted(shown) == sorted(wanted)
    for address, principal in wanted.items():
        document = shown[address]
        console = {key: document["console"][key] for key in principal["console"]}
        rules = sorted(finding.rule for finding in report.findings if finding.principal == address)
        found = (document["kind"], console, document["aws_login"], rules)
        assert found == (principal["kind"], principal["console"], principal["aws_login"], sorted(principal["rules"])), (
            address
        )


def test_there_are_scenarios_in_every_form() -> None:
    assert {form for _, form in CASES} == set(PLACES)
    assert len(CASES) > 100
