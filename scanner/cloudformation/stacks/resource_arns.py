"""Which attributes of resources are their own ARN, and which service stands in it: data for all types.

``tools/refresh_resource_arns.py`` writes the data.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path


def service_in_arn(resource_type: str, attribute: str) -> str | None:
    """The service in the ARN that an attribute (or ``Ref``) of a type is; None if it is not an ARN of the resource."""
    return _services().get((resource_type, attribute))


@cache
def _services() -> Mapping[tuple[str, str], str]:
    text = Path(__file__).with_name("resource_arns.json").read_text(encoding="utf-8")
    rows = (json.loads(line) for line in text.splitlines()[1:])
    return {(kind, attribute): service for service, kind, *attributes in rows for attribute in attributes}
