"""Stored states give what ``terraform show -json`` gives of them; what cannot be read gives one error."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.report.report import Report
from scanner.verdicts.document import principal_document
from tests.scans import ROOT, Scan, scanned

pytestmark = pytest.mark.slow

STATES = sorted(path.name.removesuffix(".tfstate") for path in (ROOT / "fixtures/plan").glob("*.tfstate"))


def principals(report: Report) -> list[dict[str, Any]]:
    return [without_places(principal_document(assessed)) for assessed in report.principals]


def without_places(document: Any) -> Any:
    if isinstance(document, dict):
        return {key: without_places(value) for key, value in document.items() if key not in ("location", "root")}
    if isinstance(document, list):
        return [without_places(item) for item in document]
    return document


@pytest.mark.parametrize("name", STATES)
def test_stored_and_shown_states_agree(name: str) -> None:
    stored, shown = (scanned(ROOT, f"fixtures/plan/{name}.{suffix}") for suffix in ("tfstate", "state.json"))
    assert not stored.diagnostics
    assert stored.principals
    assert principals(stored) == principals(shown)


def test_there_are_states() -> None:
    assert len(STATES) >= 4


STATE = {"version": 4, "terraform_version": "1.11.4", "serial": 3, "lineage": "d2c6b652-83e4-179d-94fa-8d69d7ff4133"}


def resource(*instances: dict[str, Any], type_: str = "aws_iam_user", **more: str) -> dict[str, Any]:
    provider = 'provider["registry.terraform.io/hashicorp/aws"]'
    return {"mode": "managed", "type": type_, "name": "u", "provider": provider, "instances": list(instances), **more}


def user(name: str, **more: Any) -> dict[str, Any]:
    return {"schema_version": 0, "attributes": {"name": name, "arn": f"arn:aws:iam::1:user/{name}"}, **more}


@pytest.mark.parametrize(
    ("resources", "addresses"),
    [
        ([resource(user("a"))], ["aws_iam_user.u"]),
        (
            [resource(user("a", index_key=0), user("b", index_key=1))],
            ["aws_iam_user.u[0]", "aws_iam_user.u[1]"],
        ),
        (
            [resource(user("a", index_key='x"y')), resource(user("c"), module='module.m["k"].module.n')],
            ['aws_iam_user.u["x\\"y"]', 'module.m["k"].module.n.aws_iam_user.u'],
        ),
        ([resource(user("a", status="tainted"))], ["aws_iam_user.u"]),
        ([resource(user("a")) | {"mode": "data"}], []),
        ([resource({"schema_version": 0, "attributes": {"id": "x"}}, type_="null_resource")], []),
        ([resource(user("a")), {**resource(user("b")), "name": "v", "provider": "provider.aws"}], None),
        ([resource({"schema_version": 0, "attributes_flat": {"id": "x"}}, type_="null_resource")], []),
        ([], []),
        (None, []),
    ],
)
def test_instances(scan_files: Scan, resources: list[Any] | None, addresses: list[str] | None) -> None:
    report = scan_files({"terraform.tfstate": json.dumps({**STATE, "outputs": {}, "resources": resources})})
    assert not report.diagnostics
    found = [assessed.definition.address for assessed in report.principals]
    assert found == (addresses if addresses is not None else ["aws_iam_user.u", "aws_iam_user.v"])
    assert {assessed.definition.root_kind.value for assessed in report.principals} <= {"terraform-state"}


def test_deposed_objects_are_left_out_and_the_report_says_so(scan_files: Scan) -> None:
    resources = [resource(user("new"), user("old", deposed="byebye01"))]
    report = scan_files({"x": json.dumps({**STATE, "resources": resources})})
    assert [found["name"] for found in principals(report)] == ["new"]
    (said,) = report.diagnostics
    assert "deposed object of aws_iam_user.u" in said.message


EMPTY_POLICIES = {
    "an empty block": ({"name": "", "policy": ""}, "implicit_deny", 0),
    "a text that somebody took out": ({"name": "sign-in", "policy": ""}, "unknown", 1),
}


@pytest.mark.parametrize("name", EMPTY_POLICIES)
def test_empty_inline_policies_of_a_role(scan_files: Scan, name: str) -> None:
    """Versions 3 and 4 of the provider store a role without inline policies with an empty one."""
    block, decision, errors = EMPTY_POLICIES[name]
    trust = json.dumps({"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}]})
    attributes = {"name": "r", "assume_role_policy": trust, "inline_policy": [block]}
    stored = resource({"schema_version": 0, "attributes": attributes}, type_="aws_iam_role")
    report = scan_files({"terraform.tfstate": json.dumps({**STATE, "resources": [stored]})})
    assert [found["aws_login"]["localhost"] for found in principals(report)] == [decision]
    assert len(report.errors) == errors


OLD = {"version": 3, "terraform_version": "0.11.14", "serial": 1, "lineage": STATE["lineage"], "modules": []}
ENCRYPTED = {"meta": {"key_provider.pbkdf2.k": "e30="}, "encrypted_data": "AAAA", "encryption_version": "v0"}
UNREADABLE = {
    "of Terraform 0.11": (OLD, "version 3 (Terraform 0.11.14)"),
    "of Terraform 0.6": ({"version": 1, "serial": 2, "modules": [{"path": ["root"]}]}, "version 1;"),
    "of a later version": ({**STATE, "version": 5, "resources": []}, "version 5"),
    "nonsense instead of resources": ({**STATE, "resources": {}}, "at `resources`"),
    "nonsense instead of instances": ({**STATE, "resources": [3]}, "at `resources[0]`"),
    "flat attributes": (
        {**STATE, "resources": [resource({"schema_version": 0, "attributes_flat": {"name": "a"}})]},
        "aws_iam_user.u is stored as Terraform 0.11 did it",
    ),
    "encrypted": ({"serial": 1, "lineage": STATE["lineage"], **ENCRYPTED}, "tofu show -json"),
    "an encrypted plan": (ENCRYPTED, "tofu show -json"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_one_error(scan_files: Scan, name: str) -> None:
    document, message = UNREADABLE[name]
    report = scan_files({"state": json.dumps(document, indent=2)})
    (said,) = report.diagnostics
    assert message in said.message
    assert said.severity.value == "error"


def test_a_truncated_state_is_one_error(scan_files: Scan) -> None:
    text = json.dumps({**STATE, "resources": [resource(user("a"))]}, indent=2)
    (said,) = scan_files({"terraform.tfstate": text[:-20]}).diagnostics
    assert "not valid JSON" in said.message
