"""Terragrunt: what a ``terragrunt.hcl`` gives to the module that it runs, as far as files in the tree say it.

Terragrunt copies a module (``terraform { source = … }``, or what is beside its own file) and runs Terraform in it with
its ``inputs`` in ``TF_VAR_*``, so that the defaults of those variables do not count. A module that several units run
has the values that all of them give; where they differ, or where it is not known what they give, it is unknown.

https://terragrunt.gruntwork.io/docs/features/units/
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from scanner import file_system, values
from scanner.cause import Cause, CauseKind
from scanner.lazy_dataclass import dataclass
from scanner.regexes import anywhere, beginning
from scanner.source_file import UnreadableFileError
from scanner.span import Span
from scanner.symbol import Named, NameKind
from scanner.terraform.configuration.files import TERRAGRUNT_FILE, TERRAGRUNT_JSON_FILE
from scanner.terraform.configuration.module import Module
from scanner.terraform.configuration.module_sources import is_local
from scanner.terraform.configuration.terragrunt.config import Config, Entries, Outputs, no_outputs, read_inside
from scanner.terraform.configuration.terragrunt.generate import Generated, generated_by
from scanner.terraform.language import json_syntax, nodes, syntax
from scanner.terraform.language.conversion import ConversionError, convert
from scanner.terraform.language.place import SyntaxProblem
from scanner.terraform.language.types import STRING
from scanner.values import Value

_VARIABLE_OPTION = beginning(r"--?var(?:-file)?(?:=|\Z)")


@dataclass(frozen=True, slots=True)
class Unit:
    """One ``terragrunt.hcl``, evaluated."""

    path: str
    """The file as reports print it."""
    source: str | None
    """The module that it runs, as it is written; None for the module beside the file, or if it is not known."""
    directory: Path | None
    """The same as a directory that is here."""
    inputs: Entries
    """The variables that it sets; they rank below all files of the module, as the environment does."""
    overrides: Entries
    """The variables that it sets on Terraform's command line."""
    includes: tuple[Path, ...] = ()
    """The files that it includes."""
    generated: tuple[Generated, ...] = ()
    """The files that it writes into the module."""
    problem: str | None = None
    """Why nothing of it is known."""
    says_state: bool = False
    """Whether it may say where the module keeps its state, whatever that says (``remote_state``)."""


def read_unit(file: Path, shown: str, boundary: Path, outputs: Outputs = no_outputs) -> Unit:
    """Evaluate a file and what it includes."""
    if file.name == TERRAGRUNT_JSON_FILE:
        problem = "its JSON form is not evaluated"
        return Unit(shown, None, file.parent, Entries(is_open=True), Entries(), problem=problem, says_state=True)

    def show(path: Path) -> str:
        relative = os.path.relpath(path, file.parent)
        return os.path.normpath(f"{shown}/../{relative}").replace(os.sep, "/")

    config = Config(file, file.parent, boundary, show, outputs)
    if config.problem is not None:
        return Unit(shown, None, file.parent, Entries(is_open=True), Entries(), problem=config.problem, says_state=True)
    sources = [
        (source.text, one.file.parent)
        for one, block in _terraform(config)
        if (source := one.argument(block, "source")) is not None
    ]
    text, written_in = sources[-1] if sources else (None, file.parent)
    directory = (_directory(file.parent, text) or _directory(written_in, text)) if sources else file.parent
    includes = tuple(include.config.file for include in config.includes if include.config is not None)
    return Unit(
        shown,
        text,
        directory,
        config.inputs(),
        _overrides(config, file.parent, boundary),
        includes,
        generated_by(config),
        says_state=_says_state(config),
    )


def units_beside(directory: Path, shown: str, boundary: Path) -> tuple[Unit, ...]:
    """The unit of a module that has its ``terragrunt.hcl`` beside it."""
    files = [name for name in (TERRAGRUNT_FILE, TERRAGRUNT_JSON_FILE) if file_system.is_file(directory / name)]
    return tuple(read_unit(directory / name, name if shown == "." else f"{shown}/{name}", boundary) for name in files)


def _terraform(config: Config) -> Iterator[tuple[Config, nodes.Block]]:
    for one, _ in config.merged():
        for block in one.body.blocks if one is not None else ():
            if one is not None and block.type == "terraform":
                yield one, block


def _says_state(config: Config) -> bool:
    """https://terragrunt.gruntwork.io/docs/reference/hcl/blocks/#remote_state"""
    files = [one for one, _ in config.merged()]
    return any(one is None or any(block.type == "remote_state" for block in one.body.blocks) for one in files)


def _directory(unit: Path, source: str | None) -> Path | None:
    """``//`` divides what is copied from the directory in it that is run."""
    if source is None or not (is_local(source) or source.startswith("/") or source in (".", "..")):
        return None
    directory = Path(os.path.normpath(unit / anywhere("/{2,}").sub("/", source)))
    return directory if file_system.is_directory(directory) else None


def _overrides(config: Config, unit: Path, boundary: Path) -> Entries:
    """What ``extra_arguments`` give to Terraform: variable files, ``-var`` and ``TF_VAR_*``."""
    found = Entries()
    for one, terraform in _terraform(config):
        for block in terraform.body.blocks:
            if block.type != "extra_arguments":
                continue
            arguments = one.argument(block, "arguments")
            environment = one.argument(block, "env_vars")
            if _may_set_variables(arguments) or _may_name_variables(environment):
                found = found.under(Entries(is_open=True))
            for name in ("required_var_files", "optional_var_files"):
                files = one.argument(block, name)
                for file in _items(files) if files is not None else ():
                    found = found.under(_variable_file(file, unit, boundary))
    return found


def _items(value: Value) -> Iterable[Value]:
    return value.elements


def _may_set_variables(arguments: Value | None) -> bool:
    if arguments is None:
        return False
    return any(item.text is None or _VARIABLE_OPTION.match(item.text) is not None for item in _items(arguments))


def _may_name_variables(environment: Value | None) -> bool:
    if environment is None:
        return False
    return not isinstance(environment.data, Mapping) or any(name.startswith("TF_VAR_") for name in environment.data)


def _variable_file(file: Value, unit: Path, boundary: Path) -> Entries:
    if file.text is None:
        return Entries(is_open=True)
    path = Path(os.path.normpath(unit / file.text))
    if not file_system.exists(path):
        return Entries()  # one that is optional; without one that is required nothing runs
    try:
        parse = json_syntax.parse_variable_file if path.name.endswith(".json") else syntax.parse_body
        body = parse(file.text, read_inside(path, boundary))
    except (UnreadableFileError, SyntaxProblem):
        return Entries(is_open=True)
    cause = Cause(CauseKind.MISSING_INPUT, f"the value in {path.name}, which Terragrunt passes")
    return Entries({name: values.unknown(cause) for name in body.attributes})


def unit_values(module: Module, units: Sequence[Unit]) -> tuple[dict[str, Value], dict[str, Value]]:
    """The values of the module's variables that its units give: beneath all others, and before files."""
    beneath: dict[str, Value] = {}
    before: dict[str, Value] = {}
    for name in module.variables:
        for found, given in ((beneath, [unit.inputs for unit in units]), (before, [unit.overrides for unit in units])):
            value = _agreed(name, given, units, module)
            if value is not None:
                found[name] = _symbolic(name, value)
    return beneath, before


def _agreed(name: str, given: Sequence[Entries], units: Sequence[Unit], module: Module) -> Value | None:
    """The value that all units give to a variable; None if none of them gives any."""
    found = [
        entries.known.get(name) or (_open(name, unit) if entries.is_open else None)
        for entries, unit in zip(given, units, strict=True)
    ]
    first = next((value for value in found if value is not None), None)
    if first is None:
        return None
    if any(value != first for value in found):
        files = ", ".join(unit.path for unit in units)
        detail = f'the variable "{name}", which differs between the Terragrunt units that run the module ({files})'
        return values.unknown(Cause(CauseKind.MISSING_INPUT, detail, first.span))
    return _as_variable(name, first, module)


def _symbolic(name: str, value: Value) -> Value:
    """What is unknown is the variable's value, wherever that is used."""
    if value.unknown is None or value.unknown.symbol is not None:
        return value
    return replace(value, data=replace(value.unknown, symbol=Named(NameKind.VALUE, f"var.{name}")))


def _open(name: str, unit: Unit) -> Value:
    detail = f'the variable "{name}", which {unit.path} may set (not all of its values are known)'
    return values.unknown(Cause(CauseKind.MISSING_INPUT, detail, Span.whole_file(unit.path)))


def _as_variable(name: str, value: Value, module: Module) -> Value:
    """A value as it gets through the environment: for a variable without a complex type it is a text."""
    parsed = module.parsed(module.variables[name])
    type_ = parsed.body.attributes.get("type") if parsed is not None else None
    is_text = type_ is None or (
        isinstance(type_.value, nodes.Name) and type_.value.name in ("string", "number", "bool")
    )
    if value.unknown is not None or not (is_text or value.is_null):
        return value
    try:
        if not value.is_null:
            return convert(value, STRING)
    except ConversionError:
        pass
    detail = f'the variable "{name}", which Terragrunt passes as a string although it is not one'
    return values.unknown(Cause(CauseKind.UNSUPPORTED, detail, value.span))
