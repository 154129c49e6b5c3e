"""From text to expression nodes with spans: plain blocks by a look at them, all others by the grammar.

The grammar takes a tenth of a second to be loaded, so it is imported when something is not plain.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from scanner.span import LineIndex, Span
from scanner.terraform.language import nodes, plain, plain_expressions, templates
from scanner.terraform.language.moved import moved
from scanner.terraform.language.nodes import Node
from scanner.terraform.language.place import Place, SyntaxProblem
from scanner.terraform.language.template_nodes import nested, template_node

if TYPE_CHECKING:
    from scanner.terraform.language.blocks import IndexedBlock


def parse_block(block: IndexedBlock) -> nodes.Block:
    """Parse one block of an index. Raises ``SyntaxProblem``."""
    return plain.read_block(block, parse_expression, _expression_at) or parse_block_by_grammar(block)


def _expression_at(text: str, path: str, line: int, column: int) -> Node | None:
    """An expression in a block, or None if the block has to say what is wrong with it."""
    try:
        return moved(_expression_anywhere(text), path, line, column)
    except SyntaxProblem:
        return None


@lru_cache(maxsize=1024)
def _expression_anywhere(text: str) -> Node:
    """The tree of a text as if it stood at the beginning of a file: much is written more than once."""
    return parse_expression_by_grammar(text, _BEGINNING)


_BEGINNING = Span("", 1, 1, 1, 1)


def parse_block_by_grammar(block: IndexedBlock) -> nodes.Block:
    """The same without the look whether the block is plain, which changes nothing but the time that it takes."""
    from scanner.terraform.language import grammar

    return grammar.read_block(block.text, block.span, parse_expression_by_grammar)


def parse_body(path: str, text: str) -> nodes.Body:
    """Parse a whole file, as it takes for variable files. Raises ``SyntaxProblem``."""
    from scanner.terraform.language import grammar

    return grammar.read_body(text, path, parse_expression)


def parse_expression(text: str, span: Span, line: int | None = None, column: int | None = None) -> Node:
    """Parse an expression that stands at ``line`` and ``column`` (by default where ``span`` begins).

    Raises ``SyntaxProblem``.
    """
    line, column = line or span.line, column or span.column
    node = plain_expressions.read_expression(text, span.path, line, column, parse_expression)
    return node or parse_expression_by_grammar(text, span, line, column)


def parse_expression_by_grammar(text: str, span: Span, line: int | None = None, column: int | None = None) -> Node:
    """The same without the look whether the expression is plain."""
    from scanner.terraform.language import grammar

    place = Place(span.path, line or span.line, column or span.column)
    return grammar.read_expression(text, place, span, parse_expression_by_grammar)


def parse_expression_in_text(text: str, span: Span) -> Node:
    """Parse an expression that is written in a text of another notation. Raises ``SyntaxProblem``.

    Such a text has escapes and lines of its own, so everything in it stands where the text stands.
    """
    from scanner.terraform.language import grammar

    def inner(text: str, _span: Span, _line: int, _column: int) -> Node:
        return parse_expression_in_text(text, span)

    return grammar.read_expression(text, Place(span.path, span.line, span.column, inside=span), span, inner)


def parse_template_in_text(text: str, span: Span) -> Node:
    """The same for a template. Raises ``SyntaxProblem``."""
    return template_node(lambda: templates.split(text, lambda inner, _: parse_expression_in_text(inner, span)), span)


@lru_cache(maxsize=64)
def parse_template(text: str, span: Span) -> nodes.TemplateNode:
    """Parse a whole text as a template, as ``templatefile`` does. Raises ``SyntaxProblem``."""
    lines = LineIndex(span.path, text)

    def parse(inside: str, offset: int) -> Node:
        return parse_expression(inside, span, *lines.position(offset))

    return nodes.TemplateNode(nested(lambda: templates.stripped(templates.split(text, parse)), span), span)
