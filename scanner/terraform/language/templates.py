"""Templates: from the flat run of literals, interpolations and directives to a tree.

Quoted strings come from the parser in pieces; heredocs and template files come as text and are split here, each line
for itself. White space markers (``~``) and the common indentation of ``<<-`` heredocs are gone from the result,
directives are nested: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md#templates

A marker takes the white space of the literal beside it, and that is never more than the rest of a line (of a quoted
string, all of it). Indentation is taken away afterwards. So a line after a directive that ends with ``~}`` keeps its
indentation: its beginning is not a beginning any more. That is what Terraform does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from unicodedata import normalize

from scanner.lazy_dataclass import dataclass
from scanner.regexes import anywhere, whole
from scanner.terraform.language.nodes import Node, TemplateFor, TemplateIf, TemplatePart


@dataclass(frozen=True, slots=True)
class Sequence:
    """One ``${…}`` or ``%{…}`` in the flat run."""

    kind: str
    """``interpolation``, ``if``, ``else``, ``endif``, ``for`` or ``endfor``"""
    node: Node | None = None
    key_name: str | None = None
    value_name: str = ""
    strips_before: bool = False
    strips_after: bool = False


Flat = list[str | Sequence]


class TemplateError(Exception):
    """The directives do not nest, or a sequence is not closed; ``offset`` is in the text where there is one."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.offset = offset


def nest(flat: Flat) -> tuple[TemplatePart, ...]:
    """The tree of a flat run. Raises ``TemplateError`` when directives do not nest."""
    parts, end = _nest(iter(flat), ())
    if end is not None:
        raise TemplateError(f"%{{ {end.kind} }} has no beginning")
    return parts


def stripped(flat: Flat) -> Flat:
    """The run without the white space that markers take away."""
    result: Flat = []
    for number, part in enumerate(flat):
        if isinstance(part, Sequence):
            result.append(part)
            continue
        text = part
        before = flat[number - 1] if number else None
        after = flat[number + 1] if number + 1 < len(flat) else None
        if isinstance(before, Sequence) and before.strips_after:
            text = text.lstrip()
        if isinstance(after, Sequence) and after.strips_before:
            text = text.rstrip()
        result.append(text)
    return result


def _nest(rest: Iterator[str | Sequence], ends: tuple[str, ...]) -> tuple[tuple[TemplatePart, ...], Sequence | None]:
    """Parts up to one of the ``ends`` (which is returned) or to the end of the text."""
    parts: list[TemplatePart] = []
    for part in rest:
        if part == "":
            continue
        if isinstance(part, str):
            parts.append(part if part.isascii() else normalize("NFC", part))
        elif part.kind == "interpolation" and part.node is not None:
            parts.append(part.node)
        elif part.kind == "if" and part.node is not None:
            then, end = _nest(rest, ("else", "endif"))
            otherwise: tuple[TemplatePart, ...] = ()
            if end is not None and end.kind == "else":
                otherwise, end = _nest(rest, ("endif",))
            _require(end, "if", "endif")
            parts.append(TemplateIf(part.node, then, otherwise))
        elif part.kind == "for" and part.node is not None:
            body, end = _nest(rest, ("endfor",))
            _require(end, "for", "endfor")
            parts.append(TemplateFor(part.key_name, part.value_name, part.node, body))
        elif part.kind in ends or not ends:
            return tuple(parts), part
        else:
            raise TemplateError(f"%{{ {part.kind} }} is not expected here")
    return tuple(parts), None


def _require(end: Sequence | None, opened: str, wanted: str) -> None:
    if end is None:
        raise TemplateError(f"%{{ {opened} }} has no %{{ {wanted} }}")


_SEQUENCE = anywhere(r"\$\$\{|%%\{|[$%]\{")
_IN_SEQUENCE = anywhere(r'[{}]|"|\\.|#[^\n]*|//[^\n]*|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?', re.DOTALL)
_DIRECTIVE = whole(r"\s*(if|else|endif|for|endfor)\b(.*)", re.DOTALL)
_FOR = whole(r"\s*([^\W\d][\w-]*)\s*(?:,\s*([^\W\d][\w-]*)\s*)?in\b(.*)", re.DOTALL)

ParseExpression = Callable[[str, int], Node]
"""Parses the text of an expression that begins at an offset of the template's text."""


def split(text: str, parse: ParseExpression) -> Flat:
    """The flat run of a raw template text, in which backslashes mean nothing."""
    flat: Flat = []
    start = 0
    literal = ""
    while True:
        found = _SEQUENCE.search(text, start)
        if found is None:
            flat.extend(_lines(literal + text[start:]))
            return flat
        literal += text[start : found.start()]
        if len(found[0]) == 3:
            literal += found[0][1:]
            start = found.end()
            continue
        flat.extend(_lines(literal))
        literal = ""
        end = _sequence_end(text, found.end())
        flat.append(_sequence(text, found[0], found.end(), end, parse))
        start = end + 1


def _lines(literal: str) -> list[str]:
    """Each line by itself; only a line feed ends one."""
    return [line for line in anywhere(r"(?<=\n)").split(literal) if line]


def _sequence_end(text: str, position: int) -> int:
    """The offset of the closing brace; strings inside may hold braces and further sequences, comments anything."""
    start = position - 2
    opened: list[str] = ["{"]
    while True:
        inside_string = opened[-1] == '"'
        found = (_STRING_TOKEN if inside_string else _IN_SEQUENCE).search(text, position)
        if found is None:
            raise TemplateError("the sequence that begins here is not closed", start)
        token, position = found[0], found.end()
        if token == '"':
            if inside_string:
                opened.pop()
            else:
                opened.append('"')
        elif token in ("{", "${", "%{"):
            opened.append("{")
        elif token == "}":
            opened.pop()
            if not opened:
                return found.start()


_STRING_TOKEN = anywhere(r'\\.|"|\$\$\{|%%\{|[$%]\{', re.DOTALL)


def _sequence(text: str, opening: str, start: int, end: int, parse: ParseExpression) -> Sequence:
    before = text.startswith("~", start)
    after = end > start + before and text[end - 1] == "~"
    start, end = start + before, end - after
    if opening == "${":
        return Sequence("interpolation", parse(text[start:end], start), strips_before=before, strips_after=after)
    directive = _DIRECTIVE.fullmatch(text, start, end)
    if directive is None:
        raise TemplateError("this is not a template directive", start)
    kind, rest = directive[1], directive.start(2)
    if kind == "if":
        return Sequence(kind, parse(text[rest:end], rest), strips_before=before, strips_after=after)
    if kind == "for":
        loop = _FOR.fullmatch(text, rest, end)
        if loop is None:
            raise TemplateError("a for directive has the form: for x in list", start)
        key, value = (loop[1], loop[2]) if loop[2] else (None, loop[1])
        node = parse(text[loop.start(3) : end], loop.start(3))
        return Sequence(kind, node, key, value, before, after)
    return Sequence(kind, strips_before=before, strips_after=after)


def without_indent(flat: Flat) -> Flat:
    """What ``<<-`` does: take away the indentation that all lines share. Blank lines do not count."""
    beginnings: list[int] = []
    shared: int | None = None
    begins = True
    for number, part in enumerate(flat):
        if begins and not _is_blank_line(part):
            indent = len(part) - len(part.lstrip()) if isinstance(part, str) else 0
            shared = indent if shared is None else min(shared, indent)
            beginnings.append(number)
        begins = isinstance(part, str) and part.endswith("\n")
    result = list(flat)
    for number in beginnings:
        part = result[number]
        if isinstance(part, str):
            result[number] = part[shared:]
    return result


def _is_blank_line(part: str | Sequence) -> bool:
    return isinstance(part, str) and part.endswith("\n") and not part.strip()
