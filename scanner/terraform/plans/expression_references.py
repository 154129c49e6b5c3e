"""What an expression refers to, as the JSON of a plan lists it.

Every reference is there with all its steps, and again with each step less, down to the smallest thing that can be
referred to: ``aws_iam_user.a["k"].name``, ``aws_iam_user.a["k"]``, ``aws_iam_user.a``. An index that is not a constant
ends a reference: ``aws_iam_user.a[each.key].name`` refers to ``aws_iam_user.a`` and to ``each.key``.

https://developer.hashicorp.com/terraform/internals/json-format#expression-representation
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, assert_never

from scanner.terraform.address import written_key
from scanner.terraform.language import nodes
from scanner.terraform.language.nodes import Node
from scanner.terraform.plans.plain_reference import Plain, PlainReference

_NO_LOCALS: frozenset[str] = frozenset()
_WORDS = {"each": 2, "count": 2, "var": 2, "local": 2, "path": 2, "terraform": 2, "self": 1, "ephemeral": 3}
"""How many words the smallest reference of a kind has."""


def expression(node: Node) -> dict[str, Any]:
    """The JSON of an expression: its constant value, or its references; nothing for a call without references."""
    references = [text for words in _traversals(node, _NO_LOCALS) for text in _unwrapped(words)]
    if references:
        return {"references": references}
    known = constant(node)
    return {"constant_value": known[0]} if known is not None else {}


def plain_references(node: Node) -> dict[str, Any]:
    """The JSON of an expression, with a ``Plain`` beside it if it is one."""
    found = expression(node)
    items = node.items if isinstance(node, nodes.TupleNode) else (node,)
    plain = [one for item in items if (one := _plain(item)) is not None]
    if not plain or len(plain) != len(items):
        return found
    return {**found, "plain": Plain(tuple(plain), isinstance(node, nodes.TupleNode))}


def _plain(node: Node) -> PlainReference | None:
    """A name with attributes and indexes, alone or as all there is in a template."""
    if isinstance(node, nodes.TemplateNode) and len(node.parts) == 1:
        (only,) = node.parts
        return None if isinstance(only, str | nodes.TemplateIf | nodes.TemplateFor) else _plain(only)
    target, steps = node, list[str]()
    while isinstance(target, nodes.GetAttribute) and _chain(target) is None:
        steps.append(target.name)
        target = target.target
    indexed = isinstance(target, nodes.Index) and _chain(target.target) is not None and _chain(target.key) is not None
    if _chain(target) is None and not indexed:
        return None
    return PlainReference(tuple(expression(node).get("references", ())), tuple(reversed(steps)))


def constant(node: Node) -> tuple[Any] | None:
    """The value of an expression for which nothing has to be evaluated, in a tuple; else None."""
    match node:
        case nodes.Literal(value):
            return (value,)
        case nodes.TemplateNode(parts) if all(isinstance(part, str) for part in parts):
            return ("".join(map(str, parts)),)
        case nodes.TupleNode(items):
            found = [constant(item) for item in items]
            known = [each[0] for each in found if each is not None]
            return (known,) if len(known) == len(found) else None
        case nodes.ObjectNode(items):
            pairs = [(constant(key), constant(value)) for key, value in items]
            entries = {str(key[0]): value[0] for key, value in pairs if key is not None and value is not None}
            return (entries,) if len(entries) == len(pairs) else None
    return None


def _unwrapped(words: tuple[str, ...]) -> Iterator[str]:
    """A traversal, and the same with fewer steps. Nothing for what is not a reference, such as a type."""
    if words[0] == "resource":
        words = words[1:]
    if not words:
        return
    smallest, keyless = _smallest(words)
    if len(words) < smallest:
        return
    for length in range(len(words), smallest - 1, -1):
        yield "".join(_dotted(words[:length]))
    if keyless:
        yield "".join(_dotted(words[:keyless]))


def _smallest(words: tuple[str, ...]) -> tuple[int, int]:
    """How many words the smallest reference has, and how many more are left off once more at the end (0 for none)."""
    if words[0] in _WORDS:
        return _WORDS[words[0]], 0
    named = {"data": 3, "module": 2}.get(words[0], 2)
    keyed = len(words) > named and words[named].startswith("[")
    if words[0] == "module" and len(words) > named + keyed:
        return named + keyed + 1, named + keyed
    return named + keyed, named if keyed else 0


def _dotted(words: tuple[str, ...]) -> Iterator[str]:
    for number, word in enumerate(words):
        yield word if number == 0 or word.startswith("[") else f".{word}"


def _traversals(node: Node, own: frozenset[str]) -> Iterator[tuple[str, ...]]:
    """The chains of names and constant indexes in an expression. ``own`` are the names that a ``for`` declares."""
    chain = _chain(node)
    if chain is not None:
        if chain[0] not in own:
            yield chain
        return
    match node:
        case nodes.GetAttribute(target):
            yield from _traversals(target, own)
        case nodes.Index(target, key):
            yield from _traversals(target, own)
            yield from _traversals(key, own)
        case nodes.Splat(target, each):
            yield from _traversals(target, own)
            yield from _traversals(each, own)
        case nodes.ForTuple(key_name, value_name, collection, result, predicate):
            inner = own | {value_name, key_name or value_name}
            yield from _traversals(collection, own)
            yield from _all(inner, result, predicate)
        case nodes.ForObject(key_name, value_name, collection, key, result, _, predicate):
            inner = own | {value_name, key_name or value_name}
            yield from _traversals(collection, own)
            yield from _all(inner, key, result, predicate)
        case nodes.TemplateNode(parts):
            yield from _in_parts(parts, own)
        case nodes.TupleNode(items):
            yield from _all(own, *items)
        case nodes.ObjectNode(items):
            yield from _all(own, *(part for item in items for part in item))
        case nodes.Call(_, arguments):
            yield from _all(own, *arguments)
        case nodes.Unary(_, operand):
            yield from _traversals(operand, own)
        case nodes.Binary(_, left, right):
            yield from _all(own, left, right)
        case nodes.Conditional(condition, then, otherwise):
            yield from _all(own, condition, then, otherwise)
        case nodes.Literal() | nodes.SplatItem() | nodes.Name() | nodes.Broken():
            return
        case _:
            assert_never(node)


def _all(own: frozenset[str], *found: Node | None) -> Iterator[tuple[str, ...]]:
    for node in found:
        if node is not None:
            yield from _traversals(node, own)


def _in_parts(parts: tuple[nodes.TemplatePart, ...], own: frozenset[str]) -> Iterator[tuple[str, ...]]:
    for part in parts:
        match part:
            case str():
                pass
            case nodes.TemplateIf(condition, then, otherwise):
                yield from _traversals(condition, own)
                yield from _in_parts(then, own)
                yield from _in_parts(otherwise, own)
            case nodes.TemplateFor(key_name, value_name, collection, body):
                yield from _traversals(collection, own)
                yield from _in_parts(body, own | {value_name, key_name or value_name})
            case _:
                yield from _traversals(part, own)


def _chain(node: Node) -> tuple[str, ...] | None:
    """A name with attributes and constant indexes; None for any other expression."""
    match node:
        case nodes.Name(name):
            return (name,)
        case nodes.GetAttribute(target, name):
            before = _chain(target)
            return (*before, name) if before is not None else None
        case nodes.Index(target, nodes.Literal(key)) if isinstance(key, str | int) and not isinstance(key, bool):
            before = _chain(target)
            return (*before, written_key(key)) if before is not None else None
    return None
