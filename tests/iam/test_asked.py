"""Laws of the questions that rules ask, and moto's word on those that it can be asked."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import assume, given, note
from hypothesis import strategies as st

from scanner import values
from scanner.iam.context import Circumstances
from scanner.iam.evaluate import Outcome
from scanner.iam.policy import parse_document
from scanner.iam.principal import AttachedPolicy, How, PolicyType, Principal, PrincipalKind
from scanner.verdicts.question import Question
from scanner.verdicts.questions import answers
from tests.examples import examples
from tests.iam.test_settling import MAY_BECOME
from tests.iam.worlds import ACCOUNT, EXAMPLES, SPAN, Dice, answer, decision, dice, same

pytestmark = pytest.mark.slow

ACTION = "signin:CreateOAuth2Token"
LOCALHOST = "arn:aws:signin:*:*:oauth2/public-client/localhost"
NARROWER = (
    ("*", "arn:aws:signin:*:*:oauth2/*"),
    ("*", "arn:*:s3:::b"),
    ("*", LOCALHOST),
    ("arn:aws:signin:*:*:*", "arn:aws:signin:*:*:oauth2/public-client/*"),
    ("arn:aws:signin:*:*:oauth2/*/*", "arn:aws:signin:*:*:oauth2/public-client/*"),
    ("arn:aws:signin:*:*:oauth2/public-client/*", LOCALHOST),
    ("arn:aws:signin:*:*:oauth2/*/localhost", LOCALHOST),
    (LOCALHOST, "arn:aws:signin:eu-west-1:*:oauth2/public-client/localhost"),
)


@EXAMPLES
@given(dice)
def test_a_sign_in_permission_that_is_asked_for_answers_as_the_built_in_one(dice: Dice) -> None:
    world = dice.world()
    assert same(answer(world, ACTION, LOCALHOST), decision(world))


@examples(200)
@given(dice, st.sampled_from(NARROWER))
def test_what_holds_of_all_resources_holds_of_some(dice: Dice, resources: tuple[str, str]) -> None:
    world = dice.world()
    # a region that is given is the region of all requests, and no other is a narrower question
    assume(world.region is None or world.region == "eu-west-1" or "eu-west-1" not in resources[1])
    wide, narrow = (answer(world, ACTION, resource).outcome for resource in resources)
    note(f"{wide.value}, then {narrow.value} in {world}")
    assert narrow in MAY_BECOME[wide]


ACTIONS = ("iam:PassRole", "iam:Pass*", "iam:*", "*", "s3:*", "iam:GetRole")
ROLES = f"arn:aws:iam::{ACCOUNT}:role"
RESOURCES = (
    *("*", f"{ROLES}/*", f"{ROLES}/app", f"{ROLES}/app-*", f"{ROLES}/*-x", f"{ROLES}/team/*", f"{ROLES}/team/app"),
    *(f"arn:aws:iam::{ACCOUNT}:user/*", "arn:aws:iam::999988887777:role/*"),
)
ASKED = ("arn:aws:iam::*:role/*", "arn:aws:iam::*:role/app*", "arn:aws:iam::*:role/team/*", "arn:aws:iam::*:role/*-x")
TEXTS = ("", "app", "app-x", "app-y", "-x", "team/", "team/app", "team/other", "other", "other-x")

statements = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(("Allow", "Allow", "Deny")),
        "Action": st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=2, unique=True),
        "Resource": st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=2, unique=True),
    }
)


@examples(150)
@given(st.lists(statements, min_size=1, max_size=3), st.sampled_from(ASKED))
def test_moto_says_the_same_of_every_resource_that_a_question_means(found: list[Any], asked: str) -> None:
    policy = {"Version": "2012-10-17", "Statement": found}
    outcome = _asked(policy, asked)
    each = {_moto(policy, asked.replace(":*:", f":{ACCOUNT}:").replace("*", text)) for text in TEXTS}
    note(f"{outcome.value}; moto: {each}")
    match outcome:
        case Outcome.ALLOWED:
            assert each == {"allowed"}
        case Outcome.EXPLICIT_DENY:
            assert each == {"explicit_deny"}
        case Outcome.IMPLICIT_DENY:
            assert "allowed" not in each
        case _:
            assert outcome is Outcome.CONDITIONAL
            if len(found) == 1 and len(found[0]["Resource"]) == 1:
                assert len(each) == 2, "one resource pattern that matches some of them does not match others"


def _asked(policy: Any, resource: str) -> Outcome:
    document = parse_document(values.of(policy))
    principal = Principal(
        kind=PrincipalKind.USER,
        name=("alice",),
        arn=(f"arn:aws:iam::{ACCOUNT}:user/alice",),
        partition="aws",
        account=ACCOUNT,
        policies=(AttachedPolicy(PolicyType.IDENTITY, "policy", document, How.INLINE, SPAN),),
    )
    (found,) = answers(principal, Circumstances(), [Question("iam:PassRole", resource)])
    return found.decision.outcome


def _moto(policy: Any, resource: str) -> str:
    from moto.iam.access_control import IAMPolicy, PermissionResult  # slow to import

    assert re.fullmatch(r"arn:aws:iam::[0-9]{12}:role/[a-z/-]*", resource)
    words = {
        PermissionResult.DENIED: "explicit_deny",
        PermissionResult.PERMITTED: "allowed",
        PermissionResult.NEUTRAL: "implicit_deny",
    }
    return words[IAMPolicy(json.dumps(policy)).is_action_permitted("iam:PassRole", resource)]
