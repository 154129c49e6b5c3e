"""What intrinsic functions have in common: how they take their argument, and how they answer when they cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeAlias

from scanner.cause import Cause, CauseKind
from scanner.values import Value, unknown

if TYPE_CHECKING:
    from scanner.cloudformation.language.names import Names
    from scanner.span import Span

Function: TypeAlias = "Callable[[Value, Span | None, Names], Value | None]"
"""From the evaluated argument to the result; None for ``AWS::NoValue``."""


def malformed(detail: str, span: Span | None) -> Value:
    """The answer to a use that CloudFormation would reject."""
    return unknown(Cause(CauseKind.MALFORMED, detail, span), span=span)


def arguments(argument: Value) -> tuple[Value, ...]:
    """The elements of a list, else the one argument."""
    return argument.elements


def first_unknown(values: Iterable[Value], span: Span | None) -> Value | None:
    """The unknown that a function gives when it needs all of these values and one of them is not known."""
    for value in values:
        if value.unknown is not None:
            return unknown(value.unknown.cause, span=span)
    return None


def may_vanish(element: Value) -> bool:
    """Whether an element of a list may turn out not to be there, or to be several."""
    hole = element.unknown
    return hole is not None and hole.symbol is None and not hole.pieces
