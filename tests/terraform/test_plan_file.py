"""Plan files give what ``terraform show -json`` gives of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scanner.terraform.plans.plan_description import description
from scanner.terraform.plans.plan_reader import read_document
from scanner.terraform.plans.plan_snapshot import PackedModules
from tests.scans import ROOT, documents, scanned

pytestmark = pytest.mark.slow

PLANS = sorted([*(ROOT / "fixtures/plan").glob("*.tfplan"), *(ROOT / "tests/cases/plans").glob("*/*.tfplan")])
NAMES = [path.relative_to(ROOT).as_posix() for path in PLANS]


@pytest.mark.parametrize("path", PLANS, ids=NAMES)
def test_principals_are_those_of_the_json(path: Path) -> None:
    """The file has the expressions, so it says the same, or says what the JSON leaves open."""
    binary, shown = (documents(scanned(file.parent, file.name)) for file in (path, path.with_suffix(".json")))
    assert binary
    assert binary.keys() == shown.keys()
    for address, found in binary.items():
        for key in ("kind", "name", "origin"):
            assert found[key] == shown[address][key]
        assert shown[address]["console"]["access"] in (found["console"]["access"], "unknown")
        for client, decision in found["aws_login"].items():
            assert shown[address]["aws_login"][client] in (decision, "unknown")


@pytest.mark.parametrize("path", PLANS, ids=NAMES)
def test_a_plan_file_is_complete(path: Path) -> None:
    """It needs no configuration beside it. What Terraform itself leaves out is said."""
    said = {"targeted": 1, "forgotten": 7}
    assert len(scanned(path.parent, path.name).diagnostics) == said.get(path.parent.name, 0)


@pytest.mark.parametrize("path", PLANS, ids=NAMES)
def test_values_are_those_of_the_json(path: Path) -> None:
    binary, shown = read_document(path), read_document(path.with_suffix(".json"))
    assert list(binary.instances) == list(shown.instances)
    for address, planned in binary.instances.items():
        known, unknown = planned.values()
        shown_known, shown_unknown = shown.instances[address].values()
        assert known == shown_known
        assert unknown_attributes(unknown) == unknown_attributes(shown_unknown)


def unknown_attributes(marks: Mapping[str, Any]) -> set[str]:
    return {name for name, mark in marks.items() if mark is True}


@pytest.mark.parametrize("path", PLANS, ids=NAMES)
def test_the_configuration_refers_to_what_terraform_says(path: Path) -> None:
    assert referring(described(path)) == referring(
        read_document(path.with_suffix(".json")).configuration["root_module"]
    )


def described(path: Path) -> dict[str, Any]:
    """The configuration in a plan file, module by module, as a plan in JSON describes it."""
    snapshot = read_document(path).snapshot
    assert snapshot is not None
    packed = PackedModules(snapshot, Path("/tree"), ".")
    modules = {
        key: description(packed.load(*packed.place(key))) for key in sorted(snapshot.directories, key=len, reverse=True)
    }
    for key, module in modules.items():
        outer, _, name = key.rpartition(".")
        if key:
            modules[outer]["module_calls"][name]["module"] = module
    return modules[""]


def referring(module: Mapping[str, Any]) -> dict[str, Any]:
    """What of a module's JSON follows from the files, for the blocks that are parsed."""
    return {
        "resources": {
            (resource["mode"], resource["type"], resource["name"]): [
                resource.get(name) or None for name in ("expressions", "count_expression", "for_each_expression")
            ]
            for resource in module.get("resources", [])
            if resource["type"].startswith("aws_iam_")
        },
        "outputs": {name: output["expression"] for name, output in module.get("outputs", {}).items()},
        "calls": {
            name: [call.get("expressions"), call.get("for_each_expression") or None, referring(call["module"])]
            for name, call in module.get("module_calls", {}).items()
        },
    }


def test_there_are_plans() -> None:
    assert len(PLANS) >= 6


def test_actions() -> None:
    changes = read_document(ROOT / "tests/cases/plans/changes/plan.tfplan")
    users = {str(address) for address in changes.instances if address.type == "aws_iam_user"}
    assert users == {f'aws_iam_user.people["{name}"]' for name in ("anna", "clara", "dora")} | {"aws_iam_user.moved"}


def test_workspace() -> None:
    assert {read_document(plan).workspace for plan in PLANS} == {"default"}
