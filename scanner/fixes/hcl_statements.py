"""Edits of policy statements in Terraform's native syntax: in blocks of a policy document, and in objects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scanner.fix import Edit
from scanner.fixes.hcl_edits import (
    STEP,
    arguments,
    as_list,
    assigned_by,
    block_added,
    item_added,
    quoted,
    without_comments,
)
from scanner.fixes.hcl_places import Found, block_at, expression_at, nested_block_at
from scanner.fixes.source import Source
from scanner.fixes.way import unused
from scanner.span import Span
from scanner.terraform.language import nodes

SID = "AwsLogin"


def statement_added(source: Source, statement: Span, actions: Sequence[str], resource: str) -> tuple[Edit, ...] | None:
    """A statement that allows actions on a resource, behind the one at a place; None where that cannot be written."""
    nested = _nested(source, statement)
    if nested is not None:
        return _block_behind(source, nested[0], nested[1], actions, resource)
    found = expression_at(source, statement)
    if found is None or not isinstance(found.node, nodes.ObjectNode) or not _is_statement(found.node):
        return None
    written = _object(source, found.node, _sid_beside(found), actions, resource)
    if isinstance(found.parent, nodes.TupleNode):
        return item_added(source, [item.span for item in found.parent.items], found.parent.span, written)
    return as_list(source, found.node.span, written)


def actions_added(source: Source, statement: Span, actions: Iterable[str]) -> tuple[Edit, ...] | None:
    """Actions behind those that the statement at a place has; None where that cannot be written."""
    nested = _nested(source, statement)
    if nested is not None:
        argument = nested[1].body.attributes.get("actions")
        return _behind(source, argument.value, actions) if argument is not None else None
    found = expression_at(source, statement)
    if found is None or not isinstance(found.node, nodes.ObjectNode):
        return None
    value = next((value for key, value in found.node.items if _is_key(key, "Action")), None)
    return _behind(source, value, actions) if value is not None else None


def word_replaced(source: Source, region: Span, written: str, meant: str) -> tuple[Edit, ...]:
    """The right word in each literal of a region that is exactly the wrong one."""
    start, end = source.range(region)
    found: list[Edit] = []
    literal = f'"{written}"'
    position = source.text.find(literal, start, end)
    while position != -1:
        found.append(source.edit(position + 1, position + 1 + len(written), meant))
        position = source.text.find(literal, position + len(literal), end)
    return tuple(found)


def file_read(source: Source, place: Span) -> str | None:
    """The path, from the directory of the module, of the file that the expression at a place reads; None for others."""
    found = expression_at(source, place)
    node = found.node if found is not None else None
    if not isinstance(node, nodes.Call) or node.name not in ("file", "templatefile") or not node.arguments:
        return None
    match node.arguments[0]:
        case nodes.Literal(value=str(path)):
            return path
        case nodes.TemplateNode(
            parts=(nodes.GetAttribute(target=nodes.Name(name="path"), name="module" | "root"), str(path))
        ):
            return path.lstrip("/")
    return None


def _nested(source: Source, statement: Span) -> tuple[nodes.Block, nodes.Block] | None:
    """The policy document and its block that is at a place."""
    block = block_at(source, statement)
    if block is None or block.labels[:1] != ("aws_iam_policy_document",):
        return None
    inner = nested_block_at(block, statement)
    return (block, inner) if inner is not None and inner.type == "statement" else None


def _block_behind(
    source: Source, document: nodes.Block, inner: nodes.Block, actions: Sequence[str], resource: str
) -> tuple[Edit, ...]:
    sids = {
        argument.value.value
        for block in document.body.blocks
        if (argument := block.body.attributes.get("sid")) is not None and isinstance(argument.value, nodes.Literal)
    }
    named = [("sid", quoted(unused(sids, SID)))] if "sid" in inner.body.attributes else []
    listed = f"[\n{''.join(f'{STEP}{STEP}{quoted(action)},{chr(10)}' for action in actions)}{STEP}]"
    inside = arguments([*named, ("actions", listed), ("resources", f"[{quoted(resource)}]")])
    indentation = source.indentation(source.range(inner.span)[0])
    return (block_added(source, inner.span, f"statement {{\n{inside}}}", indentation),)


def _object(
    source: Source,
    beside: nodes.ObjectNode,
    sid: str | None,
    actions: Sequence[str],
    resource: str,
) -> str:
    has_quotes = source.at(beside.items[0][0].span)[:1] == '"'
    sign = assigned_by(source, *beside.items[0])
    pairs = [("Sid", quoted(sid))] if sid is not None else []
    listed = f"[{', '.join(map(quoted, actions))}]"
    pairs += [("Effect", '"Allow"'), ("Action", listed), ("Resource", quoted(resource))]
    named = [(quoted(key) if has_quotes else key, value) for key, value in pairs]
    if beside.span.line == beside.span.end_line:
        return f"{{ {', '.join(f'{key}{sign}{value}' for key, value in named)} }}"
    if ":" not in sign:
        return f"{{\n{_with_commas(arguments(named), source, beside)}}}"
    lines = (f"{STEP}{key}{sign}{value}" for key, value in named)
    return f"{{\n{_with_commas(chr(10).join(lines) + chr(10), source, beside)}}}"


def _with_commas(lines: str, source: Source, beside: nodes.ObjectNode) -> str:
    """Lines of an object, with commas where the object beside has some."""
    if len(beside.items) < 2:
        return lines
    between = source.text[source.range(beside.items[0][1].span)[1] : source.range(beside.items[1][0].span)[0]]
    if "," not in without_comments(between):
        return lines
    last = source.text[source.range(beside.items[-1][1].span)[1] : source.range(beside.span)[1]]
    with_commas = lines.replace("\n", ",\n")
    return with_commas if "," in without_comments(last) else f"{with_commas[:-2]}\n"


def _is_statement(node: nodes.ObjectNode) -> bool:
    return any(_is_key(key, "Effect") for key, _ in node.items)


def _is_key(node: nodes.Node, name: str) -> bool:
    return isinstance(node, nodes.Literal) and node.value == name


def _sid_beside(found: Found) -> str | None:
    """A Sid where the statement has one, which none of those around it has."""
    around = found.parent.items if isinstance(found.parent, nodes.TupleNode) else (found.node,)
    sids = {
        value.value
        for item in around
        if isinstance(item, nodes.ObjectNode)
        for key, value in item.items
        if _is_key(key, "Sid") and isinstance(value, nodes.Literal)
    }
    has_one = isinstance(found.node, nodes.ObjectNode) and any(_is_key(key, "Sid") for key, _ in found.node.items)
    return unused(sids, SID) if has_one else None


def _behind(source: Source, value: nodes.Node, actions: Iterable[str]) -> tuple[Edit, ...] | None:
    if isinstance(value, nodes.TupleNode):
        wanted = list(actions)
        if not value.items or len(wanted) == 1:
            return item_added(source, [item.span for item in value.items], value.span, ", ".join(map(quoted, wanted)))
        start = source.range(value.items[0].span)[0]
        is_on_one_line = bool(source.text[source.line_start(start) : start].strip())
        separator = ", " if is_on_one_line else ",\n"
        return item_added(source, [item.span for item in value.items], value.span, separator.join(map(quoted, wanted)))
    if isinstance(value, nodes.Literal) and isinstance(value.value, str):
        return as_list(source, value.span, ", ".join(map(quoted, actions)))
    return None
