"""Whatever an open parameter turns out to be, it settles what was concluded without it and reverses nothing."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cloudformation.language.intrinsics import evaluate
from scanner.cloudformation.stacks.scope import StackScope
from scanner.cloudformation.template.sections import read_template
from scanner.root import Inputs
from scanner.truth import Truth
from scanner.values import Unknown, Value, could_be_equal, holes, of, pieces
from tests.examples import examples

pytestmark = pytest.mark.slow

WORDS = st.sampled_from(["a", "yes", "a-b"])
PARAMETERS = ["P", "Q"]
CONDITIONS = ["C", "D", "E"]

Strategy = st.SearchStrategy[object]

SIMPLE: Strategy = WORDS | st.sampled_from([{"Ref": name} for name in PARAMETERS])
NOTHING: Strategy = st.just({"Ref": "AWS::NoValue"})
MARKS = st.sampled_from(["", "-", ","])
JOINED = st.builds(lambda mark, items: {"Fn::Join": [mark, items]}, MARKS, st.lists(SIMPLE, max_size=3))
SUBSTITUTED = st.sampled_from(["${P}", "x${V}y", "${V}${V}-${Q}", "${!V}"])


def choices(branch: Strategy) -> Strategy:
    return st.builds(lambda name, a, b: {"Fn::If": [name, a, b]}, st.sampled_from(CONDITIONS), branch, branch)


MAYBE = SIMPLE | choices(SIMPLE | NOTHING)


def elements(depth: int) -> Strategy:
    """Texts, some of which may turn out not to be there."""
    return st.one_of(MAYBE, texts(depth), choices(texts(depth) | NOTHING))


def lists(depth: int) -> Strategy:
    return st.lists(elements(depth), max_size=4) | st.lists(MAYBE, min_size=2, max_size=4)


def texts(depth: int) -> Strategy:
    if depth == 0:
        return SIMPLE
    return st.one_of(
        SIMPLE,
        choices(texts(depth - 1)),
        st.builds(lambda mark, items: {"Fn::Join": [mark, items]}, MARKS, lists(depth - 1)),
        st.builds(lambda index, items: {"Fn::Select": [index, items]}, st.integers(0, 2), lists(depth - 1)),
        st.builds(lambda text, value: {"Fn::Sub": [text, {"V": value}]}, SUBSTITUTED, texts(depth - 1)),
    )


def mappings(depth: int) -> Strategy:
    entries = elements(depth) | lists(depth) | choices(lists(depth) | NOTHING)
    return st.dictionaries(st.sampled_from(["k", "l", "Condition"]), entries, max_size=3)


def conditions_of(depth: int) -> Strategy:
    equal = st.builds(lambda a, b: {"Fn::Equals": [a, b]}, SIMPLE | JOINED, SIMPLE)
    if depth == 0:
        return equal
    inner = conditions_of(depth - 1)
    return st.one_of(
        equal,
        st.builds(lambda a: {"Fn::Not": [a]}, inner),
        st.builds(lambda a, b: {"Fn::And": [a, b]}, inner, inner),
        st.builds(lambda a, b: {"Fn::Or": [a, b]}, inner, inner),
    )


VALUES = st.one_of(texts(1), mappings(0)) | elements(2) | lists(2) | mappings(1) | choices(mappings(1) | NOTHING)
OPEN = st.builds(lambda name, word: {"Fn::Equals": [{"Ref": name}, word]}, st.sampled_from(PARAMETERS), WORDS)
TESTS = st.one_of(OPEN, OPEN, OPEN, conditions_of(2))


def scope(conditions: Mapping[str, object], parameters: Mapping[str, str]) -> StackScope:
    document = {
        "Parameters": {name: {"Type": "String"} for name in PARAMETERS},
        "Conditions": dict(conditions),
        "Resources": {},
    }
    template, problems = read_template(of(document), "t")
    assert not problems
    return StackScope(template, Inputs(parameters=tuple(parameters.items())))


def settles(before: Value | None, after: Value | None) -> bool:
    """Whether the later value is one that the earlier one allowed."""
    if before is None or after is None:
        return before is after or (before is not None and before.unknown is not None)
    if isinstance(before.data, Unknown):
        known, later = pieces(before), pieces(after)
        return not before.data.pieces or (later is not None and known is not None and could_be_equal(known, later))
    if after.unknown is not None:
        return False
    if isinstance(before.data, tuple) and isinstance(after.data, tuple):
        return elements_settle(before.data, after.data)
    if isinstance(before.data, Mapping) and isinstance(after.data, Mapping):
        missing = before.data.keys() - after.data.keys()
        return not after.data.keys() - before.data.keys() and all(
            key == "Condition" if key in missing else settles(entry, after.data[key])
            for key, entry in before.data.items()
        )
    return before.data == after.data


def elements_settle(before: tuple[Value, ...], after: tuple[Value, ...]) -> bool:
    if not before:
        return not after
    skipped = before[0].unknown is not None and elements_settle(before[1:], after)
    return skipped or (bool(after) and settles(before[0], after[0]) and elements_settle(before[1:], after[1:]))


def truth_settles(before: Truth, after: Truth) -> bool:
    return before.is_undetermined or before.known == after.known


@examples(200)
@given(
    VALUES,
    st.fixed_dictionaries(dict.fromkeys(CONDITIONS, TESTS)),
    st.fixed_dictionaries({name: WORDS for name in PARAMETERS}),  # noqa: C420 # the same strategy must not be shared
    st.sets(st.sampled_from(PARAMETERS)),
)
def test_filling_in_parameters_reverses_nothing(
    expression: object, conditions: dict[str, object], filling: dict[str, str], first: set[str]
) -> None:
    value = of(expression)
    stages = [
        scope(conditions, {}),
        scope(conditions, {name: text for name, text in filling.items() if name in first}),
        scope(conditions, filling),
    ]
    results = [evaluate(value, stage) for stage in stages]
    for earlier, later in ((0, 1), (1, 2), (0, 2)):
        for name in CONDITIONS:
            assert truth_settles(stages[earlier].condition(name, None), stages[later].condition(name, None))
        assert is_open(results[later]) or settles(results[earlier], results[later])


def is_open(value: Value | None) -> bool:
    """Whether a part of it is not known, or malformed: only what ends in something definite says anything."""
    return value is not None and bool(holes(value))
