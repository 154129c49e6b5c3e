"""Operators on the operands of an expression: with what is taken for granted of these, and what the result is equal to.

What the operators themselves do, ``operators`` says.
"""

from __future__ import annotations

from collections.abc import Callable

from scanner.budget import spend, spend_on
from scanner.span import Span
from scanner.terraform.language import nodes
from scanner.terraform.language.conversion import ConversionError, to_bool
from scanner.terraform.language.errors import EvaluationError
from scanner.terraform.language.operators import BINARY, OperandError
from scanner.terraform.language.scope import Scope
from scanner.terraform.language.symbols import symbol_of
from scanner.values import Unknown, Value

_COMPARING = frozenset({"==", "!="})
"""Operators that go through all of their operands."""


def operate(operator: str, apply: Callable[..., Value], operands: tuple[Value, ...], scope: Scope, span: Span) -> Value:
    """What an operator makes of operands. Raises ``EvaluationError`` for what Terraform would refuse."""
    spend(3)
    if operator in _COMPARING:
        for operand in operands:
            spend_on(operand)
    asked = scope.host.questions.operands(operator, operands, span)
    if isinstance(asked, bool):
        return Value(asked, span)
    try:
        result = apply(*asked)
    except OperandError as problem:
        raise scope.host.questions.refusal(str(problem), span) from problem
    if result.unknown is None:
        return result.at(span)
    found = Value(Unknown(result.unknown.cause, symbol_of(operator, operands)), span)
    return found if asked is operands else scope.host.questions.calculated(found)


def logical(node: nodes.Binary, left: Value | EvaluationError, right: Value | EvaluationError, scope: Scope) -> Value:
    """``&&`` and ``||``: where one side decides, what is wrong with the other one does not matter.

    So it is since Terraform 1.12; before, an error on either side was one. A right side that may not be looked at,
    since the left one is not known yet, is not an error either. Operands of a wrong type always are.
    https://github.com/hashicorp/hcl/blob/main/hclsyntax/expression_ops.go
    """
    decisive = node.operator == "||"
    sides = [_side(side, node.span) if isinstance(side, Value) else side for side in (left, right)]
    if any(side is decisive for side in sides):
        return Value(decisive, node.span)
    if isinstance(left, EvaluationError):
        raise left
    if isinstance(right, EvaluationError):
        if left.unknown is None:
            raise right
        return Value(Unknown(left.unknown.cause), node.span)
    return operate(node.operator, BINARY[node.operator], (left, right), scope, node.span)


def _side(value: Value, span: Span) -> bool | None:
    """What is known of an operand; a null decides nothing."""
    try:
        found = to_bool(value).data
    except ConversionError as problem:
        raise EvaluationError(f"a logical operator needs true or false: {problem}", span) from problem
    return found if isinstance(found, bool) else None
