"""What CloudFormation refuses is an error with its line, as cfn-lint says (``tests/cases/template-refusals.yaml``)."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any

import pytest

from scanner.facts import Facts
from tests.tables import TABLES, table

CASES: dict[str, Any] = {}
_FILE = table(TABLES / "template-refusals.yaml")
for _name, _case in _FILE["cases"].items():
    assert set(_case) <= {"template", "head", "says", "warns", "cfn-lint", "why"}, _name
    CASES[_name] = {**_case, "text": _case.get("head", _FILE["head"]) + textwrap.indent(_case["template"], "  ")}

OURS = {
    "Circular dependency",
    "Invalid name",
    "Property missing",
    "Property not supported",
    "Undefined name",
    "Value of the wrong shape",
}
OF_DOCUMENTS = {"E3510", "E3530"}
"""cfn-lint's rules about policies, which are empty here for the sake of brevity."""


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 50
    assert sum(not {"says", "warns"} & set(case) for case in CASES.values()) >= 10


@pytest.mark.parametrize("name", CASES)
def test_refusals(name: str, scan_text: Callable[..., Facts]) -> None:
    case = CASES[name]
    facts = scan_text(case["text"])
    found = sorted([one.severity.value, one.summary, one.span.line] for one in facts.diagnostics if one.summary in OURS)
    expected = [["error", *one] for one in case.get("says", [])] + [["warning", *one] for one in case.get("warns", [])]
    assert found == sorted(expected)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_cfn_lint_says_so(name: str) -> None:
    from tests.cfn_lint import linted

    case = CASES[name]
    found = {one.rule.id for one in linted(case["text"])}
    expected = set(case.get("cfn-lint", []))
    assert {rule for rule in found if rule.startswith("E")} - (OF_DOCUMENTS - expected) == expected
    is_refused = bool({"says", "warns"} & set(case))
    assert is_refused == bool(expected) or "why" in case
