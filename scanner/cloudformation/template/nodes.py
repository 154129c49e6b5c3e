"""Nodes of YAML to values with their places.

Short-form intrinsics (``!Sub``) come out in their long form by cfn-flip's rules. What the nodes mean is settled here
and not by YAML's constructors, so a date stays the text that was written (see ``scalars``).

Spans: an entry of a mapping runs from its key to the last character of its value, so that a finding about ``Policies``
points at the line that says so. What comes in through an alias or a merge key keeps the place where it is written.

Of entries with the same key the last one counts, as the service has it. A mapping with a key that cannot be read is
known in part only: an unknown under the key ``UNREADABLE`` stands for the entry. A document that refers to itself or is
nested too deeply is left out as a whole. What an alias stands for is charged to the budget each time, since all who go
through the document meet it each time.
"""

from __future__ import annotations

from dataclasses import field

from scanner.budget import spend
from scanner.cause import Cause, CauseKind
from scanner.cloudformation.template.composer import (
    MERGE,
    OTHER,
    PLAIN,
    YAML,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    long_form,
    parts_of_getatt,
    resolved,
)
from scanner.cloudformation.template.keys import UNREADABLE
from scanner.cloudformation.template.placeholders import hint
from scanner.cloudformation.template.scalar_nodes import as_plain, as_tagged, key_of
from scanner.cloudformation.template.sections import RAIN_SOURCE
from scanner.diagnostic import Diagnostic, error
from scanner.lazy_dataclass import dataclass
from scanner.regexes import beginning
from scanner.span import Span
from scanner.values import Value, unknown

MAX_TEMPLATE_DEPTH = 100
"""Levels of nesting. CloudFormation's own templates stay below twenty."""
_STEPS = 5
"""Of a node that an alias stands for: whoever goes through the document goes through it again."""
_STEPS_OF_PROBLEM = 40
INVALID = "Invalid template"
"""Summary of what is wrong with the text of a template."""
RAIN = "!Rain::"
_KNOWN_TAGS = frozenset(
    (
        PLAIN,
        OTHER,
        *(YAML + name for name in ("null", "bool", "int", "float", "timestamp", "str", "value", "merge", "seq", "map")),
    )
)
_TAG = beginning(r"(?:&\S+\s+)?!")


class RefusedError(Exception):
    """A document that is not read at all; its message is a sentence."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.span = span


@dataclass(slots=True)
class Converter:
    """One document's nodes to values. A node that aliases share is converted once."""

    path: str
    lines: list[str]
    problems: list[Diagnostic]
    texts_only: bool
    lines_before: int = 0
    """Where the text is a part of a file."""
    done: dict[int, tuple[Value, int]] = field(default_factory=dict)
    open: set[int] = field(default_factory=set)
    hint: str | None = None
    """A sentence about the text as a whole, once it is wanted."""

    def value(self, root: Node) -> Value:
        """The value of a node by itself."""
        return self._convert(root, 0)[0]

    def entry(self, key_node: Node, value_node: Node) -> Value:
        """The value of an entry of a mapping."""
        return self.placed(key_node, value_node, self.value(value_node))

    def _convert(self, node: Node, depth: int) -> tuple[Value, int]:
        """The value, and the number of nodes that it would have without sharing."""
        key = id(node)
        found = self.done.get(key)
        if found is not None:
            spend(_STEPS * found[1])
            return found
        if key in self.open:
            raise RefusedError("An alias is inside the node that it refers to.", self.span(node))
        if depth > MAX_TEMPLATE_DEPTH:
            raise RefusedError(f"It is nested more than {MAX_TEMPLATE_DEPTH} levels deep.", self.span(node))
        self.open.add(key)
        value, size = self._plain(node, depth)
        if node.tag.startswith(RAIN):
            value = self._rain(node)
        elif node.tag.startswith("!") and len(node.tag) > 1:
            value = Value({long_form(node.tag): value}, value.span)
        elif node.tag not in _KNOWN_TAGS:
            value = self._foreign_tag(node)
        self.open.discard(key)
        self.done[key] = value, size
        return value, size

    def _plain(self, node: Node, depth: int) -> tuple[Value, int]:
        """The node without its short-form intrinsic."""
        match node:
            case MappingNode():
                return self._mapping(node, depth)
            case SequenceNode():
                items = [self._convert(item, depth + 1) for item in node.value]
                return Value(tuple(item for item, _ in items), self.span(node)), 1 + sum(size for _, size in items)
            case ScalarNode():
                return self._scalar(node)
            case _:
                raise TypeError(f"no value for a {type(node).__name__}")

    def _scalar(self, node: ScalarNode) -> tuple[Value, int]:
        if node.tag == "!GetAtt":
            parts = tuple(Value(part, self.span(node)) for part in parts_of_getatt(node))
            return Value(parts, self.span(node)), 1 + len(parts)
        return self._typed(node), 1

    def _typed(self, node: ScalarNode) -> Value:
        span = self.span(node)
        if self.texts_only:
            is_null = as_tagged(node.value, node.tag, span).is_null
            return Value(None if is_null else node.value, span)
        if node.style or self._has_tag(node):
            return as_tagged(node.value, resolved(node.value) if node.tag in (PLAIN, OTHER) else node.tag, span)
        value, problem = as_plain(node.value, span)
        if problem is not None:
            self.problems.append(problem)
        return value

    def _has_tag(self, node: ScalarNode) -> bool:
        """Whether a plain scalar has a tag of its own (``!!str 12``); the composer gives one to each."""
        start = node.start_mark
        return start.line < len(self.lines) and _TAG.match(self.lines[start.line], start.column) is not None

    def _mapping(self, node: MappingNode, depth: int) -> tuple[Value, int]:
        entries: dict[str, Value] = {}
        keys: dict[str, Node] = {}
        merged: dict[str, Value] = {}
        total = 1
        for key_node, value_node in node.value:
            value, size = self._convert(value_node, depth + 1)
            total += size
            if key_node.tag == MERGE:
                self._merge(merged, value, key_node)
                continue
            key = self._key(key_node)
            if key is None:
                entries[UNREADABLE] = self._unreadable("The key of a mapping is not a string.", key_node)
                continue
            if key in keys:
                self._report_duplicate(keys[key], key_node)
            keys.setdefault(key, key_node)
            entries[key] = self.placed(key_node, value_node, value)
        if merged:
            total += len(merged)
            entries = {**merged, **entries}
        return Value(entries, self.span(node)), total

    def _key(self, node: Node) -> str | None:
        """The text of a key; None for what can be none: a mapping, a list, an intrinsic, null."""
        if not isinstance(node, ScalarNode) or node.tag.startswith("!"):
            return None
        key, problem = key_of(node.value, self._typed(node), self.span(node))
        if problem is not None:
            self.problems.append(problem)
        return key

    def _unreadable(self, detail: str, node: Node) -> Value:
        """Stands for entries of a mapping of which not even the key is known; what is wrong is reported."""
        span = self.span(node)
        spend(_STEPS_OF_PROBLEM)
        if self.hint is None:
            self.hint = hint("\n".join(self.lines))
        self.problems.append(error(INVALID, detail + self.hint, span))
        cause = Cause(CauseKind.MALFORMED, f"a mapping with a key on line {span.line} that is not a string", span)
        return unknown(cause, span=span)

    def placed(self, key_node: Node, value_node: Node, value: Value) -> Value:
        """A value as that of an entry, which begins with its key."""
        start = key_node.start_mark
        if value.span is None or value_node.start_mark.index < start.index:
            return value
        line = start.line + 1 + self.lines_before
        return value.at(Span(self.path, line, start.column + 1, value.span.end_line, value.span.end_column))

    def _merge(self, merged: dict[str, Value], value: Value, key_node: Node) -> None:
        for source in value.elements:
            if not isinstance(source.data, dict):
                merged[UNREADABLE] = self._unreadable('What "<<" merges is not a mapping.', key_node)
                continue
            spend(len(source.data))
            for key, entry in source.data.items():
                merged.setdefault(key, entry)

    def _report_duplicate(self, first: Node, second: Node) -> None:
        span = self.span(second)
        detail = (
            f'The key "{second.value}" appears twice, on line {self.span(first).line} and on line {span.line}. '
            "CloudFormation silently takes the last one. Remove the other."
        )
        spend(_STEPS_OF_PROBLEM)
        self.problems.append(error("Duplicate key", detail, span))

    def _foreign_tag(self, node: Node) -> Value:
        span = self.span(node)
        tag = node.tag.replace(YAML, "!!")
        self.problems.append(error(INVALID, f'CloudFormation has no tag "{tag}".', span))
        return unknown(Cause(CauseKind.MALFORMED, f'the tag "{tag}", which is not known', span))

    def _rain(self, node: Node) -> Value:
        span = self.span(node)
        if not any(problem.summary == RAIN_SOURCE for problem in self.problems):
            detail = f'It has "{node.tag}", which is a tag of Rain. Scan the output of `rain pkg`.'
            self.problems.append(error(RAIN_SOURCE, detail, span))
        return unknown(Cause(CauseKind.UNSUPPORTED, f'"{node.tag}" of Rain, which is not followed', span))

    def span(self, node: Node) -> Span:
        """From a node's first character to its last one."""
        start = node.start_mark
        end_line, end_column = self._end(node)
        return Span(self.path, start.line + 1 + self.lines_before, start.column + 1, end_line, end_column)

    def _end(self, node: Node) -> tuple[int, int]:
        """Where the node's last character ends. The marks of block nodes run on to the next token."""
        last = _last_child(node)
        if last is not None:
            return self._end(last)
        line, column = node.end_mark.line, node.end_mark.column
        if getattr(node, "flow_style", None) or getattr(node, "style", None) not in (None, "|", ">"):
            return line + 1 + self.lines_before, column + 1
        before = self.lines[line][:column] if line < len(self.lines) else ""
        while line > node.start_mark.line and not before.strip():
            line -= 1
            before = self.lines[line]
        return line + 1 + self.lines_before, len(before.rstrip()) + 1


def _last_child(node: Node) -> Node | None:
    """What a block collection ends with; None for other nodes, and when that is an alias to something earlier."""
    if not isinstance(node, MappingNode | SequenceNode) or node.flow_style or not node.value:
        return None
    last = node.value[-1][1] if isinstance(node, MappingNode) else node.value[-1]
    after = last.start_mark.index > node.start_mark.index
    return last if after and isinstance(last, Node) else None
