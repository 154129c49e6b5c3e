"""Condition functions: ``Fn::Equals``, ``Fn::And``, ``Fn::Or``, ``Fn::Not`` and ``Condition``.

The answer is a ``Truth``: undetermined while it depends on a parameter without a value. What is not a condition at
all is undetermined as well, because it is malformed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scanner.budget import BudgetSpentError, spend
from scanner.cause import Cause, CauseKind
from scanner.cloudformation.language.intrinsics import evaluate, too_deep
from scanner.cloudformation.language.steps import go_through, spent
from scanner.cloudformation.template.scalars import as_name, as_text, without_types
from scanner.truth import NO, Truth, all_of, any_of, truth, undetermined
from scanner.values import Value, holes, same_text

if TYPE_CHECKING:
    from scanner.cloudformation.language.names import Names
    from scanner.span import Span

_STEPS = 10
"""Of one function."""


def decide(expression: Value, names: Names) -> Truth:
    """Whether the condition that an expression describes holds."""
    cause = too_deep(names, expression.span)
    if cause is not None:
        return undetermined(cause)
    names.depth += 1
    try:
        spend(_STEPS)
        found = _decide(expression, names)
        spend(len(found.causes))
    except BudgetSpentError as problem:
        return undetermined(spent(problem, expression.span))
    else:
        return found
    finally:
        names.depth -= 1


def _decide(expression: Value, names: Names) -> Truth:
    if expression.unknown is not None:
        return undetermined(expression.unknown.cause)
    if isinstance(expression.data, bool):
        return truth(expression.data)
    if not isinstance(expression.data, Mapping) or len(expression.data) != 1:
        return _malformed("a condition that is not a condition function", expression.span)
    ((name, argument),) = expression.data.items()
    span = expression.span or argument.span
    if argument.unknown is not None and not argument.unknown.candidates:
        return undetermined(argument.unknown.cause)
    operands = argument.elements
    match name:
        case "Condition":
            named = as_name(argument)
            if named is None:
                return _malformed("a Condition that does not name a condition", span)
            return names.condition(named, span)
        case "Fn::Equals" if len(operands) == 2:
            return _equal(evaluate(operands[0], names), evaluate(operands[1], names), span, names)
        case "Fn::And" if operands:
            return all_of(decide(operand, names) for operand in operands)
        case "Fn::Or" if operands:
            return any_of(decide(operand, names) for operand in operands)
        case "Fn::Not" if len(operands) == 1:
            return ~decide(operands[0], names)
    return _malformed(f"{name} with arguments that do not make a condition", span)


def _equal(left: Value | None, right: Value | None, span: Span | None, names: Names) -> Truth:
    if left is None or right is None:
        return _malformed("Fn::Equals, which compares AWS::NoValue", span)
    go_through(left)
    go_through(right)
    unknowns = (*holes(left), *holes(right))
    if isinstance(left.data, tuple) and isinstance(right.data, tuple):
        # An element that is not known may be one that is not there, so the lengths say nothing then.
        if unknowns:
            return undetermined(*(hole.cause for hole in unknowns))
        return truth(without_types(left) == without_types(right))
    a, b = _operand(left), _operand(right)
    if a is not None and b is not None:
        known = _assumed(a, b, names)
        return same_text(a, b) if known is None else known
    if unknowns:
        return undetermined(*(hole.cause for hole in unknowns))
    if isinstance(left.data, Mapping) and isinstance(right.data, Mapping):
        return truth(without_types(left) == without_types(right))
    return NO


def _assumed(left: Value, right: Value, names: Names) -> Truth | None:
    """What is taken for granted about an unknown that is compared with a known text."""
    for one, other in ((left, right), (right, left)):
        if one.unknown is not None and other.text is not None:
            return names.equals(one.unknown.symbol, other.text)
    return None


def _operand(value: Value) -> Value | None:
    """Text or an unknown, which may be one; None for lists, mappings and null."""
    if value.unknown is not None:
        return value
    text = as_text(value.data)
    return None if text is None else Value(text)


def _malformed(detail: str, span: Span | None) -> Truth:
    return undetermined(Cause(CauseKind.MALFORMED, detail, span))
