"""The sections of a template, checked for their shape and not evaluated.

What a section cannot be is a diagnostic, and the entry is left out; the rest of the template is read as usual.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, replace

from scanner.cause import Cause, CauseKind
from scanner.cloudformation.template.keys import FOR_EACH, TRANSFORM, UNREADABLE
from scanner.cloudformation.template.outline import Glance, Outline
from scanner.diagnostic import Diagnostic, error
from scanner.lazy_dataclass import dataclass
from scanner.span import Span
from scanner.values import Unknown, Value, unknown

RAIN_SOURCE = "Source for Rain"
"""Summary of the one error that a file gets which Rain has yet to make a template of."""
ANY = "*"
"""Stands in the names that a loop makes for the element of a collection that is not known."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One entry of ``Resources``, with its properties as they are written."""

    logical_id: str
    type: str
    properties: Mapping[str, Value]
    span: Span
    condition: Value | None = None
    """The name of the condition under which it exists."""
    hidden: Value | None = None
    """An unknown that stands for each property that is not written, when they may come from somewhere else."""
    doubts: tuple[Unknown, ...] = ()
    """Why it may not be there, beside its condition: it comes from a loop over what is not known."""

    construct: str | None = None
    """The path of the CDK construct that made it."""
    asset: str | None = None
    """The file that CDK uploads for it."""

    def get(self, name: str) -> Value | None:
        """A property as it is written; None when it is not there."""
        return self.properties.get(name, self.hidden)


class Resources(Mapping[str, Resource]):
    """Resources that are read one by one. Their types are known beforehand."""

    __slots__ = ("_made", "_make", "types")

    def __init__(self, types: Mapping[str, str], make: Callable[[str], Resource]) -> None:
        self.types = types
        self._make = make
        self._made: dict[str, Resource] = {}

    def __getitem__(self, key: str) -> Resource:
        made = self._made.get(key)
        if made is None:
            if key not in self.types:
                raise KeyError(key)
            made = self._made[key] = self._make(key)
        return made

    def __contains__(self, key: object) -> bool:
        return key in self.types

    def __iter__(self) -> Iterator[str]:
        return iter(self.types)

    def __len__(self) -> int:
        return len(self.types)


@dataclass(frozen=True, slots=True)
class Template:
    """One document."""

    span: Span
    parameters: Mapping[str, Value] = field(default_factory=dict)
    mappings: Mapping[str, Value] = field(default_factory=dict)
    conditions: Mapping[str, Value] = field(default_factory=dict)
    resources: Mapping[str, Resource] = field(default_factory=dict)
    """Each is read when somebody asks for it, where that can be done (``Resources``)."""
    outputs: Mapping[str, Value] = field(default_factory=dict)

    @property
    def types(self) -> Mapping[str, str]:
        """The types of the resources, for which none of them has to be read."""
        if isinstance(self.resources, Resources):
            return self.resources.types
        return {name: resource.type for name, resource in self.resources.items()}

    def of_types(self, is_wanted: Callable[[str], bool]) -> Iterator[Resource]:
        """The resources of some types, in their order."""
        types = self.types
        wanted = {kind for kind in set(types.values()) if is_wanted(kind)}
        return (self.resources[name] for name, kind in types.items() if kind in wanted)


def read_template(
    document: Value, path: str, doubts: Mapping[str, tuple[Unknown, ...]] | None = None
) -> tuple[Template, tuple[Diagnostic, ...]]:
    """The template that a document is, as far as it has the shape of one. Macros among the resources are left out.

    ``doubts`` says by logical ID why a resource may not be there.
    """
    span = document.span or Span.whole_file(path)
    problems: list[Diagnostic] = []
    if not isinstance(document.data, Mapping):
        return Template(span), (error("Invalid template", "It is not a mapping of sections.", span),)
    sections = document.data
    on_demand = _on_demand(sections) if isinstance(sections, Outline) and not doubts else None
    resources = _resources(sections, span, problems, doubts or {}) if on_demand is None else on_demand
    template = Template(
        span,
        parameters=_section(sections, "Parameters", span, problems),
        mappings=_section(sections, "Mappings", span, problems),
        conditions=_section(sections, "Conditions", span, problems),
        resources=resources,
        outputs=_section(sections, "Outputs", span, problems),
    )
    return template, tuple(problems)


def _resources(
    sections: Mapping[str, Value], span: Span, problems: list[Diagnostic], doubts: Mapping[str, tuple[Unknown, ...]]
) -> Mapping[str, Resource]:
    resources: dict[str, Resource] = {}
    entries = _section(sections, "Resources", span, problems)
    if "Resources" not in sections:
        problems.append(error("Invalid template", "It has no Resources section, so it defines nothing.", _line(span)))
    for logical_id, entry in entries.items():
        where = entry.span or span
        if logical_id.startswith(FOR_EACH) or logical_id == TRANSFORM:
            continue
        if entry.unknown is None:
            resource = _resource(logical_id, entry, where, problems)
            if resource is not None:
                own = doubts.get(logical_id, ())
                resources[logical_id] = replace(resource, doubts=(*resource.doubts, *own)) if own else resource
    return resources


def _on_demand(sections: Outline) -> Resources | None:
    """The resources of which a glance shows that nothing is wrong with any of them; else None."""
    written = sections.sections.get("Resources")
    if written is None:
        return None
    types = {name: kind for name, glance in written.items() if (kind := _sound_type(glance)) is not None}
    if len(types) < len(written):
        return None
    entries = sections["Resources"].entries

    def make(name: str) -> Resource:
        entry = entries[name]
        problems: list[Diagnostic] = []
        resource = _resource(name, entry, entry.span or Span.whole_file(""), problems)
        if resource is None or problems:
            raise TypeError(f"the resource {name} is not what a glance showed")
        return resource

    return Resources(types, make)


def _sound_type(glance: Glance) -> str | None:
    """The type of a resource that is a mapping with a type, and has properties that are one."""
    entry = glance.plain
    if not isinstance(entry, dict):
        return None
    kind, properties = entry.get("Type"), entry.get("Properties", {})
    return kind if isinstance(kind, str) and isinstance(properties, dict) else None


def transforms_of(document: Value) -> tuple[Value, ...]:
    """The macros that the template goes through: those of its ``Transform`` section, and those among the resources."""
    sections = document.entries
    section, resources = sections.get("Transform"), sections.get("Resources")
    found: list[Value] = []
    if section is not None and not section.is_null:
        found += section.elements
    if resources is not None and isinstance(resources.data, Mapping) and TRANSFORM in resources.data:
        found.append(resources.data[TRANSFORM])
    return tuple(found)


def transform_name(transform: Value) -> str | None:
    """The name of a macro; None when it is not known."""
    if isinstance(transform.data, Mapping) and "Name" in transform.data:
        return transform.data["Name"].text
    return transform.text


def _line(span: Span) -> Span:
    """The first line of a region, for what is wrong with it as a whole."""
    return Span(span.path, span.line, span.column, span.line, span.column + 1)


def _section(sections: Mapping[str, Value], name: str, span: Span, problems: list[Diagnostic]) -> Mapping[str, Value]:
    """The entries whose keys can be read; that others cannot has been said."""
    section = sections.get(name)
    if section is None or section.unknown is not None:
        return {}
    if isinstance(section.data, Mapping) and UNREADABLE in section.data:
        return {key: entry for key, entry in section.data.items() if key != UNREADABLE}
    if not isinstance(section.data, Mapping):
        if not section.is_null or name == "Resources":
            problems.append(error("Invalid template", f"{name} is not a mapping.", section.span or span))
        return {}
    return section.data


def _resource(logical_id: str, entry: Value, span: Span, problems: list[Diagnostic]) -> Resource | None:
    if not isinstance(entry.data, Mapping):
        problems.append(error("Invalid template", f'The resource "{logical_id}" is not a mapping.', span))
        return None
    kind = entry.data.get("Type")
    unread = entry.data[UNREADABLE].unknown if UNREADABLE in entry.data else None
    if (kind is not None and kind.unknown is not None) or (kind is None and unread is not None):
        return None  # reported where it is read
    if kind is not None and isinstance(kind.data, Mapping) and any("Rain::" in key for key in kind.data):
        if not any(problem.summary == RAIN_SOURCE for problem in problems):
            detail = f'The resource "{logical_id}" is a module of Rain. Scan the output of `rain pkg`.'
            problems.append(error(RAIN_SOURCE, detail, kind.span or span))
        return None
    if kind is None or kind.text is None:
        detail = f'The resource "{logical_id}" has no Type, or one that is not a string.'
        problems.append(error("Invalid template", detail, (kind.span if kind else None) or span))
        return None
    properties, hidden = _properties(logical_id, entry.data.get("Properties"), span, problems)
    metadata = entry.data.get("Metadata")
    noted = metadata.entries if metadata is not None else {}
    construct, asset = (noted[key].text if key in noted else None for key in ("aws:cdk:path", "aws:asset:path"))
    condition = entry.data.get("Condition")
    doubts: tuple[Unknown, ...] = ()
    if unread is not None:
        hidden = unknown(unread.cause) if "Properties" not in entry.data else hidden
        doubts = (unread,) if condition is None else ()
    return Resource(
        logical_id, kind.text, properties, span, condition, hidden, doubts=doubts, construct=construct, asset=asset
    )


def _properties(
    logical_id: str, written: Value | None, span: Span, problems: list[Diagnostic]
) -> tuple[Mapping[str, Value], Value | None]:
    """The properties that are written out, and the unknown that stands for the others where a function makes them."""
    if written is None or written.is_null:
        return {}, None
    if written.unknown is not None:
        return {}, written
    if not isinstance(written.data, Mapping):
        detail = f'The Properties of the resource "{logical_id}" are not a mapping.'
        problems.append(error("Invalid template", detail, written.span or span))
        return {}, None
    makers = [key for key in written.data if key == "Ref" or key.startswith("Fn::")]
    if not makers:
        return written.data, None
    maker = written.data[makers[0]]
    cause = Cause(CauseKind.UNSUPPORTED, f'the properties of "{logical_id}", which come from {makers[0]}', written.span)
    if maker.unknown is not None:  # a file that is not included
        cause = maker.unknown.cause
    return {key: value for key, value in written.data.items() if key not in makers}, unknown(cause)
