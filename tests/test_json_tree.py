"""Strict JSON with positions: the same values as the standard library, and bounds where it has none."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import json_tree
from scanner.json_tree import Array, JSONError, Mark, Node, Object, Scalar

pytestmark = pytest.mark.slow


def plain(node: Node) -> Any:
    match node:
        case Object(members=members):
            return {member.key: plain(member.value) for member in members}
        case Array(items=items):
            return [plain(item) for item in items]
        case Scalar(value=Decimal() as number):
            return float(number)
        case Scalar(value=value):
            return value
        case Mark():
            return "mark"


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
DOCUMENTS = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=30)


@given(DOCUMENTS, st.sampled_from([None, 1]), st.booleans())
def test_the_same_values_as_the_standard_library(document: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(document, indent=indent, ensure_ascii=ascii_only)
    expected = json.loads(text)
    assert plain(json_tree.parse(text, max_depth=100)) == expected


def test_positions() -> None:
    text = ' {"a" : [1, true], "a": "x"}'
    tree = json_tree.parse(text, max_depth=2)
    assert isinstance(tree, Object)
    first, second = tree.members
    assert (first.key, text[first.start : first.key_end]) == ("a", '"a"')
    assert text[first.value.start : first.value.end] == "[1, true]"
    assert (second.key, text[second.value.start : second.value.end]) == ("a", '"x"')
    assert (tree.start, tree.end) == (1, len(text))


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("", "it ends too early", 0),
        ("[1,]", "a value is missing", 3),
        ('{"a" 1}', '":" is missing', 5),
        ("[1 2]", '"," is missing', 3),
        ("{a: 1}", "a key in double quotes is missing", 1),
        ("[[[1]]]", "nested more than 2 levels deep", 3),
        ("1 1", "text after the end", 2),
        ("1e1001", "out of range", 0),
        ("1e" + "9" * 100, "out of range", 0),
        ("9" * 5000, "out of range", 0),
        ('"\t"', "invalid control character", 1),
        ('"\\x"', "invalid \\\\escape", 1),
        ("NaN", "a value is missing", 0),
        ("\ue000", "a value is missing", 0),
    ],
)
def test_what_is_refused(text: str, message: str, offset: int) -> None:
    with pytest.raises(JSONError, match=message) as problem:
        json_tree.parse(text, max_depth=2)
    assert problem.value.offset == offset


def test_too_many_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_tree, "MAX_NODES", 10)
    with pytest.raises(JSONError, match="more than 10 values"):
        json_tree.parse("[1, 1, 1, 1, 1, 1, 1, 1, 1, 1]", max_depth=2)


def test_half_a_surrogate_pair_is_replaced() -> None:
    assert json_tree.parse(r'"\ud800 \ud83d\ude00"', max_depth=1) == Scalar("\ufffd \U0001f600", 0, 21)


def test_marks() -> None:
    tree = json_tree.parse("[#]", max_depth=1, mark="#")
    assert isinstance(tree, Array)
    assert tree.items == (Mark(1, 2),)
