"""Edits of JSON text: more in an array or an object, in the style of what stands there already.

What separates two neighbours separates the new one from them. Where there is only one, or none, the style is that of
the nearest that shows it: on one line or on several, with blanks or without, and how far lines are indented.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from scanner.fix import Edit
from scanner.fixes.new_data import Data, Verbatim, is_of_texts
from scanner.fixes.source import Source
from scanner.json_tree import Array, Member, Node, Object, Scalar
from scanner.lazy_dataclass import dataclass

_INDENTATION = "  "
"""Of a text that does not show one."""


@dataclass(frozen=True, slots=True)
class JsonText:
    """JSON in a file, as a tree. The offsets of its nodes are counted from ``base``."""

    source: Source
    root: Node
    base: int = 0

    def text(self, start: int, end: int) -> str:
        """What stands between two offsets of the tree, in which lines end with ``\\n``."""
        return self.source.text[self.base + start : self.base + end].replace("\r\n", "\n")

    def edit(self, start: int, end: int, text: str) -> Edit:
        """An edit between two offsets of the tree."""
        return self.source.edit(self.base + start, self.base + end, text)

    def indentation(self, offset: int) -> str:
        """That of the line in which an offset of the tree is."""
        return self.source.indentation(self.base + offset)


def append(text: JsonText, array: Array, new: Sequence[Data], behind: Node | None = None) -> tuple[Edit, ...]:
    """Put elements behind one of an array, or behind its last."""
    return _extended(
        text, array, array.items, array.items.index(behind) if behind is not None else len(array.items) - 1, list(new)
    )


def add_member(text: JsonText, parent: Object, key: str, value: Data, behind: Member | None = None) -> tuple[Edit, ...]:
    """Put a member behind one of an object, or behind its last."""
    members = parent.members
    return _extended(
        text, parent, members, members.index(behind) if behind is not None else len(members) - 1, [(key, value)]
    )


def replace(text: JsonText, node: Node, new: Data) -> tuple[Edit, ...]:
    """Put something else in the place of a value."""
    written = _Style(text, node).written(new, text.indentation(node.start), None)
    return (text.edit(node.start, node.end, written),)


def make_list(text: JsonText, node: Node, new: Sequence[Data]) -> tuple[Edit, ...]:
    """Make an array of a value and others behind it."""
    style = _Style(text, node)
    own, indentation = text.text(node.start, node.end), text.indentation(node.start)
    inner = indentation + style.unit
    is_open = style.is_list_open if isinstance(node, Scalar) else "\n" in own
    model = None if isinstance(node, Scalar) else node
    parts = [own.replace("\n", f"\n{style.unit}"), *(style.written(one, inner, model) for one in new)]
    return (text.edit(node.start, node.end, style.enclosed("[]", parts, indentation if is_open else None)),)


_New = list[Data] | list[tuple[str, Data]]


def _extended(
    text: JsonText, parent: Array | Object, there: Sequence[Node | Member], index: int, new: _New
) -> tuple[Edit, ...]:
    style = _Style(text, parent)
    if not there:
        whole: Data = dict(new) if isinstance(parent, Object) else list(new)  # type: ignore[arg-type]
        written = style.written(whole, text.indentation(parent.start), None)
        return (text.edit(parent.start, parent.end, written),)
    before = there[index]
    separator = _separator(text, parent, there, index, style)
    indentation = separator.rpartition("\n")[2] if "\n" in separator else text.indentation(before.start)
    if indentation.strip():  # a comma that begins the line
        indentation = text.indentation(before.start)
    model: Node = before if not isinstance(before, Member) else before.value
    if isinstance(before, Member):
        style.colon = text.text(before.key_end, before.value.start)
    parts = []
    for one in new:
        if isinstance(one, tuple):
            alike = model if isinstance(one[1], Mapping) is isinstance(model, Object) else None
            parts.append(f"{_quoted(one[0])}{style.colon}{style.written(one[1], indentation, alike)}")
        else:
            parts.append(style.written(one, indentation, model))
    end = _end(before)
    return (text.edit(end, end, "".join(separator + part for part in parts)),)


def _end(part: Node | Member) -> int:
    return part.value.end if isinstance(part, Member) else part.end


def _separator(
    text: JsonText, parent: Array | Object, there: Sequence[Node | Member], index: int, style: _Style
) -> str:
    """What stands between a part and the next."""
    if len(there) > 1:
        first = max(index - 1, 0)
        return text.text(_end(there[first]), there[first + 1].start)
    before = text.text(parent.start + 1, there[0].start)
    return f",{before}" if "\n" in before else style.comma


class _Style:
    """How data is written near a place of a text."""

    def __init__(self, text: JsonText, near: Node) -> None:
        self.text = text
        self.near = near
        own = text.text(text.root.start, text.root.end)
        self.is_open = "\n" in own
        """Whether objects are on several lines."""
        self.is_list_open = self.is_open
        """Whether lists of texts are."""
        self.colon, self.comma = ": ", ", "
        self.unit = _INDENTATION
        self.paddings = {"{}": "", "[]": ""}
        """Blanks inside of brackets on one line."""
        self._measure()

    def _measure(self) -> None:
        text, place = self.text, self.near.start
        colons: list[tuple[int, str]] = []
        commas: list[tuple[int, str]] = []
        lists: list[tuple[int, bool]] = []
        units: list[tuple[int, str]] = []
        paddings: dict[str, list[tuple[int, str]]] = {brackets: [] for brackets in self.paddings}
        for node in _all(text.root):
            distance = abs(node.start - place)
            parts: Sequence[Node | Member] = ()
            if isinstance(node, Object):
                parts = node.members
                colons += [(distance, text.text(one.key_end, one.value.start)) for one in node.members[:1]]
            elif isinstance(node, Array):
                parts = node.items
                if parts and all(isinstance(one, Scalar) for one in node.items):
                    lists.append((distance, "\n" in text.text(node.start, parts[0].start)))
            if len(parts) > 1:
                between = text.text(_end(parts[0]), parts[1].start)
                commas += [(distance, between)] if "\n" not in between else []
            if parts and "\n" not in text.text(node.start, node.end):
                brackets = "{}" if isinstance(node, Object) else "[]"
                paddings[brackets].append((distance, text.text(node.start + 1, parts[0].start)))
            if parts and "\n" in text.text(node.start, parts[0].start):
                inner, outer = text.indentation(parts[0].start), text.indentation(node.start)
                if inner != outer and inner.startswith(outer):
                    units.append((distance, inner[len(outer) :]))
        self.colon = min(colons, default=(0, self.colon))[1]
        self.comma = min(commas, default=(0, self.comma if self.colon[-1] != ":" else ","))[1]
        self.is_list_open = min(lists, default=(0, self.is_open))[1] and self.is_open
        self.unit = min(units, default=(0, self.unit))[1]
        self.paddings = {brackets: min(found, default=(0, ""))[1] for brackets, found in paddings.items()}

    def written(self, data: Data, indentation: str, model: Node | None) -> str:
        """JSON text, on as many lines as the model has, if there is one; the first is not indented."""
        if isinstance(data, Verbatim):
            return data.text
        if isinstance(data, str):
            return _quoted(data)
        is_open = self.is_list_open if is_of_texts(data) else self.is_open
        if isinstance(model, Object | Array) and isinstance(model, Object) is isinstance(data, Mapping):
            is_open = self.is_open and "\n" in self.text.text(model.start, model.end)
            if isinstance(model, Object) and not is_open:
                return self._on_one_line(data)
        inner = indentation + self.unit
        if isinstance(data, Mapping):
            models = {one.key: one.value for one in model.members} if isinstance(model, Object) else {}
            parts = [
                f"{_quoted(key)}{self.colon}{self.written(one, inner, models.get(key))}" for key, one in data.items()
            ]
        else:
            parts = [self.written(one, inner, None) for one in data]
        brackets = "{}" if isinstance(data, Mapping) else "[]"
        return self.enclosed(brackets, parts, indentation if is_open else None)

    def enclosed(self, brackets: str, parts: Sequence[str], indentation: str | None) -> str:
        """Parts in brackets: each on a line of its own where there is an indentation of the line that they begin in."""
        opening, closing = brackets[0], brackets[1]
        if not parts:
            return brackets
        if indentation is None:
            padding = self.paddings[brackets]
            return f"{opening}{padding}{self.comma.join(parts)}{padding}{closing}"
        inner = f"\n{indentation}{self.unit}"
        return f"{opening}{inner}{f',{inner}'.join(parts)}\n{indentation}{closing}"

    def _on_one_line(self, data: Data) -> str:
        match data:
            case Verbatim():
                return data.text
            case str():
                return _quoted(data)
            case Mapping():
                parts = [f"{_quoted(key)}{self.colon}{self._on_one_line(one)}" for key, one in data.items()]
                return self.enclosed("{}", parts, None)
            case _:
                return self.enclosed("[]", [self._on_one_line(one) for one in data], None)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _all(root: Node) -> Iterator[Node]:
    pending = [root]
    while pending:
        node = pending.pop()
        yield node
        if isinstance(node, Object):
            pending += [one.value for one in node.members]
        elif isinstance(node, Array):
            pending += node.items
