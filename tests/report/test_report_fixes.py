"""Fixes in every report: what can be applied by whom, and what a reviewer gets."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator
from report_builders import (
    BY_HAND,
    FILES,
    HOSTILE,
    SAFE,
    UNSAFE,
    finding,
    fixable,
    lines,
    many,
    report,
    with_fixes,
)
from report_snapshot import check
from sarif_reader import SCHEMAS, read

from scanner.fix import Applicability, Edit, Fix
from scanner.fixes.text.source import Source
from scanner.output import Delivery, deliver
from scanner.report import FORMATS, Appearance, render, sarif
from scanner.report.report import Report
from scanner.report.wording import fixable as sentence
from scanner.span import LineIndex, Span
from tests.scans import write

RDJSON = Draft4Validator(json.loads((SCHEMAS / "rdjson.json").read_text("utf-8")))
SHOWN_EDITS = replace(SAFE, applicability=Applicability.DISPLAY)
WITHOUT_EDITS = replace(SAFE, edits=())


def rendered(name: str, found: Report, **appearance: Any) -> str:
    return render(name, found, Appearance("1.2.3", **{"lines": lines, **appearance}))


@pytest.mark.parametrize("format_", [format_ for format_ in FORMATS if format_ != "html"])
def test_snapshot(format_: str) -> None:
    check(f"fixable.{format_}", rendered(format_, fixable()))


@pytest.mark.parametrize(
    ("fixes", "best", "way"),
    [
        ((), None, None),
        ((SAFE, UNSAFE), SAFE, "safe"),
        ((UNSAFE, SAFE), SAFE, "safe"),
        ((BY_HAND, UNSAFE), UNSAFE, "unsafe"),
        ((WITHOUT_EDITS, UNSAFE), UNSAFE, "unsafe"),
        ((BY_HAND, WITHOUT_EDITS), BY_HAND, "display"),
        ((WITHOUT_EDITS,), WITHOUT_EDITS, "display"),
        ((SHOWN_EDITS, BY_HAND), SHOWN_EDITS, "display"),
    ],
)
def test_a_finding_counts_once_by_its_best_fix(fixes: tuple[Fix, ...], best: Fix | None, way: str | None) -> None:
    made = with_fixes(finding(), *fixes)
    assert made.best_fix == best
    counts = {each.value: number for each, number in report(findings=(made,)).fixable.items()}
    assert counts == {"safe": 0, "unsafe": 0, "display": 0} | ({way: 1} if way else {})
    assert report(findings=(replace(made, baselined=True),)).fixable == dict.fromkeys(Applicability, 0)


def of(safe: int, unsafe: int, display: int = 0) -> Report:
    fixes = [SAFE] * safe + [UNSAFE] * unsafe + [BY_HAND] * display
    return report(findings=tuple(with_fixes(finding(), fix) for fix in fixes))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (of(2, 3, 4), "2 fixable with --fix, 3 more with --fix --unsafe-fixes; --diff shows them."),
        (of(2, 0), "2 fixable with --fix; --diff shows them."),
        (of(0, 3), "3 fixable with --fix --unsafe-fixes; --diff shows them."),
        (of(0, 1), "1 fixable with --fix --unsafe-fixes; --diff shows it."),
        (of(1, 1), "1 fixable with --fix, 1 more with --fix --unsafe-fixes; --diff shows them."),
        (of(0, 0, 2), ""),
        (of(0, 0), ""),
    ],
)
def test_the_summary_says_what_options_do(found: Report, said: str) -> None:
    assert sentence(found) == said
    for name in ("text", "concise"):
        assert [line for line in rendered(name, found).splitlines() if "fixable" in line] == ([said] if said else [])
        assert "fixable" not in rendered(name, found, quiet=True)


def instances(*fixes: Fix | None) -> Report:
    """Findings about one block."""
    found = [
        replace(
            finding(f"user{number} cannot", address=f"this[{number}]"),
            subject=f"user{number}",
            around=("", " cannot"),
            fixes=() if fix is None else (fix,),
        )
        for number, fix in enumerate(fixes)
    ]
    return report(findings=tuple(found))


OTHER = replace(UNSAFE, description="attach it to somebody else")


@pytest.mark.parametrize(
    ("found", "text", "markdown"),
    [
        (instances(UNSAFE, UNSAFE), [f"{UNSAFE.description} (--fix --unsafe-fixes)"], ["(`--fix --unsafe-fixes`)"]),
        (
            instances(UNSAFE, OTHER),
            ["2 different fixes (--fix --unsafe-fixes)"],
            ["2 different fixes (`--fix --unsafe-fixes`)"],
        ),
        (
            instances(SAFE, None, BY_HAND),
            [
                f"{SAFE.description}, for 1 of 3 findings (--fix)",
                f"{BY_HAND.description}, for 1 of 3 findings",
            ],
            ["for 1 of 3 findings (`--fix`)", "for 1 of 3 findings"],
        ),
        (instances(SHOWN_EDITS), [SAFE.description], ["`signin:AtuhorizeOAuth2Access`"]),
        (instances(None), [], []),
    ],
)
def test_what_is_told_together_has_a_line_for_each_way(found: Report, text: list[str], markdown: list[str]) -> None:
    shown = re.findall(r"^  (edit|hint)  (.*)$", rendered("text", found), re.MULTILINE)
    assert [said for _, said in shown] == text
    assert all((label == "edit") == said.endswith(")") for label, said in shown)
    listed = re.findall(r"^- (?:edit|hint): (.*)$", rendered("markdown", found), re.MULTILINE)
    assert len(listed) == len(markdown)
    assert all(line.endswith(end) for line, end in zip(listed, markdown, strict=True))


def test_concise_marks_what_fix_mends() -> None:
    marked = [line for line in rendered("concise", fixable()).splitlines() if "[*]" in line]
    assert marked == ["infra/main.tf:9:1: error[misspelled] [*] a misspelled action"]


@pytest.mark.parametrize("name", ["github", "csv", "junit", "gitlab"])
def test_some_formats_are_as_they_were(name: str) -> None:
    plain = replace(fixable(), findings=tuple(replace(each, fixes=()) for each in fixable().findings))
    assert rendered(name, fixable()) == rendered(name, plain)


def sarif_fixes(found: Report, directory: str = "") -> list[list[dict[str, Any]]]:
    return [each.get("fixes", []) for each in read(rendered("sarif", found, directory=directory))["results"]]


def test_sarif_has_fixes_with_edits() -> None:
    alice, misspelled, *others = sarif_fixes(fixable(), "live")
    assert others == [[], []]
    assert alice == [misspelled[0]]
    (groups, main) = alice[0]["artifactChanges"]
    assert groups["artifactLocation"] == {"uri": "live/infra/groups.tf"}
    assert main["artifactLocation"] == {"uri": "live/infra/main.tf"}
    assert main["replacements"][0]["deletedRegion"] == {"startLine": 8, "startColumn": 1, "endLine": 8, "endColumn": 1}
    assert main["replacements"][0]["insertedContent"]["text"] == UNSAFE.edits[1].text
    assert [each["properties"]["applicability"] for each in misspelled] == ["unsafe", "safe"]


def test_sarif_has_each_fix_of_a_result_once() -> None:
    (fixes,) = sarif_fixes(instances(UNSAFE, UNSAFE, SAFE, *(replace(SAFE, description=str(n)) for n in range(200))))
    assert len(fixes) == 100
    assert [each["properties"]["applicability"] for each in fixes[:2]] == ["unsafe", "safe"]


def test_sarif_deletes_without_text() -> None:
    deletion = Fix("delete it", Applicability.SAFE, (Edit(Span("a.tf", 1, 1, 3, 1), ""),))
    (((change,),),) = [[each["artifactChanges"] for each in fixes] for fixes in sarif_fixes(instances(deletion))]
    assert change["replacements"] == [
        {"deletedRegion": {"startLine": 1, "startColumn": 1, "endLine": 3, "endColumn": 1}}
    ]


def test_sarif_that_would_be_too_large_has_no_fixes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MAX_BYTES", 6_000)
    found = replace(many(60), findings=tuple(with_fixes(each, UNSAFE) for each in many(60).findings))
    run = read(rendered("sarif", found))
    assert run["results"]
    assert not any("fixes" in each for each in run["results"])
    (told, *_) = [each["message"]["text"] for each in run["invocations"][0]["toolExecutionNotifications"][-1:]]
    assert "no fixes" in told


def suggestions(found: Report) -> list[list[dict[str, Any]]]:
    document = json.loads(rendered("rdjson", found))
    RDJSON.validate(document)
    return [each.get("suggestions", []) for each in document["diagnostics"]]


def test_reviewdog_gets_fixes_of_the_diagnostic_s_own_file() -> None:
    """``buildSingleSuggestion`` in service/github/github.go takes a range without columns for whole lines."""
    alice, misspelled, *others = suggestions(fixable())
    assert alice == []
    assert others == [[], []]
    assert misspelled == [
        {
            "range": {"start": {"line": 11}, "end": {"line": 11}},
            "text": '    actions   = ["signin:AuthorizeOAuth2Access", "signin:CreateOAuth2Token"]',
        }
    ]
    assert not any(suggestions(replace(fixable(), findings=())))
    unread = json.loads(rendered("rdjson", fixable(), lines=None))
    assert not any("suggestions" in each for each in unread["diagnostics"])


def in_main(*lines: int) -> Fix:
    edits = tuple(Edit(Span("infra/main.tf", line, 1, line, 1), "x") for line in lines)
    return Fix(f"change line {lines[0]}", Applicability.SAFE, edits)


@pytest.mark.parametrize(
    ("fixes", "lines_"),
    [
        ([in_main(1)], [(1, 1)]),
        ([in_main(1, 3)], [(1, 3)]),
        ([in_main(1, 9)], []),
        ([in_main(1, 9), in_main(2)], [(2, 2)]),
        ([in_main(1), in_main(2)], [(1, 1)]),
        ([in_main(99)], []),
        ([BY_HAND], []),
    ],
)
def test_reviewdog_gets_one_range(fixes: list[Fix], lines_: list[tuple[int, int]]) -> None:
    (found,) = suggestions(instances(*fixes))
    assert [(each["range"]["start"]["line"], each["range"]["end"]["line"]) for each in found] == lines_


FENCE = re.compile(r"^`infra/([a-z]+\.tf):(\d+)`(.*)\n\n(`{3,})suggestion\n((?:.*\n)*?)\4$", re.MULTILINE)


def test_markdown_shows_the_lines_as_they_are_afterwards() -> None:
    shown = FENCE.findall(rendered("markdown", fixable()))
    assert [(name, line, fence) for name, line, _, fence, _ in shown] == [
        ("groups.tf", "3", "````"),
        ("main.tf", "8", "```"),
        ("main.tf", "11", "```"),
    ]
    assert shown[0][4] == '    "a", "SignInLocalDevelopmentAccess", # ```the first```\n'
    assert "\r" not in rendered("markdown", fixable())
    assert shown[2][4] == '    actions   = ["signin:AuthorizeOAuth2Access", "signin:CreateOAuth2Token"]\n'
    assert FENCE.findall(rendered("markdown", fixable(), lines=None)) == []


def test_markdown_of_one_line_each_is_the_file_after_the_fix() -> None:
    text = FILES["infra/main.tf"]
    source = Source("infra/main.tf", text, LineIndex("infra/main.tf", text))
    ((_, line, _, _, shown),) = FENCE.findall(rendered("markdown", instances(SAFE)))
    before, after = text.splitlines(keepends=True), source.changed(SAFE.edits).splitlines(keepends=True)
    assert [*before[: int(line) - 1], shown, *before[int(line) :]] == after


@pytest.mark.parametrize("name", ["markdown", "rdjson"])
def test_lines_are_those_of_the_working_directory(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, FILES)
    assert deliver(fixable(), Delivery((name,)), Appearance("1.2.3"), tmp_path) == []
    assert capsys.readouterr().out == rendered(name, fixable())


def test_markdown_of_several_fixes_says_which_is_which() -> None:
    found = FENCE.findall(rendered("markdown", instances(*(in_main(line) for line in range(1, 6)))))
    assert [text for _, _, text, _, _ in found] == [f": change line {line}" for line in range(1, 4)]


@pytest.mark.parametrize(
    "line",
    [
        *(HOSTILE[name] for name in ("carriage return", "command", "old command", "escape", "bidirectional")),
        *(HOSTILE[name] for name in ("separators", "invisible", "odd space", "surrogate")),
        "  ::error::x",
        'password = "hunter2"',
        "x" * 20_000,
    ],
)
def test_markdown_shows_no_line_that_would_have_to_be_changed(line: str) -> None:
    risky = Fix("write it", Applicability.SAFE, (Edit(Span("a", 1, 1, 1, 1), line),))
    shown = rendered("markdown", instances(risky), lines=lambda _: ["", ""])
    assert "suggestion\n" not in shown
    assert "- edit: write it (`--fix`)" in shown


@pytest.mark.parametrize(
    "line",
    [
        *(HOSTILE[name] for name in ("markup", "accents", "per cent", "spaced command")),
        *("\tx", "</details>", "@acme/admins", "```x", "", "  "),
    ],
)
def test_markdown_shows_other_lines_as_they_are(line: str) -> None:
    made = Fix("write it", Applicability.SAFE, (Edit(Span("a", 1, 1, 1, 1), line),))
    assert f"suggestion\n{line}\n``" in rendered("markdown", instances(made), lines=lambda _: ["", ""])


FRAGMENTS = (
    "`",
    "```",
    "~~~",
    "</details>",
    "<b>",
    "  ",
    "    ",
    "\t",
    "a",
    "&lt;",
    "- ",
    "> ",
    "# ",
    "\\",
    "suggestion",
)


@given(st.lists(st.lists(st.sampled_from(FRAGMENTS), max_size=4).map("".join), min_size=1, max_size=5))
def test_github_reads_the_lines_that_were_written(wanted: list[str]) -> None:
    made = Fix("write it", Applicability.SAFE, (Edit(Span("a", 1, 1, 1, 1), "\n".join(wanted)),))
    shown = rendered("markdown", instances(made), lines=lambda _: [""])
    page = cmarkgfm.github_flavored_markdown_to_html(shown, Options.CMARK_OPT_UNSAFE)
    (read_back,) = re.findall(r'<pre lang="suggestion"><code>(.*?)</code></pre>', page, re.DOTALL)
    assert html.unescape(read_back) == "".join(f"{line}\n" for line in wanted)
    assert page.rstrip().endswith("</details>")


@pytest.mark.parametrize(("limit", "least", "most"), [(2_000, 0, 2), (45_000, 2, 100), (1 << 20, 180, 180)])
def test_suggestions_take_the_room_that_findings_leave(limit: int, least: int, most: int) -> None:
    found = tuple(with_fixes(each, UNSAFE) for each in many(90).findings)
    shown = rendered("markdown", report(findings=found), limit=limit)
    without = rendered("markdown", report(findings=found), limit=limit, lines=None)
    assert len(shown.encode()) <= limit
    assert FENCE.sub("", shown).split() == without.split()
    assert least <= shown.count("suggestion\n") <= most


def test_the_order_of_findings_does_not_show() -> None:
    for name in FORMATS:
        backwards = replace(fixable(), findings=fixable().findings[::-1])
        assert rendered(name, fixable()) == rendered(name, backwards)
