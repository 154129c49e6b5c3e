"""SARIF read back by the rules of others: OASIS's schema, GitHub's list of what it takes, the syntax of messages.

It shares nothing with the writer. GitHub's rules:
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from jsonschema import Draft4Validator

SCHEMAS = Path(__file__).parent / "schemas"
SCHEMA = json.loads((SCHEMAS / "sarif-2.1.0.json").read_text("utf-8"))
VALIDATOR = Draft4Validator(SCHEMA)
URI = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-F]{2})+")
"""A path of RFC 3986."""


def read(text: str) -> dict[str, Any]:
    """The run of a log, which is as everybody wants it."""
    log: dict[str, Any] = json.loads(text)
    VALIDATOR.validate(log)
    assert len(gzip.compress(text.encode())) <= 10_000_000
    assert log["version"] == "2.1.0"
    assert log["$schema"] == SCHEMA["id"]
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert len(rules) <= 25_000
    assert len(run["results"]) <= 25_000
    for rule in rules:
        check_rule(rule)
    listed = run.get("properties", {}).get("suppressedResults", [])
    for result in (*run["results"], *listed):
        check_result(result, rules)
    assert not any("suppressions" in result for result in run["results"])
    assert all(result["suppressions"] for result in listed)
    fingerprints = [json.dumps(result["partialFingerprints"]) for result in run["results"]]
    assert len(set(fingerprints)) == len(fingerprints)
    (invocation,) = run["invocations"]
    descriptors = {each["id"] for each in run["tool"]["driver"]["notifications"]}
    for notification in invocation.get("toolExecutionNotifications", []):
        assert notification["descriptor"]["id"] in descriptors
        assert links(notification["message"]["text"]) == []
        for location in notification.get("locations", []):
            check_location(location["physicalLocation"], is_result=False)
    return run


def check_rule(rule: dict[str, Any]) -> None:
    for text in (rule["shortDescription"]["text"], rule["fullDescription"]["text"], *rule["help"].values()):
        assert 1 <= len(text) <= 1024
    assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
    properties = rule["properties"]
    assert len(properties.get("tags", [])) <= 20
    assert properties["precision"] in ("very-high", "high", "medium", "low")
    assert properties["problem.severity"] in ("error", "warning", "recommendation")
    assert ("security-severity" in properties) == ("security" in properties.get("tags", []))
    if "security-severity" in properties:
        assert 0 < float(properties["security-severity"]) < 9


def check_result(result: dict[str, Any], rules: list[dict[str, Any]]) -> None:
    Draft4Validator({"$ref": "#/definitions/result", "definitions": SCHEMA["definitions"]}).validate(result)
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert result["level"] in ("error", "warning", "note")
    assert result["message"]["text"]
    assert result["partialFingerprints"]
    assert "primaryLocationLineHash" not in result["partialFingerprints"]
    (location,) = result["locations"]
    check_location(location["physicalLocation"])
    region = location["physicalLocation"]["region"]
    assert region["startLine"] == region["endLine"]
    related = result.get("relatedLocations", [])
    assert len(related) < 100
    for each in related:
        check_location(each["physicalLocation"])
        assert links(each["message"]["text"]) == []
    ids = [each["id"] for each in related]
    assert len(set(ids)) == len(ids)
    assert {target for _, target in links(result["message"]["text"])} <= {str(each) for each in ids}


def check_location(location: dict[str, Any], *, is_result: bool = True) -> None:
    """GitHub refuses a result without a region."""
    uri = location["artifactLocation"]["uri"]
    assert "uriBaseId" not in location["artifactLocation"]
    path = uri.removeprefix("file://")
    assert URI.fullmatch(path), uri
    assert urlsplit(uri).scheme == ("file" if uri.startswith("file://") else "")
    unquote_to_bytes(path).decode("utf-8")
    if not is_result and "region" not in location:
        return
    region = location["region"]
    assert all(region[key] >= 1 for key in ("startLine", "startColumn", "endLine", "endColumn"))
    assert (region["startLine"], region["startColumn"]) < (region["endLine"], region["endColumn"])
    if "contextRegion" in location:
        context = location["contextRegion"]
        assert context["startLine"] <= region["startLine"] < context["endLine"]


def links(text: str) -> list[tuple[str, str]]:
    """Embedded links (§3.11.6) with the text that a viewer shows; also those that GitHub's Markdown would see."""
    return [
        (unescaped(found[1]), found[2])
        for found in re.finditer(r"(?<!\\)(?:\\\\)*\[((?:[^\\\[\]]|\\.)*)\]\(([^)]*)\)", text, re.DOTALL)
    ]


def unescaped(text: str) -> str:
    return re.sub(r"\\([\\\[\]])", r"\1", text)


def instances(run: dict[str, Any]) -> list[dict[str, Any]]:
    """The principals of all results."""
    return [
        each
        for result in run["results"]
        for location in result["locations"]
        for each in location.get("logicalLocations", [])
    ]
