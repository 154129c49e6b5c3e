"""The tables that come with the scanner are those of python-hcl2, and what is parsed with them is what Lark parses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import hcl2.parser
import lark
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lark.exceptions import LarkError
from lark.grammar import Rule
from lark.parsers.lalr_analysis import Shift

from scanner.terraform.language import grammar, hcl_tables
from scanner.terraform.language.table_parser import states_of, table_parser
from tests.examples import examples

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
TEXTS = [path.read_text() for path in sorted(FIXTURES.rglob("*.tf"))]
LARK = hcl2.parser.parser()
PIECES = st.sampled_from(
    [
        *("a", "b.c", "1", "1.5", '"x"', '"x${a}y"', '"${"n"}"', "true", "null", "=", "==", "!=", "<", "&&", "||", "!"),
        *("-", "+", "*", "/", "%", "?", ":", ",", ".", "...", "(", ")", "[", "]", "{", "}", "=>", "[*]", ".*", "in"),
        *("for", "if", "f(", "\n", " ", "\n  ", "# c\n", "/* c */", "<<EOT\nx ${a}\nEOT\n", "<<-EOT\n  x\n  EOT\n"),
        *(
            "block {\n",
            "}\n",
            'block "l" {\n',
            "a = ",
            "b = [\n",
            "each.key",
            "%{ if a }",
            "é",
            "$",
            "~}",
            '"%{ if a }"',
        ),
    ]
)


def tables() -> hcl_tables.Tables:
    found = hcl_tables.tables(lark.__version__)
    assert found is not None, "run tools/write_hcl_tables.py: python-hcl2 or Lark has another version"
    return found


def by_tables() -> Callable[[str], Any]:
    package = hcl_tables.package()
    assert package is not None
    return table_parser(tables(), package)


PARSE = by_tables()


def outcome(parse: Callable[[str], Any], text: str) -> Any:
    """The tree with all places, or the error and where it is."""
    try:
        return seen(parse(text))
    except LarkError as problem:
        token = getattr(problem, "token", None)
        allowed = getattr(problem, "allowed", None) or getattr(problem, "expected", None)
        return type(problem), getattr(problem, "pos_in_stream", None), token and seen(token), allowed and set(allowed)


def seen(node: Any) -> Any:
    if isinstance(node, lark.Token):
        places = (node.start_pos, node.end_pos, node.line, node.column, node.end_line, node.end_column)
        return str(node), str(node.type), places
    if not isinstance(node, lark.Tree):
        return node
    meta = node.meta
    places = (
        () if meta.empty else (meta.start_pos, meta.end_pos, meta.line, meta.column, meta.end_line, meta.end_column)
    )
    return str(node.data), places, [seen(child) for child in node.children]


def test_there_are_texts() -> None:
    assert len(TEXTS) > 40


@pytest.mark.parametrize("text", TEXTS)
def test_law_fixtures_are_parsed_as_lark_parses_them(text: str) -> None:
    assert outcome(PARSE, text) == outcome(LARK.parse, text)
    half = text[: len(text) // 2]
    assert outcome(PARSE, half) == outcome(LARK.parse, half)


@given(st.lists(PIECES, max_size=20).map("".join))
@examples(150)
def test_law_any_text_is_parsed_as_lark_parses_it(text: str) -> None:
    for written in (text, f"a = {text}\n"):
        assert outcome(PARSE, written) == outcome(LARK.parse, written)


def described(rule: Rule) -> tuple[object, ...]:
    """All of a rule. Names are tokens or texts, as Lark's tables were made just now or read from its cache."""
    return str(rule), rule.order, rule.alias and str(rule.alias), repr(rule.options)


def test_the_tables_are_those_of_lark() -> None:
    """Lark numbers states as it comes to them, so they are compared from the first on."""
    header, rows = tables()
    ours, theirs = states_of(header, rows), LARK.parser.parser._parse_table  # noqa: SLF001 # it has no other
    same = {header["start"]: theirs.start_states["start"]}
    waiting = [*same]
    while waiting:
        state = waiting.pop()
        row, other = ours[state], theirs.states[same[state]]
        assert row.keys() == other.keys()
        for symbol, (action, target) in row.items():
            assert action is other[symbol][0]
            if action is not Shift:
                assert described(target) == described(other[symbol][1])
                assert target.options.empty_indices == tuple(other[symbol][1].options.empty_indices)
            elif target in same:
                assert same[target] == other[symbol][1]
            else:
                same[target] = other[symbol][1]
                waiting.append(target)
    assert len(same) == len(theirs.states) == len(header["sizes"])
    assert same[header["end"]] == theirs.end_states["start"]
    assert [one["name"] for one in header["terminals"]] == [one.name for one in LARK.terminals]


def test_with_another_lark_python_hcl2_makes_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert hcl_tables.tables("0.1") is None
    monkeypatch.setattr(lark, "__version__", "0.1")
    assert grammar.parser.__wrapped__() == LARK.parse


def test_with_another_grammar_python_hcl2_makes_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "hcl2.lark").write_text("start: body\n")
    monkeypatch.setattr(hcl_tables, "package", lambda: tmp_path)
    assert hcl_tables.tables(lark.__version__) is None
