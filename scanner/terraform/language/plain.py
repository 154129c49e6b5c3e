"""Blocks that are plain enough to be read without the grammar: most of what people write.

The grammar of python-hcl2 takes all of the language, and some fifty times as long as a look at the text. Read here are
constants, references, texts that have them inside, lists, objects and calls, in ASCII, one argument a line. Whatever is
not surely one of these is handed to the grammar: the expression of one argument if it is clear where that ends, the
whole block otherwise. So nothing is decided here about what is hard or wrong, and what is read is what the grammar
reads: tests compare the two on every block that they have.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from scanner.span import Span
from scanner.terraform.language import nodes
from scanner.terraform.language.blocks import IndexedBlock, UnbalancedError, value_end
from scanner.terraform.language.nodes import Node

HardExpression = Callable[[str, str, int, int], "Node | None"]
"""Has the grammar read the text of an expression in a file, at a line and column; None if it does not take it."""

_NAME = "[A-Za-z_][A-Za-z0-9_-]*+"
_CHARACTERS = r"[\t !#&-\[\]-~]"
"""What stands for itself in a quoted text, wherever it is."""
_LINE_END = r"(?:[ \t]++|/\*(?:[^*\n]++|\*(?!/))*+\*/)*+(?:(?:\#|//)[^\n]*+|\r)?\n"
_BETWEEN = re.compile(r"(?:[ \t]++|\r?\n|#[^\n]*+\n|//[^\n]*+\n|/\*(?:[^*]++|\*(?!/))*+\*/)*+")
"""What may stand before an argument, a block, or an element."""
_ENDS_LINE = re.compile(_LINE_END, re.VERBOSE)
_BLANK = re.compile("[ \\t]*+")
_ENTRY = re.compile(
    rf"""
    (?P<name>{_NAME})[ \t]*+
    (?: =(?![=>])[ \t]*+
        (?: (?: "(?P<text>{_CHARACTERS}*+)"
              | (?P<word>{_NAME})(?P<steps>(?:\.{_NAME})*+)
              | (?P<number>[0-9]++)
            )
            (?={_LINE_END})
          | (?P<other>)
        )
      | (?P<labels>(?:(?:"{_CHARACTERS}*+"|{_NAME})[ \t]*+)*+)\{{
    )
    """,
    re.VERBOSE,
)
"""An argument with its value where that is of the plainest; or a nested block up to its brace."""
_LABEL = re.compile(rf'"({_CHARACTERS}*+)"|({_NAME})')
_VALUE = re.compile(
    rf"""
      "(?P<text>{_CHARACTERS}*+)"
    | (?P<word>{_NAME})(?P<steps>(?:\.{_NAME})*+)
    | (?P<number>[0-9]++)(?![0-9A-Za-z_.])
    | (?P<mark>["\[{{])
    """,
    re.VERBOSE,
)
_PIECE = re.compile(rf'(?P<text>(?:{_CHARACTERS}|\$(?![{{$])|%(?![%{{]))++)|(?P<mark>"|\$\{{)')
_KEY = re.compile(rf'(?:({_NAME})|"({_CHARACTERS}*+)")[ \t]*+(?:=(?![=>])|:(?!:))[ \t]*+')
_STEP = re.compile(rf"(?:\.{_NAME})++")
_COMMA = re.compile("[ \\t]*+,")
_CLOSES = re.compile("[ \\t]*+\\}")
_CONSTANTS = {"true": True, "false": False, "null": None}
_KEYWORDS = frozenset({"in", "for", "if", "for_each", "else", "endif", "endfor"})
_MAX_DEPTH = 20
_MAX_DIGITS = 18
_MAX_BRACKETS = 120
"""Where there are more, the grammar says whether it is too deep."""


class _HardError(Exception):
    """What stands here is left to the grammar."""


def read_block(block: IndexedBlock, hard: HardExpression) -> nodes.Block | None:
    """The block as the grammar reads it; None if that has to read all of it."""
    text = block.text
    if sum(map(text.count, "([{?!-")) > _MAX_BRACKETS:
        return None
    try:
        return _Reader(block, hard).whole()
    except (_HardError, UnbalancedError):
        return None


class _Reader:
    """Goes over a text once. Each method leaves ``_at`` behind what it has read."""

    __slots__ = ("_at", "_before", "_depth", "_hard", "_line", "_path", "_text")

    def __init__(self, block: IndexedBlock, hard: HardExpression) -> None:
        self._text = block.text
        self._at = 0
        self._path = block.span.path
        self._line = block.span.line
        self._before = -block.span.column
        """The offset just before the line at hand: a column is an offset less this."""
        self._depth = 0
        self._hard = hard

    def whole(self) -> nodes.Block:
        """The block that the text is."""
        found = _ENTRY.match(self._text)
        if found is None or found["labels"] is None:
            raise _HardError
        block = self._block(found)
        if self._at != len(self._text):
            raise _HardError
        return block

    def _since(self, line: int, column: int) -> Span:
        return Span(self._path, line, column, self._line, self._at - self._before)

    def _span(self, start: int, end: int) -> Span:
        """The span of what stands in the line at hand."""
        return Span(self._path, self._line, start - self._before, self._line, end - self._before)

    def _move(self, end: int) -> None:
        lines = self._text.count("\n", self._at, end)
        if lines:
            self._line += lines
            self._before = self._text.rfind("\n", self._at, end)
        self._at = end

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self._text, self._at)
        if found is not None and found.end() > self._at:
            self._move(found.end())

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise _HardError

    def _block(self, header: re.Match[str]) -> nodes.Block:
        self._enter()
        line, column = self._line, header.start() - self._before
        labels = tuple(found[1] if found[2] is None else found[2] for found in _LABEL.finditer(header["labels"]))
        self._at = header.end()
        attributes: dict[str, nodes.Attribute] = {}
        blocks: list[nodes.Block] = []
        if _ENDS_LINE.match(self._text, self._at) is not None:
            self._entries(attributes, blocks)
        else:
            self._at = _BLANK.match(self._text, self._at).end()  # type: ignore[union-attr] # it matches anywhere
        if not self._text.startswith("}", self._at):
            raise _HardError
        self._at += 1
        self._depth -= 1
        span = self._since(line, column)
        return nodes.Block(header["name"], labels, nodes.Body(attributes, tuple(blocks), span), span)

    def _entries(self, attributes: dict[str, nodes.Attribute], blocks: list[nodes.Block]) -> None:
        """Arguments and blocks, each in a line of its own."""
        while True:
            self._skip(_BETWEEN)
            found = _ENTRY.match(self._text, self._at)
            if found is None:
                return
            if found["labels"] is not None:
                blocks.append(self._block(found))
            elif found["name"] in attributes:
                raise _HardError
            else:
                attributes[found["name"]] = self._attribute(found["name"], found)
            if _ENDS_LINE.match(self._text, self._at) is None:
                raise _HardError

    def _attribute(self, name: str, found: re.Match[str]) -> nodes.Attribute:
        line, column = self._line, found.start() - self._before
        value = self._plainest(found) if found["other"] is None else self._value(found.end())
        span = self._since(line, column)
        if value.span.end_line > self._line:  # a heredoc ends with its line
            span = Span(self._path, line, column, value.span.end_line, value.span.end_column)
        return nodes.Attribute(name, value, span)

    def _value(self, start: int) -> Node:
        """An argument's value, by the grammar if it is not plain."""
        text, line, before, depth = self._text, self._line, self._before, self._depth
        self._at = start
        try:
            value = self._expression()
            if _ENDS_LINE.match(text, self._at) is not None:
                return value
        except _HardError:
            pass
        self._line, self._before, self._depth, self._at = line, before, depth, start
        written = text[start : value_end(text, start)].rstrip(" \t\r")
        if "/*" in written or ("<<" in written[1:] and written[-1] not in ")]}"):
            raise _HardError  # where the argument ends is not where its expression does
        given = self._hard(written, self._path, line, start - before)
        if given is None:
            raise _HardError
        self._move(start + len(written))
        return given

    def _plainest(self, found: re.Match[str]) -> Node:
        """What a pattern has found in the line at hand: a constant, a text or a reference."""
        text = found["text"]
        if text is not None:
            start, self._at = found.start("text") - 1, found.end("text") + 1
            return nodes.Literal(text, self._span(start, self._at))
        word = found["word"]
        if word is None:
            start, self._at = found.span("number")
            if self._at - start > _MAX_DIGITS:
                raise _HardError
            return nodes.Literal(int(found["number"]), self._span(start, self._at))
        start, end = found.span("word")
        steps = found["steps"]
        if word in _KEYWORDS or word[-1] == "-" or steps[-1:] == "-":
            raise _HardError
        self._at = end
        if word in _CONSTANTS:
            if steps:
                raise _HardError
            return nodes.Literal(_CONSTANTS[word], self._span(start, end))
        node: Node = nodes.Name(word, self._span(start, end))
        return self._attributes_of(node, self._line, start - self._before, steps) if steps else node

    def _attributes_of(self, node: Node, line: int, column: int, steps: str) -> Node:
        for name in steps[1:].split("."):
            if name in _KEYWORDS:
                raise _HardError
            self._at += 1 + len(name)
            node = nodes.GetAttribute(node, name, self._since(line, column))
        return node

    def _expression(self) -> Node:
        found = _VALUE.match(self._text, self._at)
        if found is None:
            raise _HardError
        match found["mark"]:
            case None:
                node = self._plainest(found)
                if isinstance(node, nodes.Literal):
                    return node
                return self._steps(node, found.start())
            case '"':
                return self._template()
            case "[":
                return self._list()
            case _:
                return self._object()

    def _steps(self, node: Node, start: int) -> Node:
        """What follows a name in its line: the arguments of a call, attributes and indices."""
        text = self._text
        line, column = self._line, start - self._before
        if isinstance(node, nodes.Name) and text.startswith("(", self._at):
            node = nodes.Call(node.name, self._items(")"), expand=False, span=self._since(line, column))
        while (mark := text[self._at : self._at + 1]) in ("[", "."):
            if mark == "[":
                node = nodes.Index(node, self._key(), self._since(line, column))
                continue
            step = _STEP.match(text, self._at)
            if step is None or step[0][-1] == "-":
                raise _HardError
            node = self._attributes_of(node, line, column, step[0])
        return node

    def _key(self) -> Node:
        self._at += 1
        key = self._expression()
        if not self._text.startswith("]", self._at):
            raise _HardError
        self._at += 1
        return key

    def _items(self, closing: str) -> tuple[Node, ...]:
        """What stands in brackets, with commas between."""
        self._enter()
        text = self._text
        items: list[Node] = []
        self._at += 1
        self._skip(_BETWEEN)
        while not text.startswith(closing, self._at):
            items.append(self._expression())
            self._skip(_BETWEEN)
            if text.startswith(",", self._at):
                self._at += 1
                self._skip(_BETWEEN)
            elif not text.startswith(closing, self._at):
                raise _HardError
        self._at += 1
        self._depth -= 1
        return tuple(items)

    def _list(self) -> Node:
        line, column = self._line, self._at - self._before
        return nodes.TupleNode(self._items("]"), self._since(line, column))

    def _object(self) -> Node:
        self._enter()
        text, line, column = self._text, self._line, self._at - self._before
        items: list[tuple[Node, Node]] = []
        self._at += 1
        self._skip(_BETWEEN)
        while not text.startswith("}", self._at):
            key = _KEY.match(text, self._at)
            if key is None or key[1] in _KEYWORDS:
                raise _HardError
            start = self._at
            self._at = key.end()
            end = start + len(key[1]) if key[1] is not None else key.end(2) + 1
            name = nodes.Literal(key[1] if key[1] is not None else key[2], self._span(start, end))
            items.append((name, self._expression()))
            self._separator()
        self._at += 1
        self._depth -= 1
        return nodes.ObjectNode(tuple(items), self._since(line, column))

    def _separator(self) -> None:
        """A comma, or a new line, behind an element of an object."""
        comma = _COMMA.match(self._text, self._at)
        if comma is not None:
            self._at = comma.end()
        elif _ENDS_LINE.match(self._text, self._at) is None and _CLOSES.match(self._text, self._at) is None:
            raise _HardError
        self._skip(_BETWEEN)

    def _template(self) -> Node:
        """A quoted text with references in it, all in one line."""
        self._enter()
        text, line, column = self._text, self._line, self._at - self._before
        parts: list[nodes.TemplatePart] = []
        self._at += 1
        while (piece := _PIECE.match(text, self._at)) is not None:
            self._at = piece.end()
            if piece["text"] is not None:
                parts.append(piece["text"])
            elif piece["mark"] == '"':
                break
            else:
                self._at = _BLANK.match(text, self._at).end()  # type: ignore[union-attr] # it matches anywhere
                parts.append(self._expression())
                self._at = _BLANK.match(text, self._at).end()  # type: ignore[union-attr]
                if not text.startswith("}", self._at):
                    raise _HardError
                self._at += 1
        if piece is None or self._line != line:
            raise _HardError
        self._depth -= 1
        span = self._since(line, column)
        if len(parts) == 1:
            only = parts[0]
            return nodes.Literal(only, span) if isinstance(only, str) else only  # type: ignore[return-value] # a node
        return nodes.TemplateNode(tuple(parts), span)
