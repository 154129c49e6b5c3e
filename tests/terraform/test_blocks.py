"""The block index finds what the full parser finds, in every fixture and in generated files; broken files say where."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hcl2.api import parses_to_tree
from hypothesis import given
from hypothesis import strategies as st
from lark.tree import Tree

from scanner.terraform.language import blocks
from scanner.terraform.language.arguments import argument
from scanner.terraform.language.blocks import index_file
from scanner.terraform.language.place import SyntaxProblem
from scanner.terraform.language.syntax import parse_block
from tests.examples import examples

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
FILES = sorted((ROOT / "fixtures" / "terraform").rglob("*.tf"))


def full_parse(text: str) -> list[tuple[int, int]]:
    """First and last line of every top-level block, as the full parser has them."""
    (body,) = [child for child in parses_to_tree(text).children if isinstance(child, Tree)]
    blocks = [child for child in body.children if isinstance(child, Tree) and child.data == "block"]
    return [(block.meta.line, block.meta.end_line) for block in blocks]


def indexed(text: str) -> list[tuple[int, int]]:
    index = index_file("x.tf", text)
    assert index.problems == ()
    return [(block.span.line, block.span.last_line) for block in index.blocks]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_fixtures(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert indexed(text) == full_parse(text)
    for block in index_file("x.tf", text).blocks:
        parsed = parse_block(block)
        assert (parsed.type, parsed.labels, parsed.span) == (block.type, block.labels, block.span)


def test_there_are_fixtures() -> None:
    assert len(FILES) > 40


@examples(80)
@given(
    st.lists(
        st.sampled_from([*'\n \t"{}#/<$%\\-a.', "${", "}", "$${", "/*", "*/", "<<E\n", "\nE\n", "<<-E \n", "//"]),
        max_size=30,
    )
)
def test_a_block_in_one_step_ends_where_its_braces_say(pieces: list[str]) -> None:
    text = "a {" + "".join(pieces) + "}"
    plain = blocks.PLAIN_BLOCK.match(text)
    if plain is not None:
        assert blocks.skip_code(text, 3) == plain.end()


TRICKY = [
    'a = "}"',
    'a = "${b["}"]}"',
    'a = "${"${"}"}"}"',
    'a = "$${"',
    'a = "\\"}"',
    'a = "%{ if x == "}" }}%{ endif }"',
    "# }",
    "// {",
    "/* { \n } */",
    "a = {\n  b = {}\n}",
    'a = <<EOT\n}{"\nEOT',
    'a = <<-EOT\n  } ${b} "\n  EOT',
    "a = f(<<X\n{\nX\n)",
    'b "c" {\n  d = 1\n}',
    'dynamic "e" {\n  for_each = []\n  content {}\n}',
]
bodies = st.lists(st.sampled_from(TRICKY), max_size=5).map("\n".join)
headers = st.sampled_from(['resource "aws_iam_user" "u"', "locals", 'variable "v"', "module m", 'data x "y"'])
between = st.sampled_from(["\n", "\n\n", "\n# }\n", "\n/* { */\n", '\n// "\n'])


@examples(50)
@given(st.lists(st.tuples(headers, bodies, between), min_size=1, max_size=4))
def test_generated_files(parts: list[tuple[str, str, str]]) -> None:
    text = "".join(f"{header} {{\n{body}\n}}{gap}" for header, body, gap in parts)
    assert len(indexed(text)) == len(parts)
    if "$${" not in text:  # the parser takes the closing brace for part of the escape
        assert indexed(text) == full_parse(text)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_an_argument_alone_is_what_the_whole_parse_has(file: Path) -> None:
    for block in index_file("x.tf", file.read_text(encoding="utf-8")).blocks:
        for name, attribute in parse_block(block).body.attributes.items():
            assert argument(block, name) == attribute.value
        assert argument(block, "no_such_argument") is None


SOURCES = [
    '"./a"',
    '("./a")',
    '/* "./x" */ "./a"',
    '"./a" # "./x"',
    '"./${"a"}"',
    "(\n  # ]\n  var.a\n)",
    "[<<E\n}\nE\n][0]",
]


@examples(50)
@given(bodies, st.sampled_from(SOURCES), bodies)
def test_an_argument_is_found_among_others(before: str, source: str, after: str) -> None:
    hidden = 'x = {\n  source = "./x"\n}\ny { source = "./x" }\n# source = "./x"\nz = <<E\nsource = "./x"\nE\n'
    (block,) = index_file("x.tf", f'module "m" {{\n{before}\n{hidden}source = {source}\n{after}\n}}').blocks
    (alone,) = index_file("x.tf", f'module "m" {{\nsource = {source}\n}}').blocks
    assert argument(block, "source") == parse_block(alone).body.attributes["source"].value


@given(st.text(alphabet='ab=(){}[]"$%\\<#/*\n -E', max_size=60))
def test_no_text_breaks_the_search_for_an_argument(text: str) -> None:
    for block in index_file("x.tf", f"module m {{ {text} }}").blocks:
        with contextlib.suppress(SyntaxProblem):
            argument(block, "a")


@given(st.text(alphabet='ab{}"$%\\<#/*\n =[]-E', max_size=60))
def test_no_text_breaks_the_index(text: str) -> None:
    index_file("x.tf", text)


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("locals {\n", "never closed", 1),
        ('locals {\n  a = "x\n}\n', "string here is never closed", 2),
        ("locals {\n  a = <<EOT\n}\n", "never closed by EOT", 2),
        ("/* x", "a block is expected here", 1),
        ("a = 1\n", "only blocks", 1),
        ("locals {}\n}\n", "a block is expected here", 2),
        ("locals {\n /* \n}\n", "comment here is never closed", 2),
        ('resource "a" 3 {}', "{ is missing", 1),
    ],
)
def test_broken_files_say_where(text: str, message: str, line: int) -> None:
    (problem,) = index_file("x.tf", text).problems
    assert problem is not None
    assert message in problem.message
    assert problem.span.line == line


def test_blocks_before_a_problem_are_kept() -> None:
    index = index_file("x.tf", "locals {}\nvariable v {\n")
    assert [block.type for block in index.blocks] == ["locals"]


def test_byte_order_mark_and_carriage_returns() -> None:
    assert indexed("\ufefflocals {\r\n  a = <<X\r\n}\r\nX\r\n}\r\n") == [(1, 5)]
