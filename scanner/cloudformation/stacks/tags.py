"""Tags: those that a resource has by its own property, and those that it gets from its stack.

CloudFormation puts the tags of a stack on all of its resources that can have tags, nested stacks and stack sets among
them, which pass them on. Where a resource has a tag of the same key itself, its own counts.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from scanner.cause import Cause, CauseKind
from scanner.cloudformation.language.guards import Conditions, existence_conditions, items
from scanner.cloudformation.template.scalars import as_text, scalar_text
from scanner.values import Unknown, Value, unknown

if TYPE_CHECKING:
    from scanner.cloudformation.language.names import Names
    from scanner.cloudformation.template.sections import Resource
    from scanner.span import Span

TAGS = "Tags"


def resource_tags(resource: Resource, names: Names, conditions: Conditions) -> Value:
    """The tags of a resource by key, given the conditions; unknown as a whole when it is not certain which they are."""
    written = resource.get(TAGS)
    if written is not None and isinstance(written.data, Mapping) and resource.type.startswith("AWS::Serverless::"):
        written = Value((written,), written.span)  # SAM takes one mapping of them
    found = tuple(items(written, names, conditions)) if written is not None else ()
    doubts = [item.conditions[-1] for item in found if len(item.conditions) > len(conditions)]
    own = Value(doubts[0], resource.span) if doubts else tags_by_key((item.value for item in found), resource.span)
    return _beside(own, names.stack_tags)


def stack_tags(resource: Resource, names: Names) -> Value:
    """The tags of the stack that a resource is."""
    return resource_tags(resource, names, existence_conditions(resource, names) or ())


def tags_by_key(found: Iterable[Value], span: Span) -> Value:
    """A mapping from evaluated tags, each a ``Key`` and a ``Value``, or a mapping of several as SAM takes them."""
    tags: dict[str, Value] = {}
    for item in found:
        if item.unknown is not None:
            return Value(item.unknown, span)
        entries = item.entries
        key, value = entries.get("Key"), entries.get("Value")
        if key is None and value is None and entries:
            tags |= {name: scalar_text(entry) for name, entry in entries.items()}
            continue
        if key is None or value is None:
            return unknown(Cause(CauseKind.MALFORMED, "a tag without a Key or a Value", item.span), span=span)
        text = as_text(key.data)
        if text is None:
            doubt = key.unknown or Unknown(
                Cause(CauseKind.MALFORMED, "the Key of a tag, which is not a string", key.span)
            )
            return Value(doubt, span)
        tags[text] = scalar_text(value)
    return Value(tags, span)


def _beside(own: Value, inherited: Value) -> Value:
    """A resource's own tags, and beside them those of its stack."""
    if own.unknown is not None or inherited.data == {}:
        return own
    if inherited.unknown is not None:
        return Value(inherited.unknown, own.span)
    both = (tags.entries for tags in (inherited, own))
    return Value({key: value for tags in both for key, value in tags.items()}, own.span)
