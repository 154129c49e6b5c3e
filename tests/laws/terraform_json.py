"""Native syntax and JSON syntax say the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from scanner.terraform.aws.blocks import SHAPES
from scanner.terraform.language import nodes
from scanner.terraform.language.shapes import Form, Shape, dynamic, shape_of
from tests.laws.hcl import PlacedBlock, editable_directories
from tests.laws.project import Change, Project


class _NotInJSONError(Exception):
    """JSON syntax has no way to say it, or the types of nested blocks are not known."""


def in_json(project: Project) -> Change | None:
    """All blocks that JSON syntax can hold."""
    return _converted(project, lambda _: True)


def half_in_json(project: Project) -> Change | None:
    """Every other block, so that both syntaxes refer to each other."""
    return _converted(project, lambda number: number % 2 == 0)


def other_half_in_json(project: Project) -> Change | None:
    """The others."""
    return _converted(project, lambda number: number % 2 == 1)


def _converted(project: Project, chosen: Callable[[int], bool]) -> Change | None:
    result = project
    for directory, blocks in editable_directories(project):
        if any(not placed.path.endswith(".tf") for placed in blocks):
            continue
        native: list[str] = []
        written: list[dict[str, Any]] = []
        for number, placed in enumerate(blocks):
            try:
                if not chosen(number):
                    raise _NotInJSONError
                written.append(_block(placed))
            except _NotInJSONError:
                native.append(placed.text)
        if written:
            prefix = f"{directory}/" if directory else ""
            result = result.without({placed.path for placed in blocks}).having(
                {f"{prefix}law.tf.json": json.dumps(written, indent=2, ensure_ascii=False)}
                | ({f"{prefix}law_native.tf": "\n\n".join(native) + "\n"} if native else {})
            )
    return Change(result) if result is not project else None


def _block(placed: PlacedBlock) -> dict[str, Any]:
    if placed.type in {"moved", "import", "removed", "terraform", "check", "ephemeral", "action", "list"}:
        raise _NotInJSONError  # addresses and settings: they may stay as they are
    content: Any = _body(placed, placed.block.body, shape_of(placed.type, placed.labels, SHAPES))
    for label in reversed(placed.labels):
        content = {label: content}
    return {placed.type: content}


def _body(placed: PlacedBlock, body: nodes.Body, shape: Shape) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, attribute in body.attributes.items():
        found[name] = _argument(placed, attribute.value, shape.forms.get(name, shape.form))
    for block in body.blocks:
        if block.type == "dynamic" and shape.has_dynamic:
            made = shape.blocks.get(block.labels[0])
            if made is None:
                raise _NotInJSONError
            inner: Any = _body(placed, block.body, dynamic(made))
        elif block.type in shape.blocks:
            inner = _body(placed, block.body, shape.blocks[block.type])
        else:
            raise _NotInJSONError
        for label in reversed(block.labels):
            inner = {label: inner}
        found.setdefault(block.type, []).append(inner)
    return found


def _argument(placed: PlacedBlock, node: nodes.Node, form: Form) -> Any:
    match form:
        case Form.EXPRESSION:
            return _reference(placed, node)
        case Form.LITERAL:
            return _constant(node)
        case Form.TEMPLATE:
            return _value(placed, node)


def _reference(placed: PlacedBlock, node: nodes.Node) -> Any:
    match node:
        case nodes.TupleNode(items=items):
            return [_reference(placed, item) for item in items]
        case nodes.ObjectNode(items=entries):
            return {_word(placed, key): _reference(placed, value) for key, value in entries}
        case nodes.Literal(value=str(text)):
            return text
        case _:
            return placed.source(node.span)


def _word(placed: PlacedBlock, key: nodes.Node) -> str:
    return key.value if isinstance(key, nodes.Literal) and isinstance(key.value, str) else placed.source(key.span)


def _constant(node: nodes.Node) -> Any:
    match node:
        case nodes.Literal(value=value) if value is None or isinstance(value, bool | int | str):
            return value
        case nodes.TupleNode(items=items):
            return [_constant(item) for item in items]
        case nodes.ObjectNode(items=entries):
            return {_constant_key(key): _constant(value) for key, value in entries}
        case _:
            raise _NotInJSONError


def _constant_key(key: nodes.Node) -> str:
    if isinstance(key, nodes.Literal) and isinstance(key.value, str):
        return key.value
    raise _NotInJSONError


def _is_text(key: nodes.Node) -> bool:
    return isinstance(key, nodes.Literal) and isinstance(key.value, str)


def _value(placed: PlacedBlock, node: nodes.Node) -> Any:
    """Literals, lists and objects become those of JSON; other expressions templates of one interpolation."""
    match node:
        case nodes.Literal(value=str(text)):
            return text.replace("${", "$${").replace("%{", "%%{")
        case nodes.Literal(value=None | bool() | int() as constant):
            return constant
        case nodes.TupleNode(items=items):
            return [_value(placed, item) for item in items]
        case nodes.ObjectNode(items=entries) if all(_is_text(key) for key, _ in entries):
            return {_value(placed, key): _value(placed, value) for key, value in entries}
    source = placed.source(node.span)
    if "<<" in source:
        raise _NotInJSONError  # a heredoc inside an interpolation needs lines
    return f"${{{source}}}"
