"""A made-up Terraform monorepo: root modules by environment and team, which call shared modules.

Ten megabytes are some 490 root modules in 4,100 files. Most of the text has nothing to do with identities, and much of
it is the same in many roots. Three roots of four have a provider with default tags; identities are in some of those.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from benchmarks.corpora.expected import Expected, write_facts
from benchmarks.corpora.hcl_modules import MODULES
from benchmarks.corpora.hcl_others import BASE, OTHERS
from benchmarks.corpora.hcl_people import MACHINES, PATTERNS, People
from benchmarks.corpora.text import Tree, fill

ROOT_SIZE = 20_000
"""Bytes of a root, on average."""
ENVIRONMENTS = ("production", "staging", "development")
REGIONS = ("eu-west-1", "eu-central-1", "us-east-1")
UP = "../../../.."
"""From a root to the top."""
STEMS = ("owner", "operator", "analyst")
PEOPLE_SHARE = 0.23
"""How many roots have people."""
ALWAYS_PEOPLE = 2
"""The first roots have some, since a module that nobody calls would be a root itself."""

_VERSIONS = """terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.60"
    }
  }

  backend "s3" {
    bucket = "example-terraform-state"
    key    = "<<root>>/terraform.tfstate"
    region = "eu-west-1"
  }
}
"""

_PROVIDERS = """provider "aws" {
  region = var.region

  default_tags {
    tags = merge(local.tags, { Repository = "infrastructure", Service = "<<service>>" })
  }
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}
"""

_VARIABLES = """variable "environment" {
  description = "Stage that this root belongs to."
  type        = string
  default     = "<<environment>>"

  validation {
    condition     = contains(["production", "staging", "development"], var.environment)
    error_message = "There is no such stage."
  }
}

variable "region" {
  description = "Where everything is."
  type        = string
  default     = "<<region>>"
}

variable "team" {
  description = "Who is asked about <<service>>."
  type        = string
  default     = "<<team>>"
}

variable "monitoring_security_group" {
  description = "Where metrics are fetched from."
  type        = string
}
"""

_LOCALS = """locals {
  prefix = "${var.environment}-<<service>>"

  tags = {
    Environment = var.environment
    Team        = var.team
    CostCenter  = "<<cost>>"
    ManagedBy   = "terraform"
  }
}
"""

_PLAIN_LOCALS = """locals {
  prefix = "<<service>>"
  tags   = { Team = "<<team>>" }
}

data "aws_caller_identity" "current" {}
"""

_MAIN = """module "network" {
  source = "<<up>>/modules/network"

  name                    = "${var.environment}-<<service>>"
  cidr                    = "10.<<block>>.0.0/16"
  availability_zones      = ["${var.region}a", "${var.region}b"]
  public_subnets          = ["10.<<block>>.0.0/24", "10.<<block>>.1.0/24"]
  private_subnets         = ["10.<<block>>.16.0/20", "10.<<block>>.32.0/20"]
  enable_nat_gateway      = var.environment != "development"
  single_nat_gateway      = <<single>>
  enable_flow_log         = true
  flow_log_retention      = 90
  map_public_ip_on_launch = false
  private_subnet_tags     = merge(local.tags, { "kubernetes.io/role/internal-elb" = 1 })
  tags                    = local.tags
}

data "terraform_remote_state" "dns" {
  backend = "s3"
  config = {
    bucket = "example-terraform-state"
    key    = "shared/dns/terraform.tfstate"
    region = "eu-west-1"
  }
}
"""

_PLATFORM = """
module "platform" {
  source = "<<up>>/modules/platform"

  name = "${local.prefix}-platform"
  tags = local.tags
}
"""

_LAMBDA = """
module "worker" {
  source = "<<up>>/modules/lambda"

  name        = "${local.prefix}-worker"
  handler     = "<<function>>.handler"
  environment = { TABLE = "<<service>>-jobs", STAGE = var.environment }
  statements = [
    { actions = ["dynamodb:GetItem", "dynamodb:PutItem"], resources = ["arn:aws:dynamodb:*:*:table/<<service>>-*"] },
    { actions = ["sqs:SendMessage"], resources = ["*"] },
  ]
  tags = local.tags
}
"""

_TASK_ROLE = """
resource "aws_iam_role" "task" {
  name = "<<service>>-task"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "task" {
  name = "work"
  role = aws_iam_role.task.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["s3:GetObject", "s3:PutObject"], Resource = "arn:aws:s3:::<<service>>-*/*" },
      { Effect = "Allow", Action = ["sqs:ReceiveMessage", "sqs:DeleteMessage"], Resource = "*" },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "task" {
  role       = aws_iam_role.task.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}
"""

_OUTPUTS = """output "vpc_id" {
  description = "For roots that read this one's state."
  value       = module.network.vpc_id
}

output "load_balancer" {
  value = aws_lb.main.dns_name
}
"""

_README = """# <<service>>

Owned by <<team>>. Run `terraform plan` before you ask for a review.
"""


def write_terraform(top: Path, megabytes: float, seed: int = 13) -> None:
    """Write root modules until the tree has the size, and the facts beside it."""
    chosen = random.Random(f"terraform {seed}")  # noqa: S311
    tree = Tree(top)
    for module, files in MODULES.items():
        for name, text in files.items():
            tree.write(f"modules/{module}/{name}", text.lstrip())
    found: list[Expected] = []
    patterns = cycle(PATTERNS)
    number = 0
    while tree.size < megabytes * 1e6:
        found += _write_root(tree, chosen, number, patterns)
        number += 1
    write_facts(top, found)


def _write_root(tree: Tree, chosen: random.Random, number: int, patterns: Iterator[People]) -> Iterator[Expected]:
    environment = ENVIRONMENTS[number % len(ENVIRONMENTS)]
    team = f"team-{number // len(ENVIRONMENTS) % 40}"
    service = f"service-{number}"
    root = f"environments/{environment}/{team}/{service}"
    started = tree.size
    values = {
        "root": root,
        "environment": environment,
        "team": team,
        "service": service,
        "region": chosen.choice(REGIONS),
        "cost": 1000 + chosen.randrange(20),
        "block": chosen.randrange(200),
        "function": chosen.choice(("main", "worker", "app")),
        "single": chosen.choice(("true", "false")),
        "up": UP,
    }

    def write(name: str, text: str) -> None:
        tree.write(f"{root}/{name}", fill(text, **values).lstrip())

    full = number % 4 != 3
    main = _MAIN + (_PLATFORM if number % 3 == 1 else "")
    if full:
        main += _LAMBDA if number % 3 == 0 else _TASK_ROLE
    write("versions.tf", _VERSIONS)
    write("variables.tf", _VARIABLES)
    write("locals.tf", _LOCALS if full else _PLAIN_LOCALS)
    write("main.tf", main)
    write("outputs.tf", _OUTPUTS)
    if full:
        write("providers.tf", _PROVIDERS)
    if number % 4 == 0:
        write("README.md", _README)
    if full and (chosen.random() < PEOPLE_SHARE * 4 / 3 or number < ALWAYS_PEOPLE):
        yield from _write_people(tree, chosen, root, values, patterns)
    _fill_up(tree, chosen, root, ROOT_SIZE - len(BASE) - (tree.size - started))


def _write_people(
    tree: Tree, chosen: random.Random, root: str, values: dict[str, object], patterns: Iterator[People]
) -> Iterator[Expected]:
    texts: list[str] = []
    for stem in STEMS[: chosen.choice((1, 1, 1, 2))]:
        people = next(patterns)
        texts.append(fill(people.code, **values, stem=stem).lstrip())
        for name, text in people.files:
            tree.write(f"{root}/{fill(name, stem=stem)}", text)
        for address, verdict in people.found:
            yield Expected(root, fill(address, stem=stem), verdict)
    if chosen.random() < 0.5:
        texts.append(fill(MACHINES.code, **values, stem="machine").lstrip())
    tree.write(f"{root}/iam.tf", "\n".join(texts))


def _fill_up(tree: Tree, chosen: random.Random, root: str, room: int) -> None:
    """Files of resources that are none of ours, until the root has its size."""
    room += chosen.randrange(-5000, 5000)
    texts: list[str] = []
    numbers = chosen.sample(range(1, 250), 60)
    while room > 0 and numbers:
        text = fill(chosen.choice(OTHERS), number=numbers.pop())
        texts.append(text)
        room -= len(text)
    half = len(texts) // 2
    tree.write(f"{root}/services.tf", "".join([BASE, *texts[:half]]).lstrip())
    tree.write(f"{root}/storage.tf", "".join(texts[half:]).lstrip())
