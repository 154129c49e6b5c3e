"""What ``yamlencode`` and ``yamldecode`` write and read: the YAML 1.2 subset of go-cty-yaml.

Scalars are resolved here because PyYAML's own rules are YAML 1.1 (``010`` is eight there, ten in Terraform).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import field

import yaml

from scanner.budget import spend
from scanner.lazy_dataclass import dataclass
from scanner.regexes import whole
from scanner.terraform.language.conversion import to_text
from scanner.terraform.language.functions.dates import yaml_timestamp
from scanner.terraform.language.functions.sequences import MAX_ELEMENTS
from scanner.terraform.language.functions.signature import (
    FunctionError,
    UnsupportedError,
)
from scanner.terraform.language.numbers import number_text, parse_number
from scanner.values import NULL, Value

MAX_TEXT = 1024 * 1024
"""Characters of YAML that are decoded."""
MAX_YAML_DEPTH = 100
"""Lists and mappings inside one another."""

_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
"""Terraform's YAML library is a translation of libyaml, which folds long lines as PyYAML's own emitter does not."""
_TAG = "tag:yaml.org,2002:"
_WORDS: Mapping[str, bool | None] = {
    **{form: True for word in ("y", "yes", "true", "on") for form in (word, word.title(), word.upper())},
    **{form: False for word in ("n", "no", "false", "off") for form in (word, word.title(), word.upper())},
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
}
_INTEGER = whole(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = whole(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INFINITE = whole(r"[-+]?\.(?:inf|Inf|INF)")


@dataclass(slots=True)
class _Reader:
    """Builds one value from parse events. An alias counts as often as it is used, so that none can explode."""

    events: Iterator[yaml.Event]
    anchors: dict[str, tuple[Value, int]] = field(default_factory=dict)
    size: int = 0

    def value(self, event: yaml.Event, depth: int) -> Value:
        if depth > MAX_YAML_DEPTH:
            raise UnsupportedError(f"the YAML text is nested more than {MAX_YAML_DEPTH} levels deep")
        before = self.size
        self.grow(1)
        match event:
            case yaml.AliasEvent():
                if event.anchor not in self.anchors:
                    raise FunctionError(f'reference to undefined anchor "{event.anchor}".')
                found, size = self.anchors[event.anchor]
                self.grow(size)
                return found
            case yaml.ScalarEvent():
                found = _scalar(event)
            case yaml.SequenceStartEvent():
                _check_tag(event.tag, "seq", "sequence")
                found = Value(tuple(self.items(depth)))
            case yaml.MappingStartEvent():
                _check_tag(event.tag, "map", "mapping")
                found = Value(self.entries(depth))
            case _:
                raise FunctionError("missing start of document.")
        if event.anchor is not None:
            self.anchors[event.anchor] = found, self.size - before
        return found

    def grow(self, count: int) -> None:
        self.size += count
        if self.size > MAX_ELEMENTS:
            raise UnsupportedError(f"the YAML text has more than {MAX_ELEMENTS} values")

    def items(self, depth: int) -> Iterator[Value]:
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            yield self.value(event, depth + 1)

    def entries(self, depth: int) -> dict[str, Value]:
        found: dict[str, Value] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise FunctionError("only strings are allowed as mapping keys.")
            if (event.tag is None and event.value == "<<") or event.tag == f"{_TAG}merge":
                merged = self.value(next(self.events), depth + 1).data
                if not isinstance(merged, Mapping):
                    raise FunctionError("only a mapping can be merged into a mapping.")
                found.update(merged)
                continue
            key = to_text(_scalar(event)).text
            if key is None:
                raise FunctionError("mapping key cannot be null.")
            found[key] = self.value(next(self.events), depth + 1)
        return found


def _check_tag(tag: str | None, wanted: str, kind: str) -> None:
    if tag not in (None, _TAG + wanted):
        raise FunctionError(f"can't interpret {kind} as {tag}.")


def _scalar(event: yaml.ScalarEvent) -> Value:
    tag = (event.tag or "").removeprefix(_TAG)
    text = event.value
    if tag == "str":
        return Value(text)
    if tag == "binary":
        try:
            base64.b64decode(text.replace("\n", ""), validate=True)
        except binascii.Error:
            raise FunctionError("cannot parse a value as binary: not valid base64.") from None
        return Value(text)
    if tag not in ("", "bool", "int", "float", "null", "timestamp"):
        raise FunctionError(f'unsupported tag "{event.tag}".')
    if event.style in ("'", '"'):
        return Value(text)
    resolved = _resolved(text)
    if tag in ("bool", "int", "float", "timestamp") and isinstance(resolved.data, str) and resolved.data == text:
        raise FunctionError(f'cannot parse "{text[:80]}" as {event.tag}.')
    return NULL if tag == "null" else resolved


def _resolved(text: str) -> Value:
    if text in _WORDS:
        return Value(_WORDS[text])
    if text in (".nan", ".NaN", ".NAN"):
        raise FunctionError("floating point NaN is not supported.")
    if _INFINITE.fullmatch(text):
        raise UnsupportedError("a number in the YAML text is infinite")
    timestamp = yaml_timestamp(text)
    if timestamp is not None:
        return Value(timestamp)
    if _INTEGER.fullmatch(text) or _FLOAT.fullmatch(text):
        based = text[:2] in ("0o", "0x") and len(text) < MAX_YAML_DEPTH
        amount = int(text, 0) if based else parse_number(text)
        if amount is None:
            raise UnsupportedError("a number in the YAML text is out of range")
        return Value(amount)
    return Value(text)


_STEPS = 6
"""What it costs to read a character: libyaml is not used, for it does not say all that is needed."""


def decoded(text: str) -> Value:
    """What a text says. Raises ``FunctionError``."""
    if len(text) > MAX_TEXT:
        raise UnsupportedError(f"the YAML text is longer than {MAX_TEXT} characters")
    spend(_STEPS * len(text))
    try:
        reader = _Reader(iter(yaml.parse(text, Loader=yaml.SafeLoader)))
        next(reader.events)
        if not isinstance(next(reader.events), yaml.DocumentStartEvent):
            raise FunctionError("on line 1, column 1: missing start of document.")
        found = reader.value(next(reader.events), 0)
        next(reader.events)
        if not isinstance(next(reader.events), yaml.StreamEndEvent):
            raise FunctionError("unexpected extra content after value.")
    except yaml.YAMLError as problem:
        raise FunctionError(f"the text is not valid YAML: {' '.join(str(problem).split())}.") from problem
    return found


def _events(value: Value, depth: int) -> Iterator[yaml.Event]:
    if depth > MAX_YAML_DEPTH:
        raise UnsupportedError(f"the value is nested more than {MAX_YAML_DEPTH} levels deep")
    match value.data:
        case tuple() as items:
            yield yaml.SequenceStartEvent(None, None, True, flow_style=False)
            for item in items:
                yield from _events(item, depth + 1)
            yield yaml.SequenceEndEvent()
        case Mapping() as entries:
            yield yaml.MappingStartEvent(None, None, True, flow_style=False)
            for name in sorted(entries):
                yield _written(name, quoted=True)
                yield from _events(entries[name], depth + 1)
            yield yaml.MappingEndEvent()
        case str(text):
            yield _written(text, quoted=True)
        case None:
            yield _written("null", quoted=False)
        case bool(flag):
            yield _written("true" if flag else "false", quoted=False)
        case number:
            yield _written(number_text(number), quoted=False)  # type: ignore[arg-type] # unknowns do not come here


def _written(text: str, *, quoted: bool) -> yaml.Event:
    style = None if not quoted else "|" if "\n" in text else '"'
    return yaml.ScalarEvent(None, None, (True, True), text, style=style)


def encoded(value: Value) -> Value:
    """A value as YAML. Nothing in it is unknown. Raises ``FunctionError``."""
    start = (yaml.StreamStartEvent(), yaml.DocumentStartEvent(explicit=False))
    end = (yaml.DocumentEndEvent(explicit=False), yaml.StreamEndEvent())
    text: str = yaml.emit((*start, *_events(value, 0), *end), Dumper=_DUMPER, allow_unicode=True)
    if text.endswith("\n...\n"):
        text = text.removesuffix("...\n")
    # Terraform ends a document that is one plain scalar with a marker, and no other.
    return Value(text if isinstance(value.data, str | tuple | Mapping) else f"{text}...\n")
