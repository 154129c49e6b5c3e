"""How the outcome of layers and of sets of policies follows from each, and which way one more policy moves it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from scanner.cause import Cause
from scanner.iam.evaluate import Decision, Outcome
from tests.iam.worlds import ALLOW_ALL, DENY_ALL, EXAMPLES, Dice, Many, Policy, decision, dice, same

pytestmark = pytest.mark.slow

RANK = {
    Outcome.EXPLICIT_DENY: 0,
    Outcome.IMPLICIT_DENY: 1,
    Outcome.UNKNOWN: 2,
    Outcome.CONDITIONAL: 2,
    Outcome.ALLOWED: 3,
}

FULL_ACCESS = Policy({"Version": "2012-10-17", "Statement": Many([ALLOW_ALL])})


@EXAMPLES
@given(dice)
def test_a_layer_that_allows_everything_changes_nothing(dice: Dice) -> None:
    world = dice.world()
    without_boundary = replace(world, boundary=None)
    assert same(decision(without_boundary), decision(replace(without_boundary, boundary=FULL_ACCESS)))
    without_scps = replace(world, scps=())
    assert same(decision(without_scps), decision(replace(without_scps, scps=(FULL_ACCESS,))))
    everybody = Policy({"Version": "2012-10-17", "Statement": Many([{**ALLOW_ALL, "Principal": "*"}])})
    assert same(decision(world), decision(replace(world, rcps=(everybody,))))


@EXAMPLES
@given(dice)
def test_a_certain_denial_settles_everything(dice: Dice) -> None:
    world = dice.world()
    denial = Policy({"Version": "2012-10-17", "Statement": Many([DENY_ALL])})
    assert decision(replace(world, policies=(*world.policies, denial))).outcome is Outcome.EXPLICIT_DENY
    assert decision(replace(world, boundary=denial)).outcome is Outcome.EXPLICIT_DENY
    assert decision(replace(world, scps=(*world.scps, denial))).outcome is Outcome.EXPLICIT_DENY


@EXAMPLES
@given(dice)
def test_without_a_policy_nothing_is_allowed(dice: Dice) -> None:
    world = dice.world()
    assert decision(replace(world, policies=())).outcome in (Outcome.IMPLICIT_DENY, Outcome.EXPLICIT_DENY)


@EXAMPLES
@given(dice)
def test_the_outcome_of_two_sets_of_policies_follows_from_each(dice: Dice) -> None:
    """Without further layers: denied if one of them is, allowed if one allows and neither may deny."""
    world, other = dice.world(), dice.world()
    plain = replace(world, boundary=None, scps=())
    beside = replace(plain, policies=other.policies)
    left, right = decision(plain), decision(beside)
    both = decision(replace(plain, policies=(*plain.policies, *beside.policies)))
    outcomes = {left.outcome, right.outcome}
    may_deny = any(not match.denies.is_no for found in (left, right) for match in found.matches)
    if Outcome.EXPLICIT_DENY in outcomes:
        assert both.outcome is Outcome.EXPLICIT_DENY
    elif outcomes == {Outcome.IMPLICIT_DENY}:
        assert both.outcome is Outcome.IMPLICIT_DENY
    elif Outcome.ALLOWED in outcomes:
        assert (both.outcome is Outcome.ALLOWED) is not may_deny
    else:
        assert both.outcome in (Outcome.CONDITIONAL, Outcome.UNKNOWN)
    assert set(both.causes) <= {*left.causes, *right.causes, *causes_of(left), *causes_of(right)}


def causes_of(found: Decision) -> set[Cause]:
    return {cause for match in found.matches for cause in match.allows.causes | match.denies.causes}


@EXAMPLES
@given(dice)
def test_one_more_allow_makes_nothing_worse(dice: Dice) -> None:
    world, more = dice.world(), dice.policy(("Allow",))
    after = decision(replace(world, policies=(*world.policies, more))).outcome
    assert RANK[after] >= RANK[decision(world).outcome]


@EXAMPLES
@given(dice)
def test_one_more_deny_makes_nothing_better(dice: Dice) -> None:
    world, more = dice.world(), dice.policy(("Deny",))
    before = RANK[decision(world).outcome]
    assert RANK[decision(replace(world, policies=(*world.policies, more))).outcome] <= before
    assert RANK[decision(replace(world, scps=(*world.scps, more))).outcome] <= before


@EXAMPLES
@given(dice)
def test_a_boundary_makes_nothing_better(dice: Dice) -> None:
    world, boundary = dice.world(), dice.policy()
    bounded = decision(replace(world, boundary=boundary)).outcome
    assert RANK[bounded] <= RANK[decision(replace(world, boundary=None)).outcome]
