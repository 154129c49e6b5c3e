"""Policies that say the same in another order, divided or twice have the same outcome."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from tests.iam.worlds import EXAMPLES, Blank, Dice, Many, Policy, decision, dice, same

pytestmark = pytest.mark.slow


def with_statements(policy: Policy, change: Any) -> Policy:
    if isinstance(policy.document, Blank):
        return policy
    listed = policy.document["Statement"].items
    return replace(policy, document={**policy.document, "Statement": Many(change(listed))})


@EXAMPLES
@given(dice)
def test_the_order_of_policies_and_statements_does_not_matter(dice: Dice) -> None:
    world = dice.world()
    mixed = tuple(with_statements(policy, dice.shuffled) for policy in dice.shuffled(world.policies))
    assert same(decision(world), decision(replace(world, policies=mixed)))


@EXAMPLES
@given(dice)
def test_the_order_of_elements_does_not_matter(dice: Dice) -> None:
    world = dice.world()

    def turned(data: Any) -> Any:
        match data:
            case dict():
                return {key: turned(data[key]) for key in reversed(data)}
            case Many(items):
                return Many([turned(item) for item in reversed(items)])
        return data

    mixed = tuple(replace(policy, document=turned(policy.document)) for policy in world.policies)
    assert same(decision(world), decision(replace(world, policies=mixed)))


@EXAMPLES
@given(dice)
def test_one_statement_for_each_action_says_the_same(dice: Dice) -> None:
    world = dice.world()

    def split(listed: list[Any]) -> list[Any]:
        found: list[Any] = []
        for statement in listed:
            several_known = isinstance(statement, dict) and "Action" in statement
            if several_known and all(isinstance(action, str) for action in statement["Action"].items):
                found.extend({**statement, "Action": action} for action in statement["Action"].items)
            else:
                found.append(statement)
        return found

    divided = tuple(with_statements(policy, split) for policy in world.policies)
    assert same(decision(world), decision(replace(world, policies=divided)))


@EXAMPLES
@given(dice)
def test_one_policy_for_each_statement_says_the_same(dice: Dice) -> None:
    world = dice.world()
    divided: list[Policy] = []
    for policy in world.policies:
        if isinstance(policy.document, Blank):
            divided.append(policy)
        else:
            listed = policy.document["Statement"].items
            divided.extend(with_statements(policy, lambda _, one=one: [one]) for one in listed)
    assert same(decision(world), decision(replace(world, policies=tuple(divided))))


@EXAMPLES
@given(dice)
def test_saying_something_twice_changes_nothing(dice: Dice) -> None:
    world = dice.world()
    assert same(decision(world), decision(replace(world, policies=world.policies * 2, scps=world.scps * 2)))
