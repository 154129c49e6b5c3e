"""What holds for every format, also for one that has no tests of its own yet."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from report_builders import hostile, many, report, typical

from scanner.report import FORMATS, Appearance, render
from scanner.report.report import Report

OF_THEIR_OWN = {
    "github": "is made of workflow commands, and tested for what gets into them",
}
"""Formats that may print what GitHub's runner takes for a command, and why."""
LINE_ENDS = {"csv": "\r\n"}
"""Formats whose lines end otherwise, because a standard says so."""


def rendered(format_: str, found: Report) -> str:
    return render(format_, found, Appearance("1.2.3", width=80))


@pytest.mark.parametrize("format_", FORMATS)
def test_a_report_ends_with_a_newline(format_: str) -> None:
    for found in (report(), typical()):
        assert rendered(format_, found).endswith("\n"), f"the last line of the format {format_} has no end"


@pytest.mark.parametrize("format_", FORMATS)
def test_no_dangerous_character_is_printed(format_: str) -> None:
    text = rendered(format_, hostile()).replace(LINE_ENDS.get(format_, "\n"), "\n")
    dangerous = sorted({letter for letter in text if letter != "\n" and not letter.isprintable()})
    assert not dangerous, (
        f"the format {format_} prints {dangerous} as they stand in the scanned code: "
        "put what the code has a say in through scanner.escape.visible"
    )


@pytest.mark.parametrize("format_", sorted(FORMATS.keys() - OF_THEIR_OWN))
def test_no_text_becomes_a_workflow_command(format_: str) -> None:
    text = rendered(format_, hostile())
    lines = [line[:60] for line in text.splitlines() if line.lstrip().startswith("::") or re.search(r"##\w*\[", line)]
    assert not lines, (
        f"GitHub takes lines of the format {format_} for commands: {lines}; "
        "put them through scanner.escape.inert, and texts through visible"
    )


@pytest.mark.parametrize("format_", FORMATS)
def test_the_order_of_findings_does_not_show(format_: str) -> None:
    found = many()
    backwards = replace(found, findings=found.findings[::-1])
    assert rendered(format_, found) == rendered(format_, backwards), (
        f"the format {format_} prints findings as they come: "
        "sort them, with scanner.report.wording.worst_first for instance"
    )
