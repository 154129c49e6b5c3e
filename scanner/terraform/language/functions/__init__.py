"""Terraform's built-in functions: the table, and the one place that calls them.

Unknown in, unknown out, with the cause of the first unknown and a symbol such as ``lower(var.x)`` where every unknown
has one. A function that can say more although arguments are unknown says so in the table (``reads_holes``). ``try`` and
``can`` are not here: they look at expressions, not at values.

https://developer.hashicorp.com/terraform/language/functions
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from unicodedata import normalize

from scanner.budget import spend_on
from scanner.cause import Cause, CauseKind
from scanner.span import Span
from scanner.terraform.language.functions import (
    conversion,
    dates,
    filesystem,
    formatting,
    hashing,
    json_encoding,
    mappings,
    network,
    numeric,
    patterns,
    sequences,
    strings,
    terraform_provider,
    transfer,
    yaml_text,
)
from scanner.terraform.language.functions.signature import (
    Function,
    FunctionContext,
    FunctionError,
    MissingFileError,
    UnsupportedError,
    undetermined,
)
from scanner.values import Value, holes

__all__ = ["FUNCTIONS", "SPECIAL", "Function", "FunctionContext", "FunctionError", "MissingFileError", "call"]

SPECIAL = frozenset({"try", "can", "convert"})
"""Functions that the evaluator itself provides."""

FUNCTIONS: Mapping[str, Function] = {
    **strings.FUNCTIONS,
    **sequences.FUNCTIONS,
    **mappings.FUNCTIONS,
    **conversion.FUNCTIONS,
    **json_encoding.FUNCTIONS,
    **formatting.FUNCTIONS,
    **patterns.FUNCTIONS,
    **transfer.FUNCTIONS,
    **yaml_text.FUNCTIONS,
    **hashing.FUNCTIONS,
    **numeric.FUNCTIONS,
    **network.FUNCTIONS,
    **dates.FUNCTIONS,
    **filesystem.FUNCTIONS,
    **terraform_provider.FUNCTIONS,
}


def call(function: Function, arguments: tuple[Value, ...], context: FunctionContext, span: Span) -> Value:
    """The result of one call; what the function made itself gets the span of the call.

    Raises ``FunctionError`` for what Terraform would refuse. What goes beyond a limit of ours is unknown instead.
    """
    converted = function.converted(arguments)
    result = cause = None
    if function.reads_holes or not any(holes(argument) for argument in converted):
        try:
            result = function.call(converted, context)
        except UnsupportedError as problem:
            cause = Cause(CauseKind.UNSUPPORTED, f"the result of {function.name}() ({problem})", span)
    if result is None:
        result = undetermined(function, arguments, cause)
    if isinstance(result.data, str) and not result.data.isascii():
        result = replace(result, data=normalize("NFC", result.data))
    spend_on(result)
    return result if result.span is not None else result.at(span)
