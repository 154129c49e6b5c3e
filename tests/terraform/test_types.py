"""Conversion to type constraints, equality and numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import values
from scanner.cause import Cause, CauseKind
from scanner.span import Span
from scanner.symbol import Named, NameKind
from scanner.terraform.language.conversion import ConversionError, alike, convert, to_bool, to_number, to_text
from scanner.terraform.language.equality import equal
from scanner.terraform.language.kinds import Unsettled
from scanner.terraform.language.numbers import MAX_EXPONENT, number, number_text, parse_number
from scanner.terraform.language.sets import as_set
from scanner.terraform.language.types import (
    ANY,
    BOOL,
    NUMBER,
    STRING,
    Attribute,
    List,
    Map,
    Object,
    Set,
    Tuple,
    Type,
    type_name,
)
from scanner.values import NULL, Value, joined, unknown

CAUSE = Cause(CauseKind.MISSING_INPUT, "var.x has no value")
X = unknown(CAUSE, Named(NameKind.VALUE, "var.x"))
PARTLY = joined(("a", X.unknown or ""))
SPAN = Span("main.tf", 2, 1, 2, 9)

SETTINGS = Object(
    {
        "name": Attribute(STRING),
        "size": Attribute(NUMBER, optional=True, default=values.of(3)),
        "tags": Attribute(Map(STRING), optional=True),
        "inner": Attribute(
            Object({"on": Attribute(BOOL, optional=True, default=values.of("true"))}),
            optional=True,
            default=values.of({}),
        ),
    }
)


@pytest.mark.parametrize(
    ("value", "type_", "expected"),
    [
        (1, STRING, "1"),
        (Decimal("1.50"), STRING, "1.5"),
        (True, STRING, "true"),
        ("12", NUMBER, 12),
        ("1e3", NUMBER, 1000),
        ("true", BOOL, True),
        ("0", BOOL, False),
        (None, STRING, None),
        (None, List(STRING), None),
        ([1, True], List(STRING), ["1", "true"]),
        (["a", None], List(STRING), ["a", None]),
        ([1, "a"], List(ANY), ["1", "a"]),
        (["b", "a", "b"], Set(STRING), ["a", "b"]),
        ([10, 9], Set(NUMBER), [9, 10]),
        ([10, 9], Set(STRING), ["10", "9"]),
        ([[1], ["a"]], Set(ANY), [["1"], ["a"]]),
        ({"a": 1}, Map(STRING), {"a": "1"}),
        ({"a": 1, "b": "x"}, Map(ANY), {"a": "1", "b": "x"}),
        ([1, "1"], Tuple((STRING, NUMBER)), ["1", 1]),
        ({"a": [1]}, ANY, {"a": [1]}),
        (
            {"name": 5, "extra": 1},
            SETTINGS,
            {"name": "5", "size": 3, "tags": None, "inner": {"on": True}},
        ),
        (
            {"name": "n", "size": None, "tags": {"a": 1}, "inner": {"on": None, "x": 1}},
            SETTINGS,
            {"name": "n", "size": 3, "tags": {"a": "1"}, "inner": {"on": True}},
        ),
        ([{"name": "a"}], List(Object({"name": Attribute(STRING)})), [{"name": "a"}]),
    ],
)
def test_convert(value: object, type_: Type, expected: object) -> None:
    assert convert(values.of(value), type_).data == values.of(expected).data


@pytest.mark.parametrize(
    ("value", "type_", "message"),
    [
        ([1], STRING, "string required"),
        ({}, STRING, "string required"),
        ("x", NUMBER, "a number is required"),
        (True, NUMBER, "a number is required"),
        ("", NUMBER, "a number is required"),
        ("True", BOOL, "a bool is required"),
        (1, BOOL, "a bool is required"),
        ("a", List(STRING), "list of string required"),
        ({"a": 1}, List(ANY), "list of any required"),
        ([1], Map(STRING), "map of string required"),
        ([1], Set(BOOL), "element 0: a bool is required"),
        ({"a": []}, Map(NUMBER), 'element "a": a number is required'),
        ({}, SETTINGS, 'attribute "name" is required'),
        ([], SETTINGS, "object required"),
        ({"name": []}, SETTINGS, 'attribute "name": string required'),
        ([1], Tuple((NUMBER, NUMBER)), "a tuple of 2 elements is required"),
        ({}, Tuple(()), "tuple required"),
        ([1, True], List(ANY), "all elements must have the same type"),
        ([1, [2]], Set(ANY), "all elements must have the same type"),
    ],
)
def test_refused(value: object, type_: Type, message: str) -> None:
    with pytest.raises(ConversionError) as caught:
        convert(values.of(value), type_)
    assert str(caught.value) == message


@pytest.mark.parametrize("type_", [STRING, NUMBER, BOOL, ANY, List(STRING), Map(ANY), SETTINGS, Tuple((STRING,))])
def test_unknown_stays_itself(type_: Type) -> None:
    assert convert(X, type_) is X


def test_known_parts_stay_known() -> None:
    assert convert(values.of([1, X]), List(STRING)) == values.of(["1", X])
    assert convert(values.of({"a": X, "b": 1}), Map(STRING)) == values.of({"a": X, "b": "1"})
    assert isinstance(convert(values.of(["a", X]), Set(STRING)).data, Unsettled)
    assert convert(values.of([X]), Set(STRING)) == values.of([X])


def test_what_an_unknown_may_turn_into_text_is_unknown() -> None:
    assert alike((values.of(1), PARTLY)) == (values.of("1"), PARTLY)
    assert alike((values.of("a"), X)) == (values.of("a"), X)
    undecided = alike((values.of(1), X))[0].unknown
    assert undecided is not None
    assert undecided.cause == CAUSE
    assert alike((values.of({"a": "b", "c": 1}), X))[0].data == {"a": values.of("b"), "c": unknown(CAUSE)}


def test_span_trail_and_encoding_survive() -> None:
    value = Value("a", SPAN, (SPAN,), encodes=NULL)
    assert convert(value, STRING).encodes == NULL
    number_value = convert(Value(1, SPAN, (SPAN,)), STRING)
    assert (number_value.span, number_value.trail) == (SPAN, (SPAN,))


class Lazy(Mapping[str, Value]):
    """An open mapping: every name has a value, and only one is listed."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getitem__(self, name: str) -> Value:
        self.asked.append(name)
        return Value(name)

    def __iter__(self) -> Iterator[str]:
        return iter(("listed",))

    def __len__(self) -> int:
        return 1


def test_only_the_attributes_of_the_type_are_evaluated() -> None:
    lazy = Lazy()
    type_ = Object({"arn": Attribute(STRING)})
    assert convert(Value(lazy), type_) == values.of({"arn": "arn"})
    assert lazy.asked == ["arn"]


def test_to_text_number_bool() -> None:
    assert to_text(NULL) is NULL
    assert to_number(X) is X
    assert to_bool(values.of("1")).data is True
    with pytest.raises(ConversionError):
        to_bool(values.of(1))


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (["é", "z", "B", "a"], ["B", "a", "z", "é"]),
        ([None, "a"], ["a", None]),
        ([True, False], [False, True]),
        ([[1], [10]], [[10], [1]]),
        ([{"a": 1}, {"a": 10}], [{"a": 10}, {"a": 1}]),
        ([1, 1, Decimal("1.5")], [1, Decimal("1.5")]),
    ],
)
def test_order_of_sets(items: list[object], expected: list[object]) -> None:
    assert as_set(values.of(item) for item in items) == values.of(expected).data


def test_equality() -> None:
    assert equal(values.of({"a": [1]}), values.of({"a": [1]})).is_yes
    assert equal(values.of(1), values.of("1")).is_no
    assert equal(values.of(1), values.of(True)).is_no
    assert equal(X, X).is_yes
    assert equal(X, values.of(1)).is_undetermined
    assert equal(PARTLY, values.of("b")).is_no
    assert equal(PARTLY, values.of(1)).is_no
    assert equal(values.of([1, X]), values.of([2, 3])).is_no
    assert equal(values.of([1, X]), values.of([1])).is_no
    assert equal(Value(Unsettled((values.of("a"), X))), values.of(["a"])).is_undetermined


def test_type_names() -> None:
    assert type_name(List(Map(Set(NUMBER)))) == "list of map of set of number"
    assert type_name(SETTINGS) == "object"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1", 1), ("-1.50", Decimal("-1.5")), ("1e2", 100), ("+.5", Decimal("0.5")), ("5.", 5), ("1e-2", Decimal("0.01"))],
)
def test_parse_number(text: str, expected: object) -> None:
    found = parse_number(text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    "text", ["", " 1", "1 ", "0x1", "1_0", "e1", ".", "inf", "NaN", "\u0661", "1e5000", "1" * 2000]
)
def test_no_number(text: str) -> None:
    assert parse_number(text) is None


def test_number_text() -> None:
    assert number_text(10**100) == "1" + "0" * 100
    assert number_text(Decimal("1E-7")) == "0.0000001"
    third = number(Fraction(1, 3))
    assert third is not None
    assert number_text(third) == "0." + "3" * 154 + "5"
    assert number(Decimal(1) / 10**MAX_EXPONENT / 10) is None


@given(st.fractions(min_value=-(10**20), max_value=10**20, max_denominator=10**9))
def test_numbers_are_their_own_nearest(value: Fraction) -> None:
    found = number(value)
    assert found is not None
    assert number(Decimal(found)) == found
    assert parse_number(number_text(found)) == found
    assert abs(Fraction(found) - value) <= abs(value) / 2**511
