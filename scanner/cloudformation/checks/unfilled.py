"""Variables in the properties of identities and policies that nothing fills in.

See ``placeholders`` for what they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from scanner.cloudformation.resource_types import resource_type
from scanner.cloudformation.template.placeholders import variable_outside_sub
from scanner.diagnostic import Diagnostic, warning
from scanner.values import Value

if TYPE_CHECKING:
    from scanner.cloudformation.language.names import Names
    from scanner.cloudformation.template.sections import Resource


def variables_outside_sub(resource: Resource, names: Names) -> Iterator[Diagnostic]:
    """One warning for a resource with a ``${NAME}`` that nothing fills in."""
    if resource_type(resource.type).properties is None or names.existence(resource)[0].is_no:
        return
    waiting = [Value(resource.properties, resource.span)]
    seen: set[int] = set()
    while waiting:
        value = waiting.pop()
        found = variable_outside_sub(value.data) if isinstance(value.data, str) else None
        if found is not None:
            detail = (
                f'"{found}" is outside Fn::Sub, so CloudFormation takes it literally. If another tool fills it '
                "in, this is the source of a text template: scan what is generated from it. If not, !Sub is missing."
            )
            yield warning("Variable outside Fn::Sub", detail, value.span or resource.span)
            return
        if not isinstance(value.data, tuple | Mapping) or id(value.data) in seen:
            continue
        seen.add(id(value.data))
        parts = value.data.items() if isinstance(value.data, Mapping) else enumerate(value.data)
        waiting.extend(reversed([part for key, part in parts if key not in ("Fn::Sub", "Fn::Transform")]))
