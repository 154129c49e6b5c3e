"""What a template leaves open and could be tried out: parameters without a value, and undecided conditions.

A parameter with few ``AllowedValues`` has these as its answers. Of any other text that is not known, conditions see
only whether it equals the texts that they compare it with, and ``Fn::FindInMap`` which of a map's keys it is, so those
are its answers, and "none of them" is the last one. Where ``Fn::FindInMap`` has no default, the keys that lead to an
entry are all the answers there are: CloudFormation refuses any other. A condition that is not decided by such texts
(two unknowns are compared, a list is) holds or does not hold.

The answers of one choice are complete: one of them is the case. Choices are not always independent, so trying
them all may try what cannot be; that makes a verdict weaker and never wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING

from scanner.cloudformation.language.intrinsics import evaluate
from scanner.cloudformation.language.parameters import allowed_values, is_text
from scanner.cloudformation.template.scalars import as_text
from scanner.facts import MAX_ANSWERS, Choice
from scanner.lazy_dataclass import dataclass
from scanner.root import Assumption
from scanner.symbol import Named, NameKind, Symbol
from scanner.values import PARTITION, Unknown, Value

if TYPE_CHECKING:
    from scanner.cloudformation.stacks.scope import StackScope


def choices(scopes: Sequence[StackScope]) -> tuple[Choice, ...]:
    """The choices of templates that have been evaluated: parameters, other texts, then conditions that were asked for.

    A template stands before those of the stacks nested in it. Among conditions, those that others are made of come
    first.
    """
    return tuple(_choices(scopes))


@dataclass(slots=True)
class _Asked:
    """What is asked about one unknown text."""

    hole: Unknown
    symbol: Symbol
    texts: dict[str, None] = field(default_factory=dict)
    closed: frozenset[str] | None = None
    """The only texts that would be accepted, if anything says so."""

    def choice(self, allowed: tuple[str, ...] = ()) -> Choice:
        """The allowed texts are all that it can be; empty when any will do."""
        if self.closed is not None:
            allowed = tuple(text for text in allowed or sorted(self.closed) if text in self.closed)
        if allowed and len(allowed) <= MAX_ANSWERS:
            return _among(self.hole, self.symbol, allowed)
        return _compared_with(
            self.hole, self.symbol, tuple(text for text in self.texts if not allowed or text in allowed)
        )


def _choices(scopes: Sequence[StackScope]) -> Iterator[Choice]:
    asked: dict[Symbol, _Asked] = {}
    for scope in scopes:
        _ask(scope, asked)
    assumed = scopes[0].assumed if scopes else {}
    done = set(assumed)
    for scope in scopes:
        for name, declaration in scope.template.parameters.items():
            hole = scope.reference(name, None).unknown
            if hole is None or hole.symbol is None or hole.symbol in done:
                continue
            about = asked.get(hole.symbol, _Asked(hole, hole.symbol))
            # Where a nested stack need not exist, what it allows need not be so.
            allowed = allowed_values(declaration) if not scope.stack.conditions else ()
            if hole.candidates:  # a default without quotes, of which it is not known how it is read
                allowed = tuple(one.text for one in hole.candidates if one is not None and one.text is not None)
            if 0 < len(allowed) <= MAX_ANSWERS or (is_text(declaration) and about.texts):
                done.add(hole.symbol)
                yield about.choice(allowed)
    for symbol, about in asked.items():
        if symbol not in done and not _is_parameter(symbol):
            yield about.choice()
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


def _ask(scope: StackScope, found: dict[Symbol, _Asked]) -> None:
    """Note by symbol every unknown that a condition compares with known texts, or that is a key of a mapping."""
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
                found.setdefault(hole.symbol, _Asked(hole, hole.symbol)).texts[text] = None
    for key, keys, is_closed in scope.lookups:
        if key.symbol is not None and not key.pieces:
            about = found.setdefault(key.symbol, _Asked(key, key.symbol))
            about.texts |= dict.fromkeys(keys)
            if is_closed and keys:
                common = frozenset(keys) if about.closed is None else about.closed & {*keys}
                about.closed = common or about.closed


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
