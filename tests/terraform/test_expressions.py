"""Whole expressions against the recorded answers of the real ``terraform console``.

``different.json`` holds what is not evaluated as Terraform does, by reason. Exactly these differ: one that is mended
has to go from there.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scanner.terraform.configuration.module_instance import ModuleInstance
from scanner.terraform.language.errors import EvaluationError
from scanner.terraform.language.place import SyntaxProblem
from scanner.values import holes
from tests.tables import table
from tests.terraform.evaluation import CASES, DIFFERENT, REFUSED, UNKNOWN, evaluated, plain, result, root_module, same

pytestmark = pytest.mark.slow


def answer(expression: str, module: ModuleInstance) -> Any:
    try:
        value = evaluated(expression, module)
    except (EvaluationError, SyntaxProblem):
        return REFUSED
    if isinstance(value.data, Decimal) and not value.data.is_finite():
        return REFUSED  # the console cannot print it
    return UNKNOWN if holes(value) else plain(value)


def recorded() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for file in sorted(CASES.glob("*.yaml")):
        for case in table(file).get("expressions") or ():
            if "expr" in case:
                found[case["expr"]] = result(case)
    return found


def test_expressions(tmp_path: Path) -> None:
    expected, module = recorded(), root_module(tmp_path)
    assert len(expected) > 400
    differing = {text for text, wanted in expected.items() if not same(answer(text, module), wanted)}
    known = DIFFERENT & expected.keys()
    assert not differing - known, f"Terraform answered otherwise: {sorted(differing - known)}"
    assert not known - differing, f"take out of different.json what is right now: {sorted(known - differing)}"
