"""What to do about a principal of a template where no patch can be given: what is in the way has a name and a place."""

from __future__ import annotations

from scanner.fixes.files import Files
from scanner.fixes.source import Source
from scanner.fixes.template_conditions import choice
from scanner.fixes.template_text import Node, Part, TemplateText, scalars, template_text, value, way_to
from scanner.fixes.way import POLICY, policy_arn
from scanner.iam.principal import How
from scanner.principals.definition import PrincipalDefinition
from scanner.span import Span

_LISTS = {
    "AWS::IAM::Role": "ManagedPolicyArns",
    "AWS::IAM::User": "ManagedPolicyArns",
    "AWS::SSO::PermissionSet": "ManagedPolicies",
}
_SERVERLESS = "AWS::Serverless::"
_MOST_ATTACHED = 10


def order(definition: PrincipalDefinition, files: Files) -> str | None:
    """An order for people; None where there is nothing to say about the template."""
    source = files.look(definition.span.path)
    text = template_text(source) if source is not None else None
    if source is None or text is None:
        return None
    who, arn = definition.address, policy_arn(definition.principal.partition)
    stack = _stack_of_change_set(text)
    if stack is not None:
        return f"attach {arn} to {who} in the template of the stack {stack}, and make the change set anew"
    if files.get(source.path) is None:
        return f"attach {arn} to {who} in what {source.path} is made from"
    way = way_to(text, definition.span)
    if way and text.scalar(way[-1].node) is not None:
        return f"attach {arn} to {who} in the template that is written as text at {_place(source, way[-1])}"
    resource = next((part for part in reversed(way) if value(text, part.node, "Type") is not None), None)
    kind = None if resource is None else value(text, resource.node, "Type")
    if resource is None or kind is None:
        return None
    type_name = text.text(kind) or ""
    if type_name.startswith(_SERVERLESS):
        place = _place(source, resource)
        return f"SAM makes {who} for {resource.key}: name {arn} in the Policies of {resource.key} ({place})"
    name = _LISTS.get(type_name)
    return None if name is None else _of_resource(text, resource, name, definition, files)


def construct_at(place: Span, files: Files) -> str | None:
    """The path of the CDK construct that has made a region of a template; None where the template does not say it."""
    source = files.look(place.path)
    text = template_text(source) if source is not None and "aws:cdk:path" in source.text else None
    for part in reversed(way_to(text, place) if text is not None else []):
        metadata = value(text, part.node, "Metadata") if text is not None else None
        path = None if metadata is None or text is None else value(text, metadata, "aws:cdk:path")
        if path is not None and text is not None:
            return text.text(path)
    return None


def _of_resource(
    text: TemplateText, resource: Part, name: str, definition: PrincipalDefinition, files: Files
) -> str | None:
    who, arn, source = definition.address, policy_arn(definition.principal.partition), text.source
    properties = next((part for part in text.parts(resource.node) if part.key == "Properties"), None)
    if properties is None or text.is_shared(resource.node):
        return f"attach {arn} to {who}, whose resource is written elsewhere, by an alias or a merge key"
    there = next((part for part in reversed(list(text.parts(properties.node))) if part.key == name), None)
    if text.is_shared(properties.node) or text.merges(properties.node):
        return (
            f"attach {arn} to {who}, whose properties are not its own (an alias or a merge key at "
            f"{_place(source, properties)}): give it a {name} of its own, or change those of all"
        )
    if there is None:
        return None
    place = _place(source, there)
    if text.is_shared(there.node):
        return (
            f"attach {arn} to {who}, whose {name} is that of others too (an alias at {place}): give it a list of its "
            "own, or change that of all"
        )
    if any(written.endswith(f"policy/{POLICY}") for written, _ in scalars(text, there.node)):
        return f"{name} of {who} has {POLICY} under a condition that is not met ({place}): attach it there without one"
    if text.is_list(there.node):
        own = [one for one in definition.principal.policies if one.how is How.ATTACHED and one.group is None]
        if len(own) >= _MOST_ATTACHED:
            return (
                f"{who} has {len(own)} managed policies ({place}), as many as IAM attaches unless a quota is raised: "
                f"raise it and attach {arn}, or put that in the place of one of them"
            )
        return None
    return _of_function(text, there, name, definition, files)


def _of_function(
    text: TemplateText, there: Part, name: str, definition: PrincipalDefinition, files: Files
) -> str | None:
    who, arn = definition.address, policy_arn(definition.principal.partition)
    function = text.function(there.node)
    place = _place(text.source, there)
    named = _argument(text, there.node)
    if function == "Ref" and named is not None:
        given = _given(text, named, definition, files)
        return f"{name} of {who} is the parameter {named} ({place}): add {arn} to its value, {given}"
    if function == "Fn::FindInMap" and named is not None:
        return (
            f"{name} of {who} is from the mapping {named} ({place}): add {arn} to what is looked up there, or give "
            f"{who} a list of its own if others who look it up are not to have it"
        )
    if choice(text, there.node) is not None:
        return f"{name} of {who} depends on a condition ({place}): add {arn} to each of its lists"
    return None if function is None else f"{name} of {who} is what {function} gives ({place}): add {arn} to that"


def _argument(text: TemplateText, node: Node) -> str | None:
    """The argument of a function, or the first of several."""
    if text.is_mapping(node):
        node = next(part.node for part in text.parts(node))
    first = next(text.parts(node), None)
    return text.scalar(node if first is None else first.node)


def _given(text: TemplateText, parameter: str, definition: PrincipalDefinition, files: Files) -> str:
    """Where a parameter gets its value, as a clause."""
    if definition.trail:
        return f"which is given at {_in_stack(definition.trail[-1], parameter, files)}"
    path = text.source.path
    elsewhere = (one.written for one in definition.principal.policies if one.how is How.ATTACHED)
    given = next((place for place in elsewhere if place is not None and place.path != path), None)
    if given is not None:
        return f"which is given at {given.place}"
    for document in text.documents():
        parameters = value(text, document.node, "Parameters")
        declared = None if parameters is None else value(text, parameters, parameter)
        default = next((part for part in text.parts(declared) if part.key == "Default"), None) if declared else None
        if default is not None:
            return (
                f"whose default is at {_place(text.source, default)}; a stack that is there already keeps what it was "
                "given until it is given something else"
            )
    return "wherever the stack is given it"


def _in_stack(stack: Span, parameter: str, files: Files) -> str:
    """The place of a parameter of a nested stack; that of the stack where it is not written out."""
    source = files.look(stack.path)
    text = template_text(source) if source is not None else None
    for part in reversed(way_to(text, stack) if text is not None else []):
        node: Node | None = part.node
        for key in ("Properties", "Parameters"):
            node = None if text is None or node is None else value(text, node, key)
        if text is None or node is None:
            continue
        found = next((one for one in text.parts(node) if one.key == parameter), None)
        if found is not None:
            return _place(text.source, found)
    return stack.place


def _stack_of_change_set(text: TemplateText) -> str | None:
    """The stack of the change set that a file is."""
    for document in text.documents():
        keys = {part.key: part.node for part in text.parts(document.node)}
        if {"ChangeSetName", "Changes", "StackName"} <= keys.keys():
            return text.text(keys["StackName"])
    return None


def _place(source: Source, part: Part) -> str:
    return source.lines.span(part.start, part.start).place
