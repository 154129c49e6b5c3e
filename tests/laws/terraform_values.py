"""A value is the same through a local, a variable, a module, or a function that gives back what it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from scanner.terraform.language import nodes
from tests.laws.hcl import (
    Edit,
    NotEditableError,
    PlacedBlock,
    blocks_of,
    body_attributes,
    edited,
    is_plain_literal,
    module_directories,
    names,
    unused,
    walk,
)
from tests.laws.project import Change, Project

_FIXED = frozenset({"source", "version", "providers", "provider", "depends_on", "alias", "iterator", "ignore_changes"})
"""Arguments that take no expression, or no value."""
_SETTINGS = frozenset({"lifecycle", "provisioner", "connection"})
_WITH_VALUES = frozenset({"resource", "data", "locals", "output", "module", "provider"})
"""Blocks whose arguments are expressions."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An expression that can stand elsewhere."""

    placed: PlacedBlock
    start: int
    end: int
    text: str
    is_key: bool = False


Moves = Callable[[str, list[str]], tuple[list[str], dict[str, str]]]
"""From an unused name and the texts of expressions to what stands in their place, and the files that this takes."""


def literals(blocks: Iterable[PlacedBlock]) -> Iterator[Occurrence]:
    """Texts, numbers and constants where any expression may stand."""
    for placed in blocks:
        if placed.type not in _WITH_VALUES:
            continue
        for attribute in _attributes(placed.block.body):
            keys = {
                id(key): isinstance(key, nodes.Literal)
                for found, _ in walk(attribute.value)
                if isinstance(found, nodes.ObjectNode)
                for key, _ in found.items
            }
            for found, _ in walk(attribute.value):
                if isinstance(found, nodes.Literal) and is_plain_literal(placed, found):
                    is_key = id(found) in keys
                    if not is_key or isinstance(found.value, str):
                        yield Occurrence(placed, *placed.offsets(found.span), placed.source(found.span), is_key)


def expressions(blocks: Iterable[PlacedBlock]) -> Iterator[Occurrence]:
    """Whole arguments of resources and outputs that mean the same wherever they stand in the module."""
    for placed in blocks:
        if placed.type not in {"resource", "data", "output", "module"}:
            continue
        for attribute in _attributes(placed.block.body, dynamic=False):
            if not names(attribute.value) & {"each", "count", "self"}:
                start, end = placed.offsets(attribute.value.span)
                text = placed.source(attribute.value.span)
                # Brackets around an expression are no part of it, and what follows an operation may be.
                if "<<" in text or attribute.value.span.end_line == attribute.span.end_line:
                    if "<<" not in text and text != text.rstrip():
                        continue
                    yield Occurrence(placed, start, end, text)


def _attributes(body: nodes.Body, *, dynamic: bool = True) -> Iterator[nodes.Attribute]:
    bodies = nodes.Body(
        {name: one for name, one in body.attributes.items() if name not in _FIXED},
        tuple(block for block in body.blocks if block.type not in _SETTINGS),
        body.span,
    )
    for attribute in body_attributes(bodies, dynamic=dynamic):
        if attribute.name not in _FIXED:
            yield attribute


def moved(
    project: Project,
    choose: Callable[[Iterable[PlacedBlock]], Iterator[Occurrence]],
    moves: Moves,
    directories: Iterable[str] | None = None,
) -> Change | None:
    """Put something in the place of expressions, in all module directories or in some."""
    result = project
    name = unused(project, "law_value")
    for directory in module_directories(project) if directories is None else directories:
        try:
            found = list(choose(blocks_of(project, directory)))
        except NotEditableError:
            continue
        if not found:
            continue
        texts = list(dict.fromkeys(one.text for one in found))
        replacements, files = moves(name, texts)
        by_text = dict(zip(texts, replacements, strict=True))
        edits = [
            Edit(
                one.placed.path,
                one.start,
                one.end,
                f"({by_text[one.text]})" if one.is_key else by_text[one.text] + "\n" * one.text.endswith("\n"),
            )
            for one in found
        ]
        prefix = f"{directory}/" if directory else ""
        result = edited(result, edits).having({prefix + path: text for path, text in files.items()})
    return Change(result) if result is not project else None


def _as_locals(name: str, texts: list[str]) -> tuple[list[str], dict[str, str]]:
    lines = [f"  {name}_{number} = {text.rstrip()}\n" for number, text in enumerate(texts)]
    return [f"local.{name}_{number}" for number in range(len(texts))], {
        f"{name}.tf": f"locals {{\n{''.join(lines)}}}\n"
    }


def _as_nested_local(name: str, texts: list[str]) -> tuple[list[str], dict[str, str]]:
    lines = [f'    "key {number}" = {{ list = [{text.rstrip()}] }}\n' for number, text in enumerate(texts)]
    return [f'local.{name}["key {number}"].list[0]' for number in range(len(texts))], {
        f"{name}.tf": f"locals {{\n  {name} = {{\n{''.join(lines)}  }}\n}}\n"
    }


def _as_variables(name: str, texts: list[str]) -> tuple[list[str], dict[str, str]]:
    blocks = [f'variable "{name}_{number}" {{\n  default = {text.rstrip()}\n}}\n' for number, text in enumerate(texts)]
    return [f"var.{name}_{number}" for number in range(len(texts))], {f"{name}.tf": "".join(blocks)}


def _through_module(name: str, texts: list[str]) -> tuple[list[str], dict[str, str]]:
    numbers = range(len(texts))
    arguments = "".join(f"  v{number} = {text.rstrip()}\n" for number, text in enumerate(texts))
    child = "".join(
        f'variable "v{number}" {{}}\n\noutput "v{number}" {{\n  value = var.v{number}\n}}\n\n' for number in numbers
    )
    return [f"module.{name}.v{number}" for number in numbers], {
        f"{name}.tf": f'module "{name}" {{\n  source = "./{name}"\n{arguments}}}\n',
        f"{name}/main.tf": child,
    }


_IDENTITIES = (
    'format("%s", {})',
    'join("", [{}])',
    "element([{}], 0)",
    'lookup({{ key = {} }}, "key", "")',
    "jsondecode(jsonencode({}))",
    "base64decode(base64encode({}))",
    "one([{}])",
    "coalesce({})",
    "try({}, null)",
    '"${{{}}}"',
    '[for one in [{}, "other"] : one if one != "other"][0]',
    "merge({{ key = true }}, {{ key = {} }}).key",
    "one({{ key = {} }}[*].key)",
    'true ? {} : "other"',
    "flatten([[{}]])[0]",
    "values({{ key = {} }})[0]",
    "keys({{ ({}) = true }})[0]",
    "yamldecode(yamlencode({{ key = {} }})).key",
    'replace("-${{{}}}", "/^-/", "")',
    "tolist(toset([{}]))[0]",
    'zipmap(["key"], [{}])["key"]',
    "coalescelist([], [{}])[0]",
    'urlencode({0}) == "" ? {0} : {0}',
)
"""Functions of a text that give it back, as formats."""


def _through_functions(name: str, texts: list[str]) -> tuple[list[str], dict[str, str]]:
    del name
    return [
        f"({_IDENTITIES[number % len(_IDENTITIES)].format(text)})"
        if text.startswith('"') and text not in ('""', '"other"')
        else f"try({text}, null)"
        for number, text in enumerate(texts)
    ], {}


def literals_into_locals(project: Project) -> Change | None:
    return moved(project, literals, _as_locals)


def literals_into_nested_local(project: Project) -> Change | None:
    """One local with a list in an object for each literal."""
    return moved(project, literals, _as_nested_local)


def literals_into_variables(project: Project) -> Change | None:
    return moved(project, literals, _as_variables)


def literals_through_module(project: Project) -> Change | None:
    return moved(project, literals, _through_module)


def literals_through_functions(project: Project) -> Change | None:
    return moved(project, literals, _through_functions)


def expressions_into_locals(project: Project) -> Change | None:
    return moved(project, expressions, _as_locals)


def expressions_through_module(project: Project) -> Change | None:
    return moved(project, expressions, _through_module)
