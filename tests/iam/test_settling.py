"""What may become of an outcome when something that is not known gets settled."""

from __future__ import annotations

import pytest
from hypothesis import given, note

from scanner.cause import Cause
from scanner.iam.evaluate import Outcome
from tests.examples import examples
from tests.iam.worlds import DEFINITE, EXAMPLES, Dice, decision, dice

pytestmark = pytest.mark.slow

MAY_BECOME = {
    Outcome.ALLOWED: {Outcome.ALLOWED},
    Outcome.EXPLICIT_DENY: {Outcome.EXPLICIT_DENY},
    # Nothing allows it; settling a Deny that depended on the context says which kind of denial it is.
    Outcome.IMPLICIT_DENY: {Outcome.IMPLICIT_DENY, Outcome.EXPLICIT_DENY},
    Outcome.CONDITIONAL: {*DEFINITE, Outcome.CONDITIONAL},
    Outcome.UNKNOWN: set(Outcome),
}


@examples(600)
@given(dice)
def test_settling_a_doubt_never_reverses_an_outcome(dice: Dice) -> None:
    world = dice.world()
    half = dice.settled(world)
    whole = dice.settled(half, everything=True)
    before, between, after = (decision(each).outcome for each in (world, half, whole))
    for name, outcome, each in (("open", before, world), ("half open", between, half), ("settled", after, whole)):
        note(f"{name}: {outcome.value} in {each}")
    assert after in DEFINITE
    assert between in MAY_BECOME[before]
    assert after in MAY_BECOME[between]
    assert after in MAY_BECOME[before]


@examples(30)  # one world in fifty is conditional
@given(dice)
def test_settling_what_a_conditional_outcome_names_settles_it(dice: Dice) -> None:
    """Not so for an unknown one: the text that fills a hole may bring a condition or a variable of its own."""
    world = next(one for one in dice.worlds() if decision(one).outcome is Outcome.CONDITIONAL)
    causes = decision(world).causes
    settled = dice.settled_where(world, causes)
    note(f"conditional because of {[cause.detail for cause in causes]} in {world}")
    note(f"then {[cause.detail for cause in decision(settled).causes]} in {settled}")
    assert decision(settled).outcome in DEFINITE


@EXAMPLES
@given(dice)
def test_an_outcome_says_what_it_depends_on(dice: Dice) -> None:
    world = dice.world()
    found = decision(world)
    assert bool(found.causes) is (found.outcome not in DEFINITE)
    if found.causes:
        in_request = all(cause.kind.concerns_request for cause in found.causes)
        assert found.outcome is (Outcome.CONDITIONAL if in_request else Outcome.UNKNOWN)
    assert list(found.causes) == sorted(set(found.causes), key=Cause.sort_key)
