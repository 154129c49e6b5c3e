"""Kleene's laws hold, and causes survive only while they matter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.cause import Cause, CauseKind
from scanner.truth import NO, YES, Truth, all_of, any_of, truth, undetermined

CAUSES = [Cause(kind, detail) for kind in (CauseKind.MISSING_INPUT, CauseKind.CONTEXT_KEY) for detail in "abc"]
causes = st.sets(st.sampled_from(CAUSES), min_size=1).map(lambda found: undetermined(*found))
truths = st.one_of(st.sampled_from([YES, NO]), causes)


def settle(value: Truth, known: dict[Cause, bool]) -> Truth:
    """One possible world: every cause turns out to be yes or no. A doubt is then whatever its first cause is."""
    if not value.is_undetermined:
        return value
    return truth(known[min(value.causes, key=Cause.sort_key)])


@given(truths, truths, truths)
def test_laws(a: Truth, b: Truth, c: Truth) -> None:
    assert a & b == b & a
    assert a | b == b | a
    assert (a & b) & c == a & (b & c)
    assert (a | b) | c == a | (b | c)
    assert ~~a == a
    assert ~(a & b) == ~a | ~b
    assert a & YES == a
    assert a | NO == a
    assert a & NO == NO
    assert a | YES == YES
    assert all_of([a, b, c]) == a & b & c
    assert any_of([a, b, c]) == a | b | c


@given(truths, truths, st.lists(st.booleans(), min_size=len(CAUSES), max_size=len(CAUSES)))
def test_a_settled_answer_survives_every_world(a: Truth, b: Truth, world: list[bool]) -> None:
    known = dict(zip(CAUSES, world, strict=True))
    for combined, plain in ((a & b, settle(a, known) & settle(b, known)), (a | b, settle(a, known) | settle(b, known))):
        assert combined.is_undetermined or combined == plain


def test_causes_survive_only_while_they_matter() -> None:
    doubt, other = undetermined(CAUSES[0]), undetermined(CAUSES[1])
    assert (doubt & NO).causes == frozenset()
    assert (doubt | YES).causes == frozenset()
    assert (doubt & other).causes == frozenset(CAUSES[:2])
    assert (doubt & YES).causes == frozenset(CAUSES[:1])


def test_no_truth_is_a_bool() -> None:
    for value in (YES, NO, undetermined(CAUSES[0])):
        with pytest.raises(TypeError, match="three values"):
            bool(value)
    with pytest.raises(ValueError, match="needs a cause"):
        undetermined()
