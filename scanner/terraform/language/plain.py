"""Blocks that are plain enough to be read without the grammar: almost all that people write.

The grammar of python-hcl2 takes all of the language, and some fifty times as long as a look at the text. Read here are
blocks with one argument a line, whose values are plain (``plain_expressions``). Whatever is not surely so is handed to
the grammar: the expression of one argument if it is clear where that ends, the whole block otherwise. So nothing is
decided here about what is hard or wrong, and what is read is what the grammar reads: tests compare the two on every
block that they have.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from scanner.regexes import anywhere, beginning
from scanner.terraform.language import nodes
from scanner.terraform.language.blocks import IndexedBlock, UnbalancedError, value_end
from scanner.terraform.language.nodes import Node
from scanner.terraform.language.place import is_too_deep
from scanner.terraform.language.plain_expressions import ExpressionReader
from scanner.terraform.language.plain_text import BETWEEN, BLANK, CHARACTERS, ENDS_LINE, LINE_END, NAME, HardError
from scanner.terraform.language.template_nodes import ParseExpression

HardExpression = Callable[[str, str, int, int], "Node | None"]
"""Has the grammar read the text of an expression in a file, at a line and column; None if it does not take it."""

_ENTRY = beginning(
    rf"""
    (?P<name>{NAME})[ \t]*+
    (?: =(?![=>])[ \t]*+
        (?: (?: "(?P<text>{CHARACTERS}*+)"
              | (?P<word>{NAME})(?P<steps>(?:\.{NAME})*+)
              | (?P<number>[0-9]++)
            )
            (?={LINE_END})
          | (?P<other>)
        )
      | (?P<labels>(?:(?:"{CHARACTERS}*+"|{NAME})[ \t]*+)*+)\{{
    )
    """,
    re.VERBOSE,
)
"""An argument with its value where that is of the plainest; or a nested block up to its brace."""
_OPEN_ENDS = frozenset("+-*/%&|<>?!=:") | {""}
_LABEL = anywhere(rf'"({CHARACTERS}*+)"|({NAME})')


def read_block(block: IndexedBlock, inner: ParseExpression, hard: HardExpression) -> nodes.Block | None:
    """The block as the grammar reads it; None if that has to read all of it."""
    if is_too_deep(block.text):
        return None
    try:
        span = block.span
        return _BlockReader(block.text, span.path, span.line, span.column, inner).whole(hard)
    except (HardError, UnbalancedError):
        return None


class _BlockReader(ExpressionReader):
    __slots__ = ("_hard",)

    def whole(self, hard: HardExpression) -> nodes.Block:
        """The block that the text is."""
        self._hard = hard
        found = _ENTRY.match(self._text)
        if found is None or found["labels"] is None:
            raise HardError
        block = self._block(found)
        if self._at != len(self._text):
            raise HardError
        return block

    def _block(self, header: re.Match[str]) -> nodes.Block:
        outside = self._enter(BLANK)
        line, column = self._line, header.start() - self._before
        labels = tuple(found[1] if found[2] is None else found[2] for found in _LABEL.finditer(header["labels"]))
        self._at = header.end()
        attributes: dict[str, nodes.Attribute] = {}
        blocks: list[nodes.Block] = []
        if ENDS_LINE.match(self._text, self._at) is not None:
            self._entries(attributes, blocks)
        else:
            self._at = BLANK.match(self._text, self._at).end()  # type: ignore[union-attr] # it matches anywhere
        if not self._text.startswith("}", self._at):
            raise HardError
        self._at += 1
        self._leave(outside)
        span = self._since(line, column)
        return nodes.Block(header["name"], labels, nodes.Body(attributes, tuple(blocks), span), span)

    def _entries(self, attributes: dict[str, nodes.Attribute], blocks: list[nodes.Block]) -> None:
        """Arguments and blocks, each in a line of its own."""
        while True:
            self._skip(BETWEEN)
            found = _ENTRY.match(self._text, self._at)
            if found is None:
                return
            if found["labels"] is not None:
                blocks.append(self._block(found))
            elif found["name"] in attributes:
                raise HardError
            else:
                attributes[found["name"]] = self._attribute(found["name"], found)
            if ENDS_LINE.match(self._text, self._at) is None:
                raise HardError

    def _attribute(self, name: str, found: re.Match[str]) -> nodes.Attribute:
        line, column = self._line, found.start() - self._before
        value = self.plainest(found) if found["other"] is None else self._value(found.end())
        return nodes.Attribute(name, value, self._since(line, column))

    def _value(self, start: int) -> Node:
        """An argument's value, by the grammar if it is not plain."""
        text, line, before, depth = self._text, self._line, self._before, self._depth
        self._operators = 0
        self._at = start
        try:
            value = self._expression()
            if ENDS_LINE.match(text, self._at) is not None:
                return value
        except HardError:
            pass
        self._line, self._before, self._depth, self._at = line, before, depth, start
        self._space = BLANK
        written = text[start : value_end(text, start)].rstrip(" \t\r")
        if "/*" in written or ("<<" in written[1:] and written[-1] not in ")]}"):
            raise HardError  # where the argument ends is not where its expression does
        if written[-1:] in _OPEN_ENDS:
            raise HardError  # the line must not end there
        given = self._hard(written, self._path, line, start - before)
        if given is None:
            raise HardError
        self._move(start + len(written))
        if given.span.end_line > self._line:
            self._heredoc_end = self._at
        return given
