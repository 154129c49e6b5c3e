"""Which directories a module directory calls, without evaluating more of it than its calls' sources.

Almost every source is a text, which a parse of the call gives. Terraform 1.15 (``const`` variables) and OpenTofu allow
expressions: of variables, local values and what a caller passes, so those are evaluated from a root module on, with the
values that its variables are given.

https://developer.hashicorp.com/terraform/language/block/module#source
https://opentofu.org/docs/language/modules/sources/#support-for-variable-and-local-evaluation
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from scanner import file_system
from scanner.budget import BudgetSpentError, budget, spend
from scanner.regexes import anywhere
from scanner.root import Inputs
from scanner.source_file import PLAIN, read_text
from scanner.terraform.configuration.child_modules import MAX_MODULE_DEPTH
from scanner.terraform.configuration.module import Module, index_module
from scanner.terraform.configuration.module_instance import ModuleInstance
from scanner.terraform.configuration.module_sources import is_local
from scanner.terraform.configuration.root_configuration import RootConfiguration
from scanner.terraform.configuration.terragrunt.unit import Unit
from scanner.terraform.configuration.variable_files import input_values
from scanner.terraform.language import nodes
from scanner.terraform.language.arguments import argument
from scanner.terraform.language.blocks import IndexedBlock
from scanner.terraform.language.place import SyntaxProblem


def written_calls(directory: Path, boundary: Path) -> tuple[frozenset[Path], bool]:
    """The directories that plain texts in a directory call, and whether a source is an expression, whose value depends
    on who calls.

    What is wrong with its files is reported when it is extracted.
    """
    found: set[Path] = set()
    is_open = False
    links = {one.name: one.is_link for one in file_system.entries_if_any(directory)}

    def read(name: str) -> str:
        return _text(f"{directory}/{name}", within=(boundary, directory) if links[name] else PLAIN)

    module = index_module(Module(".", directory), links, read, _CALLS)
    for block in module.calls.values():
        source = _source(block, module.overrides.get(block.span, ()))
        if not isinstance(source, nodes.Literal | None):
            is_open = True
        elif source is not None and isinstance(source.value, str) and is_local(source.value):
            found.add(Path(os.path.normpath(directory / source.value)))
    return frozenset(found), is_open


def _source(call: IndexedBlock, overrides: Sequence[IndexedBlock]) -> nodes.Node | None:
    try:
        written = [argument(block, "source") for block in (call, *overrides)]
    except SyntaxProblem:
        return None
    return next((source for source in reversed(written) if source is not None), None)


def _text(path: str, within: tuple[Path, ...]) -> str:
    """A file's text, or nothing if there is no call in it: most files have none."""
    text = read_text(path, within=within)
    if path.endswith(".json"):
        return text if "module" in text or "\\u" in text else "{}"
    return text if _CALL.search(text) is not None else ""  # which looks for its first letters at once


_CALLS = frozenset({"module"})
_CALL = anywhere(r"module(?:[ \t\r]*[\"/]|[ \t\r]+[^\W\d])")
"""How every call begins, and few other things."""


def evaluated_calls(root: Path, inputs: Inputs, boundary: Path, units: Sequence[Unit]) -> Iterator[tuple[Path, Path]]:
    """Who calls whom in the configuration of a root module: each module once for each chain of calls to it.

    Instances do not matter here: a module with a ``count`` of zero is called too. Chains for which there are no steps
    left are not followed here; they are not when the root is extracted either, which says so.
    """
    found: list[tuple[Path, Path]] = []
    with budget(), suppress(BudgetSpentError):
        configuration = RootConfiguration(inputs, boundary)
        instance = ModuleInstance(configuration, configuration.module(root, "."))
        instance.set_inputs(input_values(instance, inputs, units))
        found.extend(_calls(instance))
    yield from found


_STEPS = 500
"""What a chain of calls costs."""


def _calls(module: ModuleInstance) -> Iterator[tuple[Path, Path]]:
    for child in module.called():
        spend(_STEPS)
        yield module.module.directory, child.module.directory
        if len(child.address.steps) < MAX_MODULE_DEPTH:
            yield from _calls(child)
