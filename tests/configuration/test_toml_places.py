"""The places of keys and values in TOML: of all of them, and where they are written."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.configuration.toml_places import Path, places
from scanner.configuration.toml_tree import parse_toml
from scanner.configuration.tree import Listing, Node, Scalar, Table

DOCUMENT = """\
a.b.c = 1.5
d = 1979-05-27 07:32:00 # ]
"q \\" # r" = \"\"\"x\"\"\"\"\"
l = '''a
'b''''
[[s]]
x = { y.z = [1, {k = "]"}], w = '#' }
[[s]]
[s.t]
u = [
  # c
  "a", # ]
  [ "b" ],
]
[[s.v]]
w = 1
"""


def test_where_everything_is_written() -> None:
    assert dict(_lines(parse_toml(DOCUMENT, "x"), ())) == {
        ("a", "b", "c"): 1,
        ("d",): 2,
        ('q " # r',): 3,
        ("l",): 4,
        ("s", 0, "x", "y", "z", 0): 7,
        ("s", 0, "x", "y", "z", 1, "k"): 7,
        ("s", 0, "x", "w"): 7,
        ("s", 1, "t", "u", 0): 12,
        ("s", 1, "t", "u", 1, 0): 13,
        ("s", 1, "v", 0, "w"): 16,
    }


def _lines(node: Node, path: Path) -> Any:
    match node:
        case Scalar():
            yield path, node.span.line
        case Listing():
            for number, item in enumerate(node.items):
                yield from _lines(item, (*path, number))
        case Table():
            for entry in node.entries:
                yield from _lines(entry.value, (*path, entry.key))


TEXTS = st.text(st.sampled_from("ab\"'\\#=[]{},.\n \té"), max_size=6)
SPACES = st.sampled_from(["", " ", "\n", " # c ]\n\t"])


@st.composite
def written(draw: st.DrawFn, value: Any) -> str:
    """A value as one may write it: with either quotes, an inline table, an array over several lines."""
    match value:
        case str():
            forms = [json.dumps(value, ensure_ascii=False)]
            if "'" not in value and "\n" not in value:
                forms.append(f"'{value}'")
            if "'" not in value:
                forms.append(f"'''\n{value}'''")
            escaped = value.replace("\\", "\\\\").replace('"""', '""\\"')
            forms.append(f'"""\n{escaped}"""')
            return draw(st.sampled_from(forms))
        case list():
            items = [f"{draw(SPACES)}{draw(written(item))}{draw(SPACES)}" for item in value]
            return f"[{','.join(items)}{draw(st.sampled_from([',', ''])) if items else ''}{draw(SPACES)}]"
        case dict():
            pairs = (f"{json.dumps(key, ensure_ascii=False)} = {draw(written(inner))}" for key, inner in value.items())
            return f"{{ {', '.join(pairs)} }}"
        case _:
            return str(value).lower()


VALUES = st.recursive(
    TEXTS | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.data(),
    st.dictionaries(TEXTS, VALUES, max_size=2),
    st.dictionaries(TEXTS, st.lists(VALUES, max_size=2), max_size=2),
)
def test_the_text_at_each_place_is_the_value(
    data: st.DataObject, values: dict[str, Any], tables: dict[str, Any]
) -> None:
    lines = [f"{json.dumps(key, ensure_ascii=False)} = {data.draw(written(one))} # c" for key, one in values.items()]
    tables = {key: items for key, items in tables.items() if key not in values}
    for key, items in tables.items():
        name = json.dumps(key, ensure_ascii=False)
        for item in items:
            lines += [f"[[{name}]] # ]", f"v.w = {data.draw(written(item))}", f"[ {name} . t ]"]
    text = "\n".join(lines)
    document, found = tomllib.loads(text), places(text)

    def check(value: Any, path: Path) -> None:
        if path in found.values and not _is_table(path, tables):
            start, end = found.values[path]
            assert tomllib.loads(f"x = {text[start:end]}") == {"x": value}
        else:
            assert isinstance(value, dict | list)
        for key, inner in value.items() if isinstance(value, dict) else ():
            start, end = found.keys[*path, key]
            assert tomllib.loads(f"{text[start:end]} = 0") == {key: 0}
            check(inner, (*path, key))
        for number, inner in enumerate(value if isinstance(value, list) else ()):
            check(inner, (*path, number))

    check(document, ())


def _is_table(path: Path, tables: dict[str, Any]) -> bool:
    return len(path) == 2 and path[0] in tables and isinstance(path[1], int)
