"""The documentation names every option, rule, word, exit status, script and decision; its links lead somewhere."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
import typer.main
import yaml
from markdown_it import MarkdownIt

from scanner.cli import app
from scanner.iam.evaluate import Outcome
from scanner.report import FORMATS
from scanner.rules.loader import builtin_rules, example_rules
from scanner.rules.view import PLACEHOLDERS
from scanner.terraform.configuration.known_functions import FUNCTIONS
from scanner.terraform.language.functions import SPECIAL
from scanner.verdicts.console import Access, Via

ROOT = Path(__file__).parent.parent
USAGE = (ROOT / "docs" / "usage.md").read_text(encoding="utf-8")
CONCEPTS = (ROOT / "docs" / "concepts.md").read_text(encoding="utf-8")
RULES = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
TERRAFORM = (ROOT / "docs" / "terraform.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
SCRIPTS = {name: ROOT / name / "README.md" for name in ("benchmarks", "tools")}
"""Folders of scripts, with the page that has a paragraph about each script."""
SUFFIXES = frozenset({".py", ".mjs"})
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
DECISIONS = ROOT / "docs" / "decisions"
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "fixtures" / "README.md", *SCRIPTS.values()])


def _lines(head: str, problems: list[str]) -> str:
    return "\n".join([head, *sorted(problems)])


def test_every_option_is_described() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "scanner", "--help"], capture_output=True, text=True, check=True, env={"COLUMNS": "200"}
    ).stdout
    options = set(re.findall(r"--[a-z][a-z-]+", shown))
    assert len(options) > 15
    missing = sorted(option for option in options if f"`{option}" not in USAGE)
    assert not missing, f"docs/usage.md does not describe {missing}: add a row under Options"


def test_every_option_is_described_once() -> None:
    """One row may have several options; `--context` has one for each of its forms."""
    table = USAGE.split("\n## Options\n")[1].split("\n## ")[0]
    rows = [re.findall(r"`((?:--?)[a-z][a-z-]*)", row) for row in re.findall(r"^\| (`-[^|]*) \|", table, re.MULTILINE)]
    named = [option for row in rows for option in row]
    assert len(named) > 30
    twice = {option for option in named if named.count(option) > 1} - {"--context"}
    assert not twice, f"docs/usage.md describes {sorted(twice)} in several rows: keep one"


def test_every_rule_is_described() -> None:
    """The table is the contract, too: a rule that is not in it, or not any more, has lost its name or its level."""
    page = r"^\| \[`([a-z-]+)`\]\(rules/\1\.md\) \| (error|warning|note) \|"
    example = r"^\| `([a-z-]+)` \| (error|warning|note) \|"
    listed = {found for row in (page, example) for found in re.findall(row, RULES, re.MULTILINE)}
    rules = {(rule.id, rule.level.value) for rule in (*builtin_rules(), *example_rules())}
    problems = [
        *(
            f"the rule {name} ({level}) has no row: add | [`{name}`](rules/{name}.md) | {level} | … |"
            for name, level in rules - listed
        ),
        *(f"the rule {name} ({level}) is not in rules/, or has another level" for name, level in listed - rules),
    ]
    assert not problems, _lines("docs/rules.md, the built-in rules:", problems)


def test_every_function_is_described() -> None:
    missing = [name for name in (*FUNCTIONS, *SPECIAL) if f"`{name}`" not in TERRAFORM]
    assert not missing, (
        f"docs/terraform.md does not name the functions {missing}: add them to the table under Functions"
    )


def test_every_format_is_described() -> None:
    (usage,) = re.findall(r"^\| `--format FORMAT` \| .*$", USAGE, re.MULTILINE)
    listed = re.findall(r"^\| `([a-z]+)` \|", README.split("\n## Formats\n")[1].split("\n## ")[0], re.MULTILINE)
    problems = [
        *(f"README.md, under Formats: {name} has no row" for name in FORMATS if name not in listed),
        *(f"README.md, under Formats: there is no format {name}" for name in listed if name not in FORMATS),
        *(f"docs/usage.md: the row of --format does not name `{name}`" for name in FORMATS if f"`{name}`" not in usage),
        *(f"docs/formats has no page about {name}" for name in FORMATS if not _has_page(name)),
    ]
    assert not problems, _lines("Formats are declared in scanner/report/__init__.py:", problems)


def _has_page(format_: str) -> bool:
    """One of its own, or a part of the page about text."""
    folder = ROOT / "docs" / "formats"
    return (folder / f"{format_}.md").exists() or f"## {format_}\n" in (folder / "text.md").read_text(encoding="utf-8")


def test_every_word_is_described() -> None:
    for word in (*Outcome, *Access):
        assert f"`{word.value}`" in CONCEPTS, f"docs/concepts.md does not describe `{word.value}`"
    for name in PLACEHOLDERS:
        assert f"`{{{name}}}`" in RULES, f"docs/rules.md does not describe the placeholder {{{name}}}"
    for status in ("0", "1", "2", "130"):
        assert f"| {status} |" in USAGE
        assert f"| {status} |" in README
    for via in Via:
        assert f"`{via.value}`" in CONCEPTS, f"docs/concepts.md does not name `{via.value}`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    """To a file that is there, and to a heading that has this anchor in the repository, too: the site makes others."""
    for target in links(page):
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{page.relative_to(ROOT)} links to {target}, which is not there"
        if anchor and file.suffix == ".md":
            assert anchor in anchors(file), f"{page.relative_to(ROOT)} links to {target}, but there is no such heading"


def links(page: Path) -> list[str]:
    """Where a page leads to, except to the web."""
    found = (
        str(inline.attrs["href"])
        for token in MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8"))
        for inline in token.children or ()
        if inline.type == "link_open"
    )
    return [target for target in found if not target.startswith(("https://", "http://"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_list_leads_to_a_page_once(page: Path) -> None:
    """Two items about one page are what is left of a merge."""
    twice = sorted({target for found in lists(page) for target in found if found.count(target) > 1})
    assert not twice, f"a list of {page.relative_to(ROOT)} links to {twice} more than once: make one item of it"


def lists(page: Path) -> Iterator[list[str]]:
    """Where the items of each list lead to, without those of lists inside of it and but for the web."""
    open_lists: list[list[str]] = []
    for token in MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8")):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            open_lists.append([])
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            yield open_lists.pop()
        elif open_lists:
            found = (str(inline.attrs["href"]) for inline in token.children or () if inline.type == "link_open")
            open_lists[-1] += (target for target in found if "://" not in target)


@cache
def anchors(page: Path) -> frozenset[str]:
    """What GitHub calls the headings of a page: https://docs.github.com/en/get-started/writing-on-github."""
    tokens = MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8"))
    found: list[str] = []
    for opening, heading in pairwise(tokens):
        if opening.type == "heading_open":
            text = "".join(part.content for part in heading.children or () if part.type in ("text", "code_inline"))
            found.append(re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-"))
    return frozenset(found)


@pytest.mark.parametrize("folder", SCRIPTS)
def test_every_script_has_a_paragraph(folder: str) -> None:
    page = SCRIPTS[folder]
    files = (path for path in page.parent.rglob("*") if path.suffix in SUFFIXES and path.name != "__init__.py")
    scripts = {path.relative_to(page.parent).as_posix() for path in files}
    assert scripts
    described = set(re.findall(r"^\*\*`([^`]+)`\*\* ", page.read_text(encoding="utf-8"), re.MULTILINE))
    problems = [
        *(f"{name} has no paragraph: add one that begins with **`{name}`**" for name in scripts - described),
        *(f"there is no script {name}" for name in described - scripts),
    ]
    assert not problems, _lines(f"{folder}/README.md:", problems)


def test_every_decision_is_listed() -> None:
    records = sorted(path for path in DECISIONS.glob("*.md") if path.name != "README.md")
    numbers = [path.name[:4] for path in records]
    assert records
    assert numbers == [f"{number:04}" for number in range(1, len(records) + 1)]
    page = (DECISIONS / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[(\d+)\]\(([^)]+)\) \|", page, re.MULTILINE)
    assert listed == [(path.name[:4], path.name) for path in records]


@pytest.mark.parametrize("record", sorted(DECISIONS.glob("[0-9]*.md")), ids=lambda record: record.stem)
def test_a_decision_has_its_parts(record: Path) -> None:
    text = record.read_text(encoding="utf-8")
    assert re.match(rf"# {int(record.name[:4])}\. .+\n\n\d{{4}}-\d\d-\d\d", text)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]


@pytest.mark.slow
def test_the_example_in_the_readme_is_true() -> None:
    shown = re.search(r"```text\n(.*?)```", README, re.DOTALL)
    assert shown is not None
    result = subprocess.run(
        [sys.executable, "-m", "scanner", "fixtures/terraform/minimal-user"],
        cwd=ROOT,
        env={"COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout == shown[1]


def test_the_rule_in_the_readme_is_one() -> None:
    shown = re.search(r"```yaml\n(id: .*?)```", README, re.DOTALL)
    assert shown is not None
    rule = yaml.safe_load(shown[1])
    assert rule == yaml.safe_load((ROOT / "rules" / f"{rule['id']}.yaml").read_text(encoding="utf-8"))


FOLDERS = ("benchmarks", "docs", "fixtures", "rules", "scanner", "tests", "tools")
FILES = {
    *(path.relative_to(ROOT).as_posix() for name in FOLDERS for path in (ROOT / name).rglob("*")),
    *(path.name for path in ROOT.iterdir()),
}
PLACEHOLDER = re.compile(r"(?<![A-Za-z])(?:FORMAT|FUNCTION|ID|NAME|SCENARIO|TOPIC)(?![A-Za-z])")
"""Words in a path of the documentation that stand for any name."""
MAKE = re.compile(r"^\s*(?:\w+=\S+\s+)*make ([a-z]+)\s*(?:#.*)?$", re.MULTILINE)


def _code(page: Path) -> list[str]:
    """What a page has between backticks, and in blocks of code."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = re.findall(r"^    .*", text, re.MULTILINE)
    return [*re.findall(r"`([^`\n]+)`", text), *blocks, *lines]


def _paths(page: Path) -> set[str]:
    """What looks like a file or a folder of the project, but for what is in blocks of code."""
    spans = re.findall(r"(?<!`)`([\w./-]+)`(?!`)", page.read_text(encoding="utf-8"))
    return {span.rstrip("/") for span in spans if re.search(r"^\w[^*]*(?:\.(?:mjs|py|md|toml|txt|yaml)|/)$", span)}


def _exists(path: str) -> bool:
    """Whether there is a file or folder of that name; it may begin in the middle, as people write it."""
    pattern = re.compile(rf"(?:.*/)?{PLACEHOLDER.sub('[^/]+', re.escape(path))}")
    return any(map(pattern.fullmatch, FILES))


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_files_that_a_page_names_exist(name: str) -> None:
    paths = _paths(ROOT / name)
    assert paths, f"{name} names no files: has the way they are written changed?"
    gone = sorted(path for path in paths if not _exists(path))
    assert not gone, f"{name} names files that are not there: {gone}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_that_a_page_names_exist(page: Path) -> None:
    named = {target for code in _code(page) for target in MAKE.findall(code)}
    assert not named - TARGETS, (
        f"{page.relative_to(ROOT)} names what the Makefile does not make: {sorted(named - TARGETS)}"
    )


SCAN = re.compile(r"^ *(?:- run: |\$ )?(scan [^|\n]*)", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_scans_that_a_page_shows_are_understood(page: Path) -> None:
    """Every option in them is one, with a value where it takes one."""
    command = typer.main.get_command(app)
    for line in {line for code in _blocks(page) for line in SCAN.findall(code)}:
        _, *arguments = shlex.split(line, comments=True)
        command.make_parser(typer.Context(command)).parse_args(arguments)


def _blocks(page: Path) -> list[str]:
    """The blocks of code that are for a shell."""
    tokens = MarkdownIt("commonmark").parse(page.read_text(encoding="utf-8"))
    return [token.content for token in tokens if token.type == "fence" and token.info in ("console", "sh", "yaml")]


def test_every_command_is_described() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    missing = sorted(target for target in TARGETS if f"`make {target}`" not in page)
    assert not missing, f"CONTRIBUTING.md does not describe what make makes: {missing}"
