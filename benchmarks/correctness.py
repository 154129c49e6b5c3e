"""Compares a JSON report with the facts of generated input: a fast scan that is wrong is no result."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.corpora.expected import Verdict, read_facts


def differences(report: dict[str, Any], written: Path) -> list[str]:
    """What the report says otherwise than the facts: wrong, missing and invented principals, and errors."""
    expected = {(each.root, each.address): each.verdict for each in read_facts(written)}
    found: dict[tuple[str, str], Verdict] = {}
    repeated: Counter[tuple[str, str]] = Counter()
    for each in report["principals"]:
        key = (each["root"], each["address"])
        repeated[key] += 1
        if key in expected or each["console"]["access"] != "no":
            found[key] = Verdict(each["console"]["access"], **each["aws_login"])
    lines = [f"{key} is there {count} times" for key, count in repeated.items() if count > 1]
    lines += [f"error: {each}" for each in report["errors"]]
    for key in sorted(expected.keys() | found.keys()):
        wanted, got = expected.get(key), found.get(key)
        if wanted != got:
            lines.append(f"{' '.join(key)}: expected {wanted}, found {got}")
    return lines
