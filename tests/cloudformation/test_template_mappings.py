"""``Fn::FindInMap`` under a key that is not known: each key of the map is tried."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.scans import scanned_template, verdicts

pytestmark = pytest.mark.slow

ADMIN, POWER, READ, AUDIT = (
    f"arn:aws:iam::aws:policy/{name}"
    for name in ("AdministratorAccess", "PowerUserAccess", "ReadOnlyAccess", "SecurityAudit")
)
HEAD = f"""
Transform: AWS::LanguageExtensions
Parameters:
  Team: {{Type: String}}
  Column: {{Type: String}}
  Stage: {{Type: String, AllowedValues: [dev, test, prod]}}
Mappings:
  Strong:
    one: {{Arn: "{ADMIN}", Name: AdministratorAccess}}
    two: {{Arn: "{POWER}", Name: PowerUserAccess}}
  Weak:
    one: {{Arn: "{READ}"}}
    two: {{Arn: "{AUDIT}"}}
  Mixed:
    one: {{Arn: "{READ}", Other: "{ADMIN}"}}
    two: {{Arn: "{ADMIN}", Other: "{READ}"}}
  Ragged:
    one: {{Arn: "{ADMIN}"}}
    two: {{Other: "{READ}"}}
  Stages:
    dev: {{Arn: "{ADMIN}"}}
    test: {{Arn: "{POWER}"}}
  Regions:
    us-east-1: {{Arn: "{ADMIN}"}}
    eu-west-1: {{Arn: "{POWER}"}}
    cn-north-1: {{Arn: "arn:aws-cn:iam::aws:policy/AdministratorAccess"}}
  Accounts:
    "111122223333": {{Arn: "{ADMIN}"}}
    "444455556666": {{Arn: "{POWER}"}}
  Partitions:
    aws: {{Arn: "{ADMIN}"}}
    aws-cn: {{Arn: "arn:aws-cn:iam::aws:policy/ReadOnlyAccess"}}
Conditions:
  IsOne: !Equals [!Ref Team, one]
  IsThree: !Equals [!Ref Team, three]
Resources:
"""

CASES = [
    ("all entries allow", "!FindInMap [Strong, !Ref Team, Arn]", "allowed"),
    ("no entry allows", "!FindInMap [Weak, !Ref Team, Arn]", "implicit_deny"),
    ("one entry allows", "!FindInMap [Mixed, !Ref Team, Arn]", "unknown"),
    ("in a text", "!Sub ['arn:aws:iam::aws:policy/${It}', {It: !FindInMap [Strong, !Ref Team, Name]}]", "allowed"),
    ("second key", "!FindInMap [Mixed, one, !Ref Column]", "unknown"),
    ("both keys", "!FindInMap [Weak, !Ref Team, !Ref Column]", "implicit_deny"),
    ("an entry without the second key is no answer", "!FindInMap [Ragged, !Ref Team, Arn]", "allowed"),
    ("a default that allows", f"!FindInMap [Strong, !Ref Team, Arn, {{DefaultValue: '{POWER}'}}]", "allowed"),
    ("a default that does not", f"!FindInMap [Strong, !Ref Team, Arn, {{DefaultValue: '{READ}'}}]", "unknown"),
    ("an allowed value that is no key", "!FindInMap [Stages, !Ref Stage, Arn]", "allowed"),
    ("region", "!FindInMap [Regions, !Ref AWS::Region, Arn]", "allowed"),
    ("account", "!FindInMap [Accounts, !Ref AWS::AccountId, Arn]", "allowed"),
    ("partition", "!FindInMap [Partitions, !Ref AWS::Partition, Arn]", "allowed"),
    ("with a condition on the same key", f"!If [IsOne, '{ADMIN}', !FindInMap [Mixed, !Ref Team, Arn]]", "allowed"),
    ("a compared text that is no key", f"!If [IsThree, '{READ}', !FindInMap [Strong, !Ref Team, Arn]]", "allowed"),
]  # fmt: skip


def user(*arns: str) -> str:
    listed = "".join(f"\n        - {arn}" for arn in arns)
    properties = f"      LoginProfile: {{Password: x}}\n      ManagedPolicyArns:{listed}\n"
    return f"{HEAD}  U:\n    Type: AWS::IAM::User\n    Properties:\n{properties}"


@pytest.mark.parametrize(("arn", "expected"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_verdicts(arn: str, expected: str) -> None:
    report = scanned_template(user(arn))
    assert verdicts(report) == {"U": ("yes", expected)}
    assert not report.diagnostics


def test_what_is_not_settled_names_the_parameter() -> None:
    (found,) = scanned_template(user("!FindInMap [Mixed, !Ref Team, Arn]")).principals
    causes = [cause.detail for cause in found.aws_login.permissions[0].decision.causes]
    assert causes == ['parameter "Team", which has no default']


def test_one_key_in_two_places() -> None:
    both = user("!FindInMap [Mixed, !Ref Team, Arn]", "!FindInMap [Mixed, !Ref Team, Other]")
    assert verdicts(scanned_template(both)) == {"U": ("yes", "allowed")}


ARNS = st.recursive(
    st.sampled_from(
        [
            "!FindInMap [Strong, !Ref Team, Arn]",
            "!FindInMap [Weak, !Ref Team, Arn]",
            "!FindInMap [Mixed, !Ref Team, Arn]",
            "!FindInMap [Mixed, !Ref Team, Other]",
            "!FindInMap [Stages, !Ref Stage, Arn]",
            f"!FindInMap [Strong, !Ref Column, Arn, {{DefaultValue: '{READ}'}}]",
            f"'{READ}'",
        ]
    ),
    lambda inner: st.builds("!If [{}, {}, {}]".format, st.sampled_from(["IsOne", "IsThree"]), inner, inner),
    max_leaves=3,
)


@examples(8)
@given(st.lists(ARNS, min_size=1, max_size=3))
def test_the_open_verdict_is_that_of_all_keys_where_they_agree(arns: list[str]) -> None:
    text = user(*arns)
    teams = ("one", "two") if "Ref Team" in "".join(arns) else ("one", "two", "three")
    filled = itertools.product(teams, ("dev", "test"), ("one", "two", "zero"))
    outcomes = {
        verdicts(scanned_template(text, {"Team": team, "Stage": stage, "Column": column}))["U"]
        for team, stage, column in filled
    }
    expected = outcomes.pop() if len(outcomes) == 1 else ("yes", "unknown")
    assert verdicts(scanned_template(text)) == {"U": expected}
