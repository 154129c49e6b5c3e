"""A change set to facts: what ``aws cloudformation describe-change-set --include-property-values`` prints.

Each change says what the properties of a resource are going to be, with everything resolved that can be before the
change set is executed; the rest is a marker, which becomes an unknown. A resource that is removed is not there.

What stays as it is is not in a change set. So nothing can be missing for an identity that is new, but there may be
policies for one that was there before, and its verdict says so.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from scanner.budget import BudgetSpentError, spend, spent_at
from scanner.cause import Cause, CauseKind
from scanner.cloudformation.aws_iam import facts_of, is_identity_type
from scanner.cloudformation.extract import KIND
from scanner.cloudformation.resource_types import MANAGED_POLICY, resource_type
from scanner.cloudformation.stacks.scope import StackScope
from scanner.cloudformation.stacks.stack import Stack
from scanner.cloudformation.stacks.tags import tags_by_key
from scanner.cloudformation.template.sections import Resource, Template
from scanner.cloudformation.template.syntax import parse
from scanner.diagnostic import Diagnostic, as_sentence, error, warning
from scanner.facts import Account, Attachment, Fact, Facts, Home, Identity, IdentityKind, Target, collect
from scanner.partition import partition_of
from scanner.regexes import beginning
from scanner.source_file import PLAIN, UnreadableFileError, read_text
from scanner.span import Span
from scanner.symbol import Attribute, Named, NameKind
from scanner.unexplored import not_read, said_of, spent_budget, unexplored
from scanner.values import Unknown, Value, joined, of

if TYPE_CHECKING:
    from scanner.root import ScanRoot

MAX_BYTES = 8_000_000
_STEPS, _STEPS_OF_VALUE = 100, 4
"""Of a resource, and of each value in it."""
MAX_PROPERTY_DEPTH = 100
"""Levels of nesting in the properties of a resource."""
COMMAND = "aws cloudformation describe-change-set --include-property-values"
KNOWN_AFTER_APPLY = "{{changeSet:KNOWN_AFTER_APPLY}}"

_STACK_ID = beginning(r"arn:(aws[a-z-]*):cloudformation:([a-z0-9-]+):([0-9]{12}):stack/([^/]+)/")
_SELF_CONTAINED = IdentityKind.PERMISSION_SET
"""It has all its policies in its own properties."""


def extract(root: ScanRoot) -> Facts:
    """The facts of one change set."""
    whole = Span.whole_file(root.path)
    try:
        parsed = parse(read_text(root.location, MAX_BYTES, within=PLAIN), root.path)
    except UnreadableFileError as problem:
        return collect(root.path, KIND, (), (error("Unreadable file", as_sentence(str(problem)), whole),), frozenset())
    except BudgetSpentError:
        return _collected(root, [], [])
    problems = list(parsed.diagnostics)
    described = parsed.documents[0] if len(parsed.documents) == 1 else Value({})
    sections = described.entries
    problems += _said(sections, whole)
    written = sections["Changes"].data if "Changes" in sections else ()
    resources: dict[str, Resource] = {}
    older: set[str] = set()
    for change in written if isinstance(written, tuple) else ():
        entries = _mapping(_mapping(change).get("ResourceChange"))
        try:
            resource = _resource(entries, change.span or whole, problems)
        except BudgetSpentError:
            spent_at(change.span or whole)
            break
        if resource is not None:
            resources[resource.logical_id] = resource
            older |= {resource.logical_id} if _text(entries, "Action") != "Add" else set()
    stack_id = _STACK_ID.match(_text(sections, "StackId") or "")
    home = Home(partition_of(root.inputs.region), Account(root.inputs.account))
    tags = sections["Tags"].data if "Tags" in sections else None
    stack = Stack(tags=partial(tags_by_key, tags if isinstance(tags, tuple) else (), whole))
    if stack_id is not None:
        home = Home(stack_id[1], Account(stack_id[3]))
        stack = replace(stack, name=stack_id[4], account=Account(stack_id[3]), region=stack_id[2])
    scope = StackScope(Template(described.span or whole, resources=resources), root.inputs, home.partition, stack)
    facts: list[Fact] = []
    for resource in resources.values():
        try:
            spend(_STEPS)
            said = facts_of(resource, scope, home)
        except BudgetSpentError:
            spent_at(resource.span)
            break
        facts += said
        if resource.logical_id in older:
            facts += (
                _what_stays(resource, fact)
                for fact in said
                if isinstance(fact, Identity) and fact.kind is not _SELF_CONTAINED
            )
    return _collected(root, facts, problems)


def _collected(root: ScanRoot, facts: list[Fact], problems: list[Diagnostic]) -> Facts:
    """What was found, and what may be beside it if the budget was spent before all was."""
    budget = spent_budget()
    if budget is not None:
        facts += tuple(unexplored(facts, not_read(budget)))
        problems.append(said_of(budget, root.path))
    return collect(root.path, KIND, tuple(facts), tuple(problems), frozenset({root.path}))


def _said(sections: Mapping[str, Value], whole: Span) -> Iterator[Diagnostic]:
    if _text(sections, "NextToken"):
        detail = "It is cut off. Describe it again without --max-items, --no-paginate and --starting-token."
        yield error("Incomplete change set", detail, sections["NextToken"].span or whole)
    if _text(sections, "Status") == "FAILED":
        reason = _text(sections, "StatusReason") or "no reason is given"
        yield warning(
            "Change set failed", f"It cannot be executed: {as_sentence(reason)}", sections["Status"].span or whole
        )


def _resource(entries: Mapping[str, Value], span: Span, problems: list[Diagnostic]) -> Resource | None:
    """The resource as it is after a change; None for one that is removed, or of no interest."""
    logical_id, kind = _text(entries, "LogicalResourceId"), _text(entries, "ResourceType")
    action = _text(entries, "Action")
    if logical_id is None or kind is None or action == "Remove":
        return None
    if kind == "AWS::CloudFormation::Stack":
        detail = f'The identities of "{logical_id}" are missing. Describe its own change set too.'
        problems.append(warning("Nested change set not included", detail, span))
        return None
    if not is_identity_type(kind):
        return None
    context = entries.get("AfterContext")
    after = _json(context.text) if context is not None and context.text is not None else None
    if context is None or after is None:
        detail = f'It does not say what "{logical_id}" will be. Use the output of `{COMMAND}`.'
        problems.append(error("Change set without values", detail, span))
        return None
    where = context.span or span
    causes = dict(_causing_entities(entries))
    properties = {
        name: _value(value, f"/Properties/{name}", causes, where)
        for name, value in _object(after.get("Properties")).items()
    }
    properties |= _identified(kind, entries, properties, where)
    doubts: tuple[Unknown, ...] = ()
    if action == "Dynamic":
        detail = f'the change to "{logical_id}", which is decided during the deployment'
        doubts = (Unknown(Cause(CauseKind.KNOWN_AFTER_APPLY, detail, span), Named(NameKind.CHANGE, logical_id)),)
    return Resource(logical_id, kind, properties, where, doubts=doubts)


def _identified(
    kind: str, entries: Mapping[str, Value], properties: Mapping[str, Value], span: Span
) -> Mapping[str, Value]:
    """The name of what is there already and stays, where the properties leave it to CloudFormation."""
    physical = _text(entries, "PhysicalResourceId")
    if not physical or _text(entries, "Replacement") in ("True", "Conditional"):
        return {}
    known = resource_type(kind)
    if known.name_property is None or known.name_property in properties:
        return {}
    if not known.reference_is_arn:
        return {known.name_property: Value(physical, span)}
    if kind == MANAGED_POLICY and ":policy/" in physical:
        path, _, name = physical.partition(":policy")[2].rpartition("/")
        return {known.name_property: Value(name, span), "Path": Value(f"{path}/", span)}
    return {}


def _causing_entities(entries: Mapping[str, Value]) -> Iterator[tuple[str, Attribute]]:
    """By path the resource, or the attribute of one, that a value comes from."""
    details = entries["Details"].data if "Details" in entries else ()
    for detail in details if isinstance(details, tuple) else ():
        entity = _text(_mapping(detail), "CausingEntity")
        path = _text(_mapping(_mapping(detail).get("Target")), "Path")
        source = _text(_mapping(detail), "ChangeSource")
        if entity and path and source in ("ResourceReference", "ResourceAttribute"):
            logical_id, _, name = entity.partition(".")
            yield path, Attribute(logical_id, name or "Ref")


def _value(found: object, path: str, causes: Mapping[str, Attribute], span: Span) -> Value:
    spend(_STEPS_OF_VALUE)
    if path.count("/") > MAX_PROPERTY_DEPTH:
        return Value(
            Unknown(
                Cause(CauseKind.UNSUPPORTED, f"a value that is nested more than {MAX_PROPERTY_DEPTH} levels deep", span)
            ),
            span,
        )
    match found:
        case str() if KNOWN_AFTER_APPLY in found:
            cause = Cause(CauseKind.KNOWN_AFTER_APPLY, f"{path}, which is known when the change set is executed", span)
            if found == KNOWN_AFTER_APPLY:
                return Value(Unknown(cause, causes.get(path)), span)
            parts: list[str | Unknown] = []
            for number, piece in enumerate(found.split(KNOWN_AFTER_APPLY)):
                parts += [Unknown(cause)] * (number > 0) + [piece]
            return joined(parts, span)
        case list():
            items = [_value(item, f"{path}/{number}", causes, span) for number, item in enumerate(found)]
            return Value(tuple(items), span)
        case dict():
            return Value({key: _value(item, f"{path}/{key}", causes, span) for key, item in found.items()}, span)
        case _:
            return of(found, span)


def _what_stays(resource: Resource, identity: Identity) -> Fact:
    """The policies that an identity may have from what is not in the change set."""
    detail = f'the other policies of "{resource.logical_id}", which a change set does not list'
    policy = Value(Unknown(Cause(CauseKind.MISSING_POLICY, detail, resource.span)), resource.span)
    target = Target(identity.kind, address=resource.logical_id)
    return Attachment(replace(identity.origin, notes=()), target, policy)


def _json(text: str) -> Mapping[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _object(found: object) -> Mapping[str, Any]:
    return found if isinstance(found, dict) else {}


def _mapping(value: Value | None) -> Mapping[str, Value]:
    return value.entries if value is not None else {}


def _text(entries: Mapping[str, Value], name: str) -> str | None:
    return entries[name].text if name in entries else None
