"""Undecided conditions inside each other cost as much as is written, not twice as much for each level."""

from __future__ import annotations

import json

import pytest

from tests.scans import scanned_template, verdicts

LEVELS = 28
"""As many as fit into the depth that a template may have. Twice as much for each would never end."""
NOTHING = {"Ref": "AWS::NoValue"}


def inside_each_other(form: str) -> object:
    found: object = "x"
    for level in range(LEVELS):
        first = {"Fn::If": [f"A{level}", found, NOTHING]}
        second = {"Fn::If": [f"B{level}", "y", NOTHING]}
        match form:
            case "mappings":
                found = {"a": first, "b": second}
            case "lists":
                found = [first, second]
            case _:
                found = {"Fn::If": [f"A{level}", found, second]}
    return found


@pytest.mark.parametrize("form", ["mappings", "lists", "branches"])
def test_undecided_conditions_inside_each_other(form: str) -> None:
    statement = {"Effect": "Allow", "Action": "signin:*", "Resource": "*"}
    names = [f"{name}{level}" for level in range(LEVELS) for name in "AB"]
    conditions = {name: {"Fn::Equals": [{"Ref": "P"}, name]} for name in names}
    policy = {"Statement": {**statement, "Condition": inside_each_other(form)}}
    user = {"LoginProfile": {"Password": "x"}, "Policies": [{"PolicyName": "p", "PolicyDocument": policy}]}
    template = {
        "Parameters": {"P": {"Type": "String"}},
        "Conditions": conditions,
        "Resources": {"User": {"Type": "AWS::IAM::User", "Properties": user}},
    }
    assert verdicts(scanned_template(json.dumps(template)))


def test_conditions_that_are_made_of_others() -> None:
    conditions: dict[str, object] = {"C0": {"Fn::Equals": [{"Ref": "P"}, "a"]}}
    for level in range(1, LEVELS):
        below = {"Condition": f"C{level - 1}"}
        conditions[f"C{level}"] = {"Fn::Or": [below, {"Fn::And": [below, {"Fn::Not": [below]}]}]}
    user = {"Type": "AWS::IAM::User", "Condition": f"C{LEVELS - 1}", "Properties": {"LoginProfile": {"Password": "x"}}}
    template = {"Parameters": {"P": {"Type": "String"}}, "Conditions": conditions, "Resources": {"User": user}}
    assert verdicts(scanned_template(json.dumps(template)))
