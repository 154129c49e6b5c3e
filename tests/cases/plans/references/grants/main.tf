variable "by" {
  type = string
}

variable "user" {
  type = string
}

variable "policy_arn" {
  type    = string
  default = null
}

variable "document" {
  type    = string
  default = null
}

resource "aws_iam_user_policy_attachment" "this" {
  count      = var.by == "arn" ? 1 : 0
  user       = var.user
  policy_arn = var.policy_arn
}

resource "aws_iam_user_policy" "this" {
  count  = var.by == "document" ? 1 : 0
  user   = var.user
  policy = var.document
}

resource "aws_iam_policy" "own" {
  count  = var.by == "arn" ? 1 : 0
  name   = "own"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "signin:*", Resource = "*" }] })
}

output "own_arn" {
  value = try(aws_iam_policy.own[0].arn, null)
}
