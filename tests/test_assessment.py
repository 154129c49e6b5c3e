"""Principals that are alike share what is decided. Sharing changes no answer, in whichever order they come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from scanner.discovery import discover
from scanner.extraction import extract
from scanner.iam.context import Circumstances, account_of
from scanner.iam.principal import Principal, PrincipalKind
from scanner.principals.definition import PrincipalDefinition
from scanner.principals.merge import merge
from scanner.root import Inputs, RootKind
from scanner.span import Span
from scanner.verdicts.assessment import Assessment, decisions
from scanner.verdicts.question import Question, Questions
from tests.examples import examples
from tests.iam.worlds import ACCOUNT, SPAN, Blank, Dice, cause_of, dice, made, text
from tests.scans import ROOT, Scan

ASKED = Questions(
    (
        Question("s3:GetObject"),
        Question("iam:PassRole", "arn:aws:iam::*:role/team-*"),
        Question("signin:CreateOAuth2Token", "arn:aws:signin:*:*:oauth2/public-client/localhost"),
    ),
    without_mfa=True,
)


def beside(principal: Principal, dice: Dice) -> Iterator[Principal]:
    """Others with the same policies: with another name, other tags, in another account; the same again."""
    for number in range(4):
        account = dice.evenly((principal.account, None, ACCOUNT))
        name = text(dice.evenly(("alice", "bob", Blank("user"), ["a", Blank("user")])), {})
        one = replace(
            principal,
            name=name,
            account=account,
            kind=dice.evenly((principal.kind, PrincipalKind.USER)),
            tags=dice.evenly(({}, {"team": ("alice",)}, {"team": text(Blank("team"), {})}, {"Team": ("red",)})),
            tags_doubt=dice.evenly((None, replace(cause_of("tags"), span=Span("a", number, 1, number, 2)))),
            trust=dice.evenly((principal.trust, None)),
        )
        if dice.one_in(2):
            way = {"name": f"policy-{number}", "group": dice.evenly((None, "team")), "span": Span("b", number, 1, 2, 1)}
            one = replace(one, policies=tuple(replace(policy, **way) for policy in one.policies))
        if dice.one_in(4):
            one = replace(one, boundaries=tuple(replace(policy, name="boundary") for policy in one.boundaries))
        yield replace(one, arn=("arn:aws:iam::", *account_of(one), ":user/", *name))


def told(found: object) -> str:
    """All that can be seen of it, places of causes included, in an order that does not come from sets."""
    return str(_told(found))


def _told(found: object) -> object:
    if isinstance(found, frozenset):
        return sorted(map(told, found))
    if isinstance(found, tuple):
        return [_told(part) for part in found]
    names = getattr(found, "__dataclass_fields__", None)
    return repr(found) if names is None else {name: _told(getattr(found, name)) for name in names}


@pytest.mark.slow
@examples(50)
@given(dice)
def test_what_is_decided_together_is_what_is_decided_alone(dice: Dice) -> None:
    principal, circumstances = made(dice.world())
    several = dice.shuffled((principal, *beside(principal, dice), replace(principal)))
    assessment = Assessment(lambda _: circumstances, ASKED, ())
    for one in several:
        found = assessment.assessed(PrincipalDefinition(one, "a", "r", RootKind.TERRAFORM_MODULE, SPAN))
        alone = decisions(one, circumstances, ASKED)
        assert told((found.aws_login, found.asked, found.without_mfa)) == told(alone)


def facts_of(path: Path) -> Iterator[tuple[PrincipalDefinition, ...]]:
    for root in discover((str(path),), ROOT, Inputs()).roots:
        yield merge(extract(root))[0]


def separately(principals: Iterable[PrincipalDefinition], circumstances: Circumstances) -> list[str]:
    return [told(Assessment(lambda _: circumstances, ASKED, ()).assessed(one)) for one in principals]


@pytest.mark.parametrize("form", ["terraform", "cloudformation", "plan"])
def test_every_fixture_is_decided_together_as_alone(form: str) -> None:
    circumstances = Circumstances()
    number = 0
    for principals in facts_of(ROOT / "fixtures" / form):
        alone = separately(principals, circumstances)
        for way in (1, -1):
            assessment = Assessment(lambda _: circumstances, ASKED, ())
            assert [told(assessment.assessed(one)) for one in principals[::way]] == alone[::way]
        number += len(principals)
    assert number > 30


def test_who_is_alike_shares_what_is_decided(scan_files: Scan) -> None:
    block = """
        resource "aws_iam_user" "all" {
          count = 3
          name  = "user-${count.index}"
        }
        resource "aws_iam_user_policy_attachment" "all" {
          count      = 3
          user       = aws_iam_user.all[count.index].name
          policy_arn = "arn:aws:iam::aws:policy/PowerUserAccess"
        }
        """
    found = scan_files({"main.tf": block}).principals
    assert len(found) == 3
    assert len({id(one.aws_login) for one in found}) == 1
