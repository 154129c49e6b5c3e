"""Inputs to begin with: the fixtures, and what the tables of cases have."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures"
CASES = ROOT / "tests" / "cases"
MAX_SIZE = 8 * 1024
"""Larger ones are left out: they say nothing that smaller ones do not, and take longer."""
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def files(directory: Path, *patterns: str) -> Iterator[bytes]:
    """The content of files."""
    for pattern in patterns:
        for file in sorted(directory.rglob(pattern)):
            if file.is_file() and file.stat().st_size <= MAX_SIZE:
                yield file.read_bytes()


@lru_cache(maxsize=64)
def table(path: Path) -> Any:
    """A table of cases."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 # both are safe


def parts(directory: Path, *keys: str) -> Iterator[Any]:
    """What stands under one of the keys anywhere in the tables of a directory."""
    for file in sorted(directory.rglob("*.yaml")):
        yield from _under(table(file), keys)


def texts(directory: Path, *keys: str) -> Iterator[bytes]:
    """The texts among them."""
    yield from (part.encode("utf-8", "surrogatepass") for part in parts(directory, *keys) if isinstance(part, str))


def documents(directory: Path, *keys: str) -> Iterator[bytes]:
    """Whatever there is, as JSON."""
    yield from (json.dumps(part, default=str).encode() for part in parts(directory, *keys))


def _under(node: Any, keys: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in keys:
                yield value
            yield from _under(value, keys)
    elif isinstance(node, list):
        for item in node:
            yield from _under(item, keys)
