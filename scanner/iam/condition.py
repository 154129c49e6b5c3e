"""Condition operators: a table with one entry each, and the rules that they share.

Several values are alternatives; a negated operator asks that none of them matches. A missing key does not match,
except for negated operators and ``…IfExists``. ``ForAllValues:`` holds for no values, ``ForAnyValue:`` does not:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum

from scanner.cause import Cause
from scanner.iam import pattern
from scanner.iam.language import Question
from scanner.iam.pattern import Hole, Pattern, Text, Wildcard, literal
from scanner.iam.request import Fixed, OneOf, Request, Unsettled
from scanner.iam.variables import PolicyText, resolve
from scanner.lazy_dataclass import dataclass
from scanner.truth import NO, Truth, all_of, any_of, truth, undetermined

Comparison = Callable[[Pattern, Text], Truth]
"""Whether the context's value (second) stands in the relation to the policy's value (first)."""


@dataclass(frozen=True, slots=True)
class Operator:
    """What one base operator compares."""

    compare: Comparison
    negated: bool = False
    valid: Callable[[str], bool] | None = None
    """For a policy value without holes and variables: whether AWS accepts it."""
    as_pattern: Callable[[Pattern], Pattern] | None = None
    """For operators on texts: the policy's value as a pattern of what it matches. The others read texts as a type."""
    folded: bool = False
    """Compares without case."""


class Quantifier(Enum):
    """The set operators in front of a condition operator."""

    NONE = ""
    FOR_ALL = "ForAllValues"
    FOR_ANY = "ForAnyValue"


@dataclass(frozen=True, slots=True)
class Condition:
    """One key of one operator in a ``Condition`` block."""

    operator: str
    """As written, for people."""
    base: str
    """Lower-cased name in ``OPERATORS``, or ``null``."""
    quantifier: Quantifier
    if_exists: bool
    key: str
    values: tuple[PolicyText, ...]
    doubt: frozenset[Cause] = frozenset()
    """Not empty when the condition itself could not be read: it may hold or not."""

    def holds(self, request: Request) -> Truth:
        """Whether the request meets the condition."""
        if self.doubt:
            return undetermined(*self.doubt)
        if self.is_impossible:
            return NO
        state = request.lookup(self.key)
        if self.base == "null":
            return self._null(state)
        operator = OPERATORS[self.base]
        if state is None:
            return self._absent(operator)
        patterns = [resolved for value in self.values if (resolved := resolve(value, request)) is not None]
        if isinstance(state, Unsettled):
            return undetermined(*state.causes, *_causes(patterns))
        if isinstance(state, OneOf):
            return _one_of(state.cause, [self._compare(operator, patterns, Fixed((text,))) for text in state.texts])
        return self._compare(operator, patterns, state)

    @property
    def is_impossible(self) -> bool:
        """Whether no request meets it, be the key there or not: a list without values."""
        if self.values or self.doubt or self.if_exists or self.base == "null":
            return False
        return self.quantifier is not Quantifier.FOR_ALL and not OPERATORS[self.base].negated

    def test(self, request: Request, *, is_arn: bool) -> Question:
        """What the condition asks of a key that has one text, which need not be an ARN."""
        operator = OPERATORS[self.base]
        pattern_of = operator.as_pattern
        if pattern_of is None or (operator.compare is _arn_like and not is_arn):
            return Question((), operator.negated)  # the text is not a number, date, address or ARN, so it equals none
        found = (resolve(value, request) for value in self.values)
        return Question(
            tuple(pattern_of(part) for part in found if part is not None), operator.negated, operator.folded
        )

    def _null(self, state: Fixed | OneOf | Unsettled | None) -> Truth:
        if self.quantifier is not Quantifier.NONE:
            return truth(self.quantifier is Quantifier.FOR_ALL)  # set operators look at values, and Null at none
        values = _plain(self.values)
        if isinstance(state, Unsettled):
            return undetermined(*state.causes, *_causes(values))
        return any_of(_equal_without_case(value, ("true" if state is None else "false",)) for value in values)

    def _absent(self, operator: Operator) -> Truth:
        if self.quantifier is Quantifier.FOR_ANY:
            return truth(self.if_exists)
        return truth(self.if_exists or operator.negated or self.quantifier is Quantifier.FOR_ALL)

    def _compare(self, operator: Operator, patterns: list[Pattern], state: Fixed) -> Truth:
        def one(text: Text) -> Truth:
            found = any_of(operator.compare(value, text) for value in patterns)
            return ~found if operator.negated else found

        if self.quantifier is not Quantifier.NONE:  # to set operators, an empty text is not a value
            state = Fixed(tuple(text for text in state.values if literal(text) != ""))
        if self.quantifier is Quantifier.FOR_ALL:
            return all_of(one(text) for text in state.values)
        if self.quantifier is Quantifier.FOR_ANY or not operator.negated:
            return any_of(one(text) for text in state.values)
        return all_of(one(text) for text in state.values)


def _one_of(cause: Cause, answers: list[Truth]) -> Truth:
    """What is so in each of several cases is so; otherwise it depends on which one it is."""
    if all(answer == answers[0] for answer in answers):
        return answers[0]
    return undetermined(cause, *(open_cause for answer in answers for open_cause in answer.causes))


def parse_operator(name: str) -> tuple[str, Quantifier, bool] | None:
    """Base name, quantifier and whether ``IfExists`` is there; None for no operator of AWS's."""
    quantifier = Quantifier.NONE
    rest = name
    prefix, colon, tail = name.partition(":")
    if colon:
        matching = [q for q in (Quantifier.FOR_ALL, Quantifier.FOR_ANY) if q.value.lower() == prefix.lower()]
        if not matching:
            return None
        quantifier, rest = matching[0], tail
    base = rest.lower()
    if base == "null":
        return "null", quantifier, False
    if_exists = base.endswith("ifexists")
    base = base.removesuffix("ifexists")
    return (base, quantifier, if_exists) if base in OPERATORS else None


def _plain(templates: tuple[PolicyText, ...]) -> list[Pattern]:
    return [tuple(part for part in template if isinstance(part, str | Wildcard | Hole)) for template in templates]


def _causes(values: list[Pattern]) -> list[Cause]:
    return [cause for value in values for part in value if isinstance(part, Hole) for cause in part.causes]


def _known(value: Pattern | Text) -> str | None:
    """The text when no part is unknown. Wildcards count as the characters they are written with."""
    if any(isinstance(part, Hole) for part in value):
        return None
    return pattern.written(value)


def _doubt(*sides: Pattern | Text) -> Truth:
    return undetermined(*(cause for side in sides for part in side if isinstance(part, Hole) for cause in part.causes))


def _literally(value: Pattern) -> Pattern:
    """For operators without wildcards: ``*`` is a star."""
    return tuple(part.value[0] if isinstance(part, Wildcard) else part for part in value)


def _exactly(value: Pattern) -> Pattern:
    return _merge(_literally(value))


def _exactly_without_case(value: Pattern) -> Pattern:
    return _exactly(pattern.lowered(value))


def _equal(value: Pattern, text: Text) -> Truth:
    return pattern.matches(_exactly(value), text)


def _merge(parts: Pattern) -> Pattern:
    merged: list[str | Wildcard | Hole] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    return tuple(merged)


def _equal_without_case(value: Pattern, text: Text) -> Truth:
    return pattern.matches(_exactly_without_case(value), pattern.lowered_text(text))


def _like(value: Pattern, text: Text) -> Truth:
    return pattern.matches(value, text)


def _arn_like(value: Pattern, text: Text) -> Truth:
    """Each of the six parts is matched by itself; ``ArnEquals`` takes wildcards too."""
    known = literal(text)
    if known is not None and known.count(":") < 5:
        return NO
    return pattern.matches(pattern.by_segment(value), text)


def _typed(parse: Callable[[str], object | None], relate: Callable[[object, object], bool]) -> Comparison:
    """Compare after reading both sides as a type; what cannot be read so does not match."""

    def compare(value: Pattern, text: Text) -> Truth:
        policy, context = _known(value), _known(text)
        if policy is None or context is None:
            return _doubt(value, text)
        left, right = parse(policy), parse(context)
        return truth(left is not None and right is not None and relate(left, right))

    return compare


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _date(text: str) -> Decimal | None:
    """Seconds since 1970: ISO 8601 in the forms of W3C's note, or the number itself."""
    number = _number(text)
    if number is not None and len(text) != 4:
        return number
    for layout in ("%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%d", "%Y-%m", "%Y"):
        try:
            moment = datetime.strptime(text, layout)  # noqa: DTZ007 # forms without a zone mean UTC, set below
        except ValueError:
            continue
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return Decimal(str(moment.timestamp()))
    return None


def _boolean(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _contains(network: object, address: object) -> bool:
    for version in (ipaddress.IPv4Network, ipaddress.IPv6Network):
        if isinstance(network, version) and isinstance(address, version):
            return address.subnet_of(network)  # type: ignore[arg-type] # both are of the same version here
    return False


_NUMBERS = {
    "equals": lambda policy, context: context == policy,
    "lessthan": lambda policy, context: context < policy,
    "lessthanequals": lambda policy, context: context <= policy,
    "greaterthan": lambda policy, context: context > policy,
    "greaterthanequals": lambda policy, context: context >= policy,
}


def _ordered(
    prefix: str, parse: Callable[[str], object | None], valid: Callable[[str], bool] | None = None
) -> dict[str, Operator]:
    """The six operators on a type with an order."""
    table = {prefix + name: Operator(_typed(parse, relate), valid=valid) for name, relate in _NUMBERS.items()}
    table[prefix + "notequals"] = Operator(table[prefix + "equals"].compare, negated=True, valid=valid)
    return table


def _of_texts(name: str, negated_name: str, operator: Operator) -> dict[str, Operator]:
    return {name: operator, negated_name: replace(operator, negated=True)}


OPERATORS: dict[str, Operator] = {
    **_of_texts("stringequals", "stringnotequals", Operator(_equal, as_pattern=_exactly)),
    **_of_texts(
        "stringequalsignorecase",
        "stringnotequalsignorecase",
        Operator(_equal_without_case, as_pattern=_exactly_without_case, folded=True),
    ),
    **_of_texts("stringlike", "stringnotlike", Operator(_like, as_pattern=lambda value: value)),
    **_ordered("numeric", _number),
    **_ordered("date", _date, lambda text: text[:4].isdigit()),  # what begins with no year is refused
    "bool": Operator(_typed(_boolean, lambda policy, context: policy == context)),
    "binaryequals": Operator(_typed(_bytes, lambda policy, context: policy == context)),
    "ipaddress": Operator(_typed(_network, _contains)),
    "notipaddress": Operator(_typed(_network, _contains), negated=True),
    **_of_texts("arnequals", "arnnotequals", Operator(_arn_like, as_pattern=pattern.by_segment)),
    **_of_texts("arnlike", "arnnotlike", Operator(_arn_like, as_pattern=pattern.by_segment)),
}


def unreadable(doubt: Cause) -> Condition:
    """A condition that could not be read: it may hold or not."""
    return Condition("", "null", Quantifier.NONE, False, "", (), frozenset({doubt}))
