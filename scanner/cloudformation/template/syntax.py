"""Template text, YAML or JSON, to a tree of values with spans.

Both notations go through YAML's composer, which gives every node its position; short-form intrinsics (``!Sub``) come
out in their long form by cfn-flip's rules. What the nodes mean is settled here and not by YAML's constructors, so a
date stays the text that was written (see ``scalars``).

Spans: an entry of a mapping runs from its key to the last character of its value, so that a finding about ``Policies``
points at the line that says so. What comes in through an alias or a merge key keeps the place where it is written.

What cannot be read is a diagnostic. Of entries with the same key the last one counts, as the service has it. A mapping
with a key that cannot be read is known in part only: an unknown under the key ``UNREADABLE`` stands for the entry. A
document that refers to itself, is nested too deeply or grows too large through its aliases is left out as a whole.
"""

from __future__ import annotations

import json
import re
from dataclasses import field
from functools import lru_cache
from typing import Any

import yaml
from cfn_tools.yaml_loader import FN_PREFIX, UNCONVERTED_SUFFIXES, CfnYamlLoader, construct_getatt

from scanner.cause import Cause, CauseKind
from scanner.cloudformation.template.placeholders import hint
from scanner.cloudformation.template.scalar_nodes import as_plain, as_tagged, key_of
from scanner.cloudformation.template.sections import RAIN_SOURCE, UNREADABLE
from scanner.diagnostic import Diagnostic, error
from scanner.lazy_dataclass import dataclass
from scanner.span import LineIndex, Span
from scanner.values import Value, unknown

MAX_TEMPLATE_DEPTH = 100
"""Levels of nesting. CloudFormation's own templates stay below twenty."""
MAX_NODES = 400_000
"""Nodes of one document, counting what an alias stands for each time. A template may have a megabyte of text."""

# libyaml's parser gives the same marks and tags as cfn-flip's loader, ten times as fast, but is not in every PyYAML.
_Loader: Any = getattr(yaml, "CSafeLoader", CfnYamlLoader)

_INVALID = "Invalid template"
_YAML = "tag:yaml.org,2002:"
_MERGE = _YAML + "merge"
_RAIN = "!Rain::"
_KNOWN_TAGS = frozenset(
    _YAML + name for name in ("null", "bool", "int", "float", "timestamp", "str", "value", "merge", "seq", "map")
)
_ESCAPE = re.compile(r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|.)", re.DOTALL)

_TAG = re.compile(r"(?:&\S+\s+)?!")


@dataclass(frozen=True, slots=True)
class Parsed:
    """The documents that could be read, in order, and what is wrong with the others."""

    documents: tuple[Value, ...]
    diagnostics: tuple[Diagnostic, ...]


@lru_cache(maxsize=8)
def parse(text: str, path: str, *, texts_only: bool = False) -> Parsed:
    """Every document of a YAML stream, or the one JSON document. Empty documents are left out.

    ``texts_only`` takes every scalar but null for the text that stands there, in files that others than CloudFormation
    read.

    Remembered for a while, since a template is evaluated once for each scenario.
    """
    text = text.removeprefix("\ufeff")
    if text.lstrip()[:1] == "{":
        broken_json = _json_error(text, path)
        if broken_json is not None:
            return Parsed((), (broken_json,))
        text = _json_as_yaml(text)
    lines = text.split("\n")
    documents: list[Value] = []
    problems: list[Diagnostic] = []
    try:
        for root in yaml.compose_all(text, Loader=_Loader):
            converter = _Converter(path, lines, problems, texts_only)
            try:
                document = converter.value(root)
            except _RefusedError as refused:
                problems.append(error("Template refused", str(refused), refused.span))
                continue
            if not document.is_null:
                documents.append(document)
    except yaml.MarkedYAMLError as broken:
        problems.append(_syntax_error(broken, text, path))
    except yaml.reader.ReaderError as broken:
        span = LineIndex(path, text).span(broken.position, broken.position)
        problems.append(error(_INVALID, f"It has a character that YAML forbids: {broken.reason}.", span))
    except RecursionError:  # cfn-flip's loader, which libyaml replaces, has no bound of its own
        problems.append(
            error(
                "Template refused", f"It is nested more than {MAX_TEMPLATE_DEPTH} levels deep.", Span(path, 1, 1, 1, 1)
            )
        )
    if problems and hint(text) and all(one.summary == _INVALID for one in problems):
        problems = problems[:1]  # each of its marks is one more
    return Parsed(tuple(documents), tuple(problems))


def _json_error(text: str, path: str) -> Diagnostic | None:
    """What is wrong with JSON that YAML would take for something else: comments, say, become part of the next key.

    What begins with a brace and is neither called JSON nor commented in its way may be YAML in flow style.
    """
    try:
        json.loads(text)
    except json.JSONDecodeError as problem:
        rest = text[problem.pos :].lstrip(" \t\r\n,")
        is_comment = rest.startswith(("//", "/*")) or (rest.startswith("#") and path.endswith(".json"))
        if not is_comment and not path.endswith(".json"):
            return None
        why = "JSON has no comments" if is_comment else problem.msg[:1].lower() + problem.msg[1:]
        span = LineIndex(path, text).span(problem.pos, problem.pos + 1)
        return error(_INVALID, f"It is not valid JSON: {why}.{hint(text)}", span)
    except (RecursionError, ValueError):  # nested too deeply, or a number too long: the YAML reader has bounds
        return None
    return None


def _json_as_yaml(text: str) -> str:
    """JSON that YAML reads alike: tabs are not indentation, and a character has one escape, not two surrogates."""
    text = text.replace("\t", " ")
    if "\\u" not in text:
        return text

    def joined(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0]
        high, low = int(found[1], 16), int(found[2], 16)
        return f"\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"

    return _ESCAPE.sub(joined, text)


def _syntax_error(broken: yaml.MarkedYAMLError, text: str, path: str) -> Diagnostic:
    mark = broken.problem_mark or broken.context_mark
    span = Span.whole_file(path)
    if mark is not None:
        # What is missing at the end is said to be missing on the line after it.
        end = LineIndex(path, text).span(len(text.rstrip()), len(text.rstrip()))
        place = Span(path, mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2)
        span = min(place, end)
    what = "JSON" if text.lstrip()[:1] == "{" else "YAML"
    context = f" {broken.context}" if broken.context else ""
    detail = f"It is not valid {what}: {broken.problem or 'it cannot be read'}{context}."
    return error(_INVALID, detail + hint(text), span)


class _RefusedError(Exception):
    """A document that is not read at all; its message is a sentence."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.span = span


@dataclass(slots=True)
class _Converter:
    """One document's nodes to values. A node that aliases share is converted once."""

    path: str
    lines: list[str]
    problems: list[Diagnostic]
    texts_only: bool
    done: dict[int, tuple[Value, int]] = field(default_factory=dict)
    open: set[int] = field(default_factory=set)

    def value(self, root: yaml.Node) -> Value:
        return self._convert(root, 0)[0]

    def _convert(self, node: yaml.Node, depth: int) -> tuple[Value, int]:
        """The value, and the number of nodes that it would have without sharing."""
        key = id(node)
        found = self.done.get(key)
        if found is not None:
            return found
        if key in self.open:
            raise _RefusedError("An alias is inside the node that it refers to.", self._span(node))
        if depth > MAX_TEMPLATE_DEPTH:
            raise _RefusedError(f"It is nested more than {MAX_TEMPLATE_DEPTH} levels deep.", self._span(node))
        self.open.add(key)
        value, size = self._plain(node, depth)
        if node.tag.startswith(_RAIN):
            value = self._rain(node)
        elif node.tag.startswith("!") and len(node.tag) > 1:
            value = Value({_long_form(node.tag): value}, value.span)
        elif node.tag not in _KNOWN_TAGS:
            value = self._foreign_tag(node)
        self.open.discard(key)
        if size > MAX_NODES:
            raise _RefusedError(f"Its aliases stand for more than {MAX_NODES:,} nodes.", self._span(node))
        self.done[key] = value, size
        return value, size

    def _plain(self, node: yaml.Node, depth: int) -> tuple[Value, int]:
        """The node without its short-form intrinsic."""
        match node:
            case yaml.MappingNode():
                return self._mapping(node, depth)
            case yaml.SequenceNode():
                items = [self._convert(item, depth + 1) for item in node.value]
                return Value(tuple(item for item, _ in items), self._span(node)), 1 + sum(size for _, size in items)
            case yaml.ScalarNode():
                return self._scalar(node)
            case _:
                raise TypeError(f"no value for a {type(node).__name__}")

    def _scalar(self, node: yaml.ScalarNode) -> tuple[Value, int]:
        if node.tag == "!GetAtt":
            parts = tuple(Value(part, self._span(node)) for part in construct_getatt(node))
            return Value(parts, self._span(node)), 1 + len(parts)
        return self._typed(node), 1

    def _typed(self, node: yaml.ScalarNode) -> Value:
        span = self._span(node)
        if self.texts_only:
            is_null = as_tagged(node.value, node.tag, span).is_null
            return Value(None if is_null else node.value, span)
        if node.style or self._has_tag(node):
            return as_tagged(node.value, node.tag, span)
        value, problem = as_plain(node.value, span)
        if problem is not None:
            self.problems.append(problem)
        return value

    def _has_tag(self, node: yaml.ScalarNode) -> bool:
        """Whether a plain scalar has a tag of its own (``!!str 12``); the composer gives one to each."""
        start = node.start_mark
        return start.line < len(self.lines) and _TAG.match(self.lines[start.line], start.column) is not None

    def _mapping(self, node: yaml.MappingNode, depth: int) -> tuple[Value, int]:
        entries: dict[str, Value] = {}
        keys: dict[str, yaml.Node] = {}
        merged: dict[str, Value] = {}
        total = 1
        for key_node, value_node in node.value:
            value, size = self._convert(value_node, depth + 1)
            total += size
            if key_node.tag == _MERGE:
                self._merge(merged, value, key_node)
                continue
            key = self._key(key_node)
            if key is None:
                entries[UNREADABLE] = self._unreadable("The key of a mapping is not a string.", key_node)
                continue
            if key in keys:
                self._report_duplicate(keys[key], key_node)
            keys.setdefault(key, key_node)
            entries[key] = self._entry(key_node, value_node, value)
        if merged:
            total += len(merged)
            entries = {**merged, **entries}
        return Value(entries, self._span(node)), total

    def _key(self, node: yaml.Node) -> str | None:
        """The text of a key; None for what can be none: a mapping, a list, an intrinsic, null."""
        if not isinstance(node, yaml.ScalarNode) or node.tag.startswith("!"):
            return None
        key, problem = key_of(node.value, self._typed(node), self._span(node))
        if problem is not None:
            self.problems.append(problem)
        return key

    def _unreadable(self, detail: str, node: yaml.Node) -> Value:
        """Stands for entries of a mapping of which not even the key is known; what is wrong is reported."""
        span = self._span(node)
        self.problems.append(error(_INVALID, detail + hint("\n".join(self.lines)), span))
        cause = Cause(CauseKind.MALFORMED, f"a mapping with a key on line {span.line} that is not a string", span)
        return unknown(cause, span=span)

    def _entry(self, key_node: yaml.Node, value_node: yaml.Node, value: Value) -> Value:
        start = key_node.start_mark
        if value.span is None or value_node.start_mark.index < start.index:
            return value
        end = value.span
        return value.at(Span(self.path, start.line + 1, start.column + 1, end.end_line, end.end_column))

    def _merge(self, merged: dict[str, Value], value: Value, key_node: yaml.Node) -> None:
        for source in value.elements:
            if not isinstance(source.data, dict):
                merged[UNREADABLE] = self._unreadable('What "<<" merges is not a mapping.', key_node)
                continue
            for key, entry in source.data.items():
                merged.setdefault(key, entry)

    def _report_duplicate(self, first: yaml.Node, second: yaml.Node) -> None:
        span = self._span(second)
        detail = (
            f'The key "{second.value}" appears twice, on line {first.start_mark.line + 1} and on line {span.line}. '
            "CloudFormation silently takes the last one. Remove the other."
        )
        self.problems.append(error("Duplicate key", detail, span))

    def _foreign_tag(self, node: yaml.Node) -> Value:
        span = self._span(node)
        tag = node.tag.replace(_YAML, "!!")
        self.problems.append(error(_INVALID, f'CloudFormation has no tag "{tag}".', span))
        return unknown(Cause(CauseKind.MALFORMED, f'the tag "{tag}", which is not known', span))

    def _rain(self, node: yaml.Node) -> Value:
        span = self._span(node)
        if not any(problem.summary == RAIN_SOURCE for problem in self.problems):
            detail = f'It has "{node.tag}", which is a tag of Rain. Scan the output of `rain pkg`.'
            self.problems.append(error(RAIN_SOURCE, detail, span))
        return unknown(Cause(CauseKind.UNSUPPORTED, f'"{node.tag}" of Rain, which is not followed', span))

    def _span(self, node: yaml.Node) -> Span:
        start = node.start_mark
        end_line, end_column = self._end(node)
        return Span(self.path, start.line + 1, start.column + 1, end_line, end_column)

    def _end(self, node: yaml.Node) -> tuple[int, int]:
        """Where the node's last character ends. The marks of block nodes run on to the next token."""
        last = _last_child(node)
        if last is not None:
            return self._end(last)
        line, column = node.end_mark.line, node.end_mark.column
        if getattr(node, "flow_style", None) or getattr(node, "style", None) not in (None, "|", ">"):
            return line + 1, column + 1
        before = self.lines[line][:column] if line < len(self.lines) else ""
        while line > node.start_mark.line and not before.strip():
            line -= 1
            before = self.lines[line]
        return line + 1, len(before.rstrip()) + 1


def _last_child(node: yaml.Node) -> yaml.Node | None:
    """What a block collection ends with; None for other nodes, and when that is an alias to something earlier."""
    if not isinstance(node, yaml.CollectionNode) or node.flow_style or not node.value:
        return None
    last = node.value[-1][1] if isinstance(node, yaml.MappingNode) else node.value[-1]
    after = last.start_mark.index > node.start_mark.index
    return last if after and isinstance(last, yaml.Node) else None


def _long_form(tag: str) -> str:
    suffix = tag[1:]
    return suffix if suffix in UNCONVERTED_SUFFIXES else FN_PREFIX + suffix
