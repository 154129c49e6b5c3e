"""A fix as whole lines: put in the place of those that are there, they make what the edits make."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.fix import Applicability, Edit, Fix
from scanner.fixes.text.source import Source
from scanner.report.changed_lines import Change, changes
from scanner.span import LineIndex, Span

TEXT = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n"


def fix(*edits: tuple[int, int, int, int, str], path: str = "a.tf") -> Fix:
    return Fix("do", Applicability.SAFE, tuple(Edit(Span(path, *place), text) for *place, text in edits))  # type: ignore[arg-type]


def lines_of(text: str) -> Callable[[str], Sequence[str]]:
    return lambda path: text.split("\n") if path == "a.tf" else ()


def applied(text: str, made: Sequence[Change]) -> str:
    """What a reviewer gets who takes every suggestion."""
    lines = text.split("\n")
    for change in sorted(made, key=lambda each: each.line, reverse=True):
        lines[change.line - 1 : change.last_line] = change.text
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("edits", "wanted"),
    [
        ([(2, 1, 2, 4, "2")], [(2, 2, "2")]),
        ([(2, 4, 2, 4, "\nmore")], [(2, 2, "two|more")]),
        ([(2, 1, 2, 1, "more\n")], [(2, 2, "more|two")]),
        ([(3, 1, 5, 1, "")], [(3, 5, "five")]),
        ([(11, 1, 11, 1, "more\n")], [(10, 10, "ten|more")]),
        ([(9, 1, 11, 1, "")], [(8, 10, "eight")]),
        ([(2, 1, 4, 5, "TWO\nthree\nfour")], [(2, 2, "TWO")]),
        ([(1, 1, 1, 1, "a"), (5, 1, 5, 1, "b")], [(1, 5, "aone|two|three|four|bfive")]),
        ([(1, 1, 1, 1, "a"), (6, 1, 6, 1, "b")], [(1, 1, "aone"), (6, 6, "bsix")]),
    ],
)
def test_as_few_lines_as_say_it(
    edits: list[tuple[int, int, int, int, str]], wanted: list[tuple[int, int, str]]
) -> None:
    made = changes(fix(*edits), lines_of(TEXT))
    assert [(each.line, each.last_line, "|".join(each.text)) for each in made] == wanted
    assert all(each.span.last_line == each.last_line for each in made)


@pytest.mark.parametrize(
    "edit",
    [
        (12, 1, 12, 1, "behind the end"),
        (2, 5, 2, 5, "behind the line"),
        (2, 1, 2, 9, "too long"),
        (0, 1, 1, 1, "no line"),
        (2, 0, 2, 0, "no column"),
        (3, 1, 2, 1, "backwards"),
        (2, 1, 2, 1, "x" * 20_000),
        (2, 1, 2, 1, 'password = "hunter2"'),
        (1, 1, 11, 1, ""),
    ],
    ids=lambda edit: str(edit)[:40],
)
def test_nothing_is_said_of_what_cannot_be(edit: tuple[int, int, int, int, str]) -> None:
    assert changes(fix(edit), lines_of(TEXT)) == ()
    assert changes(fix((1, 1, 1, 1, "fine"), edit), lines_of(TEXT)) == ()


def test_without_edits_or_lines_there_is_nothing() -> None:
    assert changes(fix(), lines_of(TEXT)) == ()
    assert changes(fix((1, 1, 1, 1, "x")), None) == ()
    assert changes(fix((1, 1, 1, 1, "x"), path="gone.tf"), lines_of(TEXT)) == ()


def test_lines_that_give_a_secret_a_value_are_not_shown() -> None:
    assert changes(fix((1, 1, 1, 1, "a"), (3, 1, 3, 1, "b")), lines_of('x\npassword = "hunter2"\ny\n')) == ()
    assert changes(fix((1, 1, 1, 1, "a")), lines_of('x\npassword = "hunter2"\ny\n'))


def test_a_very_long_line_is_not_shown() -> None:
    assert changes(fix((1, 1, 1, 20_000, "")), lines_of("x" * 20_000)) == ()


def test_edits_of_two_files_are_two_changes() -> None:
    both = Fix("do", Applicability.SAFE, (*fix((1, 1, 1, 1, "x")).edits, *fix((1, 1, 1, 1, "x"), path="b.tf").edits))
    made = changes(both, lambda path: {"a.tf": ["a"], "b.tf": ["b"]}[path])
    assert [(each.path, each.text) for each in made] == [("a.tf", ("xa",)), ("b.tf", ("xb",))]


@given(
    st.lists(st.sampled_from(("", "a", "b", "ab\r")), min_size=1, max_size=12).map("\n".join),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12), st.sampled_from(("", "x", "\n", "a\n", "\nb")))),
)
def test_whole_lines_make_what_the_edits_make(text: str, wanted: list[tuple[int, int, str]]) -> None:
    source = Source("a.tf", text, LineIndex("a.tf", text))
    edits: list[Edit] = []
    position = -1
    for start, length, put in sorted(wanted):
        end = min(start + length, len(text))
        if position < start <= end:
            edits.append(Edit(source.lines.span(start, end), put))
            position = end
    made = changes(Fix("do", Applicability.SAFE, tuple(edits)), lines_of(text))
    after = source.changed(edits)
    if not made:
        assert not edits or (text.endswith("\n") and not after.endswith("\n")), "a suggestion is missing"
        return
    assert applied(text, made) == after
    lines = [line for each in made for line in range(each.line, each.last_line + 1)]
    assert len(set(lines)) == len(lines)
    assert lines[-1] <= max(text.count("\n") + (not text.endswith("\n")), 1), "behind the last line is none"
