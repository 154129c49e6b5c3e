"""Markdown, read back with GitHub's own parser: what the scanned code has a say in is text, and never markup."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from report_builders import HOSTILE, diagnostic, finding, hostile, many, report, span, troubles, typical

from scanner.diagnostic import Severity
from scanner.escape import visible
from scanner.finding import RelatedLocation
from scanner.report import Appearance, render
from scanner.report.report import Report
from scanner.report.wording import summary

FILES = "https://github.example/acme/infra/blob/0123abc/"
TAGS = {"h3", "p", "strong", "a", "code", "details", "summary", "ul", "li"}
INJECTIONS = {
    **HOSTILE,
    "mention": "@acme/admins",
    "mention in a sentence": "hello @acme, (@acme) and '@acme'.",
    "mail address": "somebody@example.com",
    "issue": "#1 and GH-1 and acme/infra#1 and !1 and JIRA-12",
    "commit": "deadbeef 0123456789abcdef0123456789abcdef01234567",
    "address": "https://evil.example www.evil.example evil.example ftp://evil.example",
    "link": "[click](https://evil.example) [click][1] <https://evil.example>",
    "picture": "![x](https://evil.example/x.png) :rocket:",
    "tags": "<img src=x onerror=alert(1)> <script>alert(1)</script> </details> </summary> <!-- x",
    "marker": "<!-- aws-login-scan -->",
    "emphasis": "**bold** __bold__ *x* _x_ ~~x~~",
    "code": "`x` ``x`` x`@acme`x `@acme `` ` @acme ` `",
    "backquotes": "`` @acme `",
    "fence": "```",
    "formula": "$x$ $`x`$ $$x$$",
    "table": "a | b",
    "blocks": "# x",
    "list": "- [ ] x",
    "quote": "> x",
    "rule": "---",
    "command of a bot": "/close",
    "labels": "~bug %1.0 &5 ^alert *iteration:1",
    "entities": "&lt;b&gt; &#64;acme &commat;acme",
    "backslashes": "\\@acme \\`@acme\\`",
    "blank": "   ",
    "footnote": "[^1] [^1]: x",
}


class Page(HTMLParser):
    """What a reader sees: the tags, the text that is code, and the text that is not."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.codes: list[str] = []
        self.texts: list[str] = []
        self.comments: list[str] = []
        self._open: list[str] = []
        self.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE))
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._open.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]
        if tag == "code":
            self.codes.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        if "code" in self._open:
            self.codes[-1] += data
        else:
            self.texts.append(data)


def rendered(found: Report, limit: int | None = None, directory: str = "") -> str:
    return render("markdown", found, Appearance("1.2.3", directory=directory, files=FILES, limit=limit))


@pytest.mark.parametrize("name", INJECTIONS)
def test_what_the_code_says_is_only_text(name: str) -> None:
    text = INJECTIONS[name]
    at = span(f"infra/{text}")
    one = replace(
        finding(text, address=text, root=text, at=at, related=(RelatedLocation(text, at),)), help=text, also_in=(text,)
    )
    trouble = replace(diagnostic(), detail=text, span=at)
    shown = rendered(report(findings=(one, finding()), diagnostics=(trouble,)), 1 << 20)
    page = Page(shown)
    assert page.tags == TAGS
    assert page.comments == [" aws-login-scan "]
    assert all(link.startswith(FILES) for link in page.links)
    for outside in page.texts:
        assert not re.search(r"[@#!~$&\[\]|*_\\^+%/<>`=]|\.\w|\w-\d|\d-\w|:\w|[0-9a-f]{7}", outside), outside
    assert (visible(text) if text.strip() else f'"{text}"') in page.codes
    assert not [line for line in shown.splitlines() if line.startswith("/")]


def test_the_first_line_says_the_result_and_the_second_is_for_bots() -> None:
    assert rendered(typical()).splitlines()[:2] == [
        f"### scan: {summary(typical())}",
        "<!-- aws-login-scan -->",
    ]


def test_nothing_more_is_said_where_nothing_was_found() -> None:
    assert rendered(report()) == ("### scan: No findings in 0 principals, 4 files, 1 root.\n<!-- aws-login-scan -->\n")


def test_names_and_actions_are_code_and_words_are_not() -> None:
    line = next(line for line in rendered(report(findings=(finding(),))).splitlines() if line.startswith("**error**"))
    assert line.endswith(
        " alice can sign in to the console but cannot use `aws login`: no policy allows "
        "`signin:AuthorizeOAuth2Access` and `signin:CreateOAuth2Token`"
    )


@pytest.mark.parametrize(
    ("path", "line", "end", "link"),
    [
        ("main.tf", 3, 7, f"{FILES}infra/main.tf#L3-L7"),
        ("main.tf", 3, 3, f"{FILES}infra/main.tf#L3"),
        ("../a (b)#c?.tf", 3, 3, f"{FILES}a%20%28b%29%23c%3F.tf#L3"),
        ("é.tf", 3, 3, f"{FILES}infra/%C3%A9.tf#L3"),
        ("../../elsewhere/main.tf", 3, 3, None),
        ("/srv/main.tf", 3, 3, None),
        ("bad\udcff.tf", 3, 3, None),
        ("-", 1, 1, None),
        ("--var", 1, 1, None),
        ("--var.tf", 1, 1, f"{FILES}infra/--var.tf#L1"),
    ],
)
def test_places_are_links_into_the_repository(path: str, line: int, end: int, link: str | None) -> None:
    page = Page(rendered(report(findings=(finding(at=span(path, line, end)),)), directory="infra"))
    assert page.links == ([link] if link else [])


def test_without_a_repository_there_are_no_links() -> None:
    assert Page(render("markdown", typical(), Appearance("1.2.3"))).links == []


@pytest.mark.parametrize(
    ("url", "links"),
    [
        ("https://example.com/rules#x", ["https://example.com/rules#x"]),
        ("https://example.com/a_(b)", ["https://example.com/a_%28b%29"]),
        ("javascript:alert(1)", []),
        ("https://", []),
    ],
)
def test_the_page_of_a_rule_is_a_link(url: str, links: list[str]) -> None:
    found = report(findings=(replace(finding(), url=url),))
    assert Page(render("markdown", found, Appearance("1.2.3"))).links == links


def instances(number: int) -> Report:
    """Findings about one block."""
    found = (
        replace(
            finding(f"user{n} cannot", address=f"aws_iam_user.this[{n}]"), subject=f"user{n}", around=("", " cannot")
        )
        for n in range(number)
    )
    return report(findings=tuple(found))


@pytest.mark.parametrize(
    "found", [typical(), many(400), hostile(), instances(40)], ids=["typical", "many", "hostile", "block"]
)
def test_every_open_finding_is_there(found: Report) -> None:
    codes = Page(rendered(found, 1 << 20)).codes
    for each in found.open_findings:
        assert visible(each.principal) in codes


def test_instances_of_a_block_are_one_entry() -> None:
    shown = rendered(instances(40))
    assert shown.count("**error**") == 1
    assert "`user0`, `user10` and 38 more cannot" in shown
    assert "<summary>40 principals: why, and what to do</summary>" in shown


def test_many_are_folded() -> None:
    shown = rendered(many(60))
    before, _, after = shown.partition("<details><summary>50 more</summary>")
    assert before.count("**error**") == 10
    assert after.count("<details>") == 50
    assert "more</summary>" not in rendered(many(11))


NOT_SHOWN = re.compile(r"^Not shown, for want of room: (?:(\d+) findings? \([^)]*\))?", re.MULTILINE)


@pytest.mark.parametrize("limit", [1_000, 2_000, 10_000, 65_000, 1 << 20])
@pytest.mark.parametrize("found", [many(3_000), hostile(), instances(3_000)], ids=["many", "hostile", "block"])
def test_what_does_not_fit_is_counted(found: Report, limit: int) -> None:
    shown = rendered(found, limit)
    assert len(shown.encode()) <= limit
    page = Page(shown)
    assert page.tags <= TAGS
    named = shown.count("- who: ")
    match = NOT_SHOWN.search(shown)
    left_out = int(match[1] or 0) if match else 0
    assert named + left_out == len(found.open_findings)
    if left_out:
        assert "`scan --format json` says everything" in shown


def test_a_comment_is_never_longer_than_github_takes() -> None:
    """Counted in bytes, in letters, or as JavaScript counts."""
    wide = tuple(finding(f"🙂{n}", address=f"🙂{n}", at=span(line=n + 1)) for n in range(1_000))
    shown = rendered(report(findings=wide))
    assert len(shown.encode()) <= 65_536
    assert shown.endswith("says everything.\n")


def test_one_that_is_too_long_hides_no_other() -> None:
    long = finding("x" * 70_000, address="x" * 70_000)
    shown = rendered(report(findings=(long, finding(at=span(line=9)))))
    assert "aws_iam_user.alice" in shown
    assert "Not shown, for want of room: 1 finding (1 error)." in shown


def test_trouble_that_does_not_fit_is_counted() -> None:
    found = report(diagnostics=troubles(100) + troubles(100, Severity.WARNING))
    shown = rendered(found, 3_000)
    left_out = re.search(r"want of room: (\d+) problems in the input \((\d+) errors, (\d+) warnings\)", shown)
    assert left_out is not None
    shown_ones = shown.count("**scan incomplete**") + shown.count("**not followed**")
    assert int(left_out[1]) == int(left_out[2]) + int(left_out[3]) == 200 - shown_ones
