"""Edits of policy documents that are JSON text: a file of their own, or a heredoc in another file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner import json_tree
from scanner.fix import Edit
from scanner.fixes.hcl_places import block_at, parts
from scanner.fixes.json_edits import JsonText, append, make_list
from scanner.fixes.new_data import Data
from scanner.fixes.source import Source
from scanner.fixes.way import unused
from scanner.json_text import MAX_POLICY_DEPTH
from scanner.json_tree import Array, Node, Object, Scalar
from scanner.regexes import beginning
from scanner.span import Span
from scanner.terraform.language import nodes

SID = "AwsLogin"
_HEREDOC = beginning(r"<<-?[^\W\d][\w.-]*+[ \t]*+\r?\n")


def whole_document(source: Source) -> JsonText | None:
    """The document that a file is; None if it is no JSON."""
    return json_between(source, 0, len(source.text))


def document_in_heredoc(source: Source, place: Span) -> JsonText | None:
    """The document in the heredoc that a region of Terraform's native syntax is in; None if there is none.

    One with interpolations that are no part of a text is none.
    """
    block = block_at(source, place)
    for node in _texts(block.body) if block is not None else ():
        start, end = source.range(node.span)
        opening = _HEREDOC.match(source.text, start)
        if opening is not None and node.span.line < place.line <= node.span.end_line:
            return json_between(
                source, opening.end(), source.line_start(end - 1 if source.text[end - 1] == "\n" else end)
            )
    return None


def allowed(source: Source, actions: Sequence[str], resource: str) -> tuple[Edit, ...] | None:
    """A statement that allows actions on a resource, behind the last Allow of the document that a file is."""
    text = whole_document(source)
    statements = _member(text.root, "Statement") if text is not None else None
    for number in reversed(range(len(statements.items) if isinstance(statements, Array) else 1)):
        statement = _statement(text, number) if text is not None else None
        effect = _member(statement, "Effect")
        if text is not None and isinstance(effect, Scalar) and effect.value == "Allow":
            return statement_added(text, number, actions, resource)
    return None


def statement_added(text: JsonText, number: int, actions: Sequence[str], resource: str) -> tuple[Edit, ...] | None:
    """A statement that allows actions on a resource, behind the one of a number."""
    statement = _statement(text, number)
    around = _member(text.root, "Statement")
    if statement is None:
        return None
    new: dict[str, Data] = {"Effect": "Allow", "Action": list(actions), "Resource": resource}
    if _member(statement, "Sid") is not None:
        siblings = around.items if isinstance(around, Array) else (statement,)
        sids = (_member(one, "Sid") for one in siblings)
        new = {"Sid": unused({one.value for one in sids if isinstance(one, Scalar)}, SID), **new}
    return append(text, around, [new], statement) if isinstance(around, Array) else make_list(text, statement, [new])


def actions_added(text: JsonText, number: int, actions: Sequence[str]) -> tuple[Edit, ...] | None:
    """Actions behind those of the statement of a number."""
    statement = _statement(text, number)
    found = _member(statement, "Action") if statement is not None else None
    match found:
        case Array():
            return append(text, found, list(actions))
        case Scalar(value=str()):
            return make_list(text, found, list(actions))
    return None


def word_replaced(text: JsonText, number: int, written: str, meant: str) -> tuple[Edit, ...]:
    """The right word for a wrong one among the actions of the statement of a number."""
    statement = _statement(text, number)
    found = _member(statement, "Action") if statement is not None else None
    items = found.items if isinstance(found, Array) else (found,)
    return tuple(
        text.edit(item.start + 1, item.end - 1, meant)
        for item in items
        if isinstance(item, Scalar) and item.value == written
    )


def json_between(source: Source, base: int, end: int) -> JsonText | None:
    """The document between two offsets; None if that is no JSON."""
    try:
        return JsonText(source, json_tree.parse(source.text[base:end], max_depth=MAX_POLICY_DEPTH), base)
    except json_tree.JSONError:  # which the scan reports where it matters
        return None


def _statement(text: JsonText, number: int) -> Object | None:
    found = _member(text.root, "Statement")
    items = found.items if isinstance(found, Array) else (found,)
    statement = items[number] if number < len(items) else None
    return statement if isinstance(statement, Object) else None


def _member(node: Node | None, key: str) -> Node | None:
    """The value of a key, the last of several."""
    members = node.members if isinstance(node, Object) else ()
    return next((one.value for one in reversed(members) if one.key == key), None)


def _texts(body: nodes.Body) -> Iterator[nodes.Literal | nodes.TemplateNode]:
    for argument in body.attributes.values():
        yield from _texts_in(argument.value)
    for block in body.blocks:
        yield from _texts(block.body)


def _texts_in(node: nodes.Node) -> Iterator[nodes.Literal | nodes.TemplateNode]:
    if isinstance(node, nodes.Literal | nodes.TemplateNode):
        yield node
    for part in parts(node):
        yield from _texts_in(part)
