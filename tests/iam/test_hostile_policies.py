"""Policies that are made to take long: each is decided in time, or refused."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest

from scanner.iam.evaluate import Outcome
from scanner.iam.policy import parse_document
from scanner.iam.principal import PrincipalKind
from scanner.values import Value
from tests.iam.worlds import ACCOUNT, ALLOW_ALL, ALLOW_OTHER, REGIONS, SPAN, Blank, Many, Policy, World, decision

pytestmark = pytest.mark.slow

PATIENCE = 5.0
"""Seconds. Each of these takes milliseconds; what is exponential never ends."""


def plain_world(*listed: Any) -> World:
    document = {"Version": "2012-10-17", "Statement": Many(list(listed))}
    return World(PrincipalKind.USER, "alice", {}, (Policy(document),), account=ACCOUNT, region=REGIONS[0])


def hostile(world: World) -> Outcome:
    started = time.process_time()
    found = decision(world).outcome
    assert time.process_time() - started < PATIENCE
    return found


def test_a_thousand_wildcards_in_an_action() -> None:
    assert hostile(plain_world({**ALLOW_ALL, "Action": "signin:" + "*e" * 1000 + "*"})) is Outcome.IMPLICIT_DENY
    assert hostile(plain_world({**ALLOW_ALL, "Action": "signin:" + "*?" * 1000})) is Outcome.IMPLICIT_DENY
    assert hostile(plain_world({**ALLOW_ALL, "Action": "signin:" + "*" * 1000})) is Outcome.ALLOWED


def test_a_thousand_wildcards_in_a_resource() -> None:
    prefix = "arn:aws:signin:*:*:"
    assert hostile(plain_world({**ALLOW_ALL, "Resource": prefix + "*l" * 1000})) is Outcome.IMPLICIT_DENY
    assert hostile(plain_world({**ALLOW_ALL, "Resource": prefix + "*" * 1000})) is Outcome.ALLOWED
    assert hostile(plain_world({**ALLOW_ALL, "Resource": "arn:aws:signin" + ":*" * 1000})) is Outcome.IMPLICIT_DENY


def test_a_thousand_wildcards_and_holes() -> None:
    pieces = [piece for _ in range(500) for piece in ("*", Blank("rest"))]
    world = plain_world({**ALLOW_ALL, "Resource": ["arn:aws:signin:*:*:oauth2/", *pieces]})
    assert hostile(world) is Outcome.UNKNOWN
    assert hostile(replace(world, region=None, account=None)) is Outcome.UNKNOWN


def test_a_thousand_wildcards_in_a_condition_with_a_long_value() -> None:
    condition_block = {"StringLike": {"aws:userid": "*a" * 1000 + "b"}}
    world = plain_world({**ALLOW_ALL, "Condition": condition_block})
    assert hostile(replace(world, context={"aws:userid": ("a" * 5000,)})) is Outcome.IMPLICIT_DENY


def test_a_thousand_statements() -> None:
    many = [{**ALLOW_OTHER, "Action": f"s3:Get{number}*"} for number in range(1000)]
    assert hostile(plain_world(*many)) is Outcome.IMPLICIT_DENY
    doubtful = [
        {**ALLOW_ALL, "Condition": {"StringEquals": {f"aws:RequestTag/{number}": "x"}}} for number in range(1000)
    ]
    assert hostile(plain_world(*doubtful)) is Outcome.CONDITIONAL


def test_a_thousand_actions_and_resources() -> None:
    listed = {
        "Effect": "Allow",
        "Action": Many([f"signin:*{number}" for number in range(1000)]),
        "Resource": Many([f"arn:aws:signin:*:*:oauth2/*{number}" for number in range(1000)]),
    }
    assert hostile(plain_world(listed)) is Outcome.IMPLICIT_DENY


def test_deep_json_is_refused_and_not_followed() -> None:
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        written = '{"Version": "2012-10-17", "Statement": ' + opening * 100_000 + closing * 100_000 + "}"
        started = time.process_time()
        document = parse_document(Value(written, SPAN))
        assert time.process_time() - started < PATIENCE
        assert "nested" in document.diagnostics[0].detail


def test_a_long_json_text_is_read_in_time() -> None:
    statement = json.dumps(ALLOW_OTHER)
    written = '{"Version": "2012-10-17", "Statement": [' + ",\n".join([statement] * 5000) + "]}"
    started = time.process_time()
    document = parse_document(Value(written, SPAN))
    assert time.process_time() - started < PATIENCE
    assert len(document.statements) == 5000
