"""The documentation names every option, rule, placeholder, format, decision and exit status."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from scanner.console import Access, Via
from scanner.iam.evaluate import Outcome
from scanner.report import FORMATS
from scanner.rules.loader import builtin_rules
from scanner.rules.view import PLACEHOLDERS
from scanner.terraform import aws_iam
from scanner.terraform.language.functions import FUNCTIONS, SPECIAL

ROOT = Path(__file__).parent.parent
USAGE = (ROOT / "docs" / "usage.md").read_text(encoding="utf-8")
RULES = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
TERRAFORM = (ROOT / "docs" / "terraform.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "fixtures" / "README.md"])


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


def test_every_function_and_resource_type_is_described() -> None:
    for name in (*FUNCTIONS, *SPECIAL, *aws_iam.TYPES):
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
