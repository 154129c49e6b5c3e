"""The shared modules of the generated Terraform repository: a large one about networks, and small ones."""

from __future__ import annotations

_NETWORK_VARIABLES = (
    ("name", "string", ""),
    ("cidr", "string", '"10.0.0.0/16"'),
    ("availability_zones", "list(string)", '["eu-west-1a", "eu-west-1b", "eu-west-1c"]'),
    ("public_subnets", "list(string)", "[]"),
    ("private_subnets", "list(string)", "[]"),
    ("enable_nat_gateway", "bool", "true"),
    ("single_nat_gateway", "bool", "false"),
    ("enable_flow_log", "bool", "true"),
    ("flow_log_retention", "number", "30"),
    ("map_public_ip_on_launch", "bool", "false"),
    ("private_subnet_tags", "map(string)", "{}"),
    ("manage_default_security_group", "bool", "true"),
    ("tags", "map(string)", "{}"),
)


def _variable(name: str, type_: str, default: str) -> str:
    lines = [
        f'variable "{name}" {{',
        f'  description = "{name.replace("_", " ").capitalize()} of the network."',
        f"  type        = {type_}",
        *([f"  default     = {default}"] if default else []),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _subnets(kind: str, variable: str, tags: str) -> str:
    return f"""
resource "aws_subnet" "{kind}" {{
  count = length({variable})

  vpc_id                  = aws_vpc.this.id
  cidr_block              = element(concat({variable}, [""]), count.index)
  availability_zone       = length(var.availability_zones) > 0 ? element(var.availability_zones, count.index) : null
  map_public_ip_on_launch = {"var.map_public_ip_on_launch" if kind == "public" else "false"}

  tags = merge(
    {{ Name = format("${{var.name}}-{kind}-%s", element(var.availability_zones, count.index)) }},
    var.tags,
    {tags},
  )
}}

resource "aws_route_table" "{kind}" {{
  count  = length({variable}) > 0 ? local.{"nat_gateways" if kind == "private" else "one"} : 0
  vpc_id = aws_vpc.this.id
  tags   = merge({{ Name = "${{var.name}}-{kind}-${{count.index}}" }}, var.tags)

  timeouts {{
    create = "5m"
  }}
}}

resource "aws_route_table_association" "{kind}" {{
  count = length({variable})

  subnet_id      = element(aws_subnet.{kind}[*].id, count.index)
  route_table_id = element(aws_route_table.{kind}[*].id, var.single_nat_gateway ? 0 : count.index)
}}

resource "aws_network_acl" "{kind}" {{
  vpc_id     = aws_vpc.this.id
  subnet_ids = aws_subnet.{kind}[*].id

  dynamic "ingress" {{
    for_each = local.allowed_ports
    content {{
      rule_no    = 100 + index(keys(local.allowed_ports), ingress.key)
      protocol   = "tcp"
      action     = "allow"
      cidr_block = var.cidr
      from_port  = ingress.value
      to_port    = ingress.value
    }}
  }}

  tags = merge({{ Name = "${{var.name}}-{kind}" }}, var.tags)
}}
"""


_NETWORK = (
    """locals {
  database_subnets                 = []
  intra_subnets                    = []
  enable_dns_hostnames             = true
  enable_dns_support               = true
  one_nat_gateway_per_az           = false
  enable_vpn_gateway               = false
  instance_tenancy                 = "default"
  secondary_cidr_blocks            = []
  public_subnet_tags               = {}
  gateway_endpoints                = ["s3", "dynamodb"]
  interface_endpoints              = ["ecr.api", "ecr.dkr", "logs", "sts"]
  allowed_ports                    = { https = 443, postgres = 5432 }
  dhcp_options_domain_name         = ""
  dhcp_options_domain_name_servers = ["AmazonProvidedDNS"]
}

locals {
  one          = 1
  one_per_zone = local.one_nat_gateway_per_az ? length(var.availability_zones) : max(length(var.private_subnets), 1)
  nat_gateways = var.single_nat_gateway ? 1 : local.one_per_zone
}

resource "aws_vpc" "this" {
  cidr_block           = var.cidr
  instance_tenancy     = local.instance_tenancy
  enable_dns_hostnames = local.enable_dns_hostnames
  enable_dns_support   = local.enable_dns_support
  tags                 = merge({ Name = var.name }, var.tags)
}

resource "aws_vpc_ipv4_cidr_block_association" "this" {
  count      = length(local.secondary_cidr_blocks)
  vpc_id     = aws_vpc.this.id
  cidr_block = element(local.secondary_cidr_blocks, count.index)
}

resource "aws_default_security_group" "this" {
  count  = var.manage_default_security_group ? 1 : 0
  vpc_id = aws_vpc.this.id
  tags   = var.tags
}

resource "aws_vpc_dhcp_options" "this" {
  count               = local.dhcp_options_domain_name == "" ? 0 : 1
  domain_name         = local.dhcp_options_domain_name
  domain_name_servers = local.dhcp_options_domain_name_servers
  tags                = merge({ Name = var.name }, var.tags)
}

resource "aws_internet_gateway" "this" {
  count  = length(var.public_subnets) > 0 ? 1 : 0
  vpc_id = aws_vpc.this.id
  tags   = merge({ Name = var.name }, var.tags)
}

resource "aws_eip" "nat" {
  count  = var.enable_nat_gateway ? local.nat_gateways : 0
  domain = "vpc"
  tags   = merge({ Name = format("%s-%d", var.name, count.index) }, var.tags)
}

resource "aws_nat_gateway" "this" {
  count         = var.enable_nat_gateway ? local.nat_gateways : 0
  allocation_id = element(aws_eip.nat[*].id, count.index)
  subnet_id     = element(aws_subnet.public[*].id, count.index)
  tags          = merge({ Name = format("%s-%d", var.name, count.index) }, var.tags)
  depends_on    = [aws_internet_gateway.this]
}

resource "aws_route" "private_nat" {
  count                  = var.enable_nat_gateway ? local.nat_gateways : 0
  route_table_id         = element(aws_route_table.private[*].id, count.index)
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = element(aws_nat_gateway.this[*].id, count.index)
}

resource "aws_route" "public_internet" {
  count                  = length(var.public_subnets) > 0 ? 1 : 0
  route_table_id         = aws_route_table.public[0].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this[0].id
}

resource "aws_vpc_endpoint" "gateway" {
  for_each          = local.gateway_endpoints
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.${data.aws_region.current.name}.${each.value}"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = concat(aws_route_table.private[*].id, aws_route_table.public[*].id)
}

resource "aws_vpc_endpoint" "interface" {
  for_each            = local.interface_endpoints
  vpc_id              = aws_vpc.this.id
  service_name        = "com.amazonaws.${data.aws_region.current.name}.${each.value}"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = aws_subnet.private[*].id
  security_group_ids  = [aws_security_group.endpoints.id]
  private_dns_enabled = true
}

resource "aws_security_group" "endpoints" {
  name_prefix = "${var.name}-endpoints"
  vpc_id      = aws_vpc.this.id

  dynamic "ingress" {
    for_each = local.allowed_ports
    content {
      description = ingress.key
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = [var.cidr]
    }
  }
}

resource "aws_cloudwatch_log_group" "flow_log" {
  count             = var.enable_flow_log ? 1 : 0
  name              = "/vpc/${var.name}"
  retention_in_days = var.flow_log_retention
  tags              = var.tags
}

data "aws_region" "current" {}

resource "aws_vpn_gateway" "this" {
  count  = local.enable_vpn_gateway ? 1 : 0
  vpc_id = aws_vpc.this.id
  tags   = merge({ Name = var.name }, var.tags)
}
"""
    + _subnets("public", "var.public_subnets", "local.public_subnet_tags")
    + _subnets("private", "var.private_subnets", "var.private_subnet_tags")
    + _subnets("database", "local.database_subnets", '{ Tier = "database" }')
    + _subnets("intra", "local.intra_subnets", '{ Tier = "intra" }')
)

_NETWORK_OUTPUTS = """
output "vpc_id" {
  value = aws_vpc.this.id
}

output "private_subnets" {
  value = aws_subnet.private[*].id
}

output "public_subnets" {
  value = aws_subnet.public[*].id
}

output "nat_public_ips" {
  value = aws_eip.nat[*].public_ip
}
"""

_BUCKET = """
variable "name" {
  type = string
}

variable "lifecycle_days" {
  type    = number
  default = 90
}

variable "readers" {
  type    = list(string)
  default = []
}

variable "tags" {
  type    = map(string)
  default = {}
}

resource "aws_s3_bucket" "this" {
  bucket = var.name
  tags   = var.tags
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id
  rule {
    id     = "expire"
    status = "Enabled"
    expiration {
      days = var.lifecycle_days
    }
  }
}

data "aws_iam_policy_document" "this" {
  statement {
    sid       = "SecureTransport"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }

  dynamic "statement" {
    for_each = length(var.readers) > 0 ? [1] : []
    content {
      actions   = ["s3:GetObject"]
      resources = ["${aws_s3_bucket.this.arn}/*"]
      principals {
        type        = "AWS"
        identifiers = var.readers
      }
    }
  }
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = data.aws_iam_policy_document.this.json
}

output "arn" {
  value = aws_s3_bucket.this.arn
}
"""

_LAMBDA = """
variable "name" {
  type = string
}

variable "handler" {
  type    = string
  default = "main.handler"
}

variable "environment" {
  type    = map(string)
  default = {}
}

variable "statements" {
  type = list(object({
    actions   = list(string)
    resources = list(string)
  }))
  default = []
}

variable "tags" {
  type    = map(string)
  default = {}
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "this" {
  dynamic "statement" {
    for_each = var.statements
    content {
      actions   = statement.value.actions
      resources = statement.value.resources
    }
  }
}

resource "aws_iam_role" "this" {
  name               = "${var.name}-lambda"
  assume_role_policy = data.aws_iam_policy_document.trust.json
  tags               = var.tags
}

resource "aws_iam_role_policy_attachment" "logs" {
  role       = aws_iam_role.this.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_iam_role_policy" "this" {
  count  = length(var.statements) > 0 ? 1 : 0
  name   = "work"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.this.json
}

resource "aws_lambda_function" "this" {
  function_name    = var.name
  handler          = var.handler
  runtime          = "python3.13"
  role             = aws_iam_role.this.arn
  filename         = data.archive_file.this.output_path
  source_code_hash = data.archive_file.this.output_base64sha256
  memory_size      = 256
  timeout          = 30

  environment {
    variables = var.environment
  }
}

data "archive_file" "this" {
  type        = "zip"
  source_dir  = "${path.module}/source"
  output_path = "${path.module}/${var.name}.zip"
}

output "role_name" {
  value = aws_iam_role.this.name
}
"""

_PEOPLE = """
variable "people" {
  description = "Who there is, and which groups they are in."
  type = map(object({
    groups  = list(string)
    console = optional(bool, true)
  }))
}

variable "groups" {
  description = "The policies of each group."
  type        = map(list(string))
}

variable "prefix" {
  type = string
}

variable "tags" {
  type    = map(string)
  default = {}
}

locals {
  attachments = merge([
    for group, arns in var.groups : { for arn in arns : "${group}-${basename(arn)}" => { group = group, arn = arn } }
  ]...)
}

resource "aws_iam_user" "this" {
  for_each = var.people

  name = "${var.prefix}-${each.key}"
  tags = var.tags
}

resource "aws_iam_user_login_profile" "this" {
  for_each = { for name, person in var.people : name => person if person.console }

  user = aws_iam_user.this[each.key].name
}

resource "aws_iam_group" "this" {
  for_each = var.groups

  name = "${var.prefix}-${each.key}"
}

resource "aws_iam_group_policy_attachment" "this" {
  for_each = local.attachments

  group      = aws_iam_group.this[each.value.group].name
  policy_arn = each.value.arn
}

resource "aws_iam_user_group_membership" "this" {
  for_each = var.people

  user   = aws_iam_user.this[each.key].name
  groups = [for group in each.value.groups : aws_iam_group.this[group].name]
}

output "names" {
  value = { for name, user in aws_iam_user.this : name => user.name }
}
"""

_FEDERATED_ROLE = """
variable "name" {
  type = string
}

variable "saml_providers" {
  type = list(string)
}

variable "policy_arns" {
  type    = set(string)
  default = []
}

variable "tags" {
  type    = map(string)
  default = {}
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRoleWithSAML"]
    principals {
      type        = "Federated"
      identifiers = var.saml_providers
    }
    condition {
      test     = "StringEquals"
      variable = "SAML:aud"
      values   = ["https://signin.aws.amazon.com/saml"]
    }
  }
}

resource "aws_iam_role" "this" {
  name               = var.name
  assume_role_policy = data.aws_iam_policy_document.trust.json
  tags               = var.tags
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each   = var.policy_arns
  role       = aws_iam_role.this.name
  policy_arn = each.value
}
"""

_ALARMS = """
variable "name" {
  type = string
}

variable "metrics" {
  type = map(object({
    namespace = string
    threshold = number
    periods   = optional(number, 3)
  }))
  default = {}
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = var.metrics

  alarm_name          = "${var.name}-${each.key}"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = each.value.periods
  metric_name         = each.key
  namespace           = each.value.namespace
  period              = 60
  statistic           = "Sum"
  threshold           = each.value.threshold
}
"""

_PLATFORM = """
variable "name" {
  type = string
}

variable "tags" {
  type    = map(string)
  default = {}
}

module "artifacts" {
  source = "../bucket"
  name   = "${var.name}-artifacts"
  tags   = var.tags
}

module "alarms" {
  source = "../alarms"
  name   = var.name
  metrics = {
    Errors    = { namespace = "AWS/Lambda", threshold = 5 }
    Throttles = { namespace = "AWS/Lambda", threshold = 1, periods = 5 }
  }
}

resource "aws_ecs_cluster" "this" {
  name = var.name
  tags = var.tags
}
"""

_VERSIONS = """
terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.60"
    }
  }
}
"""

MODULES: dict[str, dict[str, str]] = {
    "network": {
        "main.tf": _NETWORK,
        "variables.tf": "\n".join(_variable(*each) for each in _NETWORK_VARIABLES),
        "outputs.tf": _NETWORK_OUTPUTS,
        "versions.tf": _VERSIONS,
    },
    "bucket": {"main.tf": _BUCKET, "versions.tf": _VERSIONS},
    "lambda": {"main.tf": _LAMBDA, "versions.tf": _VERSIONS},
    "people": {"main.tf": _PEOPLE, "versions.tf": _VERSIONS},
    "federated-role": {"main.tf": _FEDERATED_ROLE, "versions.tf": _VERSIONS},
    "alarms": {"main.tf": _ALARMS},
    "platform": {"main.tf": _PLATFORM},
}
"""Directory under ``modules/``, file, text."""
