"""Writes scanner/terraform/language/hcl_tables.bin: the tables of python-hcl2's grammar, as Lark makes them.

Run it when the version of python-hcl2 or Lark in constraints.txt changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

import hcl2.parser
from lark import Lark
from lark.grammar import Rule
from lark.lexer import TerminalDef

from scanner.terraform.language.hcl_tables import FILE, Header, digest, written

GRAMMAR = Path(hcl2.parser.__file__).parent / "hcl2.lark"


def tables(parser: Lark) -> tuple[Header, list[int]]:
    """The tables of a parser."""
    data, memo = parser.memo_serialize([TerminalDef, Rule])
    table, lexer = data["parser"]["parser"], data["parser"]["lexer_conf"]
    rules = [number for number, one in memo.items() if one["__type__"] == "Rule"]
    states = [table["states"][number] for number in range(len(table["states"]))]
    reduce = len(states)

    def row(state: dict[int, tuple[int, Any]]) -> Iterator[int]:
        for symbol, (reduces, target) in state.items():
            yield symbol
            yield reduce + rules.index(target["@"]) if reduces else target

    header: Header = {
        "lark": version("lark"),
        "grammar": digest(GRAMMAR),
        "terminals": [memo[one["@"]] for one in lexer["terminals"]],
        "ignore": lexer["ignore"],
        "rules": [_rule(memo[number]) for number in rules],
        "symbols": [table["tokens"][number] for number in range(len(table["tokens"]))],
        "sizes": [*map(len, states)],
        "reduce": reduce,
        "start": table["start_states"]["start"],
        "end": table["end_states"]["start"],
    }
    return header, list(chain.from_iterable(map(row, states)))


def _rule(rule: dict[str, Any]) -> list[Any]:
    symbols = [
        one["name"] if one["__type__"] == "NonTerminal" else [one["name"], one["filter_out"]]
        for one in rule["expansion"]
    ]
    options = {name: value for name, value in rule["options"].items() if name != "__type__"}
    return [rule["origin"]["name"], symbols, rule["order"], rule["alias"], options]


if __name__ == "__main__":
    FILE.write_bytes(written(*tables(hcl2.parser.parser())))
    print(f"{FILE}: written")
