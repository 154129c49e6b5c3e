"""Workflow commands, read back by the rules of GitHub's runner. Update snapshots with ``UPDATE_SNAPSHOTS=1``.

The reader below does what ``TryParseV2`` does in
https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs and shares nothing with the writer.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from typing import NamedTuple

import pytest
from report_builders import HELP, HOSTILE, diagnostic, finding, hostile, many, report, span, troubles, typical
from report_snapshot import check

from scanner.diagnostic import Diagnostic, Severity
from scanner.finding import Level
from scanner.report import Appearance, render
from scanner.report.report import Report
from scanner.span import Span

ANNOTATIONS = ("error", "warning", "notice")


class Command(NamedTuple):
    name: str
    properties: dict[str, str]
    data: str


def parse(line: str) -> Command | None:
    line = line.lstrip()
    if not line.startswith("::") or "::" not in line[2:]:
        return None
    info, data = line[2:].split("::", 1)
    name, _, listed = info.partition(" ")
    properties = {}
    for item in listed.strip().split(","):
        key, equals, value = item.partition("=")
        if equals and key and value:
            properties[key] = unescape(value, {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"})
    return Command(name, properties, unescape(data, {"%0D": "\r", "%0A": "\n", "%25": "%"}))


def unescape(text: str, codes: dict[str, str]) -> str:
    for code, letter in codes.items():
        text = text.replace(code, letter)
    return text


def rendered(found: Report) -> str:
    return render("github", found, Appearance("1.2.3", colour=True, width=80))


def commands(found: Report) -> list[Command]:
    parsed = [parse(line) for line in rendered(found).splitlines()]
    return [command for command in parsed if command is not None]


def annotated(found: Report) -> list[Command]:
    return [command for command in commands(found) if command.name in ANNOTATIONS]


@pytest.mark.parametrize(
    ("name", "found"),
    [("typical.github", typical()), ("many.github", many()), ("nothing.github", report())],
)
def test_snapshot(name: str, found: Report) -> None:
    check(name, rendered(found))


def test_one_finding() -> None:
    (command,) = annotated(report(findings=(finding("a, b: 100%", at=Span("infra/a,b:c%.tf", 3, 1, 8, 1)),)))
    assert command.name == "error"
    assert command.properties == {
        "file": "infra/a,b:c%.tf",
        "line": "3",
        "endLine": "7",
        "title": "Console user cannot use aws login (user-cannot-aws-login)",
    }
    first, address, *rest = command.data.splitlines()
    assert first == "infra/a,b:c%.tf:3: user-cannot-aws-login: a, b: 100%"
    assert address == finding("x").principal
    assert "\n".join(rest) == HELP


@pytest.mark.parametrize(("level", "name"), list(zip(Level, ANNOTATIONS, strict=True)))
def test_levels(level: Level, name: str) -> None:
    assert annotated(report(findings=(finding(level=level),)))[0].name == name


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_stays_inside_its_command(text: str) -> None:
    found = report(findings=(finding(text, at=Span(text, 2, 1, 2, 1)),))
    first, *rest = rendered(found).splitlines()
    command = parse(first)
    assert command is not None
    assert set(command.properties) == {"file", "line", "endLine", "title"}
    if len(command.data) < 4096:
        assert command.data.endswith(f"\n{HELP}")
        assert command.data.removesuffix(HELP).count("\n") == 2
    assert [parse(line) for line in rest] == [None]
    if text.isprintable() and "##" not in text:
        assert command.properties["file"] == posixpath.normpath(text)
        assert f": user-cannot-aws-login: {text}\n" in command.data or len(command.data) == 4096


@pytest.mark.parametrize("number", [0, 1, 9, 10, 11, 12, 30, 31, 60])
def test_at_most_ten_annotations_of_each_level(number: int) -> None:
    found = many(number)
    shown = annotated(found)
    names = [command.name for command in shown]
    assert names == sorted(names, key=ANNOTATIONS.index)
    for level, name in zip(Level, ANNOTATIONS, strict=True):
        here = [command for command in shown if command.name == name]
        there = sum(each.level is level for each in found.findings)
        assert len(here) == min(there, 10)
        assert sum("file" not in command.properties for command in here) == (there > 10)


def test_the_rest_is_counted_and_listed_in_the_log() -> None:
    found = many()
    folded = [command for command in annotated(found) if "file" not in command.properties]
    assert [(command.name, command.properties["title"]) for command in folded] == [
        (name, "11 more") for name in ANNOTATIONS
    ]
    assert folded[0].data.startswith("Not shown: 11 findings (11 errors). ")
    lines = rendered(found).splitlines()
    listed = lines[lines.index("::group::33 more, not shown as annotations") + 1 : lines.index("::endgroup::")]
    assert len(listed) == 33
    text = rendered(found)
    assert all(text.count(each.message) == 1 for each in found.findings)


def test_a_long_message_is_cut_where_github_would_cut_it() -> None:
    (command,) = annotated(report(findings=(finding("long " * 2000),)))
    assert len(command.data) == 4096
    assert command.data.startswith("infra/main.tf:")
    assert command.data.endswith("… (cut)")


def test_trouble_in_the_input_is_annotated_and_counts() -> None:
    shown = annotated(report(diagnostics=(diagnostic(), diagnostic(Severity.WARNING, "Run it."))))
    assert [(command.name, command.properties["title"]) for command in shown] == [
        ("error", "Scan incomplete"),
        ("warning", "Not followed"),
    ]
    crowded = report(findings=many(9).findings, diagnostics=troubles(9))
    assert [command.name for command in annotated(crowded)] == ["error"] * 10 + ["warning"] * 3 + ["notice"] * 3
    assert "3 problems in the input (3 errors)" in annotated(crowded)[9].data


def test_what_makes_the_scan_incomplete_has_an_annotation() -> None:
    shown = annotated(report(findings=many(60).findings, diagnostics=(diagnostic(),)))
    errors = [command.properties.get("title") for command in shown if command.name == "error"]
    assert len(errors) == 10
    assert errors[8:] == ["Scan incomplete", "12 more"]


def test_instances_of_one_block_are_one_annotation() -> None:
    found = [
        replace(
            finding(f"user{number} cannot", address=f"aws_iam_user.team[{number}]"),
            subject=f"user{number}",
            around=("", " cannot"),
        )
        for number in range(200)
    ]
    other = finding("other", at=span(line=90))
    first, second = annotated(report(findings=(*found, other)))
    assert " and 198 more cannot" in first.data
    assert "and 190 more" in first.data
    assert "other" in second.data


def test_findings_come_before_trouble_of_the_same_level() -> None:
    shown = annotated(report(findings=(finding(),), diagnostics=troubles(30)))
    assert shown[0].properties["title"].endswith("(user-cannot-aws-login)")
    assert "22 problems in the input (22 errors)" in shown[-1].data


@pytest.mark.parametrize("at", [Span("a.tf", 1, 1, 1, 1), Span("a.tf", 9, 1, 9, 1), Span("a.tf", 9, 5, 10, 1)])
def test_lines_are_never_out_of_order(at: Span) -> None:
    (command,) = annotated(report(diagnostics=(Diagnostic(Severity.ERROR, "Broken", "", at),)))
    assert 1 <= int(command.properties["line"]) <= int(command.properties["endLine"])


def test_a_whole_file_has_no_line() -> None:
    (command,) = annotated(report(diagnostics=(Diagnostic(Severity.ERROR, "Broken", "", Span.whole_file("a.tf")),)))
    assert command.properties["file"] == "a.tf"
    assert not {"line", "endLine"} & command.properties.keys()
    assert command.data == "a.tf: scan incomplete: Broken"


def test_a_crowd_of_hostile_names() -> None:
    text = rendered(hostile())
    assert text.replace("\n", "").isprintable()
    assert not re.search(r"##\w*\[", text)
    named = [command.name for command in commands(hostile())]
    assert set(named[-2:]) == {"group", "endgroup"}
    assert all(named.count(name) <= 10 for name in ANNOTATIONS)
    assert text == rendered(hostile())
