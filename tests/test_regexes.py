"""Every regular expression of the scanner takes linear time for what it is used for, and there is no other."""

from __future__ import annotations

import ast
import importlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scanner import globs, regexes
from scanner.configuration import account_sections
from tests import package_source
from tests.superlinear import slow_part

ROOT = Path(__file__).parent.parent
USES = {
    "anywhere": {"search", "finditer", "findall", "split", "sub", "subn", "match"},
    "beginning": {"match"},
    "whole": {"fullmatch", "match"},
}
MODES: Mapping[str, Mapping[str, bool]] = {"anywhere": {"searches": True}, "beginning": {}, "whole": {"whole": True}}

NOT_SEARCHED = {"scanner.rules.bounded_match"}
"""What compiles an expression of the user only to see that it is one, and searches with the package ``regex``."""

MADE: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "cloudformation.macros.loops": ({"identifier": "Name"}, {"identifier": " {"}),
    "cloudformation.cdk.lookups": (
        {"longest_first": ["vpc-12345", "dummy"]},
        {"longest_first": ["a" * 5, "aa", ".-" * 3, "ab" * 4]},
    ),
    "cloudformation.checks.refused_names": ({"name": "Outputs.*"}, {"name": "a"}),
    "cloudformation.template.recognition": ({"indentation": ""}, {"indentation": " \t "}),
    "triage.address_globs": (
        {"first": "", "between": ["a", "b.c"], "last": "d"},
        {"first": "a", "between": ["a"] * 9, "last": "a"},
    ),
    "globs": (
        {"better": globs.linear("^(?:.+/)?a(?:/.+)?/a[^/]*b[^/]*c(?:/|$)"), "parts": ["^(?:.+/)?(?:a|b)(?:/|$)"]},
    ),
    "principals.definition": ({"address": "module.a[*].aws_iam_user.b[*]", "instance": ""},),
    "terraform.language.blocks": ({"marker": "EOT"}, {"marker": "-"}),
    "terraform.language.spelling": ({"marker": "EOT"},),
    "terraform.language.template_nodes": ({"marker": "EOT"},),
    "terraform.language.functions.filesystem": ({"alternatives": ["a/*b*c/**/d*e*f", "**/[ab]?"]},),
    "report.encoding": ({"key": "version"},),
    "configuration.items": ({"self": account_sections.ACCOUNT_ID},),
    "rules.filter_tests": ({"shape": SimpleNamespace(pattern="^[0-9]{12}$")},),
    "source_file": ({"begins": rb"\xff\xfe\0\0|[\t\n\r -~]\0\0\0"},),
    "triage.comments": ({"word": b"scan"},),
}
"""Local names of expressions that are made of other texts, with what the texts might be."""


@cache
def trees() -> Mapping[str, ast.Module]:
    """By the name of the module."""
    found = package_source.trees()
    names = {file: f"scanner/{file}".removesuffix(".py").replace("/", ".").removesuffix(".__init__") for file in found}
    return {names[file]: tree for file, tree in found.items() if file != "regexes.py"}


def calls(tree: ast.Module) -> Iterator[ast.Call]:
    """Those that compile an expression."""
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == regexes.__name__]
    names = {alias.name for node in imports for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield node


def compiled(module: str, call: ast.Call) -> Iterator[tuple[str | bytes, int]]:
    """The expressions that a call compiles, and their flags."""
    names = vars(importlib.import_module(module))
    for given in ({}, *MADE.get(module.removeprefix("scanner."), ())):
        values = []
        for one in (*call.args, *(keyword.value for keyword in call.keywords)):
            try:
                values.append(eval(compile(ast.Expression(one), module, "eval"), {**names, **given}))  # noqa: S307 # our own
            except NameError:
                break
        else:
            pattern, flags = values[0], values[1] if len(values) > 1 else 0
            yield pattern, re.compile(pattern, flags).flags


CALLS = [(module, call) for module, tree in trees().items() for call in calls(tree)]


@pytest.mark.slow
@pytest.mark.parametrize(("module", "call"), [pytest.param(*one, id=f"{one[0]}:{one[1].lineno}") for one in CALLS])
def test_an_expression_is_linear(module: str, call: ast.Call) -> None:
    found = dict.fromkeys(compiled(module, call))
    assert found, f"{module} compiles {ast.unparse(call)}: say in MADE what its local names may be"
    use = call.func.id  # type: ignore[attr-defined] # a name
    for pattern, flags in found:
        text = slow_part(pattern, flags, **MODES[use])
        assert text is None, f"{module}:{call.lineno}: {text!r}, many times over, takes {pattern!r} too long ({use})"


def test_nothing_else_compiles_expressions() -> None:
    functions = {"compile", *(use for uses in USES.values() for use in uses)}
    found = set()
    for module, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "re":
                found.add(module)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "re":
                found |= {module} if node.attr in functions else set()
    assert found == NOT_SEARCHED, "compile it with scanner/regexes.py"


def test_expressions_are_used_as_they_say() -> None:
    """As far as a name shows: one that is handed on is used by somebody who has been told."""
    imports: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    said: dict[tuple[str, str], str] = {}
    for module, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                imports[module] |= {alias.asname or alias.name: (node.module or "", alias.name) for alias in node.names}
        compiling = set(calls(tree))
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and node.value in compiling:
                said[module, node.targets[0].id] = node.value.func.id  # type: ignore[attr-defined] # names
    assert len(said) > 100
    for module, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                place = imports[module].get(node.value.id, (module, node.value.id))
                if place in said and node.attr in USES["anywhere"] | USES["whole"]:
                    assert node.attr in USES[said[place]], f"{module}:{node.lineno}: {'.'.join(place)}"


@pytest.mark.parametrize(
    ("pattern", "use", "is_slow"),
    [
        (r"\s+", "anywhere", False),
        (r"\s+$", "anywhere", True),
        (r"\s*x", "anywhere", True),
        (r"\s*+x", "anywhere", True),
        (r"\s*x", "beginning", False),
        (r"\s*\s*x", "beginning", True),
        (r"(a+)+$", "beginning", True),
        (r"(a|aa)+$", "beginning", True),
        (r"(a*)*", "beginning", False),
        (r"(a*)*", "whole", True),
        (r"(?:a*b|a)*", "beginning", True),
        (r"(?s)(?>.*?a)(?>.*?b)c", "beginning", False),
        (r"(?s).*?a.*?b", "beginning", True),
        (r"(?:\s|#[^\n]*)*+x", "beginning", False),
        (r"(?:\s|#[^\n]*)*x", "beginning", True),
        (r"\w+:", "anywhere", True),
        (r"(?<!\w)\w+:", "anywhere", False),
        (r"\b\w+:", "anywhere", False),
        (r'"[^"]*"', "anywhere", False),
        (r'"(?:[^"\\]|\\.)*+"', "anywhere", True),
        (r'"(?:[^"\\]|\\.)*+"?', "anywhere", False),
        (r"(?s)a(?=.*b)", "anywhere", True),
        (r"(?s)a(?:.*b)?", "anywhere", True),
        (r"(?s)/\*.*?\*/", "anywhere", True),
        (r"([-/.])\d\1", "anywhere", False),
        (r"(a+)\1*b", "beginning", True),
        (r'(?:[^"\\]|\\.)*', "whole", False),
        (r'(?:[^"]|\\.)*', "whole", True),
        (r"a{0,3}a{0,3}b", "beginning", False),
        (r"a{0,999}a{0,999}b", "beginning", True),
        (rb"\s*\Z", "anywhere", True),
    ],
)
def test_slow_expressions_are_found(pattern: str | bytes, use: str, is_slow: bool) -> None:
    assert (slow_part(pattern, **MODES[use]) is not None) == is_slow
