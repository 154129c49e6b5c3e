"""Plans with their configuration at hand: the same principals, decisions and lines as the configuration."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from scanner.config import Options
from scanner.document import principal_document
from scanner.finding import Report
from scanner.pipeline import scan
from scanner.root import Inputs
from tests.test_scenarios import ROOT, SCENARIOS

OPEN = {"open-console-variable", "open-policy-variable", "open-team"}
"""Scenarios with a variable that has a value in the plan only."""
TWINS = [name for name, scenario in SCENARIOS.items() if {"terraform", "plan"} <= set(scenario["forms"])]
CONFIGURATION = """
module "people" {
  source   = "./people"
  for_each = toset(["ada", "bob"])
  name     = each.key
}
"""
PEOPLE = """
variable "name" {}
resource "aws_iam_user" "this" {
  name = var.name
}
"""


def documents(report: Report) -> dict[str, dict[str, Any]]:
    shown = {found["address"]: found for found in map(principal_document, report.principals)}
    for found in shown.values():
        del found["root"], found["origin"]
    return shown


def without_account(found: dict[str, dict[str, Any]]) -> Any:
    """The account that the plans were made with; the configurations do not name it."""
    return json.loads(json.dumps(found, ensure_ascii=False).replace("123456789012", "…"))


def planned(*addresses: str) -> str:
    """A plan that creates users."""
    changes = []
    for address in addresses:
        module, _, name = address.rpartition("aws_iam_user.")
        changes.append(
            {
                "address": address,
                "module_address": module.removesuffix("."),
                "mode": "managed",
                "type": "aws_iam_user",
                "name": name,
                "change": {"actions": ["create"], "after": {"name": address}, "after_unknown": {"arn": True}},
            }
        )
    return json.dumps({"format_version": "1.2", "planned_values": {}, "resource_changes": changes, "configuration": {}})


def places(report: Report) -> dict[str, tuple[str, int]]:
    return {
        found.principal.address: (found.principal.span.path, found.principal.span.line) for found in report.principals
    }


STATES = [name for name, scenario in SCENARIOS.items() if {"terraform", "state"} <= set(scenario["forms"])]


@pytest.mark.parametrize("name", STATES)
def test_a_state_beside_its_configuration_is_as_precise(name: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "fixtures/terraform" / name, tmp_path / "infra")
    of_configuration = documents(scan(Options(paths=("infra",), directory=tmp_path)))
    shutil.copy(ROOT / "fixtures/plan" / f"{name}.state.json", tmp_path / "infra/state.json")
    of_state = documents(scan(Options(paths=("infra/state.json",), directory=tmp_path)))
    assert of_state.keys() == of_configuration.keys()
    for address, found in of_configuration.items():
        assert {key: of_state[address][key] for key in ("location", "console")} == {
            key: found[key] for key in ("location", "console")
        }
        decisions = set(found["aws_login"].values())
        if decisions.isdisjoint({"unknown"}):
            assert of_state[address]["aws_login"] == found["aws_login"]


@pytest.mark.parametrize("name", TWINS)
def test_a_plan_beside_its_configuration_says_the_same(name: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "fixtures/terraform" / name, tmp_path / "infra")
    of_configuration = documents(scan(Options(paths=("infra",), directory=tmp_path)))
    shutil.copy(ROOT / "fixtures/plan" / f"{name}.json", tmp_path / "infra/plan.json")
    of_plan = documents(scan(Options(paths=("infra/plan.json",), directory=tmp_path)))
    if name in OPEN:
        assert all(found["location"]["path"].endswith(".tf") for found in of_plan.values())
    else:
        assert without_account(of_plan) == without_account(of_configuration)


def test_twins_are_compared() -> None:
    assert len(TWINS) > 30
    assert STATES
    assert set(TWINS) > OPEN


PLACES: dict[str, tuple[dict[str, str], str, tuple[str, int]]] = {
    "a module called with for_each": (
        {"main.tf": CONFIGURATION, "people/main.tf": PEOPLE},
        'module.people["bob"].aws_iam_user.this',
        ("people/main.tf", 3),
    ),
    "an override file changes a block that stands elsewhere": (
        {"main.tf": 'resource "aws_iam_user" "u" {\n}\n', "override.tf": '\n\n\nresource "aws_iam_user" "u" {\n}\n'},
        "aws_iam_user.u",
        ("main.tf", 1),
    ),
    "JSON syntax": (
        {"main.tf.json": '{"resource": {\n"aws_iam_user": {\n"u": {\n"name": "u"}}}}'},
        "aws_iam_user.u",
        ("main.tf.json", 3),
    ),
    "two modules with resources of the same name": (
        {
            "main.tf": 'module "a" {\n  source = "./a"\n}\nresource "aws_iam_user" "u" {\n}\n',
            "a/main.tf": '\nresource "aws_iam_user" "u" {\n}\n',
        },
        "module.a.aws_iam_user.u",
        ("a/main.tf", 2),
    ),
    "a resource that the configuration does not have": (
        {"main.tf": 'resource "aws_iam_user" "other" {\n}\n'},
        "aws_iam_user.u",
        ("plan.json", 1),
    ),
}


@pytest.mark.parametrize("name", PLACES)
def test_places(name: str, tmp_path: Path) -> None:
    files, address, place = PLACES[name]
    for file, content in files.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(content, encoding="utf-8")
    (tmp_path / "plan.json").write_text(planned(address), encoding="utf-8")
    assert places(scan(Options(paths=("plan.json",), directory=tmp_path, debug=True))) == {address: place}


def test_the_configuration_may_be_somewhere_else(tmp_path: Path) -> None:
    (tmp_path / "plans").mkdir()
    (tmp_path / "infra").mkdir()
    (tmp_path / "plans/plan.json").write_text(planned("aws_iam_user.u"), encoding="utf-8")
    (tmp_path / "infra/main.tf").write_text('resource "aws_iam_user" "u" {\n}\n', encoding="utf-8")
    given = Inputs(source=str(tmp_path / "infra"))
    report = scan(Options(paths=("plans/plan.json",), directory=tmp_path, inputs=given))
    assert [line for _, line in places(report).values()] == [1]
    assert all(path.endswith("infra/main.tf") for path, _ in places(report).values())


def test_a_source_without_configuration_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(planned("aws_iam_user.u"), encoding="utf-8")
    given = Inputs(source=str(tmp_path / "nowhere"))
    report = scan(Options(paths=("plan.json",), directory=tmp_path, inputs=given))
    (problem,) = report.errors
    assert "there is no Terraform configuration in" in problem.message


def test_what_the_plan_knows_stands(tmp_path: Path) -> None:
    """The name in the configuration was changed after the plan was made."""
    (tmp_path / "plan.json").write_text(planned("aws_iam_user.u"), encoding="utf-8")
    (tmp_path / "main.tf").write_text('resource "aws_iam_user" "u" {\n  name = "new"\n}\n', encoding="utf-8")
    report = scan(Options(paths=("plan.json",), directory=tmp_path))
    (found,) = report.principals
    assert principal_document(found)["name"] == "aws_iam_user.u"
