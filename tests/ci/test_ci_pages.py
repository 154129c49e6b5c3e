"""The pages about CI say what action.yml and the command line have."""

from __future__ import annotations

import re

import yaml
from examples import GUIDES, ROOT

from scanner.report import FORMATS

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
GITHUB = (GUIDES / "github.md").read_text(encoding="utf-8")
_ROW = re.compile(r"^\| `([a-z-]+)` \|(?: (?:`([^`]*)`)? ?\|)? ", re.MULTILINE)


def _table(head: str) -> dict[str, str]:
    table = GITHUB.split(f"\n| {head} |")[1].split("\n\n")[0]
    return {name: default or "" for name, default in _ROW.findall(table)}


def test_every_input_is_described() -> None:
    assert _table("input | default | meaning") == {
        name: str(each["default"]) for name, each in ACTION["inputs"].items()
    }


def test_every_output_is_described() -> None:
    assert set(_table("output | meaning")) == set(ACTION["outputs"])


def test_pages_name_formats_that_there_are() -> None:
    for page in sorted(GUIDES.glob("*.md")):
        text = page.read_text(encoding="utf-8")
        named = set(re.findall(r"--(?:output|format)[ =]([a-z]+)", text))
        assert named <= set(FORMATS), f"{page.name} names formats that scan does not have"
