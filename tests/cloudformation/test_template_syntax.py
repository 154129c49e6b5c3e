from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Mapping
from decimal import Decimal

import cfn_flip
import pytest

from scanner.cloudformation.template import composer
from scanner.cloudformation.template.syntax import MAX_TEMPLATE_DEPTH, Parsed, parse, parse_once
from scanner.values import Value


def read(text: str) -> Parsed:
    return parse(textwrap.dedent(text), "t.yaml")


def plain(value: Value) -> object:
    match value.data:
        case tuple() as items:
            return [plain(item) for item in items]
        case Mapping() as entries:
            return {key: plain(entry) for key, entry in entries.items()}
        case _:
            return value.data


def at(value: Value, *path: str | int) -> Value:
    for step in path:
        assert isinstance(value.data, Mapping | tuple)
        value = value.data[step]  # type: ignore[index] # a step fits its container
    return value


SHORT_FORMS = [
    ("!Ref A", {"Ref": "A"}),
    ("!Condition A", {"Condition": "A"}),
    ("!GetAtt A.B.C", {"Fn::GetAtt": ["A", "B.C"]}),
    ("!GetAtt [A, B]", {"Fn::GetAtt": ["A", "B"]}),
    ("!Sub '${A}'", {"Fn::Sub": "${A}"}),
    ("!Sub 12", {"Fn::Sub": "12"}),
    ("!Join ['', [a, !Ref B]]", {"Fn::Join": ["", ["a", {"Ref": "B"}]]}),
    ("!If [C, {a: b}, !Ref AWS::NoValue]", {"Fn::If": ["C", {"a": "b"}, {"Ref": "AWS::NoValue"}]}),
    ("!Equals [a, b]", {"Fn::Equals": ["a", "b"]}),
    ("!Transform {Name: X}", {"Fn::Transform": {"Name": "X"}}),
]


@pytest.mark.parametrize(("text", "expected"), SHORT_FORMS, ids=[text for text, _ in SHORT_FORMS])
def test_short_forms_become_long_as_cfn_flip_has_them(text: str, expected: object) -> None:
    (document,) = read(f"k: {text}").documents
    assert plain(document) == {"k": expected}
    assert cfn_flip.load(f"k: {text}")[0] == {"k": expected}


SCALARS = [
    ("2012-10-17", "2012-10-17"),
    ("'2012-10-17'", "2012-10-17"),
    ("true", True),
    ("False", False),
    ("12", 12),
    ("-3", -3),
    ("123456789012", 123456789012),
    ("1.5", Decimal("1.5")),
    ("null", None),
    ("~", None),
    ("", None),
    ("'null'", "null"),
    ("!!str 12", "12"),
    ("=", "="),
    ('"a\\tb"', "a\tb"),
]


@pytest.mark.parametrize(("text", "expected"), SCALARS, ids=[text for text, _ in SCALARS])
def test_scalars(text: str, expected: object) -> None:
    parsed = read(f"k: {text}")
    assert not parsed.diagnostics
    found = at(parsed.documents[0], "k").data
    assert (found, type(found)) == (expected, type(expected))


def test_keys_stay_text() -> None:
    assert plain(read("{123456789012: a, true: b, 2012-10-17: c}").documents[0]) == {
        "123456789012": "a",
        "true": "b",
        "2012-10-17": "c",
    }


SPANS = """\
# comment
Resources:
  First:
    Type: A
    Properties:
      Text: |
        one
        # two

      Folded: >-
        a
        b


  # comment
  Second:
    List:
    - 1
    - x: !Sub "é${A}"
      y: {a: 1}

# the end
Empty:
"""

PLACES = [
    (("Resources",), (2, 1, 20, 16)),
    (("Resources", "First"), (3, 3, 12, 10)),
    (("Resources", "First", "Type"), (4, 5, 4, 12)),
    (("Resources", "First", "Properties", "Text"), (6, 7, 8, 14)),
    (("Resources", "First", "Properties", "Folded"), (10, 7, 12, 10)),
    (("Resources", "Second", "List"), (17, 5, 20, 16)),
    (("Resources", "Second", "List", 0), (18, 7, 18, 8)),
    (("Resources", "Second", "List", 1), (19, 7, 20, 16)),
    (("Resources", "Second", "List", 1, "x"), (19, 7, 19, 22)),
    (("Empty",), (23, 1, 23, 7)),
]


@pytest.mark.parametrize(("path", "place"), PLACES, ids=[".".join(map(str, path)) for path, _ in PLACES])
@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_spans_of_yaml(path: tuple[str, ...], place: tuple[int, ...], ends: str) -> None:
    (document,) = parse(SPANS.replace("\n", ends), "t.yaml").documents
    span = at(document, *path).span
    assert span is not None
    assert (span.line, span.column, span.end_line, span.end_column) == place


def test_spans_of_json_with_tabs() -> None:
    text = '{\n\t"Resources": {\n\t\t"U": {"Type": "AWS::IAM::User",\n\t\t\t"Properties": {}\n\t\t}\n\t}\n}\n'
    (document,) = parse(text, "t.json").documents
    span = at(document, "Resources", "U").span
    assert span is not None
    assert (span.line, span.column, span.last_line) == (3, 3, 5)
    assert plain(document) == json.loads(text)


def test_json_escapes() -> None:
    text = r'{"a": "\ud83d\ude00 \/ \u00e9 \\ud83d", "b": "\t"}'
    assert plain(parse(text, "t.json").documents[0]) == json.loads(text)


@pytest.mark.parametrize("escaped", [r"\ud83d\ude00", r"\\\"\ud83d\ude00\ud83d\ude00", r"\u00fc", "😀"])
def test_escapes_of_json_move_nothing(escaped: str) -> None:
    text = f'{{"a": "{escaped}", "b": ["{escaped}", "c"], "{escaped}": "d"}}'
    (document,) = parse(text, "t.json").documents
    assert plain(document) == json.loads(text)
    for found, written in ((at(document, "b", 1), '"c"'), (at(document, json.loads(f'"{escaped}"')), '"d"')):
        assert found.span is not None
        assert text[found.span.column - 1 : found.span.end_column - 1].endswith(written)


def test_merge_keys_and_aliases() -> None:
    parsed = read(
        """
        base: &base {a: 1, b: 2}
        other: &other {b: 3, c: 4}
        one: {<<: *base, b: x}
        two: {<<: [*base, *other]}
        alias: *base
        """
    )
    assert not parsed.diagnostics
    document = plain(parsed.documents[0])
    assert isinstance(document, dict)
    assert document["one"] == {"a": 1, "b": "x"}
    assert document["two"] == {"a": 1, "b": 2, "c": 4}
    assert document["alias"] == {"a": 1, "b": 2}
    span = at(parsed.documents[0], "alias").span
    assert span is not None
    assert span.line == 2


def test_duplicate_keys_name_both_lines_and_the_last_one_counts() -> None:
    parsed = read("a: 1\nb: 2\na: 3\n")
    (problem,) = parsed.diagnostics
    assert "line 1" in problem.detail
    assert "line 3" in problem.detail
    assert problem.span.line == 3
    assert at(parsed.documents[0], "a").data == 3
    assert at(parsed.documents[0], "b").data == 2


def bomb() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    return "\n".join(lines)


REFUSED = [
    ("alias cycle in a list", "a: &x [*x]", "Template refused"),
    ("alias cycle in a block", "a: &x\n  b:\n    - *x\n", "Template refused"),
    ("alias bomb", bomb(), "Template refused"),
    ("nested lists", "a: " + "[" * 300 + "]" * 300, "Template refused"),
    ("nested mappings", "\n".join(" " * n + "a:" for n in range(MAX_TEMPLATE_DEPTH + 5)), "Template refused"),
    ("nested beyond the parser", "[" * 20_000, "Invalid template"),
    ("unclosed", "a: [1, 2", "Invalid template"),
    ("tab as indentation", "a:\n\tb: 1", "Invalid template"),
    ("control character", 'a: "x\x07"', "Invalid template"),
    ("unknown alias", "a: *b", "Invalid template"),
    ("list as a key", "? [a]\n: b", "Invalid template"),
    ("foreign tag", "a: !!python/object:os.system x", "Invalid template"),
    ("merged text", "<<: x", "Invalid template"),
    ("bad json", '{"a": 1,, }', "Invalid template"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("text", "summary"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
@pytest.mark.parametrize("loader", ["libyaml", "cfn-flip"])
def test_what_cannot_be_read_is_an_error(text: str, summary: str, loader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parse_once.cache_clear()  # of what the other loader has read
    if loader == "cfn-flip":
        monkeypatch.setattr(composer, "_Composer", composer.composer_of(composer.CfnYamlLoader))
        if text.startswith("[["):
            summary = "Template refused"
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(2000)  # a scan before may have left a high one, to which this loader takes its time
    try:
        parsed = parse(text, "t.yaml")
    finally:
        sys.setrecursionlimit(limit)
        parse_once.cache_clear()
    assert [problem.summary for problem in parsed.diagnostics] == [summary]
    assert all(problem.span.path == "t.yaml" and problem.span.line >= 1 for problem in parsed.diagnostics)


def test_the_place_of_a_syntax_error() -> None:
    (problem,) = read("a: 1\nb: [1\nc: 2\n").diagnostics
    assert problem.span.line == 3


def test_the_source_of_a_text_template_is_called_so() -> None:
    (problem,) = read("Resources:\n  {% for user in users %}\n  A: {Type: x}\n").diagnostics
    assert "text template" in problem.detail


JINJA = """
Resources:
  {% for user in users %}
  A{{ user }}: {Type: "AWS::IAM::User", Properties: {UserName: {{ user }}, Path: {{ path }}}}
  B: {Type: "AWS::IAM::User", Properties: {UserName: {{ user }}}}
  {% endfor %}
"""


@pytest.mark.parametrize("text", [JINJA, JINJA.replace("{%", "#").replace("%}", "#")])
def test_a_text_template_is_one_error(text: str) -> None:
    parsed = read(text)
    assert ["text template" in problem.detail for problem in parsed.diagnostics] == [True]


def test_the_source_for_rain_is_one_error() -> None:
    parsed = read("a: !Rain::Include x\nb: !Rain::Module y\nc: !Sub d\n")
    assert [(problem.summary, problem.span.line) for problem in parsed.diagnostics] == [("Source for Rain", 1)]


JSON = [
    ("valid", '{"a": 1}', None),
    ("line comment", '{\n "a": 1, // one\n "b": 2}', 2),
    ("block comment", '{\n\n /* one */ "a": 1}', 3),
    ("comment of YAML", '{\n "a": 1 # one\n}', 2),
    ("comma at the end", '{\n "a": 1,\n}', 3),
    ("single quotes", "{\n'a': 1}", 2),
    ("no quotes", "{a: 1}", 1),
    ("tab in a text", '{"a":\n "x\ty"}', 2),
    ("text after it", '{"a": 1}\n{}', 2),
    ("two values", '{"a": 1\n "b": 2}', 2),
]


@pytest.mark.parametrize(("text", "line"), [row[1:] for row in JSON], ids=[row[0] for row in JSON])
def test_json_is_read_strictly(text: str, line: int | None) -> None:
    parsed = parse(text, "t.json")
    assert [problem.span.line for problem in parsed.diagnostics] == ([] if line is None else [line])
    assert all("not valid JSON" in problem.detail for problem in parsed.diagnostics)
    assert bool(parsed.documents) is (line is None)


@pytest.mark.parametrize("name", ["t.template", "t.yaml", "t.json"])
def test_comments_are_an_error_in_json_whatever_it_is_called(name: str) -> None:
    (problem,) = parse('{\n "a": 1, // one\n "b": 2}', name).diagnostics
    assert (problem.span.line, "JSON has no comments" in problem.detail) == (2, True)


def test_yaml_in_flow_style_is_no_json() -> None:
    parsed = parse("{a: 1, # one\n b: !Sub x,}", "t.template")
    assert not parsed.diagnostics
    assert plain(parsed.documents[0]) == {"a": 1, "b": {"Fn::Sub": "x"}}


def test_documents_before_a_broken_one_are_kept() -> None:
    parsed = read("a: 1\n---\n---\nb: 2\n---\nc: [\n")
    assert [plain(document) for document in parsed.documents] == [{"a": 1}, {"b": 2}]
    assert len(parsed.diagnostics) == 1


def test_both_loaders_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = parse(SPANS, "t.yaml").documents[0]
    monkeypatch.setattr(composer, "_Composer", composer.composer_of(composer.CfnYamlLoader))
    slow = parse(SPANS, "t.yaml").documents[0]
    assert plain(fast) == plain(slow)
    for path, _ in PLACES:
        assert at(fast, *path).span == at(slow, *path).span
