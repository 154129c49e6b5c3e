"""The law of ``rules.said_once``: what is found of principals together is what is found of each by itself."""

from __future__ import annotations

from pathlib import Path

from scanner.rules.loader import builtin_rules
from scanner.rules.match import match
from tests.scans import scanned, write

NEARLY_ALIKE = """
locals {
  people = ["a", "b"]
}
resource "aws_iam_policy" "boundary" {
  name   = "boundary"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }] })
}
resource "aws_iam_user" "plain" {
  for_each = toset(local.people)
  name     = each.key
}
resource "aws_iam_user" "bounded" {
  for_each             = toset(local.people)
  name                 = "bounded-${each.key}"
  permissions_boundary = aws_iam_policy.boundary.arn
}
resource "aws_iam_user" "half" {
  name = "half"
}
resource "aws_iam_user_policy" "half" {
  user   = aws_iam_user.half.name
  name   = "half"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "signin:AuthorizeOAuth2Access", Resource = "*" }] })
}
resource "aws_iam_user_login_profile" "all" {
  for_each = toset(["a", "b", "bounded-a", "bounded-b", "half"])
  user     = each.key
}
resource "aws_iam_access_key" "one" {
  user = aws_iam_user.plain["b"].name
}
"""


def test_principals_together_are_told_the_same_as_each_alone(tmp_path: Path) -> None:
    """They differ in boundaries, policies and access keys, or in nothing but their names."""
    write(tmp_path, {"main.tf": NEARLY_ALIKE})
    rules = builtin_rules()
    principals = scanned(tmp_path).principals
    together = match(rules, principals, {})
    alone = [found for one in principals for found in match(rules, [one], {})]
    assert len({found.help for found in together}) > 1
    assert sorted(map(repr, together)) == sorted(map(repr, alone))
