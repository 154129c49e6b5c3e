"""Patterns against brute force: every text over a short alphabet, every filling of every hole."""

from __future__ import annotations

import itertools
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cause import Cause, CauseKind
from scanner.iam.pattern import Hole, Pattern, Text, Wildcard, in_arn, matches, parse_wildcards, written
from scanner.symbol import Named, NameKind
from scanner.values import ACCOUNT, REGION
from tests.examples import examples

pytestmark = pytest.mark.slow

ALPHABET = "a:"
FILLINGS = ["".join(letters) for size in range(3) for letters in itertools.product(ALPHABET, repeat=size)]


def a_hole(name: str) -> Hole:
    return Hole(frozenset({Cause(CauseKind.MISSING_INPUT, name)}), Named(NameKind.VALUE, name))


HOLES = [a_hole("x"), a_hole("y")]
literals = st.text(ALPHABET, min_size=1, max_size=2)
patterns = st.lists(
    st.one_of(literals, st.sampled_from([Wildcard.ANY_TEXT, Wildcard.ANY_CHARACTER]), st.sampled_from(HOLES)),
    max_size=4,
).map(tuple)
texts = st.lists(st.one_of(literals, st.sampled_from(HOLES)), max_size=3).map(tuple)


def by_regular_expression(pattern: Pattern, text: str) -> bool:
    """What a pattern without holes means, said by somebody else's engine."""
    signs = {Wildcard.ANY_TEXT: ".*", Wildcard.ANY_CHARACTER: "."}
    source = "".join(signs[part] if isinstance(part, Wildcard) else re.escape(str(part)) for part in pattern)
    return re.fullmatch(source, text, re.DOTALL) is not None


def filled(parts: Pattern | Text, filling: dict[str, str]) -> tuple[str | Wildcard, ...]:
    return tuple(filling[str(part.symbol)] if isinstance(part, Hole) else part for part in parts)


@examples(150)
@given(patterns, texts)
def test_definite_answers_hold_for_every_filling(pattern: Pattern, text: Text) -> None:
    answer = matches(pattern, text)
    worlds = {
        by_regular_expression(filled(pattern, filling), "".join(map(str, filled(text, filling))))
        for filling in ({"x": x, "y": y} for x in FILLINGS for y in FILLINGS)
    }
    if answer.is_yes:
        assert worlds == {True}
    elif answer.is_no:
        assert worlds == {False}
    else:
        assert any(isinstance(part, Hole) for part in (*pattern, *text))
        assert answer.causes


@examples(100)
@given(st.text("ab*?:", max_size=6), st.text("ab:", max_size=6))
def test_without_holes_every_answer_is_definite_and_right(pattern: str, text: str) -> None:
    parsed = parse_wildcards(pattern)
    assert matches(parsed, (text,) if text else ()).known is by_regular_expression(parsed, text)
    assert written(parsed) == pattern


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("*", "arn:aws:signin:eu-west-1:111122223333:oauth2/public-client/localhost", True),
        ("arn:aws:signin:*:*:oauth2/public-client/*", "arn:aws:signin:r:a:oauth2/public-client/remote", True),
        # A star at the end of a segment may run on across the colons, one inside a segment may not.
        ("arn:aws:signin:*", "arn:aws:signin:r:a:oauth2/public-client/remote", True),
        ("arn:aws:signin:*:oauth2/*", "arn:aws:signin:r:a:oauth2/public-client/remote", True),
        ("arn:aws:s*n:r:a:x", "arn:aws:signin:r:a:x", True),
        ("arn:aws:s*r:a:x", "arn:aws:signin:r:a:x", False),
        ("arn:aws:signin?r:a:x", "arn:aws:signin:r:a:x", False),
        # The resource part is one segment, colons and all.
        ("arn:aws:logs:r:a:log*b", "arn:aws:logs:r:a:log:a:b", True),
        ("arn:aws:signin:::x", "arn:aws:signin:r:a:x", False),
        ("arn:aws:signin:r:a:X", "arn:aws:signin:r:a:x", False),
        ("", "arn:aws:signin:r:a:x", False),
    ],
)
def test_arns_are_matched_by_segment(pattern: str, text: str, expected: bool) -> None:
    assert matches(in_arn(parse_wildcards(pattern)), (text,)).known is expected


def test_a_shared_hole_is_not_to_blame() -> None:
    account = Hole(frozenset({Cause(CauseKind.MISSING_INPUT, "account")}), ACCOUNT, one_segment=True)
    region = Hole(frozenset({Cause(CauseKind.REGION, "region")}), REGION, one_segment=True)
    answer = matches(("arn:aws:signin:eu-west-1:", account, ":x"), ("arn:aws:signin:", region, ":", account, ":x"))
    assert {cause.detail for cause in answer.causes} == {"region"}


def test_hostile_patterns_take_no_time() -> None:
    started = time.process_time()
    assert matches(parse_wildcards("a*" * 2000), ("a" * 5000 + "b",)).is_yes
    assert matches(parse_wildcards("*a" * 2000 + "c"), ("a" * 5000,)).is_no
    assert time.process_time() - started < 5  # it is some milliseconds; an exponential matcher would never end
