"""Values for the variables of a root module: environment, variable files and ``--var``, in Terraform's order.

https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from scanner.diagnostic import error
from scanner.root import Inputs
from scanner.source_file import UnreadableFileError, read_text
from scanner.span import Span
from scanner.terraform.language import json_syntax, nodes, syntax
from scanner.terraform.language.expressions import evaluate_or_refuse
from scanner.terraform.language.scope import Scope
from scanner.terraform.language.syntax_tree import SyntaxProblem
from scanner.terraform.module_instance import ModuleInstance
from scanner.values import Value

COMMAND_LINE = "--var"
ENVIRONMENT = "TF_VAR_"
"""These stand for a path in the spans of values that are in no file."""


def input_values(root: ModuleInstance, inputs: Inputs) -> dict[str, Value]:
    """The value of every variable that is given one. What cannot be read is a diagnostic of the configuration."""
    found = {
        name: _typed(name, text, root, ENVIRONMENT + name)
        for name, text in inputs.environment
        if name in root.module.variables
    }
    for path, shown in _files(root.module.directory, root.module.path, inputs):
        found |= _read(path, shown, root)
    for name, text in inputs.variables:
        found[name] = _typed(name, text, root, f"{COMMAND_LINE} {name}")
    return found


def _files(directory: Path, shown: str, inputs: Inputs) -> Iterator[tuple[Path, str]]:
    prefix = f"{shown}/" if shown != "." else ""
    names = {file.name for file in directory.iterdir()}
    for name in ("terraform.tfvars", "terraform.tfvars.json"):
        if name in names:
            yield directory / name, prefix + name
    for name in sorted(names):
        if name.endswith((".auto.tfvars", ".auto.tfvars.json")):
            yield directory / name, prefix + name
    for given in inputs.variable_files:
        yield Path(given), given


def _read(path: Path, shown: str, root: ModuleInstance) -> Mapping[str, Value]:
    configuration = root.configuration
    configuration.files.add(shown)
    try:
        given = shown in root.configuration.inputs.variable_files
        text = read_text(path, within=() if given else (configuration.boundary, root.module.directory))
        parse = json_syntax.parse_variable_file if shown.endswith(".json") else syntax.parse_body
        body = parse(shown, text)
    except UnreadableFileError as problem:
        configuration.report(error("Unreadable variable file", f"{problem}.", Span.whole_file(shown)))
    except SyntaxProblem as problem:
        configuration.report(error("Invalid variable file", f"{problem}.", problem.span))
    else:
        scope = Scope({}, root)
        return {name: evaluate_or_refuse(attribute.value, scope) for name, attribute in body.attributes.items()}
    return {}


def _typed(name: str, text: str, root: ModuleInstance, given_as: str) -> Value:
    """A variable of a primitive type, or without a type, takes the text as it is; any other takes an expression."""
    span = Span.whole_file(given_as)
    block = root.module.variables.get(name)
    parsed = root.module.parsed(block) if block is not None else None
    type_ = parsed.body.attributes.get("type") if parsed is not None else None
    primitive = type_ is None or (
        isinstance(type_.value, nodes.Name) and type_.value.name in ("string", "number", "bool")
    )
    if primitive:
        return Value(text, span)
    try:
        return evaluate_or_refuse(syntax.parse_expression(text, span), Scope({}, root))
    except SyntaxProblem as problem:
        message = f'the value of the variable "{name}" is no expression: {problem}.'
        root.configuration.report(error("Invalid variable", message, span))
        return Value(text, span)
