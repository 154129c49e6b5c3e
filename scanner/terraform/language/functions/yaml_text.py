"""``yamlencode`` and ``yamldecode``. PyYAML is imported when one of them is called."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.terraform.language.functions.signature import Function, FunctionContext, Parameter
from scanner.terraform.language.types import ANY, STRING
from scanner.values import Value


def _yamldecode(arguments: tuple[Value, ...], _: FunctionContext) -> Value | None:
    argument = arguments[0]
    if argument.encodes is not None:
        return argument.encodes
    if argument.text is None:
        return None
    from scanner.terraform.language.functions.yaml_values import decoded

    return decoded(argument.text)


def _yamlencode(arguments: tuple[Value, ...], _: FunctionContext) -> Value:
    from scanner.terraform.language.functions.yaml_values import encoded

    return encoded(arguments[0])


_FUNCTIONS = (
    Function("yamlencode", (Parameter("value", ANY, nullable=True),), _yamlencode),
    Function("yamldecode", (Parameter("src", STRING),), _yamldecode, reads_holes=True),
)
FUNCTIONS: Mapping[str, Function] = {function.name: function for function in _FUNCTIONS}
