"""Root modules evaluated for tests, values as JSON, and the recorded answers of real Terraform."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from scanner.root import Inputs
from scanner.span import Span
from scanner.terraform.configuration.module_instance import ModuleInstance
from scanner.terraform.configuration.root_configuration import RootConfiguration
from scanner.terraform.configuration.terragrunt.unit import Unit
from scanner.terraform.configuration.variable_files import input_values
from scanner.terraform.language import syntax
from scanner.terraform.language.expressions import evaluate_whole
from scanner.values import Unknown, Value
from tests.scans import ROOT

CASES = ROOT / "tests" / "cases" / "expressions"
DIFFERENT = {
    text for texts in json.loads((CASES / "different.json").read_text(encoding="utf-8")).values() for text in texts
}
"""What is not evaluated as Terraform does."""
REFUSED = "refused"
UNKNOWN = {"unknown": True}


def root_module(directory: Path, inputs: Inputs | None = None, units: Sequence[Unit] = ()) -> ModuleInstance:
    """The root module of a directory, with the values of its variables."""
    inputs = inputs or Inputs()
    configuration = RootConfiguration(inputs, directory)
    root = ModuleInstance(configuration, configuration.module(directory, "."))
    root.set_inputs(input_values(root, inputs, units))
    return root


def variables_of(root: ModuleInstance) -> Any:
    """The values of its variables."""
    found = root.scope.lookup("var")
    assert found is not None
    return plain(found)


def evaluated(expression: str, module: ModuleInstance) -> Value:
    """What an expression means in a module."""
    return evaluate_whole(syntax.parse_expression(expression, Span("x.tf", 1, 1, 1, 1)), module.scope)


def plain(value: Value) -> Any:
    """A value as JSON, with the marker of the recordings for what is not known."""
    match value.data:
        case Unknown():
            return UNKNOWN
        case tuple() as items:
            return [plain(item) for item in items]
        case Mapping() as entries:
            return {key: plain(entries[key]) for key in sorted(entries)}
        case Decimal() as number:
            return float(number)
    return value.data


def same(value: Any, other: Any) -> bool:
    """Equality that, unlike Python's, tells true from 1."""
    match value, other:
        case bool() | None | str(), _:
            return type(value) is type(other) and bool(value == other)
        case list(), list():
            return len(value) == len(other) and all(same(a, b) for a, b in zip(value, other, strict=True))
        case dict(), dict():
            return value.keys() == other.keys() and all(same(value[key], other[key]) for key in value)
    return not isinstance(other, bool) and bool(value == other)


def output(directory: Path, expression: str, inputs: Inputs | None = None) -> Any:
    """What the scan makes of an output beside the configuration of a directory; ``REFUSED`` if it complains."""
    text = f'output "result" {{\n  value = {expression}\n}}\n'
    (directory / "output.tf").write_bytes(text.encode())
    root = root_module(directory, inputs)
    if "result" not in root.module.outputs:
        assert root.module.diagnostics
        return REFUSED
    value = plain(root.output("result"))
    refused = [found for found in root.configuration.diagnostics if found.summary != "Variable not declared"]
    return REFUSED if root.module.diagnostics or refused else value


def result(case: Mapping[str, Any]) -> Any:
    """What was recorded."""
    if case.get("error"):
        return REFUSED
    if case.get("unknown"):
        return UNKNOWN
    assert "result" in case, f"{case} is not recorded yet: run tools/record_expressions.py on its file"
    return json.loads(case["result"])
