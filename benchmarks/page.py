"""The page that shows measurements, ``docs/benchmarks.md``: scripts write the parts between two comments."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def replace_part(name: str, text: str) -> None:
    """Put a part in the place of the one before."""
    content = PAGE.read_text(encoding="utf-8")
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    pattern = re.compile(f"(?<={re.escape(begin)}).*?(?={re.escape(end)})", re.DOTALL)
    if not pattern.search(content):
        raise SystemExit(f"{PAGE} has no part {name}")
    PAGE.write_text(pattern.sub(lambda _: f"\n{text.strip()}\n\n", content), encoding="utf-8")
