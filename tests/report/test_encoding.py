"""JSON that is written once and meant many times is what it would be in full."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.report.encoding import encoded, encoded_with_shared

LETTERS = 'a\n "permissions":0123,{}[]\\#\u202e\x1bé'
TEXTS = st.text(st.sampled_from(LETTERS + "\ud800"), max_size=20)
KEYS = st.text(st.sampled_from(LETTERS), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.lists(VALUES, max_size=4), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 3), st.dictionaries(KEYS, VALUES, max_size=3)), max_size=6),
    VALUES,
)
def test_a_shared_list_is_written_where_its_number_stands(
    shared: list[list[Any]], elements: list[tuple[int, dict[str, Any]]], other: Any
) -> None:
    placed = [(number % len(shared), {**element, "z": 0}) for number, element in elements]
    short = {"list": [{**element, "permissions": number, "end": 0} for number, element in placed], "other": other}
    whole = {
        "list": [{**element, "permissions": shared[number], "end": 0} for number, element in placed],
        "other": other,
    }
    assert encoded_with_shared(short, "permissions", shared) == encoded(whole)


@pytest.mark.parametrize("number", [0, 1, 999, 1_000, 1_001, 2_500])
def test_a_long_list_is_written_in_pieces_as_at_once(number: int) -> None:
    shared = [[{"a": "é\u202e"}, {"b": [1]}], [{"c": {}}]]
    elements = [{"name": f"n{place}", "permissions": place % 3 if place % 3 < 2 else []} for place in range(number)]
    document = {"version": 1, "principals": elements, "findings": [], "errors": [{"path": "p"}], "warnings": elements}
    meant = [{**one, "permissions": shared[one["permissions"]] if one["permissions"] != [] else []} for one in elements]
    expected = encoded({**document, "principals": meant, "warnings": meant})
    assert encoded_with_shared(document, "permissions", shared) == expected
