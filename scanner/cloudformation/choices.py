"""What a template leaves open and could be tried out: parameters without a value, and undecided conditions.

A parameter with few ``AllowedValues`` has these as its answers. Of any other text that is not known, conditions see
only whether it equals the texts that they compare it with, so those are its answers, and "none of them" is the last
one. A condition that is not decided by such texts (two unknowns are compared, a list is) holds or does not hold.

The answers of one choice are complete: one of them is the case. Choices are not always independent, so trying
them all may try what cannot be; that makes a verdict weaker and never wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from scanner.cloudformation.intrinsics import evaluate
from scanner.cloudformation.parameters import allowed_values, is_text
from scanner.cloudformation.scalars import as_text
from scanner.facts import Choice
from scanner.root import Assumption
from scanner.symbol import Named, NameKind, Symbol
from scanner.values import PARTITION, Unknown, Value

if TYPE_CHECKING:
    from scanner.cloudformation.scope import Scope

MAX_ANSWERS = 16
"""A choice with more answers is not tried out. Where a policy depends on one of so many, people ask for it by name."""


def choices(scopes: Sequence[Scope]) -> tuple[Choice, ...]:
    """The choices of templates that have been evaluated: parameters, other texts, then conditions that were asked for.

    A template stands before those of the stacks nested in it. Among conditions, those that others are made of come
    first.
    """
    return tuple(choice for choice in _choices(scopes) if len(choice.answers) <= MAX_ANSWERS)


def _choices(scopes: Sequence[Scope]) -> Iterator[Choice]:
    compared: dict[Symbol, tuple[Unknown, dict[str, None]]] = {}
    for scope in scopes:
        _compare(scope, compared)
    assumed = scopes[0].assumed if scopes else {}
    done = set(assumed)
    for scope in scopes:
        for name, declaration in scope.template.parameters.items():
            hole = scope.reference(name, None).unknown
            if hole is None or hole.symbol is None or hole.symbol in done:
                continue
            _, texts = compared.get(hole.symbol, (hole, {}))
            # Where a nested stack need not exist, what it allows need not be so.
            allowed = allowed_values(declaration) if not scope.stack.conditions else ()
            if hole.candidates:  # a default without quotes, of which it is not known how it is read
                allowed = tuple(one.text for one in hole.candidates if one is not None and one.text is not None)
            if allowed and len(allowed) <= MAX_ANSWERS:
                done.add(hole.symbol)
                yield _among(hole, hole.symbol, allowed)
            elif is_text(declaration) and texts:
                done.add(hole.symbol)
                yield _compared_with(hole, hole.symbol, tuple(text for text in texts if not allowed or text in allowed))
    for symbol, (hole, texts) in compared.items():
        if symbol not in done and not _is_parameter(symbol):
            yield _compared_with(hole, symbol, tuple(texts))
    for scope in scopes:
        for name, answer in scope.decided.items():
            if answer.is_undetermined:
                subject = scope.condition_symbol(name)
                yield Choice((Assumption(subject, "true"), Assumption(subject, "false")), answer.causes)


def _is_parameter(symbol: Symbol) -> bool:
    return isinstance(symbol, Named) and symbol.kind is NameKind.PARAMETER


def _among(hole: Unknown, subject: Symbol, texts: tuple[str, ...]) -> Choice:
    return Choice(tuple(Assumption(subject, text) for text in texts), frozenset({hole.cause}))


def _compared_with(hole: Unknown, subject: Symbol, texts: tuple[str, ...]) -> Choice:
    known = _among(hole, subject, texts).answers
    return Choice((*known, Assumption(subject, None, texts)), frozenset({hole.cause}))


def _compare(scope: Scope, found: dict[Symbol, tuple[Unknown, dict[str, None]]]) -> None:
    """Note by symbol every unknown that a condition compares with known texts, and those texts."""
    for left, right in _comparisons(scope.template.conditions.values()):
        a, b = evaluate(left, scope), evaluate(right, scope)
        for one, other in ((a, b), (b, a)):
            hole = one.unknown if one is not None else None
            text = as_text(other.data) if other is not None else None
            if (
                hole is not None
                and hole.symbol is not None
                and hole.symbol is not PARTITION
                and not hole.pieces
                and text is not None
            ):
                found.setdefault(hole.symbol, (hole, {}))[1].setdefault(text)


def _comparisons(conditions: Iterable[Value]) -> Iterator[tuple[Value, Value]]:
    """The operands of every ``Fn::Equals``. What an alias stands for is looked at once."""
    waiting = list(reversed(tuple(conditions)))
    seen: set[int] = set()
    while waiting:
        value = waiting.pop()
        if id(value.data) in seen:
            continue
        seen.add(id(value.data))
        if isinstance(value.data, tuple):
            waiting.extend(reversed(value.data))
        elif isinstance(value.data, Mapping):
            operands = value.data["Fn::Equals"].data if "Fn::Equals" in value.data else None
            if isinstance(operands, tuple) and len(operands) == 2:
                yield operands[0], operands[1]
            waiting.extend(reversed(tuple(value.data.values())))
