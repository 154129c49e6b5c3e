"""From the parts of a template, as they stand in its text, to nodes."""

from __future__ import annotations

from collections.abc import Callable

from scanner.span import Span
from scanner.terraform.language import nodes, templates
from scanner.terraform.language.nodes import Node
from scanner.terraform.language.place import SyntaxProblem


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
