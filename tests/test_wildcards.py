"""Wildcards are matched as they were written, in time linear in the path."""

from __future__ import annotations

import fnmatch
import re
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from scanner.globs import gitignore
from scanner.terraform.language.functions.filesystem import _alternatives, _glob
from tests.examples import examples

NAMES = st.text("ab", min_size=1, max_size=5)
PATHS = st.lists(NAMES, min_size=1, max_size=5).map("/".join)
STEPS = st.text("ab*?", min_size=1, max_size=6) | st.just("**")
PATTERNS = st.lists(STEPS, min_size=1, max_size=5).map("/".join)


@pytest.mark.slow
@given(PATTERNS, st.sampled_from(["", "/", "!"]), st.sampled_from(["", "/", "/**"]), PATHS, st.booleans())
@examples(100)
def test_law_an_ignore_file_says_what_pathspec_says(
    pattern: str, before: str, after: str, path: str, is_directory: bool
) -> None:
    lines = ["a*", f"{before}{pattern}{after}"]
    name = f"{path}/" if is_directory else path
    assert gitignore(lines).check_file(name).include == GitIgnoreSpec.from_lines(lines).check_file(name).include


def naive(pattern: list[str], path: list[str]) -> bool:
    """What a pattern means, part by part."""
    if not pattern:
        return not path
    if pattern == ["**"]:
        return bool(path)
    if pattern[0] == "**":
        return any(naive(pattern[1:], path[cut:]) for cut in range(len(path)))
    return bool(path) and fnmatch.fnmatchcase(path[0], pattern[0]) and naive(pattern[1:], path[1:])


@pytest.mark.slow
@given(PATTERNS, PATHS)
@examples(100)
def test_law_a_fileset_pattern_means_what_its_parts_do(pattern: str, path: str) -> None:
    expected = naive(pattern.split("/"), path.split("/"))
    assert (re.fullmatch(_glob(pattern), path) is not None) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("a", {"a"}),
        ("{a,b}", {"a", "b"}),
        ("x{a,b{c,d}}{,e}", {"xa", "xbc", "xbd", "xae", "xbce", "xbde"}),
        (r"\{a,b}", {r"\{a,b}"}),
        ("[{]a}", {"[{]a}"}),
        ("a,b}", {"a,b}"}),
        ("{}", {""}),
    ],
)
def test_braces_stand_for_several_patterns(pattern: str, expected: set[str]) -> None:
    assert set(_alternatives(pattern)) == expected


@pytest.mark.parametrize("pattern", ["{a", "{a,{b}", "x{a,b"])
def test_braces_that_do_not_end_are_refused(pattern: str) -> None:
    with pytest.raises(Exception, match="syntax error in pattern"):
        _alternatives(pattern)


def test_too_many_braces_are_not_followed() -> None:
    with pytest.raises(Exception, match="its braces stand for too many patterns"):
        _alternatives("{a,b}" * 20)


NAME, DEEP = "a" * 250, "a/" * 2000 + "a"
HOSTILE: list[tuple[str, str]] = [
    ("*a" * 20 + "*b", NAME),
    ("*a*?" * 20 + "b", NAME),
    ("**/a/" * 20 + "b", DEEP),
    ("a/**/*a*a*a*a*/" * 8 + "b", DEEP),
]


@pytest.mark.parametrize(("pattern", "path"), HOSTILE)
def test_hostile_patterns_end(pattern: str, path: str) -> None:
    begun = process_time()
    assert not re.fullmatch(_glob(pattern), path)
    assert not gitignore([pattern]).match_file(path)
    assert not gitignore(["x", pattern, "!y"]).match_file(path)
    assert process_time() - begun < 5
