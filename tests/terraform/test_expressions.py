"""Whole expressions against the recorded answers of the real ``terraform console``.

``different.json`` holds what is not evaluated as Terraform does, by reason. Exactly these differ: one that is mended
has to go from there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from scanner.root import Inputs
from scanner.span import Span
from scanner.terraform.configuration.module import Module
from scanner.terraform.configuration.module_instance import ModuleInstance
from scanner.terraform.configuration.root_configuration import Configuration
from scanner.terraform.language import syntax
from scanner.terraform.language.errors import EvaluationError
from scanner.terraform.language.expressions import evaluate_whole
from scanner.terraform.language.syntax_tree import SyntaxProblem
from scanner.values import Value, holes
from tests.terraform.test_outputs import same

CASES = Path(__file__).parent.parent / "cases" / "expressions"
REFUSED = "refused"
UNKNOWN = "unknown"
DIFFERENT: dict[str, list[str]] = json.loads((CASES / "different.json").read_text(encoding="utf-8"))


def plain(value: Value) -> Any:
    match value.data:
        case tuple() as items:
            return [plain(item) for item in items]
        case Mapping() as entries:
            return {key: plain(entries[key]) for key in sorted(entries)}
        case Decimal() as number:
            return float(number)
    return value.data


def answer(expression: str, directory: Path) -> Any:
    module = ModuleInstance(Configuration(Inputs(), directory), Module(".", directory))
    try:
        value = evaluate_whole(syntax.parse_expression(expression, Span("x.tf", 1, 1, 1, 1)), module.scope)
    except (EvaluationError, SyntaxProblem):
        return REFUSED
    if isinstance(value.data, Decimal) and not value.data.is_finite():
        return REFUSED  # the console cannot print it
    return UNKNOWN if holes(value) else plain(value)


def recorded() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for file in sorted(CASES.glob("*.yaml")):
        for case in yaml.safe_load(file.read_text(encoding="utf-8")).get("expressions") or ():
            if "expr" in case:
                found[case["expr"]] = REFUSED if case.get("error") else json.loads(case["result"])
    return found


def test_expressions(tmp_path: Path) -> None:
    expected = recorded()
    assert len(expected) > 400
    differing = {text for text, result in expected.items() if not same(answer(text, tmp_path), result)}
    listed = {text for texts in DIFFERENT.values() for text in texts} & expected.keys()
    assert differing - listed == set()
    assert listed - differing == set()
