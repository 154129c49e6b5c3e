"""A block that cannot be parsed as a whole, argument by argument, so that one broken expression leaves the others.

What is broken becomes a ``Broken`` expression, whose value is unknown: an argument that cannot be read is there all the
same. Where it is not clear what else a body has, the body says so (``nodes.Body.unread``).
"""

from __future__ import annotations

from dataclasses import field

from scanner.lazy_dataclass import dataclass
from scanner.regexes import anywhere, beginning
from scanner.span import LineIndex, Span
from scanner.terraform.language import nodes, syntax
from scanner.terraform.language.blocks import BETWEEN, IndexedBlock, UnbalancedError, header, skip_code, skip_token
from scanner.terraform.language.place import Place, SyntaxProblem

_ARGUMENT = beginning(r'(?:(?P<name>[^\W\d][\w-]*)|"(?P<quoted>[^"\\\n]*)")[ \t]*=(?!=)')
_BLOCK = beginning(r'[^\W\d][\w-]*+[ \t]*+(?:"[^"\n]*+"[ \t]*+|[^\W\d][\w-]*+[ \t]*+)*+\{')
_ANOTHER = anywhere(r"\n[ \t]*[^\W\d][\w-]*[ \t]*(?:=(?!=)|[\"{])")
_IN_EXPRESSION = anywhere(r'"|[({\[]|[)}\]]|\n|#|//|/\*|<<-?(?P<marker>[^\W\d][\w.-]*)[ \t]*\r?\n|(?<![=!<>])=(?![=>])')


def parse_block(block: IndexedBlock) -> tuple[nodes.Block, tuple[SyntaxProblem, ...]]:
    """The block as far as it can be parsed, and what is wrong with the rest."""
    recovery = _Recovery(block)
    return recovery.block(), tuple(recovery.problems)


@dataclass(slots=True)
class _Recovery:
    source: IndexedBlock
    problems: list[SyntaxProblem] = field(default_factory=list)
    _lines: LineIndex = field(init=False)

    def __post_init__(self) -> None:
        self._lines = LineIndex(self.source.span.path, self.source.text)

    def block(self) -> nodes.Block:
        """The whole block."""
        source = self.source
        try:
            return syntax.parse_block(source)
        except SyntaxProblem as problem:
            found = problem
        _, _, start = header(source.text, 0)
        before = len(self.problems)
        body = self._body(start, len(source.text) - 1)
        if len(self.problems) == before:  # nothing in it is wrong by itself
            self.problems.append(found)
            body = nodes.Body(body.attributes, body.blocks, body.span, unread=str(found))
        return nodes.Block(source.type, source.labels, body, source.span)

    def _body(self, position: int, end: int) -> nodes.Body:
        attributes: dict[str, nodes.Attribute] = {}
        blocks: list[nodes.Block] = []
        unread: str | None = None
        span = self._span(position, end)
        while (position := self._blank(position)) < end:
            text = self.source.text
            argument = _ARGUMENT.match(text, position, end)
            try:
                if argument is not None:
                    stop, has_more = _expression_end(text, argument.end(), end)
                    value = self._value(argument.end(), stop)
                    if has_more and isinstance(value, nodes.Broken):
                        unread = value.problem
                    name = argument["name"] or argument["quoted"]
                    attributes.setdefault(name, nodes.Attribute(name, value, self._span(position, stop)))
                    position = stop
                elif _BLOCK.match(text, position, end) is not None:
                    position = self._nested(position, blocks)
                else:
                    raise UnbalancedError("an argument or a block is expected here", position)
            except UnbalancedError as problem:
                unread = str(problem)
                self.problems.append(SyntaxProblem(unread, self._span(problem.offset, problem.offset)))
                line_end = text.find("\n", position, end)
                position = end if line_end == -1 else line_end
        return nodes.Body(attributes, tuple(blocks), span, unread)

    def _blank(self, position: int) -> int:
        found = BETWEEN.match(self.source.text, position)
        return found.end() if found else position

    def _nested(self, position: int, blocks: list[nodes.Block]) -> int:
        text = self.source.text
        block_type, labels, inside = header(text, position)
        end = skip_code(text, inside)
        inner = _Recovery(IndexedBlock(block_type, labels, text[position:end], self._span(position, end)))
        blocks.append(inner.block())
        self.problems += inner.problems
        return end

    def _value(self, start: int, end: int) -> nodes.Node:
        text, span = self.source.text[start:end], self._span(start, end)
        try:
            return syntax.parse_expression(text, span)
        except SyntaxProblem as problem:
            self.problems.append(problem)
            return nodes.Broken(str(problem), problem.span)

    def _span(self, start: int, end: int) -> Span:
        outer = self.source.span
        place = Place(outer.path, outer.line, outer.column)
        first, last = place.position(*self._lines.position(start)), place.position(*self._lines.position(end))
        return Span(outer.path, *first, *last)


def _expression_end(text: str, position: int, end: int) -> tuple[int, bool]:
    """Where the expression of an argument ends, and whether what is there may be more than one argument."""
    start = position
    depth = 0
    has_more = False
    while True:
        found = _IN_EXPRESSION.search(text, position, end)
        if found is None:
            return end, has_more or (depth > 0 and _ANOTHER.search(text, start, end) is not None)
        token = found[0]
        if token in "({[":
            depth, position = depth + 1, found.end()
        elif token in ")}]":
            depth, position = max(depth - 1, 0), found.end()
        elif token == "=":
            has_more, position = has_more or depth == 0, found.end()
        elif token == "\n":
            if depth == 0:
                return found.start(), has_more
            position = found.end()
        elif token in ("#", "//") and depth == 0:
            return found.start(), has_more
        else:
            position = skip_token(text, found)
            if found["marker"] is not None and depth == 0:
                return position, has_more
