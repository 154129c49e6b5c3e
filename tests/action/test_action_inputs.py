"""What the scanner is called with, by the inputs of the action."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from github_runner import ACTION

from inputs import DECLARED, parse_inputs
from scan import arguments

DEFAULTS = {name: each["default"] for name, each in ACTION["inputs"].items()}
FILES = {"json": Path("j"), "sarif": Path("s")}
OUTPUTS = ["--output=json=j", "--output=sarif=s"]
SUMMARY = "--output=markdown=summary.md"
BOTH = ["--format=text", "--format=github"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, [*BOTH, *OUTPUTS, SUMMARY, "--", "."]),
        ({"annotations": " False "}, ["--format=text", *OUTPUTS, SUMMARY, "--", "."]),
        ({"summary": "false"}, [*BOTH, *OUTPUTS, "--", "."]),
        ({"FAIL-ON": "note"}, [*BOTH, *OUTPUTS, SUMMARY, "--fail-on=note", "--", "."]),
        ({"config": "-c d"}, [*BOTH, *OUTPUTS, SUMMARY, "--config=-c d", "--", "."]),
        ({"paths": "a b\r\n  c\n\n--d\n"}, [*BOTH, *OUTPUTS, SUMMARY, "--", "a b", "c", "--d"]),
        ({"paths": " \n "}, [*BOTH, *OUTPUTS, SUMMARY, "--", "."]),
        (
            {"options": "--var=a=b c\n-v\n--var\n $(x) ;y"},
            [*BOTH, *OUTPUTS, SUMMARY, "--var=a=b c", "-v", "--var", "$(x) ;y", "--", "."],
        ),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_arguments(given: dict[str, str], expected: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    defaults = {name: value for name, value in DEFAULTS.items() if name not in map(str.lower, given)}
    assert arguments(parse_inputs(json.dumps({**defaults, **given})), FILES) == expected


def test_inputs_are_declared_once() -> None:
    assert set(ACTION["inputs"]) == DECLARED


def test_no_expression_is_text_of_a_shell() -> None:
    scripts = [step["run"] for step in ACTION["runs"]["steps"] if "run" in step]
    assert len(scripts) == 3
    assert not [script for script in scripts if "${{" in script]
