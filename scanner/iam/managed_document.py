"""The documents of AWS managed policies, each read when it is first asked for."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache

from scanner import values
from scanner.iam import managed
from scanner.iam.policy import PolicyDocument, parse_document


@lru_cache(maxsize=4096)
def managed_document(arn: str) -> PolicyDocument | None:
    """The document of the policy with this ARN; None for one that is not in the data."""
    found = managed.document(arn)
    return None if found is None else replace(parse_document(values.of(json.loads(found.text))), managed=arn)
