"""Pages that are made from their source are in step with it; the site has all pages, and builds without a warning."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import markdown
import pytest
import yaml
from markdown_it import MarkdownIt

from scanner.rules.loader import builtin_rules
from scanner.rules.rule import Rule
from tools.docs_site import expanded
from tools.write_pages import JSON, MARKER, RULES, json_keys, pages

ROOT = Path(__file__).parent.parent
RENEW = "run `make snapshots`, and read what it has written"
SITE = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))


def in_navigation(nav: list[object]) -> list[str]:
    found: list[str] = []
    for entry in nav:
        for value in entry.values() if isinstance(entry, dict) else (entry,):
            found += in_navigation(value) if isinstance(value, list) else [str(value)]
    return found


def test_every_rule_has_a_page() -> None:
    """At docs/rules/ID.md: where ``url`` will lead once the documentation has an address."""
    assert {path.stem for path in RULES.glob("*.md")} == {rule.id for rule in builtin_rules()}, RENEW


@pytest.mark.parametrize("rule", builtin_rules(), ids=lambda rule: rule.id)
def test_every_rule_says_why_it_is_there(rule: Rule) -> None:
    """Whole sentences, and no more than code scanning shows of them."""
    assert rule.description, "the rule file begins with no comment"
    assert all(paragraph.endswith(".") for paragraph in rule.description.split("\n\n"))
    assert len(rule.description) <= 1024


def test_json_keys_are_those_of_the_schema() -> None:
    schema = {
        "description": "All of it.",
        "required": ["a", "c"],
        "properties": {
            "a": {"description": "A * of stars.", "type": "integer"},
            "b": {"type": "array", "items": {"$ref": "#/$defs/thing"}},
            "c": {
                "type": "object",
                "required": [],
                "properties": {"d": {"description": "Open.", "enum": ["x", "y"]}},
            },
        },
        "$defs": {
            "thing": {
                "description": "One thing.",
                "required": ["name"],
                "properties": {"name": {"$ref": "#/$defs/name"}},
            },
            "name": {"description": "What it is called.", "type": ["string", "null"]},
        },
    }
    rows = [line for line in json_keys(schema).splitlines() if line.startswith("| `")]
    assert rows == [
        "| `a` | integer | A \\* of stars. |",
        "| `b` | list of [thing](#thing) | Not always there. |",
        "| `c` | object |  |",
        "| `c.d` | `x`, `y` | Open. Not always there. |",
        "| `name` | string or null | What it is called. |",
    ]


def test_the_navigation_has_every_page_once() -> None:
    docs = ROOT / "docs"
    listed = in_navigation(list(expanded(SITE["nav"], docs)))
    there = {path.relative_to(docs).as_posix() for path in docs.rglob("*.md")}
    assert there - set(listed) == set(), "pages that the navigation in mkdocs.yml lacks"
    assert set(listed) - there == set(), "entries of the navigation in mkdocs.yml that are no pages"
    assert len(listed) == len(set(listed)), "pages that the navigation in mkdocs.yml has twice"


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda page: page.stem)
def test_a_page_is_the_same_in_the_repository_and_on_the_site(page: Path) -> None:
    """The two read Markdown differently: a list right after a paragraph, or indented by two, is none on the site."""
    text = page.read_text(encoding="utf-8")
    in_repository = MarkdownIt("commonmark").enable("table").render(text)
    on_site = markdown.markdown(text, extensions=["toc", "tables", "fenced_code"])
    for tag in ("ul", "ol", "li", "table", "tr", "td", "pre", "h2", "h3", "code", "em", "strong", "a"):
        counts = [len(re.findall(rf"<{tag}[ >]", html)) for html in (in_repository, on_site)]
        assert counts[0] == counts[1], f"<{tag}> is there {counts[0]} times in the repository, {counts[1]} on the site"


@pytest.mark.slow
def test_pages_are_what_their_source_makes_them() -> None:
    wanted = pages()
    assert MARKER in wanted[JSON]
    assert len(wanted) > len(builtin_rules())
    other = [
        path.relative_to(ROOT).as_posix() for path, text in wanted.items() if path.read_text(encoding="utf-8") != text
    ]
    assert not other, f"{other} are not what their source makes them: {RENEW}"


@pytest.mark.slow
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    built = build(ROOT / "mkdocs.yml", tmp_path)
    assert built.returncode == 0, built.stderr
    start = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "First scan" in start
    loaded = re.findall(r'(?:src|href)="(https?:[^"]+)', start)
    assert [address for address in loaded if not address.startswith("https://properdocs.org")] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("[x](nowhere.md)", "nowhere.md"),
        ("[x](usage.md#nowhere)", "does not contain an anchor"),
        ("[x](../scanner/nowhere.py)", "links to ../scanner/nowhere.py, which is not there"),
        ("[x](../../elsewhere.py)", "links to ../../elsewhere.py, which is not there"),
        ("[x](../scanner/cli.py) `[y](../nowhere.py)`", ""),
    ],
)
def test_a_link_that_leads_nowhere_ends_the_build(tmp_path: Path, text: str, warning: str) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "index.md").write_text(text, encoding="utf-8")
    (docs / "usage.md").write_text("# Usage\n", encoding="utf-8")
    site = {**SITE, "docs_dir": str(docs), "nav": ["index.md", "*.md"], "hooks": [str(ROOT / "tools/docs_site.py")]}
    file = tmp_path / "mkdocs.yml"
    file.write_text(yaml.safe_dump(site), encoding="utf-8")
    built = build(file, tmp_path / "site")
    assert (built.returncode == 0) == (not warning), built.stderr
    assert warning in built.stderr


@pytest.mark.slow
def test_links_to_code_lead_to_the_repository_once_it_has_an_address(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "index.md").write_text("[cli](../scanner/cli.py#L3) [rules](../rules)", encoding="utf-8")
    site = {**SITE, "docs_dir": str(docs), "nav": ["index.md"], "hooks": [str(ROOT / "tools/docs_site.py")]}
    for address, wanted in (
        ("", "<span>cli</span> <span>rules</span>"),
        (
            "https://example.org/r/",
            (
                '<a href="https://example.org/r/blob/HEAD/scanner/cli.py#L3">cli</a> '
                '<a href="https://example.org/r/tree/HEAD/rules">rules</a>'
            ),
        ),
    ):
        file = tmp_path / "mkdocs.yml"
        file.write_text(yaml.safe_dump({**site, **({"repo_url": address} if address else {})}), encoding="utf-8")
        built = build(file, tmp_path / "site")
        assert built.returncode == 0, built.stderr
        assert wanted in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")


def build(file: Path, site: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "properdocs", "build", "--strict", "-f", str(file), "-d", str(site)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
