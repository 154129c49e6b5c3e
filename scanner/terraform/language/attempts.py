"""``try`` gives the first argument that evaluates, ``can`` says whether its only one does.

An argument that is unknown might still fail when Terraform knows it, unless it is a variable or what a provider
computes: these are there, whatever they are.

https://developer.hashicorp.com/terraform/language/functions/try
https://developer.hashicorp.com/terraform/language/functions/can
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scanner import values
from scanner.cause import CauseKind
from scanner.symbol import Account, Attribute, Setting
from scanner.terraform.language import nodes
from scanner.terraform.language.errors import BoundError, EvaluationError, UndeclaredError
from scanner.terraform.language.scope import Scope
from scanner.terraform.language.symbols import symbol_of
from scanner.values import Unknown, Value


def attempt(node: nodes.Call, tried: Sequence[Callable[[], Value]], scope: Scope) -> Value:
    """What a call gives, whose arguments are evaluated in their turn. Raises ``EvaluationError``."""
    if not tried or (node.name == "can" and len(tried) > 1):
        raise EvaluationError(f"{node.name} does not take this number of arguments", node.span)
    for place, argument in enumerate(tried, 1):
        try:
            with scope.host.questions.attempt():
                value = argument()
        except (UndeclaredError, BoundError):
            raise
        except EvaluationError:
            continue
        is_there = _is_there(value, scope)
        if node.name == "try" and (is_there or argument is tried[-1]):
            return value
        if is_there:
            return Value(True, node.span)
        all_of_them = (value, *(_attempted(argument, scope) for argument in tried[place:]))
        return Value(Unknown(values.holes(value)[0].cause, symbol_of(node.name, all_of_them)), node.span)
    if node.name == "can":
        return Value(False, node.span)
    raise EvaluationError("no argument of try succeeds", node.span)


def _attempted(argument: Callable[[], Value], scope: Scope) -> Value:
    """What an argument of ``try`` evaluates to, if it does."""
    try:
        with scope.host.questions.attempt():
            return argument()
    except EvaluationError:
        return values.NULL


def _is_there(value: Value, scope: Scope) -> bool:
    """Whether an expression that evaluated to this will surely evaluate when everything is known."""
    unknown = value.unknown
    if unknown is None or unknown.pieces or isinstance(unknown.symbol, Account | Setting):
        return True
    if scope.host.questions.is_named(unknown):
        return True
    computed = isinstance(unknown.symbol, Attribute)  # no call, which might be refused
    return unknown.cause.kind is CauseKind.KNOWN_AFTER_APPLY and computed
