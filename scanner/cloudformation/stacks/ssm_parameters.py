"""SSM parameters: values that a stack writes down and others read by name, in one account and region.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.cause import Cause, CauseKind
from scanner.cloudformation.language.intrinsics import evaluate
from scanner.cloudformation.template.scalars import as_text
from scanner.regexes import whole
from scanner.values import Value, unknown

if TYPE_CHECKING:
    from scanner.cloudformation.language.names import Names
    from scanner.cloudformation.template.sections import Resource

TYPE = "AWS::SSM::Parameter"
_READ = whole(r"\{\{resolve:ssm:([^{}:]+)\}\}")
"""A dynamic reference without a version, which is to the latest one."""


def parameter_read_by(text: str) -> str | None:
    """The parameter whose value a text is; None for any other text."""
    found = _READ.fullmatch(text)
    return None if found is None else found[1]


def name_of(parameter: Resource, names: Names) -> str | None:
    """The name under which others find it; None where that is not known, or it does not stay (``Policies``)."""
    if parameter.get("Policies") is not None:
        return None
    written = parameter.get("Name")
    found = evaluate(written, names) if written is not None else None
    return None if found is None else found.text


def value_of(parameter: Resource, names: Names) -> Value:
    """What it is made with."""
    written = parameter.get("Value")
    found = evaluate(written, names) if written is not None else None
    text = None if found is None else as_text(found.data)
    if found is not None and (text is not None or found.unknown is not None):
        return found if text is None else Value(text, found.span)
    return unknown(Cause(CauseKind.MALFORMED, "an SSM parameter without a text as its value", parameter.span))
