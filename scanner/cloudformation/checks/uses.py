"""The names that an expression uses, without evaluating it: parameters, resources, conditions, maps and functions.

What stands under an ``Fn::If`` counts, since CloudFormation looks at both branches; which conditions a name stands
under is said beside it. Names that functions put together are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import Enum

from scanner.budget import spend
from scanner.cloudformation.language.intrinsics import IF
from scanner.cloudformation.template.keys import FOR_EACH, TRANSFORM, UNREADABLE
from scanner.cloudformation.template.placeholders import has_placeholder
from scanner.cloudformation.template.scalars import as_name
from scanner.lazy_dataclass import dataclass
from scanner.regexes import anywhere, whole
from scanner.span import Span
from scanner.values import Value

VARIABLE = anywhere(r"\$\{([^{}]*)\}")
NAME = whole(r"[A-Za-z0-9_.:]+")
"""What can stand in a variable."""


_STEPS = 12
"""Of a look at one part, which may be made for that, and of a name."""
Branches = tuple[tuple[str, bool], ...]
"""Names of conditions, and whether they have to hold."""


class Kind(Enum):
    """What a name is the name of."""

    REFERENCE = "reference"
    """A parameter or a resource."""
    ATTRIBUTE = "attribute"
    """An attribute of a resource: ``LOGICAL_ID.ATTRIBUTE``."""
    VARIABLE = "variable"
    """What stands in ``${…}`` and cannot be a name."""
    DEPENDENCY = "dependency"
    """A resource that another one waits for."""
    CONDITION = "condition"
    MAP = "map"
    FUNCTION = "function"


@dataclass(frozen=True, slots=True)
class Use:
    """One name that is used."""

    kind: Kind
    name: str
    span: Span | None
    under: Branches = ()
    """The branches of ``Fn::If`` that it stands in."""


def uses(expression: Value, *, of_conditions: bool = False) -> Iterator[Use]:
    """The names that an expression uses, each as often as it is written; what an alias stands for once.

    In the section of conditions an entry ``Condition`` names one; elsewhere it is a key like others.
    """
    seen: set[int] = set()
    count = 0
    waiting: list[tuple[Value, Branches]] = [(expression, ())]
    while waiting:
        value, under = waiting.pop()
        inside: list[tuple[Value, Branches]] = []
        if isinstance(value.data, tuple | Mapping) and id(value.data) in seen:
            continue
        seen.add(id(value.data))
        if isinstance(value.data, tuple):
            inside = [(item, under) for item in value.data]
        elif isinstance(value.data, Mapping):
            for name, argument in value.data.items():
                is_call = len(value.data) == 1 and (name == "Ref" or name.startswith("Fn::"))
                if is_call or (of_conditions and name == "Condition"):
                    for use in _of_call(name, argument, argument.span or value.span):
                        count += 1
                        yield replace(use, under=under) if under else use
                inside += [(part, (*under, *branch)) for part, branch in _parts(name, argument)]
        waiting.extend(reversed(inside))
    spend(_STEPS * (len(seen) + count))


def _of_call(name: str, argument: Value, span: Span | None) -> Iterator[Use]:
    parts = argument.elements
    first = as_name(parts[0]) if parts else None
    match name:
        case "Ref" if first is not None:
            yield Use(Kind.REFERENCE, first, span)
        case "Condition" if first is not None:
            yield Use(Kind.CONDITION, first, span)
        case "Fn::If" if first is not None and len(parts) > 1:
            yield Use(Kind.CONDITION, first, parts[0].span or span)
        case "Fn::FindInMap" if first is not None and len(parts) == 3:  # a fourth one is a default
            yield Use(Kind.MAP, first, parts[0].span or span)
        case "Fn::GetAtt" if first is not None:
            attribute = [as_name(part) for part in parts]
            known = ".".join(part for part in attribute if part is not None)
            yield Use(Kind.ATTRIBUTE, known if None not in attribute else f"{first}.", span)
        case "Fn::Sub" if first is not None:
            given = parts[1].entries if len(parts) > 1 else {}
            yield from _variables(first, given, span)
    if name.startswith("Fn::") and not name.startswith(FOR_EACH) and name not in (TRANSFORM, UNREADABLE):
        yield Use(Kind.FUNCTION, name, span)


def _variables(text: str, given: Mapping[str, Value], span: Span | None) -> Iterator[Use]:
    for found in VARIABLE.finditer(text):
        name = found[1].strip()
        if name in given or name.startswith("!") or has_placeholder(found[0]):
            continue
        if not NAME.fullmatch(name):
            yield Use(Kind.VARIABLE, found[1], span)
        else:
            yield Use(Kind.ATTRIBUTE if "." in name else Kind.REFERENCE, name, span)


def _parts(name: str, argument: Value) -> Iterator[tuple[Value, Branches]]:
    """What stands inside an entry, and the branch that it is."""
    if name == TRANSFORM or name.startswith(FOR_EACH):
        return
    parts = argument.data
    condition = as_name(parts[0]) if name == IF and isinstance(parts, tuple) and len(parts) == 3 else None
    if condition is None or not isinstance(parts, tuple):
        yield argument, ()
        return
    yield parts[1], ((condition, True),)
    yield parts[2], ((condition, False),)
