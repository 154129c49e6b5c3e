"""The JSON report: its shape, its schema, its bytes. Update snapshots with ``UPDATE_SNAPSHOTS=1``."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from report_builders import HOSTILE, diagnostic, finding, fixable, hostile, many, principal, report, typical
from report_snapshot import check

from scanner.cause import Cause, CauseKind
from scanner.diagnostic import Severity
from scanner.finding import Level
from scanner.fix import Applicability, Edit, Fix
from scanner.iam.evaluate import Outcome
from scanner.iam.pattern import Hole
from scanner.iam.principal import PrincipalKind
from scanner.report import Appearance, render
from scanner.report.report import Report
from scanner.span import Span
from scanner.verdicts.console import Access, Via
from scanner.verdicts.sign_in import ACTIONS, Client

SCHEMA: dict[str, Any] = json.loads(files("scanner.report").joinpath("schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)


def rendered(found: Report) -> str:
    return render("json", found, Appearance("1.2.3", colour=True, width=80))


def loaded(found: Report) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(rendered(found))
    VALIDATOR.validate(document)
    return document


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_snapshot() -> None:
    policy = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Sid": "One", "Effect": "Allow", "Action": ACTIONS[0], "Resource": "*"}],
        }
    )
    found = typical()
    found = replace(found, principals=(principal(policy=policy), *found.principals[1:]))
    loaded(found)
    check("typical.json", rendered(found))


def test_keys_come_in_the_order_of_the_specification() -> None:
    document = loaded(typical())
    assert " ".join(document) == "version tool summary principals findings errors warnings"
    assert " ".join(document["summary"]) == "roots files principals findings suppressed baselined errors"
    assert " ".join(document["principals"][0]) == (
        "kind name address origin root location console aws_login permissions"
    )
    assert " ".join(document["findings"][0]) == (
        "rule severity message principal root location fingerprint title help related"
    )


def test_nothing_found() -> None:
    document = loaded(report())
    assert document["summary"] == {
        "roots": 1,
        "files": 4,
        "principals": 0,
        "findings": {"error": 0, "warning": 0, "note": 0},
        "suppressed": 0,
        "baselined": 0,
        "errors": 0,
    }
    assert not (document["principals"])
    assert not (document["findings"])
    assert not (document["errors"])
    assert not (document["warnings"])


def test_a_name_with_an_unknown_part_is_null() -> None:
    hole = Hole(frozenset({Cause(CauseKind.MISSING_INPUT, "var.team has no value")}))
    assert loaded(report((principal(("team-", hole)),)))["principals"][0]["name"] is None


def test_four_permissions_with_reasons() -> None:
    permissions = loaded(report((principal(),)))["principals"][0]["permissions"]
    assert {(found["action"], found["client"]) for found in permissions} == {
        (action, client.value) for action in ACTIONS for client in Client
    }
    assert all(found["reasons"] for found in permissions)


def test_the_end_line_is_the_last_line_that_belongs_to_it() -> None:
    document = loaded(report(findings=(finding(at=Span("a.tf", 3, 1, 8, 1)),)))
    assert document["findings"][0]["location"] == {"path": "a.tf", "start_line": 3, "end_line": 7}


def test_errors_and_warnings_are_apart() -> None:
    document = loaded(report(diagnostics=(diagnostic(), diagnostic(Severity.WARNING, "Run it."))))
    assert document["errors"] == [
        {"path": "infra/broken.tf", "line": 12, "message": "Invalid block: Expected a closing brace."}
    ]
    assert [found["message"] for found in document["warnings"]] == ["Module not installed: Run it."]
    assert document["summary"]["errors"] == 1


def test_findings_have_their_fixes_and_the_summary_counts_them() -> None:
    document = loaded(fixable())
    assert document["summary"]["fixable"] == {"safe": 1, "unsafe": 1, "display": 1}
    fixes = [[each["applicability"] for each in found.get("fixes", [])] for found in document["findings"]]
    assert sorted(fixes) == [[], ["display"], ["safe"], ["unsafe"], ["unsafe", "safe", "display"]]
    misspelled = next(found for found in document["findings"] if found["rule"] == "misspelled")
    assert misspelled["fixes"][1] == {
        "description": "write signin:AuthorizeOAuth2Access for signin:AtuhorizeOAuth2Access",
        "applicability": "safe",
        "edits": [
            {
                "path": "infra/main.tf",
                "start_line": 11,
                "start_column": 19,
                "end_line": 11,
                "end_column": 47,
                "text": "signin:AuthorizeOAuth2Access",
            }
        ],
    }


@pytest.mark.parametrize("name", HOSTILE)
def test_edits_come_back_as_they_were(name: str) -> None:
    text = HOSTILE[name]
    fix = Fix(text, Applicability.SAFE, (Edit(Span(text, 1, 1, 1, 1), text),))
    expected = text.encode("utf-8", "backslashreplace").decode()
    (found,) = loaded(report(findings=(replace(finding(), fixes=(fix,)),)))["findings"]
    (edit,) = found["fixes"][0]["edits"]
    assert found["fixes"][0]["description"] == edit["path"] == edit["text"] == expected


def test_the_order_in_which_things_were_found_does_not_show() -> None:
    found = hostile()
    backwards = Report(1, 4, found.principals[::-1], found.findings[::-1], found.diagnostics[::-1])
    assert rendered(found) == rendered(backwards) == rendered(hostile())
    assert [each["location"]["start_line"] for each in loaded(many())["findings"]] != list(range(1, 61))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_come_back_as_they_were(name: str) -> None:
    text = HOSTILE[name]
    document = loaded(report((principal((text,), address=text),), (finding(text, address=text),)))
    expected = text.encode("utf-8", "backslashreplace").decode()
    assert document["principals"][0]["name"] == document["findings"][0]["message"] == expected


def test_nothing_that_a_terminal_acts_on() -> None:
    text = rendered(hostile())
    loaded(hostile())
    assert text.replace("\n", "").isprintable()
    assert not any(line.lstrip().startswith(("::", "##[")) for line in text.splitlines())


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (["decision"], [outcome.value for outcome in Outcome]),
        (["client"], [client.value for client in Client]),
        (["sign_in", "properties", "action"], list(ACTIONS)),
        (["principal", "properties", "kind"], [kind.value for kind in PrincipalKind]),
        (["principal", "properties", "console", "properties", "access"], [access.value for access in Access]),
        (["principal", "properties", "console", "properties", "via", "items"], [via.value for via in Via]),
        (["finding", "properties", "severity"], [level.value for level in Level]),
        (["fix", "properties", "applicability"], [each.value for each in Applicability]),
    ],
)
def test_the_schema_has_the_words_that_the_code_has(place: list[str], words: list[str]) -> None:
    found = SCHEMA["$defs"]
    for key in place:
        found = found[key]
    assert found["enum"] == words


def _objects(schema: Any) -> list[dict[str, Any]]:  # any part of the schema
    if isinstance(schema, list):
        return [found for item in schema for found in _objects(item)]
    if not isinstance(schema, dict):
        return []
    nested = [found for item in schema.values() for found in _objects(item)]
    return [schema, *nested] if schema.get("type") == "object" else nested


OPTIONAL = {
    "fingerprint": {"url", "tags", "also_in", "suppressed", "baselined", "fixes"},
    "hidden": {"hidden", "fixable"},
    "tool": {"changes"},
    "source": {"source"},
}
"""Keys that only some findings, summaries and reports have, by a key that tells which object it is."""


def test_the_schema_is_strict() -> None:
    objects = _objects(SCHEMA)
    assert len(objects) > 8
    for found in objects:
        assert found["additionalProperties"] is False
        optional = next((keys for name, keys in OPTIONAL.items() if name in found["properties"]), set())
        assert set(found["required"]) == set(found["properties"]) - optional
