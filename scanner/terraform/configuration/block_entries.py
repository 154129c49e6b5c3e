"""What the body of a block says: its arguments and nested blocks, each evaluated on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from scanner.cause import Cause, CauseKind
from scanner.terraform.language import nodes
from scanner.terraform.language.errors import EvaluationError
from scanner.terraform.language.expressions import elements, evaluate_or_refuse
from scanner.terraform.language.namespace import Namespace
from scanner.terraform.language.open_maps import hidden
from scanner.terraform.language.scope import Scope
from scanner.terraform.language.steps import spend_at
from scanner.values import NULL, Unknown, Value

_STEPS = 40
"""What a block that a ``dynamic`` block makes costs before anybody looks at it."""
META_ARGUMENTS = frozenset({"count", "for_each", "provider", "depends_on", "lifecycle", "provisioner", "connection"})


def ignores_changes(body: nodes.Body, name: str) -> bool:
    """Whether an argument may keep another value than the one that is written (``lifecycle.ignore_changes``).

    https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle#ignore_changes
    """
    lifecycle = [block.body.attributes for block in body.blocks if block.type == "lifecycle"]
    listed = [attributes["ignore_changes"].value for attributes in lifecycle if "ignore_changes" in attributes]
    return any(_names_argument(node, name) for node in listed)


def _names_argument(node: nodes.Node, name: str) -> bool:
    """``tags``, ``tags["a"]`` or ``"tags"``, alone or in a list; ``all`` for every argument."""
    match node:
        case nodes.TupleNode(items):
            return any(_names_argument(item, name) for item in items)
        case nodes.GetAttribute(target) | nodes.Index(target) | nodes.Splat(target):
            return _names_argument(target, name)
        case nodes.Name(written):
            return written in (name, "all")
        case nodes.Literal(written):
            return written in (name, "all")
    return False


Share = Callable[[str, Callable[[], Value]], Value]
"""An argument by its name and the way to evaluate it, which is not gone where the value is known already."""


def block_entries(
    body: nodes.Body,
    scope: Scope,
    names: frozenset[str] | None = None,
    share: Share = lambda _, evaluate: evaluate(),
) -> Namespace:
    """The arguments and nested blocks of a body, each evaluated on demand. What is not set is null.

    ``names`` are its ``entry_names``, where somebody has them.
    """
    names = entry_names(body) if names is None else names
    return Namespace(
        lambda: names, lambda name: share(name, lambda: _entry(body, name, scope)), lambda _: _not_set(body)
    )


def _not_set(body: nodes.Body) -> Value:
    """Null, unless it may stand where the body cannot be read."""
    if body.unread is None:
        return NULL
    cause = Cause(CauseKind.MALFORMED, f"a block that cannot be read ({body.unread})", body.span)
    return Value(Unknown(cause), body.span)


def entry_names(body: nodes.Body) -> frozenset[str]:
    """What arguments and nested blocks a body has."""
    nested = {block.labels[0] if block.type == "dynamic" and block.labels else block.type for block in body.blocks}
    return frozenset({*body.attributes, *nested}) - META_ARGUMENTS


def _entry(body: nodes.Body, name: str, scope: Scope) -> Value:
    attribute = body.attributes.get(name)
    if attribute is not None:
        value = evaluate_or_refuse(attribute.value, scope)
        return value if value.span is not None else value.at(attribute.span)
    found: list[Value] = []
    for block in body.blocks:
        if block.type == name:
            found.append(Value(block_entries(block.body, scope), block.span))
        elif block.type == "dynamic" and block.labels == (name,):
            found.extend(_dynamic(block, scope))
    if body.unread is not None:
        found.append(_not_set(body))
    return Value(tuple(found), body.span)


def _dynamic(block: nodes.Block, scope: Scope) -> Iterator[Value]:
    """The blocks that a ``dynamic`` block makes; one unknown block when their number is not known.

    https://developer.hashicorp.com/terraform/language/expressions/dynamic-blocks
    """
    for_each = block.body.attributes.get("for_each")
    content = next((inner for inner in block.body.blocks if inner.type == "content"), None)
    if for_each is None or content is None:
        yield scope.host.refuse(EvaluationError("a dynamic block needs for_each and content", block.span))
        return
    collection = evaluate_or_refuse(for_each.value, scope)
    iterator = _iterator(block)
    unknown = hidden(collection)
    if unknown is not None:
        yield _some(content, iterator, unknown, scope)
        return
    try:
        found = list(elements(collection, for_each.span))
        spend_at(len(found) * _STEPS, block.span)
    except EvaluationError as problem:
        yield scope.host.refuse(problem)
        return
    for key, value in found:
        inner = scope.bind({iterator: Value({"key": key, "value": value})})
        yield Value(block_entries(content.body, inner), content.span)


def _some(content: nodes.Block, iterator: str, number: Unknown, scope: Scope) -> Value:
    """A block that stands for any number of its kind, none included."""
    something = Value(Unknown(number.cause))
    inner = scope.bind({iterator: Value({"key": something, "value": something})})
    entries = block_entries(content.body, replace(inner, doubts=(*scope.doubts, number)))
    return Value(Unknown(number.cause, candidates=(None, Value(entries, content.span))), content.span)


def _iterator(block: nodes.Block) -> str:
    written = block.body.attributes.get("iterator")
    if written is not None and isinstance(written.value, nodes.Name):
        return written.value.name
    return block.labels[0]
