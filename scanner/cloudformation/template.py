"""The sections of a template, checked for their shape and not evaluated.

What a section cannot be is a diagnostic, and the entry is left out; the rest of the template is read as usual.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from scanner.cause import Cause, CauseKind
from scanner.diagnostic import Diagnostic, error
from scanner.span import Span
from scanner.values import Value, unknown

FOR_EACH = "Fn::ForEach::"
TRANSFORM = "Fn::Transform"


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

    def get(self, name: str) -> Value | None:
        """A property as it is written; None when it is not there."""
        return self.properties.get(name, self.hidden)


@dataclass(frozen=True, slots=True)
class Template:
    """One document."""

    span: Span
    parameters: Mapping[str, Value] = field(default_factory=dict)
    mappings: Mapping[str, Value] = field(default_factory=dict)
    conditions: Mapping[str, Value] = field(default_factory=dict)
    resources: Mapping[str, Resource] = field(default_factory=dict)
    transforms: tuple[Value, ...] = ()
    """Macros that the template goes through before it is a template."""
    loops: tuple[Value, ...] = ()
    """``Fn::ForEach`` among the resources."""


def read_template(document: Value, path: str) -> tuple[Template, tuple[Diagnostic, ...]]:
    """The template that a document is, as far as it has the shape of one."""
    span = document.span or Span.whole_file(path)
    problems: list[Diagnostic] = []
    if not isinstance(document.data, Mapping):
        return Template(span), (error("Invalid template", "It is no mapping of sections.", span),)
    sections = document.data
    resources: dict[str, Resource] = {}
    loops: list[Value] = []
    entries = _section(sections, "Resources", span, problems)
    if "Resources" not in sections:
        problems.append(error("Invalid template", "It has no Resources section, so it defines nothing.", _line(span)))
    transforms = list(_transforms(sections.get("Transform")))
    for logical_id, entry in entries.items():
        where = entry.span or span
        if logical_id.startswith(FOR_EACH):
            loops.append(entry)
        elif logical_id == TRANSFORM:
            transforms.append(entry)
        elif entry.unknown is None:  # what is unknown here is a key that is there twice, and reported
            resource = _resource(logical_id, entry, where, problems)
            if resource is not None:
                resources[logical_id] = resource
    template = Template(
        span,
        parameters=_section(sections, "Parameters", span, problems),
        mappings=_section(sections, "Mappings", span, problems),
        conditions=_section(sections, "Conditions", span, problems),
        resources=resources,
        transforms=tuple(transforms),
        loops=tuple(loops),
    )
    return template, tuple(problems)


def _line(span: Span) -> Span:
    """The first line of a region, for what is wrong with it as a whole."""
    return Span(span.path, span.line, span.column, span.line, span.column + 1)


def _section(sections: Mapping[str, Value], name: str, span: Span, problems: list[Diagnostic]) -> Mapping[str, Value]:
    section = sections.get(name)
    if section is None or section.unknown is not None:
        return {}
    if not isinstance(section.data, Mapping):
        if not section.is_null or name == "Resources":
            problems.append(error("Invalid template", f"{name} is no mapping.", section.span or span))
        return {}
    return section.data


def _transforms(value: Value | None) -> Iterator[Value]:
    if value is None or value.is_null:
        return
    yield from value.data if isinstance(value.data, tuple) else (value,)


def _resource(logical_id: str, entry: Value, span: Span, problems: list[Diagnostic]) -> Resource | None:
    if not isinstance(entry.data, Mapping):
        problems.append(error("Invalid template", f'The resource "{logical_id}" is no mapping.', span))
        return None
    kind = entry.data.get("Type")
    if kind is None or kind.text is None:
        detail = f'The resource "{logical_id}" has no Type, or one that is no text.'
        if kind is not None and isinstance(kind.data, Mapping) and any("Rain::" in key for key in kind.data):
            detail = f'The resource "{logical_id}" is a module of Rain; scan what "rain pkg" makes of the template.'
        problems.append(error("Invalid template", detail, (kind.span if kind else None) or span))
        return None
    properties, hidden = _properties(logical_id, entry.data.get("Properties"), span, problems)
    return Resource(logical_id, kind.text, properties, span, entry.data.get("Condition"), hidden)


def _properties(
    logical_id: str, written: Value | None, span: Span, problems: list[Diagnostic]
) -> tuple[Mapping[str, Value], Value | None]:
    """The properties that are written out, and the unknown that stands for the others where a function makes them."""
    if written is None or written.is_null:
        return {}, None
    if written.unknown is not None:
        return {}, written
    if not isinstance(written.data, Mapping):
        detail = f'The Properties of the resource "{logical_id}" are no mapping.'
        problems.append(error("Invalid template", detail, written.span or span))
        return {}, None
    makers = [key for key in written.data if key == "Ref" or key.startswith("Fn::")]
    if not makers:
        return written.data, None
    cause = Cause(CauseKind.UNSUPPORTED, f'the properties of "{logical_id}" come from {makers[0]}', written.span)
    return {key: value for key, value in written.data.items() if key not in makers}, unknown(cause)
