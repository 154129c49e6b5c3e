"""The documentation names every option, rule, word, exit status, script and decision; its links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from scanner.iam.evaluate import Outcome
from scanner.report import FORMATS
from scanner.rules.loader import builtin_rules
from scanner.rules.view import PLACEHOLDERS
from scanner.terraform.configuration.known_functions import FUNCTIONS
from scanner.terraform.language.functions import SPECIAL
from scanner.verdicts.console import Access, Via

ROOT = Path(__file__).parent.parent
USAGE = (ROOT / "docs" / "usage.md").read_text(encoding="utf-8")
RULES = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
TERRAFORM = (ROOT / "docs" / "terraform.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
SCRIPTS = {name: ROOT / name / "README.md" for name in ("benchmarks", "tools")}
"""Folders of scripts, with the page that has a paragraph about each script."""
SUFFIXES = frozenset({".py", ".mjs"})
DECISIONS = ROOT / "docs" / "decisions"
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "fixtures" / "README.md", *SCRIPTS.values()])


def test_every_option_is_described() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "scanner", "--help"], capture_output=True, text=True, check=True, env={"COLUMNS": "200"}
    ).stdout
    options = set(re.findall(r"--[a-z][a-z-]+", shown))
    assert len(options) > 15
    assert {option for option in options if f"`{option}" not in USAGE} == set()


def test_every_rule_is_described() -> None:
    for rule in builtin_rules():
        assert f"| `{rule.id}` | {rule.level.value} |" in RULES


def test_every_function_is_described() -> None:
    for name in (*FUNCTIONS, *SPECIAL):
        assert f"`{name}`" in TERRAFORM


def test_every_word_is_described() -> None:
    for word in (*Outcome, *Access):
        assert f"`{word.value}`" in USAGE
    for name in PLACEHOLDERS:
        assert f"`{{{name}}}`" in RULES
    for name in FORMATS:
        assert f"`{name}`" in README
    for status in ("0", "1", "2", "130"):
        assert f"| {status} |" in USAGE
        assert f"| {status} |" in README
    assert Via.SAML.value in USAGE.lower()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("folder", SCRIPTS)
def test_every_script_has_a_paragraph(folder: str) -> None:
    page = SCRIPTS[folder]
    files = (path for path in page.parent.rglob("*") if path.suffix in SUFFIXES and path.name != "__init__.py")
    scripts = {path.relative_to(page.parent).as_posix() for path in files}
    assert scripts
    assert set(re.findall(r"^\*\*`([^`]+)`\*\* ", page.read_text(encoding="utf-8"), re.MULTILINE)) == scripts


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
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout == shown[1]
