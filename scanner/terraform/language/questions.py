"""What an evaluation leaves open that has few answers, and what a scenario takes for granted about it.

Theory
======

An unknown only matters where an expression needs to know something about it: whether a condition holds, whether it
equals a text, which entry of a map it is the key of. Each of these places asks a question about the unknown's symbol,
so the same variable in two places, or the same condition, is one question. The places and their answers are

=============================================  ================================================================
a condition, an operand of ``&&``, ``||``,     true, false; for a variable of type ``bool`` null too, if it may
``!``                                          be. For any other unknown the question is about the unknown as a
                                               condition, which may be a boolean or a text
``==``, ``!=`` with a literal, ``contains``    each of the literals, and none of them
a key of a known map, ``lookup``               each of the map's keys, and none of them
a number of an element of a known list         each of the numbers, and none of them
=============================================  ================================================================

``verdicts.scenarios`` has the root evaluated again with an answer to such a question taken for granted. Then the
unknown is what the answer says, in each of the places and in every other expression. "None of them" leaves it
unknown, but equal to none of the literals. Where Terraform would refuse that (a map has no such key, a variable's
validation fails) the scenario is refuted, for all that exists at the same time, and needs no answer.

An unknown that is calculated from answers (``a && b``) is not a question of its own: it is known once they are.

A cause that several questions share would not tell which of them a verdict depends on. So each question gives a cause
of its own, unless the cause names the very unknown that is asked about; ``derived`` remembers which one it came from.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import field, replace

from scanner.cause import Cause
from scanner.lazy_dataclass import dataclass
from scanner.root import Assumption
from scanner.span import Span
from scanner.symbol import Symbol
from scanner.terraform.language.errors import EvaluationError, ImpossibleError
from scanner.terraform.language.symbols import symbol_of
from scanner.values import Unknown, Value

MAX_ANSWERS = 1000
"""More answers than anybody would try are not even noted."""


@dataclass(slots=True)
class Question:
    """One question with what is known about its answers so far."""

    answers: dict[str, None] = field(default_factory=dict)
    """As Terraform writes them: ``true``, ``"prod"``, ``3``, ``null``."""
    is_closed: bool = True
    """One of the answers is the case."""
    causes: dict[Cause, None] = field(default_factory=dict)


class Questions:
    """The questions of one evaluation of one root, in the order in which they came up."""

    def __init__(self, assumptions: Iterable[Assumption] = ()) -> None:
        self.assumed = {one.subject: one for one in assumptions}
        """What is taken for granted, by its subject."""
        self.asked: dict[Symbol, Question] = {}
        self.refuted: dict[tuple[Unknown, ...], None] = {}
        """What Terraform would refuse under the assumptions: the conditions under which it is evaluated at all."""
        self._origins: dict[Cause, Cause] = {}
        self._named: dict[Cause, Symbol | None] = {}
        self._domains: dict[Symbol, tuple[str, ...]] = {}
        self._calculated: set[Symbol] = set()
        self._attempts = 0

    # What is taken for granted

    def supposed(self, value: Value) -> Value:
        """The value, or what is taken for granted in its place."""
        if not self.assumed:
            return value
        assumption = self._assumption(value.unknown)
        if assumption is None or assumption.value is None:
            return value
        return Value(json.loads(assumption.value), value.span, value.trail)

    def _assumption(self, hole: Unknown | None) -> Assumption | None:
        subject = _subject(hole) if self.assumed else None
        return self.assumed.get(subject) if subject is not None else None

    def _is_none_of(self, hole: Unknown, answers: Iterable[str]) -> bool:
        assumption = self._assumption(hole)
        return assumption is not None and assumption.value is None and {*answers} <= {*assumption.excluded}

    # Where an evaluation asks

    def condition(self, value: Value, span: Span) -> Value:
        """An unknown where true or false is wanted."""
        hole = value.unknown
        subject = symbol_of("tobool", (value,)) if hole is not None and not hole.pieces else None
        if hole is None or self._ask_for_variable(hole, "the condition", span):
            return value
        if subject is None or hole.symbol in self._calculated:
            return value
        assumption = self.assumed.get(subject)
        if assumption is None:
            named = self._ask(hole, subject, ("true", "false"), "the condition", span, is_closed=not self._attempts)
            return replace(value, data=named)
        if assumption.value is None:
            raise ImpossibleError("a condition must be true or false", span)
        return replace(value, data=assumption.value == "true")

    def operands(self, operator: str, operands: tuple[Value, ...], span: Span) -> tuple[Value, ...] | bool:
        """The operands of an operator; the result where an assumption says it."""
        if operator in ("&&", "||", "!"):
            return tuple(self.condition(operand, span) for operand in operands)
        if operator in ("==", "!="):
            for place, (one, other) in enumerate((operands, operands[::-1])):
                literal = _literal(other)
                if one.unknown is not None and literal is not None:
                    named = self.among(one, (other,), "the comparison", span)
                    if named is None:
                        return operator == "!="
                    return (named, other) if place == 0 else (other, named)
        return operands

    def among(self, value: Value, answers: Iterable[Value], what: str, span: Span) -> Value | None:
        """An unknown that is compared with these; None if it is taken for granted that it is none of them."""
        hole = value.unknown
        subject = _subject(hole)
        if hole is None or self._ask_for_variable(hole, what, span) or subject is None:
            return value
        written = [text for answer in answers if (text := _literal(answer)) is not None]
        if self._is_none_of(hole, written):
            return None
        if subject in self.assumed or len(written) > MAX_ANSWERS:
            return value
        return replace(value, data=self._ask(hole, subject, written, what, span, is_closed=False))

    def calculated(self, value: Value) -> Value:
        """An unknown that follows from what has been asked."""
        if value.unknown is not None and value.unknown.symbol is not None:
            self._calculated.add(value.unknown.symbol)
        return value

    def _ask_for_variable(self, hole: Unknown, what: str, span: Span) -> bool:
        """Whether it is made of a variable all of whose values can be tried, and which is asked about in its place."""
        made_of = [(hole.cause, hole.symbol), *((cause, self._named.get(cause)) for cause in self.origins(hole.cause))]
        for cause, variable in made_of:
            if variable is not None and variable in self._domains and variable not in self.assumed:
                self._ask(Unknown(cause, variable), variable, (), what, span, is_closed=True)
                return True
        return False

    def _ask(
        self, hole: Unknown, subject: Symbol, answers: Iterable[str], what: str, span: Span, *, is_closed: bool
    ) -> Unknown:
        question = self.asked.setdefault(subject, Question())
        question.answers |= dict.fromkeys(self._domains.get(subject, answers))
        question.is_closed = question.is_closed and is_closed
        cause = self._own_cause(hole, what, span)
        question.causes[cause] = None
        return Unknown(cause, hole.symbol, hole.pieces)

    # Causes

    def names(self, cause: Cause, symbol: Symbol, domain: tuple[str, ...] = ()) -> None:
        """This cause belongs to one unknown, which it names; ``domain`` is all that it can be, if that is little."""
        if self._named.setdefault(cause, symbol) != symbol:
            self._named[cause] = None  # it says nothing about any of them
        if domain:
            self._domains[symbol] = domain

    def is_named(self, hole: Unknown) -> bool:
        """Whether it is an unknown that its cause names, and not a part of it, or made of it."""
        return hole.symbol is not None and self._named.get(hole.cause) == hole.symbol

    def _own_cause(self, hole: Unknown, what: str, span: Span) -> Cause:
        cause = hole.cause
        if cause in self._origins or self.is_named(hole) or str(hole.symbol) in cause.detail:
            return cause
        detail = f"{what} in {span.path} on line {span.line}, which depends on {cause.detail}"
        return self.derived(cause, Cause(cause.kind, detail, cause.span))

    def derived(self, cause: Cause, further: Cause) -> Cause:
        """The further cause, which is derived from the other one."""
        if further != cause:
            self._origins.setdefault(further, cause)
        return further

    def origins(self, cause: Cause) -> Iterator[Cause]:
        """A cause and those from which it is derived."""
        seen: set[Cause] = set()
        found: Cause | None = cause
        while found is not None and found not in seen:
            yield found
            seen.add(found)
            found = self._origins.get(found)

    @property
    def all_derived(self) -> Iterable[Cause]:
        """Every cause that is derived from another one."""
        return self._origins

    # What Terraform would refuse

    @property
    def is_attempt(self) -> bool:
        """Whether it does not matter just now whether an evaluation fails."""
        return self._attempts > 0

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """The time in which it does not matter whether an evaluation fails."""
        self._attempts += 1
        try:
            yield
        finally:
            self._attempts -= 1

    def refusal(self, message: str, span: Span) -> EvaluationError:
        """What to raise for operands that Terraform refuses whatever they stand for."""
        return ImpossibleError(message, span) if self.assumed else EvaluationError(message, span)

    def refute(self, doubts: tuple[Unknown, ...]) -> None:
        """Under what is taken for granted, Terraform would refuse what is there if the doubts hold."""
        self.refuted[doubts] = None


def _subject(hole: Unknown | None) -> Symbol | None:
    """What questions about an unknown are about; None for one that has no name."""
    return hole.symbol if hole is not None and not hole.pieces else None


def _literal(value: Value) -> str | None:
    """How Terraform writes a literal; None for any other value."""
    match value.data:
        case None | bool() | int() | str() as plain:
            return json.dumps(plain, ensure_ascii=False)
    return None
