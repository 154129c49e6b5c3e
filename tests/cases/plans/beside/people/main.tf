variable "name" {}
variable "bucket" {}
variable "effect" {
  default = "Allow"
}

resource "aws_iam_user" "this" {
  name = var.name
}

resource "aws_iam_user_policy" "this" {
  user = aws_iam_user.this.name
  policy = jsonencode({
    Statement = [
      { Effect = var.effect, Action = "signin:*", Resource = "*" },
      { Effect = "Allow", Action = "s3:*", Resource = var.bucket },
    ]
  })
}
