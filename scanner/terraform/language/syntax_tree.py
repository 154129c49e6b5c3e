"""From the parser's tree to nodes: one rule of the grammar, one entry in the table at the end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lark.lexer import Token
from lark.tree import Tree

from scanner.regexes import anywhere
from scanner.span import Span
from scanner.terraform.language import nodes, templates
from scanner.terraform.language.nodes import Node
from scanner.terraform.language.numbers import parse_number
from scanner.terraform.language.place import Place, SyntaxProblem
from scanner.terraform.language.spelling import Spelling
from scanner.terraform.language.template_nodes import ParseExpression, heredoc_node, template_node

_Tree = Tree[Token]
MAX_TREE_DEPTH = 800
"""Levels of the grammar's tree; a sum of a hundred terms takes two hundred."""


def _end(tree: _Tree) -> int:
    """Where a tree ends. The grammar takes the new line behind an operation for a part of it, which it is of a body."""
    for child in reversed(tree.children):
        if isinstance(child, Token):
            return child.end_pos or 0
        if child.data != "new_line_or_comment":
            return tree.meta.end_pos if tree.data in ("body", "block") else _end(child)
        if tree.data == "body":
            break
    return tree.meta.end_pos


def trees(tree: _Tree) -> list[_Tree]:
    """The children that mean something: no tokens, no comments."""
    return [child for child in tree.children if isinstance(child, Tree) and child.data != "new_line_or_comment"]


def _tokens(tree: _Tree) -> Iterator[Token]:
    return (child for child in tree.children if isinstance(child, Token))


_ESCAPED_SEQUENCE = anywhere(r"\$\$\{|%%\{")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_ESCAPE = anywhere(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)


def _unescape(text: str, span: Span) -> str:
    if "\\" not in text:
        return text

    def replace(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        if code is not None:
            number = int(code, 16)
            if number < 0x110000 and not 0xD800 <= number < 0xE000:
                return chr(number)
            raise SyntaxProblem(f"there is no character {found[0]}", span)
        if found[3] not in _ESCAPES:
            raise SyntaxProblem(f"there is no escape sequence {found[0]}", span)
        return _ESCAPES[found[3]]

    return _ESCAPE.sub(replace, text)


class Converter:
    """Turns the parser's tree into nodes. One rule of the grammar, one entry in the table."""

    def __init__(self, place: Place, spelling: Spelling, parse_expression: ParseExpression) -> None:
        self._place = place
        self._spelling = spelling
        self._parse_expression = parse_expression
        self._depth = 0

    def _span(self, tree: _Tree) -> Span:
        meta = tree.meta
        start, end = (0, 0) if meta.empty else (meta.start_pos, _end(tree))
        return self._place.span(start, end, self._spelling.lines)

    def block(self, tree: _Tree) -> nodes.Block:
        """A block with its labels and body."""
        header: list[str] = []
        attributes: dict[str, nodes.Attribute] = {}
        blocks: tuple[nodes.Block, ...] = ()
        for child in trees(tree):
            if child.data == "body":
                attributes, blocks = self._entries(child)
            else:
                header.append(self._word(child))
        span = self._span(tree)
        return nodes.Block(header[0], tuple(header[1:]), nodes.Body(attributes, blocks, span), span)

    def body(self, tree: _Tree) -> nodes.Body:
        """The content of a file."""
        return nodes.Body(*self._entries(tree), self._span(tree))

    def _entries(self, tree: _Tree) -> tuple[dict[str, nodes.Attribute], tuple[nodes.Block, ...]]:
        """Attributes by name, and blocks in order."""
        attributes: dict[str, nodes.Attribute] = {}
        blocks: list[nodes.Block] = []
        for child in trees(tree):
            if child.data == "block":
                blocks.append(self.block(child))
                continue
            attribute = self.attribute(child)
            if attribute.name in attributes:
                raise SyntaxProblem(f'"{attribute.name}" is set twice', attribute.span)
            attributes[attribute.name] = attribute
        return attributes, tuple(blocks)

    def attribute(self, tree: _Tree) -> nodes.Attribute:
        """``name = value``"""
        name, value = trees(tree)
        return nodes.Attribute(self._word(name), self.node(value), self._span(tree))

    def _word(self, tree: _Tree) -> str:
        """A bare word, or a text without interpolation."""
        if tree.data == "string":
            node = self._string(tree)
            if isinstance(node, nodes.Literal) and isinstance(node.value, str):
                return node.value
            raise SyntaxProblem("a label must be a plain string", self._span(tree))
        return self._text(next(_tokens(tree)))

    def node(self, tree: _Tree) -> Node:
        """An expression."""
        convert = _CONVERTERS.get(str(tree.data))
        if convert is None:
            raise SyntaxProblem("this is not an expression", self._span(tree))
        if self._depth >= MAX_TREE_DEPTH:
            raise SyntaxProblem(f"it is nested more than {MAX_TREE_DEPTH} levels deep", self._span(tree))
        self._depth += 1
        try:
            return convert(self, tree)
        finally:
            self._depth -= 1

    def _term(self, tree: _Tree) -> Node:
        return self.node(trees(tree)[0])

    def _signed(self, node: Node, token: Token) -> Node:
        """With the operators before the sign that the token is or begins with."""
        for operator in reversed(self._spelling.operators.get(token.start_pos or 0, "")):
            node = nodes.Unary(operator, node, node.span)
        return node

    def _text(self, token: Token) -> str:
        return self._spelling.original[token.start_pos : token.end_pos]

    def _number(self, tree: _Tree) -> Node:
        token = next(_tokens(tree))
        number = parse_number(self._text(token).replace(".e", "e").replace(".E", "E"))
        if number is None:
            raise SyntaxProblem("the number is out of range", self._span(tree))
        return self._signed(nodes.Literal(number, self._span(tree)), token)

    def _constant(self, tree: _Tree) -> Node:
        value = {"true": True, "false": False, "null": None}[str(next(_tokens(tree)))]
        return nodes.Literal(value, self._span(tree))

    def _name(self, tree: _Tree) -> Node:
        return nodes.Name(self._text(next(_tokens(tree))), self._span(tree))

    def _string(self, tree: _Tree) -> Node:
        flat: templates.Flat = []
        for part in trees(tree):
            child = part.children[0]
            piece: str | templates.Sequence
            if isinstance(child, Token):
                text = _ESCAPED_SEQUENCE.sub(lambda found: found[0][1:], self._text(child))
                piece = _unescape(text, self._span(part))
            else:
                piece = self._sequence(child)
            if isinstance(piece, str) and flat and isinstance(flat[-1], str):
                flat[-1] += piece
            else:
                flat.append(piece)
        return template_node(lambda: flat, self._span(tree))

    def _sequence(self, tree: _Tree) -> templates.Sequence:
        kind = {"interpolation": "interpolation"}.get(str(tree.data)) or _DIRECTIVES[str(tree.data)]
        markers = [number for number, token in enumerate(tree.children) if _is_marker(token)]
        before = 1 in markers or tree.meta.start_pos + 2 in self._spelling.markers
        after = len(tree.children) - 2 in markers or tree.meta.end_pos - 2 in self._spelling.markers
        parts = trees(tree)
        names = [self._word(part) for part in parts if part.data == "identifier"] if kind == "for" else []
        node = self.node(parts[-1]) if parts else None
        key, value = (names[0], names[1]) if len(names) == 2 else (None, names[0] if names else "")
        return templates.Sequence(kind, node, key, value, before, after)

    def _heredoc(self, tree: _Tree) -> Node:
        """The parser hands a heredoc over as raw text; the lines between the markers are the template."""
        raw = self._text(next(_tokens(tree)))
        return heredoc_node(raw, self._span(tree), self._parse_expression)

    def _escaped_string(self, tree: _Tree) -> Node:
        """A text with escaped quotes inside a template directive."""
        text = self._text(next(_tokens(tree)))
        return nodes.Literal(_unescape(text[2:-2], self._span(tree)), self._span(tree))

    def _tuple(self, tree: _Tree) -> Node:
        return nodes.TupleNode(tuple(self.node(child) for child in trees(tree)), self._span(tree))

    def _object(self, tree: _Tree) -> Node:
        items: list[tuple[Node, Node]] = []
        for child in trees(tree):
            if not items and _is_word(child, "for"):
                raise SyntaxProblem("an object that begins with for is a for expression", self._span(child))
            if not self._spelling.is_first(child.meta.start_pos):
                raise SyntaxProblem("a comma or a new line must separate two attributes", self._span(child))
            key, value = trees(child)
            items.append((self._key(key), self.node(value)))
        return nodes.ObjectNode(tuple(items), self._span(tree))

    def _key(self, tree: _Tree) -> Node:
        inside = trees(tree)[0]
        while inside.data == "expr_term" and not any(token.type == "LPAR" for token in _tokens(inside)):
            inside = trees(inside)[0]
        if inside.data in ("identifier", "keyword", "literal_value"):
            return nodes.Literal(self._text(next(_tokens(inside))), self._span(tree))
        return self.node(inside)

    def _call(self, tree: _Tree) -> Node:
        parts = trees(tree)
        names = [self._word(part) for part in parts if part.data == "identifier"]
        listed = [part for part in parts if part.data == "arguments"]
        arguments = tuple(self.node(child) for child in trees(listed[0])) if listed else ()
        expand = bool(listed) and any(token.type == "ELLIPSIS" for token in _tokens(listed[0]))
        return nodes.Call("::".join(names), arguments, expand, self._span(tree))

    def _unary(self, tree: _Tree) -> Node:
        operator = next(_tokens(tree))
        operand = self.node(trees(tree)[0])
        return self._signed(nodes.Unary(str(operator), operand, self._span(tree)), operator)

    def _binary(self, tree: _Tree) -> Node:
        left, term = trees(tree)
        operator, right = trees(term)
        sign = (
            anywhere(r"#[^\n]*+|//[^\n]*+\n?|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?", re.DOTALL)
            .sub("", str(next(_tokens(operator))))
            .strip()
        )
        return nodes.Binary(sign, self.node(left), self.node(right), self._span(tree))

    def _conditional(self, tree: _Tree) -> Node:
        condition, then, otherwise = trees(tree)
        return nodes.Conditional(self.node(condition), self.node(then), self.node(otherwise), self._span(tree))

    def _access(self, tree: _Tree) -> Node:
        """``target.name`` or ``target[key]``"""
        target, step = trees(tree)
        if step.data == "short_index" and _ends_in_short_index(target):
            raise SyntaxProblem("two numbers in a row are written as [0][1]", self._span(step))
        return self._step(self.node(target), step, self._span(tree))

    def _step(self, target: Node, step: _Tree, span: Span) -> Node:
        if step.data == "get_attr":
            return nodes.GetAttribute(target, self._word(trees(step)[0]), span)
        if step.data == "short_index":
            number = str(next(token for token in _tokens(step) if token.type == "INT_LITERAL"))
            return nodes.Index(target, nodes.Literal(int(number), span), span)
        return nodes.Index(target, self.node(trees(step)[0]), span)

    def _splat(self, tree: _Tree) -> Node:
        """After ``.*`` the steps up to the first bracket apply to each element, after ``[*]`` all of them."""
        target, splat = trees(tree)
        span = self._span(tree)
        each: Node = nodes.SplatItem(span)
        steps = trees(splat)
        taken = len(steps)
        if splat.data == "attr_splat":
            taken = next((number for number, step in enumerate(steps) if step.data == "braces_index"), len(steps))
            if _ends_in_attribute_splat(target):
                raise SyntaxProblem(".* cannot follow another .*", self._span(splat))
        for step in steps[:taken]:
            each = self._step(each, step, span)
        node = _nested_splat(self.node(target), each, span) if _is_bare(target) else None
        node = node or nodes.Splat(self.node(target), each, span)
        for step in steps[taken:]:
            node = self._step(node, step, span)
        return node

    def _loop(self, tree: _Tree) -> tuple[str | None, str, Node]:
        intro = next(child for child in trees(tree) if child.data == "for_intro")
        parts = trees(intro)
        names = [self._word(part) for part in parts[:-1]]
        return (names[0] if len(names) == 2 else None), names[-1], self.node(parts[-1])

    def _predicate(self, tree: _Tree) -> Node | None:
        found = [child for child in trees(tree) if child.data == "for_cond"]
        return self.node(trees(found[0])[0]) if found else None

    def _for_tuple(self, tree: _Tree) -> Node:
        results = [child for child in trees(tree) if child.data not in ("for_intro", "for_cond")]
        predicate = self._predicate(tree)
        return nodes.ForTuple(*self._loop(tree), self.node(results[0]), predicate, self._span(tree))

    def _for_object(self, tree: _Tree) -> Node:
        key, result = [child for child in trees(tree) if child.data not in ("for_intro", "for_cond")]
        grouped = any(token.type == "ELLIPSIS" for token in _tokens(tree))
        predicate = self._predicate(tree)
        return nodes.ForObject(
            *self._loop(tree), self.node(key), self.node(result), grouped, predicate, self._span(tree)
        )


def _is_word(element: _Tree, word: str) -> bool:
    """Whether the key of an object's element is a bare word."""
    key = trees(trees(element)[0])[0]
    return key.data in ("identifier", "keyword") and next(_tokens(key)) == word


def _ends_in_short_index(tree: _Tree) -> bool:
    inside = trees(tree)
    return (tree.data == "index_expr_term" and inside[-1].data == "short_index") or (
        tree.data == "expr_term" and len(inside) == 1 and _is_bare(tree) and _ends_in_short_index(inside[0])
    )


def _ends_in_attribute_splat(tree: _Tree) -> bool:
    """``a.*.b``, but not ``a.*.b[0]``"""
    inside = trees(tree)
    if tree.data == "attr_splat_expr_term":
        return not any(step.data == "braces_index" for step in trees(inside[-1]))
    return tree.data == "expr_term" and len(inside) == 1 and _is_bare(tree) and _ends_in_attribute_splat(inside[0])


def _is_bare(tree: _Tree) -> bool:
    """No parentheses around it."""
    return not any(token.type == "LPAR" for token in _tokens(tree))


def _nested_splat(target: Node, each: Node, span: Span) -> Node | None:
    """``a[*].b[*].c`` is a splat for every ``b``, not a splat over the list of all ``b``."""
    if not isinstance(target, nodes.Splat):
        return None
    return nodes.Splat(
        target.target, _nested_splat(target.each, each, span) or nodes.Splat(target.each, each, span), span
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
_CONVERTERS: dict[str, Callable[[Converter, _Tree], Node]] = {
    name: getattr(Converter, method)
    for name, method in {
        "expr_term": "_term",
        "int_lit": "_number",
        "float_lit": "_number",
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
