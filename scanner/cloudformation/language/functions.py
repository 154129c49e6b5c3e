"""The intrinsic functions that make values, as a table; not ``Ref``, ``Fn::If`` and the condition functions.

Each takes its evaluated argument, most often a list, and returns a value: unknown with the cause of what it depends on,
or with a cause of its own when it is used in a way that CloudFormation would reject.

An element of a list of which nothing is known, not even a symbol or a piece, may turn out not to be there
(``AWS::NoValue``), or to be several. A joined text has one hole for it and its delimiter.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from scanner.budget import spend
from scanner.cause import Cause, CauseKind
from scanner.cloudformation.language.arguments import Function, arguments, first_unknown, malformed, may_vanish
from scanner.cloudformation.language.lists import availability_zones, cidr, length, select, split
from scanner.cloudformation.language.stack_outputs import export_name, output_name
from scanner.cloudformation.language.steps import go_through
from scanner.cloudformation.language.text import MAX_TEXT, filled, join_text, text_pieces
from scanner.cloudformation.template.keys import UNREADABLE
from scanner.cloudformation.template.scalars import as_text, texts_throughout, without_types
from scanner.regexes import anywhere
from scanner.values import Unknown, Value, holes, pieces, unknown

if TYPE_CHECKING:
    from scanner.cloudformation.language.names import Names
    from scanner.span import Span

_STEPS = 3
"""Of an element, or of one look at it."""
_VARIABLE = anywhere(r"\$\{([^{}]*)\}")


def _get_att(argument: Value, span: Span | None, names: Names) -> Value:
    parts = arguments(argument)
    known = names.resource_named(parts[0]) if parts and parts[0].unknown is not None else None
    if known is not None:
        parts = (Value(known), *parts[1:])
    doubt = first_unknown(parts, span)
    if doubt is not None:
        return doubt
    logical_id, _, name = ".".join(as_text(part.data) or "" for part in parts).partition(".")
    if not logical_id or not name:
        return malformed("Fn::GetAtt without an attribute", span)
    return names.written_attribute(logical_id, name, span)


def _sub(argument: Value, span: Span | None, names: Names) -> Value:
    parts = arguments(argument)
    template = pieces(parts[0]) if parts else None
    doubt = first_unknown(parts[1:], span)
    if doubt is not None:
        return doubt
    variables = parts[1].data if len(parts) == 2 else {}
    if template is None or len(parts) > 2 or not isinstance(variables, Mapping):
        return malformed("Fn::Sub without a string, or without a mapping of variables", span)
    result: list[str | Unknown] = []
    for piece in template:
        # Every second part of a text that is split at its variables is the name of one.
        for number, part in enumerate(_VARIABLE.split(piece) if isinstance(piece, str) else (piece,)):
            if isinstance(part, Unknown) or number % 2 == 0:
                result.append(part)
            elif part.strip().startswith("!"):
                result.append("${" + part.strip()[1:] + "}")
            else:
                spend(_STEPS)
                found = text_pieces(_variable(part.strip(), variables, span, names))
                if found is None:
                    return malformed(f'"{part.strip()}" in Fn::Sub, which is not a string', span)
                result.extend(found)
    return filled(join_text(result, parts[0].span or span), names)


def _variable(name: str, variables: Mapping[str, Value], span: Span | None, names: Names) -> Value:
    if name in variables:
        return variables[name]
    logical_id, _, attribute = name.partition(".")
    return names.written_attribute(logical_id, attribute, span) if attribute else names.reference(name, span)


def _join(argument: Value, span: Span | None, names: Names) -> Value:
    parts = arguments(argument)
    doubt = first_unknown(parts, span)
    if doubt is not None:
        return doubt
    delimiter = parts[0].text
    if len(parts) != 2 or delimiter is None or not isinstance(parts[1].data, tuple):
        return malformed("Fn::Join without a delimiter and a list", span)
    spend(len(parts[1].data))
    result: list[str | Unknown] = []
    separate = False
    for element in parts[1].data:
        found = text_pieces(element)
        if found is None:
            return malformed("an element of Fn::Join that is not a string", span)
        if may_vanish(element):
            result.extend(found)
            continue
        if separate:
            result.append(delimiter)
        result.extend(found)
        separate = True
    return filled(join_text(result, span), names)


def _find_in_map(argument: Value, span: Span | None, names: Names) -> Value | None:
    """A key that is not known leaves several candidates; if all of them are equal, it does not matter."""
    parts = arguments(argument)
    if len(parts) not in (3, 4):
        return malformed("Fn::FindInMap without a map and two keys", span)
    doubt = first_unknown(parts[3:], span)
    if doubt is not None:
        return doubt
    candidates: list[Value] = [Value(names.template.mappings)]
    missing = False
    keys = tuple(names.supposed(key) for key in parts[:3])
    doubt = first_unknown(keys, span)
    for place, key in enumerate(keys):
        spend(_STEPS + len(candidates))
        unread = next((part for found in candidates for part in _unread(found, as_text(key.data))), None)
        if unread is not None:
            return unknown(unread.cause, span=span)
        if key.unknown is not None:
            fitting = _fitting(candidates, keys[place + 1 :])
            if names.is_none_of(key.unknown, fitting):
                candidates, missing = [], True
                continue
            names.look_up(key.unknown, fitting, is_closed=len(parts) == 3)
            candidates = [entry for found in candidates for entry in _entries(found).values()]
            spend(len(candidates))
            continue
        entries = [_entries(found).get(as_text(key.data) or "") for found in candidates]
        missing = missing or None in entries
        candidates = [entry for entry in entries if entry is not None]
    if len(parts) == 4 and parts[3].data == {} and (missing or doubt is not None):  # the default is AWS::NoValue
        return doubt if doubt is not None and candidates else None
    default = _entries(parts[3]).get("DefaultValue") if len(parts) == 4 else None
    if default is not None and (missing or doubt is not None):
        candidates.append(default)
    if not candidates:
        missing_entry = Cause(CauseKind.UNRESOLVED_REFERENCE, "Fn::FindInMap, which finds no entry", span)
        return doubt or unknown(missing_entry, span=span)
    if any(candidate != candidates[0] for candidate in candidates):
        return doubt or malformed("Fn::FindInMap, which finds several entries", span)
    return _literal(candidates[0])


def _unread(value: Value, key: str | None) -> Iterator[Unknown]:
    """Why it is not known what a map has under a key; None is a key that is not known itself."""
    entries = _entries(value)
    hole = value.unknown
    if hole is None and UNREADABLE in entries and (key is None or key not in entries):
        hole = entries[UNREADABLE].unknown
    if hole is not None:
        yield hole


def _fitting(candidates: list[Value], further: tuple[Value, ...]) -> tuple[str, ...]:
    """The keys under which there is something with the further keys, as far as these are known."""
    found: dict[str, None] = {}
    for candidate in candidates:
        spend(_STEPS * len(_entries(candidate)))
        for name, entry in _entries(candidate).items():
            inner = [entry]
            for key in further:
                below = [_entries(one) for one in inner]
                text = as_text(key.data)
                spend(sum(map(len, below)))
                inner = [one for entries in below for name_, one in entries.items() if key.unknown or name_ == text]
            if inner:
                found[name] = None
    return tuple(found)


def _entries(value: Value) -> Mapping[str, Value]:
    return value.entries


def _literal(value: Value) -> Value:
    """A value from a map, in which only dynamic references are left to evaluate."""
    match value.data:
        case str() as text:
            return join_text((text,), value.span)
        case tuple() as items:
            spend(_STEPS * len(items))
            return Value(tuple(_literal(item) for item in items), value.span)
        case _:
            return value


def _base64(argument: Value, span: Span | None, _: Names) -> Value:
    text = as_text(argument.data)
    if text is None:
        return first_unknown((argument,), span) or malformed("the argument of Fn::Base64, which is not a string", span)
    spend(1 + (len(text) >> 6))
    return Value(base64.b64encode(text.encode()).decode(), span)


def _to_json(argument: Value, span: Span | None, __: Names) -> Value:
    if not isinstance(argument.data, tuple | Mapping):
        return first_unknown((argument,), span) or malformed(
            "the argument of Fn::ToJsonString, which is neither a list nor a mapping", span
        )
    for _ in range(2 * _STEPS):
        go_through(argument)
    unknowns = holes(argument)
    if unknowns:
        return Value(Unknown(unknowns[0].cause), span, encodes=texts_throughout(argument))
    text = json.dumps(without_types(argument), separators=(",", ":"), ensure_ascii=False)
    return join_text((text,), span) if len(text) > MAX_TEXT else Value(text, span, encodes=texts_throughout(argument))


def _import_value(argument: Value, span: Span | None, names: Names) -> Value:
    name = export_name(argument)
    if name is not None:
        return names.imported(name, span)
    doubts = holes(argument)
    if not doubts:
        return malformed("Fn::ImportValue without the name of an export", span)
    return unknown(doubts[0].cause, span=span)


def _stack_output(argument: Value, span: Span | None, names: Names) -> Value:
    """An output of another stack, of any account or region, without an export."""
    named = output_name(_entries(argument), names.region)
    if named is None:
        doubts = holes(argument)
        cause = Cause(CauseKind.UNRESOLVED_REFERENCE, "the output of another stack, which is defined elsewhere", span)
        return unknown(doubts[0].cause if doubts else cause, span=span)
    return names.stack_output(named, span)


FUNCTIONS: Mapping[str, Function] = {
    "Fn::Base64": _base64,
    "Fn::Cidr": cidr,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAZs": availability_zones,
    "Fn::GetAtt": _get_att,
    "Fn::GetStackOutput": _stack_output,
    "Fn::ImportValue": _import_value,
    "Fn::Join": _join,
    "Fn::Length": length,
    "Fn::Select": select,
    "Fn::Split": split,
    "Fn::Sub": _sub,
    "Fn::ToJsonString": _to_json,
}
