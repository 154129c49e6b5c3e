"""Edits of YAML text: what is new has the style of its neighbours, and nothing else changes, comments least of all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from scanner.cloudformation.template.composer import Node
from scanner.fix import Edit
from scanner.fixes.text.new_data import Data
from scanner.fixes.text.source import source
from scanner.fixes.text.yaml_edits import add_entry, append, fill, make_list, replace_end
from scanner.fixes.text.yaml_text import YamlText, can_be_plain, value_of, yaml_text

STATEMENT: Data = {"Effect": "Allow", "Action": ["a:B", "a:C"], "Resource": "*"}


def read(text: str) -> YamlText:
    found = source("t.yaml", text.encode())
    assert found is not None
    composed = yaml_text(found)
    assert composed is not None
    return composed


def value(text: YamlText, key: str = "k") -> Node:
    found = value_of(text.roots[0], key)
    assert found is not None
    return found


def changed(text: YamlText, edits: Sequence[Edit] | None) -> str | None:
    return None if edits is None else text.source.changed(edits)


APPENDED = [
    ("k:\n- a\n", "k:\n- a\n- z\n"),
    ("k:\n  - a\nl: 1\n", "k:\n  - a\n  - z\nl: 1\n"),
    ("k:\n- a", "k:\n- a\n- z"),
    ("k:\n  - a  # c\n  # d\n# e\nl: 1\n", "k:\n  - a  # c\n  - z\n  # d\n# e\nl: 1\n"),
    ("k:\n-   'a'\n-   'b'\n\nl: 1\n", "k:\n-   'a'\n-   'b'\n-   'z'\n\nl: 1\n"),
    ("k:\r\n- \U0001f600 # é\r\nl:\r\n", "k:\r\n- \U0001f600 # é\r\n- z\r\nl:\r\n"),
    ("k:\n- |\n  abc\n\nl: 1\n", "k:\n- |\n  abc\n- z\n\nl: 1\n"),
    ("k:\n- >-\n    abc\n    # no comment\n# c\n", "k:\n- >-\n    abc\n    # no comment\n- z\n# c\n"),
    ('k:\n- "a\n  b"\n', 'k:\n- "a\n  b"\n- "z"\n'),
    ("k:\n- a\n  b\n...\n", "k:\n- a\n  b\n- z\n...\n"),
    ("k:\n- !Sub '${A}'\n", "k:\n- !Sub '${A}'\n- z\n"),
    ("k:\n- Fn::Sub:\n  - a\n  - {}\nl: 1\n", "k:\n- Fn::Sub:\n  - a\n  - {}\n- z\nl: 1\n"),
    ("k:\n- - a\n  - b\n", "k:\n- - a\n  - b\n- z\n"),
    ("k:\n- &x a\nl: *x\n", "k:\n- &x a\n- z\nl: *x\n"),
    ("k: [a, b]\n", "k: [a, b, z]\n"),
    ("k: [ 'a', ]\n", "k: [ 'a', 'z', ]\n"),
    ("k: []  # none\n", "k: [z]  # none\n"),
    ("k: [\n    a,\n    b  # c\n  ]\n", "k: [\n    a,\n    b,  # c\n    z\n  ]\n"),
    ("k: [\n    a,\n    b,  # c\n  ]\n", "k: [\n    a,\n    b,  # c\n    z,\n  ]\n"),
    ("k: [\n    a\n  ]\n", "k: [\n    a,\n    z\n  ]\n"),
    ("k: [a,\n    b]\n", "k: [a,\n    b,\n    z]\n"),
    ("{k: [\n\ta,\n\tb\n]}\n", "{k: [\n\ta,\n\tb,\n\tz\n]}\n"),
]


@pytest.mark.parametrize(("text", "expected"), APPENDED)
def test_an_item_is_written_as_those_before_it(text: str, expected: str) -> None:
    document = read(text)
    assert changed(document, append(document, value(document), ["z"])) == expected


NOT_APPENDED = [
    ("k: !If [c, a, b]\n", "a function"),
    ("k:\n  Fn::If: [c, a, b]\n", "a function"),
    ("k: &x\n- a\nl: *x\n", "every alias would grow"),
    ("k:\n- &x a\n- *x\n", "where the alias ends is not known"),
    ("l: &x [1]\nk:\n- a: 1\n  b: *x\n", "where the alias ends is not known"),
    ("k:\n- |+\n  abc\n\nl: 1\n", "the empty line is a part of the text"),
    ("k:\n- a\n-\n", "nothing is behind the dash"),
    ("k: [  # none\n]\n", "the comment would be lost"),
]


@pytest.mark.parametrize(("text", "why"), NOT_APPENDED)
def test_where_no_item_can_be_added(text: str, why: str) -> None:
    document = read(text)
    assert append(document, value(document), ["z"]) is None, why


STATEMENTS = [
    (
        "k:\n- Effect: Deny\n  Action: ['a:A']\n",
        "k:\n- Effect: Deny\n  Action: ['a:A']\n- Effect: Allow\n  Action: ['a:B', 'a:C']\n  Resource: '*'\n",
    ),
    (
        "k:\n  - Effect: Deny\n    Action:\n    - a:A\n",
        (
            "k:\n  - Effect: Deny\n    Action:\n    - a:A\n"
            '  - Effect: Allow\n    Action:\n    - a:B\n    - a:C\n    Resource: "*"\n'
        ),
    ),
    (
        "k: [{Effect: 'Deny', Action: 'a:A'}]\n",
        "k: [{Effect: 'Deny', Action: 'a:A'}, {Effect: 'Allow', Action: ['a:B', 'a:C'], Resource: '*'}]\n",
    ),
]


@pytest.mark.parametrize(("text", "expected"), STATEMENTS)
def test_a_mapping_is_written_as_the_one_before_it(text: str, expected: str) -> None:
    document = read(text)
    assert changed(document, append(document, value(document), [STATEMENT])) == expected


ENTRIES = [
    ("k: 1\n", 'k: 1\nNew:\n  P:\n    - a:b\n    - "*"\n'),
    ("k:\n    - a\n", 'k:\n    - a\nNew:\n  P:\n      - a:b\n      - "*"\n'),
    ("k:\n   l: 1\nm: {P: [a]}\n", 'k:\n   l: 1\nm: {P: [a]}\nNew:\n   P: [a:b, "*"]\n'),
    ("{k: 1}\n", '{k: 1, New: {P: [a:b, "*"]}}\n'),
    ("{}\n", '{New: {P: [a:b, "*"]}}\n'),
    ("a: &x 1\nk: *x\n", 'a: &x 1\nNew:\n  P:\n    - a:b\n    - "*"\nk: *x\n'),
    ("k: |\n  abc\n\n# c\n", 'k: |\n  abc\nNew:\n  P:\n    - a:b\n    - "*"\n\n# c\n'),
]


@pytest.mark.parametrize(("text", "expected"), ENTRIES)
def test_an_entry_is_written_as_those_before_it(text: str, expected: str) -> None:
    document = read(text)
    assert changed(document, add_entry(document, document.roots[0], "New", {"P": ["a:b", "*"]})) == expected


FILLED = [
    ("k:\nl: 1\n", "k:\n  - z\nl: 1\n"),
    ("k:   # c\nl: 1\n", "k:   # c\n  - z\nl: 1\n"),
    ("k: ~ # c\n", "k: # c\n  - z\n"),
    ("k:", "k:\n  - z"),
    ("k:\n# c\nl: [a]\n", "k: [z]\n# c\nl: [a]\n"),
    ("k: null\r\n", "k:\r\n  - z\r\n"),
    ("k: 1\n", None),
    ("{k: , l: 1}\n", None),
]


@pytest.mark.parametrize(("text", "expected"), FILLED)
def test_an_entry_without_a_value_gets_one(text: str, expected: str | None) -> None:
    document = read(text)
    assert changed(document, fill(document, document.roots[0], "k", ["z"])) == expected


LISTS: list[tuple[str, Data, str | None]] = [
    ("k: a\nl: 1\n", "z", "k:\n  - a\n  - z\nl: 1\n"),
    ("k: 'a'  # c\nl: 1\n", "z", "k:  # c\n  - 'a'\n  - 'z'\nl: 1\n"),
    ("k: a\nl: [a]\n", "z", "k: [a, z]\nl: [a]\n"),
    ("{k: a}\n", "z", "{k: [a, z]}\n"),
    ("k: a{b}\nl: [a]\n", "z", 'k: ["a{b}", z]\nl: [a]\n'),
    ("k: !Sub '${A}'\n", "z", "k:\n  - !Sub '${A}'\n  - z\n"),
    ("k: >\n  a\n", "z", None),
    ("k: &x a\nl: *x\n", "z", None),
    ("k: &x a\n", "z", None),
    ("k: [a]\n", "z", None),
    ("k: !If [c, {a: b}, {a: d}]\n", "z", None),
    ("k: {a: b}\n", {"a": "z"}, "k: [{a: b}, {a: z}]\n"),
    (
        "k:\n  a: b # 1\n\n  # 2\n  c:\n    - d\n  # 3\nl: 1\n",
        {"a": "z"},
        "k:\n  - a: b # 1\n\n    # 2\n    c:\n      - d\n  - a: z\n  # 3\nl: 1\n",
    ),
    ("k:\n    a: |\n      b\nl:\n- c\n", {"a": "z"}, "k:\n-   a: |\n      b\n-   a: z\nl:\n- c\n"),
    ("k:\n  a: |\n    b\n\n    c\n", {"a": "z"}, "k:\n  - a: |\n      b\n\n      c\n  - a: z\n"),
]


@pytest.mark.parametrize(("text", "new", "expected"), LISTS)
def test_what_is_no_list_becomes_one(text: str, new: Data, expected: str | None) -> None:
    document = read(text)
    assert changed(document, make_list(document, document.roots[0], "k", [new])) == expected


ENDS = [
    ("k: a:b\n", "k: a:z\n"),
    ("k: 'a:b' # a:b\n", "k: 'a:z' # a:b\n"),
    ('k: !Sub "a:b"\n', 'k: !Sub "a:z"\n'),
    ('k: "a:\\x62"\n', None),
    ("k: |-\n  a:b\n", None),
]


@pytest.mark.parametrize(("text", "expected"), ENDS)
def test_the_end_of_a_scalar(text: str, expected: str | None) -> None:
    document = read(text)
    edit = replace_end(document, value(document), "b", "z")
    assert changed(document, None if edit is None else [edit]) == expected


PLAIN = [
    ("arn:aws:iam::aws:policy/A", True, True),
    ("s3:*", True, True),
    ("arn:${AWS::Partition}:iam::aws:policy/A", True, False),
    ("*", False, False),
    ("a: b", False, False),
    ("a #b", False, False),
    ("12", False, False),
    ("yes", False, False),
    ("2012-10-17", False, False),
    ("", False, False),
    (" a", False, False),
    ("a\n", False, False),
    ("a, b", True, False),
    ("- a", False, False),
]


@pytest.mark.parametrize(("text", "in_block", "in_flow"), PLAIN)
def test_which_texts_mean_themselves_without_quotation_marks(text: str, in_block: bool, in_flow: bool) -> None:
    assert (can_be_plain(text, in_flow=False), can_be_plain(text, in_flow=True)) == (in_block, in_flow)


@pytest.mark.parametrize("text", ["k: [a", "k: a\x85b\n", "\u2028k: [a]\n", "k: *x\n", "k: a\rl: b"])
def test_what_is_not_read(text: str) -> None:
    found = source("t.yaml", text.encode())
    assert found is not None
    assert yaml_text(found) is None


CHARACTERS = st.text(st.sampled_from("aé\u20ac\U0001f600"), min_size=1, max_size=3)


@given(st.lists(CHARACTERS, min_size=1, max_size=5), st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_marks_count_characters(words: list[str], mark: bool, line_break: str) -> None:
    lines = [f"{word}{at}: [{word}, '{word}']  # {word}" for at, word in enumerate(words)]
    content = ("\ufeff" * mark + line_break.join(lines)).encode()
    found = source("t.yaml", content)
    assert found is not None
    text = yaml_text(found)
    assert text is not None
    written = [(text.written(key), [text.written(one) for one in items.value]) for key, items in text.roots[0].value]
    assert written == [(f"{word}{at}", [word, f"'{word}'"]) for at, word in enumerate(words)]


TEXTS = st.sampled_from(["a", "a: b", "*", "yes", "#x", "1", "", "é", "'", '"', "a\nb", "- a", "{", "b, c", "~"])
DOCUMENTS = st.recursive(
    TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=10,
)
STYLES: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {},
        {"default_flow_style": None},
        {"default_flow_style": True},
        {"indent": 4},
        {"default_style": "'"},
        {"default_style": "|"},
        {"default_style": '"', "width": 5},
    ]
)


class Indented(yaml.SafeDumper):
    """Writes lists further in than their keys."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        return super().increase_indent(flow, indentless and False)

    def ignore_aliases(self, _data: object) -> bool:
        return True


class Outdented(yaml.SafeDumper):
    """Writes them where their keys are."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


@pytest.mark.slow
@given(
    st.data(), st.lists(DOCUMENTS, min_size=1, max_size=3), STYLES, st.sampled_from([Indented, Outdented]), DOCUMENTS
)
def test_one_more_part_is_all_the_difference(
    data: st.DataObject, document: list[Any], style: dict[str, Any], dumper: Any, new: Any
) -> None:
    document = {"k": document}  # type: ignore[assignment] # a list of its own has no key to be beside
    text = read(yaml.dump(document, Dumper=dumper, allow_unicode=True, sort_keys=False, **style))
    places: list[tuple[Any, Node]] = []

    def collect(value: Any, node: Node) -> None:
        if isinstance(value, list | dict):
            places.append((value, node))
            inside = value.values() if isinstance(value, dict) else value
            nodes = [one[1] if isinstance(one, tuple) else one for one in node.value]
            for one, part in zip(inside, nodes, strict=True):
                collect(one, part)

    collect(document, text.roots[0])
    chosen, node = data.draw(st.sampled_from(places))
    if isinstance(chosen, list):
        chosen.append(new)
        edits = append(text, node, [new])
    else:
        chosen["a new key"] = new
        edits = add_entry(text, node, "a new key", new)
    if edits is None:
        # A text to which the empty lines behind it belong, or a key with a mark of its own.
        assert "+\n" in text.source.text or "? " in text.source.text
    else:
        assert yaml.safe_load(text.source.changed(edits)) == document
