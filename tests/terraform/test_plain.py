"""What is read without the grammar is what the grammar reads, places included, and nothing that it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.terraform.language.blocks import IndexedBlock, index_file
from scanner.terraform.language.place import SyntaxProblem
from scanner.terraform.language.plain import read_block
from scanner.terraform.language.syntax import parse_block, parse_block_by_grammar, parse_expression
from tests.examples import examples

ROOT = Path(__file__).parent.parent.parent
FILES = sorted((ROOT / "fixtures" / "terraform").rglob("*.tf"))


def written(node: object) -> object:
    """Everything about a node, with the places that comparing nodes leaves out."""
    if is_dataclass(node):
        return type(node).__name__, *(written(getattr(node, one.name)) for one in fields(node))
    if isinstance(node, tuple):
        return tuple(map(written, node))
    if isinstance(node, Mapping):
        return tuple((name, written(value)) for name, value in node.items())
    return type(node).__name__, node


def outcome(parse: object, block: IndexedBlock) -> object:
    """A tree, or what is wrong."""
    assert callable(parse)
    try:
        return written(parse(block))
    except SyntaxProblem as problem:
        return str(problem), problem.span


def blocks(text: str) -> tuple[IndexedBlock, ...]:
    return index_file("x.tf", text).blocks


def by_itself(block: IndexedBlock) -> bool:
    """Whether nothing of a block is left to the grammar."""
    return read_block(block, parse_expression, lambda *_: None) is not None


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_fixtures(file: Path) -> None:
    for block in blocks(file.read_text(encoding="utf-8")):
        assert outcome(parse_block, block) == outcome(parse_block_by_grammar, block)


@pytest.mark.slow
def test_most_of_them_are_plain() -> None:
    found = [block for file in FILES for block in blocks(file.read_text(encoding="utf-8"))]
    assert sum(map(by_itself, found)) > 0.8 * len(found) > 200


PLAIN = [
    "x = 1",
    "x = true # yes",
    "x = null // no",
    "x = a.b.c /* so */ # and so",
    'x = "a ~ b" \r',
    'x = "a$b%c"',
    'x = "${a.b}"',
    'x = "${ a } and ${b.c["d"]}-${f("g")}"',
    'x = ["a", b, [1], ]',
    "x = [\n # one\n 1,\n\n 2 // two\n , 3 ]",
    'x = { a = 1, "b" : c, true = 2 }',
    "x = {\n a = 1\n b = 2,\n\n c = {} # d\n }",
    'x = f(a, "b", { c = [d] })',
    "x = f(\n a,\n b,\n ).c[0].d",
    'x = a[0]["b"][c.d].e',
    "for_each = a",
    "in = a",
    "x {}",
    'x "y" z {\n a = 1\n }',
    "x { # c\n }",
    "/* c \n c */ x = 1",
    "x = a == b ? 1 : 0",
    'x = "\\n\\"${a}\\\\"',
    "x = [for a in b : a]",
    "x = [ # c\n for k, a in b :\n f(a)\n if k != c\n ]",
    "x = { for a in b : a => a }",
    "x = {\n for k, a in b : k => a... if a }",
    "x = a[*].b.c",
    "x = a[*].b[0]",
    "x = a.*.b",
    "x = a.*",
    "x = a.* - b",
    "x = f(a...)",
    "x = (a)",
    "x = (a).b[(c)]",
    "x = !a && !(b || c) == d",
    "x = a + b * c - d / 2 % e",
    "x = (a <= b) ? c >= d : e < f ? g > h : i",
    "x = [\n a ?\n b :\n c\n + d,\n ]",
    'x = "${a ? "b" : f("${c}")}"',
    "x = <<E\n a ${b}\n E\n",
    "x = <<-E\n  a\n   ${b + 1} c\n E\n",
    "x = <<E\n a\n E \n",
    "x = f(a[*]...)",
    "x = f(<<E\n a\n E\n)",
    "x = a ? b : <<E\n a\n E\n",
    "x = [{ a = b }.a, [c][0]]",
]
HARD = [
    "x = a ? -b : -1",
    "x = !!a",
    "x = a -1",
    "x = a[*].b[*].c",
    "x = a.*.b[0]",
    'x = "\\u00e9"',
    "x = a ?\n b : c",
    "x = a == b\n == c",
    "x = { a = b +\n c }",
    "x = " + " + ".join("a" * 60),
    "x = a" + ".b" * 40,
    "x = a" + "[0]" * 40,
    "x = a[*]" + ".b" * 40,
    "x = a" + ".b" * 3000,
    "x = -1",
    "x = 1.5",
    "x = 1e3",
    "x = a-",
    'x = "é"',
    'x = "$${a}"',
    'x = "%{ if a }b%{ endif }"',
    'x = "${~ a }"',
    'x = "${a\n}"',
    "x = { for = 1 }",
    "x = { (a) = 1 }",
    "x = a.0.b",
    "x = f::g(a)",
    "x = for",
    "x = a.if",
    "x = 1 /* c \n c */",
    "x = a\n + b",
    "x = a +\n b",
    "x = a b",
    "x = 1\n x = 2",
    "x = 1 y = 2",
    "x { y = 1 }",
    "x = { a = 1 b = 2 }",
    "x = { a = 1 /* \n */ b = 2 }",
    "x = [1 2]",
    "x =\n 1",
    "x = é",
    "é = 1",
    "x = 00000000000000000000001",
    "x = " + "[" * 130 + "]" * 130,
    "x = " + "[" * 40 + "]" * 40,
    'x = "' + "(" * 130 + '"',
    '"x" = 1',
    "x == 1",
    "x => 1",
    "x",
    "x = ",
    "x = true.a",
    "x = f (a)",
]


@pytest.mark.parametrize("entry", PLAIN)
def test_plain(entry: str) -> None:
    (block,) = blocks(f'  resource "a" "b" {{\n  {entry}\n  z = 1\n}}')
    assert by_itself(block)
    assert outcome(parse_block, block) == outcome(parse_block_by_grammar, block)


@pytest.mark.parametrize("entry", HARD)
def test_hard(entry: str) -> None:
    for block in blocks(f'  resource "a" "b" {{\n  {entry}\n  z = 1\n}}'):
        assert not by_itself(block)
        assert outcome(parse_block, block) == outcome(parse_block_by_grammar, block)


PIECES = st.sampled_from(
    [
        *"\n\n\r \t\"'=:,.[](){}#/*$%~-!+?<>&|\\0a_é",
        "${",
        "}",
        "/*",
        "*/",
        "<<E\n",
        "\nE\n",
        " = ",
        "for ",
        "if ",
        "null",
        "x",
        ".",
    ]
)


@pytest.mark.slow
@examples(100)
@given(st.lists(st.sampled_from(PLAIN + HARD[:40]), min_size=1, max_size=3), st.data())
def test_edited(entries: list[str], data: st.DataObject) -> None:
    """Texts with a few characters more or less."""
    text = 'r "a" {\n  ' + "\n  ".join(entries) + "\n}\n"
    for _ in range(data.draw(st.integers(0, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(start + 2, len(text))))
        text = text[:start] + data.draw(PIECES) + text[end:]
    for block in blocks(text):
        assert outcome(parse_block, block) == outcome(parse_block_by_grammar, block)
