"""The shapes that properties must have: what CloudFormation refuses in a resource before it makes it.

A text where a list is wanted, a list inside a list, a list for a text, a property that the type does not have, one that
is missing: the stack is not made. A number or boolean does for a text. Only what is certain is said: an expression that
is not known has any shape.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, assert_never

from scanner.budget import spend
from scanner.cloudformation.language.certain_shapes import Form, certain_form
from scanner.cloudformation.language.guards import Conditions, alternatives, existence_conditions
from scanner.cloudformation.language.intrinsics import call_of, evaluate
from scanner.cloudformation.resource_types import Document, ListOf, MappingOf, Shape, Text, resource_type
from scanner.cloudformation.template.placeholders import variable_outside_sub
from scanner.cloudformation.template.scalars import as_text
from scanner.diagnostic import Diagnostic, error, warning
from scanner.lazy_dataclass import dataclass
from scanner.regexes import whole
from scanner.values import Value

if TYPE_CHECKING:
    from scanner.cloudformation.language.names import Names
    from scanner.cloudformation.template.sections import Resource
    from scanner.span import Span


_STEPS = 250
"""Of finding the property that was meant."""
_NAME = whole(r"[\w+=,.@-]+", re.ASCII)


def refused_properties(resource: Resource, names: Names) -> Iterator[Diagnostic]:
    """What CloudFormation refuses in a resource. A warning where it depends on a condition that is not decided."""
    shape = resource_type(resource.type).properties
    conditions = existence_conditions(resource, names) if shape is not None else None
    if shape is None or conditions is None:
        return
    place = _Place(f'"{names.symbol(resource.logical_id)}"', resource.span, names, len(conditions) > 0)
    whole = Value(resource.properties, resource.span)
    if resource.hidden is not None:
        shape = MappingOf(shape.members)
    yield from _mapping(whole, resource.properties, shape, place, f"The type {resource.type}")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a resource something stands."""

    name: str
    """``ManagedPolicyArns of "Alice"``."""
    span: Span
    names: Names
    is_conditional: bool

    def inside(self, name: str, value: Value) -> _Place:
        return _Place(f"{name} of {self.name}", value.span or self.span, self.names, self.is_conditional)

    def refused(self, summary: str, detail: str, span: Span | None = None) -> Diagnostic:
        make = warning if self.is_conditional else error
        return make(summary, detail, span or self.span)


def _check(expression: Value, shape: Shape, place: _Place, conditions: Conditions = ()) -> Iterator[Diagnostic]:
    for one in alternatives(expression, place.names, conditions):
        if one.expression is None or variable_outside_sub(one.expression.text or "") is not None:
            continue  # a variable that is not filled in has a warning of its own
        value: Value | None = one.expression
        if call_of(one.expression) is not None or one.expression.text is not None:
            value = evaluate(one.expression, place.names)
        if value is None or value.is_null:
            continue
        is_conditional = place.is_conditional or len(one.conditions) > 0
        where = _Place(place.name, one.expression.span or place.span, place.names, is_conditional)
        if value.unknown is None:
            yield from _shaped(value, shape, where)
        else:
            yield from _misplaced(certain_form(one.expression, place.names), shape, where)


def _misplaced(form: Form | None, shape: Shape, place: _Place) -> Iterator[Diagnostic]:
    """A value that is not known and has certainly another form than the place wants."""
    if form is Form.TEXT and isinstance(shape, ListOf | MappingOf):
        yield _wrong(Value(""), "a list" if isinstance(shape, ListOf) else "a mapping", place)
    if form is Form.LIST and not isinstance(shape, ListOf):
        wanted = {Text: "a text", Document: "a policy document", MappingOf: "a mapping"}
        yield _wrong(Value(()), wanted[type(shape)], place)


def _shaped(value: Value, shape: Shape, place: _Place) -> Iterator[Diagnostic]:
    match shape:
        case Text() if isinstance(value.data, tuple | Mapping):
            yield _wrong(value, "a string", place)
        case Text(int(longest)) if not _is_name(as_text(value.data), longest):
            detail = f"{place.name} is not a valid name: AWS allows up to {longest} letters, digits and +=,.@_-"
            yield place.refused("Invalid name", _capital(f"{detail}."), value.span)
        case Document() if isinstance(value.data, tuple):
            yield _wrong(value, "a policy document", place)
        case Text() | Document():
            return
        case ListOf() if not isinstance(value.data, tuple):
            yield _wrong(value, "a list", place)
        case ListOf(item) if isinstance(value.data, tuple):
            inside = _Place(f"an element of {place.name}", place.span, place.names, place.is_conditional)
            for element in value.data:
                yield from _check(element, item, inside)
        case MappingOf() if not isinstance(value.data, Mapping):
            yield _wrong(value, "a mapping", place)
        case MappingOf() if isinstance(value.data, Mapping):
            yield from _mapping(value, value.data, shape, place, place.name)
        case ListOf() | MappingOf():
            return
        case _:
            assert_never(shape)


def _is_name(text: str | None, longest: int) -> bool:
    return text is None or (len(text) <= longest and _NAME.fullmatch(text) is not None)


def _mapping(
    whole: Value, entries: Mapping[str, Value], shape: MappingOf, place: _Place, what: str
) -> Iterator[Diagnostic]:
    if any(key.startswith("Fn::") for key in entries):
        return  # not known as it is written
    for key, entry in entries.items():
        member = shape.members.get(key)
        if member is not None:
            yield from _check(entry, member, place.inside(key, entry))
            continue
        spend(_STEPS)
        close = get_close_matches(key, shape.members, 1)
        meant = f' Did you mean "{close[0]}"?' if close else ""
        detail = f'{what} has no property "{key}", and CloudFormation refuses one that it does not know.{meant}'
        yield place.refused("Property not supported", _capital(detail), entry.span)
    for key in shape.required:
        if key not in entries:
            detail = f"{place.name} has no {key}, which CloudFormation requires."
            yield place.refused("Property missing", _capital(detail), whole.span)


def _wrong(value: Value, wanted: str, place: _Place) -> Diagnostic:
    is_list, is_mapping = isinstance(value.data, tuple), isinstance(value.data, Mapping)
    found = "a list" if is_list else "a mapping" if is_mapping else "a single value"
    detail = f"{place.name} is {found}, but it must be {wanted}. CloudFormation refuses the template."
    if isinstance(value.data, tuple) and place.name.startswith("an element of"):
        detail += " A function that returns a list stands for the whole list, not for an element."
    return place.refused("Value of the wrong shape", _capital(detail))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
