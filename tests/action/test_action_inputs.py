"""What the scanner is called with, by the inputs of the action."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

import pytest
from github_runner import ACTION, ROOT

from inputs import DECLARED, Inputs, parse_inputs
from scan import arguments, environment

DEFAULTS = {name: each["default"] for name, each in ACTION["inputs"].items()}
FILES = {"json": Path("j"), "sarif": Path("s")}
OUTPUTS = ["--output=json=j", "--output=sarif=s"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, [*OUTPUTS, "--", "."]),
        ({"annotations": " False "}, ["--format=text", "--output=markdown=summary.md", *OUTPUTS, "--", "."]),
        ({"annotations": "false", "summary": "false"}, ["--format=text", *OUTPUTS, "--", "."]),
        ({"FAIL-ON": "note"}, [*OUTPUTS, "--fail-on=note", "--", "."]),
        ({"config": "-c d"}, [*OUTPUTS, "--config=-c d", "--", "."]),
        ({"paths": "a b\r\n  c\n\n--d\n"}, [*OUTPUTS, "--", "a b", "c", "--d"]),
        ({"paths": " \n "}, [*OUTPUTS, "--", "."]),
        (
            {"options": "--var=a=b c\n-v\n--var\n $(x) ;y"},
            [*OUTPUTS, "--var=a=b c", "-v", "--var", "$(x) ;y", "--", "."],
        ),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_arguments(given: dict[str, str], expected: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    assert arguments(_parsed(given), FILES) == expected


@pytest.mark.parametrize(("summary", "expected"), [("true", "summary.md"), ("false", None)])
def test_the_summary_is_written_where_the_runner_says(
    summary: str, expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    assert environment(_parsed({"summary": summary})).get("GITHUB_STEP_SUMMARY") == expected


def _parsed(given: dict[str, str]) -> Inputs:
    defaults = {name: value for name, value in DEFAULTS.items() if name not in map(str.lower, given)}
    return parse_inputs(json.dumps({**defaults, **given}))


@pytest.mark.parametrize(("version", "status"), [((3, 10, 14), 2), ((3, 6, 15), 2)])
def test_an_old_python_is_told_so(
    version: tuple[int, int, int], status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main = runpy.run_path(str(ROOT / "action" / "__main__.py"))["main"]
    monkeypatch.setattr(sys, "version_info", version)
    assert main("install") == status
    assert capsys.readouterr().out.endswith(f"needs Python 3.11 or later; this is {version[0]}.{version[1]}\n")


def test_inputs_are_declared_once() -> None:
    assert set(ACTION["inputs"]) == DECLARED


def test_no_expression_is_text_of_a_shell() -> None:
    scripts = [step["run"] for step in ACTION["runs"]["steps"] if "run" in step]
    assert len(scripts) == 3
    assert not [script for script in scripts if "${{" in script]
