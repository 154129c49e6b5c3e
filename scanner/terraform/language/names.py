"""Looks for names that mean nothing, before an expression is evaluated.

Terraform refuses a reference to what is not declared wherever it stands: in the arm of a conditional that is not taken,
in a loop that is never gone through, inside ``try``. So do we. Functions are not looked for: ``try`` makes those good.

https://developer.hashicorp.com/terraform/language/expressions/references
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import get_args

from scanner.terraform.language import nodes
from scanner.terraform.language.errors import UndeclaredError
from scanner.terraform.language.namespace import Namespace
from scanner.terraform.language.nodes import Node, TemplateFor, TemplateIf
from scanner.terraform.language.scope import Scope

_Bound = frozenset[str]
_OBJECTS = frozenset({"var", "local", "module", "data", "ephemeral", "path", "terraform", "tofu"})
"""First words that stand for nothing without a second one."""


def refuse_undeclared(node: Node, scope: Scope) -> None:
    """Raises ``UndeclaredError`` for the first name in an expression that means nothing."""
    problems: list[UndeclaredError] = []
    _look(node, scope, frozenset(scope.bindings), problems)
    if problems:
        raise problems[0]


def refuse_undeclared_in(body: nodes.Body, scope: Scope) -> None:
    """Has all names in the body of a resource or a module call refused that mean nothing."""
    if scope.host.checked(body):
        return
    problems: list[UndeclaredError] = []
    _look_in(body, scope, frozenset({*scope.bindings, *_of_instances(body)}), problems)
    for problem in problems:
        scope.host.refuse(problem)


_OF_INSTANCES = frozenset({"for_each", "count"})
"""They are evaluated outside of the instances that they make, where less is bound."""


def _of_instances(body: nodes.Body) -> Iterator[str]:
    """What ``count`` and ``for_each`` declare, whichever the instance is."""
    if "for_each" in body.attributes:
        yield "each"
    if "count" in body.attributes:
        yield "count"


_META_ARGUMENTS = frozenset({"provider", "providers", "depends_on", "source", "version"})
_META_BLOCKS = frozenset({"lifecycle", "provisioner", "connection"})
"""What is read by rules of its own: their names are looked for in other places, or mean other things."""


def _look_in(body: nodes.Body, scope: Scope, bound: _Bound, problems: list[UndeclaredError]) -> None:
    for name, attribute in body.attributes.items():
        if name in _META_ARGUMENTS:
            continue
        before = len(problems)
        _look(attribute.value, scope, bound, problems)
        if len(problems) == before and name not in _OF_INSTANCES:
            scope.host.checked(attribute.value)  # an instance knows all of these names: it need not be looked at again
    for block in body.blocks:
        if block.type == "dynamic":  # its content is looked at only if there is an element to make a block of
            for_each = block.body.attributes.get("for_each")
            if for_each is not None:
                _look(for_each.value, scope, bound, problems)
        elif block.type not in _META_BLOCKS:
            _look_in(block.body, scope, bound, problems)


def may_be_sensitive(node: object) -> bool:
    """Whether an expression refers to anything, or marks something itself. Marks are not followed further."""
    if isinstance(node, nodes.Name) or (isinstance(node, nodes.Call) and node.name == "sensitive"):
        return True
    return any(may_be_sensitive(part) for part in _parts(node))


def mentions(node: object, names: frozenset[str]) -> bool:
    """Whether one of the names stands anywhere in an expression, whatever it means there."""
    if isinstance(node, nodes.Name):
        return node.name in names
    return any(mentions(part, names) for part in _parts(node))


def calls_something(node: object) -> bool:
    """Whether there is a call in an expression."""
    return isinstance(node, nodes.Call) or any(calls_something(part) for part in _parts(node))


def _parts(node: object) -> Iterator[object]:
    """What may have names in it, of a node or of several."""
    if isinstance(node, tuple):
        return iter(node)
    return (getattr(node, name) for name in _PARTS.get(type(node), ()))


_PARTS = {
    kind: tuple(one.name for one in fields(kind) if one.name not in ("span", "name", "key_name", "value_name"))
    for kind in (*get_args(Node), TemplateIf, TemplateFor)
    if kind not in (nodes.Literal, nodes.Broken, nodes.SplatItem, nodes.Name)
}
"""The fields of each node that are nodes themselves, or several of them, or hold nothing that has names."""


def _look(node: object, scope: Scope, bound: _Bound, problems: list[UndeclaredError]) -> None:
    """Add what is wrong with the names in a node, in their order."""
    if isinstance(node, nodes.Literal | str):
        return
    if isinstance(node, tuple):
        for part in node:
            _look(part, scope, bound, problems)
        return
    match node:
        case nodes.ObjectNode(items=parts) | nodes.TupleNode(items=parts) | nodes.TemplateNode(parts=parts):
            _look(parts, scope, bound, problems)
        case nodes.Name(name=name):
            if name not in bound and (name in _OBJECTS or name not in scope.module):
                problems.append(UndeclaredError(_message(name, scope), node.span))
        case nodes.GetAttribute(target=nodes.Name(name=name), name=step) if name not in bound:
            _look_up(node, scope, name, step, problems)
        case nodes.GetAttribute(
            target=nodes.GetAttribute(target=nodes.Name(name="data" | "ephemeral" as mode), name=kind), name=step
        ) if mode not in bound:
            found = scope.module[mode].data if mode in scope.module else None
            of_kind = found[kind].data if isinstance(found, Mapping) and kind in found else {}
            if not isinstance(of_kind, Mapping) or step not in of_kind:
                what = "data source" if mode == "data" else "ephemeral resource"
                problems.append(UndeclaredError(f'there is no {what} "{kind}.{step}"', node.span))
        case nodes.Call(name="convert", arguments=(value, _)):  # the other one is a type
            _look(value, scope, bound, problems)
        case nodes.ForTuple() | nodes.ForObject() | TemplateFor():
            inside = bound | {node.value_name, node.key_name or node.value_name}
            for name in _PARTS[type(node)]:
                _look(getattr(node, name), scope, bound if name == "collection" else inside, problems)
        case _:
            for part in _parts(node):
                _look(part, scope, bound, problems)


def _look_up(node: nodes.GetAttribute, scope: Scope, name: str, step: str, problems: list[UndeclaredError]) -> None:
    if name not in scope.module:
        problems.append(UndeclaredError(_message(name, scope), node.target.span))
        return
    found = scope.module[name].data
    if not isinstance(found, Mapping) or step not in found:
        kind = found.declares if isinstance(found, Namespace) and found.declares else f"{name}"
        problems.append(UndeclaredError(f'there is no {kind} "{step}"', node.span))


def _message(name: str, scope: Scope) -> str:
    if name in _OBJECTS and name in scope.module:
        return f'"{name}" needs a name after it'
    return f'"{name}" is not declared here'
