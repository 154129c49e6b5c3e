"""Identities as Terraform repositories write them, each with the verdicts that follow from what is written.

Every pattern leans on names that a generated root has: ``local.prefix``, ``local.tags``, ``var.team``, the provider's
``default_tags`` with the tag ``Team``. Holes: ``<<team>>`` and ``<<stem>>``, which tells the patterns of a root apart.
"""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.corpora.expected import (
    CONDITIONAL,
    DENIED,
    ELSEWHERE,
    EVERYWHERE,
    HERE,
    NOTHING,
    OPEN,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class People:
    """Text of ``iam.tf``, and who in it has console access."""

    code: str
    found: tuple[tuple[str, Verdict], ...]
    files: tuple[tuple[str, str], ...] = ()
    """More files of the root: name and text."""


_USER = """
resource "aws_iam_user" "<<stem>>" {
  name          = "${local.prefix}-<<stem>>"
  path          = "/people/"
  force_destroy = true
  tags          = merge(local.tags, { Person = "<<stem>>" })
}

resource "aws_iam_user_login_profile" "<<stem>>" {
  user                    = aws_iam_user.<<stem>>.name
  password_reset_required = true

  lifecycle {
    ignore_changes = [password_length, password_reset_required]
  }
}
"""

_READ_ONLY = (
    _USER
    + """
resource "aws_iam_user_policy_attachment" "<<stem>>_read" {
  user       = aws_iam_user.<<stem>>.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
"""
)

_MANAGED = (
    _READ_ONLY
    + """
resource "aws_iam_user_policy_attachment" "<<stem>>_sign_in" {
  user       = aws_iam_user.<<stem>>.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/SignInLocalDevelopmentAccess"
}
"""
)

_GROUP = """
locals {
  <<stem>>_people = {
    ada   = { title = "Engineer", level = 3 }
    grace = { title = "Engineer", level = 5 }
    linus = { title = "Analyst", level = 2 }
  }
}

data "aws_iam_policy_document" "<<stem>>" {
  statement {
    sid       = "SignIn"
    actions   = ["signin:AuthorizeOAuth2Access", "signin:CreateOAuth2Token"]
    resources = ["arn:aws:signin:*:*:oauth2/public-client/localhost"]
  }

  statement {
    sid       = "Own"
    actions   = ["iam:ChangePassword", "iam:GetUser"]
    resources = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:user/people/$${aws:username}"]
  }
}

resource "aws_iam_policy" "<<stem>>" {
  name   = "${local.prefix}-<<stem>>"
  policy = data.aws_iam_policy_document.<<stem>>.json
}

resource "aws_iam_group" "<<stem>>" {
  name = "${local.prefix}-<<stem>>"
}

resource "aws_iam_group_policy_attachment" "<<stem>>" {
  group      = aws_iam_group.<<stem>>.name
  policy_arn = aws_iam_policy.<<stem>>.arn
}

resource "aws_iam_user" "<<stem>>" {
  for_each = local.<<stem>>_people

  name = "${each.key}-${local.prefix}"
  tags = { Title = each.value.title }
}

resource "aws_iam_user_login_profile" "<<stem>>" {
  for_each = { for name, person in local.<<stem>>_people : name => person if person.level > 2 }

  user    = aws_iam_user.<<stem>>[each.key].name
  pgp_key = "keybase:operations"
}

resource "aws_iam_user_group_membership" "<<stem>>" {
  for_each = aws_iam_user.<<stem>>

  user   = each.value.name
  groups = [aws_iam_group.<<stem>>.name]
}
"""

_BOUNDARY = """
resource "aws_iam_policy" "<<stem>>_boundary" {
  name = "${local.prefix}-boundary"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Storage"
        Effect   = "Allow"
        Action   = ["s3:*", "kms:Decrypt", "logs:*"]
        Resource = "*"
      },
      {
        Sid      = "Names"
        Effect   = "Deny"
        Action   = "s3:DeleteBucket"
        Resource = "arn:aws:s3:::${local.prefix}-*"
      }
    ]
  })
}

resource "aws_iam_user" "<<stem>>" {
  name                 = "${local.prefix}-<<stem>>"
  permissions_boundary = aws_iam_policy.<<stem>>_boundary.arn
}

resource "aws_iam_user_login_profile" "<<stem>>" {
  user = aws_iam_user.<<stem>>.name
}

resource "aws_iam_user_policy_attachment" "<<stem>>" {
  user       = aws_iam_user.<<stem>>.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
"""

_DENIED = (
    _USER
    + """
resource "aws_iam_user_policy_attachment" "<<stem>>" {
  user       = aws_iam_user.<<stem>>.name
  policy_arn = "arn:aws:iam::aws:policy/PowerUserAccess"
}

resource "aws_iam_user_policy" "<<stem>>" {
  name = "no-command-line"
  user = aws_iam_user.<<stem>>.name

  policy = <<-JSON
    {
      "Version": "2012-10-17",
      "Statement": [
        {"Sid": "NoSignIn", "Effect": "Deny", "Action": "signin:*", "Resource": "*"},
        {"Sid": "Tables", "Effect": "Allow", "Action": "dynamodb:*", "Resource": "arn:*:table/${local.prefix}-*"}
      ]
    }
  JSON
}
"""
)

_MFA = (
    _USER
    + """
data "aws_iam_policy_document" "<<stem>>" {
  statement {
    actions   = ["signin:AuthorizeOAuth2Access", "signin:CreateOAuth2Token"]
    resources = ["*"]

    condition {
      test     = "Bool"
      variable = "aws:MultiFactorAuthPresent"
      values   = ["true"]
    }
  }

  dynamic "statement" {
    for_each = toset(["images", "logs", "reports"])

    content {
      actions   = ["s3:GetObject", "s3:ListBucket"]
      resources = [for end in ["", "/*"] : "arn:aws:s3:::${local.prefix}-${statement.value}${end}"]
    }
  }
}

resource "aws_iam_user_policy" "<<stem>>" {
  name   = "sign-in-with-mfa"
  user   = aws_iam_user.<<stem>>.name
  policy = data.aws_iam_policy_document.<<stem>>.json
}
"""
)

_UNKNOWN_POLICY = (
    """
variable "<<stem>>_policy_arn" {
  description = "Handed in by the pipeline of the account."
  type        = string
}
"""
    + _READ_ONLY
    + """
resource "aws_iam_user_policy_attachment" "<<stem>>" {
  user       = aws_iam_user.<<stem>>.name
  policy_arn = var.<<stem>>_policy_arn
}
"""
)

_FILE = (
    _USER
    + """
resource "aws_iam_policy" "<<stem>>" {
  name   = "${local.prefix}-<<stem>>"
  policy = file("${path.module}/policies/<<stem>>.json")
}

resource "aws_iam_policy_attachment" "<<stem>>" {
  name       = "<<stem>>"
  users      = [aws_iam_user.<<stem>>.name]
  policy_arn = aws_iam_policy.<<stem>>.arn
}
"""
)

_FILE_TEXT = """{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "SignIn", "Effect": "Allow", "Action": "signin:*", "Resource": "*"},
    {"Sid": "Read", "Effect": "Allow", "Action": ["ec2:Describe*", "cloudwatch:Get*", "logs:Filter*"], "Resource": "*"}
  ]
}
"""

_ONE_ACTION = (
    _USER
    + """
resource "aws_iam_user_policy" "<<stem>>" {
  name = "half"
  user = aws_iam_user.<<stem>>.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["signin:AuthorizeOAuth2Access", "sts:GetCallerIdentity"]
      Resource = "*"
    }]
  })
}
"""
)

_BY_TAG = (
    _USER
    + """
resource "aws_iam_user_policy" "<<stem>>" {
  name = "by-team"
  user = aws_iam_user.<<stem>>.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["signin:AuthorizeOAuth2Access", "signin:CreateOAuth2Token"]
      Resource  = "arn:aws:signin:*:*:oauth2/public-client/*"
      Condition = { StringEquals = { "aws:PrincipalTag/Team" = "<<tag>>" } }
    }]
  })
}
"""
)

_REMOTE = """
resource "aws_iam_user" "<<stem>>" {
  count = 2
  name  = "${local.prefix}-<<stem>>-${count.index}"
}

resource "aws_iam_user_login_profile" "<<stem>>" {
  count = length(aws_iam_user.<<stem>>)
  user  = aws_iam_user.<<stem>>[count.index].name
}

resource "aws_iam_user_policy" "<<stem>>" {
  count = 2
  name  = "remote"
  user  = element(aws_iam_user.<<stem>>.*.name, count.index)

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = {
      Effect   = "Allow"
      Action   = "signin:*OAuth2*"
      Resource = "arn:aws:signin:*:*:oauth2/public-client/remote"
    }
  })
}
"""

_OPEN_CONSOLE = (
    """
variable "<<stem>>_console" {
  type = bool
}

resource "aws_iam_user" "<<stem>>" {
  name = "${local.prefix}-<<stem>>"
}

resource "aws_iam_user_login_profile" "<<stem>>" {
  count = var.<<stem>>_console ? 1 : 0
  user  = aws_iam_user.<<stem>>.name
}
"""
    """
resource "aws_iam_user_policy_attachment" "<<stem>>" {
  user       = aws_iam_user.<<stem>>.name
  policy_arn = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
}
"""
)

_MODULE = """
module "<<stem>>" {
  source = "<<up>>/modules/people"

  people = {
    margaret  = { groups = ["operators"] }
    katherine = { groups = ["operators", "auditors"] }
  }
  groups = {
    operators = ["arn:aws:iam::aws:policy/SignInLocalDevelopmentAccess", "arn:aws:iam::aws:policy/ReadOnlyAccess"]
    auditors  = ["arn:aws:iam::aws:policy/SecurityAudit"]
  }
  prefix = local.prefix
  tags   = local.tags
}
"""

_SAML = """
module "<<stem>>" {
  source = "<<up>>/modules/federated-role"

  name           = "${local.prefix}-<<stem>>"
  saml_providers = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:saml-provider/okta"]
  policy_arns    = ["arn:aws:iam::aws:policy/AdministratorAccess"]
  tags           = local.tags
}
"""

_SAML_INLINE = """
resource "aws_iam_role" "<<stem>>" {
  name                 = "${local.prefix}-<<stem>>"
  max_session_duration = 28800

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["sts:AssumeRoleWithSAML", "sts:TagSession"]
      Principal = { Federated = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:saml-provider/okta" }
      Condition = { StringEquals = { "SAML:aud" = "https://signin.aws.amazon.com/saml" } }
    }]
  })

  tags = local.tags
}

resource "aws_iam_role_policy" "<<stem>>" {
  name = "operate"
  role = aws_iam_role.<<stem>>.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for service in ["ec2", "ecs", "rds", "logs"] : {
      Effect   = "Allow"
      Action   = ["${service}:*"]
      Resource = "*"
    }]
  })
}
"""

_SWITCH = """
data "aws_iam_policy_document" "<<stem>>_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root"]
    }

    condition {
      test     = "Bool"
      variable = "aws:MultiFactorAuthPresent"
      values   = ["true"]
    }
  }
}

resource "aws_iam_role" "<<stem>>" {
  for_each = { developer = "PowerUserAccess", auditor = "SecurityAudit" }

  name               = "${local.prefix}-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.<<stem>>_trust.json
}

resource "aws_iam_role_policy_attachment" "<<stem>>" {
  for_each = { developer = "PowerUserAccess", auditor = "SecurityAudit" }

  role       = aws_iam_role.<<stem>>[each.key].name
  policy_arn = "arn:aws:iam::aws:policy/${each.value}"
}
"""

_MACHINES = """
resource "aws_iam_user" "<<stem>>" {
  name = "${local.prefix}-<<stem>>"
  path = "/machines/"
  tags = local.tags
}

resource "aws_iam_access_key" "<<stem>>" {
  user = aws_iam_user.<<stem>>.name
}

resource "aws_iam_user_policy" "<<stem>>" {
  name = "deploy"
  user = aws_iam_user.<<stem>>.name

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["ecs:UpdateService", "ecr:*"], Resource = "*" }]
  })
}

data "aws_iam_policy_document" "<<stem>>_service" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "<<stem>>" {
  name               = "${local.prefix}-task"
  assume_role_policy = data.aws_iam_policy_document.<<stem>>_service.json
}

resource "aws_iam_role_policy_attachment" "<<stem>>" {
  role       = aws_iam_role.<<stem>>.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}
"""


def _possible(decision: str) -> Verdict:
    return Verdict("possible", decision, decision)


PATTERNS: tuple[People, ...] = (
    People(
        _MODULE,
        (
            ('module.<<stem>>.aws_iam_user.this["margaret"]', EVERYWHERE),
            ('module.<<stem>>.aws_iam_user.this["katherine"]', EVERYWHERE),
        ),
    ),
    People(_SAML, (("module.<<stem>>.aws_iam_role.this", EVERYWHERE),)),
    People(_READ_ONLY, (("aws_iam_user.<<stem>>", NOTHING),)),
    People(_MANAGED, (("aws_iam_user.<<stem>>", EVERYWHERE),)),
    People(_GROUP, (('aws_iam_user.<<stem>>["ada"]', HERE), ('aws_iam_user.<<stem>>["grace"]', HERE))),
    People(_BOUNDARY, (("aws_iam_user.<<stem>>", NOTHING),)),
    People(_DENIED, (("aws_iam_user.<<stem>>", DENIED),)),
    People(_MFA, (("aws_iam_user.<<stem>>", CONDITIONAL),)),
    People(_UNKNOWN_POLICY, (("aws_iam_user.<<stem>>", OPEN),)),
    People(_FILE, (("aws_iam_user.<<stem>>", EVERYWHERE),), (("policies/<<stem>>.json", _FILE_TEXT),)),
    People(_ONE_ACTION, (("aws_iam_user.<<stem>>", NOTHING),)),
    People(_BY_TAG.replace("<<tag>>", "<<team>>"), (("aws_iam_user.<<stem>>", EVERYWHERE),)),
    People(_BY_TAG.replace("<<tag>>", "another-team"), (("aws_iam_user.<<stem>>", NOTHING),)),
    People(_REMOTE, (("aws_iam_user.<<stem>>[0]", ELSEWHERE), ("aws_iam_user.<<stem>>[1]", ELSEWHERE))),
    People(
        _OPEN_CONSOLE,
        (("aws_iam_user.<<stem>>", Verdict("unknown", "implicit_deny", "implicit_deny")),),
    ),
    People(_SAML_INLINE, (("aws_iam_role.<<stem>>", NOTHING),)),
    People(
        _SWITCH,
        (
            ('aws_iam_role.<<stem>>["developer"]', _possible("allowed")),
            ('aws_iam_role.<<stem>>["auditor"]', _possible("implicit_deny")),
        ),
    ),
)
"""Each gives console access to somebody; those that call modules come first."""

MACHINES = People(_MACHINES, ())
"""Users and roles of programs: nobody who signs in to the console."""
