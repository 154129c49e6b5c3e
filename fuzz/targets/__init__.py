"""The targets, by name. This is the only list."""

from __future__ import annotations

from fuzz.target import Target
from fuzz.targets.beside import BESIDE
from fuzz.targets.cloudformation import CLOUDFORMATION
from fuzz.targets.iam import IAM
from fuzz.targets.ours import OURS
from fuzz.targets.plans import PLANS
from fuzz.targets.terraform import TERRAFORM

TARGETS: dict[str, Target] = {one.name: one for one in (*TERRAFORM, *CLOUDFORMATION, *PLANS, *BESIDE, *IAM, *OURS)}
