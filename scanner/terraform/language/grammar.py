"""What the grammar reads. The only importer of python-hcl2.

python-hcl2's own tree carries positions; its dictionaries do not. A slice of a file is parsed at the position where
it stands: the parser sees lines and columns of the slice, ``Place`` turns them into those of the file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import lark
from lark.exceptions import LarkError, UnexpectedInput
from lark.lexer import Token
from lark.tree import Tree

from scanner.span import Span
from scanner.terraform.language import hcl_tables, nodes
from scanner.terraform.language.nodes import Node
from scanner.terraform.language.place import MAX_NESTING, Place, SyntaxProblem, is_too_deep
from scanner.terraform.language.spelling import Spelling, respell
from scanner.terraform.language.syntax_tree import Converter, trees
from scanner.terraform.language.template_nodes import ParseExpression

_Tree = Tree[Token]


def read_block(text: str, span: Span, parse_inner: ParseExpression) -> nodes.Block:
    """The block at a place. ``parse_inner`` reads what stands in its templates. Raises ``SyntaxProblem``."""
    place = Place(span.path, span.line, span.column)
    spelling, body = _parse(text, place)
    blocks = [child for child in body.children if isinstance(child, Tree) and child.data == "block"]
    if len(blocks) != 1:
        raise SyntaxProblem("this is not a block", span)
    return Converter(place, spelling, parse_inner).block(blocks[0])


def read_body(text: str, path: str, parse_inner: ParseExpression) -> nodes.Body:
    """A whole file. Raises ``SyntaxProblem``."""
    place = Place(path, 1, 1)
    spelling, body = _parse(text, place)
    return Converter(place, spelling, parse_inner).body(body)


_PREFIX = "_=("


def read_expression(text: str, place: Place, span: Span, parse_inner: ParseExpression) -> Node:
    """The expression at a place. Raises ``SyntaxProblem``."""
    place = replace(place, indent=len(_PREFIX))
    spelling, body = _parse(f"{_PREFIX}{text}\n)", place)
    attributes = [child for child in body.children if isinstance(child, Tree) and child.data == "attribute"]
    if len(attributes) != 1:
        raise SyntaxProblem("this is not a single expression", span)
    return Converter(place, spelling, parse_inner).attribute(attributes[0]).value


@lru_cache(maxsize=1)
def parser() -> Callable[[str], _Tree]:
    """What parses the text of a body, in one spelling of several."""
    package, found = hcl_tables.package(), hcl_tables.tables(lark.__version__)
    if package is not None and found is not None:
        from scanner.terraform.language.table_parser import table_parser

        return table_parser(found, package)
    import hcl2.parser

    parse: Callable[[str], _Tree] = hcl2.parser.parser().parse
    return parse


def _parse(text: str, place: Place) -> tuple[Spelling, _Tree]:
    """The tree of a text's body, and how the text was spelled for it."""
    if is_too_deep(text):
        span = Span(place.path, place.line, place.column, place.line, place.column)
        raise SyntaxProblem(f"it is nested more than {MAX_NESTING} levels deep", span)
    spelling = respell(text + "\n")
    if spelling.broken_at is not None:
        line, column = place.position(*spelling.lines.position(spelling.broken_at))
        raise SyntaxProblem(
            "the line ends in the middle of an expression", Span(place.path, line, column, line, column)
        )
    try:
        tree = parser()(spelling.text)
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
