"""Edits of YAML text: more in a sequence or a mapping, in the style of what stands there already.

Block collections grow below the line on which a neighbour ends, so that comments stay where they are: one behind the
neighbour on its line, those below it below the new part. Flow collections grow behind the neighbour. What is new has
the neighbours' quotation marks, or none where it can do without.

What has an anchor and aliases stands in several places, and an alias is nothing but a name, so nothing is added to the
one or behind the other. What cannot be done is None.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from scanner.cloudformation.template.composer import PLAIN, MappingNode, Node, ScalarNode
from scanner.fix import Edit
from scanner.fixes.new_data import Data, Verbatim, is_of_texts
from scanner.fixes.yaml_text import (
    YamlText,
    can_be_plain,
    children,
    is_empty,
    is_in_brackets,
    is_list,
    is_mapping,
    value_of,
)
from scanner.regexes import beginning, whole

_REST_OF_LINE = beginning(r"[ \t]++#[^\r\n]*+|[ \t]*+(?=[\r\n]|\Z)")
"""A comment, if anything."""
_COMMA = beginning(r"[ \t]*+,")
_BLANKS = whole(r" ++")
_SPACE = whole(r"[ \t\r\n]*+")
_BEFORE_KEY = whole(r"(?:[ ]|- )*+")


def append(text: YamlText, sequence: Node, new: Sequence[Data], behind: Node | None = None) -> tuple[Edit, ...] | None:
    """Put items behind one of a sequence, or behind its last. None for a list that is a function, or shared."""
    if not is_list(sequence) or text.is_shared(sequence):
        return None
    if not sequence.value:
        return _filled(text, sequence, new)
    before = sequence.value[-1] if behind is None else behind
    if text.is_alias(sequence, sequence.value.index(before)) or sequence.value.count(before) > 1 or is_empty(before):
        return None
    style = _Style(text, sequence)
    if is_in_brackets(sequence):
        return _behind_in_flow(text, sequence, before, before, [style.in_flow(one) for one in new])
    start, first = text.start(sequence), sequence.value[0]
    if text.source.text[start] != "-":  # an anchor that nothing refers to, or a tag that says what it is anyway
        return None
    gap = " " if text.is_alias(sequence, 0) else text.source.text[start + 1 : text.start(first)]
    dash = f"-{gap}" if _BLANKS.fullmatch(gap) else "- "
    column = text.column(sequence)
    model = before if is_mapping(before) else None
    return _below(
        text, before, (f"{' ' * column}{dash}{style.in_block(one, column + len(dash), model)}" for one in new)
    )


def add_entry(
    text: YamlText, mapping: Node, key: str, value: Data, behind: Node | None = None
) -> tuple[Edit, ...] | None:
    """Put an entry behind the one with a value, or behind the last that is no alias.

    None for a mapping that is a function, or shared.
    """
    if not is_mapping(mapping) or text.is_shared(mapping):
        return None
    if not mapping.value:
        return _filled(text, mapping, {key: value})
    style = _Style(text, mapping)
    for at in reversed(range(len(mapping.value))):
        name, before = mapping.value[at]
        if (behind is not None and before is not behind) or any(
            text.is_alias(mapping, 2 * at + part) for part in (0, 1)
        ):
            continue
        found = _entry_behind(text, mapping, name, before, style, key, value)
        if found is not None:
            return found
    return None


def _entry_behind(
    text: YamlText, mapping: Node, name: Node, before: Node, style: _Style, key: str, value: Data
) -> tuple[Edit, ...] | None:
    if is_in_brackets(mapping):
        if text.start(before) == text.end(before):
            return None
        return _behind_in_flow(text, mapping, name, before, [f"{style.key(key)}: {style.in_flow(value)}"])
    column = text.column(name)
    start = text.start(name)
    if not _BEFORE_KEY.fullmatch(text.source.text, start - column, start):
        return None
    written = f"{' ' * column}{style.key(key)}:{style.as_value(key, value, column)}"
    return _below(text, before, [written])


def fill(text: YamlText, mapping: Node, key: str, value: Data) -> tuple[Edit, ...] | None:
    """Give a value to an entry that has none. None where it has one, and in brackets."""
    name, there = _entry(mapping, key)
    if not is_empty(there) or is_in_brackets(mapping) or text.is_shared(mapping) or text.is_shared(there):
        return None
    rendered = _Style(text, mapping).as_value(key, value, text.column(name))
    return _instead(text, name, text.start(there), text.end(there), rendered)


def replace(text: YamlText, node: Node, new: Data) -> tuple[Edit, ...] | None:
    """Put something else, in brackets, in the place of a value. None for one that has an anchor, or several lines."""
    written = text.written(node)
    if text.is_shared(node) or written.startswith("&") or "\n" in written or not written:
        return None
    return (text.source.edit(text.start(node), text.end(node), _Style(text, node).in_flow(new)),)


def make_list(text: YamlText, mapping: Node, key: str, new: Sequence[Data]) -> tuple[Edit, ...] | None:
    """Make a sequence of the value of an entry, a scalar or a mapping, and others behind it.

    None for a value that has an anchor, is longer than a line without being a mapping, or is a list already.
    """
    name, there = _entry(mapping, key)
    own = text.written(there)
    if text.is_shared(mapping) or text.is_shared(there) or is_empty(there) or own.startswith("&") or is_list(there):
        return None
    style = _Style(text, there if isinstance(there, MappingNode) else mapping)
    if isinstance(there, MappingNode) and not is_in_brackets(there):
        return _list_of_mapping(text, name, there, style, new)
    start, end = text.start(there), text.end(there)
    if isinstance(there, ScalarNode):
        if "\n" in own:
            return None
        style.quotation = text.mark(there) or ""
        if not is_in_brackets(mapping) and text.has_open_lists(there, key):
            rendered = style.as_list([Verbatim(own), *new], text.column(name))
            return _instead(text, name, start, end, rendered)
        if there.tag == PLAIN and not there.style:
            own = style.in_flow(there.value)
    elif not is_mapping(there):
        return None
    else:
        own = text.source.text[start:end].replace("\r\n", "\n")
    return (text.source.edit(start, end, f"[{', '.join((own, *map(style.in_flow, new)))}]"),)


def replace_end(text: YamlText, scalar: Node, old: str, new: str) -> Edit | None:
    """Put a text in the place of another at the end of a scalar. None where it is not written as it reads."""
    if not isinstance(scalar, ScalarNode) or scalar.style in ("|", ">"):
        return None
    mark = scalar.style if scalar.style in ("'", '"') else ""
    if not text.written(scalar).endswith(f"{old}{mark}"):
        return None
    end = text.end(scalar) - len(mark)
    return text.source.edit(end - len(old), end, new)


def _entry(mapping: Node, key: str) -> tuple[Node, Node]:
    """The last entry with a key, which there is."""
    found: tuple[Node, Node] = next(one for one in reversed(mapping.value) if one[0].value == key)
    return found


def _filled(text: YamlText, node: Node, data: Data) -> tuple[Edit, ...] | None:
    """Put something into empty brackets. None where there is a comment between them."""
    start, end = text.start(node), text.end(node)
    if text.source.text[start] not in "[{" or not _SPACE.fullmatch(text.source.text, start + 1, end - 1):
        return None
    return (text.source.edit(start, end, _Style(text, node).in_flow(data)),)


def _behind_in_flow(text: YamlText, parent: Node, first: Node, last: Node, new: Sequence[str]) -> tuple[Edit, ...]:
    """Put parts behind another in brackets, each on a line of its own if that one begins a line."""
    source = text.source
    begin, end = text.start(first), text.end(last)
    line = source.line_start(begin)
    if text.start(parent) >= line or source.text[line:begin].strip():
        return (source.edit(end, end, "".join(f", {one}" for one in new)),)
    separator = f",\n{source.indentation(begin)}"
    parts = separator.join(new)
    comma = _COMMA.match(source.text, end)
    rest = _REST_OF_LINE.match(source.text, comma.end() if comma else end)
    is_last = last in (parent.value[-1], children(parent)[-1])
    if rest is None or not (comma or is_last) or not (comma or rest[0].strip()):
        return (source.edit(end, end, f"{separator}{parts}"),)
    below = source.edit(rest.end(), rest.end(), f"{separator[1:]}{parts}{',' if comma else ''}")
    return (below,) if comma else (source.edit(end, end, ","), below)


def _below(text: YamlText, before: Node, new: Iterable[str]) -> tuple[Edit, ...] | None:
    """Put lines below the one on which a node ends. None where more than a comment is behind it there."""
    stop = _end_of_last_line(text, before)
    return None if stop is None else (text.source.edit(stop, stop, "".join(f"\n{line}" for line in new)),)


def _end_of_last_line(text: YamlText, node: Node) -> int | None:
    last = node
    while children(last) and not is_in_brackets(last):
        if text.is_alias(last, -1):  # where its name ends is not known
            return None
        last = children(last)[-1]
    if getattr(last, "style", None) in ("|", ">") and "+" in text.written(last).partition("\n")[0]:
        return None  # the empty lines behind it are a part of it
    found = _REST_OF_LINE.match(text.source.text, text.end(node))
    return None if found is None else found.end()


def _instead(text: YamlText, key: Node, start: int, end: int, value: str) -> tuple[Edit, ...] | None:
    """Put a value in the place of the scalar behind a key on its line. A comment stays on that line."""
    source = text.source
    colon = source.text.find(":", text.end(key))
    rest = _REST_OF_LINE.match(source.text, end)
    if colon < 0 or rest is None or not _SPACE.fullmatch(source.text, colon + 1, max(start, colon + 1)):
        return None
    behind = max(colon + 1, end)
    if not value.startswith("\n"):
        return (source.edit(colon + 1, behind, value),)
    if not rest[0].strip():
        return (source.edit(colon + 1, rest.end(), value),)
    inserted = source.edit(rest.end(), rest.end(), value)
    return (inserted,) if behind == colon + 1 else (source.edit(colon + 1, behind, ""), inserted)


def _list_of_mapping(
    text: YamlText, key: Node, node: Node, style: _Style, new: Sequence[Data]
) -> tuple[Edit, ...] | None:
    """Make a mapping in block style, below its key, the first item of a sequence."""
    source = text.source
    start, end, column = text.start(node), text.end(node), text.column(node)
    stop = _end_of_last_line(text, node)
    if stop is None or not is_mapping(node) or source.text[start - column : start].strip():
        return None
    outer = text.column(key) + text.list_indentation(node)
    dash = f"-{' ' * max(column - outer - 1, 1)}"
    inner = outer + len(dash)
    edits = [source.edit(start - column, start, f"{' ' * outer}{dash}")]
    line = source.text.find("\n", start) + 1
    while inner > column and 0 < line < end:
        if source.text[line] not in "\r\n":
            edits.append(source.edit(line, line, " " * (inner - column)))
        line = source.text.find("\n", line) + 1
    items = "".join(f"\n{' ' * outer}{dash}{style.in_block(one, inner, node)}" for one in new)
    return (*edits, source.edit(stop, stop, items))


class _Style:
    """How data is written near a node."""

    def __init__(self, text: YamlText, near: Node) -> None:
        self.text = text
        self.near = near
        self.quotation = text.mark(near) or ""
        """The quotation mark of texts that could do without."""
        marks = {name.style or "" for name, _ in near.value} if isinstance(near, MappingNode) else {""}
        self.key_quotation = marks.pop() if len(marks) == 1 else ""

    def key(self, key: str) -> str:
        """A key."""
        return self._text(key, self.key_quotation, in_flow=True)

    def in_flow(self, data: Data) -> str:
        """Data in brackets, on one line."""
        match data:
            case Verbatim():
                return data.text
            case str():
                return self._text(data, self.quotation, in_flow=True)
            case Mapping():
                return f"{{{', '.join(f'{self.key(key)}: {self.in_flow(one)}' for key, one in data.items())}}}"
            case _:
                return f"[{', '.join(map(self.in_flow, data))}]"

    def in_block(self, data: Data, column: int, model: Node | None = None) -> str:
        """Data that begins at a column, like a mapping if it is one."""
        match data:
            case Verbatim():
                return data.text
            case str():
                return self._text(data, self.quotation, in_flow=False)
            case Mapping() if data and (model is None or not is_in_brackets(model)):
                models = {} if model is None else {key: value_of(model, key) for key in data}
                parts = (
                    f"{self.key(key)}:{self.as_value(key, one, column, models.get(key))}" for key, one in data.items()
                )
                return f"\n{' ' * column}".join(parts)
            case _:
                return self.in_flow(data)

    def as_value(self, key: str, data: Data, column: int, model: Node | None = None) -> str:
        """What stands behind the colon of a key, which is at a column."""
        usual = self.quotation
        mark = None if model is None else self.text.mark(model)
        self.quotation = usual if mark is None else mark
        try:
            if not data:
                return f" {self.in_flow(data)}"
            if isinstance(data, Mapping):
                inner = column + self.text.unit(self.near)
                return f"\n{' ' * inner}{self.in_block(data, inner)}"
            if isinstance(data, Verbatim | str):
                return f" {self.in_block(data, column)}"
            if model is not None and is_list(model):
                is_open = not is_in_brackets(model)
            else:
                is_open = not is_of_texts(data) or self.text.has_open_lists(self.near, key)
            return self.as_list(data, column, model) if is_open else f" {self.in_flow(data)}"
        finally:
            self.quotation = usual

    def as_list(self, data: Sequence[Data], column: int, model: Node | None = None) -> str:
        """A list with a line for each item, behind the colon of a key at a column."""
        outer = column + self.text.list_indentation(model if is_list(model) else self.near)
        return "".join(f"\n{' ' * outer}- {self.in_block(one, outer + len('- '))}" for one in data)

    def _text(self, text: str, quotation: str, *, in_flow: bool) -> str:
        if not quotation and can_be_plain(text, in_flow=in_flow):
            return text
        if (quotation or self.text.usual_mark) == "'" and "\n" not in text:
            return "'" + text.replace("'", "''") + "'"
        return json.dumps(text, ensure_ascii=False)
