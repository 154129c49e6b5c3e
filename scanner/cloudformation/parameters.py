"""What the parameters of a template are: what the user gave, else the default, else unknown.

Everything is a text, as it is for CloudFormation; the list types are lists of texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scanner.cause import Cause, CauseKind
from scanner.cloudformation.scalars import as_text
from scanner.values import Value, of, unknown

if TYPE_CHECKING:
    from scanner.span import Span


def parameter_value(name: str, declaration: Value, given: Mapping[str, str]) -> Value:
    """The value of one declared parameter.

    Without a value, with one that lies in SSM Parameter Store, or declared in a way that cannot be understood, it is
    unknown under the symbol ``Parameter NAME``.
    """
    span = declaration.span
    entries = declaration.data if isinstance(declaration.data, Mapping) else {}
    kind = entries["Type"].text if "Type" in entries else None
    if kind is None:
        return _unknown(name, CauseKind.MALFORMED, "has no type", span)
    if kind.startswith("AWS::SSM::Parameter::Value<"):
        return _unknown(name, CauseKind.KNOWN_AFTER_APPLY, "is read from SSM Parameter Store", span)
    place = span
    text: str | None
    if name in given:
        text = given[name]
    elif "Default" not in entries:
        return _unknown(name, CauseKind.MISSING_INPUT, "has no default", span)
    else:
        place = entries["Default"].span or span
        text = as_text(entries["Default"].data)
        if text is None:
            return _unknown(name, CauseKind.MALFORMED, "has a default that is no text", place)
    if kind == "CommaDelimitedList" or kind.startswith("List<"):
        return of([item.strip() for item in text.split(",")] if text.strip() else [], place)
    return Value(text, place)


def _unknown(name: str, kind: CauseKind, why: str, span: Span | None) -> Value:
    return unknown(Cause(kind, f'parameter "{name}" {why}', span), f"Parameter {name}", span)
