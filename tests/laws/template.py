"""A template as YAML nodes that can be changed and written again, spellings and all."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import yaml

from tests.laws.project import Change, Moved, Project, same

_TEXT = "tag:yaml.org,2002:str"
MAP = "tag:yaml.org,2002:map"
SEQUENCE = "tag:yaml.org,2002:seq"
MAX_DEPTH = 100
SHORT_ONLY = {"!Ref": "Ref", "!Condition": "Condition"}


class NotATemplateError(Exception):
    """No single YAML document with resources, or one that cannot be written again as it was."""


def text(value: str) -> yaml.ScalarNode:
    """A text in quotes."""
    return yaml.ScalarNode(_TEXT, value, style='"')


def mapping(entries: dict[str, yaml.Node]) -> yaml.MappingNode:
    """A mapping."""
    return yaml.MappingNode(MAP, [(text(key), value) for key, value in entries.items()])


def sequence(*items: yaml.Node) -> yaml.SequenceNode:
    """A list."""
    return yaml.SequenceNode(SEQUENCE, list(items))


def call(function: str, argument: yaml.Node) -> yaml.MappingNode:
    """A function in its long form."""
    return mapping({function: argument})


def loaded(source: str) -> yaml.MappingNode:
    """The tree of a template. Raises ``NotATemplateError``."""
    try:
        documents = list(
            yaml.compose_all(source.replace("\t", " ") if source.lstrip()[:1] == "{" else source, yaml.SafeLoader)
        )
    except yaml.YAMLError as problem:
        raise NotATemplateError from problem
    if len(documents) != 1 or not isinstance(documents[0], yaml.MappingNode):
        raise NotATemplateError
    root = _unshared(documents[0], 0)
    if not isinstance(root, yaml.MappingNode):
        raise NotATemplateError
    for node in every(root):
        keys = [key.value for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []
        if (
            len({str(key) for key in keys}) != len(keys)
            or any(not isinstance(key, str) for key in keys)
            or "<<" in keys
        ):
            raise NotATemplateError
    if not isinstance(get(root, "Resources"), yaml.MappingNode):
        raise NotATemplateError
    return root


def _unshared(node: yaml.Node, depth: int) -> yaml.Node:
    """A copy in which what an alias stands for is written out. Raises ``NotATemplateError`` where that has no end."""
    if depth > MAX_DEPTH:
        raise NotATemplateError
    copied = copy.copy(node)
    if isinstance(node, yaml.MappingNode):
        copied.value = [(copy.copy(key), _unshared(value, depth + 1)) for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        copied.value = [_unshared(value, depth + 1) for value in node.value]
    return copied


def every(node: yaml.Node) -> Iterator[yaml.Node]:
    """A node and all beneath it, the outer ones first; keys are no nodes of their own here."""
    yield node
    if isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from every(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from every(value)


def get(node: yaml.Node | None, key: str) -> yaml.Node | None:
    """An entry of a mapping; None of anything else."""
    if isinstance(node, yaml.MappingNode) and node.tag == MAP:
        for name, value in node.value:
            if name.value == key:
                return value
    return None


def put(node: yaml.MappingNode, key: str, value: yaml.Node) -> None:
    """Set an entry of a mapping."""
    node.value = [(name, found) for name, found in node.value if name.value != key] + [(text(key), value)]


def section(root: yaml.MappingNode, name: str) -> yaml.MappingNode:
    """A section of the template, made where it is missing."""
    found = get(root, name)
    if found is None:
        found = mapping({})
        put(root, name, found)
    if not isinstance(found, yaml.MappingNode):
        raise NotATemplateError
    return found


def fresh(root: yaml.MappingNode, name: str, stem: str) -> str:
    """A key that a section does not have yet."""
    taken = {key.value for key, _ in section(root, name).value}
    return next(key for key in (stem, *(f"{stem}{number}" for number in range(len(taken) + 1))) if key not in taken)


def resources(root: yaml.MappingNode) -> dict[str, yaml.MappingNode]:
    """The resources that are written as such, by logical ID."""
    return {
        key.value: value
        for key, value in section(root, "Resources").value
        if isinstance(value, yaml.MappingNode) and get(value, "Type") is not None
    }


def type_of(resource: yaml.Node) -> str:
    """The type of a resource, or nothing."""
    found = get(resource, "Type")
    return found.value if isinstance(found, yaml.ScalarNode) else ""


def properties(resource: yaml.MappingNode) -> yaml.MappingNode:
    """The properties of a resource, made where they are missing."""
    return section(resource, "Properties")


def function(node: yaml.Node) -> str | None:
    """The function that a node is a call of, in its long name."""
    if not node.tag.startswith("tag:"):
        return SHORT_ONLY.get(node.tag, "Fn::" + node.tag[1:])
    if isinstance(node, yaml.MappingNode) and len(node.value) == 1:
        name = node.value[0][0].value
        if name in ("Ref", "Condition") or name.startswith("Fn::"):
            return str(name)
    return None


def has_loops(root: yaml.MappingNode) -> bool:
    """Whether names are made by ``Fn::ForEach``."""
    return any(
        key.value.startswith("Fn::ForEach")
        for node in every(root)
        if isinstance(node, yaml.MappingNode)
        for key, _ in node.value
    )


def long_form(root: yaml.Node) -> yaml.Node:
    """A copy in which all functions have their long form."""
    tag = root.tag
    short = not tag.startswith("tag:")
    match root:
        case yaml.ScalarNode() if tag == "!GetAtt":
            name, _, attribute = root.value.partition(".")
            inner: yaml.Node = sequence(text(name), text(attribute))
        case yaml.ScalarNode():
            inner = yaml.ScalarNode(
                _TEXT if short else tag, root.value, style=(root.style or '"') if short else root.style
            )
        case yaml.SequenceNode():
            inner = yaml.SequenceNode(SEQUENCE, [long_form(item) for item in root.value], flow_style=root.flow_style)
        case yaml.MappingNode():
            entries = [(key, long_form(value)) for key, value in root.value]
            inner = yaml.MappingNode(MAP, entries, flow_style=root.flow_style)
        case _:
            raise NotATemplateError
    return call(SHORT_ONLY.get(tag, "Fn::" + tag[1:]), inner) if short else inner


def short_form(root: yaml.Node) -> yaml.Node:
    """A copy in which functions have their short form, where their argument is no function itself."""
    match root:
        case yaml.SequenceNode():
            return yaml.SequenceNode(root.tag, [short_form(item) for item in root.value], flow_style=root.flow_style)
        case yaml.MappingNode():
            entries = [(key, short_form(value)) for key, value in root.value]
            name = function(root) if root.tag == MAP else None
            if name in _SHORT and entries[0][1].tag.startswith("tag:"):
                argument = copy.copy(entries[0][1])
                if name == "Fn::GetAtt" and isinstance(argument, yaml.SequenceNode):
                    if not all(isinstance(item, yaml.ScalarNode) and item.tag == _TEXT for item in argument.value):
                        return yaml.MappingNode(root.tag, entries, flow_style=root.flow_style)
                    argument = yaml.ScalarNode("", ".".join(item.value for item in argument.value))
                argument.tag = "!" + name.removeprefix("Fn::")
                if isinstance(argument, yaml.ScalarNode) and argument.style is None:
                    argument.style = '"'
                return argument
            return yaml.MappingNode(root.tag, entries, flow_style=root.flow_style)
        case _:
            return root


_SHORT = frozenset(
    ("Ref", *(f"Fn::{name}" for name in ("GetAtt", "Sub", "Join", "If", "Select", "Split", "FindInMap", "ImportValue")))
)


def as_yaml(root: yaml.Node) -> str:
    """The text of a template."""
    return str(yaml.serialize(_unshared(root, 0), Dumper=yaml.SafeDumper, width=1000, allow_unicode=True))


def as_json(root: yaml.Node) -> str:
    """The same in JSON, in long form. Raises ``NotATemplateError`` for numbers that would change."""
    return json.dumps(_plain(long_form(root)), indent=2, ensure_ascii=False)


def _plain(node: yaml.Node) -> Any:
    match node:
        case yaml.MappingNode():
            return {key.value: _plain(value) for key, value in node.value}
        case yaml.SequenceNode():
            return [_plain(item) for item in node.value]
    if node.tag.rsplit(":", 1)[-1] in ("bool", "int"):
        return yaml.SafeLoader("").construct_object(node)
    if node.tag.rsplit(":", 1)[-1] in ("float", "null"):
        raise NotATemplateError
    return node.value


def rewritten(
    project: Project,
    changed: Callable[[yaml.MappingNode], bool],
    *,
    write: Callable[[yaml.Node], str] = as_yaml,
    moved: Moved = same,
) -> Change | None:
    """The template of a project after a change in place; the change says whether there was anything to change."""
    if project.root not in project.files or "cdk.out" in project.root:
        return None
    try:
        root = loaded(project.files[project.root])
        if not changed(root):
            return None
        is_json = project.files[project.root].lstrip()[:1] == "{"
        return Change(project.having({project.root: (as_json if is_json and write is as_yaml else write)(root)}), moved)
    except NotATemplateError:
        return None


def called(project: Project, suffix: str) -> Project:
    """The project with its template under another suffix."""
    name = project.root.rsplit(".", 1)[0] + suffix
    files = dict(project.files)
    files[name] = files.pop(project.root)
    return replace(project, files=files, root=name)
