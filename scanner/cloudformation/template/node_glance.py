"""A glance at nodes of YAML."""

from __future__ import annotations

from scanner.cloudformation.template.composer import (
    LIST,
    MAPPING,
    NULL,
    OTHER,
    PLAIN,
    TEXT,
    MappingNode,
    Node,
    SequenceNode,
    long_form,
    parts_of_getatt,
)
from scanner.cloudformation.template.nodes import MAX_TEMPLATE_DEPTH, RAIN
from scanner.cloudformation.template.outline import Call, Glance, UnsureError, note
from scanner.cloudformation.template.scalar_nodes import is_account


def entries_of(node: Node) -> dict[str, tuple[Node, Node]]:
    """Keys and values of the document, or of a section. Raises ``UnsureError`` for what is none."""
    if node.tag is not MAPPING or not all(key.tag is PLAIN or key.tag is TEXT for key, _ in node.value):
        raise UnsureError
    found = {key_node.value: (key_node, value_node) for key_node, value_node in node.value}
    if len(found) != len(node.value) or any(key.startswith("Fn::") or key == "Ref" for key in found):
        raise UnsureError
    return found


def glance_at(node: Node, depth: int) -> Glance:
    """What is to be seen of a node that is so many levels deep. Raises ``UnsureError``."""
    calls: list[Call] = []
    plain = _plain(node, depth, calls)
    return Glance(plain, tuple(calls))


def _plain(node: Node, depth: int, calls: list[Call]) -> object:
    """A node as plain data."""
    tag = node.tag
    if tag is PLAIN or tag is TEXT:
        text: str = node.value
        return text
    if depth >= MAX_TEMPLATE_DEPTH:  # what is inside of it is a level deeper
        raise UnsureError
    if tag is MAPPING:
        return _mapping(node, depth + 1, calls)
    if tag is LIST:
        return [_plain(item, depth + 1, calls) for item in node.value]
    if tag is NULL or (tag is OTHER and not is_account(node.value)):
        return None
    if not tag.startswith("!") or tag.startswith(RAIN):
        raise UnsureError
    return _short_form(node, depth + 1, calls)


def _mapping(node: Node, depth: int, calls: list[Call]) -> dict[str, object]:
    """A mapping whose entries are so many levels deep."""
    entries: dict[str, object] = {}
    for key_node, value_node in node.value:
        if key_node.tag is not PLAIN and key_node.tag is not TEXT:
            raise UnsureError
        tag = value_node.tag
        plain = value_node.value if tag is PLAIN or tag is TEXT else _plain(value_node, depth, calls)
        entries[key_node.value] = plain
    if len(entries) != len(node.value):
        raise UnsureError
    note(entries, calls)
    return entries


def _short_form(node: Node, depth: int, calls: list[Call]) -> dict[str, object]:
    """A function whose arguments are so many levels deep."""
    name = long_form(node.tag)
    argument: object
    if isinstance(node, MappingNode):
        argument = _mapping(node, depth, calls)
    elif isinstance(node, SequenceNode):
        argument = [_plain(item, depth, calls) for item in node.value]
    else:
        argument = parts_of_getatt(node) if node.tag == "!GetAtt" else node.value
    entries: dict[str, object] = {name: argument}
    note(entries, calls)
    return entries
