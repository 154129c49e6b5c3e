"""The page in a real browser: nothing is loaded, everything is found, and all can use it, however they read.

The browser is Debian's; Playwright drives it and brings none of its own. Where there is none, these tests are skipped
and say so. ``UPDATE_SNAPSHOTS=1`` writes the picture of the README anew.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from report_builders import HOSTILE, finding, principal, report, troubles

from scanner.excerpt import Sources
from scanner.report import Appearance, render
from scanner.report.report import Report
from tests.scans import ROOT, scanned

pytestmark = pytest.mark.slow

PICTURE = ROOT / "docs" / "formats" / "html.png"
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",  # root, in a container, has none
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SHOWN = (
    "team-module",
    "boundary-blocks",
    "group-grant",
    "explicit-deny",
    "team-roles",
    "foreign-policy",
    "mfa-required",
)
"""Fixtures with something of everything."""
ATTACK = "</script><img src=x onerror=\"document.title='owned'\">"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip(f"there is no browser ({', '.join(BROWSERS)}): apt-get install chromium-headless-shell")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture(scope="module")
def shown() -> Report:
    paths = (f"fixtures/terraform/{name}" for name in SHOWN)
    return scanned(ROOT, *paths, workspace=ROOT, offers_fixes=True, select=())


def written(found: Report) -> str:
    sources = Sources(ROOT)
    return render("html", found, Appearance("1.2.3", excerpt=sources.excerpt, lines=sources.lines))


Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens a report; what is said on the console, or goes wrong, or is asked of anybody else fails the test."""
    contexts, trouble, requests = [], [], []

    def opened(found: Report, fragment: str = "", **options: Any) -> Page:
        file = tmp_path / "report.html"
        file.write_text(written(found), encoding="utf-8")
        contexts.append(browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options}))
        page = contexts[-1].new_page()
        page.set_default_timeout(5_000)
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: trouble.append(message.text))
        page.on("pageerror", lambda problem: trouble.append(str(problem)))
        page.goto(f"{file.as_uri()}{fragment}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not trouble
    assert {url.partition("#")[0] for url in requests} == {(tmp_path / "report.html").as_uri()}


def status(page: Page) -> str:
    return page.locator("[role=status]").inner_text()


def names(page: Page) -> list[str]:
    return page.locator("tbody tr:not(.detail) th button").all_inner_texts()


def chosen(page: Page, key: str, value: str) -> None:
    page.locator(f'#filters input[name="{key}"][value="{value}"]').click()


def searched(page: Page, text: str) -> None:
    page.locator("#search").fill(text)
    page.wait_for_function("text => location.hash.includes(new URLSearchParams({q: text}))", arg=text)


def test_counts_are_those_of_the_json(shown: Report, open_page: Open) -> None:
    page = open_page(shown)
    principals = json.loads(render("json", shown, Appearance("1.2.3")))["principals"]
    assert status(page) == f"{len(principals)} principals"
    assert len(names(page)) == len(principals) > 15
    for key, of in {
        "verdict": lambda one: one["aws_login"]["localhost"],
        "remote": lambda one: one["aws_login"]["remote"],
        "console": lambda one: one["console"]["access"],
        "kind": lambda one: one["kind"],
        "root": lambda one: one["root"],
    }.items():
        counts = page.evaluate(
            "key => [...document.querySelectorAll(`#filters input[name=${key}]`)]"
            ".map(box => [box.value, Number(box.parentElement.querySelector('.count').textContent)])",
            key,
        )
        assert dict(counts) == Counter(map(of, principals)), key


def test_filters_search_and_the_address(shown: Report, open_page: Open) -> None:
    page = open_page(shown)
    every = names(page)
    chosen(page, "verdict", "implicit_deny")
    chosen(page, "console", "yes")
    denied = names(page)
    assert 0 < len(denied) < len(every)
    assert status(page) == f"{len(denied)} of {len(every)} principals"
    assert set(page.locator("tbody tr:not(.detail) td:nth-child(2)").all_inner_texts()) == {"implicit deny"}
    searched(page, "data-team-boundary main.tf")
    assert names(page) == ["grace"], "what a row opens is searched as well"
    address = page.url
    again = open_page(shown, f"#{address.partition('#')[2]}")
    assert names(again) == ["grace"]
    assert again.locator("#search").input_value() == "data-team-boundary main.tf"
    assert again.locator('input[name="verdict"][value="implicit_deny"]').is_checked()
    again.get_by_role("button", name="Clear filters").click()
    assert names(again) == every
    assert "#" not in again.url
    again.evaluate("location.hash = 'kind=role'")
    again.wait_for_function("document.querySelector('[role=status]').textContent.includes(' of ')")
    assert 0 < len(names(again)) < len(every)


def test_columns_sort(shown: Report, open_page: Open) -> None:
    page = open_page(shown)
    head = page.get_by_role("columnheader", name="Principal")
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    rising = names(page)
    assert rising == sorted(rising, key=str.casefold)
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert names(page)[0] == rising[-1]


def test_keys_are_enough(shown: Report, open_page: Open) -> None:
    page = open_page(shown)
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    first, second = (page.locator("tbody th button").nth(number) for number in range(2))
    first.focus()
    page.keyboard.press("Enter")
    assert first.get_attribute("aria-expanded") == "true"
    detail = page.locator(f"#{first.get_attribute('aria-controls')}")
    assert detail.is_visible()
    assert "signin:AuthorizeOAuth2Access" in detail.inner_text()
    page.keyboard.press("ArrowDown")
    assert second.evaluate("it => it === document.activeElement")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    assert first.get_attribute("aria-expanded") == "false"
    assert not detail.is_visible()


def test_a_row_opens_everything(shown: Report, open_page: Open) -> None:
    page = open_page(shown, "#open=aws_iam_user.analyst")
    detail = page.locator("tr.detail:visible")
    assert detail.locator("h3").all_inner_texts() == [
        "error user-cannot-aws-login",
        "aws login on this device and aws login --remote, on another device implicit deny",
        "Console access yes",
        "Policies",
        "Where it is",
    ]
    assert detail.locator(".layers > li .layer").all_inner_texts() == [
        "Explicit deny",
        "Service control policies",
        "Permissions boundary",
        "Identity-based policies",
    ]
    way = detail.locator("svg.way")
    assert "permissions boundary, data-team-boundary, does not allow it" in (way.get_attribute("aria-label") or "")
    assert 'resource "aws_iam_user" "analyst"' in detail.locator(".source").all_inner_texts()[-1]
    assert detail.locator("ins").count() > 3


def test_names_are_texts_whatever_they_are(open_page: Open) -> None:
    texts = (ATTACK, *HOSTILE.values())
    people = tuple(principal((text,), address=text, root=text) for text in texts)
    found = tuple(replace(finding(text, address=text, root=text), url="javascript:alert(1)") for text in texts)
    page = open_page(report(people, found, troubles(2)))
    page.get_by_role("button", name="Open all on this page").click()
    assert ATTACK in names(page)
    assert page.title() != "owned"
    assert not page.locator("img, a[href^=javascript]").count()
    assert page.locator("script").count() == 2
    searched(page, "<img src")
    assert names(page) == [ATTACK]
    assert "This scan is incomplete: 2 errors in the input" in page.locator("h2").all_inner_texts()


def test_without_a_script(shown: Report, open_page: Open) -> None:
    page = open_page(shown, java_script_enabled=False)
    assert "every principal is here without it" in page.locator(".noscript").inner_text()
    rows = page.locator("tbody tr:not(.detail)")
    assert rows.count() == len(shown.principals)
    assert not page.locator("#filters").is_visible()
    row = page.locator("tr.detail", has_text="data-team-boundary").first
    assert not row.locator("section").first.is_visible()
    row.locator("summary").click()
    assert row.locator("svg.way").first.is_visible()
    with_script = open_page(shown, "#open=aws_iam_user.analyst").locator("tr.detail:visible")
    assert row.locator("details").inner_text().partition("\n")[2].split() == with_script.inner_text().split()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(scheme: str, shown: Report, open_page: Open) -> None:
    found = replace(shown, diagnostics=troubles(1))
    page = open_page(found, "#open=aws_iam_user.analyst&open=aws_iam_user.intern", color_scheme=scheme, bypass_csp=True)
    results = Axe().run(page)
    assert not results.violations_count, results.generate_report()
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (colour == "rgb(255, 255, 255)") is (scheme == "light")


def test_paper_has_all_rows_that_are_found(open_page: Open) -> None:
    people = tuple(principal((f"p{n}",), address=f"aws_iam_user.p{n}") for n in range(130))
    page = open_page(report(people))
    assert len(names(page)) == 100
    assert page.locator("#pages").inner_text().split("\n") == ["Previous page", "Page 1 of 2", "Next page"]
    page.get_by_role("button", name="Next page").click()
    assert len(names(page)) == 30
    assert "page=2" in page.url
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("tbody tr:not(.detail)").count() == 130
    assert not page.locator("#filters").is_visible()
    assert not page.get_by_role("button", name="Open all").is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert len(names(page)) == 30


def test_nothing_is_too_wide_for_a_telephone(shown: Report, open_page: Open) -> None:
    page = open_page(shown, "#open=aws_iam_user.analyst", viewport={"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    sections = page.locator("tr.detail:visible section")
    assert sections.evaluate_all("all => all.every(one => one.getBoundingClientRect().width <= 390)")


def test_the_picture_of_the_readme(shown: Report, open_page: Open) -> None:
    size = {"width": 1280, "height": 660}
    page = open_page(shown, "#console=yes&open=aws_iam_user.auditor", viewport=size)
    picture = page.screenshot()
    if os.environ.get("UPDATE_SNAPSHOTS"):
        PICTURE.write_bytes(picture)
    kept = PICTURE.read_bytes()
    assert len(kept) < 150_000
    assert struct.unpack(">II", kept[16:24]) == struct.unpack(">II", picture[16:24]), "run `make snapshots`"
