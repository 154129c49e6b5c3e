"""Whatever an open parameter turns out to be, it settles what was concluded without it and reverses nothing."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.cloudformation.intrinsics import evaluate
from scanner.cloudformation.scope import Scope
from scanner.cloudformation.template import read_template
from scanner.root import Inputs
from scanner.truth import Truth
from scanner.values import Unknown, Value, could_be_equal, of, pieces

WORDS = st.sampled_from(["a", "b", "a-b", "yes", ""])
PARAMETERS = ["P", "Q"]
CONDITIONS = ["C", "D", "E"]

texts = st.deferred(lambda: simple_texts | joins | substitutions | selections | choices(texts))
simple_texts = WORDS | st.sampled_from([{"Ref": name} for name in PARAMETERS])
elements = st.deferred(lambda: texts | vanishing(texts))
lists = st.lists(elements, max_size=4)
joins = st.builds(lambda mark, items: {"Fn::Join": [mark, items]}, st.sampled_from(["", "-", ","]), lists)
substitutions = st.builds(
    lambda template, value: {"Fn::Sub": [template, {"V": value}]},
    st.sampled_from(["${P}", "x${V}y", "${V}${V}-${Q}", "${!V}"]),
    texts,
)
selections = st.builds(lambda index, items: {"Fn::Select": [index, items]}, st.integers(0, 2), lists)


def choices(branch: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.builds(lambda name, a, b: {"Fn::If": [name, a, b]}, st.sampled_from(CONDITIONS), branch, branch)


def vanishing(branch: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    nothing = st.just({"Ref": "AWS::NoValue"})
    return choices(branch | nothing)


mappings = st.dictionaries(st.sampled_from(["k", "l", "Condition"]), elements | st.deferred(lambda: values), max_size=3)
values = st.deferred(lambda: elements | lists | mappings | vanishing(lists) | vanishing(mappings))
tests = st.deferred(
    lambda: (
        st.builds(lambda a, b: {"Fn::Equals": [a, b]}, simple_texts | joins, simple_texts)
        | st.builds(lambda a: {"Fn::Not": [a]}, tests)
        | st.builds(lambda a, b: {"Fn::And": [a, b]}, tests, tests)
        | st.builds(lambda a, b: {"Fn::Or": [a, b]}, tests, tests)
    )
)


def scope(conditions: Mapping[str, object], parameters: Mapping[str, str]) -> Scope:
    document = {
        "Parameters": {name: {"Type": "String"} for name in PARAMETERS},
        "Conditions": dict(conditions),
        "Resources": {},
    }
    template, problems = read_template(of(document), "t")
    assert not problems
    return Scope(template, Inputs(parameters=tuple(parameters.items())))


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
        return before.data.keys() >= after.data.keys() and all(
            settles(entry, after.data.get(key)) for key, entry in before.data.items()
        )
    return before.data == after.data


def elements_settle(before: tuple[Value, ...], after: tuple[Value, ...]) -> bool:
    if not before:
        return not after
    skipped = before[0].unknown is not None and elements_settle(before[1:], after)
    return skipped or (bool(after) and settles(before[0], after[0]) and elements_settle(before[1:], after[1:]))


def truth_settles(before: Truth, after: Truth) -> bool:
    return before.is_undetermined or before.known == after.known


@settings(max_examples=600, deadline=None)
@given(
    values,
    st.fixed_dictionaries(dict.fromkeys(CONDITIONS, tests)),
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
        malformed = results[later] is not None and "malformed" in repr(results[later])
        assert malformed or settles_to_unknown(results[later]) or settles(results[earlier], results[later])


def settles_to_unknown(value: Value | None) -> bool:
    """The second of three stages may still be open; only the pairs that end in something definite say anything."""
    return value is not None and "Unknown(" in repr(value)
