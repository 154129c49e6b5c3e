"""The page, as text: what it holds, and that nothing in it can do what it should not."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from report_builders import HOSTILE, SUPPRESSION, finding, fixable, hostile, lines, principal, report, troubles, typical
from report_snapshot import check

from scanner.changes.change import Change, ChangeKind
from scanner.changes.standing import standing
from scanner.excerpt import Sources
from scanner.finding import Level
from scanner.iam.evaluate import Outcome
from scanner.report import Appearance, render
from scanner.report.html.assets import asset
from scanner.report.html.element import Element, Part, Slot, element, markup, prose, tree
from scanner.report.html.layers import layers
from scanner.report.html.page import WITHOUT_SCRIPT
from scanner.report.report import Report
from scanner.verdicts.console import Access
from tests.scans import ROOT, scanned

FIXTURES = ("fixtures/terraform", "fixtures/cloudformation", "fixtures/account")
ATTACK = "</script><img src=x onerror=alert(1)><!--<script>"


def page(found: Report) -> str:
    return render("html", found, Appearance("1.2.3"))


def data(text: str) -> dict[str, Any]:
    """What the script reads."""
    (found,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text)
    read: dict[str, Any] = json.loads(found)
    return read


def values(read: dict[str, Any], key: str) -> list[tuple[str, ...]]:
    """What each row has of a facet."""
    (facet,) = (facet for facet in read["facets"] if facet["key"] == key)
    rows = ([one] if isinstance(one, int) else one for one in facet["rows"])
    return [tuple(facet["values"][number] for number in row) for row in rows]


@pytest.fixture(scope="module")
def everything() -> Report:
    return scanned(ROOT, *FIXTURES)


class Reader(HTMLParser):
    """Elements, attributes and texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: Counter[str] = Counter()
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes.update(name for name, _ in attrs)
        if tag not in ("meta", "br", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> ends nothing"

    def handle_data(self, text: str) -> None:
        self.texts.append(text)


def test_the_page_is_whole() -> None:
    read = Reader(page(typical()))
    assert not read.open, "every element has an end"
    assert read.tags["script"] == 2
    assert read.tags["style"] == read.tags["main"] == read.tags["h1"] == 1
    assert not read.tags.keys() & {"img", "link", "iframe", "object", "embed", "base"}
    assert not {name for name in read.attributes if name.startswith("on") or name in ("style", "src")}


def test_the_policy_allows_the_script_and_the_style_and_nothing_else() -> None:
    text = page(typical())
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    directives = dict(one.strip().split(" ", 1) for one in policy.split(";"))
    script, style = text.rpartition("<script>")[2].partition("</script>")[0], text.partition("<style>")[2]
    for name, content in (("script-src", script), ("style-src", style.partition("</style>")[0])):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert directives.pop(name) == f"'sha256-{digest}'"
    assert directives == {
        "default-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }


def test_the_script_makes_no_markup_of_texts() -> None:
    script = asset("report.js")
    dangerous = (
        "innerHTML|outerHTML|insertAdjacentHTML|DOMParser|createContextualFragment|srcdoc|document.write|eval|fetch"
    )
    assert not re.findall(rf"\b(?:{dangerous}|setTimeout\(['\"]|Function\()", script)
    assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)", script + asset("report.css"))
    assert "</" not in script, "nothing in it ends the element that it stands in"
    assert "url(" not in asset("report.css")
    assert "@import" not in asset("report.css")


def trees(node: Any) -> Iterator[list[Any]]:
    if isinstance(node, list):
        yield node
        for child in node[2:]:
            yield from trees(child)


def test_the_script_knows_all_elements_and_attributes(everything: Report) -> None:
    script = asset("report.js")
    tags, attributes = (set(found.split()) for found in re.findall(r'"([\w \-]+)"\.split\(" "\)', script))
    found = [
        one
        for report_ in (everything, fixable(), typical())
        for part in data(page(report_))["parts"]
        for one in trees(part)
    ]
    assert {one[0] for one in found} <= tags
    assert {name for one in found for name in one[1] or ()} <= attributes


def test_a_text_is_a_text_wherever_it_stands() -> None:
    found = replace(finding(ATTACK), rule=ATTACK, help=ATTACK, url=f"javascript:{ATTACK}", also_in=(ATTACK,))
    text = page(
        report((principal((ATTACK,), address=ATTACK, root=ATTACK),), (replace(found, principal=ATTACK, root=ATTACK),))
    )
    assert "<img" not in text
    read = Reader(text)
    assert read.tags["script"] == 2
    assert ATTACK in read.texts
    assert not re.search(r'href="(?!#|https?://)', text)
    assert data(text)["names"] == [ATTACK]
    payload = text.partition('id="data">')[2].partition("</script>")[0]
    assert not set("<>&\u2028\u2029") & set(payload)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_cannot_be_seen_is_made_visible(text: str) -> None:
    name = data(page(report((principal((text,)),))))["names"][0]
    assert name.isprintable()
    assert "\u202e" not in name


def test_counts_are_those_of_the_json(everything: Report) -> None:
    told = json.loads(render("json", everything, Appearance("1.2.3")))
    read = data(page(everything))
    principals = told["principals"]
    assert len(read["names"]) == told["summary"]["principals"] == len(principals) > 100
    for key, of in {
        "kind": lambda one: one["kind"],
        "console": lambda one: one["console"]["access"],
        "verdict": lambda one: one["aws_login"]["localhost"],
        "remote": lambda one: one["aws_login"]["remote"],
        "root": lambda one: one["root"],
    }.items():
        assert Counter(value for row in values(read, key) for value in row) == Counter(map(of, principals)), key
    rules = Counter((finding["root"], finding["principal"], finding["rule"]) for finding in told["findings"])
    rows = zip(values(read, "root"), read["addresses"], values(read, "rule"), strict=True)
    assert Counter((root, address, rule) for (root,), address, found in rows for rule in found) == rules
    shown = dict(re.findall(r"<dt>([a-z ]+)</dt><dd>([\d,]+)</dd>", page(everything)))
    assert {
        name.removesuffix("s"): int(number) for name, number in shown.items() if name in ("errors", "warnings", "notes")
    } == (told["summary"]["findings"])


def test_what_a_rule_asks_for_is_a_column() -> None:
    found = scanned(ROOT, "fixtures/terraform/passed-roles", select=("may-pass-any-role",))
    read = data(page(found))
    asked = [facet["key"] for facet in read["facets"] if facet["column"] == "asked"]
    assert asked == [f"{one.action} on {one.resource}" for one in found.principals[0].asked] != []
    for number, key in enumerate(asked):
        decisions = (each.asked[number].decision.outcome.value for each in found.principals)
        assert Counter(value for row in values(read, key) for value in row) == Counter(decisions)


def test_an_incomplete_scan_never_looks_clean() -> None:
    text = page(report(diagnostics=troubles(3)))
    assert "This scan is incomplete: 3 errors in the input" in text
    assert text.count("infra/broken.tf:") == 3
    assert "This scan is incomplete" not in page(report())
    many = page(report(diagnostics=troubles(700)))
    assert "and 200 more, which --format json lists" in many


def test_findings_that_do_not_count_are_told_as_such() -> None:
    robot, old = finding(address="aws_iam_user.robot"), finding(address="aws_iam_user.old")
    people = tuple(principal((found.principal,), address=found.principal) for found in (robot, old))
    read = data(page(report(people, (replace(robot, suppressed=SUPPRESSION), replace(old, baselined=True)))))
    assert values(read, "severity") == [("suppressed",), ("baselined",)]
    assert "Suppressed: a robot, until 2027-03-01" in json.dumps(read["parts"])
    assert "Findings of principals that are not below" in page(typical()), (
        "those of principals that have no row are there as well"
    )


def test_fixes_are_shown_as_lines_that_go_and_come() -> None:
    text = render("html", fixable(), Appearance("1.2.3", lines=lines))
    for part in (
        "<ins>resource &quot;aws_iam_user_policy_attachment&quot; &quot;alice&quot; {</ins>",
        "delete the access key once nothing uses it",
        "(--fix --unsafe-fixes)",
    ):
        assert part in text
    assert re.search(r"<del>[^<]*AtuhorizeOAuth2Access", text)


def test_instances_of_a_block_share_what_they_open() -> None:
    people = tuple(principal((name,), address=f'aws_iam_user.this["{name}"]') for name in map(str, range(300)))
    several = data(page(report(people)))
    one = data(page(report(people[:1])))
    assert len(several["parts"]) == len(one["parts"])
    assert len(several["details"]) == 1
    assert len(json.dumps(several)) < 300 * 150 + len(json.dumps(one))


def test_the_first_rows_are_there_without_a_script() -> None:
    number = WITHOUT_SCRIPT + 20
    people = tuple(principal((f"p{n}",), address=f"aws_iam_user.p{n}") for n in range(number))
    worst = replace(finding(address=f"aws_iam_user.p{number - 1}"), level=Level.ERROR)
    text = page(report(people, (worst,)))
    assert text.count("<details><summary>Why, and what to do") == WITHOUT_SCRIPT
    assert f"These are the first {WITHOUT_SCRIPT} of {number} principals" in text
    assert data(text)["names"][0] == f"p{number - 1}", "those with findings come first"
    assert len(data(text)["names"]) == number


def test_any_change_is_a_value() -> None:
    """Those who are gone have no row, but stand above them."""
    here, gone = standing(principal()), standing(principal(("bob",), address="aws_iam_user.bob"))
    changes = (Change(ChangeKind.ADDED, None, None, here), Change(ChangeKind.REMOVED, None, gone, None))
    text = page(replace(report((principal(),)), changes=changes))
    assert values(data(text), "change") == [("added",)]
    assert "bob (aws_iam_user.bob)" in text


def test_drift_is_told_with_its_sides() -> None:
    account = standing(principal())
    code = replace(account, console=Access.NO)
    drift = (Change(ChangeKind.DIFFERS, None, account, code),)
    text = page(replace(report((principal(),)), drift=drift))
    assert values(data(text), "change") == [("differs",)]
    assert "The account and the code differ about 1 principal" in text
    assert text.count("console access: yes in the account, no in the code") == 3, "above, in the row, and in the data"


def test_layers_say_what_the_decision_says(everything: Report) -> None:
    """A deny anywhere wins; what is allowed is stopped by no layer, what is not allowed by one at least."""
    met: Counter[Outcome] = Counter()
    for assessed in everything.principals:
        for permission in assessed.permissions:
            outcome = permission.decision.outcome
            met[outcome] += 1
            denies, *allows = layers(assessed.principal, permission.decision)
            answers = {layer.answer for layer in allows}
            assert (denies.answer == "a statement denies it") is (outcome is Outcome.EXPLICIT_DENY)
            if outcome is Outcome.ALLOWED:
                assert denies.answer == "nothing denies it"
                assert answers <= {"allows it", "none", "none that names it"}
            if outcome is not Outcome.EXPLICIT_DENY:
                assert ("does not allow it" in answers) is (outcome is Outcome.IMPLICIT_DENY)
    assert met.keys() == {*Outcome}


def test_the_details_of_a_user() -> None:
    found = scanned(ROOT, "fixtures/terraform/boundary-blocks", workspace=ROOT, offers_fixes=True)
    sources = Sources(ROOT)
    text = render("html", found, Appearance("0", excerpt=sources.excerpt, lines=sources.lines))
    main = re.sub(r"(<(?:section|div|li|ul|ol|h3|p|tr|td|svg|g|path|figure)\b)", r"\n\1", text.partition("<tbody>")[2])
    check("boundary-blocks.page", main.partition("</tbody>")[0] + "\n")


def test_markup_and_tree_are_of_one_shape() -> None:
    one = element("p", "a<b\u202e", Slot.SUBJECT, Part(3), element("code", "x"), class_="y", aria_label='"')
    shown = {Slot.SUBJECT: "&lt;alice&gt;", Part(3): "part"}
    assert markup(one, shown.__getitem__) == (
        '<p class="y" aria-label="&quot;">a&lt;b\\u202e&lt;alice&gt;part<code>x</code></p>'
    )
    assert tree(one) == ["p", {"class": "y", "aria-label": '"'}, "a<b\\u202e", None, 3, ["code", 0, "x"]]


@pytest.mark.parametrize(
    ("text", "codes"), [("run `aws login` now", ["aws login"]), ("`a` and `b`", ["a", "b"]), ("it`s", []), ("", [])]
)
def test_what_stands_between_backquotes_is_code(text: str, codes: list[str]) -> None:
    found = [child.children[0] for child in prose(text) if isinstance(child, Element)]
    assert found == codes


def test_every_hostile_text_in_every_place() -> None:
    read = Reader(page(hostile()))
    assert not read.open
    assert read.tags["script"] == 2
