"""``Fn::If`` under an undecidable condition, taken apart: what may stand there, each with the conditions for it.

Evaluation gives one unknown for such an expression. Where a fact can say on which conditions it hangs (an attached
policy, a membership, a password), taking the expression apart keeps what each branch says.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scanner.budget import spend
from scanner.cause import Cause, CauseKind
from scanner.cloudformation.language.certain_shapes import Form, certain_form
from scanner.cloudformation.language.intrinsics import IF, NO_VALUE, branches, call_of, cause_of, evaluate
from scanner.lazy_dataclass import dataclass
from scanner.symbol import NameKind
from scanner.values import Unknown, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.cloudformation.language.names import Names
    from scanner.cloudformation.template.sections import Resource
    from scanner.span import Span

_STEPS = 3
"""Of a look at one expression."""
_STEPS_OF_ITEM = 20
"""Of an item, of which something is said."""

Conditions = tuple[Unknown, ...]
"""Conditions that must all hold. ``Condition X`` and ``not Condition X`` are the symbols of those with a name."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """What may stand in a place."""

    expression: Value | None
    """Not evaluated; None for ``AWS::NoValue``."""
    conditions: Conditions


@dataclass(frozen=True, slots=True)
class Item:
    """An element of a list that may be there, evaluated."""

    value: Value
    conditions: Conditions
    span: Span | None
    """Where it is in the list, even if it refers to something elsewhere."""


def existence_conditions(resource: Resource, names: Names) -> Conditions | None:
    """The conditions on which a resource exists, those of its stack first; None when it does not exist."""
    exists, symbol = names.existence(resource)
    if exists.is_no:
        return None
    own = (Unknown(cause_of(exists), symbol),) if exists.is_undetermined else ()
    return (*names.stack_conditions, *resource.doubts, *own)


def alternatives(expression: Value, names: Names, conditions: Conditions = ()) -> Iterator[Alternative]:
    """Everything that may stand there given that the conditions hold: exactly one of them will.

    Branches that contradict a condition of the same name further out are left out.
    """
    spend(_STEPS + len(conditions))
    call = call_of(expression)
    name, argument = call if call is not None else ("", expression)
    if name == "Ref" and argument.text == NO_VALUE:
        yield Alternative(None, conditions)
        return
    parts = branches(argument, names) if name == IF else None
    if parts is None:
        yield Alternative(expression, conditions)
        return
    truth, condition, if_true, if_false = parts
    positive = names.condition_symbol(condition)
    negative = replace(positive, kind=NameKind.NOT_CONDITION)
    settled = {guard.symbol for guard in conditions}
    if truth.is_yes or positive in settled:
        yield from alternatives(if_true, names, conditions)
    elif truth.is_no or negative in settled:
        yield from alternatives(if_false, names, conditions)
    else:
        cause = cause_of(truth)
        yield from alternatives(if_true, names, (*conditions, Unknown(cause, positive)))
        yield from alternatives(if_false, names, (*conditions, Unknown(cause, negative)))


def value_under(expression: Value, names: Names, conditions: Conditions) -> Value | None:
    """The value given that the conditions hold; None for ``AWS::NoValue``, unknown for what may turn out to be that."""
    found = list(alternatives(expression, names, conditions))
    if len(found) == 1:
        return None if found[0].expression is None else evaluate(found[0].expression, names)
    return evaluate(expression, names)


def items(expression: Value, names: Names, conditions: Conditions) -> Iterator[Item]:
    """The elements of a list, or of the lists that may stand there.

    A list of which nothing is known is one unknown item. What CloudFormation refuses, a single value in place of a list
    and a list inside a list, is there under a condition that nobody knows.
    """
    for whole in alternatives(expression, names, conditions):
        if whole.expression is None:
            continue
        is_written_out = isinstance(whole.expression.data, tuple)
        elements = whole.expression.elements
        for element in elements:
            for part in alternatives(element, names, whole.conditions):
                value = None if part.expression is None else evaluate(part.expression, names)
                if part.expression is None or value is None or value.is_null:
                    continue
                conditions_here = part.conditions
                if _is_list(part.expression, value, names) is is_written_out:
                    conditions_here = (
                        *conditions_here,
                        malformed(value, "an element of a list" if is_written_out else "a list"),
                    )
                spend(_STEPS_OF_ITEM * len(value.elements))
                for item in value.elements:
                    yield Item(item, conditions_here, part.expression.span)


def _is_list(expression: Value, value: Value, names: Names) -> bool | None:
    """Whether an expression gives a list; None where that is not known."""
    if value.unknown is None:
        return isinstance(value.data, tuple)
    form = certain_form(expression, names)
    return None if form is None else form is Form.LIST


def malformed(value: Value, wanted: str) -> Unknown:
    """What stands for a value of the wrong shape: what was meant is not known."""
    return Unknown(
        Cause(CauseKind.MALFORMED, f"a value that is not {wanted}, which CloudFormation refuses", value.span)
    )


def presence(expression: Value, names: Names, conditions: Conditions) -> Conditions | None:
    """On which conditions something stands there at all; None when nothing does."""
    found = list(alternatives(expression, names, conditions))
    present = [one for one in found if one.expression is not None and not one.expression.is_null]
    if not present:
        return None
    doubts = [doubt for one in present for doubt in _doubt(one.expression, names)]
    if len(present) == len(found):
        return (*conditions, *doubts[:1])
    if len(present) == 1:
        return (*present[0].conditions, *doubts)
    return (*conditions, Unknown(found[0].conditions[-1].cause))


def _doubt(expression: Value | None, names: Names) -> Iterator[Unknown]:
    """The unknown that an expression is as a whole, if it is one. What is inside a mapping is not looked at."""
    if expression is None or (call_of(expression) is None and expression.unknown is None):
        return
    value = evaluate(expression, names)
    if value is not None and value.unknown is not None:
        yield value.unknown
