"""YAML's composer: from text to nodes that know their places.

A plain scalar, which has neither quotes nor a tag, gets ``PLAIN`` for a tag where it is certainly a text, else
``OTHER``, since what it means is settled by ``scalars`` and not by YAML's resolver; null and merge keys are told apart,
and what has quotes is a text. Tags that are not written out are always these very objects.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import yaml
from cfn_tools.yaml_loader import FN_PREFIX, UNCONVERTED_SUFFIXES, CfnYamlLoader, construct_getatt

from scanner.budget import spend
from scanner.cloudformation.template.scalars import is_text

Node = yaml.Node
ScalarNode = yaml.ScalarNode
SequenceNode = yaml.SequenceNode
MappingNode = yaml.MappingNode
YAMLError = yaml.YAMLError

YAML = "tag:yaml.org,2002:"
PLAIN, OTHER = "plain text", "plain"
"""The tags of plain scalars. Tags that are written out begin in other ways."""
TEXT, MERGE, NULL = f"{YAML}str", f"{YAML}merge", f"{YAML}null"
LIST, MAPPING = f"{YAML}seq", f"{YAML}map"

_MAX_DEPTH = 200
_STEPS = 24
"""Of a node, with the value that is made of it."""
_AT_ONCE = 256
"""Nodes that are charged together: a power of two."""
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


def composer_of(parser: Any) -> Any:
    """A composer that reads text with one of PyYAML's parsers.

    PyYAML's resolver walks along patterns for each scalar, and notes the way to each node, which nobody needs.
    """

    class Composer(parser):  # type: ignore[misc] # whichever there is
        def __init__(self, text: str) -> None:
            super().__init__(text)
            self.nodes = count(1)

        def resolve(self, kind: type[yaml.Node], value: str, implicit: tuple[bool, bool]) -> str:
            if not next(self.nodes) & (_AT_ONCE - 1):
                spend(_AT_ONCE * _STEPS)
            if kind is not yaml.ScalarNode:
                return MAPPING if kind is yaml.MappingNode else LIST
            if not implicit[0]:
                return TEXT
            if is_text(value):
                return PLAIN if value != "<<" else MERGE
            return NULL if value in _NULLS else OTHER

        def descend_resolver(self, parent: yaml.Node | None, index: object) -> None:
            pass

        def ascend_resolver(self) -> None:
            pass

    return Composer


# libyaml's parser gives the same marks and tags as cfn-flip's loader, ten times as fast, but is not in every PyYAML.
_Composer = composer_of(yaml.CSafeLoader if yaml.__with_libyaml__ else CfnYamlLoader)


def compose_all(text: str) -> Iterator[yaml.Node]:
    """The root node of each document. Raises ``yaml.YAMLError``."""
    loader = _Composer(text)
    try:
        while loader.check_node():
            yield loader.get_node()
    finally:
        loader.dispose()


def check(text: str) -> None:
    """Raises ``yaml.YAMLError`` where a text is not YAML, or too deep. Makes no nodes, which are most of the work."""
    loader = _Composer(text)
    try:
        if hasattr(loader, "raw_parse"):
            loader.raw_parse()
        else:
            depth = 0
            while loader.check_event():
                event = loader.get_event()
                depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
                if depth > _MAX_DEPTH:  # each level takes this parser longer than the one before
                    raise yaml.YAMLError
    finally:
        loader.dispose()


def resolved(written: str) -> str:
    """The tag that YAML gives to a plain scalar, which ``! 12`` has."""
    resolver: Any = yaml.resolver.Resolver()
    tag: str = resolver.resolve(yaml.ScalarNode, written, (True, False))
    return tag


def long_form(tag: str) -> str:
    """The key that a tag is short for."""
    suffix = tag[1:]
    return suffix if suffix in UNCONVERTED_SUFFIXES else FN_PREFIX + suffix


def parts_of_getatt(node: yaml.Node) -> list[str]:
    """The arguments that ``!GetAtt A.B`` is short for."""
    parts: list[str] = construct_getatt(node)
    return parts
