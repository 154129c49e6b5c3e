"""The schema of the document that rules select from says what they see, and what the schema of the JSON report says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from scanner.report.report import Report
from scanner.rules.document_shape import SCHEMA
from scanner.rules.documents import DOCUMENT_VERSION
from scanner.rules.view import view
from tests.scans import ROOT, scanned

DOCUMENT = json.loads(SCHEMA.read_text(encoding="utf-8"))
REPORT = json.loads((ROOT / "scanner" / "report" / "schema.json").read_text(encoding="utf-8"))
DECIDES_ALL = "console-user-without-mfa"
"""A rule that has everything decided that the document may have."""
WITH_ACCOUNT_DATA = "source"
"""The only key that is not always there."""
EXAMPLES = [
    *("fixtures/terraform/minimal-user", "fixtures/terraform/permission-sets", "fixtures/terraform/mfa-required"),
    *("fixtures/terraform/group-grant", "fixtures/terraform/boundary-blocks", "fixtures/terraform/access-key"),
    *("fixtures/terraform/grant-without-password", "fixtures/terraform/switch-role", "fixtures/terraform/service-role"),
    "fixtures/account",
    *("fixtures/terraform/foreign-group", "fixtures/cloudformation/saml-role.yaml", "fixtures/plan/minimal-user.json"),
]


def resolved(schema: Any, definitions: dict[str, Any]) -> Any:
    """A schema without references and words for people."""
    if isinstance(schema, list):
        return [resolved(each, definitions) for each in schema]
    if not isinstance(schema, dict):
        return schema
    schema = dict(schema)
    reference = schema.pop("$ref", None)
    if reference is not None:
        schema = {**definitions[reference.removeprefix("#/$defs/")], **schema}
    return {key: resolved(each, definitions) for key, each in schema.items() if key != "description"}


def principal(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = resolved(schema["properties"]["principals"]["items"], schema["$defs"])
    return found


def test_what_the_report_has_of_a_principal_is_the_same_in_both() -> None:
    document, report = principal(DOCUMENT)["properties"], principal(REPORT)["properties"]
    for key, schema in report.items():
        if key != "permissions":
            assert document[key] == schema, key
    assert len(report) > 8


def test_a_permission_of_the_report_is_one_of_the_document() -> None:
    """But for what only rules see of it."""
    document = principal(DOCUMENT)["properties"]["permissions"]["items"]
    report = resolved(REPORT["$defs"]["permission"], REPORT["$defs"])
    further = {"depends_on", "without_mfa"}
    assert set(document["properties"]) - further == set(report["properties"])
    assert set(document["required"]) - further == set(report["required"])
    for key in ("decision", "reasons"):
        assert document["properties"][key] == report["properties"][key]


@pytest.mark.parametrize("schema", [DOCUMENT, REPORT], ids=["document", "report"])
def test_a_schema_is_strict(schema: dict[str, Any]) -> None:
    """Every mapping names its keys, but for those of people's own, and all of them are there."""

    def mappings(node: Any) -> Iterator[dict[str, Any]]:
        if isinstance(node, dict):
            if node.get("type") == "object":
                yield node
            for each in node.values():
                yield from mappings(each)
        elif isinstance(node, list):
            for each in node:
                yield from mappings(each)

    jsonschema.Draft202012Validator.check_schema(schema)
    found = list(mappings(schema))
    assert len(found) > 5
    for mapping in found:
        assert "additionalProperties" in mapping
        if schema is DOCUMENT and "properties" in mapping:
            assert set(mapping["properties"]) - set(mapping["required"]) <= {"change", "drift", WITH_ACCOUNT_DATA}


def test_the_version_is_that_of_the_document() -> None:
    assert DOCUMENT["properties"]["version"]["const"] == DOCUMENT_VERSION


@pytest.mark.parametrize("path", EXAMPLES)
def test_what_rules_see_of_fixtures_satisfies_the_schema(path: str) -> None:
    report: Report = scanned(ROOT, path, rule_paths=(DECIDES_ALL,))
    _valid(report)


def test_what_they_see_with_account_data_does() -> None:
    data = ("fixtures/account",)
    report = scanned(ROOT, "fixtures/terraform/foreign-group", account_data=data, rule_paths=(DECIDES_ALL,))
    _valid(report)


def _valid(report: Report) -> None:
    document = {"version": DOCUMENT_VERSION, "principals": [view(assessed) for assessed in report.principals]}
    assert document["principals"]
    jsonschema.Draft202012Validator(DOCUMENT).validate(document)
