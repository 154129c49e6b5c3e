"""Outputs beside a configuration against what ``terraform plan`` recorded: several lines, and values known after apply.

Where the plan does not know a value, neither may the scan, unless ``different.json`` says why it does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner.root import Inputs
from scanner.terraform.configuration.module_instance import ModuleInstance
from scanner.terraform.configuration.root_configuration import Configuration
from scanner.terraform.configuration.variable_files import input_values
from scanner.values import Unknown, Value

CASES = Path(__file__).parent.parent / "cases" / "expressions"
REFUSED = "refused"
UNKNOWN = {"unknown": True}
DIFFERENT: dict[str, list[str]] = json.loads((CASES / "different.json").read_text(encoding="utf-8"))


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


def output(directory: Path, expression: str, inputs: Inputs = Inputs()) -> Any:  # noqa: B008 # frozen
    """What the scan makes of an output beside the configuration of a directory; ``REFUSED`` if it complains."""
    text = f'output "result" {{\n  value = {expression}\n}}\n'
    (directory / "output.tf").write_bytes(text.encode())
    configuration = Configuration(inputs, directory)
    module = configuration.module(directory, ".")
    instance = ModuleInstance(configuration, module)
    instance.set_inputs(input_values(instance, inputs))
    if "result" not in module.outputs:
        assert module.diagnostics
        return REFUSED
    value = plain(instance.output("result"))
    refused = [found for found in configuration.diagnostics if found.summary != "Variable not declared"]
    return REFUSED if module.diagnostics or refused else value


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


def result(case: Mapping[str, Any]) -> Any:
    """What was recorded."""
    if case.get("error"):
        return REFUSED
    return UNKNOWN if case.get("unknown") else json.loads(case["result"])


def recorded() -> dict[str, tuple[str, list[Any]]]:
    """Configuration and cases of each file that has outputs."""
    files = {file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(CASES.glob("*.yaml"))}
    return {
        stem: (cases.get("configuration", ""), cases["outputs"]) for stem, cases in files.items() if "outputs" in cases
    }


@pytest.mark.parametrize("stem", recorded())
def test_outputs(stem: str, tmp_path: Path) -> None:
    configuration, cases = recorded()[stem]
    (tmp_path / "main.tf").write_text(configuration, encoding="utf-8")
    differing = {case["expr"] for case in cases if not same(output(tmp_path, case["expr"]), result(case))}
    assert differing == {case["expr"] for case in cases} & {text for texts in DIFFERENT.values() for text in texts}
