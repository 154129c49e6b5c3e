"""Expressions that are plain enough to be read without the grammar.

Everything of the language is here but what is rare or has a quirk in the grammar: minus before an operand, numbers that
are not whole, splats of splats, directives in texts, parentheses as keys, names beyond ASCII, comments inside of a
line. ``plain`` says what becomes of those.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from scanner.regexes import beginning
from scanner.span import Span
from scanner.terraform.language import nodes
from scanner.terraform.language.nodes import Node
from scanner.terraform.language.place import SyntaxProblem, is_too_deep
from scanner.terraform.language.plain_text import BETWEEN, BLANK, CHARACTERS, ENDS_LINE, NAME, HardError, TextReader
from scanner.terraform.language.template_nodes import ParseExpression, heredoc_node

_VALUE = beginning(
    rf"""
      "(?P<text>{CHARACTERS}*+)"
    | (?P<word>{NAME})(?P<steps>(?:\.{NAME})*+)
    | (?P<number>[0-9]++)(?![0-9A-Za-z_.])
    | (?P<heredoc>
        <<-?(?P<marker>[A-Za-z][A-Za-z0-9._-]*+)\r?\n
        (?:[^\n]*+\n)*?[ \t]*+(?P=marker)[ \t]*+(?=\r?\n)
      )
    | (?P<mark>["\[{{(!])
    """,
    re.VERBOSE,
)
_PIECE = beginning(
    rf'(?P<text>(?:{CHARACTERS}|\$(?![{{$])|%(?![%{{]))++)|\\(?P<escape>["\\nrt])|(?P<mark>"|\$\{{(?!~))'
)
_KEY = beginning(rf'(?:({NAME})|"({CHARACTERS}*+)")[ \t]*+(?:=(?![=>])|:(?!:))[ \t]*+')
_STEP = beginning(rf"(?:\.{NAME})++")
_COMMA = beginning("[ \\t]*+,")
_CLOSES = beginning("[ \\t]*+\\}")
_OPERATOR = beginning(r"\|\||&&|==|!=|<=|>=|<(?!<)|>|\+|-(?=[ \t])|\*|/(?![/*])|%(?!\{)")
_STRENGTH = {
    **dict.fromkeys(("||",), 1),
    **dict.fromkeys(("&&",), 2),
    **dict.fromkeys(("==", "!="), 3),
    **dict.fromkeys(("<", ">", "<=", ">="), 4),
    **dict.fromkeys(("+", "-"), 5),
    **dict.fromkeys(("*", "/", "%"), 6),
}
_QUESTION = beginning(r"\?")
_ELLIPSIS = beginning(r"\.\.\.")
_OPERAND = beginning("[A-Za-z_(]")
_FOR = beginning(rf"for[ \t]++({NAME})(?:[ \t]*+,[ \t]*+({NAME}))?[ \t]++in[ \t]++")
_BEGINS_FOR = beginning(r"for\b(?!-)")
_COLON = beginning("[ \\t]*+:(?!:)")
_ARROW = beginning("[ \\t]*+=>")
_IF = beginning("if[ \\t]++")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_CONSTANTS = {"true": True, "false": False, "null": None}
KEYWORDS = frozenset({"in", "for", "if", "for_each", "else", "endif", "endfor"})
_MAX_OPERATORS = 50
_MAX_STEPS = 24
"""Attributes and indices behind one operand. Each is a level of the tree; the grammar says when that is too deep."""
_MAX_DIGITS = 18


def read_expression(text: str, path: str, line: int, column: int, inner: ParseExpression) -> Node | None:
    """The expression that a text is, which stands at a line and column; None if the grammar has to read it."""
    if is_too_deep(text):
        return None
    reader = ExpressionReader(text, path, line, column, inner)
    try:
        return reader.only()
    except HardError:
        return None


class ExpressionReader(TextReader):
    """Reads expressions. Each method leaves ``_at`` behind what it has read."""

    __slots__ = ("_inner", "_operators")

    def __init__(self, text: str, path: str, line: int, column: int, inner: ParseExpression) -> None:
        super().__init__(text, path, line, column)
        self._operators = 0
        self._inner = inner

    def only(self) -> Node:
        """The expression that is the whole text, which stands as if in parentheses."""
        self._space = BETWEEN
        self._skip(BETWEEN)
        node = self._expression()
        self._skip(BETWEEN)
        if self._at != len(self._text):
            raise HardError
        return node

    def _expression(self) -> Node:
        line, column = self._line, self._at - self._before
        condition = self._operation(1)
        if self._spaced(_QUESTION) is None:
            return condition
        outside = self._enter(self._space)
        self._skip(self._space)
        then = self._expression()
        if self._spaced(_COLON) is None:
            raise HardError
        self._skip(self._space)
        otherwise = self._expression()
        self._leave(outside)
        return nodes.Conditional(condition, then, otherwise, self._since(line, column))

    def _operation(self, weakest: int) -> Node:
        """Operands with operators that bind at least so strongly, from left to right."""
        line, column = self._line, self._at - self._before
        node = self._operand()
        while True:
            kept = self._at, self._line, self._before
            found = self._spaced(_OPERATOR)
            if found is None:
                return node
            strength = _STRENGTH[found[0]]
            if strength < weakest:
                self._at, self._line, self._before = kept
                return node
            self._operators += 1
            if self._operators > _MAX_OPERATORS:
                raise HardError
            self._skip(self._space)
            node = nodes.Binary(found[0], node, self._operation(strength + 1), self._since(line, column))

    def _operand(self) -> Node:
        text = self._text
        found = _VALUE.match(text, self._at)
        if found is None:
            raise HardError
        line, column = self._line, self._at - self._before
        match found["mark"]:
            case None:
                if found["heredoc"] is not None:
                    return self._heredoc(found)
                node = self.plainest(found)
                return node if isinstance(node, nodes.Literal) else self._steps(node, line, column)
            case '"':
                return self._template()
            case "[":
                node = self._list()
            case "{":
                node = self._object()
            case "(":
                node = self._in_parentheses()
            case _:
                self._at += 1
                if _OPERAND.match(text, self._at) is None:
                    raise HardError
                return nodes.Unary("!", self._operand(), self._since(line, column))
        return self._steps(node, line, column) if text[self._at : self._at + 1] in ("[", ".") else node

    def _in_parentheses(self) -> Node:
        outside = self._enter(BETWEEN)
        self._at += 1
        self._skip(BETWEEN)
        node = self._expression()
        self._skip(BETWEEN)
        self._close(")")
        self._leave(outside)
        return node

    def plainest(self, found: re.Match[str]) -> Node:
        """What a pattern has found in the line at hand: a constant, a text or a reference."""
        text = found["text"]
        if text is not None:
            start, self._at = found.start("text") - 1, found.end("text") + 1
            return nodes.Literal(text, self._span(start, self._at))
        word = found["word"]
        if word is None:
            start, self._at = found.span("number")
            if self._at - start > _MAX_DIGITS:
                raise HardError
            return nodes.Literal(int(found["number"]), self._span(start, self._at))
        start, end = found.span("word")
        steps = found["steps"]
        if word in KEYWORDS or word[-1] == "-" or steps[-1:] == "-":
            raise HardError
        self._at = end
        if word in _CONSTANTS:
            if steps:
                raise HardError
            return nodes.Literal(_CONSTANTS[word], self._span(start, end))
        node: Node = nodes.Name(word, self._span(start, end))
        return self._attributes_of(node, self._line, start - self._before, steps) if steps else node

    def _attributes_of(self, node: Node, line: int, column: int, steps: str) -> Node:
        names = steps[1:].split(".")
        if len(names) > _MAX_STEPS:
            raise HardError
        for name in names:
            if name in KEYWORDS:
                raise HardError
            self._at += 1 + len(name)
            node = nodes.GetAttribute(node, name, self._since(line, column))
        return node

    def _steps(self, node: Node, line: int, column: int) -> Node:
        """What follows an operand at once: the arguments of a call, attributes, indices, a splat."""
        text = self._text
        if isinstance(node, nodes.Name) and text.startswith("(", self._at):
            arguments, expand = self._items(")")
            node = nodes.Call(node.name, arguments, expand, self._since(line, column))
        count = 0
        while (mark := text[self._at : self._at + 1]) in ("[", "."):
            count += 1
            if count > _MAX_STEPS:
                raise HardError
            if text.startswith(("[*]", ".*"), self._at):
                return self._splat(node, line, column)
            if mark == "[":
                node = nodes.Index(node, self._key(), self._since(line, column))
                continue
            if text.startswith("...", self._at):
                break
            node = self._attributes_of(node, line, column, self._names())
        return node

    def _names(self) -> str:
        step = _STEP.match(self._text, self._at)
        if step is None or step[0][-1] == "-":
            raise HardError
        return step[0]

    def _key(self) -> Node:
        outside = self._enter(BETWEEN)
        self._at += 1
        self._skip(BETWEEN)
        key = self._expression()
        self._skip(BETWEEN)
        self._close("]")
        self._leave(outside)
        return key

    def _splat(self, target: Node, line: int, column: int) -> Node:
        """All steps that follow are of each element, and stand where the splat stands."""
        is_full = self._text.startswith("[", self._at)
        self._at += 3 if is_full else 2
        steps: list[Callable[[Node, Span], Node]] = []
        while (mark := self._text[self._at : self._at + 1]) in ("[", "."):
            if mark == "[":
                if not is_full or self._text.startswith("[*]", self._at):
                    raise HardError
                steps.append(partial(_indexed, self._key()))
                continue
            if self._text.startswith("...", self._at):
                break
            names = self._names()
            if not KEYWORDS.isdisjoint(names[1:].split(".")):
                raise HardError
            self._at += len(names)
            steps += [partial(_attribute, name) for name in names[1:].split(".")]
        if len(steps) > _MAX_STEPS:
            raise HardError
        span = self._since(line, column)
        each: Node = nodes.SplatItem(span)
        for step in steps:
            each = step(each, span)
        return nodes.Splat(target, each, span)

    def _items(self, closing: str) -> tuple[tuple[Node, ...], bool]:
        """What stands in brackets, with commas between; whether the last one is expanded."""
        outside = self._enter(BETWEEN)
        text = self._text
        items: list[Node] = []
        expand = False
        self._at += 1
        self._skip(BETWEEN)
        while not text.startswith(closing, self._at):
            items.append(self._expression())
            self._skip(BETWEEN)
            if text.startswith(",", self._at):
                self._at += 1
                self._skip(BETWEEN)
            elif closing == ")" and text.startswith("...", self._at):
                self._at += 3
                self._skip(BETWEEN)
                expand = True
                break
            else:
                break
        self._close(closing)
        self._leave(outside)
        return tuple(items), expand

    def _list(self) -> Node:
        line, column = self._line, self._at - self._before
        if self._begins_loop():
            return self._loop(line, column, "]")
        items, _ = self._items("]")
        return nodes.TupleNode(items, self._since(line, column))

    def _begins_loop(self) -> bool:
        found = BETWEEN.match(self._text, self._at + 1)
        return found is not None and _BEGINS_FOR.match(self._text, found.end()) is not None

    def _loop(self, line: int, column: int, closing: str) -> Node:
        """``[for k, v in c : e if p]``, ``{for k, v in c : a => b... if p}``"""
        outside = self._enter(BETWEEN)
        self._at += 1
        self._skip(BETWEEN)
        found = _FOR.match(self._text, self._at)
        if found is None or found[1] in KEYWORDS or found[2] in KEYWORDS:
            raise HardError
        key_name, value_name = (found[1], found[2]) if found[2] is not None else (None, found[1])
        self._at = found.end()
        collection = self._expression()
        self._need(_COLON)
        result = self._expression()
        key, grouped = None, False
        if closing == "}":
            self._need(_ARROW)
            key, result = result, self._expression()
            grouped = self._spaced(_ELLIPSIS) is not None
        predicate = self._expression() if self._spaced(_IF) is not None else None
        self._skip(BETWEEN)
        self._close(closing)
        self._leave(outside)
        span = self._since(line, column)
        if key is None:
            return nodes.ForTuple(key_name, value_name, collection, result, predicate, span)
        return nodes.ForObject(key_name, value_name, collection, key, result, grouped, predicate, span)

    def _object(self) -> Node:
        line, column = self._line, self._at - self._before
        if self._begins_loop():
            return self._loop(line, column, "}")
        outside = self._enter(BLANK)
        text = self._text
        items: list[tuple[Node, Node]] = []
        self._at += 1
        self._skip(BETWEEN)
        while not text.startswith("}", self._at):
            key = _KEY.match(text, self._at)
            if key is None or key[1] in KEYWORDS:
                raise HardError
            start = self._at
            self._at = key.end()
            end = start + len(key[1]) if key[1] is not None else key.end(2) + 1
            name = nodes.Literal(key[1] if key[1] is not None else key[2], self._span(start, end))
            items.append((name, self._expression()))
            self._separator()
        self._at += 1
        self._leave(outside)
        return nodes.ObjectNode(tuple(items), self._since(line, column))

    def _separator(self) -> None:
        """A comma, or a new line, behind an element of an object."""
        comma = _COMMA.match(self._text, self._at)
        if comma is not None:
            self._at = comma.end()
        elif ENDS_LINE.match(self._text, self._at) is None and _CLOSES.match(self._text, self._at) is None:
            raise HardError
        self._skip(BETWEEN)

    def _template(self) -> Node:
        """A quoted text in one line, with what is written inside."""
        text, line, column = self._text, self._line, self._at - self._before
        outside = self._enter(BLANK)
        parts: list[nodes.TemplatePart] = []
        literal = ""
        self._at += 1
        while True:
            piece = _PIECE.match(text, self._at)
            if piece is None:
                raise HardError
            self._at = piece.end()
            if piece["text"] is not None:
                literal += piece["text"]
            elif piece["escape"] is not None:
                literal += _ESCAPES[piece["escape"]]
            else:
                if literal:
                    parts.append(literal)
                    literal = ""
                if piece["mark"] == '"':
                    break
                self._skip(BLANK)
                parts.append(self._expression())
                self._skip(BLANK)
                self._close("}")
        if self._line != line:
            raise HardError
        self._leave(outside)
        span = self._since(line, column)
        if len(parts) == 1:
            only = parts[0]
            return nodes.Literal(only, span) if isinstance(only, str) else only  # type: ignore[return-value] # a node
        return nodes.TemplateNode(tuple(parts), span) if parts else nodes.Literal("", span)

    def _heredoc(self, found: re.Match[str]) -> Node:
        """Lines between markers. It ends with its last line, and something else may follow only below."""
        line, column = self._line, self._at - self._before
        raw = f"{found['heredoc']}\n"
        self._move(found.end())
        self._heredoc_end = self._at
        span = self._since(line, column)
        try:
            return heredoc_node(raw, span, self._inner)
        except SyntaxProblem as problem:
            raise HardError from problem


def _indexed(key: Node, target: Node, span: Span) -> Node:
    return nodes.Index(target, key, span)


def _attribute(name: str, target: Node, span: Span) -> Node:
    return nodes.GetAttribute(target, name, span)
