"""Edits of JSON text: what is new has the style of its neighbours, and nothing else changes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import json_tree
from scanner.fixes.text.json_edits import JsonText, add_member, append, make_list, replace
from scanner.fixes.text.new_data import Verbatim
from scanner.fixes.text.source import source
from scanner.json_tree import Array, Node, Object

STATEMENT = {"Effect": "Allow", "Action": ["a:B", "a:C"], "Resource": "*"}


def read(text: str, base: int = 0) -> JsonText:
    found = source("t.json", text.encode())
    assert found is not None
    return JsonText(found, json_tree.parse(found.text[base:], max_depth=100), base)


def at(node: Node, *path: str | int) -> Node:
    for step in path:
        if isinstance(node, Object):
            node = next(one.value for one in node.members if one.key == step)
        else:
            assert isinstance(node, Array)
            assert isinstance(step, int)
            node = node.items[step]
    return node


def appended(text: str, *path: str | int, new: Any = "n") -> str:
    document = read(text)
    array = at(document.root, *path)
    assert isinstance(array, Array)
    return document.source.changed(append(document, array, [new]))


APPENDED = [
    ('{"k": ["a"]}', '{"k": ["a", "n"]}'),
    ('{"k":["a"]}', '{"k":["a","n"]}'),
    ('{"k": ["a","b"]}', '{"k": ["a","b","n"]}'),
    ('{"k": [ "a" ]}', '{"k": [ "a", "n" ]}'),
    ('{"k": []}', '{"k": ["n"]}'),
    ('{"k":[]}', '{"k":["n"]}'),
    ('{\n\t"k": [\n\t\t"a"\n\t]\n}\n', '{\n\t"k": [\n\t\t"a",\n\t\t"n"\n\t]\n}\n'),
    ('{\n   "k": []\n}', '{\n   "k": [\n      "n"\n   ]\n}'),
    ('{\n  "k": ["a"]\n}', '{\n  "k": ["a", "n"]\n}'),
    ('{\n  "k": [], "l": ["a"]\n}', '{\n  "k": ["n"], "l": ["a"]\n}'),
    ('{\n  "k": [ "a"\n       , "b"\n       ]\n}', '{\n  "k": [ "a"\n       , "b"\n       , "n"\n       ]\n}'),
    ('{"k": [\r\n  "a"\r\n]}\r\n', '{"k": [\r\n  "a",\r\n  "n"\r\n]}\r\n'),
    ('{"k": ["\U0001f600"]}', '{"k": ["\U0001f600", "n"]}'),
]


@pytest.mark.parametrize(("text", "expected"), APPENDED)
def test_an_element_is_written_as_those_before_it(text: str, expected: str) -> None:
    assert appended(text, "k") == expected


def test_a_mapping_has_as_many_lines_as_its_neighbour() -> None:
    short = '{\n  "S": [\n    {"Effect": "Deny", "Action": "a:B"}\n  ]\n}'
    assert appended(short, "S", new=STATEMENT) == (
        '{\n  "S": [\n    {"Effect": "Deny", "Action": "a:B"},\n'
        '    {"Effect": "Allow", "Action": ["a:B", "a:C"], "Resource": "*"}\n  ]\n}'
    )
    long = '{\n  "S": [{\n    "Effect" : "Deny",\n    "Action" : [ "a:B" ]\n  }]\n}'
    assert appended(long, "S", new=STATEMENT) == (
        '{\n  "S": [{\n    "Effect" : "Deny",\n    "Action" : [ "a:B" ]\n  }, {\n    "Effect" : "Allow",\n'
        '    "Action" : [ "a:B", "a:C" ],\n    "Resource" : "*"\n  }]\n}'
    )


LISTS = [
    ('{"S": {"a": "b"}}', '{"S": [{"a": "b"}, {"a": "n"}]}'),
    (
        '{\n    "S": {\n        "a": "b"\n    }\n}',
        (
            '{\n    "S": [\n        {\n            "a": "b"\n        },\n'
            '        {\n            "a": "n"\n        }\n    ]\n}'
        ),
    ),
    ('{"S":{"a":"b"}}', '{"S":[{"a":"b"},{"a":"n"}]}'),
]


@pytest.mark.parametrize(("text", "expected"), LISTS)
def test_what_is_no_list_becomes_one(text: str, expected: str) -> None:
    document = read(text)
    assert document.source.changed(make_list(document, at(document.root, "S"), [{"a": "n"}])) == expected


def test_text_inside_of_another_file() -> None:
    text = 'policy = <<EOT\n{\n  "k": ["a"]\n}\nEOT\n'
    base = text.index("{")
    found = source("t.tf", text.encode())
    assert found is not None
    document = JsonText(found, json_tree.parse(text[base : text.rindex("EOT")], max_depth=9), base)
    array, root = at(document.root, "k"), document.root
    assert isinstance(array, Array)
    assert isinstance(root, Object)
    assert found.changed(append(document, array, ["n"])) == text.replace('"a"', '"a", "n"')
    assert found.changed(add_member(document, root, "l", "m")) == text.replace('["a"]', '["a"],\n  "l": "m"')
    assert found.changed(replace(document, at(root, "k", 0), "b")) == text.replace('"a"', '"b"')


def test_a_member_stands_behind_the_one_that_is_named() -> None:
    document = read('{\n  "Type": "T",\n  "z": 1\n}')
    assert isinstance(document.root, Object)
    edits = add_member(document, document.root, "P", {"k": [Verbatim("1.0")]}, document.root.members[0])
    assert document.source.changed(edits) == (
        '{\n  "Type": "T",\n  "P": {\n    "k": [\n      1.0\n    ]\n  },\n  "z": 1\n}'
    )


def test_what_is_on_one_line_stays_there() -> None:
    document = read('{\n  "P": { "a": 1 },\n  "k": [\n    "b"\n  ]\n}')
    parent = at(document.root, "P")
    assert isinstance(parent, Object)
    edits = add_member(document, parent, "l", ["c", "d"])
    assert document.source.changed(edits) == '{\n  "P": { "a": 1, "l": ["c", "d"] },\n  "k": [\n    "b"\n  ]\n}'


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)
NEW = st.recursive(
    st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
STYLES: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {},
        {"indent": 1},
        {"indent": 4},
        {"indent": "\t"},
        {"separators": (",", ":")},
        {"indent": 2, "separators": (" ,", " : ")},
    ]
)


@pytest.mark.slow
@given(st.data(), st.lists(DOCUMENTS, min_size=1, max_size=3), STYLES, NEW)
def test_one_more_element_is_all_the_difference(
    data: st.DataObject, document: list[Any], style: dict[str, Any], new: Any
) -> None:
    places: list[tuple[list[Any] | dict[str, Any], tuple[str | int, ...]]] = []

    def collect(value: Any, path: tuple[str | int, ...]) -> None:
        if isinstance(value, list | dict):
            places.append((value, path))
            for key, one in value.items() if isinstance(value, dict) else enumerate(value):
                collect(one, (*path, key))

    collect(document, ())
    text = read(json.dumps(document, **style))
    chosen, path = data.draw(st.sampled_from(places))
    node = at(text.root, *path)
    if isinstance(node, Array):
        assert isinstance(chosen, list)
        chosen.append(new)
        edits = append(text, node, [new])
    else:
        assert isinstance(chosen, dict)
        assert isinstance(node, Object)
        chosen["a new key"] = new
        edits = add_member(text, node, "a new key", new)
    changed = text.source.changed(edits)
    assert json.loads(changed) == document
