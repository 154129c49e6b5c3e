"""What a scan of generated input has to find: decided when the input is written, never read off a scan.

The facts file stands beside the input, not in it, so that no scanner sees it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, order=True, slots=True)
class Verdict:
    """What the code makes of one principal, in the words of the JSON report."""

    access: str
    localhost: str
    remote: str


@dataclass(frozen=True, order=True, slots=True)
class Expected:
    """One principal that has, or may have, console access."""

    root: str
    """Relative to the directory that the input was written to."""
    address: str
    verdict: Verdict


NOTHING = Verdict("yes", "implicit_deny", "implicit_deny")
EVERYWHERE = Verdict("yes", "allowed", "allowed")
HERE = Verdict("yes", "allowed", "implicit_deny")
ELSEWHERE = Verdict("yes", "implicit_deny", "allowed")
DENIED = Verdict("yes", "explicit_deny", "explicit_deny")
CONDITIONAL = Verdict("yes", "conditional", "conditional")
OPEN = Verdict("yes", "unknown", "unknown")


def facts_path(written: Path) -> Path:
    """Where the facts of what was written to a path stand."""
    return written.with_name(f"{written.name}.facts.json")


def write_facts(written: Path, found: Iterable[Expected]) -> None:
    """Write the facts beside a tree or file: sorted, one principal a line, so that two of them can be compared."""
    lines = ",\n".join(f"  {json.dumps(_entry(each))}" for each in sorted(found))
    facts_path(written).write_text(f'{{"version": 1, "principals": [\n{lines}\n]}}\n', encoding="utf-8")


def read_facts(written: Path) -> list[Expected]:
    """The facts of what was written to a path."""
    content = json.loads(facts_path(written).read_text(encoding="utf-8"))
    return [
        Expected(each["root"], each["address"], Verdict(each["access"], each["localhost"], each["remote"]))
        for each in content["principals"]
    ]


def _entry(expected: Expected) -> dict[str, str]:
    return {"root": expected.root, "address": expected.address, **asdict(expected.verdict)}
