"""Reads YAML (1.1, as PyYAML has it) with places. JSON is read as well: it is nearly all YAML."""

from __future__ import annotations

import yaml

from scanner.configuration.errors import MistakeError
from scanner.configuration.tree import Entry, Listing, Node, Scalar, ScalarKind, Table
from scanner.span import Span

_KINDS = {
    "tag:yaml.org,2002:str": ScalarKind.STRING,
    "tag:yaml.org,2002:value": ScalarKind.STRING,
    "tag:yaml.org,2002:merge": ScalarKind.STRING,
    "tag:yaml.org,2002:int": ScalarKind.NUMBER,
    "tag:yaml.org,2002:float": ScalarKind.NUMBER,
    "tag:yaml.org,2002:bool": ScalarKind.BOOLEAN,
    "tag:yaml.org,2002:timestamp": ScalarKind.DATE,
    "tag:yaml.org,2002:null": ScalarKind.NULL,
}
_TRUE = frozenset({"yes", "true", "on"})
_MAX_NODES = 100_000
"""An alias counts as often as it stands somewhere, so a small file may have very many nodes."""
_MAX_DEPTH = 50


class _Loader(yaml.SafeLoader):
    """Stops at what is too deep before it has gone through it: each level takes PyYAML longer than the one before."""

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """One node with all that is in it."""
        if self._depth > _MAX_DEPTH:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call] # its stubs have no types
            raise yaml.MarkedYAMLError(problem="it is nested too deep", problem_mark=mark)
        self._depth += 1
        node: yaml.Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node


def parse_yaml(text: str, path: str) -> Node | None:
    """What the file says; None if it says nothing. Raises ``MistakeError``."""
    try:
        node = yaml.compose(text, Loader=_Loader)
    except (yaml.YAMLError, RecursionError) as problem:
        mark = getattr(problem, "problem_mark", None)
        what = getattr(problem, "problem", None) or "it is nested too deep"
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        raise MistakeError(f"it is not valid YAML: {what}", Span(path, line, column, line, column)) from problem
    return None if node is None else _Reader(path).node(node, 0)


class _Reader:
    def __init__(self, path: str) -> None:
        self._path = path
        self._count = 0

    def node(self, node: yaml.Node, depth: int) -> Node:
        self._count += 1
        span = self._span(node)
        if self._count > _MAX_NODES or depth > _MAX_DEPTH:
            raise MistakeError("it is larger than any configuration; do aliases repeat each other?", span)
        match node:
            case yaml.ScalarNode():
                return self._scalar(node, span)
            case yaml.SequenceNode():
                return Listing(tuple(self.node(item, depth + 1) for item in node.value), span)
            case yaml.MappingNode():
                return self._table(node, span, depth)
            case _:
                raise MistakeError("it is not valid YAML", span)

    def _scalar(self, node: yaml.ScalarNode, span: Span) -> Scalar:
        kind = _KINDS.get(node.tag)
        if kind is None:
            raise MistakeError(f'the tag "{node.tag}" means nothing in a configuration', span)
        text: str = node.value
        if kind is ScalarKind.BOOLEAN:
            text = "true" if text.lower() in _TRUE else "false"
        return Scalar(kind, text, span)

    def _table(self, node: yaml.MappingNode, span: Span, depth: int) -> Table:
        entries: dict[str, Entry] = {}
        for key, value in node.value:
            where = self._span(key)
            if not isinstance(key, yaml.ScalarNode):
                raise MistakeError("a key must be a string", where)
            if key.value in entries:
                raise MistakeError(f'the key "{key.value}" is already on line {entries[key.value].span.line}', where)
            entries[key.value] = Entry(key.value, where, self.node(value, depth + 1))
        return Table(tuple(entries.values()), span)

    def _span(self, node: yaml.Node) -> Span:
        start, end = node.start_mark, node.end_mark
        return Span(self._path, start.line + 1, start.column + 1, end.line + 1, end.column + 1)
