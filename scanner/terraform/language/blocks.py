"""The block index: which blocks a file has at its top level, and where, without parsing an expression.

Most blocks of a configuration have nothing to do with identities. Finding the end of a block takes only its braces, and
the places where a brace is none: strings with interpolations, heredocs and comments. That is some thirty times cheaper
than a parse, so every file is indexed and only the blocks that somebody asks for are parsed
(``scanner.terraform.language.syntax``).

The grammar is https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from typing import TYPE_CHECKING

from scanner.lazy_dataclass import dataclass
from scanner.regexes import anywhere, beginning
from scanner.span import LineIndex, Span

if TYPE_CHECKING:
    from scanner import json_tree


@dataclass(frozen=True, slots=True)
class JSONContent:
    """What a block in JSON syntax has between its braces, and the lines of its file."""

    node: json_tree.Node
    lines: LineIndex


@dataclass(frozen=True, slots=True)
class IndexedBlock:
    """One top-level block, not parsed yet."""

    type: str
    labels: tuple[str, ...]
    text: str
    """From the block's type to its closing brace; empty for a block in JSON syntax."""
    span: Span
    json: JSONContent | None = field(default=None, compare=False, repr=False)
    """Set for a block in JSON syntax (``scanner.terraform.language.json_syntax``)."""


@dataclass(frozen=True, slots=True)
class IndexProblem:
    """Why a part of a file, in native syntax the rest of it, could not be indexed."""

    message: str
    span: Span


@dataclass(frozen=True, slots=True)
class FileIndex:
    """The blocks of one file in their order, and what is wrong with it."""

    path: str
    blocks: tuple[IndexedBlock, ...]
    problems: tuple[IndexProblem, ...] = ()


BETWEEN = beginning(r"(?:[\s\ufeff]++|#[^\n]*+|//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/)*+")
_BLANK = beginning(r"[ \t\r]*+(?:/\*(?:[^*]++|\*(?!/))*+\*/[ \t]*+)*+")
_IDENTIFIER = beginning(r"[^\W\d][\w-]*")
_QUOTED_LABEL = beginning(r'"((?:[^"\\\n]|\\.)*)"')
_IN_CODE = anywhere(r'"|[{}]|#|//|/\*|<<-?(?P<marker>[^\W\d][\w.-]*)[ \t]*\r?\n')
_PLAIN = r"""
    [^"{}\#/<]++
  | "(?: [^"\\$%\n]++ | \\[^\n] | \$(?![{$]) | %(?![{%]) | \$\{ [^"{}\#/<\n]*+ \} )*+"
  | (?: \# | // ) [^\n]*+
  | /(?![/*])
  | <(?!<)
"""
"""What is no brace and has none that counts, but for heredocs."""
_HEREDOC = r"""
    <<-?(?P<marker{0}>[^\W\d][\w.-]*+) [ \t]*+ \r?\n
    (?: [^\n]*+ \n )*? [ \t]*+ (?P=marker{0}) [ \t]*+ \r? (?= \n | \Z )
"""
_LEVELS = 6
"""How deep braces are in the blocks that one pattern takes."""


def _plain_code(levels: int) -> str:
    deeper = rf"| \{{ {_plain_code(levels - 1)} \}}" if levels else ""
    return rf"(?: {_PLAIN} | {_HEREDOC.format(levels)} {deeper} )*+"


PLAIN_BLOCK = beginning(
    rf"""
    ([^\W\d][\w-]*+) [ \t]*+
    (?: "([^"\\\n]*+)" [ \t]*+ (?: "([^"\\\n]*+)" [ \t]*+ )? )?
    \{{ {_plain_code(_LEVELS)} \}}
    """,
    re.VERBOSE,
)
"""A whole block of the usual form in one step. What it takes ends where ``skip_code`` says; it takes nothing else."""
_IN_VALUE = anywhere(r'"|[()\[\]{}\n]|#|//|/\*|<<-?(?P<marker>[^\W\d][\w.-]*)[ \t]*\r?\n')
_IN_STRING = anywhere(r'\\.|"|\$\$\{|%%\{|[$%]\{|\n', re.DOTALL)


class UnbalancedError(Exception):
    """Something in a file is not closed, or is not a block."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


def index_file(path: str, text: str, types: frozenset[str] | None = None) -> FileIndex:
    """Find the top-level blocks of a file, all of them or those of some types. Never raises for any text."""
    blocks: list[IndexedBlock] = []
    position = counted = 0
    line = 1
    try:
        while (start := _after(BETWEEN, text, position)) < len(text):
            block_type, labels, position = _block(text, start)
            if types is not None and block_type not in types:
                continue
            first = line + text.count("\n", counted, start)
            line, counted = first + text.count("\n", start, position), position
            span = Span(path, first, start - text.rfind("\n", 0, start), line, position - text.rfind("\n", 0, position))
            blocks.append(IndexedBlock(block_type, labels, text[start:position], span))
    except UnbalancedError as problem:
        span = LineIndex(path, text).span(problem.offset, problem.offset)
        return FileIndex(path, tuple(blocks), (IndexProblem(str(problem), span),))
    return FileIndex(path, tuple(blocks))


def _block(text: str, position: int) -> tuple[str, tuple[str, ...], int]:
    """A block's type and labels, and the offset behind it."""
    plain = PLAIN_BLOCK.match(text, position)
    if plain is not None:
        block_type, first, second = plain.group(1, 2, 3)
        labels = () if first is None else (first,) if second is None else (first, second)
        return block_type, labels, plain.end()
    block_type, found, inside = header(text, position)
    return block_type, found, skip_code(text, inside)


def comments(text: str) -> Iterator[tuple[int, int]]:
    """Where each comment begins and ends, in order; the line break is no part of it. What looks like one inside of a
    string or a heredoc is text. Nothing is found behind what is not closed."""
    position = 0
    try:
        while (found := _IN_CODE.search(text, position)) is not None:
            position = found.end() if found[0] in "{}" else skip_token(text, found)
            if found[0] in ("#", "//", "/*"):
                yield found.start(), position
    except UnbalancedError:
        return


def argument_text(block: IndexedBlock, name: str) -> str | None:
    """What is written as the value of one argument of a block in native syntax; None if it is not there.

    The other arguments and nested blocks are gone over and not parsed. What is not as it has to be ends the search.
    """
    text = block.text
    try:
        _, _, position = header(text, 0)
        while (found := _IDENTIFIER.match(text, _after(BETWEEN, text, position))) is not None:
            position = _after(_BLANK, text, found.end())
            if text.startswith("=", position):
                start, position = position + 1, value_end(text, position + 1)
                if found[0] == name:
                    return text[start:position]
            else:
                _, _, position = header(text, found.start())
                position = skip_code(text, position)
    except UnbalancedError:
        return None
    return None


def value_end(text: str, position: int) -> int:
    """The offset behind the value that begins at ``position``: it ends with its line, a comment, or the block."""
    depth = 0
    while (found := _IN_VALUE.search(text, position)) is not None:
        token = found[0]
        if depth == 0 and token in ("\n", "#", "//", "}"):
            return found.start()
        position = found.end()
        if token in ("(", "[", "{"):
            depth += 1
        elif token in (")", "]", "}"):
            depth -= 1
        elif token == '"':
            position = _skip_string(text, position)
        elif token in ("#", "//"):
            end = text.find("\n", position)
            position = len(text) if end == -1 else end
        elif token == "/*":
            position = _skip_to(text, "*/", position, found.start(), "the comment here is never closed")
        elif found["marker"] is not None:
            position = _skip_heredoc(text, found["marker"], position, found.start())
    return len(text)


def _after(skipped: re.Pattern[str], text: str, position: int) -> int:
    found = skipped.match(text, position)
    return found.end() if found else position


def header(text: str, position: int) -> tuple[str, tuple[str, ...], int]:
    """A block's type and labels, and the offset behind its opening brace."""
    name = _IDENTIFIER.match(text, position)
    if name is None:
        raise UnbalancedError("a block is expected here", position)
    labels: list[str] = []
    position = _after(_BLANK, text, name.end())
    while not text.startswith("{", position):
        label = _QUOTED_LABEL.match(text, position)
        if label is not None:
            labels.append(label[1])
        else:
            label = _IDENTIFIER.match(text, position)
            if label is None:
                what = "only blocks are allowed at the top level" if text.startswith("=", position) else "{ is missing"
                raise UnbalancedError(what, position)
            labels.append(label[0])
        position = _after(_BLANK, text, label.end())
    return name[0], tuple(labels), position + 1


def skip_code(text: str, position: int) -> int:
    """The offset behind the brace that closes what was opened just before ``position``."""
    return _behind(text, position, [(False, position - 1)])


def _behind(text: str, position: int, opened: list[tuple[bool, int]]) -> int:
    """The offset behind what closes all that is open: strings and braces, the outermost first, and where each begins.

    They stand inside each other as deep as somebody likes to write, so nothing is called for each.
    """
    while opened:
        is_string, start = opened[-1]
        found = (_IN_STRING if is_string else _IN_CODE).search(text, position)
        token = found[0] if found is not None else ""
        if found is None or (is_string and token == "\n"):
            what = "string" if is_string else "{"
            raise UnbalancedError(f"the {what} here is never closed", start)
        position = found.end()
        if token == ('"' if is_string else "}"):
            opened.pop()
        elif is_string:
            if token in ("${", "%{"):
                opened.append((False, position - 1))
        elif token in ('"', "{"):
            opened.append((token == '"', found.start()))
        else:
            position = skip_token(text, found)
    return position


def skip_token(text: str, found: re.Match[str]) -> int:
    """The offset behind a string, a comment or a heredoc that begins as it was found; the latter has its marker."""
    token, position = found[0], found.end()
    if token == '"':
        return _skip_string(text, position)
    if token in ("#", "//"):
        end = text.find("\n", position)
        return len(text) if end == -1 else end
    if token == "/*":
        return _skip_to(text, "*/", position, found.start(), "the comment here is never closed")
    return _skip_heredoc(text, found["marker"], position, found.start())


def _skip_string(text: str, position: int) -> int:
    """The offset behind the closing quote."""
    return _behind(text, position, [(True, position - 1)])


def _skip_heredoc(text: str, marker: str, position: int, start: int) -> int:
    closing = anywhere(rf"^[ \t]*{re.escape(marker)}[ \t]*\r?$", re.MULTILINE).search(text, position)
    if closing is None:
        raise UnbalancedError(f"the heredoc here is never closed by {marker}", start)
    return closing.end()


def _skip_to(text: str, wanted: str, position: int, start: int, message: str) -> int:
    end = text.find(wanted, position)
    if end == -1:
        raise UnbalancedError(message, start)
    return end + len(wanted)
