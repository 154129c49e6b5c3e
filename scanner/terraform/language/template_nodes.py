"""From the parts of a template, as they stand in its text, to nodes."""

from __future__ import annotations

import re
from collections.abc import Callable

from scanner.regexes import anywhere
from scanner.span import LineIndex, Span
from scanner.terraform.language import nodes, templates
from scanner.terraform.language.nodes import Node
from scanner.terraform.language.place import SyntaxProblem

ParseExpression = Callable[[str, Span, int, int], Node]
"""Parses the text of an expression that stands at a line and column."""


def nested(flat: Callable[[], templates.Flat], span: Span) -> tuple[nodes.TemplatePart, ...]:
    """The tree of a template's parts. Raises ``SyntaxProblem`` where they do not nest."""
    try:
        return templates.nest(flat())
    except templates.TemplateError as problem:
        raise SyntaxProblem(str(problem), span) from problem


def template_node(flat: Callable[[], templates.Flat], span: Span) -> Node:
    """A template as an expression. Raises ``SyntaxProblem``."""
    written: templates.Flat = []

    def kept() -> templates.Flat:
        written.extend(part for part in flat() if part != "")
        return templates.stripped(written)

    parts = nested(kept, span)
    if not parts:
        return nodes.Literal("", span)
    if len(parts) == 1:
        only = parts[0]
        if isinstance(only, str):
            return nodes.Literal(only, span)
        if len(written) == 1 and not isinstance(only, nodes.TemplateIf | nodes.TemplateFor):
            return only  # "${x}" is x itself, whatever its type; " ${~x}" is not
    return nodes.TemplateNode(parts, span)


def heredoc_node(raw: str, span: Span, parse_expression: ParseExpression) -> Node:
    """A heredoc, from its opening marker to the line of the closing one. Raises ``SyntaxProblem``."""
    opening, _, rest = raw.partition("\n")
    marker = opening.strip().removeprefix("<<").removeprefix("-")
    content = anywhere(rf"(?<![ \t])[ \t]*+{re.escape(marker)}[ \t]*\r?\n\Z").sub("", rest)
    lines = LineIndex(span.path, content)

    def parse(inside: str, offset: int) -> Node:
        line, column = lines.position(offset)
        return parse_expression(inside, span, span.line + line, column)

    def flat() -> templates.Flat:
        found = templates.stripped(templates.split(content, parse))
        return templates.without_indent(found) if opening.startswith("<<-") else found

    parts = nested(flat, span)
    if not parts:
        return nodes.Literal("", span)
    if len(parts) == 1 and isinstance(parts[0], str):
        return nodes.Literal(parts[0], span)
    return nodes.TemplateNode(parts, span)
