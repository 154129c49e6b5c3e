variable "settings" {
  type = object({
    team  = optional(string, "ops")
    extra = optional(list(object({ name = string, on = optional(bool, true) })), [{ name = "a" }])
  })
  default = { team = null, extra = [{ name = "b" }], dropped = 1 }
}

resource "aws_s3_bucket" "files" {
  bucket_prefix = "files-"
}

resource "aws_iam_user" "ada" {
  count = true ? 1 : 0
  name  = "ada"
  tags  = { team = var.settings.team }
}

resource "aws_iam_user_policy" "ada" {
  user = one(aws_iam_user.ada[*].name)
  policy = jsonencode({
    Statement = [
      { Effect = "Allow", Action = "signin:*", Resource = "*" },
      { Effect = "Allow", Action = "s3:*", Resource = aws_s3_bucket.files.arn },
    ]
  })
}

module "people" {
  source = "./people"
  count  = 0 + 1
}
