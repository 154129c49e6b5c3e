"""From text to expression nodes with spans. The only importer of python-hcl2 (and of Lark under it).

python-hcl2's own tree carries positions; its dictionaries do not. A slice of a file is parsed at the position where
it stands: the parser sees lines and columns of the slice, ``_Place`` turns them into those of the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

import hcl2.parser
from lark.exceptions import LarkError, UnexpectedInput
from lark.lexer import Token
from lark.tree import Tree

from scanner.span import LineIndex, Span
from scanner.terraform import nodes, templates
from scanner.terraform.nodes import Node

if TYPE_CHECKING:
    from scanner.terraform.blocks import IndexedBlock

_Tree = Tree[Token]

MAX_NESTING = 120
"""Deeper expressions are refused: nobody writes them, and a reader must not run out of stack on them."""


class SyntaxProblem(Exception):  # noqa: N818 # it is the input's problem, not an error of ours
    """The text is not Terraform's language, as far as the parser can tell."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.span = span


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a parsed slice begins in its file. ``indent`` characters were put before its first line."""

    path: str
    line: int
    column: int
    indent: int = 0

    def position(self, line: int, column: int) -> tuple[int, int]:
        if line == 1:
            return self.line, max(self.column + column - 1 - self.indent, 1)
        return self.line + line - 1, column

    def span(self, tree: _Tree) -> Span:
        meta = tree.meta
        if meta.empty:
            return Span(self.path, *self.position(1, 1), *self.position(1, 1))
        end = self.position(meta.end_line, meta.end_column)
        return Span(self.path, *self.position(meta.line, meta.column), *end)


def parse_block(block: IndexedBlock) -> nodes.Block:
    """Parse one block of an index. Raises ``SyntaxProblem``."""
    place = _Place(block.span.path, block.span.line, block.span.column)
    body = _parse(block.text, place)
    blocks = [child for child in body.children if isinstance(child, Tree) and child.data == "block"]
    if len(blocks) != 1:
        raise SyntaxProblem("this is no block", block.span)
    return _Converter(place).block(blocks[0])


def parse_body(path: str, text: str) -> nodes.Body:
    """Parse a whole file, as it takes for variable files. Raises ``SyntaxProblem``."""
    place = _Place(path, 1, 1)
    return _Converter(place).body(_parse(text, place))


def parse_expression(text: str, span: Span, line: int | None = None, column: int | None = None) -> Node:
    """Parse an expression that stands at ``line`` and ``column`` (by default where ``span`` begins).

    Raises ``SyntaxProblem``.
    """
    prefix = "_=("
    place = _Place(span.path, line or span.line, column or span.column, len(prefix))
    body = _parse(f"{prefix}{text}\n)", place)
    attributes = [child for child in body.children if isinstance(child, Tree) and child.data == "attribute"]
    if len(attributes) != 1:
        raise SyntaxProblem("this is no single expression", span)
    return _Converter(place).attribute(attributes[0]).value


def parse_template(text: str, span: Span) -> nodes.Template:
    """Parse a whole text as a template, as ``templatefile`` does. Raises ``SyntaxProblem``."""
    lines = LineIndex(span.path, text)

    def parse(inside: str, offset: int) -> Node:
        return parse_expression(inside, span, *lines.position(offset))

    return nodes.Template(_nested(lambda: templates.split(text, parse), span), span)


@lru_cache(maxsize=1)
def _parser() -> Callable[[str], _Tree]:
    return hcl2.parser.parser().parse


def _parse(text: str, place: _Place) -> _Tree:
    """The tree of a text's body."""
    _refuse_deep_nesting(text, place)
    try:
        tree = _parser()(text + "\n")
    except UnexpectedInput as problem:
        line, column = place.position(max(problem.line, 1), max(problem.column, 1))
        span = Span(place.path, line, column, line, column)
        raise SyntaxProblem(_description(problem), span) from problem
    except LarkError as problem:
        span = Span(place.path, place.line, place.column, place.line, place.column)
        raise SyntaxProblem("it cannot be parsed", span) from problem
    (body,) = _trees(tree)
    return body


def _description(problem: UnexpectedInput) -> str:
    token = getattr(problem, "token", None)
    if token is None:
        return "this character is not expected here"
    shown = str(token).strip().splitlines()
    return f'"{shown[0][:40]}" is not expected here' if shown else "the line ends too early"


_BRACKETS = re.compile(r"[(\[{]|[)\]}]|[?]|[-!](?=[\s(!-])")


def _refuse_deep_nesting(text: str, place: _Place) -> None:
    """Brackets in strings count too: they cannot make the limit reachable for anybody who does not try."""
    depth = 0
    for found in _BRACKETS.finditer(text):
        depth += -1 if found[0] in ")]}" else 1 if found[0] in "([{" else 0
        if depth > MAX_NESTING:
            span = Span(place.path, place.line, place.column, place.line, place.column)
            raise SyntaxProblem(f"it is nested more than {MAX_NESTING} levels deep", span)


def _nested(flat: Callable[[], templates.Flat], span: Span) -> tuple[nodes.TemplatePart, ...]:
    try:
        return templates.nest(flat())
    except templates.TemplateError as problem:
        raise SyntaxProblem(str(problem), span) from problem


def _trees(tree: _Tree) -> list[_Tree]:
    """The children that mean something: no tokens, no comments."""
    return [child for child in tree.children if isinstance(child, Tree) and child.data != "new_line_or_comment"]


def _tokens(tree: _Tree) -> Iterator[Token]:
    return (child for child in tree.children if isinstance(child, Token))


_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text

    def replace(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        if code is not None:
            number = int(code, 16)
            return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
        return _ESCAPES.get(found[3], found[0])

    return _ESCAPE.sub(replace, text)


class _Converter:
    """Turns the parser's tree into nodes. One rule of the grammar, one entry in the table."""

    def __init__(self, place: _Place) -> None:
        self._place = place

    def block(self, tree: _Tree) -> nodes.Block:
        header: list[str] = []
        body: nodes.Body | None = None
        for child in _trees(tree):
            if child.data == "body":
                body = self.body(child)
            else:
                header.append(self._word(child))
        span = self._place.span(tree)
        return nodes.Block(header[0], tuple(header[1:]), body or nodes.Body({}, (), span), span)

    def body(self, tree: _Tree) -> nodes.Body:
        attributes: dict[str, nodes.Attribute] = {}
        blocks: list[nodes.Block] = []
        for child in _trees(tree):
            if child.data == "block":
                blocks.append(self.block(child))
                continue
            attribute = self.attribute(child)
            if attribute.name in attributes:
                raise SyntaxProblem(f'"{attribute.name}" is set twice', attribute.span)
            attributes[attribute.name] = attribute
        return nodes.Body(attributes, tuple(blocks), self._place.span(tree))

    def attribute(self, tree: _Tree) -> nodes.Attribute:
        name, value = _trees(tree)
        return nodes.Attribute(self._word(name), self.node(value), self._place.span(tree))

    def _word(self, tree: _Tree) -> str:
        """A bare word, or a text without interpolation."""
        if tree.data == "string":
            node = self._string(tree)
            if isinstance(node, nodes.Literal) and isinstance(node.value, str):
                return node.value
            raise SyntaxProblem("a label is a plain text", self._place.span(tree))
        return str(next(_tokens(tree)))

    def node(self, tree: _Tree) -> Node:
        convert = _CONVERTERS.get(str(tree.data))
        if convert is None:
            raise SyntaxProblem("this is no expression", self._place.span(tree))
        return convert(self, tree)

    def _term(self, tree: _Tree) -> Node:
        return self.node(_trees(tree)[0])

    def _integer(self, tree: _Tree) -> Node:
        return nodes.Literal(int(next(_tokens(tree))), self._place.span(tree))

    def _decimal(self, tree: _Tree) -> Node:
        number = Decimal(str(next(_tokens(tree))))
        if abs(number.adjusted()) > 400:
            raise SyntaxProblem("the number is out of range", self._place.span(tree))
        whole = number == number.to_integral_value()
        return nodes.Literal(int(number) if whole else number, self._place.span(tree))

    def _constant(self, tree: _Tree) -> Node:
        value = {"true": True, "false": False, "null": None}[str(next(_tokens(tree)))]
        return nodes.Literal(value, self._place.span(tree))

    def _name(self, tree: _Tree) -> Node:
        return nodes.Name(str(next(_tokens(tree))), self._place.span(tree))

    def _string(self, tree: _Tree) -> Node:
        flat: templates.Flat = []
        for part in _trees(tree):
            child = part.children[0]
            piece: str | templates.Sequence
            if isinstance(child, Token):
                text = str(child)
                piece = _unescape(text if child.type == "STRING_CHARS" else text[1:])
            else:
                piece = self._sequence(child)
            if isinstance(piece, str) and flat and isinstance(flat[-1], str):
                flat[-1] += piece
            else:
                flat.append(piece)
        return self._template(flat, tree)

    def _template(self, flat: templates.Flat, tree: _Tree) -> Node:
        span = self._place.span(tree)
        parts = _nested(lambda: flat, span)
        if not parts:
            return nodes.Literal("", span)
        if len(parts) == 1:
            only = parts[0]
            if isinstance(only, str):
                return nodes.Literal(only, span)
            if not isinstance(only, nodes.TemplateIf | nodes.TemplateFor):
                return only  # "${x}" is x itself, whatever its type
        return nodes.Template(parts, span)

    def _sequence(self, tree: _Tree) -> templates.Sequence:
        kind = {"interpolation": "interpolation"}.get(str(tree.data)) or _DIRECTIVES[str(tree.data)]
        markers = [number for number, token in enumerate(tree.children) if _is_marker(token)]
        before = 1 in markers
        after = len(tree.children) - 2 in markers and len(tree.children) > 3
        parts = _trees(tree)
        names = [self._word(part) for part in parts if part.data == "identifier"] if kind == "for" else []
        node = self.node(parts[-1]) if parts else None
        key, value = (names[0], names[1]) if len(names) == 2 else (None, names[0] if names else "")
        return templates.Sequence(kind, node, key, value, before, after)

    def _heredoc(self, tree: _Tree) -> Node:
        """The parser hands a heredoc over as raw text; the lines between the markers are the template."""
        raw = str(next(_tokens(tree)))
        opening, _, rest = raw.partition("\n")
        marker = opening.strip().removeprefix("<<").removeprefix("-")
        content = re.sub(rf"[ \t]*{re.escape(marker)}\r?\n\Z", "", rest)
        span = self._place.span(tree)
        lines = LineIndex(span.path, content)

        def parse(inside: str, offset: int) -> Node:
            line, column = lines.position(offset)
            return parse_expression(inside, span, span.line + line, column)

        def flat() -> templates.Flat:
            found = templates.split(content.replace("\r\n", "\n"), parse)
            return templates.without_indent(found) if opening.startswith("<<-") else found

        parts = _nested(flat, span)
        if not parts:
            return nodes.Literal("", span)
        if len(parts) == 1 and isinstance(parts[0], str):
            return nodes.Literal(parts[0], span)
        return nodes.Template(parts, span)

    def _escaped_string(self, tree: _Tree) -> Node:
        """A text with escaped quotes inside a template directive."""
        return nodes.Literal(_unescape(str(next(_tokens(tree)))[2:-2]), self._place.span(tree))

    def _tuple(self, tree: _Tree) -> Node:
        return nodes.TupleNode(tuple(self.node(child) for child in _trees(tree)), self._place.span(tree))

    def _object(self, tree: _Tree) -> Node:
        items: list[tuple[Node, Node]] = []
        for element in _trees(tree):
            key, value = _trees(element)
            items.append((self._key(key), self.node(value)))
        return nodes.ObjectNode(tuple(items), self._place.span(tree))

    def _key(self, tree: _Tree) -> Node:
        inside = _trees(tree)[0]
        while inside.data == "expr_term" and not any(token.type == "LPAR" for token in _tokens(inside)):
            inside = _trees(inside)[0]
        if inside.data in ("identifier", "keyword", "literal_value"):
            return nodes.Literal(str(next(_tokens(inside))), self._place.span(tree))
        return self.node(inside)

    def _call(self, tree: _Tree) -> Node:
        parts = _trees(tree)
        names = [self._word(part) for part in parts if part.data == "identifier"]
        listed = [part for part in parts if part.data == "arguments"]
        arguments = tuple(self.node(child) for child in _trees(listed[0])) if listed else ()
        expand = bool(listed) and any(token.type == "ELLIPSIS" for token in _tokens(listed[0]))
        return nodes.Call("::".join(names), arguments, expand, self._place.span(tree))

    def _unary(self, tree: _Tree) -> Node:
        operator = str(next(_tokens(tree)))
        return nodes.Unary(operator, self.node(_trees(tree)[0]), self._place.span(tree))

    def _binary(self, tree: _Tree) -> Node:
        left, term = _trees(tree)
        operator, right = _trees(term)
        sign = re.sub(r"#[^\n]*|//[^\n]*\n|/\*.*?\*/", "", str(next(_tokens(operator))), flags=re.DOTALL).strip()
        return nodes.Binary(sign, self.node(left), self.node(right), self._place.span(tree))

    def _conditional(self, tree: _Tree) -> Node:
        condition, then, otherwise = _trees(tree)
        return nodes.Conditional(self.node(condition), self.node(then), self.node(otherwise), self._place.span(tree))

    def _access(self, tree: _Tree) -> Node:
        """``target.name`` or ``target[key]``"""
        target, step = _trees(tree)
        return self._step(self.node(target), step, self._place.span(tree))

    def _step(self, target: Node, step: _Tree, span: Span) -> Node:
        if step.data == "get_attr":
            return nodes.GetAttribute(target, self._word(_trees(step)[0]), span)
        if step.data == "short_index":
            number = str(next(token for token in _tokens(step) if token.type == "INT_LITERAL"))
            return nodes.Index(target, nodes.Literal(int(number), span), span)
        return nodes.Index(target, self.node(_trees(step)[0]), span)

    def _splat(self, tree: _Tree) -> Node:
        """After ``.*`` the steps up to the first index apply to each element, after ``[*]`` all of them."""
        target, splat = _trees(tree)
        span = self._place.span(tree)
        each: Node = nodes.SplatItem(span)
        steps = _trees(splat)
        taken = len(steps)
        if splat.data == "attr_splat":
            taken = next((number for number, step in enumerate(steps) if step.data != "get_attr"), len(steps))
        for step in steps[:taken]:
            each = self._step(each, step, span)
        node: Node = nodes.Splat(self.node(target), each, span)
        for step in steps[taken:]:
            node = self._step(node, step, span)
        return node

    def _loop(self, tree: _Tree) -> tuple[str | None, str, Node]:
        intro = next(child for child in _trees(tree) if child.data == "for_intro")
        parts = _trees(intro)
        names = [self._word(part) for part in parts[:-1]]
        return (names[0] if len(names) == 2 else None), names[-1], self.node(parts[-1])

    def _predicate(self, tree: _Tree) -> Node | None:
        found = [child for child in _trees(tree) if child.data == "for_cond"]
        return self.node(_trees(found[0])[0]) if found else None

    def _for_tuple(self, tree: _Tree) -> Node:
        results = [child for child in _trees(tree) if child.data not in ("for_intro", "for_cond")]
        predicate = self._predicate(tree)
        return nodes.ForTuple(*self._loop(tree), self.node(results[0]), predicate, self._place.span(tree))

    def _for_object(self, tree: _Tree) -> Node:
        key, result = [child for child in _trees(tree) if child.data not in ("for_intro", "for_cond")]
        grouped = any(token.type == "ELLIPSIS" for token in _tokens(tree))
        predicate = self._predicate(tree)
        return nodes.ForObject(
            *self._loop(tree), self.node(key), self.node(result), grouped, predicate, self._place.span(tree)
        )


def _is_marker(child: Token | _Tree) -> bool:
    return isinstance(child, Token) and child.type == "STRIP_MARKER"


_DIRECTIVES = {
    "template_if_start": "if",
    "template_else": "else",
    "template_endif": "endif",
    "template_for_start": "for",
    "template_endfor": "endfor",
}
_CONVERTERS: dict[str, Callable[[_Converter, _Tree], Node]] = {
    name: getattr(_Converter, method)
    for name, method in {
        "expr_term": "_term",
        "int_lit": "_integer",
        "float_lit": "_decimal",
        "literal_value": "_constant",
        "keyword": "_name",
        "identifier": "_name",
        "string": "_string",
        "template_string": "_escaped_string",
        "heredoc_template": "_heredoc",
        "heredoc_template_trim": "_heredoc",
        "tuple": "_tuple",
        "object": "_object",
        "function_call": "_call",
        "unary_op": "_unary",
        "binary_op": "_binary",
        "conditional": "_conditional",
        "get_attr_expr_term": "_access",
        "index_expr_term": "_access",
        "attr_splat_expr_term": "_splat",
        "full_splat_expr_term": "_splat",
        "for_tuple_expr": "_for_tuple",
        "for_object_expr": "_for_object",
    }.items()
}
