"""The check of selectors against what jsonpath-ng really does, on documents of all that the schema allows.

A test of one place is refused just if it comes out the same for every principal; a path, just if it leads nowhere. What
is accepted never fails, whatever the document is.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.rules.document_shape import LIST, MAPPING, NUMBER, SCHEMA, Shape, principal
from scanner.rules.documents import Documents
from scanner.rules.loader import builtin_rules
from scanner.rules.rule import Selector
from scanner.rules.selector_check import faults
from tests.document import PRINCIPAL, sample, sample_principals, selected
from tests.examples import examples

pytestmark = pytest.mark.slow

WRONG = ("kindd", "nmae")
"""Keys that nothing has."""


@cache
def pool() -> dict[str, Any]:
    """So many principals that whatever may come out one way or the other does."""
    found = sample_principals(Random(5), 50)  # noqa: S311 # no secret
    return {**found, "principals": [*found["principals"], PRINCIPAL]}


def paths(shape: Shape, path: str, depth: int = 4) -> Iterator[tuple[str, Shape | None]]:
    """Every path below a place, right and wrong, with the shape that it leads to; None for a wrong one."""
    if depth == 0:
        return
    steps: list[tuple[str, Shape | None]] = []
    if shape.types & {MAPPING}:
        steps += [(f"{path}.{key}", value) for key, value in shape.keys.items()]
        steps.append((f"{path}.{'Team' if shape.other else WRONG[0]}", shape.other))
        steps.append((f"{path}[0]", None))
    elif shape.items is not None:
        steps += [(f"{path}[0]", shape.items), (f"{path}[*]", shape.items), (f"{path}.name", None)]
    elif path.count(".") < 3:
        steps += [(f"{path}[0]", None), (f"{path}[*]", None), (f"{path}.name", None)]
    for step, found in steps:
        yield step, found
        if found is not None and not step.endswith("[0]"):
            yield from paths(found, step, depth - 1)


PATHS = dict(paths(principal(), "@"))


def questions_about(path: str, shape: Shape | None) -> Iterator[str]:
    yield from (path, f"!{path}")
    if shape is None:
        return
    for value in ("'nothing like it'", "'user'", "null", "true", "3600", "1.5"):
        yield f"{path} == {value}"
        if "[*]" not in path:
            yield f"{path} != {value}"
    yield from (f"{path} > 3600", f"{path} =~ 'a'", f"{path} =~ 'nothing'", f"{path}.`len` > 1")
    yield from (f"{path} == '{value}'" for value in shape.values or () if isinstance(value, str))
    yield f"{path} == '123456789012'"


def is_undecided(path: str, shape: Shape | None, test: str) -> bool:
    """What the pool cannot tell: strings may be any, so no few of them say which one they never are.

    The length of a mapping that always has the same keys only tells whether it is there.
    """
    if shape is None:
        return False
    free = shape.values is None and shape.pattern is None and "string" in shape.types
    return (
        (free and ("'" in test or "`len`" in test))
        or (shape.types == {NUMBER} and "3600" in test and "line" not in path)
        or ("`len`" in test and (bool(shape.types - {LIST, MAPPING}) or shape.least > 1 or bool(shape.keys)))
        or (shape.pattern is not None and "=~ '" in test)
    )


def test_there_are_many_paths() -> None:
    assert len(PATHS) > 100
    assert sum(shape is None for shape in PATHS.values()) > 40


@pytest.mark.parametrize("part", range(8))
def test_a_test_is_refused_just_if_it_comes_out_the_same_for_everybody(part: int) -> None:
    wrong: list[str] = []
    for path, shape in list(PATHS.items())[part::8]:
        for test in questions_about(path, shape):
            if is_undecided(path, shape, test):
                continue
            text = f"$.principals[?({test})]"
            is_constant = len(selected(text, pool())) in (0, len(pool()["principals"]))
            found = [fault.message for fault in faults(text)]
            if bool(found) != is_constant:
                wrong.append(
                    f"{text} comes out {'the same' if is_constant else 'different'}, and the check says {found}"
                )
    assert wrong == []


def test_a_path_is_refused_just_if_it_leads_nowhere() -> None:
    wrong: list[str] = []
    below = {path.replace("@", f"$.principals[{index}]", 1) for path in PATHS for index in ("*", "0:")}
    anywhere = {f"$..{key}" for key in (*principal().keys, "path", "text", "member", "Team", *WRONG)}
    for text in (*sorted(below), *sorted(anywhere - {"$..Team"})):
        leads_nowhere = not selected(text, pool())
        if any(faults(text)) != leads_nowhere:
            wrong.append(f"{text}: {[fault.message for fault in faults(text)]}")
    assert wrong == []


def filters(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    steps = st.sampled_from(["[*]", "[0]", "[1:]", ".*", ".name", ".type", ".`len`", ".`keys`", ""])
    names = st.sampled_from(
        ["@.policies", "@.trust", "@.groups", "@.permissions", "@.tags", "@.console", "@", "$..kind"]
    )
    return st.one_of(
        st.builds("({} && {})".format, inner, inner),
        st.builds("({} || {})".format, inner, inner),
        st.builds("{}[?({})]{}".format, names, inner, steps),
        st.builds("!{}[?({})]{}".format, names, inner, steps),
        st.builds("{}[?({})]{} == 'user'".format, names, inner, steps),
    )


SIMPLE = st.sampled_from(
    [test for path, shape in PATHS.items() for test in questions_about(path, shape)] + ["@ == 'saml'"]
)
SELECTORS = st.builds(
    "$.principals[?({})]{}".format,
    st.recursive(SIMPLE, filters, max_leaves=5),
    st.sampled_from(["", ".policies[*]", "..location", "[?(@.kind == 'user')]", ".tags"]),
)


@examples(120)
@given(SELECTORS, st.randoms(use_true_random=False))
def test_what_is_accepted_never_fails(text: str, random: Random) -> None:
    if any(faults(text)):
        return
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        list(Selector(text).select(sample(random)))


@examples(100)
@given(st.text("$@.[]()?*!&|=~<>'\"`, \n0123abkind:-\\/é", max_size=30))
def test_the_check_takes_any_text(text: str) -> None:
    """What it does not refuse can be used."""
    for written in (text, f"$.principals[?({text})]"):
        if not any(faults(written)):
            list(Selector(written).select(pool()))


@examples(8)
@given(st.randoms(use_true_random=False))
def test_the_documents_of_the_tests_satisfy_the_schema(random: Random) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(sample(random))


ALL = list(PATHS)


def everyone(random: Random) -> list[dict[str, Any]]:
    """Principals, the same once more, and some with one part of another; those have the very same permissions."""
    few = sample_principals(random, 5)["principals"]
    mixed = [{**random.choice(few), key: random.choice(few)[key]} for key in random.choices(list(PRINCIPAL), k=10)]
    return [*few, *({**one} for one in few), *mixed]


STEPS = ("", ".permissions[*]", ".console.via[0]", ".*", "..name", "[*]", ".policies[?(@.attached == 'yes')].name")
LONE = ("$.principals[0]", "$.principals[-1:]", "$..console", "$.*[*].kind", "$.principals", "$.principals[?(@)]")


@examples(60)
@given(st.data())
def test_looking_once_at_those_that_are_the_same_selects_the_same(data: st.DataObject) -> None:
    random = data.draw(st.randoms(use_true_random=False))
    tests = [f"{path} == {json.dumps(random.choice(['yes', 'user', 'a', 'no', 1]))}" for path in random.sample(ALL, 2)]
    tests += [*random.sample(ALL, 2), f"{random.choice(ALL)} != 'admin'", f"!{random.choice(ALL)}"]
    test = random.choice([" && ", " || "]).join(random.sample(tests, random.choice([1, 2, 3])))
    text = random.choice([f"$.principals[?({test})]", "$.principals[*]"]) + random.choice(STEPS)
    selector = Selector(random.choice([text, text, text, random.choice(LONE)]))
    documents = everyone(random)
    slowly: dict[int, list[Any]] = {}
    for path in selector.select({"version": 1, "principals": documents}):
        match path:
            case ("principals", int(number), *inside):
                slowly.setdefault(number, []).append(tuple(inside))
    assert Documents(documents).selected(selector) == slowly


def test_built_in_rules_look_once() -> None:
    selectors = [selector for rule in builtin_rules() for selector in rule.selectors]
    assert all(selector.keys is not None for selector in selectors)
