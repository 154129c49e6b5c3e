# Each user has one policy, which is named or made in one way. `signin` allows signing in, `reader` does not. The name of the
# bucket is known after apply, and so is everything that it is a part of.

resource "aws_s3_bucket" "files" {
  bucket_prefix = "files-"
}

variable "privileged" {
  type    = bool
  default = true
}

locals {
  users = toset([
    "plain", "indexed", "splat", "through_module", "from_module", "each_value", "replaced", "chosen", "compared",
    "document", "document_replaced", "document_extended", "document_local", "document_module", "encoded", "template", "file_names", "file_names_module",
  ])
  document          = data.aws_iam_policy_document.signin.json
  document_of_files = templatefile("${path.module}/policy.json.tftpl", { bucket = aws_s3_bucket.files.arn })
}

resource "aws_iam_user" "this" {
  for_each = local.users
  name     = each.key
}

resource "aws_iam_user_login_profile" "this" {
  for_each = local.users
  user     = aws_iam_user.this[each.key].name
}

# --- Policies ---

resource "aws_iam_policy" "signin" {
  name   = "signin"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "signin:*", Resource = "*" }] })
}

resource "aws_iam_policy" "reader" {
  name   = "reader"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:Get*", Resource = "*" }] })
}

resource "aws_iam_policy" "optional" {
  count  = 1
  name   = "optional"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "signin:*", Resource = "*" }] })
}

resource "aws_iam_policy" "of" {
  for_each = { indexed = "signin:*", other = "s3:*" }
  name     = "of-${each.key}"
  policy   = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = each.value, Resource = "*" }] })
}

data "aws_iam_policy_document" "signin" {
  statement {
    actions   = ["signin:*"]
    resources = ["*"]
  }
  statement {
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.files.arn}/*"]
  }
}

# --- Names ---

resource "aws_iam_user_policy_attachment" "plain" {
  user       = aws_iam_user.this["plain"].name
  policy_arn = aws_iam_policy.signin.arn
}

resource "aws_iam_user_policy_attachment" "indexed" {
  for_each   = toset(["indexed"])
  user       = aws_iam_user.this[each.key].name
  policy_arn = aws_iam_policy.of[each.key].arn
}

resource "aws_iam_user_policy_attachment" "splat" {
  user       = aws_iam_user.this["splat"].name
  policy_arn = one(aws_iam_policy.optional[*].arn)
}

module "through" {
  source     = "./grants"
  by         = "arn"
  user       = aws_iam_user.this["through_module"].name
  policy_arn = aws_iam_policy.signin.arn
}

resource "aws_iam_user_policy_attachment" "from_module" {
  user       = aws_iam_user.this["from_module"].name
  policy_arn = module.through.own_arn
}

resource "aws_iam_user_policy_attachment" "each_value" {
  for_each   = { each_value = aws_iam_policy.signin.arn }
  user       = aws_iam_user.this[each.key].name
  policy_arn = each.value
}

resource "aws_iam_user_policy_attachment" "replaced" {
  user       = aws_iam_user.this["replaced"].name
  policy_arn = replace(aws_iam_policy.signin.arn, "signin", "reader")
}

resource "aws_iam_user_policy_attachment" "chosen" {
  user       = aws_iam_user.this["chosen"].name
  policy_arn = var.privileged ? aws_iam_policy.signin.arn : aws_iam_policy.reader.arn
}

resource "aws_iam_user_policy_attachment" "compared" {
  user       = aws_iam_user.this["compared"].name
  policy_arn = aws_s3_bucket.files.id == "none" ? aws_iam_policy.signin.arn : "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_user_policy_attachment" "file_names" {
  for_each   = fileset(path.module, "*.tftpl")
  user       = aws_iam_user.this["file_names"].name
  policy_arn = aws_iam_policy.signin.arn
}

module "file_names" {
  source   = "./grants"
  for_each = fileset(path.module, "*.tftpl")
  by       = "document"
  user     = aws_iam_user.this["file_names_module"].name
  document = data.aws_iam_policy_document.signin.json
}

# Four attachments of two policies to two users: a number that is divided is no index.
resource "aws_iam_user" "member" {
  count = 2
  name  = "member-${count.index}"
}

resource "aws_iam_user_login_profile" "member" {
  count = 2
  user  = aws_iam_user.member[count.index].name
}

resource "aws_iam_policy" "counted" {
  count  = 2
  name   = "counted-${count.index}"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = count.index == 0 ? "Allow" : "Deny", Action = "signin:*", Resource = "*" }] })
}

resource "aws_iam_user_policy_attachment" "member" {
  count      = 4
  user       = aws_iam_user.member[floor(count.index / 2)].name
  policy_arn = aws_iam_policy.counted[count.index % 2].arn
}

resource "aws_iam_user" "bounded" {
  name                 = "with-boundary"
  permissions_boundary = aws_iam_policy.reader.arn
}

resource "aws_iam_user_login_profile" "bounded" {
  user = aws_iam_user.bounded.name
}

resource "aws_iam_user_policy_attachment" "bounded" {
  user       = aws_iam_user.bounded.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}

resource "aws_iam_user" "bounded_otherwise" {
  name                 = "with-other-boundary"
  permissions_boundary = replace(aws_iam_policy.reader.arn, "reader", "signin")
}

resource "aws_iam_user_login_profile" "bounded_otherwise" {
  user = aws_iam_user.bounded_otherwise.name
}

resource "aws_iam_user_policy_attachment" "bounded_otherwise" {
  user       = aws_iam_user.bounded_otherwise.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}

# --- Documents ---

resource "aws_iam_user_policy" "document" {
  user   = aws_iam_user.this["document"].name
  policy = data.aws_iam_policy_document.signin.json
}

resource "aws_iam_user_policy" "document_replaced" {
  user   = aws_iam_user.this["document_replaced"].name
  policy = replace(data.aws_iam_policy_document.signin.json, "Allow", "Deny")
}

resource "aws_iam_user_policy" "document_extended" {
  user = aws_iam_user.this["document_extended"].name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat(jsondecode(data.aws_iam_policy_document.signin.json).Statement, [{ Effect = "Deny", Action = "signin:*", Resource = "*" }])
  })
}

resource "aws_iam_user_policy" "document_local" {
  user   = aws_iam_user.this["document_local"].name
  policy = local.document
}

module "of_document" {
  source   = "./grants"
  by       = "document"
  user     = aws_iam_user.this["document_module"].name
  document = data.aws_iam_policy_document.signin.json
}

resource "aws_iam_user_policy" "encoded" {
  user = aws_iam_user.this["encoded"].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "signin:*", Resource = "*" },
      { Effect = "Allow", Action = "s3:GetObject", Resource = "${aws_s3_bucket.files.arn}/*" },
    ]
  })
}

resource "aws_iam_user_policy" "template" {
  user   = aws_iam_user.this["template"].name
  policy = local.document_of_files
}

# --- Roles ---

resource "aws_iam_saml_provider" "staff" {
  name                   = "staff"
  saml_metadata_document = "<EntityDescriptor/>"
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRoleWithSAML"]
    principals {
      type        = "Federated"
      identifiers = [aws_iam_saml_provider.staff.arn]
    }
  }
}

resource "aws_iam_role" "staff" {
  name               = "staff"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy_attachment" "staff" {
  role       = aws_iam_role.staff.id
  policy_arn = aws_iam_policy.signin.arn
}

resource "aws_iam_role" "listed" {
  name                = "listed"
  assume_role_policy  = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "arn:aws:iam::123456789012:root" } }] })
  managed_policy_arns = [aws_iam_policy.reader.arn, "arn:aws:iam::aws:policy/AdministratorAccess"]
}
