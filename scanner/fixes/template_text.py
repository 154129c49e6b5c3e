"""The text of a template, JSON or YAML, as what one may ask it and change in it whichever it is.

JSON is YAML to the reader of templates, but is changed as JSON.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from scanner import json_tree
from scanner.fixes import json_edits
from scanner.fixes.json_edits import JsonText
from scanner.json_tree import Array, JSONError, Object, Scalar
from scanner.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from scanner.fix import Edit
    from scanner.fixes.new_data import Data
    from scanner.fixes.source import Source
    from scanner.fixes.yaml_text import YamlText
    from scanner.span import Span

_MAX_DEPTH = 200
Node = Any
"""A node of the notation. Nobody looks into it but the text that it is of."""


@dataclass(frozen=True, slots=True)
class Part:
    """An item of a list, an entry of a mapping, or a document."""

    key: str | None
    """Of an entry."""
    start: int
    """Where it begins: an entry with its key."""
    end: int
    node: Node
    """Its value."""


class TemplateText(Protocol):
    """What both notations can do. Edits are None where they cannot be made."""

    source: Source

    def documents(self) -> list[Part]:
        """The values that stand by themselves."""

    def parts(self, node: Node) -> Iterator[Part]:
        """What a list, a mapping, or a function consists of; nothing for a scalar."""

    def is_shared(self, node: Node, /) -> bool:
        """Whether it stands in other places too."""

    def is_list(self, node: Node) -> bool:
        """Whether it is a list that is written out."""

    def is_mapping(self, node: Node) -> bool:
        """Whether it is a mapping, which may be the long form of a function."""

    def is_empty(self, node: Node) -> bool:
        """Whether it is null."""

    def merges(self, mapping: Node) -> bool:
        """Whether it has entries that stand elsewhere."""

    def scalar(self, node: Node) -> str | None:
        """The text of a scalar, of the argument of a short function too; None for anything else."""

    def text(self, node: Node) -> str | None:
        """The text that a scalar is; None for anything else, and for functions."""

    def inside(self, node: Node) -> tuple[int, int] | None:
        """Where the text of a scalar stands as it reads, but for blanks and line ends; None where it does not."""

    def function(self, node: Node) -> str | None:
        """The long name of the function that gives the value; None where it is written out."""

    def append(self, node: Node, new: Sequence[Data], behind: Node | None = None) -> tuple[Edit, ...] | None:
        """Put items behind one of a list, or behind its last."""

    def add(self, mapping: Node, key: str, value: Data, behind: Node | None = None) -> tuple[Edit, ...] | None:
        """Put an entry behind the one with a value, or behind the last."""

    def fill(self, mapping: Node, key: str, value: Data) -> tuple[Edit, ...] | None:
        """Give a value to an entry that has none."""

    def replace(self, node: Node, new: Data) -> tuple[Edit, ...] | None:
        """Put something else in the place of a value that is on one line."""

    def make_list(self, mapping: Node, key: str, new: Sequence[Data]) -> tuple[Edit, ...] | None:
        """Make a list of the value of an entry and others."""

    def replace_end(self, scalar: Node, old: str, new: str) -> Edit | None:
        """Put a text in the place of another at the end of a scalar."""


@lru_cache(maxsize=8)
def template_text(source: Source) -> TemplateText | None:
    """The text of a file; None where it is neither JSON nor YAML, or cannot be changed safely.

    Remembered for a while, since a file is asked for all that is found in it.
    """
    if source.text.lstrip()[:1] == "{":
        try:
            return _Json(JsonText(source, json_tree.parse(source.text, max_depth=_MAX_DEPTH)))
        except (JSONError, RecursionError):
            pass  # YAML in flow style, or nothing
    from scanner.fixes.yaml_text import yaml_text

    text = yaml_text(source)
    return None if text is None else _Yaml(text)


def value(text: TemplateText, mapping: Node, key: str) -> Node | None:
    """The value of an entry, of the last with the key; None without."""
    return next((part.node for part in reversed(list(text.parts(mapping))) if part.key == key), None)


def way_to(text: TemplateText, span: Span) -> list[Part]:
    """The parts that a region is in, or is, from the document inwards. Empty where it is in none."""
    start, end = text.source.range(span)
    way: list[Part] = []
    inside = iter(text.documents())
    while True:
        part = next((one for one in inside if one.start <= start and end <= one.end), None)
        if part is None:
            return way
        way.append(part)
        inside = text.parts(part.node)


def scalars(text: TemplateText, node: Node) -> Iterator[tuple[str, Node]]:
    """The scalars in a node, each once, in the order in which they stand there; keys are none."""
    seen: set[int] = set()
    pending = [node]
    while pending:
        one = pending.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        own = text.scalar(one)
        if own is not None:
            yield own, one
        pending += reversed([part.node for part in text.parts(one)])


def _only_key(text: TemplateText, node: Node) -> str | None:
    keys = [part.key for part in text.parts(node)] if text.is_mapping(node) else []
    return keys[0] if len(keys) == 1 else None


class _Json:
    """JSON."""

    def __init__(self, text: JsonText) -> None:
        self.source = text.source
        self._text = text

    def documents(self) -> list[Part]:
        root = self._text.root
        return [Part(None, root.start, root.end, root)]

    def parts(self, node: json_tree.Node) -> Iterator[Part]:
        if isinstance(node, Object):
            yield from (Part(one.key, one.start, one.value.end, one.value) for one in node.members)
        elif isinstance(node, Array):
            yield from (Part(None, one.start, one.end, one) for one in node.items)

    def is_shared(self, _node: json_tree.Node) -> bool:
        return False

    def is_list(self, node: json_tree.Node) -> bool:
        return isinstance(node, Array)

    def is_mapping(self, node: json_tree.Node) -> bool:
        return isinstance(node, Object)

    def is_empty(self, node: json_tree.Node) -> bool:
        return isinstance(node, Scalar) and node.value is None

    def merges(self, mapping: json_tree.Node) -> bool:
        return any(part.key == "<<" for part in self.parts(mapping))  # which the reader takes for YAML's

    def scalar(self, node: json_tree.Node) -> str | None:
        return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None

    text = scalar

    def inside(self, _node: json_tree.Node) -> tuple[int, int] | None:
        return None  # quotation marks in it have backslashes

    def function(self, node: json_tree.Node) -> str | None:
        return _only_key(self, node)

    def append(
        self, node: json_tree.Node, new: Sequence[Data], behind: json_tree.Node | None = None
    ) -> tuple[Edit, ...] | None:
        return json_edits.append(self._text, node, new, behind) if isinstance(node, Array) else None

    def add(
        self, mapping: json_tree.Node, key: str, value: Data, behind: json_tree.Node | None = None
    ) -> tuple[Edit, ...] | None:
        if not isinstance(mapping, Object):
            return None
        member = next((one for one in mapping.members if one.value is behind), None)
        return json_edits.add_member(self._text, mapping, key, value, member)

    def fill(self, mapping: json_tree.Node, key: str, value: Data) -> tuple[Edit, ...] | None:
        return json_edits.replace(self._text, self._value(mapping, key), value)

    def replace(self, node: json_tree.Node, new: Data) -> tuple[Edit, ...] | None:
        return json_edits.replace(self._text, node, new)

    def make_list(self, mapping: json_tree.Node, key: str, new: Sequence[Data]) -> tuple[Edit, ...] | None:
        return json_edits.make_list(self._text, self._value(mapping, key), new)

    def replace_end(self, scalar: json_tree.Node, old: str, new: str) -> Edit | None:
        end = scalar.end - 1
        if self._text.text(end - len(old), scalar.end) != f'{old}"':
            return None
        return self._text.edit(end - len(old), end, new)

    def _value(self, mapping: json_tree.Node, key: str) -> json_tree.Node:
        found: Any = value(self, mapping, key)
        node: json_tree.Node = found
        return node


class _Yaml:
    """YAML."""

    def __init__(self, text: YamlText) -> None:
        from scanner.fixes import yaml_edits, yaml_text

        self.source = text.source
        self._text = text
        self._edits, self._nodes = yaml_edits, yaml_text

    def documents(self) -> list[Part]:
        return [self._part(None, root, root) for root in self._text.roots]

    def parts(self, node: Node) -> Iterator[Part]:
        for one in node.value if not isinstance(node.value, str) else ():
            if isinstance(one, tuple):
                key = one[0].value if isinstance(one[0].value, str) else None
                yield self._part(key, *one)
            else:
                yield self._part(None, one, one)

    def _part(self, key: str | None, first: Node, last: Node) -> Part:
        text = self._text
        start = text.start(first)
        # What an alias stands for is somewhere else, so the entry is of no use to look for a place.
        return Part(key, start, max(text.end(last), start) if text.start(last) >= start else start, last)

    def is_shared(self, node: Node) -> bool:
        return self._text.is_shared(node)

    def is_list(self, node: Node) -> bool:
        return self._nodes.is_list(node)

    def is_mapping(self, node: Node) -> bool:
        return self._nodes.is_mapping(node)

    def is_empty(self, node: Node) -> bool:
        return self._nodes.is_empty(node)

    def merges(self, mapping: Node) -> bool:
        return self._nodes.merges(mapping)

    def scalar(self, node: Node) -> str | None:
        return node.value if isinstance(node.value, str) else None

    def text(self, node: Node) -> str | None:
        return None if node.tag.startswith("!") else self.scalar(node)

    def inside(self, node: Node) -> tuple[int, int] | None:
        return None if self.scalar(node) is None else self._text.inside(node)

    def function(self, node: Node) -> str | None:
        return self._nodes.function_of(node) or _only_key(self, node)

    def append(self, node: Node, new: Sequence[Data], behind: Node | None = None) -> tuple[Edit, ...] | None:
        return self._edits.append(self._text, node, new, behind)

    def add(self, mapping: Node, key: str, value: Data, behind: Node | None = None) -> tuple[Edit, ...] | None:
        return self._edits.add_entry(self._text, mapping, key, value, behind)

    def fill(self, mapping: Node, key: str, value: Data) -> tuple[Edit, ...] | None:
        return self._edits.fill(self._text, mapping, key, value)

    def replace(self, node: Node, new: Data) -> tuple[Edit, ...] | None:
        return self._edits.replace(self._text, node, new)

    def make_list(self, mapping: Node, key: str, new: Sequence[Data]) -> tuple[Edit, ...] | None:
        return self._edits.make_list(self._text, mapping, key, new)

    def replace_end(self, scalar: Node, old: str, new: str) -> Edit | None:
        return self._edits.replace_end(self._text, scalar, old, new)
