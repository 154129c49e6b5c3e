"""Plans with their configuration at hand: the same principals, decisions and lines as the configuration."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scanner.report.report import Report
from scanner.root import Inputs
from scanner.verdicts.document import principal_document
from tests.scans import ROOT, documents, scanned
from tests.terraform.plan_archives import beside
from tests.test_scenarios import SCENARIOS

pytestmark = pytest.mark.slow

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


def without_form(report: Report) -> dict[str, dict[str, Any]]:
    """The principals without what says in which form they were scanned."""
    return {
        address: {key: value for key, value in found.items() if key not in ("root", "origin")}
        for address, found in documents(report).items()
    }


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
        found.definition.address: (found.definition.span.path, found.definition.span.line)
        for found in report.principals
    }


STATES = [name for name, scenario in SCENARIOS.items() if {"terraform", "state"} <= set(scenario["forms"])]


@pytest.mark.parametrize("name", STATES)
def test_a_state_beside_its_configuration_is_as_precise(name: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "fixtures/terraform" / name, tmp_path / "infra")
    of_configuration = without_form(scanned(tmp_path, "infra"))
    shutil.copy(ROOT / "fixtures/plan" / f"{name}.state.json", tmp_path / "infra/state.json")
    of_state = without_form(scanned(tmp_path, "infra/state.json"))
    assert of_state.keys() == of_configuration.keys()
    for address, found in of_configuration.items():
        assert {key: of_state[address][key] for key in ("location", "console")} == {
            key: found[key] for key in ("location", "console")
        }
        assert "unknown" in found["aws_login"].values() or of_state[address]["aws_login"] == found["aws_login"]


def twins(name: str, folder: Path, inputs: Inputs) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """What a configuration says, and its plan beside it."""
    shutil.copytree(ROOT / "fixtures/terraform" / name, folder / "infra")
    of_configuration = without_form(scanned(folder, "infra"))
    shutil.copy(ROOT / "fixtures/plan" / f"{name}.json", folder / "infra/plan.json")
    return of_configuration, without_form(scanned(folder, "infra/plan.json", inputs=inputs))


@pytest.mark.parametrize("name", TWINS)
def test_a_plan_with_its_own_configuration_says_the_same(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    of_configuration, of_plan = twins(name, tmp_path, Inputs(source="infra"))
    if name in OPEN:
        assert all(found["location"]["path"].endswith(".tf") for found in of_plan.values())
    else:
        assert without_account(of_plan) == without_account(of_configuration)


@pytest.mark.parametrize("name", [name for name in TWINS if name not in OPEN])
def test_a_configuration_that_lies_beside_a_plan_says_the_same_or_nothing(name: str, tmp_path: Path) -> None:
    of_configuration, of_plan = twins(name, tmp_path, Inputs())
    assert of_plan.keys() == of_configuration.keys()
    for address, found in of_plan.items():
        same = of_configuration[address]
        assert found["location"] == same["location"]
        assert found["console"]["access"] in (same["console"]["access"], "unknown")
        for client, decision in found["aws_login"].items():
            assert decision in (same["aws_login"][client], "unknown")


def test_twins_are_compared() -> None:
    assert len(TWINS) > 30
    assert len(STATES) > 3
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
    assert places(scanned(tmp_path, "plan.json")) == {address: place}


def test_the_configuration_may_be_somewhere_else(tmp_path: Path) -> None:
    (tmp_path / "plans").mkdir()
    (tmp_path / "infra").mkdir()
    (tmp_path / "plans/plan.json").write_text(planned("aws_iam_user.u"), encoding="utf-8")
    (tmp_path / "infra/main.tf").write_text('resource "aws_iam_user" "u" {\n}\n', encoding="utf-8")
    given = Inputs(source=str(tmp_path / "infra"))
    report = scanned(tmp_path, "plans/plan.json", inputs=given)
    assert [line for _, line in places(report).values()] == [1]
    assert all(path.endswith("infra/main.tf") for path, _ in places(report).values())


def test_a_source_without_configuration_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(planned("aws_iam_user.u"), encoding="utf-8")
    (tmp_path / "empty").mkdir()
    given = Inputs(source=str(tmp_path / "empty"))
    report = scanned(tmp_path, "plan.json", inputs=given)
    (problem,) = report.errors
    assert "There is no Terraform configuration in" in problem.message


def test_what_the_plan_knows_stands(tmp_path: Path) -> None:
    """The name in the configuration was changed after the plan was made."""
    (tmp_path / "plan.json").write_text(planned("aws_iam_user.u"), encoding="utf-8")
    (tmp_path / "main.tf").write_text('resource "aws_iam_user" "u" {\n  name = "new"\n}\n', encoding="utf-8")
    report = scanned(tmp_path, "plan.json")
    (found,) = report.principals
    assert principal_document(found)["name"] == "aws_iam_user.u"


BESIDE = ROOT / "tests/cases/plans/beside"
"""A plan of the workspace ``prod`` with ``actions = ["signin:*"]``, and its configuration."""
WITH_SOURCE = {"worker": "allowed", "ada": "allowed", "staged": "unknown", "bob": "allowed"}
ALONE = dict.fromkeys(WITH_SOURCE, "unknown")
"""Each of them has a document with an expression in it that the plan does not hold."""
Edits = dict[str, str | tuple[str, str] | None]
"""By file: what it is, what stands for what in it, or None if it is gone."""

SAME: dict[str, tuple[Edits, Inputs]] = {
    "as it was": ({}, Inputs()),
    "a variable file with other values": ({"terraform.tfvars": 'actions = ["s3:*"]'}, Inputs()),
    "another --var": ({}, Inputs(variables=(("actions", '["s3:*"]'),))),
    "a module that is not there": ({"people/main.tf": None, "people": None}, Inputs()),
    "an argument that may drift": (
        {
            "main.tf": (
                'tags = { team = "a" }',
                'tags = { team = "a" }\n  lifecycle {\n    ignore_changes = [name]\n  }',
            )
        },
        Inputs(),
    ),
    "a file that cannot be read": ({"more.tf": "resource {{{"}, Inputs()),
}


def edited(edits: Edits, folder: Path) -> None:
    shutil.copytree(BESIDE, folder)
    for file, edit in edits.items():
        path = folder / file
        if edit is None:
            path.rmdir() if path.is_dir() else path.unlink()
        elif isinstance(edit, tuple):
            text = path.read_text(encoding="utf-8")
            assert edit[0] in text
            path.write_text(text.replace(*edit), encoding="utf-8")
        else:
            path.write_text(edit, encoding="utf-8")


def decided(report: Report) -> dict[str, str]:
    return {found["name"]: found["aws_login"]["localhost"] for found in map(principal_document, report.principals)}


@pytest.mark.parametrize("name", SAME)
def test_it_is_the_configuration_of_the_plan(name: str, tmp_path: Path) -> None:
    edits, inputs = SAME[name]
    edited(edits, tmp_path / "infra")
    gone = {"bob": "unknown"} if "people" in edits else {}
    for source, expected in ((str(tmp_path / "infra"), WITH_SOURCE | gone), (None, ALONE)):
        given = replace(inputs, source=source)
        report = scanned(tmp_path, "infra/plan.json", inputs=given)
        assert decided(report) == expected
        assert not any("not that of the plan" in found.summary for found in report.diagnostics)
        assert not report.errors


def test_expressions_without_references_are_the_ones_of_the_plan(tmp_path: Path) -> None:
    """Terraform lists some with their value, and the default of a variable as its type has it."""
    shutil.copytree(ROOT / "tests/cases/plans/reference-free", tmp_path / "infra")
    given = Inputs(source=str(tmp_path / "infra"))
    report = scanned(tmp_path, "infra/plan.json", inputs=given)
    assert decided(report) == {"ada": "allowed", "bob": "implicit_deny"}
    assert not report.diagnostics


def test_the_workspace_is_not_in_a_plan_in_json(tmp_path: Path) -> None:
    edited({}, tmp_path / "infra")
    inputs = Inputs(workspace="prod", source=str(tmp_path / "infra"))
    report = scanned(tmp_path, "infra/plan.json", inputs=inputs)
    assert decided(report) == dict.fromkeys(WITH_SOURCE, "allowed")


FIRST = 'resource "aws_iam_user" "ada" {\n  name = "ada"\n}\n'
CHANGED: dict[str, tuple[Edits, str]] = {
    "a name": ({"main.tf": ('name = "ada"', 'name = "eve"')}, "aws_iam_user.ada is not written as"),
    "a variable's default": ({"main.tf": ('["s3:GetObject"]', '["s3:*"]')}, "variable.actions is not written as"),
    "a reference": (
        {"main.tf": ("actions, Resource = ", "actions, Resource = aws_s3_bucket.other.arn, NotResource = ")},
        "aws_iam_user_policy.ada is not written as",
    ),
    "the known part of what is known in part": (
        {"main.tf": ('Action = "signin:*", Resource = "*" }]', 'Action = "s3:*", Resource = "*" }]')},
        "aws_iam_role.worker has other values",
    ),
    "a default in a module": (
        {"people/main.tf": ('default = "Allow"', 'default = "Deny"')},
        "module.people.variable.effect is not written as",
    ),
    "one more argument of a call": (
        {"main.tf": ("name     = each.key", 'name     = each.key\n  effect   = "Deny"')},
        "module.people is not written as",
    ),
    "the name of a module": ({"main.tf": ('module "people"', 'module "persons"')}, "module.people is not written as"),
    "a module that moved": (
        {"main.tf": ('module "people"', 'moved {\n  from = module.people\n  to = module.p\n}\nmodule "p"')},
        "module.p is not written as",
    ),
    "the keys of the instances": (
        {"main.tf": ('["bob"]', '["carl"]')},
        'the instances differ: module.people["carl"]',
    ),
    "an override file": (
        {"x_override.tf": 'resource "aws_iam_user_policy" "ada" {\n  policy = "{}"\n}\n'},
        "aws_iam_user_policy.ada is not written as",
    ),
    "a block that is broken": (
        {"main.tf": ('resource "aws_iam_user" "staged" {', 'resource "aws_iam_user" "staged" {\n  = =')},
        "aws_iam_user.staged is not written as",
    ),
    "another project": ({"main.tf": FIRST.replace('"ada"\n', '"zoe"\n')}, "aws_iam_user.ada is not written as"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_another_configuration_says_nothing_about_a_plan(name: str, tmp_path: Path) -> None:
    edits, said = CHANGED[name]
    edited(edits, tmp_path / "infra")
    for source in (str(tmp_path / "infra"), None):
        inputs = Inputs(source=source)
        report = scanned(tmp_path, "infra/plan.json", inputs=inputs)
        assert decided(report) == ALONE
        assert any(said in found.detail for found in report.diagnostics)
        assert not report.errors


def test_an_unrelated_configuration_is_left_alone(tmp_path: Path) -> None:
    edited({"main.tf": 'resource "aws_iam_user" "zoe" {\n  name = "zoe"\n}\n'}, tmp_path / "infra")
    report = scanned(tmp_path, "infra/plan.json")
    assert decided(report) == ALONE
    assert report.diagnostics == ()
    named = scanned(tmp_path, "infra/plan.json", inputs=Inputs(source=str(tmp_path / "infra")))
    assert ["there is no resource of the plan" in found.detail for found in named.diagnostics] == [True]


def test_a_plan_below_its_configuration_stands_alone(tmp_path: Path) -> None:
    edited({}, tmp_path / "infra")
    (tmp_path / "infra/out").mkdir()
    (tmp_path / "infra/plan.json").rename(tmp_path / "infra/out/plan.json")
    given = Inputs(source=str(tmp_path / "infra"))
    assert decided(scanned(tmp_path, "infra/out/plan.json")) == ALONE
    assert decided(scanned(tmp_path, "infra/out/plan.json", inputs=given)) == WITH_SOURCE


def test_a_link_out_of_the_tree_is_not_followed(tmp_path: Path) -> None:
    edited({}, tmp_path / "tree/infra")
    (tmp_path / "tree/infra/main.tf").rename(tmp_path / "main.tf")
    (tmp_path / "tree/infra/main.tf").symlink_to(tmp_path / "main.tf")
    report = scanned(tmp_path / "tree", "infra/plan.json")
    assert decided(report) == ALONE
    assert ["leads out of the scanned tree" in found.detail for found in report.diagnostics] == [True]
    assert not report.errors


def test_a_plan_file_needs_no_configuration_beside_it(tmp_path: Path) -> None:
    """A file that was added there says nothing, and only one that is named is compared with that in the plan."""
    (tmp_path / "infra").mkdir()
    beside(tmp_path / "infra", ROOT / "fixtures/plan/team-module.tfplan")
    before = scanned(tmp_path, "infra/tfplan")
    (tmp_path / "infra/more.tf").write_text('resource "aws_iam_user" "more" {\n  name = "more"\n}\n', encoding="utf-8")
    after = scanned(tmp_path, "infra/tfplan")
    assert not before.diagnostics
    assert without_form(after) == without_form(before)
    given = Inputs(source=str(tmp_path / "infra"))
    named = scanned(tmp_path, "infra/tfplan", inputs=given)
    assert ["the files are not those in the plan" in found.detail for found in named.diagnostics] == [True]
    assert decided(named) == decided(before)


def test_a_state_of_another_account(tmp_path: Path) -> None:
    """The provider was told another account since: nothing of the state is that of it."""
    shutil.copytree(ROOT / "fixtures/terraform/minimal-user", tmp_path / "infra")
    shutil.copy(ROOT / "fixtures/plan/minimal-user.state.json", tmp_path / "infra/state.json")
    before = decided(scanned(tmp_path, "infra/state.json"))
    provider = 'provider "aws" {\n  allowed_account_ids = ["210987654321"]\n}\n'
    (tmp_path / "infra/provider.tf").write_text(provider, encoding="utf-8")
    report = scanned(tmp_path, "infra/state.json")
    assert decided(report) == before
    assert {found.principal.account for found in report.principals} == {"123456789012"}
