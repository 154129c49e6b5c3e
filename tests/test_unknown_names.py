"""What is unknown of one resource is that resource's doubt: others are as sure as they were.

Two resources of one type in one account have different names, so a user whose name is not known is nobody else's user.
Whom an attachment is for, however, may be anybody if nothing is known of it.
"""

from __future__ import annotations

import pytest

from tests.scans import scanned_files, verdicts

UNKNOWN = 'file("/etc/hostname")'
ARN = "arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess"
ALLOWING = 'jsonencode({Version = "2012-10-17", Statement = [{Effect = "Allow", Action = "signin:*", Resource = "*"}]})'


def user(name: str, value: str, more: str = "") -> str:
    return (
        f'resource "aws_iam_user" "{name}" {{\n  name = {value}\n  {more}\n}}\n'
        f'resource "aws_iam_user_login_profile" "{name}" {{\n  user = aws_iam_user.{name}.name\n}}\n'
    )


def attached(kind: str, target: str, arn: str = f'"{ARN}"') -> str:
    return f'resource "aws_iam_{kind}_policy_attachment" "x" {{\n  {kind} = {target}\n  policy_arn = {arn}\n}}\n'


def group(name: str, target: str = "aws_iam_group.g.name") -> str:
    return f'resource "aws_iam_group" "g" {{\n  name = {name}\n}}\n' + attached("group", target)


def member(who: str, groups: str = "[aws_iam_group.g.name]") -> str:
    return f'resource "aws_iam_user_group_membership" "m" {{\n  user = {who}\n  groups = {groups}\n}}\n'


B = user("b", '"b"')
HIDDEN = user("b", UNKNOWN)
OWN = "aws_iam_user.b.name"
CASES: dict[str, tuple[str, str, str]] = {
    "its name": (HIDDEN, "implicit_deny", "implicit_deny"),
    "its name, with a policy": (HIDDEN + attached("user", OWN), "implicit_deny", "allowed"),
    "its name, and a policy by the other's": (HIDDEN + attached("user", '"a"'), "allowed", "implicit_deny"),
    "its name, and a policy by a third": (HIDDEN + attached("user", '"c"'), "implicit_deny", "unknown"),
    "its name, by the same value": (
        f"locals {{\n  n = {UNKNOWN}\n}}\n" + user("b", "local.n") + attached("user", "local.n"),
        "implicit_deny",
        "allowed",
    ),
    "its name, in a group": (HIDDEN + group('"g"') + member(OWN), "implicit_deny", "allowed"),
    "its policy": (
        B + f'resource "aws_iam_user_policy" "p" {{\n  user = {OWN}\n  policy = {UNKNOWN}\n}}\n',
        "implicit_deny",
        "unknown",
    ),
    "its boundary": (user("b", '"b"', f"permissions_boundary = {UNKNOWN}"), "implicit_deny", "implicit_deny"),
    "its attachment's policy": (B + attached("user", OWN, UNKNOWN), "implicit_deny", "unknown"),
    "its group's name": (B + group(UNKNOWN) + member(OWN), "implicit_deny", "allowed"),
    "its groups": (B + group('"g"') + member(OWN, f"[{UNKNOWN}]"), "implicit_deny", "unknown"),
    "its group's policy's target": (B + group('"g"', UNKNOWN) + member(OWN), "implicit_deny", "unknown"),
    "its policy's name": (
        B
        + f'resource "aws_iam_policy" "p" {{\n  name = {UNKNOWN}\n  policy = {ALLOWING}\n}}\n'
        + attached("user", OWN, "aws_iam_policy.p.arn"),
        "implicit_deny",
        "allowed",
    ),
    "how many there are": (
        f'resource "aws_iam_user" "b" {{\n  for_each = toset([{UNKNOWN}])\n  name = each.key\n}}\n',
        "implicit_deny",
        "",
    ),
    "whom a policy is for": (B + attached("user", UNKNOWN), "unknown", "unknown"),
    "who is in a group": (B + group('"g"') + member(UNKNOWN), "unknown", "unknown"),
}


@pytest.mark.parametrize("name", CASES)
def test_the_doubt_of_one_is_nobody_elses(name: str) -> None:
    text, others, own = CASES[name]
    found = verdicts(scanned_files({"main.tf": user("a", '"a"') + text}))
    assert found["aws_iam_user.a"] == ("yes", others)
    assert not own or found["aws_iam_user.b"] == ("yes", own)
