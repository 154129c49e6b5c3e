"""Directories of configuration files against what real Terraform planned for them, and OpenTofu's files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scanner.diagnostic import Diagnostic
from scanner.root import Inputs
from scanner.span import Span
from scanner.terraform.configuration.files import configuration_files
from scanner.terraform.configuration.root_configuration import RootConfiguration
from tests.scans import write
from tests.tables import TABLES, table
from tests.terraform.evaluation import plain, root_module

CASES = TABLES / "files"
DIRECTORIES: dict[str, dict[str, str]] = table(CASES / "cases.yaml")
RECORDED: dict[str, Any] = json.loads((CASES / "recorded.json").read_text(encoding="utf-8"))["results"]


def evaluated(directory: Path, files: Mapping[str, str]) -> tuple[dict[str, Any], list[Diagnostic]]:
    write(directory, files)
    root = root_module(directory)
    outputs = {name: plain(root.output(name)) for name in root.module.outputs}
    for name in root.module.locals:
        root.module.locals[name]
    found = [*root.configuration.diagnostics]
    for module in root.configuration.modules.values():
        found += module.diagnostics
    return outputs, found


@pytest.mark.parametrize("name", DIRECTORIES)
def test_directories(tmp_path: Path, name: str) -> None:
    outputs, diagnostics = evaluated(tmp_path, DIRECTORIES[name])
    if RECORDED[name].get("error"):
        assert diagnostics
    else:
        assert outputs == RECORDED[name]["outputs"]
        assert diagnostics == []


def test_every_directory_is_recorded() -> None:
    assert set(RECORDED) == set(DIRECTORIES)
    assert len(DIRECTORIES) > 50


@pytest.mark.parametrize(
    ("names", "primary", "override"),
    [
        (("b.tf", "a.tf.json", "c.txt"), ("a.tf.json", "b.tf"), ()),
        (("a.tf", "a.tofu"), ("a.tofu",), ()),
        (("a.tf.json", "a.tofu.json"), ("a.tofu.json",), ()),
        # Only the same notation is hidden.
        (("a.tf", "a.tofu.json"), ("a.tf", "a.tofu.json"), ()),
        (("a.tf.json", "a.tofu"), ("a.tf.json", "a.tofu"), ()),
        (("x_override.tf", "x_override.tofu", "override.tf"), (), ("override.tf", "x_override.tofu")),
        (("override.tofu.json", "override.tf.json", "main.tofu"), ("main.tofu",), ("override.tofu.json",)),
        (("a.b_override.tf", "overrides.tf", "_override.tf"), ("overrides.tf",), ("_override.tf", "a.b_override.tf")),
        ((".a.tf", "a.tf~", "#a.tf#", "tf", ".tf", "a.tftest.hcl", "a.tfvars", "a.json"), (), ()),
    ],
)
def test_names(names: tuple[str, ...], primary: tuple[str, ...], override: tuple[str, ...]) -> None:
    found = configuration_files(names)
    assert (found.primary, found.override) == (primary, override)


OPENTOFU: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "a .tofu file hides the .tf file": (
        {"a.tf": 'output "a" { value = "tf" }', "a.tofu": 'output "a" { value = "tofu" }'},
        {"a": "tofu"},
    ),
    "what the hidden file declares is gone": (
        {"a.tf": 'output "a" { value = 1 }', "a.tofu": 'output "b" { value = 2 }'},
        {"b": 2},
    ),
    "a .tofu.json file hides the .tf.json file, even one that is broken": (
        {"a.tf.json": "{", "a.tofu.json": '{"output": {"a": {"value": "tofu"}}}'},
        {"a": "tofu"},
    ),
    "an override for OpenTofu hides the one for Terraform": (
        {
            "a.tf": 'output "a" { value = 1 }',
            "override.tf": 'output "a" { value = 2 }',
            "override.tofu": 'output "a" { value = 3 }',
        },
        {"a": 3},
    ),
    "a directory for OpenTofu in JSON": ({"main.tofu.json": '{"output": {"a": {"value": 1}}}'}, {"a": 1}),
    "a byte order mark in JSON": ({"main.tf.json": '\ufeff{"output": {"a": {"value": 1}}}'}, {"a": 1}),
}
"""What Terraform does not read or refuses."""


@pytest.mark.parametrize("name", OPENTOFU)
def test_opentofu(tmp_path: Path, name: str) -> None:
    files, expected = OPENTOFU[name]
    assert evaluated(tmp_path, files) == (expected, [])


def test_a_directory_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    configuration = RootConfiguration(Inputs(), tmp_path)
    module = configuration.module(tmp_path / "gone", "gone")
    (found,) = module.diagnostics
    assert (found.summary, found.span) == ("Unreadable path", Span.whole_file("gone"))
