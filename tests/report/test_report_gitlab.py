"""The Code Quality report, checked as GitLab checks it; GitLab says nothing of what it drops."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from report_builders import diagnostic, finding, hostile, many, report, span, typical

from scanner.diagnostic import Diagnostic, Severity
from scanner.escape import visible
from scanner.finding import Level
from scanner.report import Appearance, render
from scanner.report.report import Report
from scanner.span import Span

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "codeclimate.json").read_text(encoding="utf-8"))
SEVERITIES = {"info", "minor", "major", "critical", "blocker"}
REPORTS = {"typical": typical(), "nothing": report(), "many": many(), "hostile": hostile()}


def entries(found: Report, directory: str = "") -> list[dict[str, Any]]:
    parsed = json.loads(render("gitlab", found, Appearance("1.2.3", directory=directory)))
    assert isinstance(parsed, list)
    return parsed


@pytest.mark.parametrize("name", REPORTS)
def test_every_entry_is_valid(name: str) -> None:
    """By GitLab's own schema, and by what its documentation demands beyond that."""
    found = entries(REPORTS[name])
    for entry in found:
        jsonschema.validate(entry, SCHEMA)
        assert entry["check_name"]
        assert entry["severity"] in SEVERITIES
        assert entry["location"]["path"]
        assert not entry["location"]["path"].startswith("./")
        assert entry["location"]["lines"]["begin"] >= 1
    fingerprints = [entry["fingerprint"] for entry in found]
    assert len(fingerprints) == len(set(fingerprints))


@pytest.mark.parametrize("name", REPORTS)
def test_every_open_finding_and_every_trouble_has_an_entry(name: str) -> None:
    found = REPORTS[name]
    shown = sorted((entry["check_name"], entry["description"]) for entry in entries(found))
    checks = {Severity.ERROR: "scan-incomplete", Severity.WARNING: "not-followed"}
    assert shown == sorted(
        [
            *((each.rule, visible(f"{each.message} ({each.principal})")) for each in found.open_findings),
            *((checks[each.severity], visible(each.message)) for each in found.diagnostics),
        ]
    )


def test_severities() -> None:
    assert [(entry["check_name"], entry["severity"]) for entry in entries(typical())] == [
        ("user-cannot-aws-login", "major"),
        ("access-key", "minor"),
        ("unused", "info"),
        ("scan-incomplete", "critical"),
        ("not-followed", "info"),
    ]


def test_the_fingerprint_is_that_of_the_finding() -> None:
    (entry,) = entries(report(findings=(finding(),)))
    assert entry["fingerprint"] == finding().fingerprint


def test_what_is_found_twice_is_shown_twice() -> None:
    """A plan beside its configuration gives findings of one fingerprint."""
    twins = (replace(finding(), source="infra"), replace(finding(root="infra/plan.json"), source="infra"))
    assert twins[0].fingerprint == twins[1].fingerprint
    found = entries(report(findings=twins, diagnostics=(diagnostic(),) * 2))
    assert len({entry["fingerprint"] for entry in found}) == 4
    assert found[0]["fingerprint"] == twins[0].fingerprint


def test_a_trouble_that_moves_keeps_its_fingerprint() -> None:
    moved = replace(diagnostic(), span=span("infra/broken.tf", 40, 40))
    first, second = (entries(report(diagnostics=(each,)))[0] for each in (diagnostic(), moved))
    assert first["fingerprint"] == second["fingerprint"]
    assert first["location"] != second["location"]


def test_files_are_named_from_the_top_of_the_repository() -> None:
    found = report(findings=(finding(at=span("../main.tf")),), diagnostics=(diagnostic(),))
    assert [entry["location"]["path"] for entry in entries(found, "a/b")] == ["a/main.tf", "a/b/infra/broken.tf"]


@pytest.mark.parametrize("path", ["-", "--var"])
def test_what_is_no_file_is_in_no_directory(path: str) -> None:
    found = report(findings=(finding(at=span(path)),))
    assert entries(found, "a/b")[0]["location"]["path"] == path


def test_a_place_without_a_line_is_the_first() -> None:
    nowhere = Diagnostic(Severity.ERROR, "Broken", "", Span("a.tf", 0, 0, 0, 0))
    assert entries(report(diagnostics=(nowhere,)))[0]["location"]["lines"]["begin"] == 1


def test_what_is_suppressed_or_in_the_baseline_is_left_out() -> None:
    found = typical()
    assert found.suppressed + found.baselined == 3
    levels = [entry for entry in entries(found) if entry["check_name"] == "user-cannot-aws-login"]
    assert len(levels) == sum(each.level is Level.ERROR for each in found.open_findings)
