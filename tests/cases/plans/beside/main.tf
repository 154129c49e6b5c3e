variable "actions" {
  type    = list(string)
  default = ["s3:GetObject"]
}

locals {
  actions = var.actions
}

resource "aws_s3_bucket" "files" {
  bucket_prefix = "files-"
}

resource "aws_iam_user" "ada" {
  name = "ada"
}

resource "aws_iam_user_policy" "ada" {
  user = aws_iam_user.ada.name
  policy = jsonencode({
    Statement = [
      { Effect = "Allow", Action = local.actions, Resource = "*" },
      { Effect = "Allow", Action = "s3:*", Resource = aws_s3_bucket.files.arn },
    ]
  })
}

resource "aws_iam_user" "staged" {
  name = "staged"
}

resource "aws_iam_user_policy" "staged" {
  user = aws_iam_user.staged.name
  policy = jsonencode({
    Statement = [
      { Effect = "Allow", Action = terraform.workspace == "prod" ? "signin:*" : "s3:*", Resource = "*" },
      { Effect = "Allow", Action = "s3:*", Resource = aws_s3_bucket.files.arn },
    ]
  })
}

resource "aws_iam_role" "worker" {
  name = "worker"
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "*" } }]
  })
  inline_policy {
    name = "sign-in"
    policy = jsonencode({
      Statement = [{ Effect = "Allow", Action = "signin:*", Resource = "*" }]
    })
  }
  inline_policy {
    name = "files"
    policy = jsonencode({
      Statement = [{ Effect = "Allow", Action = "s3:*", Resource = aws_s3_bucket.files.arn }]
    })
  }
  tags = { team = "a" }
}

module "people" {
  source   = "./people"
  for_each = toset(["bob"])
  name     = each.key
  bucket   = aws_s3_bucket.files.arn
}
