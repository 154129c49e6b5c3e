"""The functions of the ``hashicorp/aws`` provider, under the names that a configuration usually gives them.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs
"""

from __future__ import annotations

from collections.abc import Mapping

from scanner.terraform.language.functions.signature import Function, FunctionContext, FunctionError, Parameter, plain
from scanner.terraform.language.types import STRING
from scanner.values import Unknown, Value, joined, pieces

_PARTS = ("partition", "service", "region", "account_id", "resource")
_ARN = Parameter("arn", STRING)


def _parts(arn: str) -> list[str]:
    head, *parts = arn.split(":", len(_PARTS))
    if head != "arn" or len(parts) != len(_PARTS):
        raise FunctionError(f'"{arn[:200]}" is not a valid ARN.')
    return parts


def _arn_parse(arn: str) -> Mapping[str, Value]:
    return {name: Value(part) for name, part in zip(_PARTS, _parts(arn), strict=True)}


def _arn_build(arguments: tuple[Value, ...], _: FunctionContext) -> Value:
    parts: list[str | Unknown] = ["arn"]
    for argument in arguments:
        parts += [":", *(pieces(argument) or ())]
    return joined(parts)


def _trim_iam_role_path(arn: str) -> str:
    parts = _parts(arn)
    kind, *path = parts[-1].split("/")
    if parts[1] != "iam" or parts[2] != "" or kind != "role" or not path:
        raise FunctionError(f'"{arn[:200]}" is not the ARN of an IAM role.')
    return ":".join(["arn", *parts[:-1], f"role/{path[-1]}"])


def _user_agent(arguments: tuple[Value, ...], _: FunctionContext) -> Value:
    """A product, its version, if there is one, and a comment, if there is one."""
    name, version, comment = arguments
    shown: list[str | Unknown] = [*(pieces(name) or ())]
    if version.data != "":
        shown += ["/", *(pieces(version) or ())]
    if comment.data != "":
        shown += [" (", *(pieces(comment) or ()), ")"]
    return joined(shown)


_FUNCTIONS = (
    Function("provider::aws::arn_parse", (_ARN,), plain(_arn_parse)),
    Function(
        "provider::aws::arn_build", tuple(Parameter(name, STRING) for name in _PARTS), _arn_build, reads_holes=True
    ),
    Function(
        "provider::aws::user_agent",
        tuple(Parameter(name, STRING) for name in ("product_name", "product_version", "comment")),
        _user_agent,
    ),
    Function("provider::aws::trim_iam_role_path", (_ARN,), plain(_trim_iam_role_path)),
)
FUNCTIONS: Mapping[str, Function] = {function.name: function for function in _FUNCTIONS}
