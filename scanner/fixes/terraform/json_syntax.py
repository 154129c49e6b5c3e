"""Attachments in Terraform's JSON syntax: the same as in native syntax, as properties of objects.

https://developer.hashicorp.com/terraform/language/syntax/json
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from scanner import json_tree
from scanner.fix import Edit
from scanner.fixes.terraform.attachments import ATTACHMENTS, IN_A_LIST, OF_IDENTITY, free_label, like, looped
from scanner.fixes.text.files import Files
from scanner.fixes.text.json_edits import JsonText, add_member, append
from scanner.fixes.text.new_data import Data, Verbatim
from scanner.fixes.text.source import Source
from scanner.fixes.way import POLICY, Way, policy_arn
from scanner.iam.principal import AttachedPolicy
from scanner.json_tree import Array, Member, Node, Object, Scalar
from scanner.lazy_dataclass import dataclass
from scanner.span import Span
from scanner.terraform.language.place import MAX_NESTING


@dataclass(frozen=True, slots=True)
class _Resource:
    """A resource, and the objects that it stands in."""

    kind: str
    label: str
    body: Object
    of_kind: Object
    """With all resources of the type."""
    all: Object
    """With all types."""


def beside(policy: AttachedPolicy, files: Files, partition: str) -> Iterator[Way]:
    """Ways to put the policy beside one that the principal has, the most likely first."""
    place = policy.written
    named_in = files.get(place.path) if place is not None else None
    text = _read(named_in) if named_in is not None else None
    if text is not None and place is not None:
        yield from _in_list(text, place, partition)
    source = files.get(policy.span.path)
    attached = _read(source) if source is not None else None
    found = _resource_at(attached, policy.span) if attached is not None else None
    if attached is not None and found is not None and found.kind in ATTACHMENTS:
        yield from _alike(attached, found, files, partition)


def of_its_own(span: Span, keys: Sequence[str] | None, files: Files, partition: str) -> Iterator[Way]:
    """An attachment next to an identity; ``keys`` are those of the instances that are meant, None for all."""
    source = files.get(span.path)
    text = _read(source) if source is not None else None
    found = _resource_at(text, span) if text is not None else None
    if text is None or found is None or found.kind not in {**OF_IDENTITY, **IN_A_LIST}:
        return
    members = {one.key: one.value for one in found.body.members}
    identity = f"{found.kind}.{found.label}"
    name = IN_A_LIST.get(found.kind)
    if name is not None and (name in members or found.kind not in OF_IDENTITY):
        listed = members.get(name)
        if listed is None:
            yield Way(f"attach {POLICY} to {identity}", add_member(text, found.body, name, [policy_arn(partition)]))
        elif isinstance(listed, Array):
            yield Way(f"attach {POLICY} to {identity}", append(text, listed, [policy_arn(partition)]))
        return
    kind, attributes = OF_IDENTITY[found.kind]
    pairs, one = looped(identity, [name for name in ("count", "for_each") if name in members], keys)
    new: dict[str, Data] = {name: f"${{{value}}}" for name, value in pairs}
    if "provider" in members:
        new["provider"] = Verbatim(text.text(members["provider"].start, members["provider"].end))
    new |= {name: f"${{{one}.{attribute}}}" for name, attribute in attributes.items()}
    new[ATTACHMENTS[kind].policy] = policy_arn(partition)
    yield Way(f"attach {POLICY} to {identity}", _added(text, found, kind, new, files))


def _in_list(text: JsonText, place: Span, partition: str) -> Iterator[Way]:
    start, end = text.source.range(place)
    way = _way(text.root, start, end)
    if len(way) < 2 or not isinstance(way[-1], Scalar) or not isinstance(way[-2], Array):
        return
    where = f"to the list on line {place.line} of {text.source.path}"
    written = Verbatim(like(text.text(way[-1].start, way[-1].end), partition))
    yield Way(f"add {POLICY} {where}", append(text, way[-2], [written]))


def _way(node: Node, start: int, end: int) -> tuple[Node, ...]:
    """From a node to the scalar at some offsets; empty if there is none."""
    if (node.start, node.end) == (start, end) and isinstance(node, Scalar):
        return (node,)
    inside: Sequence[Node] = ()
    if isinstance(node, Object):
        inside = [one.value for one in node.members]
    elif isinstance(node, Array):
        inside = node.items
    for part in inside:
        if part.start <= start and end <= part.end:
            found = _way(part, start, end)
            return (node, *found) if found else ()
    return ()


def _alike(text: JsonText, found: _Resource, files: Files, partition: str) -> Iterator[Way]:
    """An attachment like the one of the other policy."""
    known = ATTACHMENTS[found.kind]
    members = {one.key: one.value for one in found.body.members}
    policy = members.get(known.policy)
    if not isinstance(policy, Scalar) or not isinstance(policy.value, str) or _is_per_instance(policy.value):
        return
    kept = ("count", "for_each", "provider", *known.target, known.policy)
    new = {name: Verbatim(text.text(value.start, value.end)) for name, value in members.items() if name in kept}
    new[known.policy] = Verbatim(like(text.text(policy.start, policy.end), partition))
    address = f"{found.kind}.{found.label}"
    yield Way(f"attach {POLICY} beside {address}", _added(text, found, found.kind, new, files))


def _is_per_instance(text: str) -> bool:
    return any(name in text for name in ("each.", "count."))


def _added(text: JsonText, beside: _Resource, kind: str, new: Mapping[str, Data], files: Files) -> tuple[Edit, ...]:
    """A resource, among those of its type where there are some."""
    label = free_label(files, text.source, kind, beside.label)
    of_kind = next((one.value for one in beside.all.members if one.key == kind), None)
    if not isinstance(of_kind, Object):
        behind = next(one for one in beside.all.members if one.value is beside.of_kind)
        return add_member(text, beside.all, kind, {label: new}, behind)
    return add_member(text, of_kind, label, new)


def _read(source: Source) -> JsonText | None:
    try:
        return JsonText(source, json_tree.parse(source.text, max_depth=MAX_NESTING))
    except json_tree.JSONError:  # which the scan reports
        return None


def _resource_at(text: JsonText, span: Span) -> _Resource | None:
    """The resource at a place, if it is written with one object for each label."""
    start, end = text.source.range(span)
    for section in _members(text.root):
        if section.key != "resource" or not isinstance(section.value, Object):
            continue
        for kind in _members(section.value):
            if not isinstance(kind.value, Object):
                continue
            for label in kind.value.members:
                if (label.start, label.value.end) == (start, end) and isinstance(label.value, Object):
                    return _Resource(kind.key, label.key, label.value, kind.value, section.value)
    return None


def _members(node: Node) -> tuple[Member, ...]:
    return node.members if isinstance(node, Object) else ()
