"""Stack sets: a template that is deployed into other accounts.

What it defines is in accounts and regions of its own, neither of which is known. It shares no names with the template
around it, whose account and region are something else when they are passed in.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stackset.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from scanner import values
from scanner.cause import Cause, CauseKind
from scanner.cloudformation.language.guards import existence_conditions
from scanner.cloudformation.language.intrinsics import evaluate
from scanner.cloudformation.stacks.handed_out import handed_out
from scanner.cloudformation.stacks.stack import Stack
from scanner.cloudformation.stacks.tags import stack_tags
from scanner.cloudformation.template.syntax import parse
from scanner.facts import Account
from scanner.marked_text import filled, marked
from scanner.span import Span
from scanner.values import Unknown, Value, unknown

if TYPE_CHECKING:
    from scanner.cloudformation.stacks.scope import StackScope
    from scanner.cloudformation.template.place import Place
    from scanner.cloudformation.template.sections import Resource
    from scanner.diagnostic import Diagnostic

STACK_SET = "AWS::CloudFormation::StackSet"
BODY = "TemplateBody"

_ACCOUNT = Cause(CauseKind.MISSING_INPUT, "the accounts that a stack set is deployed into")
_REGION = Cause(CauseKind.REGION, "the region that an instance of the stack set is in")


def inline_template(
    resource: Resource, scope: StackScope, place: Place, lines: tuple[str, ...]
) -> tuple[Value | Cause, tuple[Diagnostic, ...]]:
    """The template that is written inside a stack set, at the lines at which it stands there."""
    written = resource.get(BODY)
    found = evaluate(written, scope) if written is not None else None
    name = f'the template of the stack set "{scope.symbol(resource.logical_id)}"'
    if written is None or found is None or found.is_null:
        return Cause(CauseKind.MALFORMED, f"{name}, which is missing", resource.span), ()
    if found.encodes is not None:
        return handed_out(found.encodes), ()
    if isinstance(found.data, Mapping):  # the service wants a text, which many tools make of it
        no_template = Cause(CauseKind.MALFORMED, f"{name}, which has no Resources", found.span)
        return (handed_out(found) if "Resources" in found.data else no_template), ()
    if found.unknown is not None and not found.unknown.pieces:
        return _depends(name, found.unknown.cause), ()
    text, holes = marked(handed_out(found))
    parsed = parse(text, place.path)
    where = written.span or resource.span
    own = tuple(text.split("\n"))
    said = tuple(replace(one, span=_outer(one.span, where, own, lines)) for one in parsed.diagnostics)
    if len(parsed.documents) != 1:
        return Cause(CauseKind.MALFORMED, f"{name}, which is not a template", where), said
    document = filled(_placed(parsed.documents[0], where, own, lines), holes)
    resources = document.data.get("Resources", document) if isinstance(document.data, Mapping) else document
    if resources.unknown is not None:
        return _depends(name, resources.unknown.cause), said
    return document, said


def _depends(name: str, cause: Cause) -> Cause:
    return replace(cause, detail=f"{name}, which depends on {cause.detail}")


def stack_of_set(resource: Resource, scope: StackScope, place: Place) -> Stack:
    """Where an instance of a stack set stands."""
    around = scope.stack
    name = scope.symbol(resource.logical_id)
    return replace(
        around,
        prefix=f"{name}/",
        name=None,
        account=Account(None, name, name),
        account_cause=_ACCOUNT,
        region=Unknown(_REGION, values.REGION),
        conditions=existence_conditions(resource, scope) or (),
        trail=(*around.trail, resource.span),
        passed=lambda parameter: _passed(parameter, resource, scope),
        files=(*around.files, place),
        depth=scope.shared_depth,
        exchange=None,
        tags=lambda: handed_out(stack_tags(resource, scope)),
    )


def _passed(name: str, resource: Resource, scope: StackScope) -> Value | None:
    """What a stack set gives to a parameter; unknown where some of its instances override it."""
    for override in _pairs(resource.get("StackInstancesGroup"), scope, inside="ParameterOverrides"):
        if override[0] in (name, None):
            detail = f'the parameter "{name}", which instances of the stack set "{resource.logical_id}" override'
            return unknown(Cause(CauseKind.UNSUPPORTED, detail, resource.span))
    for key, value in _pairs(resource.get("Parameters"), scope):
        if key is None:
            return value
        if key == name:
            return handed_out(value)
    return None


def _pairs(written: Value | None, scope: StackScope, inside: str | None = None) -> Iterator[tuple[str | None, Value]]:
    """Keys and values of a list of parameters, or of those in each element of a list; no key for what is not known."""
    found = evaluate(written, scope) if written is not None else None
    if found is None or found.is_null:
        return
    if not isinstance(found.data, tuple):
        yield None, found if found.unknown is not None else unknown(_malformed(found))
        return
    for item in found.data:
        entries = item.entries
        if item.unknown is not None:
            yield None, item
        elif inside is not None:
            if inside in entries:
                yield from _pairs(entries[inside], scope)
        elif "ParameterKey" in entries and "ParameterValue" in entries:
            yield entries["ParameterKey"].text, entries["ParameterValue"]


def _malformed(value: Value) -> Cause:
    return Cause(CauseKind.MALFORMED, "the parameters of a stack set, which are not a list", value.span)


def _placed(value: Value, where: Span, own: tuple[str, ...], lines: tuple[str, ...]) -> Value:
    span = _outer(value.span, where, own, lines) if value.span is not None else where
    match value.data:
        case tuple() as items:
            return Value(tuple(_placed(item, where, own, lines) for item in items), span)
        case Mapping() as entries:
            return Value({key: _placed(entry, where, own, lines) for key, entry in entries.items()}, span)
        case _:
            return replace(value, span=span)


def _outer(span: Span, where: Span, own: tuple[str, ...], lines: tuple[str, ...]) -> Span:
    """The place in the file of a place in a text that stands in it line by line; else the place of the text."""
    line = where.line + span.line
    if not 0 < span.line <= len(own) or line > len(lines):
        return where
    outer, inner = lines[line - 1], own[span.line - 1]
    if not inner.strip() or outer.strip() != inner.strip():
        return where
    shift = len(outer) - len(outer.lstrip()) - (len(inner) - len(inner.lstrip()))
    end = where.line + span.end_line
    return Span(where.path, line, span.column + shift, end, span.end_column + shift)
