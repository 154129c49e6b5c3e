"""What python-hcl2's grammar does not take, spelled so that it does, without moving anything.

Its grammar has no ``~`` in interpolations, no comment or new line in most places, no ``core::`` before a function's
name, no operator directly before another one (``!!x``) and no names beyond ASCII. Each of these is replaced by
something of the same length, mostly blanks, and remembered by its offset where that matters. So the offsets of the
parser's tree hold for the original text, from which names, numbers and texts are taken.

New lines end an argument or an element of an object, so they stay there; inside parentheses, square brackets,
interpolations and ``for`` expressions they mean nothing and go.
"""

from __future__ import annotations

import re
from dataclasses import field

from scanner.lazy_dataclass import dataclass
from scanner.regexes import anywhere, beginning
from scanner.span import LineIndex

_CODE = anywhere(
    r"""
      (?P<name> [^\W\d][\w-]* )
    | (?P<number> \d+ (?: \.\d+ )? (?: \.? [eE][+-]?\d+ )? )
    | (?P<string> " )
    | (?P<heredoc> <<-? (?P<marker> [^\W\d][\w.-]* ) [ \t]* \r?\n )
    | (?P<comment> \#[^\n]*+ | //[^\n]*+ | /\*(?: [^*]++ | \*(?!/) )*+(?P<ends> \*/ )? )
    | (?P<splat> \[ \s* \* \s* \] | \. \s+ \* )
    | (?P<open> [(\[{] )
    | (?P<strip> ~ (?= \} ) )
    | (?P<close> [)\]}] )
    | (?P<sign> [!-] (?! = ) )
    | (?P<line> \n )
    """,
    re.VERBOSE | re.DOTALL,
)
_STRING = anywhere(r'\\.|"|\$\$\{|%%\{|[$%]\{', re.DOTALL)
_COLONS = beginning(r"\s*::")
_FOR = beginning(r"(?:\s|#[^\n]*+\n|//[^\n]*+\n|/\*(?:[^*]++|\*(?!/))*+\*/)*+for\s")
_NOT_BLANK = anywhere(r"\S")
_BEFORE_OPERAND = frozenset("+-*/%&|<>?!=:")
_AFTER_OPERAND = frozenset("+*/%&|<>?=:,.")
_KEEPS_LINES = frozenset({"", "{"})


@dataclass(slots=True)
class Spelling:
    """A text as the parser reads it, and what it does not see."""

    original: str
    lines: LineIndex
    text: str = ""
    markers: set[int] = field(default_factory=set)
    """Offsets of ``~`` in interpolations."""
    operators: dict[int, str] = field(default_factory=dict)
    """By the offset of a sign that is left: the operators before it, outermost first."""
    broken_at: int | None = None
    """Where a new line ends an expression that is not complete; the parser would read on."""

    def is_first(self, offset: int) -> bool:
        """Whether what stands there is the first in its line, or comes after a comma or an opening brace."""
        while offset and self.text[offset - 1] in " \t\r":
            offset -= 1
        return offset == 0 or self.text[offset - 1] in "\n,{"


def respell(text: str) -> Spelling:
    """The text as the parser can read it, of the same length. What is not closed stays as it is."""
    return _Speller(text).run()


class _Speller:
    def __init__(self, text: str) -> None:
        self._text = text
        self._spelling = Spelling(text, LineIndex("", text))
        self._changed = list(text)
        self._opened = [""]
        """What is open: a bracket, a quote, ``$`` and ``%`` for sequences in texts, ``for`` for a brace before one."""
        self._signs: list[int] = []
        """Signs in a row, just before where we are."""
        self._not_blank = 0
        """The first place behind the last line whose end counted that is not blank, likewise."""
        self._gap = -1, -1
        """Blanks that were gone over last, so that many lines of comments are not gone over once for each of them."""

    def run(self) -> Spelling:
        position = 0
        while position < len(self._text):
            step = self._in_string if self._opened[-1] == '"' else self._in_code
            position = step(position)
        self._spelling.text = "".join(self._changed)
        return self._spelling

    def _blank(self, start: int, end: int) -> None:
        self._changed[start:end] = " " * (end - start)

    def _in_string(self, position: int) -> int:
        found = _STRING.search(self._text, position)
        if found is None:
            return len(self._text)
        token, end = found[0], found.end()
        if token == '"':
            self._opened.pop()
        elif len(token) == 3:
            self._changed[found.start() : end] = "___"
        elif token in ("${", "%{"):
            self._opened.append(token[0])
            if token == "${" and self._text.startswith("~", end):
                self._mark(end)
                end += 1
        return end

    def _mark(self, offset: int) -> None:
        self._spelling.markers.add(offset)
        self._blank(offset, offset + 1)

    def _in_code(self, position: int) -> int:
        found = _CODE.search(self._text, position)
        if found is None:
            return len(self._text)
        kind, start, end = found.lastgroup, found.start(), found.end()
        if self._signs and self._text[position:start].strip():
            self._signs = []
        if kind == "line" and self._opened[-1] in _KEEPS_LINES:
            self._line_ends(start)
        elif kind == "comment" and self._text.startswith("/*", start) and found["ends"] is None:
            return len(self._text)
        elif kind in ("line", "comment"):
            self._blank(start, end)
        elif kind == "sign":
            self._sign(start)
        else:
            end = self._token(kind, found)
            self._signs = []
        return end

    def _token(self, kind: str | None, found: re.Match[str]) -> int:
        start, end = found.start(), found.end()
        match kind:
            case "name":
                end = self._name(start, end)
            case "number":
                if ".e" in found[0].lower():
                    self._changed[start + found[0].index(".")] = "1"
            case "string":
                self._opened.append('"')
            case "marker" | "heredoc":
                end = self._heredoc_end(found["marker"], end)
                if self._opened[-1] in _KEEPS_LINES:
                    self._line_ends(end - 1)
            case "splat":
                self._blank(start, end)
                spelled = "[*]" if found[0][0] == "[" else ".*"
                self._changed[start : start + len(spelled)] = spelled
            case "strip":
                if self._opened[-1] == "$":
                    self._mark(start)
            case "open":
                is_loop = found[0] == "{" and _FOR.match(self._text, end)
                self._opened.append("for" if is_loop else found[0])
            case "close":
                if len(self._opened) > 1:
                    self._opened.pop()
        return end

    def _name(self, start: int, end: int) -> int:
        colons = _COLONS.match(self._text, end) if self._text.startswith("core", start) and end == start + 4 else None
        if colons is not None and not self._text.startswith("core", colons.end()):
            self._blank(start, colons.end())
            return colons.end()
        name = self._text[start:end]
        if not name.isascii():
            self._changed[start:end] = ["_" if character > "\x7f" else character for character in name]
        return end

    def _heredoc_end(self, marker: str, position: int) -> int:
        closing = anywhere(rf"^([ \t]*{re.escape(marker)}[ \t]*)\r?(?:\n|\Z)", re.MULTILINE)
        found = closing.search(self._text, position)
        if found is None:
            return len(self._text)
        self._changed[found.start(1) : found.end(1)] = found[1].rstrip().rjust(len(found[1]))  # blanks go before it
        return found.end()

    def _line_ends(self, offset: int) -> None:
        """A line that keeps its end must not leave an expression open."""
        before = self._before(offset)
        if offset >= self._not_blank:
            after = _NOT_BLANK.search(self._text, offset)
            self._not_blank = len(self._text) if after is None else after.start()
        follows = self._text[self._not_blank : self._not_blank + 2]
        if self._spelling.broken_at is None and (
            before in _BEFORE_OPERAND or (follows[:1] in _AFTER_OPERAND and follows not in ("//", "/*"))
        ):
            self._spelling.broken_at = offset

    def _before(self, offset: int) -> str:
        """The last character before an offset that is not blank; that of ``[*]`` for the other splat."""
        end = offset
        while offset and self._changed[offset - 1].isspace():
            offset = self._gap[0] if offset == self._gap[1] else offset - 1
        self._gap = offset, end
        if self._changed[max(offset - 2, 0) : offset] == [".", "*"]:
            return "]"  # a splat: it ends an operand, as `[*]` does
        return self._changed[offset - 1] if offset else ""

    def _sign(self, offset: int) -> None:
        if not self._signs and self._ends_operand(offset):
            return  # no sign, but the operator between two operands
        if self._signs:
            before = self._signs[-1]
            self._spelling.operators[offset] = self._spelling.operators.pop(before, "") + self._text[before]
            self._blank(before, before + 1)
        self._signs.append(offset)

    def _ends_operand(self, offset: int) -> bool:
        before = self._before(offset)
        return before.isalnum() or before in ('"', ")", "]", "}", "_")
