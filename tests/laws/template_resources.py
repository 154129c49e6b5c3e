"""Names, stacks and the place of a policy say nothing; grants and denies have a direction."""

from __future__ import annotations

import copy
import posixpath
import re
from collections.abc import Callable
from dataclasses import replace

import yaml

from tests.laws.project import Change, Project
from tests.laws.template import (
    NotATemplateError,
    as_yaml,
    call,
    every,
    function,
    get,
    has_loops,
    loaded,
    long_form,
    mapping,
    properties,
    resources,
    rewritten,
    section,
    sequence,
    text,
    type_of,
)

_IN_SUB = re.compile(r"\$\{(?!!)\s*([\w:]+)")
_IDENTITIES = {
    "AWS::IAM::User": "Users",
    "AWS::IAM::Role": "Roles",
    "AWS::IAM::Group": "Groups",
}


def renamed(project: Project) -> Change | None:
    """Every resource gets another logical ID."""

    def changed(root: yaml.MappingNode) -> bool:
        if has_loops(root) or get(root, "Transform") is not None:
            return False
        root.value = long_form(root).value  # a short form may stand around a long one, and both are one node
        names = {key.value for key, _ in section(root, "Resources").value}
        for key, _ in section(root, "Resources").value:
            key.value += "Law"
        for node in every(root):
            _rename(node, names)
        for resource in resources(root).values():
            depends = get(resource, "DependsOn")
            items = depends.value if isinstance(depends, yaml.SequenceNode) else [depends]
            for item in items:
                if isinstance(item, yaml.ScalarNode) and item.value in names:
                    item.value += "Law"
        return bool(names)

    return rewritten(project, changed, moved=lambda address: ("/".join(_first_renamed(address.split("/"))),))


def _first_renamed(parts: list[str]) -> list[str]:
    return [parts[0] + "Law", *parts[1:]]


def _rename(node: yaml.Node, names: set[str]) -> None:
    argument = (
        node.value[0][1] if isinstance(node, yaml.MappingNode) and node.tag.startswith("tag:") and node.value else node
    )
    match function(node):
        case "Ref" if isinstance(argument, yaml.ScalarNode) and argument.value in names:
            argument.value += "Law"
        case "Fn::GetAtt" if isinstance(argument, yaml.ScalarNode):
            first, dot, rest = argument.value.partition(".")
            argument.value = f"{first}Law{dot}{rest}" if first in names else argument.value
        case "Fn::GetAtt" if isinstance(argument, yaml.SequenceNode) and argument.value[0].value in names:
            argument.value[0].value += "Law"
        case "Fn::Sub":
            first = argument.value[0] if isinstance(argument, yaml.SequenceNode) else argument
            own = (
                {key.value for key, _ in argument.value[1].value}
                if isinstance(argument, yaml.SequenceNode) and isinstance(argument.value[1], yaml.MappingNode)
                else set()
            )
            if isinstance(first, yaml.ScalarNode):
                first.value = _IN_SUB.sub(lambda found: found[0] + "Law" * (found[1] in names - own), first.value)


def nested(project: Project) -> Change | None:
    """A new template whose only resource is a stack of the old one, with the old one's parameters as its own."""
    if project.root not in project.files:
        return None
    try:
        root = loaded(project.files[project.root])
    except NotATemplateError:
        return None
    parameters = get(root, "Parameters")
    given: dict[str, yaml.Node] = {}
    for key, parameter in parameters.value if isinstance(parameters, yaml.MappingNode) else ():
        kind = get(parameter, "Type")
        if not isinstance(kind, yaml.ScalarNode) or kind.value.startswith("AWS::SSM::"):
            return None
        is_list = kind.value.startswith("List<") or kind.value == "CommaDelimitedList"
        reference = call("Ref", text(key.value))
        given[key.value] = call("Fn::Join", sequence(text(","), reference)) if is_list else reference
    if get(root, "Rules") is not None:
        return None
    stack = mapping(
        {
            "Type": text("AWS::CloudFormation::Stack"),
            "Properties": mapping(
                {"TemplateURL": text(posixpath.basename(project.root))}
                | ({"Parameters": mapping(given)} if given else {})
            ),
        }
    )
    outer = mapping(
        {"AWSTemplateFormatVersion": text("2010-09-09")}
        | ({"Parameters": copy.deepcopy(parameters)} if parameters is not None else {})
        | {"Resources": mapping({"Inner": stack})}
    )
    path = project.beside("law-outer.yaml")
    return Change(replace(project.having({path: as_yaml(outer)}), root=path), lambda address: (f"Inner/{address}",))


def inline_into_managed(project: Project) -> Change | None:
    """Inline policies of users, roles and groups become managed policies that name them."""
    return _inline(project, "AWS::IAM::ManagedPolicy", named=False)


def inline_into_separate(project: Project) -> Change | None:
    """They become resources of the type ``AWS::IAM::Policy``."""
    return _inline(project, "AWS::IAM::Policy", named=True)


def _inline(project: Project, kind: str, *, named: bool) -> Change | None:
    def changed(root: yaml.MappingNode) -> bool:
        if has_loops(root) or get(root, "Transform") is not None:
            return False
        made: dict[str, yaml.Node] = {}
        for name, resource in resources(root).items():
            key = _IDENTITIES.get(type_of(resource))
            policies = get(properties(resource), "Policies") if key is not None else None
            if key is None or not isinstance(policies, yaml.SequenceNode) or not policies.tag.startswith("tag:"):
                continue
            if any(function(item) is not None or get(item, "PolicyDocument") is None for item in policies.value):
                continue
            entries = properties(resource)
            entries.value = [entry for entry in entries.value if entry[1] is not policies]
            for number, item in enumerate(policies.value):
                content = {"PolicyDocument": get(item, "PolicyDocument"), key: sequence(call("Ref", text(name)))}
                if named:
                    content["PolicyName"] = get(item, "PolicyName")
                policy = mapping({"Type": text(kind), "Properties": mapping(content)})  # type: ignore[arg-type]
                put_condition(policy, get(resource, "Condition"))
                made[f"Law{name}Policy{number}"] = policy
        section(root, "Resources").value.extend((text(name), resource) for name, resource in made.items())
        return bool(made)

    return rewritten(project, changed)


def put_condition(resource: yaml.MappingNode, condition: yaml.Node | None) -> None:
    """The same condition, if there is one, for another resource."""
    if condition is not None:
        resource.value.append((text("Condition"), copy.deepcopy(condition)))


def groups_into_additions(project: Project) -> Change | None:
    """The groups that a user names become additions to those groups."""

    def changed(root: yaml.MappingNode) -> bool:
        if has_loops(root) or get(root, "Transform") is not None:
            return False
        made: dict[str, yaml.Node] = {}
        for name, resource in resources(root).items():
            groups = get(properties(resource), "Groups") if type_of(resource) == "AWS::IAM::User" else None
            if not isinstance(groups, yaml.SequenceNode) or not groups.tag.startswith("tag:"):
                continue
            if any(function(item) == "Fn::If" for item in groups.value):
                continue
            entries = properties(resource)
            entries.value = [entry for entry in entries.value if entry[1] is not groups]
            for number, group in enumerate(groups.value):
                addition = mapping(
                    {
                        "Type": text("AWS::IAM::UserToGroupAddition"),
                        "Properties": mapping({"GroupName": group, "Users": sequence(call("Ref", text(name)))}),
                    }
                )
                put_condition(addition, get(resource, "Condition"))
                made[f"Law{name}Group{number}"] = addition
        section(root, "Resources").value.extend((text(name), resource) for name, resource in made.items())
        return bool(made)

    return rewritten(project, changed)


def granted(project: Project) -> Change | None:
    """A managed policy that allows the actions names every user and role."""
    return _given(project, lambda: {"Effect": text("Allow")})


def denied_to_all(project: Project) -> Change | None:
    """One that denies them."""
    return _given(project, lambda: {"Effect": text("Deny")})


def denied_without_mfa(project: Project) -> Change | None:
    """One that denies them where there is no MFA."""
    return _given(
        project,
        lambda: {
            "Effect": text("Deny"),
            "Condition": mapping({"BoolIfExists": mapping({"aws:MultiFactorAuthPresent": text("false")})}),
        },
    )


def _given(project: Project, statement: Callable[[], dict[str, yaml.Node]]) -> Change | None:
    given: set[str] = set()

    def changed(root: yaml.MappingNode) -> bool:
        if get(root, "Transform") is not None:
            return False
        made: dict[str, yaml.Node] = {}
        for name, resource in resources(root).items():
            key = _IDENTITIES.get(type_of(resource))
            if key is None or key == "Groups":
                continue
            given.add(name)
            document = mapping(
                {
                    "Version": text("2012-10-17"),
                    "Statement": sequence(
                        mapping(
                            {
                                **statement(),
                                "Action": sequence(
                                    text("signin:AuthorizeOAuth2Access"), text("signin:CreateOAuth2Token")
                                ),
                                "Resource": text("*"),
                            }
                        )
                    ),
                }
            )
            policy = mapping(
                {
                    "Type": text("AWS::IAM::ManagedPolicy"),
                    "Properties": mapping({"PolicyDocument": document, key: sequence(call("Ref", text(name)))}),
                }
            )
            put_condition(policy, get(resource, "Condition"))
            made[f"LawGiven{name}"] = policy
        section(root, "Resources").value.extend((text(name), resource) for name, resource in made.items())
        return bool(made)

    return rewritten(project, changed, moved=lambda address: (address,) if address in given else ())


def defaults_given(project: Project) -> Change | None:
    """Every default of a parameter is given as its value, and the default is another one."""
    if project.root not in project.files or project.inputs.parameters:
        return None
    given: list[tuple[str, str | None]] = []

    def changed(root: yaml.MappingNode) -> bool:
        parameters = get(root, "Parameters")
        for key, parameter in parameters.value if isinstance(parameters, yaml.MappingNode) else ():
            kind, default = get(parameter, "Type"), get(parameter, "Default")
            if isinstance(default, yaml.ScalarNode) and isinstance(kind, yaml.ScalarNode) and kind.value == "String":
                if not default.tag.endswith(":str"):
                    continue
                given.append((key.value, default.value))
                if get(parameter, "AllowedValues") is None and get(parameter, "AllowedPattern") is None:
                    default.value = "wrong"
        return bool(given)

    change = rewritten(project, changed)
    if change is None:
        return None
    inputs = replace(project.inputs, parameters=tuple(given))
    return replace(change, project=replace(change.project, inputs=inputs))


def valued(number: int, project: Project) -> Change | None:
    """Every parameter without a default gets a value; ``number`` says which."""
    if project.root not in project.files or project.inputs.parameters:
        return None
    try:
        parameters = get(loaded(project.files[project.root]), "Parameters")
    except NotATemplateError:
        return None
    values: list[tuple[str, str | None]] = []
    for key, parameter in parameters.value if isinstance(parameters, yaml.MappingNode) else ():
        kind, allowed = get(parameter, "Type"), get(parameter, "AllowedValues")
        if get(parameter, "Default") is not None or not isinstance(kind, yaml.ScalarNode):
            continue
        if isinstance(allowed, yaml.SequenceNode) and allowed.value:
            choices = [item.value for item in allowed.value]
        elif kind.value == "Number":
            choices = ["1", "0"]
        elif kind.value == "String":
            choices = [f"{key.value}-value-of-16", "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess", "true"]
        else:
            continue
        values.append((key.value, choices[number % len(choices)]))
    return Change(replace(project, inputs=replace(project.inputs, parameters=tuple(values)))) if values else None
