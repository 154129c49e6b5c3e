"""What is not known in a template: definite verdicts hold whatever it is; equal alternatives are one value."""

from __future__ import annotations

import re

import yaml

from tests.laws.project import Change, Project
from tests.laws.sample import order
from tests.laws.template import (
    call,
    every,
    get,
    mapping,
    put,
    rewritten,
    section,
    sequence,
    text,
)
from tests.laws.template_values import replaced

PARTS = 8
_SETS = frozenset({"Statement", "Action", "NotAction", "Resource", "NotResource", "AWS", "Service", "Federated"})
_LISTS = frozenset({"ManagedPolicyArns", "Groups", "Users", "Roles", "Policies", "Tags"})


def literals_opened(part: int, project: Project) -> Change | None:
    """An eighth of the literals become parameters without a value."""

    def made(root: yaml.MappingNode, number: int, value: str) -> yaml.Node | None:
        if int(order(project.name, value)[:8], 16) % PARTS != part:
            return None
        name = f"LawOpen{number}"
        section(root, "Parameters").value.append((text(name), mapping({"Type": text("String")})))
        return call("Ref", text(name))

    return replaced(project, made)


def literals_chosen(project: Project) -> Change | None:
    """Every literal becomes a choice between itself and itself, by a condition that is not known."""

    def made(root: yaml.MappingNode, number: int, value: str) -> yaml.Node:
        if number == 0:
            _open_stage(root)
            equal = call("Fn::Equals", sequence(call("Ref", text("LawStage")), text("one")))
            section(root, "Conditions").value.append((text("LawOpen"), equal))
        return call("Fn::If", sequence(text("LawOpen"), text(value), text(value)))

    return replaced(project, made)


def literals_found_in_map(project: Project) -> Change | None:
    """Every literal becomes what a mapping has for each value that a parameter may have."""

    def made(root: yaml.MappingNode, number: int, value: str) -> yaml.Node:
        if number == 0:
            _open_stage(root)
        stages = section(root, "Mappings")
        entry: dict[str, yaml.Node] = {stage: mapping({"Value": text(value)}) for stage in ("one", "two")}
        stages.value.append((text(f"LawStages{number}"), mapping(entry)))
        return call("Fn::FindInMap", sequence(text(f"LawStages{number}"), call("Ref", text("LawStage")), text("Value")))

    return replaced(project, made)


def _open_stage(root: yaml.MappingNode) -> None:
    stage = mapping({"Type": text("String"), "AllowedValues": sequence(text("one"), text("two"))})
    put(section(root, "Parameters"), "LawStage", stage)


def lists_reversed(project: Project) -> Change | None:
    """Statements, actions, resources, principals, groups and policies in reverse order."""

    def changed(root: yaml.MappingNode) -> bool:
        found = False
        for node in every(root):
            for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
                if (
                    key.value in _SETS | _LISTS
                    and isinstance(value, yaml.SequenceNode)
                    and value.tag.startswith("tag:")
                ):
                    value.value.reverse()
                    found = found or len(value.value) > 1
        return found

    return rewritten(project, changed)


def single_values_into_lists(project: Project) -> Change | None:
    """``Action: a`` becomes ``Action: [a]``; likewise one statement."""

    def changed(root: yaml.MappingNode) -> bool:
        found = False
        for node in every(root):
            if isinstance(node, yaml.MappingNode) and get(node, "Effect") is not None:
                node.value = [
                    (key, sequence(value))
                    if key.value in _SETS and not isinstance(value, yaml.SequenceNode) and _is_text(value)
                    else (key, value)
                    for key, value in node.value
                ]
                found = True
        return found

    return rewritten(project, changed)


def _is_text(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag.startswith("tag:")


def partition_by_pseudo_parameter(project: Project) -> Change | None:
    """``arn:aws:`` gets its partition from ``AWS::Partition``."""
    if re.search("aws-cn|aws-us-gov", "".join(project.files.values())):
        return None

    def made(root: yaml.MappingNode, number: int, value: str) -> yaml.Node | None:
        del root, number
        if not value.startswith("arn:aws:"):
            return None
        rest = value.removeprefix("arn:aws:").replace("${", "${!")
        return call("Fn::Sub", text(f"arn:${{AWS::Partition}}:{rest}"))

    return replaced(project, made)


def booleans_in_words(project: Project) -> Change | None:
    """``true`` is ``yes`` and ``on`` in YAML 1.1, and ``false`` is ``no`` and ``off``."""
    if project.files.get(project.root, "").lstrip()[:1] == "{":
        return None

    def changed(root: yaml.MappingNode) -> bool:
        found = False
        for number, node in enumerate(every(root)):
            if isinstance(node, yaml.ScalarNode) and node.tag.endswith(":bool"):
                words = ("yes", "on", "Yes") if node.value.lower() in ("true", "yes", "on") else ("no", "off", "No")
                node.value = words[number % 3]
                found = True
        return found

    return rewritten(project, changed)


def numbers_in_octal(project: Project) -> Change | None:
    """Whole numbers have other notations in YAML 1.1."""
    if project.files.get(project.root, "").lstrip()[:1] == "{":
        return None

    def changed(root: yaml.MappingNode) -> bool:
        found = False
        for number, node in enumerate(every(root)):
            if (
                isinstance(node, yaml.ScalarNode)
                and node.tag.endswith(":int")
                and re.fullmatch("[1-9][0-9]*", node.value)
            ):
                node.value = (f"0{int(node.value):o}", f"0x{int(node.value):X}")[number % 2]
                found = True
        return found

    return rewritten(project, changed)
