"""Writes scanner/rules/packed.json from the rule files in rules/, so that the scanner starts without reading YAML."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scanner.rules.loader import EXAMPLES, builtin_directory
from scanner.rules.packed import FILE, pack
from scanner.rules.rule import Rule
from scanner.rules.rule_file import read_rule


def rules() -> Iterator[tuple[str, Rule]]:
    """The text of each rule file, and the rule in it."""
    for directory in (builtin_directory(), builtin_directory() / EXAMPLES):
        for file in sorted(directory.glob("*.yaml")):
            yield text_and_rule(file)


def text_and_rule(file: Path) -> tuple[str, Rule]:
    """One of them."""
    text = file.read_text(encoding="utf-8")
    return text, read_rule(text, file.as_posix(), file.stem, check=True)


if __name__ == "__main__":
    FILE.write_text(pack(rules()), encoding="utf-8")
    print(f"{FILE}: written")
