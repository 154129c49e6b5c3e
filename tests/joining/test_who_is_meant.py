"""Whom another root means: by name in its account, by what it reads of a state, and what it takes away."""

from __future__ import annotations

import re

import pytest

from scanner.root import Inputs
from scanner.verdicts.sign_in import Client
from tests.joining.test_joining import (
    ATTACHED,
    DENIAL,
    ELSEWHERE,
    GROUP,
    INLINE,
    MEMBER,
    OWN,
    POLICY,
    PROVIDER,
    SIGN_IN,
    USER,
    VARIABLE,
)
from tests.joining.test_remote_states import READ_S3, S3, reads
from tests.scans import Scan, said, verdicts

MAY = USER + ATTACHED % SIGN_IN
HERE = f"""
provider "aws" {{
  alias               = "here"
  allowed_account_ids = ["{OWN}"]
}}
"""
TWO = ELSEWHERE + HERE
THERE = 'resource "aws_iam_user" "ann" { name = "ann" }\n'
BY_NAME = f'resource "aws_iam_user_policy" "no" {{\n  user   = "ann"\n  policy = {DENIAL}\n}}\n'


def here(text: str) -> str:
    """The same through the provider configuration of that alias."""
    text = re.sub(r"\{ (.+) \}\n", r"{\n  \1\n}\n", text)
    return re.sub(r'(resource "\w+" "\w+" \{\n)', r"\1  provider = aws.here\n", text)


SAME = MAY.replace('"ann" {', '"own" {').replace(".ann", ".own")
DENIED_GROUP = INLINE.replace("Allow", "Deny")
NAMES = 'output "name" { value = aws_iam_user.ann.name }\n'
OF_STATE = "data.terraform_remote_state.o.outputs.name"
DENIES_OF_STATE = reads() + BY_NAME.replace('"ann"', OF_STATE)
EXCLUSIVE = 'resource "aws_iam_user_policy_attachments_exclusive" "x" {\n  user_name = "ann"\n  policy_arns = %s\n}\n'
HAVE = f'resource "aws_iam_policy_attachment" "x" {{\n  name = "x"\n  users = ["%s"]\n  policy_arn = "{SIGN_IN}"\n}}\n'
ARE_IN = 'resource "aws_iam_group_membership" "x" {\n  name = "x"\n  users = ["%s"]\n  group = "devs"\n}\n'
BY_LOOKUP = 'data "aws_iam_policy" "cli" { name = "cli" }\n' + (ATTACHED % "x").replace(
    '"x"', "data.aws_iam_policy.cli.arn"
)
EITHER = 'variable "p" { type = bool }\n' + BY_NAME.replace('"ann"', 'var.p ? "ann" : "%s"')

CASES: dict[str, tuple[dict[str, str], str]] = {
    "a name that is somebody else's in another account": (
        {"a": PROVIDER + MAY, "b": TWO + THERE + here(BY_NAME)},
        "explicit_deny",
    ),
    "a name beside one that is not known in another account": (
        {"a": PROVIDER + MAY, "b": TWO + THERE.replace('name = "ann"', 'name_prefix = "a"') + here(BY_NAME)},
        "explicit_deny",
    ),
    "a name of somebody who may be there": (
        {"a": PROVIDER + MAY, "b": VARIABLE + PROVIDER + THERE.replace("{", "{\n  count = var.x\n ") + BY_NAME},
        "explicit_deny",
    ),
    "a name beside one that is not known": (
        {"a": PROVIDER + MAY, "b": VARIABLE + PROVIDER + THERE.replace('"ann" }', "var.x }") + BY_NAME},
        "explicit_deny",
    ),
    "a name that is the own one": ({"a": PROVIDER + MAY, "b": PROVIDER + THERE + BY_NAME}, "allowed"),
    "a name in the other account": ({"a": PROVIDER + MAY, "b": TWO + BY_NAME}, "allowed"),
    "a group that is another one in another account": (
        {"a": TWO + GROUP + here(MAY + MEMBER), "b": PROVIDER + GROUP + DENIED_GROUP},
        "explicit_deny",
    ),
    "configurations of one name": (
        {"a": ELSEWHERE + THERE + HERE + here(SAME), "b": PROVIDER + BY_NAME},
        "explicit_deny",
    ),
    "an exclusive list without it": ({"a": PROVIDER + MAY, "b": PROVIDER + EXCLUSIVE % "[]"}, "unknown"),
    "an exclusive list with it": ({"a": PROVIDER + MAY, "b": PROVIDER + EXCLUSIVE % f'["{SIGN_IN}"]'}, "allowed"),
    "an exclusive list in another account": ({"a": PROVIDER + MAY, "b": ELSEWHERE + EXCLUSIVE % "[]"}, "allowed"),
    "a list of who has a policy without the user": ({"a": PROVIDER + MAY, "b": PROVIDER + HAVE % "bob"}, "unknown"),
    "a list of who has a policy with the user": ({"a": PROVIDER + MAY, "b": PROVIDER + HAVE % "ann"}, "allowed"),
    "a list of who has another policy": (
        {"a": PROVIDER + MAY, "b": PROVIDER + (HAVE % "bob").replace("SignInLocalDevelopment", "ReadOnly")},
        "allowed",
    ),
    "a list of who has a policy in another account": ({"a": PROVIDER + MAY, "b": ELSEWHERE + HAVE % "bob"}, "allowed"),
    "a list of who has a policy, in a third place": (
        {"a": PROVIDER + USER, "b": PROVIDER + ATTACHED % SIGN_IN, "c": PROVIDER + HAVE % "bob"},
        "unknown",
    ),
    "a list of who is in a group without the user": (
        {"a": PROVIDER + USER + MEMBER + GROUP + INLINE, "b": PROVIDER + ARE_IN % "bob"},
        "unknown",
    ),
    "a list of who is in a group with the user": (
        {"a": PROVIDER + USER + MEMBER + GROUP + INLINE, "b": PROVIDER + ARE_IN % "ann"},
        "allowed",
    ),
    "a list of who is in a group, in a third place": (
        {"a": PROVIDER + USER + MEMBER, "b": PROVIDER + GROUP + INLINE, "c": PROVIDER + ARE_IN % "bob"},
        "unknown",
    ),
    "a name read of a state": ({"a": S3 + MAY + NAMES, "b": DENIES_OF_STATE}, "explicit_deny"),
    "a name read of a state in one account": (
        {"a": PROVIDER + S3 + MAY + NAMES, "b": PROVIDER + DENIES_OF_STATE},
        "explicit_deny",
    ),
    "a name read of a state where one account is known": (
        {"a": PROVIDER + S3 + MAY + NAMES, "b": DENIES_OF_STATE},
        "explicit_deny",
    ),
    "a state that is read, and somebody else": (
        {"a": S3 + MAY + NAMES, "b": reads() + BY_NAME.replace("ann", "x")},
        "allowed",
    ),
    "a group read of a state": (
        {
            "a": S3 + MAY + NAMES,
            "b": reads() + GROUP + DENIED_GROUP + MEMBER.replace('"ann"', OF_STATE),
        },
        "explicit_deny",
    ),
    "a policy of a third state": (
        {
            "a": S3 + MAY + NAMES,
            "b": reads()
            + reads(config=READ_S3.replace("people", "policies")).replace('"o"', '"p"')
            + (ATTACHED % "x").replace('"x"', "data.terraform_remote_state.p.outputs.arn").replace('"ann"', OF_STATE),
            "c": S3.replace("people", "policies")
            + POLICY.replace("Allow", "Deny")
            + 'output "arn" { value = aws_iam_policy.cli.arn }\n',
        },
        "explicit_deny",
    ),
    "one name or another way to write it": ({"a": PROVIDER + MAY, "b": PROVIDER + EITHER % "ANN"}, "explicit_deny"),
    "one name or another": ({"a": PROVIDER + MAY, "b": PROVIDER + EITHER % "bob"}, "unknown"),
    "two other names": (
        {"a": PROVIDER + MAY, "b": PROVIDER + (EITHER % "bob").replace('"ann"', '"eve"')},
        "allowed",
    ),
    "a policy that is looked up": (
        {"a": PROVIDER + USER + BY_LOOKUP, "b": PROVIDER + POLICY},
        "allowed",
    ),
    "a policy that is looked up in another account": (
        {"a": PROVIDER + USER + BY_LOOKUP, "b": ELSEWHERE + POLICY},
        "unknown",
    ),
    "what is attached to a group that nobody defines": (
        {"a": PROVIDER + MAY + MEMBER, "b": PROVIDER + DENIED_GROUP.replace("aws_iam_group.devs.name", '"devs"')},
        "unknown",  # who knows whether there is such a group
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_whom_another_root_means(case: str, scan_files: Scan) -> None:
    places, wanted = CASES[case]
    report = scan_files({f"{place}/main.tf": text for place, text in places.items()})
    (found,) = (one for one in report.principals if one.definition.root == "a" and one.console.access.value == "yes")
    assert found.aws_login.outcome(Client.LOCALHOST).value == wanted


PERMISSION_SET = """
resource "aws_ssoadmin_permission_set" "dev" {
  name         = "dev"
  instance_arn = "arn:aws:sso:::instance/ssoins-1"
}
output "arn" { value = aws_ssoadmin_permission_set.dev.arn }
"""
GRANTS_OF_STATE = f"""
resource "aws_ssoadmin_managed_policy_attachment" "a" {{
  instance_arn       = "arn:aws:sso:::instance/ssoins-1"
  permission_set_arn = data.terraform_remote_state.o.outputs.arn
  managed_policy_arn = "{SIGN_IN}"
}}
"""


def test_a_permission_set_read_of_a_state(scan_files: Scan) -> None:
    report = scan_files({"a/main.tf": S3 + PERMISSION_SET, "b/main.tf": reads() + GRANTS_OF_STATE})
    assert verdicts(report) == {"aws_ssoadmin_permission_set.dev": ("yes", "allowed")}


LOOKED_UP = GRANTS_OF_STATE.replace(OF_STATE.replace("name", "arn"), "data.aws_ssoadmin_permission_set.dev.arn")
LOOKUP = """
data "aws_ssoadmin_permission_set" "dev" {
  name         = "dev"
  instance_arn = "arn:aws:sso:::instance/ssoins-1"
}
"""
OTHER_NAME = LOOKUP.replace('"dev"\n', '"ops"\n')


@pytest.mark.parametrize(
    ("places", "wanted"),
    [
        ({"a": PERMISSION_SET + LOOKUP + LOOKED_UP}, "allowed"),
        ({"a": PROVIDER + PERMISSION_SET, "b": PROVIDER + LOOKUP + LOOKED_UP}, "allowed"),
        ({"a": PROVIDER + PERMISSION_SET, "b": ELSEWHERE + LOOKUP + LOOKED_UP}, "implicit_deny"),
        ({"a": PROVIDER + PERMISSION_SET, "b": PROVIDER + OTHER_NAME + LOOKED_UP}, "implicit_deny"),
        ({"a": PERMISSION_SET + OTHER_NAME + LOOKED_UP}, "implicit_deny"),
    ],
    ids=["one root", "two roots", "two accounts", "another name", "another name in one root"],
)
def test_a_permission_set_that_is_looked_up(places: dict[str, str], wanted: str, scan_files: Scan) -> None:
    report = scan_files({f"{place}/main.tf": text for place, text in places.items()})
    assert verdicts(report) == {"aws_ssoadmin_permission_set.dev": ("yes", wanted)}


EXPORTS = """
Resources:
  Cli:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      ManagedPolicyName: cli
      PolicyDocument: {Version: "2012-10-17", Statement: {Effect: Allow, Action: "signin:*", Resource: "*"}}
Outputs:
  Arn: {Value: !Ref Cli, Export: {Name: cli}}
"""
IMPORTS = """
Resources:
  Other:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: {Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: "sts:AssumeRole"}
      ManagedPolicyArns: [!ImportValue cli]
"""


def test_templates_that_exchange_values_define_what_is_theirs_once(scan_files: Scan) -> None:
    """The template that imports is read beside the one that exports, which others name as well."""
    files = {"e.yaml": EXPORTS, "i.yaml": IMPORTS, "a/main.tf": USER + ATTACHED % f"arn:aws:iam::{OWN}:policy/cli"}
    report = scan_files(files, inputs=Inputs(account=OWN))
    assert verdicts(report)["aws_iam_user.ann"] == ("yes", "allowed")
    assert not said(report)
