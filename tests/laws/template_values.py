"""A literal in a template is the same as a parameter's default, in a mapping, and through a function."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import yaml

from tests.laws.project import Change, Project
from tests.laws.template import (
    call,
    function,
    get,
    mapping,
    put,
    resources,
    rewritten,
    section,
    sequence,
    text,
    type_of,
)

_LITERAL_ONLY = frozenset({"TemplateURL", "TemplateBody", "Transform", "Location", "CodeUri"})
"""Properties in which other tools look for a literal."""


def _literals(root: yaml.MappingNode) -> Iterator[tuple[yaml.Node, str]]:
    """Where literal texts of properties stand: what holds them, and each text."""
    for resource in resources(root).values():
        if type_of(resource).startswith(("AWS::IAM::", "AWS::SSO::")):
            yield from _beneath(get(resource, "Properties"))


def _beneath(node: yaml.Node | None) -> Iterator[tuple[yaml.Node, str]]:
    if node is None or not node.tag.startswith("tag:"):
        return
    name = function(node)
    if name == "Fn::Join":
        argument = node.value[0][1]
        if isinstance(argument, yaml.SequenceNode) and argument.tag.startswith("tag:") and len(argument.value) == 2:
            yield from _beneath(argument.value[1])
    elif name is not None and not (name == "Condition" and isinstance(node.value[0][1], yaml.CollectionNode)):
        return
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if not key.value.startswith("Fn::") and key.value not in _LITERAL_ONLY:
                yield from _beneath(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _beneath(value)
    elif node.tag.endswith(":str") and node.value and "{{" not in node.value:
        yield node, node.value


def replaced(project: Project, made: Callable[[yaml.MappingNode, int, str], yaml.Node | None]) -> Change | None:
    """Put what is made of a literal, its number and its text, if anything is, in the place of each literal."""

    def changed(root: yaml.MappingNode) -> bool:
        found = {id(node): (node, value) for node, value in _literals(root)}
        places: dict[int, yaml.Node] = {}
        for number, (node, value) in enumerate(found.values()):
            replacement = made(root, number, value)
            if replacement is not None:
                places[id(node)] = replacement
        for resource in resources(root).values():
            _substitute(get(resource, "Properties"), places)
        return bool(places)

    return rewritten(project, changed)


def _substitute(node: yaml.Node | None, places: dict[int, yaml.Node]) -> None:
    if isinstance(node, yaml.MappingNode):
        node.value = [(key, places.get(id(value), value)) for key, value in node.value]
        for _, value in node.value:
            if value not in places.values():
                _substitute(value, places)
    elif isinstance(node, yaml.SequenceNode):
        node.value = [places.get(id(value), value) for value in node.value]
        for value in node.value:
            if value not in places.values():
                _substitute(value, places)


def literals_into_parameters(project: Project) -> Change | None:
    def made(root: yaml.MappingNode, number: int, value: str) -> yaml.Node:
        name = f"LawParameter{number}"
        section(root, "Parameters").value.append(
            (text(name), mapping({"Type": text("String"), "Default": text(value)}))
        )
        return call("Ref", text(name))

    return replaced(project, made)


def literals_into_mapping(project: Project) -> Change | None:
    def made(root: yaml.MappingNode, number: int, value: str) -> yaml.Node:
        values = section(section(root, "Mappings"), "LawMapping")
        values.value.append((text(f"Key{number}"), mapping({"Value": text(value)})))
        return call("Fn::FindInMap", sequence(text("LawMapping"), text(f"Key{number}"), text("Value")))

    return replaced(project, made)


def literals_through_functions(project: Project) -> Change | None:
    def made(root: yaml.MappingNode, number: int, value: str) -> yaml.Node:
        escaped = value.replace("${", "${!")
        half = len(value) // 2
        choices: tuple[Callable[[], yaml.Node], ...] = (
            lambda: call("Fn::Sub", text(escaped)),
            lambda: call("Fn::Join", sequence(text(""), sequence(text(value[:half]), text(value[half:])))),
            lambda: call("Fn::Select", sequence(text("1"), sequence(text("other"), text(value)))),
            lambda: call("Fn::Sub", sequence(text("${Value}"), mapping({"Value": text(value)}))),
            lambda: call("Fn::If", sequence(text("LawHolds"), text(value), text("other"))),
            lambda: call("Fn::If", sequence(text("LawFails"), text("other"), text(value))),
            lambda: call(
                "Fn::Select",
                sequence(text("0"), call("Fn::Split", sequence(text("~~"), text(f"{value}~~other")))),
            ),
        )
        if number == 0:
            conditions = section(root, "Conditions")
            put(conditions, "LawHolds", call("Fn::Equals", sequence(text("a"), text("a"))))
            conditions.value.append(
                (text("LawFails"), call("Fn::Not", sequence(mapping({"Condition": text("LawHolds")}))))
            )
        return choices[number % len(choices)]()

    return replaced(project, made)


def resources_under_condition(project: Project) -> Change | None:
    """Every resource without a condition gets one that holds."""

    def changed(root: yaml.MappingNode) -> bool:
        free = [one for one in resources(root).values() if get(one, "Condition") is None]
        for one in free:
            one.value.append((text("Condition"), text("LawHolds")))
        conditions = section(root, "Conditions")
        put(conditions, "LawHolds", call("Fn::Equals", sequence(text("a"), text("a"))))
        return bool(free)

    return rewritten(project, changed)
