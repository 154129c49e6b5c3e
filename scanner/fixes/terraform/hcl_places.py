"""Where things stand in a file in Terraform's native syntax: the block at a place, and what is around an expression."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache

from scanner.fixes.text.source import Source
from scanner.lazy_dataclass import dataclass
from scanner.regexes import anywhere
from scanner.span import Span
from scanner.terraform.language import nodes
from scanner.terraform.language.blocks import IndexedBlock, index_file
from scanner.terraform.language.nodes import Node
from scanner.terraform.language.place import SyntaxProblem
from scanner.terraform.language.syntax import parse_block, parse_body

_QUOTED = anywhere(r'"([^"\\\n]*+)')


@dataclass(frozen=True, slots=True)
class Found:
    """An expression, and what it stands in."""

    node: Node
    around: tuple[Node, ...]
    """The outermost first."""
    argument: nodes.Attribute
    """The argument that has all of these as its value."""
    block: nodes.Block | None
    """The top-level block that it is in; None in a file of values."""

    @property
    def parent(self) -> Node | None:
        """What it stands in directly."""
        return self.around[-1] if self.around else None


def indexed(source: Source) -> tuple[IndexedBlock, ...]:
    """The top-level blocks of a file, as far as they can be told apart."""
    return _indexed(source.path, source.text)


@lru_cache(maxsize=64)
def _indexed(path: str, text: str) -> tuple[IndexedBlock, ...]:
    return index_file(path, text).blocks


def block_at(source: Source, span: Span) -> nodes.Block | None:
    """The top-level block that a region is in; None where there is none, or it is not as it must be."""
    blocks = indexed(source)
    number = bisect_right(blocks, (span.line, span.column), key=lambda block: (block.span.line, block.span.column))
    if number and holds(blocks[number - 1].span, span):
        with suppress(SyntaxProblem):  # which the scan reports
            return parse_block(blocks[number - 1])
    return None


@lru_cache(maxsize=1024)
def labels(path: str, text: str, kind: str) -> frozenset[str]:
    """The names of the resources of a type in a file."""
    return frozenset(
        block.labels[1]
        for block in _indexed(path, text)
        if block.type == "resource" and block.labels[:1] == (kind,) and len(block.labels) > 1
    )


@lru_cache(maxsize=256)
def texts(text: str) -> frozenset[str]:
    """The texts in a file in Terraform's JSON syntax, of which some are names of resources."""
    return frozenset(found[1] for found in _QUOTED.finditer(text))


def expression_at(source: Source, span: Span) -> Found | None:
    """The outermost expression that is exactly at a region."""
    block = block_at(source, span)
    if block is not None:
        return _in_body(block.body, span, block)
    if not source.path.endswith((".tfvars", ".hcl")):  # which have arguments at their top level
        return None
    with suppress(SyntaxProblem):  # which the scan reports
        return _in_body(parse_body(source.path, source.text), span, None)
    return None


def nested_block_at(block: nodes.Block, span: Span) -> nodes.Block | None:
    """The block inside of another that is exactly at a region."""
    for inner in block.body.blocks:
        if inner.span == span:
            return inner
        if holds(inner.span, span):
            return nested_block_at(inner, span)
    return None


def text_of(block: nodes.Block, name: str) -> str | None:
    """The text that an argument of a block is, if it is written out."""
    argument = block.body.attributes.get(name)
    value = argument.value if argument is not None else None
    return value.value if isinstance(value, nodes.Literal) and isinstance(value.value, str) else None


def _in_body(body: nodes.Body, span: Span, block: nodes.Block | None) -> Found | None:
    for argument in body.attributes.values():
        if holds(argument.span, span):
            way = _way(argument.value, span, ())
            return Found(way[-1], way[:-1], argument, block) if way else None
    for inner in body.blocks:
        if holds(inner.span, span):
            return _in_body(inner.body, span, block)
    return None


def _way(node: Node, span: Span, before: tuple[Node, ...]) -> tuple[Node, ...]:
    """From a node down to the first that is at the region; empty if none is."""
    if node.span == span:
        return (*before, node)
    for part in parts(node):
        if holds(part.span, span):
            found = _way(part, span, (*before, node))
            if found:
                return found
    return ()


def parts(node: Node) -> Iterator[Node]:
    """What an expression is made of, in the order in which it is written."""
    match node:
        case nodes.TupleNode(items=items):
            yield from items
        case nodes.ObjectNode(items=pairs):
            for key, value in pairs:
                yield from (key, value)
        case nodes.Call(arguments=arguments):
            yield from arguments
        case nodes.GetAttribute(target=target):
            yield target
        case nodes.Index(target=target, key=key):
            yield from (target, key)
        case nodes.Splat(target=target, each=each):
            yield from (target, each)
        case nodes.Unary(operand=operand):
            yield operand
        case nodes.Binary(left=left, right=right):
            yield from (left, right)
        case nodes.Conditional(condition=condition, then=then, otherwise=otherwise):
            yield from (condition, then, otherwise)
        case nodes.ForTuple(collection=collection, result=result, predicate=predicate):
            yield from (collection, result, *(() if predicate is None else (predicate,)))
        case nodes.ForObject(collection=collection, key=key, result=result, predicate=predicate):
            yield from (collection, key, result, *(() if predicate is None else (predicate,)))
        case nodes.TemplateNode(parts=pieces):
            yield from _pieces(pieces)
        case _:
            return


def _pieces(pieces: tuple[nodes.TemplatePart, ...]) -> Iterator[Node]:
    for piece in pieces:
        match piece:
            case str():
                pass
            case nodes.TemplateIf(condition=condition, then=then, otherwise=otherwise):
                yield condition
                yield from _pieces((*then, *otherwise))
            case nodes.TemplateFor(collection=collection, body=body):
                yield collection
                yield from _pieces(body)
            case _:
                yield piece


def words(node: Node) -> Iterator[str]:
    """The references in an expression as far as they are names and attributes: ``each.value``, ``aws_iam_user.ada``."""
    if isinstance(node, nodes.Name):
        yield node.name
    elif isinstance(node, nodes.GetAttribute) and isinstance(node.target, nodes.Name):
        yield f"{node.target.name}.{node.name}"
    else:
        for part in parts(node):
            yield from words(part)


def holds(outer: Span, inner: Span) -> bool:
    """Whether a region is in another."""
    return (outer.line, outer.column) <= (inner.line, inner.column) and (inner.end_line, inner.end_column) <= (
        outer.end_line,
        outer.end_column,
    )
