"""The page: what stands in it without JavaScript, and what the browser lets it do.

Nothing is loaded from anywhere. The policy in the page allows the one script and the one style by their hashes, and no
other; texts never become markup, since no script may do that (``require-trusted-types-for``).
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from scanner.report.differences import MOST, differences, headline
from scanner.report.html.assets import asset, policy
from scanner.report.html.chart import chart
from scanner.report.html.data import encoded
from scanner.report.html.element import Child, Element, Part, Parts, Slot, element, mark, markup, prose
from scanner.report.html.findings import difference, told
from scanner.report.html.places import Places
from scanner.report.html.rows import ASKED, UNKNOWN, WORDS, Facet, Row, Table, table
from scanner.report.totals import totals
from scanner.report.wording import counted, fixable, summary, told_once

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scanner.changes.change import Change
    from scanner.diagnostic import Diagnostic
    from scanner.report.html.places import Sources
    from scanner.report.report import Report

WITHOUT_SCRIPT = 500
"""Rows that are there without JavaScript."""
_MOST_TROUBLE = 500
"""Of each kind, that is told."""
_MOST_OTHERS = 500
_NARROW = 3
"""Columns of what rules ask for, with more of which the table has no room on paper."""


def render(report: Report, version: str, sources: Sources) -> str:
    """The report as one file of HTML; ``version`` is the scanner's own."""
    parts, around = Parts(), Parts()  # what rows open, of which the script has all, and what stands around them
    found = table(report, Places(parts, sources))
    places = Places(around, sources)
    first = (*_troubles(report, places), *_changes(report), *_others(found, places))
    behind = element("footer", f"Made by scan {version}. This file loads nothing and sends nothing.")
    outside = _Writer(around)
    body = "".join(
        (
            *map(outside.markup, _head(report)),
            "<main>\n",
            *map(outside.markup, first),
            *_principals(found, _Writer(parts)),
            "</main>\n",
            outside.markup(behind),
            f'<script type="application/json" id="data">{encoded(found, parts)}</script>\n',
        )
    )
    script, style = asset("report.js"), asset("report.css")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy(script, style)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{escape(f"scan: {counted(len(report.open_findings), 'finding')}")}</title>
<style>{style}</style>
</head>
<body>
{body}<script>{script}</script>
</body>
</html>
"""


class _Writer:
    """HTML of elements, and of parts as rows show them."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._plain: dict[Part, str] = {}
        """Of parts in which nothing is another for each row."""

    def markup(self, child: Child, row: Row | None = None) -> str:
        """An element, and a line break. Raises ``ValueError`` for a slot outside of a row."""
        return f"{self._of(child, row)[0]}\n"

    def _of(self, child: Child, row: Row | None) -> tuple[str, bool]:
        """With whether it is the same in any row."""
        is_plain = True

        def fill(hole: Part | Slot) -> str:
            nonlocal is_plain
            if isinstance(hole, Part):
                if hole in self._plain:
                    return self._plain[hole]
                text, alike = self._of(self._parts.all[hole.number], row)
                if alike:
                    self._plain[hole] = text
                is_plain = is_plain and alike
                return text
            if row is None:
                raise ValueError("a slot stands outside of a row")
            is_plain = False
            return self._of(row.name if hole is Slot.SUBJECT else row.place, row)[0]

        return markup(child, fill), is_plain


def _head(report: Report) -> Iterator[Element]:
    numbers = totals(report)
    told: dict[str, int] = {
        "principals": numbers["principals"],
        **{f"{level}s": number for level, number in numbers["findings"].items()},
        "suppressed": numbers["suppressed"],
        "in the baseline": numbers["baselined"],
        "files": numbers["files"],
        "roots": numbers["roots"],
    }
    shown = (element("div", element("dt", name), element("dd", f"{number:,}")) for name, number in told.items())
    sentences = (summary(report), fixable(report))
    yield element("a", "Skip to the principals", href="#principals", class_="skip")
    yield element(
        "header",
        element(
            "div",
            element("h1", *prose("Who can use `aws login`")),
            *(element("p", sentence) for sentence in sentences if sentence),
            element("dl", *shown, class_="numbers"),
        ),
        *((chart(report.principals),) if report.principals else ()),
    )


def _troubles(report: Report, places: Places) -> Iterator[Element]:
    """What makes the scan incomplete is open from the start; what could not be followed is folded."""
    if report.errors:
        title = f"This scan is incomplete: {counted(len(report.errors), 'error')} in the input"
        yield element(
            "section",
            element("h2", title),
            _trouble(report.errors, report, places),
            class_="trouble incomplete",
        )
    if report.warnings:
        title = f"{counted(len(report.warnings), 'warning')} about the input"
        yield element(
            "section",
            element("details", element("summary", element("h2", title)), _trouble(report.warnings, report, places)),
            class_="trouble",
        )


def _trouble(found: Sequence[Diagnostic], report: Report, places: Places) -> Element:
    once = told_once(found, report.roots)
    items = [
        element("li", mark(one.severity.value), f" {one.message}", places.at(one.span)) for one in once[:_MOST_TROUBLE]
    ]
    if len(once) > _MOST_TROUBLE:
        items.append(element("li", f"and {len(once) - _MOST_TROUBLE:,} more, which --format json lists"))
    return element("ul", *items)


def _changes(report: Report) -> Iterator[Element]:
    """What is different from before, and between code and account: who is in one of the two only may have no row."""
    if report.changes is not None:
        yield _differences(headline(report.changes), report.changes)
    if report.drift:
        about = len({(one.subject.root, one.subject.address) for one in report.drift})
        yield _differences(f"The account and the code differ about {counted(about, 'principal')}", report.drift)


def _differences(title: str, changes: Sequence[Change]) -> Element:
    found = differences(changes)
    more = (element("p", f"and {len(found) - MOST:,} more, in the rows"),) if len(found) > MOST else ()
    shown = (difference(one, f"{one.who} ({one.address})") for one in found[:MOST])
    return element("section", element("h2", *prose(title)), *shown, *more, class_="differences")


def _others(found: Table, places: Places) -> Iterator[Element]:
    """Findings of principals that have no row, such as those who are in the account only."""
    if found.findings:
        shown = (told(finding, places) for finding in found.findings[:_MOST_OTHERS])
        more = len(found.findings) - _MOST_OTHERS
        rest = (element("p", f"and {more:,} more, which --format json lists"),) if more > 0 else ()
        yield element(
            "section", element("h2", "Findings of principals that are not below"), *shown, *rest, class_="others"
        )


def _principals(found: Table, writer: _Writer) -> Iterator[str]:
    words = [facet for facet in found.facets if facet.column == WORDS]
    asked = [facet for facet in found.facets if facet.column == ASKED]
    columns = (Facet("name", "Principal", ()), *words, *_BEHIND, *asked)
    heads = (
        element("th", facet.label, scope="col", data_key=facet.key, **({"class_": ASKED} if facet in asked else {}))
        for facet in columns
    )
    yield (
        '<section id="principals" tabindex="-1" aria-labelledby="heading">\n<h2 id="heading">Principals</h2>\n'
        '<noscript><p class="noscript">'
        f"{escape(_without_script(len(found.rows)))}</p></noscript>\n"
        '<div class="layout">\n<form id="filters" role="search" aria-label="Filters" hidden></form>\n'
        '<div class="found">\n<div id="tools" hidden></div>\n'
        '<div class="scroll" tabindex="0" role="group" aria-label="Table of principals">\n'
        f'<table id="table" class="{"wide" if len(asked) > _NARROW else "plain"}">'
        "<caption>Principals, those with the worst findings first</caption>\n<thead>"
    )
    yield writer.markup(element("tr", *heads))
    yield "</thead>\n<tbody>\n"
    for row in found.rows[:WITHOUT_SCRIPT]:
        yield writer.markup(_row(row, words, asked))
        opened = "".join(writer.markup(part, row) for part in row.details)
        yield (
            f'<tr class="detail"><td colspan="{len(columns)}">'
            f"<details><summary>Why, and what to do</summary>\n{opened}</details></td></tr>\n"
        )
    yield '</tbody></table>\n</div>\n<nav id="pages" aria-label="Pages" hidden></nav>\n</div>\n</div>\n</section>\n'


_BEHIND = (Facet("severity", "Findings", ()), Facet("root", "Root", ()))
"""Columns that come after those that every report has, and before those that rules ask for."""


def _without_script(number: int) -> str:
    if number <= WITHOUT_SCRIPT:
        return "Search and filters need JavaScript; every principal is here without it."
    return (
        f"These are the first {WITHOUT_SCRIPT:,} of {number:,} principals, those with the worst findings first. "
        "The others, search and filters need JavaScript."
    )


def _row(row: Row, words: Iterable[Facet], asked: Iterable[Facet]) -> Element:
    name = element("span", row.name, class_="name")
    address = (element("code", row.address),) if row.address != row.name else ()
    return element(
        "tr",
        element("th", name, *address, scope="row"),
        *(element("td", *map(mark, row.values.get(facet.key, ()))) for facet in words),
        element("td", *_findings(row), class_="findings"),
        element("td", *(element("code", root) for root in row.values["root"]), _account(row), class_="root"),
        *(element("td", *map(mark, row.values.get(facet.key, ())), class_=ASKED) for facet in asked),
    )


def _findings(row: Row) -> Iterator[Child]:
    yield from map(mark, row.values["severity"])
    yield from (element("code", rule) for rule in row.values["rule"])
    yield from map(mark, row.values["change"])


def _account(row: Row) -> Child:
    known = (account for account in row.values["account"] if account != UNKNOWN)
    return element("span", *known, class_="account")
