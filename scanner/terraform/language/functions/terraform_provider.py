"""The functions of Terraform's built-in provider: variable definitions and expressions as text, and back.

https://developer.hashicorp.com/terraform/language/functions/terraform-decode_tfvars
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scanner.regexes import whole
from scanner.span import Span
from scanner.symbol import Symbol
from scanner.terraform.language import nodes, syntax
from scanner.terraform.language.errors import BoundError, EvaluationError
from scanner.terraform.language.expressions import evaluate_whole
from scanner.terraform.language.functions.signature import (
    Function,
    FunctionContext,
    FunctionError,
    Parameter,
    UnsupportedError,
    invalid,
)
from scanner.terraform.language.names import calls_something
from scanner.terraform.language.numbers import number_text
from scanner.terraform.language.place import SyntaxProblem
from scanner.terraform.language.questions import Questions
from scanner.terraform.language.scope import Scope
from scanner.terraform.language.types import ANY, STRING
from scanner.values import Unknown, Value

_IDENTIFIER = whole(r"[^\W\d][\w-]*")
_PLACE = Span.whole_file("decode_tfvars")


class _Constants:
    """The host of expressions that may neither refer to anything nor call anything."""

    def __init__(self) -> None:
        self.questions = Questions()

    def call(self, name: str, arguments: tuple[Value, ...], span: Span) -> Value:  # noqa: ARG002 # the protocol's
        raise EvaluationError("functions may not be called here", span)

    def checked(self, node: nodes.Node | nodes.Body) -> bool:  # noqa: ARG002
        return False

    def instance(self, symbol: Symbol, key: Value) -> Value | None:  # noqa: ARG002
        return None

    def refuse(self, problem: EvaluationError) -> Value:
        raise problem


def _decode_tfvars(arguments: tuple[Value, ...], _: FunctionContext) -> Value:
    scope = Scope({}, _Constants())
    try:
        body = syntax.parse_body(_PLACE.path, arguments[0].text or "")
        if body.blocks:
            raise FunctionError("the string has blocks, which variable definitions cannot have.")
        if any(calls_something(attribute.value) for attribute in body.attributes.values()):
            raise FunctionError("the string calls functions, which variable definitions cannot do.")
        return Value({name: evaluate_whole(attribute.value, scope) for name, attribute in body.attributes.items()})
    except BoundError as problem:
        raise UnsupportedError(str(problem)) from problem
    except (SyntaxProblem, EvaluationError) as problem:
        raise FunctionError(f"the string is not a set of variable definitions: {problem}.") from problem


def _encode_tfvars(arguments: tuple[Value, ...], _: FunctionContext) -> Value:
    entries = arguments[0].data
    if not isinstance(entries, Mapping):
        raise invalid("value", "an object or a map is required")
    if any(_IDENTIFIER.fullmatch(name) is None for name in entries):
        raise invalid("value", "every key must be a valid name of a variable")
    return Value("".join(f"{line}\n" for line in _attributes(entries)))


def _encode_expr(arguments: tuple[Value, ...], _: FunctionContext) -> Value:
    return Value(_written(arguments[0]))


def _written(value: Value) -> str:
    match value.data:
        case None:
            return "null"
        case bool(flag):
            return "true" if flag else "false"
        case str(text):
            return f'"{_escaped(text)}"'
        case tuple() as items:
            parts = [_written(item) for item in items]
            if any("\n" in part for part in parts):
                raise UnsupportedError("how objects inside a list are laid out is not known here")
            return f"[{', '.join(parts)}]"
        case Mapping() as entries:
            inner = "".join(f"  {line}\n" for attribute in _attributes(entries) for line in attribute.split("\n"))
            return f"{{\n{inner}}}" if inner else "{}"
        case Unknown():
            raise UnsupportedError("the value is not known")
        case number:
            return number_text(number)


def _attributes(entries: Mapping[str, Value]) -> Iterator[str]:
    """``name = value`` for each entry; in a row of those on one line the signs stand below each other."""
    row: list[tuple[str, str]] = []
    for name in sorted(entries):
        shown = name if _IDENTIFIER.fullmatch(name) else f'"{_escaped(name)}"'
        text = _written(entries[name])
        if "\n" in text:
            yield from _aligned(row)
            row = []
            yield f"{shown} = {text}"
        else:
            row.append((shown, text))
    yield from _aligned(row)


def _aligned(row: list[tuple[str, str]]) -> Iterator[str]:
    width = max((len(name) for name, _ in row), default=0)
    yield from (f"{name.ljust(width)} = {text}" for name, text in row)


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escaped(text: str) -> str:
    if not text.isprintable() and any(not c.isprintable() and c not in _ESCAPES for c in text):
        raise UnsupportedError("how characters that cannot be printed are written is not known here")
    return "".join(_ESCAPES.get(character, character) for character in text).replace("${", "$${").replace("%{", "%%{")


_FUNCTIONS = (
    Function("provider::terraform::decode_tfvars", (Parameter("src", STRING),), _decode_tfvars),
    Function("provider::terraform::encode_tfvars", (Parameter("value", ANY),), _encode_tfvars),
    Function("provider::terraform::encode_expr", (Parameter("expr", ANY),), _encode_expr),
)
FUNCTIONS: Mapping[str, Function] = {function.name: function for function in _FUNCTIONS}
