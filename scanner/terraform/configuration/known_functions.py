"""All functions that configurations can call: the built-in ones, and those of the AWS provider."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.terraform.aws import functions as aws
from scanner.terraform.language import functions

FUNCTIONS: Mapping[str, functions.Function] = {**functions.FUNCTIONS, **aws.FUNCTIONS}
