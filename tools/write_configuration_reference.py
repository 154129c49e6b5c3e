"""Writes the table of options in docs/configuration.md, and scanner/configuration/schema.json, from the options."""

from __future__ import annotations

import re
from pathlib import Path

from scanner.configuration.keys import KEYS, Key, Merge
from scanner.configuration.schema import schema_text

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "configuration.md"
SCHEMA = ROOT / "scanner" / "configuration" / "schema.json"
_BEGIN, _END = "<!-- options: begin -->", "<!-- options: end -->"


def reference() -> str:
    """The rows of all options."""
    rows = (f"| {' | '.join(_cells(key))} |" for key in KEYS)
    return "\n".join(["| key | what it holds | the command line |", "|---|---|---|", *rows])


def _cells(key: Key[object]) -> tuple[str, str, str]:
    option = "PATH" if key.name == "paths" else f"--{key.name.replace('_', '-')}"
    there = "has no such option" if key.merge is Merge.FILE else f"`{option}` {key.merge.value}"
    return f"`{key.name}`", key.meaning, there


def page(text: str) -> str:
    """The page with the table as it should be."""
    return re.sub(f"{_BEGIN}.*{_END}", lambda _: f"{_BEGIN}\n{reference()}\n{_END}", text, flags=re.DOTALL)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    SCHEMA.write_text(schema_text(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)} and {SCHEMA.relative_to(ROOT)}")
