"""Edits of JSON text: more in an array or an object, in the style of what stands there already.

What separates two neighbours separates the new one from them. Where there is only one, or none, the style is that of
the nearest that shows it: on one line or on several, with blanks or without, and how far lines are indented.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

from scanner.fix import Edit
from scanner.fixes.text.new_data import Data, Verbatim, is_of_texts
from scanner.fixes.text.source import Source
from scanner.json_tree import Array, Member, Node, Object, Scalar
from scanner.lazy_dataclass import dataclass

_INDENTATION = "  "
"""Of a text that does not show one."""
_T = TypeVar("_T")


class JsonText:
    """JSON in a file, as a tree. The offsets of its nodes are counted from ``base``."""

    def __init__(self, source: Source, root: Node, base: int = 0) -> None:
        self.source = source
        self.root = root
        self.base = base

    def text(self, start: int, end: int) -> str:
        """What stands between two offsets of the tree, in which lines end with ``\\n``."""
        return self.source.text[self.base + start : self.base + end].replace("\r\n", "\n")

    @cached_property
    def is_open(self) -> bool:
        """Whether it has several lines."""
        return self.has_lines(self.root)

    def has_lines(self, node: Node) -> bool:
        """Whether a value is on several lines."""
        return self.source.text.find("\n", self.base + node.start, self.base + node.end) >= 0

    @cached_property
    def samples(self) -> _Samples:
        """How its parts are written."""
        found = _Samples([], [], [], [], {"{}": [], "[]": []})
        for node in _all(self.root):
            if isinstance(node, Object | Array):
                found.note(self, node)
        return found

    def edit(self, start: int, end: int, text: str) -> Edit:
        """An edit between two offsets of the tree."""
        return self.source.edit(self.base + start, self.base + end, text)

    def indentation(self, offset: int) -> str:
        """That of the line in which an offset of the tree is."""
        return self.source.indentation(self.base + offset)


def append(text: JsonText, array: Array, new: Sequence[Data], behind: Node | None = None) -> tuple[Edit, ...]:
    """Put elements behind one of an array, or behind its last."""
    if not array.items:
        return replace(text, array, list(new))
    place = _Place(text, array, array.items, behind)
    model = array.items[place.index]
    return place.filled(place.style.beside(one, place.indentation, model) for one in new)


def add_member(text: JsonText, parent: Object, key: str, value: Data, behind: Member | None = None) -> tuple[Edit, ...]:
    """Put a member behind one of an object, or behind its last."""
    if not parent.members:
        return replace(text, parent, {key: value})
    place = _Place(text, parent, parent.members, behind)
    before = parent.members[place.index]
    colon = text.text(before.key_end, before.value.start)
    return place.filled([f"{_quoted(key)}{colon}{place.style.beside(value, place.indentation, before.value)}"])


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
    parts = [own.replace("\n", f"\n{style.unit}"), *(style.beside(one, inner, node) for one in new)]
    return (text.edit(node.start, node.end, style.enclosed("[]", parts, indentation if is_open else None)),)


@dataclass(frozen=True, slots=True)
class _Samples:
    """What arrays and objects show of a style, each with where they begin."""

    colons: list[tuple[int, str]]
    commas: list[tuple[int, str]]
    lists: list[tuple[int, bool]]
    """Whether lists of scalars are on several lines."""
    units: list[tuple[int, str]]
    paddings: dict[str, list[tuple[int, str]]]

    def note(self, text: JsonText, node: Object | Array) -> None:
        """Take what a node shows."""
        place = node.start
        parts: Sequence[Node | Member] = node.members if isinstance(node, Object) else node.items
        if not parts:
            return
        opening = text.text(place + 1, parts[0].start)
        if isinstance(node, Object):
            self.colons.append((place, text.text(node.members[0].key_end, node.members[0].value.start)))
        elif all(isinstance(one, Scalar) for one in node.items):
            self.lists.append((place, "\n" in opening))
        if len(parts) > 1:
            between = text.text(_end(parts[0]), parts[1].start)
            self.commas.extend([(place, between)] if "\n" not in between else [])
        if "\n" not in opening:
            if not text.has_lines(node):
                self.paddings["{}" if isinstance(node, Object) else "[]"].append((place, opening))
            return
        inner, outer = text.indentation(parts[0].start), text.indentation(place)
        if inner != outer and inner.startswith(outer):
            self.units.append((place, inner.removeprefix(outer)))


def _nearest(samples: Sequence[tuple[int, _T]], place: int, default: _T) -> _T:
    return min(samples, key=lambda one: abs(one[0] - place), default=(0, default))[1]


class _Place:
    """Between a part of an array or an object and the next."""

    def __init__(
        self,
        text: JsonText,
        parent: Array | Object,
        there: Sequence[Node] | Sequence[Member],
        behind: Node | Member | None,
    ) -> None:
        self.text = text
        self.index = len(there) - 1 if behind is None else there.index(behind)
        self.style = _Style(text, parent)
        before = there[self.index]
        self.end = _end(before)
        if len(there) > 1:
            first = max(self.index - 1, 0)
            self.separator = text.text(_end(there[first]), there[first + 1].start)
        else:
            opening = text.text(parent.start + 1, before.start)
            self.separator = f",{opening}" if "\n" in opening else self.style.comma
        own_line = self.separator.rpartition("\n")
        self.indentation = own_line[2] if own_line[1] and not own_line[2].strip() else text.indentation(before.start)
        """That of the line in which something new begins."""
        if not text.has_lines(parent):
            self.style.is_open = self.style.is_list_open = False

    def filled(self, parts: Iterable[str]) -> tuple[Edit, ...]:
        """The parts, each behind what separates it from the one before."""
        return (self.text.edit(self.end, self.end, "".join(f"{self.separator}{part}" for part in parts)),)


def _end(part: Node | Member) -> int:
    return part.value.end if isinstance(part, Member) else part.end


class _Style:
    """How data is written near a place of a text."""

    def __init__(self, text: JsonText, near: Node) -> None:
        self.text = text
        self.near = near
        self.is_open = text.is_open
        """Whether objects are on several lines."""
        self.is_list_open = self.is_open
        """Whether lists of texts are."""
        self.colon, self.comma = ": ", ", "
        self.unit = _INDENTATION
        samples, place = text.samples, near.start
        self.colon = _nearest(samples.colons, place, self.colon)
        self.comma = _nearest(samples.commas, place, self.comma if self.colon[-1] != ":" else ",")
        self.is_list_open = self.is_open and _nearest(samples.lists, place, self.is_open)
        self.unit = _nearest(samples.units, place, self.unit)
        self.paddings = {brackets: _nearest(found, place, "") for brackets, found in samples.paddings.items()}
        """Blanks inside of brackets on one line."""

    def beside(self, data: Data, indentation: str, neighbour: Node) -> str:
        """JSON text, on as many lines as the neighbour has if that is the same kind of thing."""
        is_alike = isinstance(neighbour, Array | Object) and isinstance(neighbour, Object) is isinstance(data, Mapping)
        return self.written(data, indentation, neighbour if is_alike else None)

    def written(self, data: Data, indentation: str, model: Node | None) -> str:
        """JSON text, on as many lines as the model has, if there is one; the first is not indented."""
        if isinstance(data, Verbatim):
            return data.text
        if isinstance(data, str):
            return _quoted(data)
        is_open = self.is_list_open if is_of_texts(data) else self.is_open
        if isinstance(model, Object | Array) and isinstance(model, Object) is isinstance(data, Mapping):
            is_open = self.is_open and self.text.has_lines(model)
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
