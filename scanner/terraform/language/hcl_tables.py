"""The tables of python-hcl2's grammar, made before.

To make them takes Lark more than a second. python-hcl2 keeps them beside its own code, which may be read-only, and
takes a twentieth of a second to read them back. ``hcl_tables.bin`` has the same tables for one version of the grammar
and one of Lark; ``table_parser`` parses with them. With any other version python-hcl2 makes its own.

    file = zlib of: JSON (``Header``), a newline, pairs of 16-bit numbers (little endian), row after row
    pair = number of a symbol, and what to do there: a state to go to, or (from ``reduce`` on) a rule to reduce by
"""

from __future__ import annotations

import json
import sys
import zlib
from array import array
from collections.abc import Iterable
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, TypedDict

FILE = Path(__file__).parent / "hcl_tables.bin"


class Header(TypedDict):
    """What there is beside the rows."""

    lark: str
    """The version of Lark."""
    grammar: str
    """A digest of the grammar's text."""
    terminals: list[dict[str, Any]]
    """As Lark writes them."""
    ignore: list[str]
    rules: list[list[Any]]
    """Origin, symbols (a terminal with whether it is filtered out), order, alias, options."""
    symbols: list[str]
    """The names of what stands in rows."""
    sizes: list[int]
    """How many pairs each row has."""
    reduce: int
    start: int
    end: int


class Tables(NamedTuple):
    """The content of the file."""

    header: Header
    rows: array[int]


def tables(lark_version: str) -> Tables | None:
    """The tables for the grammar that is installed; None if those at hand are not for it, or for this Lark."""
    directory = package()
    if directory is None or not FILE.is_file():
        return None
    found = read(FILE.read_bytes())
    wanted = lark_version, digest(directory / "hcl2.lark")
    return found if wanted == (found.header["lark"], found.header["grammar"]) else None


def package() -> Path | None:
    """Where python-hcl2 is, without importing it: its package imports all that it can do."""
    spec = find_spec("hcl2")
    return Path(spec.origin).parent if spec is not None and spec.origin is not None else None


def digest(grammar: Path) -> str:
    """What the text of a grammar is known by."""
    return sha256(grammar.read_bytes()).hexdigest()


def read(content: bytes) -> Tables:
    """The tables in a file's content."""
    head, _, body = zlib.decompress(content).partition(b"\n")
    return Tables(json.loads(head), _little_endian(array("H", body)))


def written(header: Header, rows: Iterable[int]) -> bytes:
    """The content of a file with these tables."""
    body = _little_endian(array("H", rows)).tobytes()
    return zlib.compress(json.dumps(header).encode() + b"\n" + body, 9)


def _little_endian(numbers: array[int]) -> array[int]:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
