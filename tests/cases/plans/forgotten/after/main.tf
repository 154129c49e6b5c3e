locals {
  people = toset(["ana", "bob", "cid", "eve", "gus"])
  signin = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "signin:*", Resource = "*" }] })
}

resource "aws_iam_user" "this" {
  for_each = local.people
  name     = each.key
}

resource "aws_iam_user_login_profile" "this" {
  for_each = local.people
  user     = aws_iam_user.this[each.key].name
}

resource "aws_iam_user" "dan" {
  name = "dan"
}

resource "aws_iam_group" "dev" {
  name = "dev"
}

resource "aws_iam_group_policy" "dev" {
  group  = aws_iam_group.dev.name
  policy = local.signin
}

resource "aws_iam_user_group_membership" "cid" {
  user   = aws_iam_user.this["cid"].name
  groups = ["ops"]
}

resource "aws_iam_user_policy_attachment" "eve" {
  user       = aws_iam_user.this["eve"].name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}

removed {
  from = aws_iam_user_policy_attachment.ana

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_iam_user_group_membership.bob

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_iam_group.ops

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_iam_policy.ops

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_iam_group_policy_attachment.ops

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_iam_user_policy.eve

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_iam_user_login_profile.dan

  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_iam_user.fay

  lifecycle {
    destroy = false
  }
}
