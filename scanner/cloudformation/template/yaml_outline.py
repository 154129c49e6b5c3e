"""YAML text to an outline of the document.

The text is cut at the keys of the document, and ``Resources`` and ``Mappings`` at the keys of their entries. A piece is
looked at line by line, and composed where that is too hard; when its value is asked for, it is composed by itself.
That gives what composing the whole gives: the whole is known to be YAML, the pieces begin with a key in one column of
block style and end before the next one, and what begins inside of a piece (quotes, brackets, a text) also ends there,
or it would not be YAML by itself. What reaches beyond, anchors and their aliases, is looked for beforehand.
"""

from __future__ import annotations

from typing import NamedTuple

from scanner.budget import at_no_charge
from scanner.cloudformation.template.composer import MappingNode, Node, YAMLError, check, compose_all
from scanner.cloudformation.template.node_glance import entries_of, glance_at
from scanner.cloudformation.template.nodes import Converter
from scanner.cloudformation.template.outline import MAX_NODES, SECTIONS, Entries, Glance, Outline, UnsureError
from scanner.cloudformation.template.yaml_entry import glance_at_lines
from scanner.cloudformation.template.yaml_line import NOTHING, Form, is_function, read_line
from scanner.regexes import anywhere
from scanner.span import Span
from scanner.values import Value

_CUT = frozenset({"Mappings", "Resources"})
"""Sections with many entries of which few are wanted."""
_OTHER_BREAKS = anywhere("[\x85\u2028\u2029\ufeff]")
"""What YAML takes for the end of a line, beside the usual character."""
_ANCHOR = anywhere(r"&(?<![>\w&]&)[\w-]")
"""What may be one. Where there is none, there are no aliases."""
_BARE_TAG = anywhere(r"!(?<![^\s\[{,:]!)(?=[\s,\]}])")
"""What may be the tag ``!``, of which a node says nothing."""


class _Piece(NamedTuple):
    """The lines of one entry, from that of its key on."""

    first: int
    end: int


class _Composed(NamedTuple):
    """The nodes of one entry, and what makes values of them."""

    key: Node
    value: Node
    converter: Converter


def yaml_outline(text: str, path: str) -> Value | None:
    """The document with its entries on demand; None where it has to be read as a whole."""
    if len(text) > 2 * MAX_NODES:  # no node is shorter than two characters
        return None
    if _ANCHOR.search(text) or _BARE_TAG.search(text):
        return None
    if "\r" in text or (not text.isascii() and _OTHER_BREAKS.search(text)):
        return None
    try:
        check(text)
        return _Document(text, path).outline()
    except (UnsureError, YAMLError, RecursionError):
        return None


class _Document:
    """Looks at one document; afterwards makes values of what is in it."""

    def __init__(self, text: str, path: str) -> None:
        self.path = path
        self.lines = text.split("\n")
        self.composed: dict[_Piece, _Composed] = {}
        """Pieces that took more than a look at their lines."""

    def outline(self) -> Value:
        """The whole document. Raises ``UnsureError``."""
        first = next((number for number, line in enumerate(self.lines) if _says_something(line)), len(self.lines))
        if self.lines[first : first + 1] == ["---"]:
            first += 1
        pieces = self._pieces(_Piece(first, len(self.lines)), 0)
        glances: dict[str, Glance] = {}
        sections: dict[str, dict[str, Glance]] = {}
        inside: dict[str, dict[str, _Piece]] = {}
        for name, piece in pieces.items():
            if name not in SECTIONS:
                glances[name] = self._glance(piece, 1)
                continue
            glances[name] = Glance({}, ())
            if name in _CUT:
                inside[name] = self._entries(piece)
                sections[name] = {key: self._glance(entry, 2) for key, entry in inside[name].items()}
            else:
                entries = entries_of(self._compose(piece).value)
                sections[name] = {key: glance_at(entry, 2) for key, (_, entry) in entries.items()}

        def make(name: str) -> Value:
            piece = pieces[name]
            if name not in sections:
                return self._value(piece)
            if name not in inside:
                return self._section(piece, sections[name])
            entries = Entries(sections[name], lambda key: self._value(inside[name][key]))
            return Value(entries, self._span(piece, _last(inside[name])))

        last = _last(inside.get(next(reversed(pieces)), pieces))
        return Value(Outline(glances, sections, make), self._span(next(iter(pieces.values())), last))

    def _entries(self, section: _Piece) -> dict[str, _Piece]:
        """The entries of a section, which stand below its key."""
        header = read_line(self.lines[section.first])
        if header is None or header.form is not Form.NOTHING or header.tag is not None:
            raise UnsureError
        inside = _Piece(section.first + 1, section.end)
        first = next((line for line in self.lines[inside.first : inside.end] if _says_something(line)), "")
        return self._pieces(inside, len(first) - len(first.lstrip(" ")))

    def _pieces(self, within: _Piece, column: int) -> dict[str, _Piece]:
        """What begins in a column, by its key; at least one piece, and nothing before it."""
        lines, before, deeper = self.lines, " " * column, " " * (column + 1)
        starts = [
            number
            for number, line in enumerate(lines[within.first : within.end], within.first)
            if not line.startswith(deeper) and line.startswith(before) and line[column : column + 1] not in ("", "#")
        ]
        if not starts or any(map(_says_something, lines[within.first : starts[0]])):
            raise UnsureError
        found: dict[str, _Piece] = {}
        for start, end in zip(starts, [*starts[1:], within.end], strict=True):
            line = read_line(lines[start])
            if line is None or line.key is None or line.dashes or line.key in found or is_function(line.key):
                raise UnsureError
            found[line.key] = _Piece(start, end)
        return found

    def _glance(self, piece: _Piece, depth: int) -> Glance:
        found = glance_at_lines(self.lines, *piece)
        return glance_at(self._compose(piece).value, depth) if found is None else found

    def _compose(self, piece: _Piece) -> _Composed:
        """A piece by itself. Raises ``UnsureError`` for what is not one entry."""
        if piece not in self.composed:
            lines = [*self.lines[piece.first : piece.end], *([""] if piece.end < len(self.lines) else [])]
            roots = list(compose_all("\n".join(lines)))
            if len(roots) != 1 or not isinstance(roots[0], MappingNode) or len(roots[0].value) != 1:
                raise UnsureError
            converter = Converter(self.path, lines, [], texts_only=False, lines_before=piece.first)
            ((key, value),) = roots[0].value
            self.composed[piece] = _Composed(key, value, converter)
        return self.composed[piece]

    def _value(self, piece: _Piece) -> Value:
        with at_no_charge():  # several roots may have it, of which one asks first
            composed = self._compose(piece)
            return composed.converter.entry(composed.key, composed.value)

    def _section(self, piece: _Piece, glances: dict[str, Glance]) -> Value:
        """A section that is composed as one."""
        key, value, converter = self._compose(piece)
        nodes = entries_of(value)
        entries = Entries(glances, lambda name: converter.entry(*nodes[name]))
        return converter.placed(key, value, Value(entries, converter.span(value)))

    def _span(self, first: _Piece, last: _Piece) -> Span:
        """From the beginning of a piece to the end of another one."""
        line = self.lines[first.first]
        start = first.first + 1, len(line) - len(line.lstrip(" ")) + 1
        number = next(number for number in reversed(range(*last)) if self.lines[number].strip(" "))
        text = self.lines[number].rstrip(" ")
        if last not in self.composed and "#" not in text:
            return Span(self.path, *start, number + 1, len(text) + 1)
        composed = self._compose(last)
        end = composed.converter.span(composed.value)
        return Span(self.path, *start, end.end_line, end.end_column)


def _last(pieces: dict[str, _Piece]) -> _Piece:
    return pieces[next(reversed(pieces))]


def _says_something(line: str) -> bool:
    """Whether a line is neither empty nor a comment."""
    return read_line(line) is not NOTHING
