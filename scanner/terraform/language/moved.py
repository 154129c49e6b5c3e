"""The nodes of a text as they are where the same text stands elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scanner.span import Span
from scanner.terraform.language import nodes
from scanner.terraform.language.nodes import Node, TemplatePart


def moved(node: Node, path: str, line: int, column: int) -> Node:
    """The tree of an expression that was read at the first line and column, with the spans that it has in a file."""
    lines, columns = line - 1, column - 1

    def span(read: Span) -> Span:
        return Span(
            path,
            read.line + lines,
            read.column + columns if read.line == 1 else read.column,
            read.end_line + lines,
            read.end_column + columns if read.end_line == 1 else read.end_column,
        )

    def part(read: TemplatePart) -> TemplatePart:
        match read:
            case str():
                return read
            case nodes.TemplateIf(condition=condition, then=then, otherwise=otherwise):
                return nodes.TemplateIf(move(condition), tuple(map(part, then)), tuple(map(part, otherwise)))
            case nodes.TemplateFor(key_name=key, value_name=value, collection=collection, body=body):
                return nodes.TemplateFor(key, value, move(collection), tuple(map(part, body)))
        return move(read)

    def move(read: Node) -> Node:
        return _MOVES[type(read)](read, span(read.span), move, part)

    return move(node)


_Move = Callable[[Node], Node]
_MovePart = Callable[[TemplatePart], TemplatePart]


def _optional(node: Node | None, move: _Move) -> Node | None:
    return None if node is None else move(node)


_MOVES: dict[type, Callable[[Any, Span, _Move, _MovePart], Node]] = {
    nodes.Broken: lambda node, span, _move, _part: nodes.Broken(node.problem, span),
    nodes.Literal: lambda node, span, _move, _part: nodes.Literal(node.value, span),
    nodes.Name: lambda node, span, _move, _part: nodes.Name(node.name, span),
    nodes.SplatItem: lambda _node, span, _move, _part: nodes.SplatItem(span),
    nodes.TemplateNode: lambda node, span, _move, part: nodes.TemplateNode(tuple(map(part, node.parts)), span),
    nodes.TupleNode: lambda node, span, move, _part: nodes.TupleNode(tuple(map(move, node.items)), span),
    nodes.ObjectNode: lambda node, span, move, _part: nodes.ObjectNode(
        tuple((move(key), move(value)) for key, value in node.items), span
    ),
    nodes.GetAttribute: lambda node, span, move, _part: nodes.GetAttribute(move(node.target), node.name, span),
    nodes.Index: lambda node, span, move, _part: nodes.Index(move(node.target), move(node.key), span),
    nodes.Splat: lambda node, span, move, _part: nodes.Splat(move(node.target), move(node.each), span),
    nodes.Call: lambda node, span, move, _part: nodes.Call(
        node.name, tuple(map(move, node.arguments)), node.expand, span
    ),
    nodes.Unary: lambda node, span, move, _part: nodes.Unary(node.operator, move(node.operand), span),
    nodes.Binary: lambda node, span, move, _part: nodes.Binary(node.operator, move(node.left), move(node.right), span),
    nodes.Conditional: lambda node, span, move, _part: nodes.Conditional(
        move(node.condition), move(node.then), move(node.otherwise), span
    ),
    nodes.ForTuple: lambda node, span, move, _part: nodes.ForTuple(
        node.key_name, node.value_name, move(node.collection), move(node.result), _optional(node.predicate, move), span
    ),
    nodes.ForObject: lambda node, span, move, _part: nodes.ForObject(
        node.key_name,
        node.value_name,
        move(node.collection),
        move(node.key),
        move(node.result),
        node.grouped,
        _optional(node.predicate, move),
        span,
    ),
}
