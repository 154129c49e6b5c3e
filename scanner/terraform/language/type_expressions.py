"""Type constraints as they are written: ``map(object({ name = string, groups = optional(list(string), []) }))``.

https://developer.hashicorp.com/terraform/language/expressions/type-constraints
"""

from __future__ import annotations

from collections.abc import Callable

from scanner.terraform.language import nodes, types
from scanner.terraform.language.conversion import ConversionError
from scanner.terraform.language.nodes import Node
from scanner.values import NULL, Value

_PRIMITIVES = {"string": types.STRING, "number": types.NUMBER, "bool": types.BOOL, "any": types.ANY}
_COLLECTIONS: dict[str, Callable[[types.Type], types.Type]] = {
    "list": types.List,
    "set": types.Set,
    "map": types.Map,
}
_LEGACY: dict[str, types.Type] = {
    "list": types.List(types.ANY),
    "map": types.Map(types.ANY),
    "set": types.Set(types.ANY),
}


def constraint(node: Node, default_of: Callable[[Node], Value]) -> types.Type:
    """The constraint that an expression writes. Raises ``ConversionError`` for what is not one.

    ``default_of`` evaluates the default of an optional attribute.
    """
    match node:
        case nodes.Name(name=name) if name in _PRIMITIVES:
            return _PRIMITIVES[name]
        case nodes.Name(name=name) | nodes.Literal(value=str(name)) if name in _LEGACY:
            return _LEGACY[name]  # as Terraform 0.11 wrote it
        case nodes.Literal(value=str(name)) if name in _PRIMITIVES:
            return _PRIMITIVES[name]
        case nodes.Call(name=name, arguments=(element,)) if name in _COLLECTIONS:
            return _COLLECTIONS[name](constraint(element, default_of))
        case nodes.Call(name="tuple", arguments=(nodes.TupleNode(items=items),)):
            return types.Tuple(tuple(constraint(item, default_of) for item in items))
        case nodes.Call(name="object", arguments=(nodes.ObjectNode(items=items),)):
            return types.Object({_name(key): _attribute(value, default_of) for key, value in items})
    raise ConversionError("Terraform has no such type constraint")


def _name(key: Node) -> str:
    if isinstance(key, nodes.Literal) and isinstance(key.value, str):
        return key.value
    raise ConversionError("an attribute of an object type must have a plain name")


def _attribute(node: Node, default_of: Callable[[Node], Value]) -> types.Attribute:
    if isinstance(node, nodes.Call) and node.name == "optional" and node.arguments:
        default = default_of(node.arguments[1]) if len(node.arguments) > 1 else NULL
        return types.Attribute(constraint(node.arguments[0], default_of), optional=True, default=default)
    return types.Attribute(constraint(node, default_of))
