"""Small inputs that make a lot of work of one kind: many instances, many calls, many policies, many files of others."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.corpora.expected import EVERYWHERE, NOTHING, Expected, write_facts
from benchmarks.corpora.text import Tree, fill

MOST = 1000
"""Numbers in one ``range``."""

_INSTANCES = """
resource "aws_iam_user" "u" {
  for_each = toset(<<names>>)
  name     = each.key
}

resource "aws_iam_user_login_profile" "u" {
  for_each = aws_iam_user.u
  user     = each.value.name
}

resource "aws_iam_user_policy_attachment" "u" {
  for_each   = aws_iam_user.u
  user       = aws_iam_user.u[each.key].name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
"""


def write_instances(top: Path, users: int) -> None:
    """One root, in which ``for_each`` makes users, each with a password and an attachment."""
    Tree(top).write("main.tf", fill(_INSTANCES, names=_names(users)).lstrip())
    write_facts(top, (Expected(".", f'aws_iam_user.u["user-{number}"]', NOTHING) for number in range(users)))


def _names(users: int) -> str:
    """An expression for the names of users. ``range`` makes 1,024 numbers at most."""
    if users <= MOST:
        return f'[for number in range({users}) : "user-${{number}}"]'
    end = f"min(block + {MOST}, {users})"
    return f'flatten([for block in range(0, {users}, {MOST}) : [for n in range(block, {end}) : "user-${{n}}"]])'


_MODULE = """
variable "name" {
  type = string
}

variable "policy" {
  type    = string
  default = "ReadOnlyAccess"
}

variable "tags" {
  type    = map(string)
  default = {}
}

resource "aws_iam_user" "this" {
  name = "${var.name}-user"
  tags = var.tags
}

resource "aws_iam_user_login_profile" "this" {
  user = aws_iam_user.this.name
}

resource "aws_iam_user_policy_attachment" "this" {
  user       = aws_iam_user.this.name
  policy_arn = "arn:aws:iam::aws:policy/${var.policy}"
}
"""

_CALL = """
module "person" {
  source = "../../modules/person"

  name   = "person-<<number>>"
  policy = "<<policy>>"
}
"""


def write_shared_module(top: Path, roots: int) -> None:
    """Many roots that call one module."""
    tree = Tree(top)
    tree.write("modules/person/main.tf", _MODULE.lstrip())
    found = []
    for number in range(roots):
        allowed = number % 2 == 0
        policy = "SignInLocalDevelopmentAccess" if allowed else "ReadOnlyAccess"
        tree.write(f"roots/root-{number}/main.tf", fill(_CALL, number=number, policy=policy).lstrip())
        verdict = EVERYWHERE if allowed else NOTHING
        found.append(Expected(f"roots/root-{number}", "module.person.aws_iam_user.this", verdict))
    write_facts(top, found)


_ROLE = """
resource "aws_iam_role" "role_<<number>>" {
  name               = "role-<<number>>"
  assume_role_policy = <<trust>>
}

resource "aws_iam_role_policy_attachment" "role_<<number>>" {
  for_each   = toset(<<policies>>)
  role       = aws_iam_role.role_<<number>>.name
  policy_arn = aws_iam_policy.policy[each.value].arn
}
"""

_POLICIES = """
locals {
  trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithSAML"
      Principal = { Federated = "arn:aws:iam::111122223333:saml-provider/okta" }
      Condition = { StringEquals = { "SAML:aud" = "https://signin.aws.amazon.com/saml" } }
    }]
  })
}

resource "aws_iam_policy" "policy" {
  for_each = toset([for number in range(<<policies>>) : tostring(number)])
  name     = "policy-${each.key}"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["s3:GetObject"], Resource = "arn:aws:s3:::bucket-${each.key}/*" },
      { Effect = "Allow", Action = each.key == "0" ? ["signin:*"] : ["sqs:*"], Resource = "*" },
    ]
  })
}
"""


def write_policies(top: Path, principals: int, policies: int) -> None:
    """One root with many roles for people, each of which has many policies; every second has the one that counts."""
    tree = Tree(top)
    tree.write("policies.tf", fill(_POLICIES, policies=policies + 1).lstrip())
    found = []
    for first in range(0, principals, 100):
        texts = []
        for number in range(first, min(first + 100, principals)):
            allowed = number % 2 == 0
            chosen = json.dumps([str(each) for each in range(1 - allowed, 1 - allowed + policies)])
            texts.append(fill(_ROLE, number=number, trust="local.trust", policies=chosen))
            found.append(Expected(".", f"aws_iam_role.role_{number}", EVERYWHERE if allowed else NOTHING))
        tree.write(f"roles-{first}.tf", "".join(texts).lstrip())
    write_facts(top, found)


_FOREIGN = {
    "ts": "export function handler(event: Event): Promise<void> {\n  return process(event, <<number>>);\n}\n",
    "py": "def handler(event, context):\n    return process(event, <<number>>)\n",
    "md": "# Notes <<number>>\n\nNothing here is infrastructure.\n",
    "yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings-<<number>>\ndata:\n  level: info\n",
    "json": '{"name": "package-<<number>>", "version": "1.0.0", "dependencies": {"left-pad": "^1.3.0"}}\n',
    "txt": "line <<number>>\n",
    "yml": "on: push\njobs:\n  build-<<number>>:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n",
    "go": 'package main\n\nfunc main() {\n\tprintln("<<number>>")\n}\n',
}


def write_foreign_files(top: Path, files: int) -> None:
    """Files that are none of ours, half of them of types that templates have, and one small root among them."""
    tree = Tree(top)
    for number in range(files):
        ending = list(_FOREIGN)[number % len(_FOREIGN)]
        directory = f"packages/package-{number // 200}/source/part-{number // 20 % 10}"
        tree.write(f"{directory}/file-{number}.{ending}", fill(_FOREIGN[ending], number=number))
    tree.write("infrastructure/main.tf", fill(_INSTANCES, names=_names(1)).lstrip())
    write_facts(top, [Expected("infrastructure", 'aws_iam_user.u["user-0"]', NOTHING)])
