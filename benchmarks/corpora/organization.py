"""An organization: many small repositories in accounts, with the manifest that lists them.

Each repository has users in one root and roles in another; every tenth has its roles in a template instead. Most roles
are for services, as they are everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks.corpora.expected import EVERYWHERE, NOTHING, Expected, write_facts
from benchmarks.corpora.text import Tree, fill

MANIFEST = "repositories.jsonl"
_FIRST_ACCOUNT = 100_000_000_000
_SPREAD = 7
"""Sizes of repositories, from one to so many parts, which even out."""
_USERS = 5
"""Of so many principals one is a user."""
_SAML = 10
"""Of so many roles one is for people."""
_TEMPLATES = 10

_TOP = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

resource "aws_iam_group" "people" {
  name = "people-<<number>>"
}

resource "aws_iam_group_policy_attachment" "read" {
  group      = aws_iam_group.people.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_policy" "sign_in" {
  name = "sign-in-<<number>>"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["signin:AuthorizeOAuth2Access", "signin:CreateOAuth2Token"]
      Resource = "*"
    }]
  })
}
"""
_USER = """
resource "aws_iam_user" "u<<user>>" {
  name = "user-<<number>>-<<user>>"
  tags = { team = "team-<<number>>" }
}

resource "aws_iam_user_login_profile" "u<<user>>" {
  user = aws_iam_user.u<<user>>.name
}

resource "aws_iam_user_group_membership" "u<<user>>" {
  user   = aws_iam_user.u<<user>>.name
  groups = [aws_iam_group.people.name]
}
"""
_GRANT = """
resource "aws_iam_user_policy_attachment" "u<<user>>" {
  user       = aws_iam_user.u<<user>>.name
  policy_arn = aws_iam_policy.sign_in.arn
}
"""
_ROLE = """
resource "aws_iam_role" "r<<role>>" {
  name = "role-<<number>>-<<role>>"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "<<action>>"
      Principal = <<principal>>
    }]
  })
}

resource "aws_iam_role_policy" "r<<role>>" {
  name = "own"
  role = aws_iam_role.r<<role>>.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:PutObject"]
      Resource = "arn:aws:s3:::bucket-<<number>>-<<role>>/*"
    }]
  })
}
"""
_SERVICE = '{ Service = "lambda.amazonaws.com" }'
_PROVIDER = '{ Federated = "arn:aws:iam::<<account>>:saml-provider/company" }'


def write_organization(top: Path, repositories: int, accounts: int, principals: int) -> None:
    """So many repositories in so many accounts, with so many principals in all."""
    tree, lines = Tree(top), list[str]()
    found: list[Expected] = []
    for number, size in enumerate(_sizes(repositories, principals)):
        path, account = f"repositories/r{number:05}", str(_FIRST_ACCOUNT + number % accounts)
        lines.append(json.dumps({"path": path, "account": account}))
        found += _repository(tree, path, number, size, account)
    tree.write(MANIFEST, "".join(f"{line}\n" for line in lines))
    write_facts(top, found)


def _sizes(repositories: int, principals: int) -> Iterator[int]:
    """How many principals each repository has."""
    parts = [1 + number % _SPREAD for number in range(repositories)]
    done = given = 0
    for part in parts:
        done += part
        upto = principals * done // sum(parts)
        yield upto - given
        given = upto


def _repository(tree: Tree, path: str, number: int, size: int, account: str) -> Iterator[Expected]:
    users = size // _USERS
    people = [fill(_TOP, number=number).lstrip()]
    for user in range(users):
        people.append(fill(_USER, user=user, number=number))
        verdict = NOTHING
        if user % 2:
            people.append(fill(_GRANT, user=user))
            verdict = EVERYWHERE
        yield Expected(f"{path}/people", f"aws_iam_user.u{user}", verdict)
    tree.write(f"{path}/people/main.tf", "".join(people))
    roles = range(size - users)
    if number % _TEMPLATES == _TEMPLATES - 1:
        resources = {f"R{role}": _in_template(number, role, account) for role in roles}
        tree.write(f"{path}/roles.json", json.dumps({"Resources": resources}, indent=2))
        yield from (Expected(f"{path}/roles.json", f"R{role}", NOTHING) for role in roles if _is_for_people(role))
        return
    text = "".join(
        fill(_ROLE, role=role, number=number, action=_action(role), principal=_principal(role, account))
        for role in roles
    )
    tree.write(f"{path}/roles/main.tf", text.lstrip())
    for role in roles:
        if _is_for_people(role):
            yield Expected(f"{path}/roles", f"aws_iam_role.r{role}", NOTHING)


def _is_for_people(role: int) -> bool:
    return role % _SAML == 0


def _action(role: int) -> str:
    return "sts:AssumeRoleWithSAML" if _is_for_people(role) else "sts:AssumeRole"


def _principal(role: int, account: str) -> str:
    return fill(_PROVIDER, account=account) if _is_for_people(role) else _SERVICE


def _in_template(number: int, role: int, account: str) -> dict[str, object]:
    provider = {"Federated": f"arn:aws:iam::{account}:saml-provider/company"}
    trust = {
        "Effect": "Allow",
        "Action": _action(role),
        "Principal": provider if _is_for_people(role) else {"Service": "lambda.amazonaws.com"},
    }
    own = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": f"arn:aws:s3:::bucket-{number}-{role}/*"}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": f"role-{number}-{role}",
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [
                {"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": [own]}},
            ],
        },
    }
