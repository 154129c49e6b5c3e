"""Policy documents that are written as JSON text, in which pieces may be unknown.

A hole outside quotes stands for a whole JSON value (or, between two commas of a list, for any number of them); a
hole inside quotes for a piece of that text. Everything else is plain JSON, read by ``scanner.json_tree``.
"""

from __future__ import annotations

from typing import assert_never

from scanner import json_tree, values
from scanner.lazy_dataclass import dataclass
from scanner.span import LineIndex, Span
from scanner.values import Unknown, Value

MAX_POLICY_DEPTH = 64
"""Policies are three or four levels deep; anything beyond is an attack on the reader."""

_HOLE = "\ue000"
"""Stands for the next hole; a private-use character that no policy contains."""


class JSONTextError(Exception):
    """The text is not JSON; says where."""

    def __init__(self, message: str, span: Span | None) -> None:
        super().__init__(message)
        self.span = span


@dataclass(slots=True)
class _Converter:
    """From the tree to values, in the order of the text, which is the order of its holes."""

    holes: list[Unknown]
    span: Span | None
    lines: LineIndex
    is_heredoc: bool
    last_counts: bool
    hole: int = 0

    def value(self, node: json_tree.Node) -> Value:
        match node:
            case json_tree.Object():
                return self._object(node)
            case json_tree.Array(items=items):
                return Value(tuple(self.value(item) for item in items), self._span(node))
            case json_tree.Mark():
                return Value(self._next_hole(node), self._span(node))
            case json_tree.Scalar(value=str(text)) if _HOLE in text:
                return self._text(text, node)
            case json_tree.Scalar(value=data):
                return Value(data, self._span(node))
        assert_never(node)

    def _object(self, node: json_tree.Object) -> Value:
        entries: dict[str, Value] = {}
        for member in node.members:
            if _HOLE in member.key:
                raise self.error("a key is not known", member.start)
            if member.key in entries and not self.last_counts:
                raise self.error(f'the key "{member.key}" appears twice', member.start)
            entries[member.key] = self.value(member.value)
        return Value(entries, self._span(node))

    def _text(self, text: str, node: json_tree.Scalar) -> Value:
        parts: list[str | Unknown] = []
        for number, literal in enumerate(text.split(_HOLE)):
            if number:
                parts.append(self._next_hole(node))
            parts.append(literal)
        return values.joined(parts, self._span(node))

    def _next_hole(self, node: json_tree.Mark | json_tree.Scalar) -> Unknown:
        self.hole += 1
        if self.hole > len(self.holes):  # written as an escape sequence
            raise self.error("it contains the private-use character U+E000", node.start)
        return self.holes[self.hole - 1]

    def error(self, message: str, offset: int) -> JSONTextError:
        line, column = self.lines.position(offset)
        return JSONTextError(f"{message} (line {line}, column {column} of the text)", self._lines(offset, offset))

    def _span(self, node: json_tree.Node) -> Span | None:
        return self._lines(node.start, node.end - 1)

    def _lines(self, start: int, end: int) -> Span | None:
        """Line by line for a text that begins on the line after its opening; else the whole expression."""
        if self.span is None or not self.is_heredoc:
            return self.span
        first, _ = self.lines.position(start)
        last, _ = self.lines.position(end)
        return Span(self.span.path, self.span.line + first, 1, self.span.line + last + 1, 1)


def _is_heredoc(text: str, span: Span | None) -> bool:
    """Whether the text is written as it is, from the line after its opening.

    A heredoc of HCL has as many lines as stand between its opening and its closing line. A block scalar of YAML has no
    closing line.
    """
    lines = text.count("\n") + (not text.endswith("\n"))
    return span is not None and (span.last_line - span.line == lines + 1 or 1 < lines == span.last_line - span.line)


def read(text: Value, *, last_counts: bool = False) -> Value:
    """The value that a JSON text describes. Raises ``JSONTextError`` for text that is not JSON, holes included.

    IAM refuses a key that appears twice. With ``last_counts`` the last one counts, as for the Terraform provider,
    which sends on what it has read.
    """
    holes: list[Unknown] = []
    marked: list[str] = []
    for piece in values.pieces(text) or ():
        if isinstance(piece, Unknown):
            holes.append(piece)
            marked.append(_HOLE)
        else:
            if _HOLE in piece:
                raise JSONTextError("it contains the private-use character U+E000", text.span)
            marked.append(piece)
    whole = "".join(marked)
    converter = _Converter(holes, text.span, LineIndex("", whole), _is_heredoc(whole, text.span), last_counts)
    try:
        tree = json_tree.parse(whole, max_depth=MAX_POLICY_DEPTH, mark=_HOLE)
    except json_tree.JSONError as problem:
        raise converter.error(str(problem), problem.offset) from problem
    return converter.value(tree)
