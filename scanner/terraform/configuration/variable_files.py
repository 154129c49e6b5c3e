"""Values for the variables of a root module: environment, variable files and ``--var``, in Terraform's order.

Of several values for one variable the last counts, and only that one is looked at: Terraform does not mind what is
wrong with the others.

https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum, auto
from functools import partial
from pathlib import Path

from scanner import confidential, file_system, values
from scanner.cause import Cause, CauseKind
from scanner.diagnostic import as_sentence, error, warning
from scanner.lazy_dataclass import dataclass
from scanner.root import Inputs, ValuesFile
from scanner.source_file import UnreadableFileError, read_named, read_text
from scanner.span import Span
from scanner.symbol import Named, NameKind, Symbol
from scanner.terraform.configuration.module_instance import ModuleInstance
from scanner.terraform.configuration.terragrunt.unit import Unit, unit_values
from scanner.terraform.language import json_syntax, nodes, syntax
from scanner.terraform.language.conversion import ConversionError, convert
from scanner.terraform.language.errors import EvaluationError
from scanner.terraform.language.expressions import evaluate, evaluate_or_refuse, evaluate_whole
from scanner.terraform.language.place import SyntaxProblem
from scanner.terraform.language.questions import Questions
from scanner.terraform.language.scope import Scope
from scanner.terraform.language.type_expressions import constraint
from scanner.values import Value

COMMAND_LINE = "--var"
ENVIRONMENT = "TF_VAR_"
"""These stand for a path in the spans of values that are in no file."""


class _Way(Enum):
    """How a value is given, which says what it means that nothing declares the variable."""

    PROGRAM = auto()
    ENVIRONMENT = auto()
    FILE_BESIDE = auto()
    FILE = auto()
    OPTION = auto()


@dataclass(frozen=True, slots=True)
class _Given:
    """One value, not looked at yet."""

    way: _Way
    span: Span
    read: Callable[[], Value]
    """Raises ``SyntaxProblem`` and ``EvaluationError``."""


def input_values(root: ModuleInstance, inputs: Inputs, units: Sequence[Unit] = ()) -> dict[str, Value]:
    """The value of every declared variable that is given one. What Terraform would refuse is an error.

    ``units`` are those that Terragrunt runs the module for.
    """
    found = {}
    for name, given in _last(root, inputs, units).items():
        if name in root.module.variables:
            found[name] = _value(name, given, root)
            if confidential.is_watched():
                sensitive = _attribute(root, name, "sensitive")
                is_declared = sensitive is not None and getattr(sensitive.value, "value", True) is not False
                confidential.meet(name, found[name], is_declared=is_declared)
        else:
            _undeclared(name, given, root)
    return found


def _last(root: ModuleInstance, inputs: Inputs, units: Sequence[Unit]) -> dict[str, _Given]:
    """The value that counts for each name, of all that are given."""
    beneath, before = unit_values(root.module, units)
    found = _set_by_program(beneath)
    found |= {name: _as_text(name, text, root, _Way.ENVIRONMENT) for name, text in inputs.environment}
    directory, shown = root.module.directory, root.module.path
    for name in _beside(directory):
        found |= _file(directory / name, name if shown == "." else f"{shown}/{name}", root, _Way.FILE_BESIDE)
    found |= _set_by_program(before)
    for given in inputs.variables:
        if isinstance(given, ValuesFile):
            found |= _file(Path(given.path), given.path, root, _Way.FILE)
        else:
            name, text = given
            found[name] = _as_text(name, text, root, _Way.OPTION)
    return found


def _set_by_program(given: Mapping[str, Value]) -> dict[str, _Given]:
    whole = Span.whole_file(ENVIRONMENT)
    return {name: _Given(_Way.PROGRAM, value.span or whole, partial(_same, value)) for name, value in given.items()}


def _same(value: Value) -> Value:
    return value


def _beside(directory: Path) -> Iterator[str]:
    names = [entry.name for entry in file_system.entries_if_any(directory)]
    yield from (name for name in ("terraform.tfvars", "terraform.tfvars.json") if name in names)
    yield from (name for name in names if name.endswith((".auto.tfvars", ".auto.tfvars.json")))


def _file(path: Path, shown: str, root: ModuleInstance, way: _Way) -> dict[str, _Given]:
    configuration = root.configuration
    configuration.files.add(shown)
    within = configuration.boundary, root.module.directory
    try:
        text = read_named(path, Path.cwd()) if way is _Way.FILE else read_text(path, within=within)
        parse = json_syntax.parse_variable_file if shown.endswith(".json") else syntax.parse_body
        body = parse(shown, text)
    except UnreadableFileError as problem:
        configuration.report(error("Unreadable variable file", as_sentence(str(problem)), Span.whole_file(shown)))
        return {}
    except SyntaxProblem as problem:
        configuration.report(error("Invalid variable file", as_sentence(str(problem)), problem.span))
        return {}
    for block in body.blocks:
        message = f'It has a block "{block.type}", but a variable file only has values.'
        configuration.report(error("Invalid variable file", message, block.span))
    return {name: _Given(way, one.span, partial(_constant, one.value, root)) for name, one in body.attributes.items()}


def _as_text(name: str, text: str, root: ModuleInstance, way: _Way) -> _Given:
    """A variable of a primitive type, or without a type, takes the text as it is; any other takes an expression."""
    span = Span.whole_file(f"{COMMAND_LINE} {name}" if way is _Way.OPTION else ENVIRONMENT + name)
    type_ = _attribute(root, name, "type")
    if type_ is None or (isinstance(type_.value, nodes.Name) and type_.value.name in ("string", "number", "bool")):
        return _Given(way, span, lambda: Value(text, span))
    return _Given(way, span, lambda: _constant(syntax.parse_expression(text, span), root))


def _constant(node: nodes.Node, root: ModuleInstance) -> Value:
    return evaluate_whole(node, Scope({}, _NoFunctions(root)))


@dataclass(frozen=True, slots=True)
class _NoFunctions:
    """What evaluates a value that is given from outside: Terraform knows neither names nor functions there."""

    root: ModuleInstance

    @property
    def questions(self) -> Questions:
        """Those of the root module."""
        return self.root.configuration.questions

    def call(self, name: str, arguments: tuple[Value, ...], span: Span) -> Value:  # noqa: ARG002 # as it is declared
        """No function can be called."""
        raise EvaluationError(
            f"functions cannot be called in the value of a variable, so {name} is not allowed here", span
        )

    def checked(self, node: nodes.Node | nodes.Body) -> bool:
        """Every expression is met once."""
        return self.root.host.checked(node)

    def instance(self, symbol: Symbol, key: Value) -> Value | None:
        """There are no resources here."""
        return self.root.host.instance(symbol, key)

    def refuse(self, problem: EvaluationError) -> Value:
        """All of the value is refused."""
        raise problem


def _value(name: str, given: _Given, root: ModuleInstance) -> Value:
    """A value as the variable's type has it."""
    type_ = _attribute(root, name, "type")
    try:
        value = given.read()
        if value.is_null and _is_needed(root, name):
            raise ConversionError("it is null, which the variable does not allow")
        if type_ is None:
            return value
        convert(value, constraint(type_.value, partial(evaluate, scope=root.scope)))
    except (SyntaxProblem, EvaluationError, ConversionError) as problem:
        span = given.span if isinstance(problem, ConversionError) else problem.span
        detail = f'Terraform refuses the value of the variable "{name}": {problem}'
        invalid = f'variable "{name}", which is given an invalid value ({problem})'
        root.configuration.report(error("Invalid value for a variable", f"{detail}.", span))
        return values.unknown(Cause(CauseKind.MALFORMED, invalid, span), Named(NameKind.VALUE, f"var.{name}"))
    return value


def _is_needed(root: ModuleInstance, name: str) -> bool:
    """Whether null says nothing: a variable that must not be null has its default instead, if it has one."""
    nullable = _attribute(root, name, "nullable")
    if nullable is None or _attribute(root, name, "default") is not None:
        return False
    return evaluate_or_refuse(nullable.value, root.scope).data is False


def _attribute(root: ModuleInstance, variable: str, name: str) -> nodes.Attribute | None:
    block = root.module.variables.get(variable)
    parsed = root.module.parsed(block) if block is not None else None
    return parsed.body.attributes.get(name) if parsed is not None else None


def _undeclared(name: str, given: _Given, root: ModuleInstance) -> None:
    """Usually a typing error, and what the value was meant for has none. Terraform refuses it only in an option.

    A value that all roots get is reported if none of them declares it.
    """
    configuration = root.configuration
    summary, use = "Variable not declared", "so its value is not used"
    if given.way is _Way.FILE_BESIDE:
        detail = f'The configuration beside this file declares no variable "{name}", {use}.'
        configuration.report(warning(summary, detail, given.span))
    elif given.way is _Way.FILE:
        detail = f'No scanned configuration declares the variable "{name}", {use}.'
        configuration.undeclared.add(warning(summary, detail, given.span))
    elif given.way is _Way.OPTION:
        detail = f'No scanned configuration declares the variable "{name}", so Terraform refuses a value for it.'
        configuration.undeclared.add(error(summary, detail, given.span))
