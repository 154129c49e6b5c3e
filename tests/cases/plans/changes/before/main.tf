provider "aws" {
  region = "eu-west-1"
}

locals {
  people = toset(["anna", "boris", "clara"])
}

resource "aws_iam_user" "people" {
  for_each = local.people
  name     = each.key
}

resource "aws_iam_user_login_profile" "people" {
  for_each = aws_iam_user.people
  user     = each.value.name
}

resource "aws_iam_policy" "login" {
  name = "login"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["signin:AuthorizeOAuth2Access", "signin:CreateOAuth2Token"], Resource = "*" }]
  })
}

resource "aws_iam_user_policy_attachment" "login" {
  for_each   = local.people
  user       = aws_iam_user.people[each.key].name
  policy_arn = aws_iam_policy.login.arn
}

resource "aws_iam_user" "legacy" {
  name = "legacy"
}

resource "aws_iam_user" "renamed" {
  name = "old-name"
}
