"""Terraform's JSON syntax: from the text of a ``.tf.json`` file to the blocks that native syntax gives.

The file is read once as JSON. A block is converted when somebody asks for it, and only then are the expressions in its
texts parsed. Positions: an argument stands where its key and value stand; everything inside a text has the text's
own place, since a JSON text cannot go over more than one line.

Terraform refuses a byte order mark in JSON; here it is taken away by who reads the file, as for other files.

https://developer.hashicorp.com/terraform/language/syntax/json
https://github.com/hashicorp/hcl/blob/main/json/spec.md
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import field
from decimal import Decimal
from unicodedata import normalize

from scanner import json_tree
from scanner.json_tree import Array, Member, Object, Scalar
from scanner.lazy_dataclass import dataclass
from scanner.span import LineIndex, Span
from scanner.terraform.language import nodes, numbers, syntax
from scanner.terraform.language.blocks import FileIndex, IndexedBlock, IndexProblem, JSONContent
from scanner.terraform.language.nodes import Node
from scanner.terraform.language.place import MAX_NESTING, SyntaxProblem
from scanner.terraform.language.shapes import (
    LABELS,
    NO_PROVIDERS,
    VARIABLE_FILE,
    Form,
    ProviderShapes,
    Shape,
    dynamic,
    shape_of,
)

COMMENT = "//"
"""A property that says nothing, wherever arguments and blocks stand."""


def index_json(path: str, text: str) -> FileIndex:
    """The top-level blocks of a file. Never raises for any text."""
    lines = LineIndex(path, text)
    index = _Index(lines)
    try:
        root = _parse(text, lines)
        if isinstance(root, Scalar):  # of which null stands for no block, but for no file
            raise SyntaxProblem("an object or a list of objects is expected here", lines.span(root.start, root.end))
        for member in _members(root, lines):
            if member.key != COMMENT:
                index.add(member)
    except SyntaxProblem as problem:
        index.problems.append(IndexProblem(str(problem), problem.span))
    return FileIndex(path, tuple(index.blocks), tuple(index.problems))


def comments(path: str, text: str) -> Iterator[tuple[str, Span]]:
    """What the comments of a file say: those of the file, and those among the arguments of its top-level blocks."""
    lines = LineIndex(path, text)
    try:
        yield from _comments(_parse(text, lines), lines)
    except SyntaxProblem:
        return
    for block in index_json(path, text).blocks:
        if block.json is not None:
            with suppress(SyntaxProblem):  # which whoever converts the block reports
                yield from _comments(block.json.node, lines)


def _comments(body: json_tree.Node, lines: LineIndex) -> Iterator[tuple[str, Span]]:
    for member in _members(body, lines):
        if member.key == COMMENT:
            for item in member.value.items if isinstance(member.value, Array) else (member.value,):
                if isinstance(item, Scalar) and isinstance(item.value, str):
                    yield item.value, lines.span(item.start, item.end)


def parse_block(
    block: IndexedBlock, providers: ProviderShapes, problems: list[SyntaxProblem] | None = None
) -> nodes.Block:
    """Convert one block of an index. Raises ``SyntaxProblem``, or adds those of single expressions to a list."""
    if block.json is None:
        raise SyntaxProblem("this is not a block in JSON syntax", block.span)
    shape = shape_of(block.type, block.labels, providers)
    body = _Converter(block.json.lines, problems).body(block.json.node, shape, block.span)
    return nodes.Block(block.type, block.labels, body, block.span)


def parse_variable_file(path: str, text: str) -> nodes.Body:
    """The values in a ``.tfvars.json`` file, in which texts mean themselves. Raises ``SyntaxProblem``."""
    lines = LineIndex(path, text)
    tree = _parse(text, lines)
    if not isinstance(tree, Object):
        raise SyntaxProblem("it is not a JSON object", lines.span(tree.start, tree.end))
    return _Converter(lines).body(tree, VARIABLE_FILE, lines.span(tree.start, tree.end))


def argument(block: IndexedBlock, name: str) -> Node | None:
    """The value of one argument of a block, found without converting the others. Raises ``SyntaxProblem``."""
    if block.json is None:
        raise SyntaxProblem("this is not a block in JSON syntax", block.span)
    shape = shape_of(block.type, block.labels, NO_PROVIDERS)
    for member in _members(block.json.node, block.json.lines):
        if member.key == name:
            return _Converter(block.json.lines).expression(member.value, shape.forms.get(name, shape.form))
    return None


def _parse(text: str, lines: LineIndex) -> json_tree.Node:
    try:
        return json_tree.parse(text, max_depth=MAX_NESTING)
    except json_tree.JSONError as problem:
        raise SyntaxProblem(f"it is not valid JSON: {problem}", lines.span(problem.offset, problem.offset)) from problem


def _members(node: json_tree.Node, lines: LineIndex) -> Iterator[Member]:
    """The properties of a body: those of an object, or of all objects of a list. Null has none."""
    match node:
        case Object(members=members):
            yield from members
        case Array(items=items) if all(isinstance(item, Object) for item in items):
            for item in items:
                yield from _members(item, lines)
        case Scalar(value=None):
            return
        case _:
            raise SyntaxProblem("an object or a list of objects is expected here", lines.span(node.start, node.end))


def _blocks(
    member: Member, labels: int, lines: LineIndex, outer: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], json_tree.Node, Span]]:
    """The labels, the content and the place of every block that a property describes."""
    value = member.value
    if labels:
        for inner in _members(value, lines):
            yield from _blocks(inner, labels - 1, lines, (*outer, inner.key))
    elif isinstance(value, Array) and len(value.items) != 1:
        for item in value.items:
            yield outer, item, lines.span(item.start, item.end)
    elif isinstance(value, Array):
        yield outer, value.items[0], lines.span(member.start, value.end)
    elif isinstance(value, Object):
        yield outer, value, lines.span(member.start, value.end)
    elif not isinstance(value, Scalar) or value.value is not None:
        raise SyntaxProblem("an object or a list of objects is expected here", lines.span(value.start, value.end))


@dataclass(slots=True)
class _Index:
    lines: LineIndex
    blocks: list[IndexedBlock] = field(default_factory=list)
    problems: list[IndexProblem] = field(default_factory=list)

    def add(self, member: Member) -> None:
        labels = LABELS.get(member.key)
        span = self.lines.span(member.start, member.key_end)
        if labels is None:
            self.problems.append(IndexProblem(f'there is no type of block called "{member.key}"', span))
            return
        # One at a time, so that a wrong one does not take the others with it.
        for single in self._split(member) if labels else (member,):
            try:
                for found, node, place in _blocks(single, labels, self.lines):
                    content = JSONContent(node, self.lines)
                    self.blocks.append(IndexedBlock(member.key, found, "", place, content))
            except SyntaxProblem as problem:
                self.problems.append(IndexProblem(str(problem), problem.span))

    def _split(self, member: Member) -> Iterator[Member]:
        try:
            for inner in _members(member.value, self.lines):
                alone = Object((inner,), inner.start, inner.value.end)
                yield Member(member.key, alone, member.start, member.key_end)
        except SyntaxProblem as problem:
            self.problems.append(IndexProblem(str(problem), problem.span))


@dataclass(frozen=True, slots=True)
class _Converter:
    """From JSON to the nodes of one block."""

    lines: LineIndex
    problems: list[SyntaxProblem] | None = None
    """Where those of single expressions are put, which are ``Broken`` then; None to raise them."""

    def body(self, node: json_tree.Node, shape: Shape, span: Span) -> nodes.Body:
        attributes: dict[str, nodes.Attribute] = {}
        blocks: list[nodes.Block] = []
        for member in _members(node, self.lines):
            name = member.key
            if name == COMMENT:
                continue
            nested = shape.blocks.get(name)
            if name == "dynamic" and shape.has_dynamic:
                blocks.extend(self._dynamic(member, shape))
            elif nested is not None and not (nested.is_argument_too and _is_argument(member.value)):
                blocks.extend(self._nested(member, nested))
            elif name in attributes:
                first = attributes[name].span.line
                raise SyntaxProblem(f'"{name}" is set twice, first on line {first}', self._place(member))
            else:
                value = self.expression(member.value, shape.forms.get(name, shape.form))
                attributes[name] = nodes.Attribute(name, value, self._place(member))
        return nodes.Body(attributes, tuple(blocks), span)

    def _nested(self, member: Member, shape: Shape) -> Iterator[nodes.Block]:
        for labels, content, span in _blocks(member, shape.labels, self.lines):
            yield nodes.Block(member.key, labels, self.body(content, shape, span), span)

    def _dynamic(self, member: Member, shape: Shape) -> Iterator[nodes.Block]:
        for labels, content, span in _blocks(member, 1, self.lines):
            made = shape.blocks.get(labels[0], Shape(has_dynamic=True))
            yield nodes.Block("dynamic", labels, self.body(content, dynamic(made), span), span)

    def expression(self, node: json_tree.Node, form: Form) -> Node:
        """The expression that stands for a JSON value; a ``Broken`` one in place of what is not one."""
        if self.problems is None:
            return self._expression(node, form)
        try:
            return self._expression(node, form)
        except SyntaxProblem as problem:
            self.problems.append(problem)
            return nodes.Broken(str(problem), problem.span)

    def _expression(self, node: json_tree.Node, form: Form) -> Node:
        span = self.lines.span(node.start, node.end)
        match node:
            case Object():
                return self._object(node, form, span)
            case Array(items=items):
                return nodes.TupleNode(tuple(self.expression(item, form) for item in items), span)
            case Scalar(value=str(text)):
                return _text(text, form, span)
            case Scalar(value=int() | Decimal() as number) if not isinstance(number, bool):
                nearest = numbers.number(number)
                if nearest is None:
                    raise SyntaxProblem("the number is out of range", span)
                return nodes.Literal(nearest, span)
            case Scalar(value=bool() | None as constant):
                return nodes.Literal(constant, span)
            case _:
                raise SyntaxProblem("this is not a value", span)

    def _object(self, node: Object, form: Form, span: Span) -> Node:
        items: list[tuple[Node, Node]] = []
        lines: dict[str, int] = {}
        for member in node.members:
            place = self.lines.span(member.start, member.key_end)
            key = _text(member.key, form, place)
            if isinstance(key, nodes.Name):  # a provider's name, where a reference may stand too
                key = nodes.Literal(key.name, place)
            if isinstance(key, nodes.Literal) and isinstance(key.value, str):
                if key.value in lines:
                    message = f'the key "{key.value}" appears twice, first on line {lines[key.value]}'
                    raise SyntaxProblem(message, place)
                lines[key.value] = place.line
            items.append((key, self.expression(member.value, form)))
        return nodes.ObjectNode(tuple(items), span)

    def _place(self, member: Member) -> Span:
        return self.lines.span(member.start, member.value.end)


def _text(text: str, form: Form, span: Span) -> Node:
    match form:
        case Form.EXPRESSION:
            return syntax.parse_expression_in_text(text, span)
        case Form.TEMPLATE if not _is_plain(text):
            return syntax.parse_template_in_text(text, span)
        case _:
            return nodes.Literal(text if text.isascii() else normalize("NFC", text), span)


def _is_plain(text: str) -> bool:
    return "${" not in text and "%{" not in text


def _is_argument(value: json_tree.Node) -> bool:
    """Whether what may be blocks or an argument is one: anything but objects."""
    items = value.items if isinstance(value, Array) else (value,)
    return not all(isinstance(item, Object) for item in items)
