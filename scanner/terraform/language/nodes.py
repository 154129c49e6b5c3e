"""The syntax tree of Terraform's language. Every node knows where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal
from typing import TypeAlias

from scanner.lazy_dataclass import dataclass
from scanner.span import Span


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, ``true``, ``false``, ``null``, or a text without interpolation."""

    value: bool | int | Decimal | str | None
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class TemplateNode:
    """A text with interpolations and directives."""

    parts: tuple[TemplatePart, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class TemplateIf:
    """``%{ if c }…%{ else }…%{ endif }``"""

    condition: Node
    then: tuple[TemplatePart, ...]
    otherwise: tuple[TemplatePart, ...]


@dataclass(frozen=True, slots=True)
class TemplateFor:
    """``%{ for k, v in c }…%{ endfor }``"""

    key_name: str | None
    value_name: str
    collection: Node
    body: tuple[TemplatePart, ...]


@dataclass(frozen=True, slots=True)
class TupleNode:
    """``[a, b]``"""

    items: tuple[Node, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class ObjectNode:
    """``{ a = 1 }``; a bare word as key is a literal text."""

    items: tuple[tuple[Node, Node], ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """The first word of a reference."""

    name: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class SplatItem:
    """Inside a splat: the element at hand."""

    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class GetAttribute:
    """``target.name``"""

    target: Node
    name: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Index:
    """``target[key]``; ``target.0`` is the same."""

    target: Node
    key: Node
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Splat:
    """``target[*].a.b``: ``each`` is evaluated for every element."""

    target: Node
    each: Node
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """``name(arguments)``; with ``expand`` the last argument is a list of further ones."""

    name: str
    arguments: tuple[Node, ...]
    expand: bool
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Unary:
    """``-a``, ``!a``"""

    operator: str
    operand: Node
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """``a + b`` and the other operators with two sides."""

    operator: str
    left: Node
    right: Node
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Conditional:
    """``c ? a : b``"""

    condition: Node
    then: Node
    otherwise: Node
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class ForTuple:
    """``[for k, v in c : e if p]``"""

    key_name: str | None
    value_name: str
    collection: Node
    result: Node
    predicate: Node | None
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class ForObject:
    """``{for k, v in c : a => b... if p}``"""

    key_name: str | None
    value_name: str
    collection: Node
    key: Node
    result: Node
    grouped: bool
    predicate: Node | None
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Broken:
    """Where an expression should be that cannot be parsed."""

    problem: str
    span: Span = field(compare=False)


Node: TypeAlias = (
    Broken
    | Literal
    | TemplateNode
    | TupleNode
    | ObjectNode
    | Name
    | SplatItem
    | GetAttribute
    | Index
    | Splat
    | Call
    | Unary
    | Binary
    | Conditional
    | ForTuple
    | ForObject
)
TemplatePart: TypeAlias = "str | Node | TemplateIf | TemplateFor"


@dataclass(frozen=True, slots=True)
class Attribute:
    """``name = value``; the span covers both."""

    name: str
    value: Node
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Body:
    """What stands between the braces of a block, whose span it has, or in a file."""

    attributes: Mapping[str, Attribute]
    blocks: tuple[Block, ...]
    span: Span = field(compare=False)
    unread: str | None = None
    """Why some of what it has may be missing here; None if nothing is."""


@dataclass(frozen=True, slots=True)
class Block:
    """``type "label" { … }``"""

    type: str
    labels: tuple[str, ...]
    body: Body
    span: Span = field(compare=False)
