"""Every scenario in every form gives the principals, the decisions and the findings that were decided by reading it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.report.report import Report
from tests.scans import ROOT, documents, errors, scanned_fixture
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


def scanned_scenario(name: str, form: str) -> Report:
    return scanned_fixture(PLACES[form].format(name))


BY_SPEED = [
    pytest.param(name, form, marks=() if form in ("terraform", "cloudformation") else pytest.mark.slow)
    for name, form in CASES
]


@pytest.mark.parametrize(("name", "form"), BY_SPEED)
def test_scenario(name: str, form: str) -> None:
    report = scanned_scenario(name, form)
    where = f"{PLACES[form].format(name)}, the scenario {name} of tests/cases/scenarios.yaml"
    assert errors(report) == [], where
    shown = documents(report)
    wanted = dict(expected(SCENARIOS[name], form))
    assert sorted(shown) == sorted(wanted), f"{where}: other principals"
    for address, principal in wanted.items():
        document = shown[address]
        console = {key: document["console"][key] for key in principal["console"]}
        rules = sorted(finding.rule for finding in report.findings if finding.principal == address)
        found = {**document, "console": console, "rules": rules}
        decided = {**principal, "rules": sorted(principal["rules"])}
        other = {key: found[key] for key in ("kind", "console", "aws_login", "rules") if found[key] != decided[key]}
        assert not other, f"{where}: {address} has {other}, decided was { ({key: decided[key] for key in other}) }"


@pytest.mark.parametrize("form", PLACES)
def test_every_fixture_belongs_to_a_scenario(form: str) -> None:
    """A file or directory whose name begins with that of a scenario and a dot is another recording of it."""
    place = Path(PLACES[form])
    found = {path.name for path in (ROOT / place.parent).glob(place.name.format("*")) if path.is_dir() or place.suffix}
    names = {name.removesuffix(place.name.removeprefix("{}")) for name in found}
    listed = {name for name, scenario in SCENARIOS.items() if form in scenario["forms"]}
    missing = sorted(name for name in names - listed if "." not in name)
    assert not missing, (
        f"{place.parent}: nothing says what a scan of {missing} has to find; "
        f"add {missing[0]} with the form {form} to tests/cases/scenarios.yaml"
    )


def test_there_are_scenarios_in_every_form() -> None:
    assert {form for _, form in CASES} == set(PLACES)
    assert len(CASES) > 100
