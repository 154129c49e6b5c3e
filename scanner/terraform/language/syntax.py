"""From text to expression nodes with spans. The only importer of python-hcl2.

python-hcl2's own tree carries positions; its dictionaries do not. A slice of a file is parsed at the position where
it stands: the parser sees lines and columns of the slice, ``Place`` turns them into those of the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

import hcl2.parser
from lark.exceptions import LarkError, UnexpectedInput
from lark.lexer import Token
from lark.tree import Tree

from scanner.span import LineIndex, Span
from scanner.terraform.language import nodes, plain, templates
from scanner.terraform.language.moved import moved
from scanner.terraform.language.nodes import Node
from scanner.terraform.language.spelling import Spelling, respell
from scanner.terraform.language.syntax_tree import (
    Converter,
    ParseExpression,
    Place,
    SyntaxProblem,
    nested,
    template_node,
    trees,
)

if TYPE_CHECKING:
    from scanner.terraform.language.blocks import IndexedBlock

_Tree = Tree[Token]

MAX_NESTING = 120
"""Deeper expressions are refused: nobody writes them, and a reader must not run out of stack on them."""


def parse_block(block: IndexedBlock) -> nodes.Block:
    """Parse one block of an index. Raises ``SyntaxProblem``."""
    return plain.read_block(block, _expression_at) or parse_block_by_grammar(block)


def _expression_at(text: str, path: str, line: int, column: int) -> Node | None:
    """An expression in a block, or None if the block has to say what is wrong with it."""
    try:
        return moved(_expression_anywhere(text), path, line, column)
    except SyntaxProblem:
        return None


@lru_cache(maxsize=1024)
def _expression_anywhere(text: str) -> Node:
    """The tree of a text as if it stood at the beginning of a file: much is written more than once."""
    return parse_expression(text, _BEGINNING)


_BEGINNING = Span("", 1, 1, 1, 1)


def parse_block_by_grammar(block: IndexedBlock) -> nodes.Block:
    """The same without the look whether the block is plain, which changes nothing but the time that it takes."""
    place = Place(block.span.path, block.span.line, block.span.column)
    spelling, body = _parse(block.text, place)
    blocks = [child for child in body.children if isinstance(child, Tree) and child.data == "block"]
    if len(blocks) != 1:
        raise SyntaxProblem("this is not a block", block.span)
    return Converter(place, spelling, parse_expression).block(blocks[0])


def parse_body(path: str, text: str) -> nodes.Body:
    """Parse a whole file, as it takes for variable files. Raises ``SyntaxProblem``."""
    place = Place(path, 1, 1)
    spelling, body = _parse(text, place)
    return Converter(place, spelling, parse_expression).body(body)


def parse_expression(text: str, span: Span, line: int | None = None, column: int | None = None) -> Node:
    """Parse an expression that stands at ``line`` and ``column`` (by default where ``span`` begins).

    Raises ``SyntaxProblem``.
    """
    place = Place(span.path, line or span.line, column or span.column, len(_PREFIX))
    return _expression(text, place, span, parse_expression)


def parse_expression_in_text(text: str, span: Span) -> Node:
    """Parse an expression that is written in a text of another notation. Raises ``SyntaxProblem``.

    Such a text has escapes and lines of its own, so everything in it stands where the text stands.
    """
    place = Place(span.path, span.line, span.column, inside=span)
    return _expression(text, place, span, lambda inner, _span, _line, _column: parse_expression_in_text(inner, span))


def parse_template_in_text(text: str, span: Span) -> Node:
    """The same for a template. Raises ``SyntaxProblem``."""
    return template_node(lambda: templates.split(text, lambda inner, _: parse_expression_in_text(inner, span)), span)


_PREFIX = "_=("


def _expression(text: str, place: Place, span: Span, parse_inner: ParseExpression) -> Node:
    spelling, body = _parse(f"{_PREFIX}{text}\n)", place)
    attributes = [child for child in body.children if isinstance(child, Tree) and child.data == "attribute"]
    if len(attributes) != 1:
        raise SyntaxProblem("this is not a single expression", span)
    return Converter(place, spelling, parse_inner).attribute(attributes[0]).value


@lru_cache(maxsize=64)
def parse_template(text: str, span: Span) -> nodes.TemplateNode:
    """Parse a whole text as a template, as ``templatefile`` does. Raises ``SyntaxProblem``."""
    lines = LineIndex(span.path, text)

    def parse(inside: str, offset: int) -> Node:
        return parse_expression(inside, span, *lines.position(offset))

    return nodes.TemplateNode(nested(lambda: templates.stripped(templates.split(text, parse)), span), span)


@lru_cache(maxsize=1)
def _parser() -> Callable[[str], _Tree]:
    return hcl2.parser.parser().parse


def _parse(text: str, place: Place) -> tuple[Spelling, _Tree]:
    """The tree of a text's body, and how the text was spelled for it."""
    _refuse_deep_nesting(text, place)
    spelling = respell(text + "\n")
    if spelling.broken_at is not None:
        line, column = place.position(*spelling.lines.position(spelling.broken_at))
        raise SyntaxProblem(
            "the line ends in the middle of an expression", Span(place.path, line, column, line, column)
        )
    try:
        tree = _parser()(spelling.text)
    except UnexpectedInput as problem:
        line, column = place.position(*spelling.lines.position(getattr(problem, "pos_in_stream", None) or 0))
        span = Span(place.path, line, column, line, column)
        raise SyntaxProblem(_description(problem), span) from problem
    except LarkError as problem:
        span = Span(place.path, place.line, place.column, place.line, place.column)
        raise SyntaxProblem("it cannot be parsed", span) from problem
    (body,) = trees(tree)
    return spelling, body


def _description(problem: UnexpectedInput) -> str:
    token = getattr(problem, "token", None)
    if token is None:
        return "this character is not expected here"
    shown = str(token).strip().splitlines()
    return f'"{shown[0][:40]}" is not expected here' if shown else "the line ends too early"


_BRACKETS = re.compile(r"[(\[{]|[)\]}]|[?]|[-!](?=[\s(!-])")


def _refuse_deep_nesting(text: str, place: Place) -> None:
    """Brackets in strings count too: they cannot make the limit reachable for anybody who does not try."""
    depth = 0
    for found in _BRACKETS.finditer(text):
        depth += -1 if found[0] in ")]}" else 1 if found[0] in "([{" else 0
        if depth > MAX_NESTING:
            span = Span(place.path, place.line, place.column, place.line, place.column)
            raise SyntaxProblem(f"it is nested more than {MAX_NESTING} levels deep", span)
