"""Evaluates template expressions: a tree of values with intrinsic functions to a tree of values without.

Theory. An expression that depends on something unknown is an ``Unknown`` with the cause, or a text with holes, and
never a default. The delicate one is ``Fn::If`` under a condition that cannot be decided, when one of its branches is
``AWS::NoValue``: then not even that something stands there is known. Such a result *may vanish*:

- in a list it stays in its place as an unknown element, but positions after it say nothing any more. So functions of
  lists take every element of which nothing is known, not even a symbol, for one that may not be there;
- in a mapping it makes the mapping unknown as a whole, since to most readers an entry of unknown value is still an
  entry. The exception is ``Condition`` of a policy statement, where the reader of policies takes an unknown to
  include that there is none, and where templates do this most.

Every unknown that comes of ``Fn::If`` says what it may be (``candidates``), such a mapping too: with the entry, or
without. Policies are read with them, statement by statement (``scanner.iam.variants``).

So whatever fills the unknown in later may settle what was concluded here, but not reverse it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from scanner.budget import BudgetSpentError, spend
from scanner.cause import Cause, CauseKind
from scanner.cloudformation.language.functions import FUNCTIONS
from scanner.cloudformation.language.steps import go_through, spent
from scanner.cloudformation.language.text import filled, join_text
from scanner.cloudformation.template.keys import UNREADABLE
from scanner.cloudformation.template.placeholders import has_placeholder, pieces_around
from scanner.values import Unknown, Value, holes, unknown

if TYPE_CHECKING:
    from scanner.cloudformation.language.names import Names
    from scanner.span import Span
    from scanner.truth import Truth

MAX_EXPRESSION_DEPTH = 120
"""Expressions inside each other, those of the names that they lead to included."""

MAX_VANISHING = 3
"""Entries of one mapping that may not be there, beyond which it is not said what the mapping may be."""

_STEPS = 5
"""Of a mapping, a list or a call, and of each entry."""
NO_VALUE = "AWS::NoValue"
IF = "Fn::If"


class Evaluation(NamedTuple):
    """What became of an expression."""

    value: Value | None
    """None for ``AWS::NoValue``: as if the expression had not been written."""
    may_vanish: bool = False
    """The value is unknown, and it may turn out to be ``AWS::NoValue``."""


def evaluate(expression: Value, names: Names) -> Value | None:
    """The expression's value; None for ``AWS::NoValue``, and an unknown for what may turn out to be that."""
    return evaluate_with_doubt(expression, names).value


def evaluate_with_doubt(expression: Value, names: Names) -> Evaluation:
    """The expression's value, and whether it is certain that there is one."""
    cause = too_deep(names, expression.span)
    if cause is not None:
        return Evaluation(unknown(cause), may_vanish=True)
    names.depth += 1
    try:
        return _evaluate(expression, names)
    except BudgetSpentError as problem:
        return Evaluation(unknown(spent(problem, expression.span)), may_vanish=True)
    finally:
        names.depth -= 1


def too_deep(names: Names, span: Span | None) -> Cause | None:
    """The cause to give up with when expressions are nested beyond the bound."""
    if names.depth < MAX_EXPRESSION_DEPTH:
        return None
    return Cause(
        CauseKind.UNSUPPORTED, f"expressions that are nested more than {MAX_EXPRESSION_DEPTH} levels deep", span
    )


def cause_of(doubt: Truth) -> Cause:
    """The one cause that stands for all of an undetermined condition."""
    return min(doubt.causes, key=Cause.sort_key)


def call_of(expression: Value) -> tuple[str, Value] | None:
    """The function and its argument when the expression is a call of one."""
    if isinstance(expression.data, Mapping) and len(expression.data) == 1:
        ((name, argument),) = expression.data.items()
        if name == "Ref" or name.startswith("Fn::"):
            return name, argument
    return None


def branches(argument: Value, names: Names) -> tuple[Truth, str, Value, Value] | None:
    """Condition, its name and the two branches of an ``Fn::If``; None when it is malformed."""
    parts = argument.data
    name = names.condition_named(parts[0]) if isinstance(parts, tuple) and len(parts) == 3 else None
    if not isinstance(parts, tuple) or name is None:
        return None
    answer = names.condition(name, parts[0].span)
    spend(1 + len(answer.causes))
    return answer, name, parts[1], parts[2]


def _evaluate(expression: Value, names: Names) -> Evaluation:
    match expression.data:
        case str() as text if has_placeholder(text):
            return Evaluation(join_text(pieces_around(text, expression.span), expression.span))
        case str() as text:
            if "{{" not in text:
                return Evaluation(expression)
            whole = names.handed_over(text, expression.span)
            return Evaluation(whole or filled(join_text((text,), expression.span), names))
        case tuple() as items:
            spend(_STEPS * (1 + len(items)))
            found = (evaluate_with_doubt(item, names).value for item in items)
            return Evaluation(Value(tuple(item for item in found if item is not None), expression.span))
        case Mapping() as entries:
            spend(_STEPS * (1 + len(entries)))
            call = call_of(expression)
            if call is not None:
                return _call(*call, expression.span, names)
            return Evaluation(_mapping(entries, expression.span, names))
        case _:
            return Evaluation(expression)


def _mapping(entries: Mapping[str, Value], span: Span | None, names: Names) -> Value:
    result: dict[str, Value] = {}
    vanishing: list[str] = []
    for key, entry in entries.items():
        if key.startswith("Fn::"):
            macro = key in ("Fn::Transform", UNREADABLE) or key.startswith("Fn::ForEach::")
            if macro and entry.unknown is not None:
                return unknown(entry.unknown.cause, span=span)
            if macro:
                return unknown(Cause(CauseKind.UNSUPPORTED, f"{key}, which is not followed", entry.span), span=span)
            return unknown(Cause(CauseKind.MALFORMED, f"{key}, which stands beside other keys", entry.span), span=span)
        value, may_vanish = evaluate_with_doubt(entry, names)
        if may_vanish and key != "Condition" and value is not None and value.unknown is not None:
            vanishing.append(key)
        if value is not None:
            result[key] = value
    return _with_entries_that_may_vanish(result, vanishing, span)


def _with_entries_that_may_vanish(entries: Mapping[str, Value], vanishing: list[str], span: Span | None) -> Value:
    """The mapping; where entries may not be there, the unknown that it is, with everything that it may be."""
    whole = Value(entries, span)
    if not vanishing:
        return whole
    holes = [hole for key in vanishing if (hole := entries[key].unknown) is not None]
    candidates: list[Mapping[str, Value]] = [entries]
    if len(vanishing) > MAX_VANISHING or not all(hole.candidates for hole in holes):
        return Value(Unknown(holes[0].cause), span)
    for key, hole in zip(vanishing, holes, strict=True):
        there = [candidate for candidate in hole.candidates if candidate is not None]
        value = there[0] if len(there) == 1 else Value(replace(hole, candidates=tuple(there)), entries[key].span)
        candidates = [
            changed
            for candidate in candidates
            for changed in (
                {name: entry for name, entry in candidate.items() if name != key},
                *([{**candidate, key: value}] if there else ()),
            )
        ]
    found = tuple(Value(candidate, span) for candidate in candidates)
    return Value(Unknown(holes[0].cause, candidates=found), span)


def _call(name: str, argument: Value, span: Span | None, names: Names) -> Evaluation:
    if name == "Ref":
        return _reference(argument, span, names)
    if name == IF:
        return _if(argument, span, names)
    function = FUNCTIONS.get(name)
    if function is None and argument.unknown is not None:
        return Evaluation(unknown(argument.unknown.cause, span=span))
    if function is None:
        return Evaluation(unknown(Cause(CauseKind.UNSUPPORTED, f"{name}, which is not evaluated", span), span=span))
    value = evaluate(argument, names)
    if value is None:
        return Evaluation(unknown(Cause(CauseKind.MALFORMED, f"{name} without an argument", span), span=span))
    if value.unknown is not None and not value.unknown.pieces:
        # All that is left of a text whose only variable was the element of an unknown collection is its symbol.
        keeps = name == "Fn::Sub" and argument.unknown is not None
        return Evaluation(value.at(span) if keeps else unknown(value.unknown.cause, span=span))
    return Evaluation(function(value, span, names))


def _reference(argument: Value, span: Span | None, names: Names) -> Evaluation:
    """``Ref``, whose name may be put together by functions (``AWS::LanguageExtensions``)."""
    name = evaluate(argument, names)
    known = names.resource_named(name) if name is not None else None
    if known is not None:
        return Evaluation(None if known == NO_VALUE else names.reference(known, span))
    if name is not None and name.unknown is not None:
        return Evaluation(unknown(name.unknown.cause, span=span))
    return Evaluation(unknown(Cause(CauseKind.MALFORMED, "Ref without a name", span), span=span))


def _is_choice(outcome: Evaluation) -> bool:
    """Whether something in it is one of few things. Two such choices with the same cause compare as equal."""
    if outcome.value is None:
        return False
    go_through(outcome.value)
    return any(hole.candidates for hole in holes(outcome.value))


def _if(argument: Value, span: Span | None, names: Names) -> Evaluation:
    parts = branches(argument, names)
    if parts is None:
        return Evaluation(
            unknown(Cause(CauseKind.MALFORMED, "Fn::If without a condition and two branches", span), span=span)
        )
    condition, _, if_true, if_false = parts
    if not condition.is_undetermined:
        return evaluate_with_doubt(if_true if condition.is_yes else if_false, names)
    first, second = evaluate_with_doubt(if_true, names), evaluate_with_doubt(if_false, names)
    if first == second and not _is_choice(first) and not _is_choice(second):
        return first
    may_vanish = any(branch.value is None or branch.may_vanish for branch in (first, second))
    return Evaluation(Value(Unknown(cause_of(condition), candidates=(first.value, second.value)), span), may_vanish)
