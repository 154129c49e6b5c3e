"""YAML in a file, composed: where its nodes begin and end, which of them have several places, and how it is written.

How it is written is what the nearest part shows that has something to show. What is done in none gets what most people
write: two blanks, lists that are further in than their keys, no quotation marks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import TypeGuard, TypeVar

from scanner.cloudformation.template.composer import (
    LIST,
    MAPPING,
    MERGE,
    NULL,
    PLAIN,
    TEXT,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    YAMLError,
    compose_all,
    long_form,
)
from scanner.cloudformation.template.nodes import Converter
from scanner.fixes.text.source import Source
from scanner.regexes import anywhere

_UNIT = 2
_LOOKED_AT = 200
"""Nodes of a part that are asked for their quotation marks."""
_OWN_LINES = anywhere("[\x85\u2028\u2029\ufeff]|\r(?!\n)")
"""What YAML takes for the end of a line, or skips, and nothing else does."""
_T = TypeVar("_T")


class YamlText:
    """The nodes of one file, as the composer gives them."""

    def __init__(self, source: Source, roots: Sequence[Node]) -> None:
        self.source = source
        self.roots = roots
        self._shared: set[int] = set()
        self._aliases: set[tuple[int, int]] = set()
        self._nodes: list[Node] = []
        self._positions = Converter(source.path, source.text.split("\n"), [], texts_only=True)
        seen: set[int] = set()
        pending = [(node, 0, 0) for node in reversed(roots)]
        while pending:
            node, parent, index = pending.pop()
            if id(node) in seen:
                self._shared.add(id(node))
                self._aliases.add((parent, index))
                continue
            seen.add(id(node))
            self._nodes.append(node)
            inside = children(node)
            pending += [(inside[at], id(node), at) for at in reversed(range(len(inside)))]

    def is_alias(self, parent: Node, index: int) -> bool:
        """Whether the child of a node with an index, a negative one too, is written as an alias."""
        return (id(parent), index % len(children(parent))) in self._aliases

    def is_shared(self, node: Node) -> bool:
        """Whether an alias refers to it, wherever it is written."""
        return id(node) in self._shared

    def start(self, node: Node) -> int:
        """Where its first character is: that of its anchor or its tag, if it has one."""
        index: int = node.start_mark.index
        return index

    def end(self, node: Node) -> int:
        """Where its last character ends."""
        span = self._positions.span(node)
        return self.source.offset(span.end_line, span.end_column)

    def written(self, node: Node) -> str:
        """Its text, in which lines end with ``\\n``."""
        return self.source.text[self.start(node) : self.end(node)].replace("\r\n", "\n")

    def inside(self, scalar: ScalarNode) -> tuple[int, int] | None:
        """Where the text of a scalar stands as it reads, but for blanks and line ends; None where it does not."""
        start, end = self.start(scalar), self.end(scalar)
        if scalar.style in ("|", ">"):
            header_end = self.source.text.find("\n", start, end)
            return None if header_end < 0 else (header_end + 1, end)
        opening = self.source.text.find("'", start, end)
        if scalar.style != "'" or opening < 0 or "'" in self.source.text[opening + 1 : end - 1]:
            return None
        return opening + 1, end - 1

    def column(self, node: Node) -> int:
        """How many characters are before it on its line."""
        start = self.start(node)
        return start - self.source.line_start(start)

    def unit(self, near: Node) -> int:
        """By how much mappings are further in than the keys that they belong to."""
        widths = ((value, self.column(value) - self.column(key)) for key, value in self._mappings)
        return self._nearest(near, [(value, width) for value, width in widths if width > 0], _UNIT)

    def list_indentation(self, near: Node) -> int:
        """By how much lists are further in than the keys that they belong to, which may be not at all."""
        widths = [(value, max(self.column(value) - self.column(key), 0)) for key, value in self._lists]
        return self._nearest(near, widths, _UNIT)

    def has_open_lists(self, near: Node, key: str) -> bool:
        """Whether lists of texts have a line for each: if there is one, those that have the same key."""
        styles = [
            (node, not is_in_brackets(node))
            for node in self._nodes
            if is_list(node) and node.value and all(isinstance(one, ScalarNode) for one in node.value)
        ]
        values = {
            id(value)
            for node in self._nodes
            if isinstance(node, MappingNode)
            for name, value in node.value
            if name.value == key and is_list(value)
        }
        alike = [(node, not is_in_brackets(node)) for node in self._nodes if id(node) in values and node.value]
        return self._nearest(near, alike or styles, True)

    def mark(self, part: Node) -> str | None:
        """The quotation mark that all texts in a part have which could do without; empty where they have none.

        None where there is no such text, or where they differ.
        """
        marks = {
            node.style if node.style in ("'", '"') else ""
            for node in islice(descendants(part), _LOOKED_AT)
            if isinstance(node, ScalarNode) and node.tag in (TEXT, PLAIN) and can_be_plain(node.value, in_flow=False)
        }
        return marks.pop() if len(marks) == 1 else None

    @cached_property
    def usual_mark(self) -> str:
        """The quotation mark of most texts that have one."""
        marks = [node.style for node in self._nodes if isinstance(node, ScalarNode)]
        return "'" if marks.count("'") > marks.count('"') else '"'

    @cached_property
    def _below_keys(self) -> list[tuple[Node, Node]]:
        """Values in block style that begin on a line below their key, with the key."""
        return [
            (key, value)
            for node in self._nodes
            if isinstance(node, MappingNode) and not node.flow_style
            for key, value in node.value
            if isinstance(value, MappingNode | SequenceNode)
            and not value.flow_style
            and not self.is_shared(value)
            and value.start_mark.line > key.start_mark.line
        ]

    @cached_property
    def _mappings(self) -> list[tuple[Node, Node]]:
        return [(key, value) for key, value in self._below_keys if isinstance(value, MappingNode)]

    @cached_property
    def _lists(self) -> list[tuple[Node, Node]]:
        return [(key, value) for key, value in self._below_keys if isinstance(value, SequenceNode)]

    def _nearest(self, near: Node, found: Sequence[tuple[Node, _T]], default: _T) -> _T:
        place = self.start(near)
        return min(found, key=lambda one: abs(self.start(one[0]) - place), default=(near, default))[1]


def yaml_text(source: Source) -> YamlText | None:
    """A file as YAML; None for what is none, or has lines that other programs do not take for such."""
    if _OWN_LINES.search(source.text):
        return None
    try:
        return YamlText(source, tuple(compose_all(source.text)))
    except (YAMLError, RecursionError):
        return None


def children(node: Node) -> list[Node]:
    """What a node consists of, keys of a mapping too."""
    if isinstance(node, MappingNode):
        return [part for entry in node.value for part in entry]
    return list(node.value) if isinstance(node, SequenceNode) else []


def descendants(node: Node) -> Iterator[Node]:
    """A node and the values in it, without keys. Those that aliases refer to come as often, which may be very often."""
    yield node
    inside = [value for _, value in node.value] if isinstance(node, MappingNode) else children(node)
    for one in inside:
        yield from descendants(one)


def value_of(mapping: Node, key: str) -> Node | None:
    """The value of an entry, of the last with the key; None without."""
    entries = mapping.value if isinstance(mapping, MappingNode) else ()
    return next((value for name, value in reversed(entries) if name.value == key), None)


def is_list(node: Node | None) -> TypeGuard[SequenceNode]:
    """Whether it is a list that is written out, and no function."""
    return isinstance(node, SequenceNode) and node.tag == LIST


def is_mapping(node: Node | None) -> TypeGuard[MappingNode]:
    """Whether it is a mapping without a tag."""
    return isinstance(node, MappingNode) and node.tag == MAPPING


def function_of(node: Node) -> str | None:
    """The long name of the function that a tag is short for; None without a tag."""
    return long_form(node.tag) if node.tag.startswith("!") else None


def is_in_brackets(node: Node) -> bool:
    """Whether it is a list or a mapping in flow style."""
    return bool(getattr(node, "flow_style", False))


def is_empty(node: Node) -> bool:
    """Whether there is nothing where a value should be, or ``null``."""
    return isinstance(node, ScalarNode) and node.tag == NULL


def merges(mapping: Node) -> bool:
    """Whether entries of other mappings are merged into it."""
    return isinstance(mapping, MappingNode) and any(key.tag == MERGE for key, _ in mapping.value)


def can_be_plain(text: str, *, in_flow: bool) -> bool:
    """Whether a text means itself without quotation marks."""
    if not text or "\n" in text:
        return False
    try:
        (root,) = compose_all(f"[{text}, {text}]" if in_flow else f"- {text}\n- {text}")
    except (YAMLError, ValueError):
        return False
    items = root.value if is_list(root) else ()
    return [(one.tag, one.value) for one in items] == [(PLAIN, text)] * 2
