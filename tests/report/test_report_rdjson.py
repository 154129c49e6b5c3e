"""The Reviewdog Diagnostic Format, read back by its schema and by a parser of Markdown."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from jsonschema import Draft4Validator
from markdown_it import MarkdownIt
from markdown_it.token import Token
from report_builders import HOSTILE, SUPPRESSION, diagnostic, finding, hostile, many, report, span, typical
from report_snapshot import check

from scanner.diagnostic import Severity
from scanner.escape import visible
from scanner.finding import RelatedLocation
from scanner.report import Appearance, render
from scanner.report.rdjson import markdown
from scanner.report.report import Report
from scanner.span import Span
from tests.examples import examples

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "rdjson.json").read_text("utf-8"))
VALIDATOR = Draft4Validator(SCHEMA)
MARKDOWN = MarkdownIt("gfm-like", {"linkify": False})


def rendered(found: Report, directory: str = "") -> str:
    return render("rdjson", found, Appearance("1.2.3", directory=directory))


def diagnostics(found: Report, directory: str = "") -> list[dict[str, Any]]:
    document: dict[str, Any] = json.loads(rendered(found, directory))
    VALIDATOR.validate(document)
    assert document["source"] == {"name": "aws-login-scan"}
    listed: list[dict[str, Any]] = document["diagnostics"]
    for each in listed:
        assert list(each)[:5] == ["message", "location", "severity", "code", "original_output"]
        assert each["message"]
        for place in (each, *each.get("related_locations", [])):
            lines = place["location"]["range"]
            assert 1 <= lines["start"]["line"] <= lines["end"]["line"]
            assert "column" not in lines["start"]
    return listed


def inline(text: str) -> list[Token]:
    """What Markdown sees in a text, but for its paragraphs."""
    return [child for token in MARKDOWN.parse(text) for child in token.children or ()]


def shown(text: str) -> str:
    return "".join(token.content for token in inline(text))


def test_snapshot() -> None:
    diagnostics(typical())
    check("typical.rdjson", rendered(typical()))


@pytest.mark.parametrize("found", [report(), many(), hostile()], ids=["nothing", "many", "hostile"])
def test_reviewdog_takes_it(found: Report) -> None:
    diagnostics(found)


def test_severities_and_codes() -> None:
    found = replace(
        typical(), findings=(*typical().findings, replace(finding(rule="paged"), url="https://example.com"))
    )
    listed = diagnostics(found)
    assert [(each["severity"], each["code"]["value"]) for each in listed] == [
        ("ERROR", "paged"),
        ("ERROR", "user-cannot-aws-login"),
        ("WARNING", "access-key"),
        ("INFO", "unused"),
        ("ERROR", "scan/incomplete"),
        ("WARNING", "scan/not-followed"),
    ]
    assert listed[0]["code"]["url"] == "https://example.com"


def test_a_range_is_of_whole_lines_and_paths_are_the_scan_s() -> None:
    """Reviewdog puts its working directory before them: https://github.com/reviewdog/reviewdog, pathutil.go."""
    related = (RelatedLocation("gives console access", span(line=9, end_line=11)),)
    (each,) = diagnostics(report(findings=(finding(at=Span("a.tf", 3, 5, 8, 1), related=related),)), "infra")
    assert each["location"] == {"path": "a.tf", "range": {"start": {"line": 3}, "end": {"line": 7}}}
    assert each["related_locations"][0]["message"] == "gives console access"


def test_what_is_suppressed_or_in_the_baseline_is_not_commented_on() -> None:
    left_out = (replace(finding(), suppressed=SUPPRESSION), replace(finding(), baselined=True))
    assert diagnostics(report(findings=left_out)) == []


def test_instances_of_a_block_are_one_comment() -> None:
    found = [
        replace(finding(f"{key} may", address=f'this["{key}"]'), subject=key, around=("", " may")) for key in ("a", "b")
    ]
    (each,) = diagnostics(report(findings=tuple(found)))
    assert each["message"].startswith('a and b may.\n\nWho: `this["a"]`, `this["b"]`\n\nFix: Attach')


def test_the_order_in_which_things_were_found_does_not_show() -> None:
    for found in (typical(), hostile(), many()):
        backwards = Report(1, 4, (), found.findings[::-1], found.diagnostics[::-1])
        assert rendered(found) == rendered(backwards)


def test_the_original_output_is_one_plain_line() -> None:
    first, second = diagnostics(report(findings=(finding("a may [not]"),), diagnostics=(diagnostic(Severity.WARNING),)))
    assert first["original_output"] == "infra/main.tf:3: error[user-cannot-aws-login]: a may [not]"
    assert second["original_output"].startswith("infra/broken.tf:12: warning: Module not installed: ")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("alice cannot use `aws login`", "alice cannot use `aws login`"),
        ("on arn:aws:signin:*:*:oauth2/*, or", "on `arn:aws:signin:*:*:oauth2/*`, or"),
        ("snake_case (here) is 1.", "`snake_case` (here) is 1."),
        ("an odd ` and `aws login`", "an odd ' and 'aws login'"),
    ],
)
def test_words_with_something_special_become_code(text: str, wanted: str) -> None:
    assert markdown(text) == wanted


MARKUP = {
    **{name: text for name, text in HOSTILE.items() if name != "long"},
    "link": "[a b](https://evil.example)",
    "image": "x ![a](https://evil.example/pixel.png)",
    "reference": "[a]: https://evil.example",
    "tag": "<img src=https://evil.example> <b >x</b >",
    "autolink": "<https://evil.example>",
    "mention": "@org/team #1 owner/repo#2",
    "emphasis": "*a* _b_ **c** ~~d~~ a * b *",
    "entity": "&lt;b&gt; &#60;",
    "code": "` [a](https://evil.example) `",
    "escaped code": "\\`[a](https://evil.example)` x",
    "double code": "``[a](https://evil.example)`` x `",
    "unequal code": "``<b>x",
    "backslash": "\\[a](b) \\* \\",
    "table": "a | b",
}


FRAGMENTS = ("`", "``", "\\", "[a](u)", "[", "]", "(u", ")", " ", "a", "*", "_", "<b>", "!", "&lt;", ",", "'", "|")


def letters(text: str) -> str:
    """Without what a code span may lose or gain: backquotes, and space at its ends."""
    return re.sub(r"[`'\s]", "", text)


@pytest.mark.parametrize("text", MARKUP.values(), ids=MARKUP)
def test_markdown_shows_scanned_text_as_it_is(text: str) -> None:
    message = f"{text} can sign in, but `aws login` fails"
    (each,) = diagnostics(report(findings=(finding(message, address=text),)))
    tokens = inline(each["message"])
    assert {token.type for token in tokens} <= {"text", "code_inline", "softbreak"}
    assert letters(shown(each["message"])).startswith(letters(visible(message)))


@pytest.mark.slow
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join))
@examples(500, suppress_health_check=(HealthCheck.too_slow,))
def test_markdown_shows_any_text_as_it_is(text: str) -> None:
    message = f"Who: {text} can sign in, but `aws login` fails"
    shown_as = markdown(message)
    assert {token.type for token in inline(shown_as)} <= {"text", "code_inline"}
    assert letters(shown(shown_as)) == letters(message)
