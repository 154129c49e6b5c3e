"""Names that CloudFormation refuses a template for, because nothing in it defines them.

The service looks at all of a template before it makes anything, branches that are not taken included. What a macro, a
module or SAM may add is not missing.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from difflib import get_close_matches
from typing import TYPE_CHECKING, assert_never

from scanner.budget import spend
from scanner.cloudformation.checks.uses import Kind, Use, uses
from scanner.cloudformation.resource_types import resource_type
from scanner.cloudformation.template.keys import TRANSFORM, UNREADABLE
from scanner.cloudformation.template.placeholders import has_placeholder
from scanner.cloudformation.template.scalars import as_name
from scanner.cloudformation.template.sections import ANY
from scanner.diagnostic import Diagnostic, error
from scanner.lazy_dataclass import dataclass
from scanner.regexes import whole
from scanner.values import Value

if TYPE_CHECKING:
    from scanner.cloudformation.template.sections import Template

FUNCTIONS = frozenset(
    f"Fn::{name}"
    for name in (
        *("And", "Base64", "Cidr", "Contains", "EachMemberEquals", "EachMemberIn", "Equals", "FindInMap", "ForEach"),
        *(
            "GetAZs",
            "GetAtt",
            "GetStackOutput",
            "If",
            "Implies",
            "ImportValue",
            "Join",
            "Length",
            "Not",
            "Or",
            "RefAll",
        ),
        *("Select", "Split", "Sub", "ToJsonString", "Transform", "ValueOf", "ValueOfAll"),
    )
)
PSEUDO = frozenset(
    f"AWS::{name}"
    for name in (
        *("AccountId", "NoValue", "NotificationARNs", "Partition", "Region", "StackId", "StackName", "URLSuffix"),
    )
)
_MOST_LIKE = 2_000
"""Names among which one is looked for that may have been meant."""
_STEPS = 4
"""Of comparing two names."""
_STEPS_OF_PLACE, _STEPS_OF_PROBLEM = 100, 100
"""Of looking at one resource, and of what is said of a name."""
_SAM = "AWS::Serverless::"
_UNDEFINED = "Undefined name"


def refused_names(document: Value, template: Template, used: Iterable[Place]) -> tuple[Diagnostic, ...]:
    """Names in a template, with its macros through, that it does not define."""
    sections = document.entries
    names = _Names.of(sections, template)
    return tuple(dict.fromkeys(problem for place in used for problem in names.refused(place)))


@dataclass(frozen=True, slots=True)
class Place:
    """What one resource, condition or output uses."""

    section: str
    name: str
    uses: tuple[Use, ...]
    is_sam: bool = False
    """It is a resource that SAM makes others of."""


def places(document: Value) -> Iterator[Place]:
    """All that use names, in the order of their sections."""
    sections = document.entries
    for name, expression in _entries(sections.get("Conditions")).items():
        yield Place("Conditions", name, tuple(uses(expression, of_conditions=True)))
    for name, entry in _each(sections.get("Resources")):
        spend(_STEPS_OF_PLACE)
        found: list[Use] = []
        for key, part in _entries(entry).items():
            if key in ("DependsOn", "Condition"):
                found += _named(part, Kind.DEPENDENCY if key == "DependsOn" else Kind.CONDITION)
            elif key != "Type":
                found += uses(part)
        yield Place("Resources", name, tuple(found), is_sam=_text(entry, "Type").startswith(_SAM))
    for name, entry in _entries(sections.get("Outputs")).items():
        found = []
        for key, part in _entries(entry).items():
            if key == "Condition":
                found += _named(part, Kind.CONDITION)
            elif key in ("Value", "Export"):
                found += uses(part)
        yield Place("Outputs", name, tuple(found))


def _entries(value: Value | None) -> Mapping[str, Value]:
    return dict(_each(value))


def _each(value: Value | None) -> Iterator[tuple[str, Value]]:
    """The entries of a mapping, one after the other, since they may be made on demand."""
    entries = value.entries if value is not None else {}
    return ((key, entry) for key, entry in entries.items() if not key.startswith("Fn::"))


def _named(value: Value, kind: Kind) -> Iterator[Use]:
    """Names that are written out, in a list or alone."""
    for item in value.elements:
        name = as_name(item)
        if name is not None:
            yield Use(kind, name, item.span or value.span)


@dataclass(frozen=True, slots=True)
class _Names:
    """What a template defines; None for a section that may have more than can be read."""

    parameters: frozenset[str] | None
    resources: frozenset[str] | None
    conditions: frozenset[str] | None
    maps: frozenset[str] | None
    types: Mapping[str, str]
    patterns: tuple[re.Pattern[str], ...]
    """Of names that loops over unknown collections make."""
    generated: tuple[str, ...]
    """How names begin that SAM or a module may make."""
    _likes: dict[tuple[str, str], list[str]] = field(default_factory=dict, compare=False)
    """By a name that is missing, and by what it should be the name of, those that may have been meant."""

    @classmethod
    def of(cls, sections: Mapping[str, Value], template: Template) -> _Names:
        written = {name: _text(entry, "Type") for name, entry in _entries(sections.get("Resources")).items()}
        types = {**written, **{name: resource.type for name, resource in template.resources.items()}}
        making = [name for name, kind in written.items() if kind.startswith(_SAM) or kind.endswith("::MODULE")]
        if any(kind.startswith(_SAM) for kind in written.values()):
            making += ("Serverless", *_named_for_sam(sections["Resources"]))
        making += _embedded_connectors(sections.get("Resources"))
        return cls(
            _defined(sections, "Parameters"),
            _defined(sections, "Resources", types),
            _defined(sections, "Conditions"),
            _defined(sections, "Mappings"),
            types,
            tuple(_pattern(name) for name in (*types, *_entries(sections.get("Conditions"))) if ANY in name),
            tuple(making),
        )

    def refused(self, place: Place) -> Iterator[Diagnostic]:
        for use in place.uses:
            detail = None if has_placeholder(use.name) or use.span is None else self._problem(use, place)
            if detail is not None and use.span is not None:
                spend(_STEPS_OF_PROBLEM)
                yield error(_UNDEFINED, detail, use.span)

    def _problem(self, use: Use, place: Place) -> str | None:
        """What is wrong with a name, as sentences."""
        match use.kind:
            case Kind.FUNCTION:
                return _no_function(use.name)
            case Kind.VARIABLE:
                return (
                    f'"${{{use.name}}}" in Fn::Sub is not a variable: its name has characters other than letters, '
                    'digits, periods and colons, which CloudFormation refuses. Write "${!" for a literal "${".'
                )
            case Kind.CONDITION:
                return self._missing(use.name, self.conditions, "condition")
            case Kind.MAP:
                return self._missing(use.name, self.maps, "map")
            case Kind.DEPENDENCY:
                return self._missing(use.name, self.resources, "resource")
            case Kind.REFERENCE if use.name.startswith("AWS::"):
                return None if use.name in PSEUDO else self._undefined(use.name, "pseudo parameter", PSEUDO)
            case Kind.REFERENCE if place.section == "Conditions":
                if self.resources is not None and use.name in self.resources:
                    what = f'The condition "{place.name}" refers to the resource "{use.name}"'
                    return f"{what}. Conditions can only refer to parameters."
                return self._missing(use.name, self.parameters, "parameter")
            case Kind.REFERENCE:
                both = None if self.parameters is None or self.resources is None else self.parameters | self.resources
                return self._missing(use.name, both, "parameter or resource")
            case Kind.ATTRIBUTE:
                logical_id, _, attribute = use.name.partition(".")
                known = resource_type(self.types.get(logical_id, "")).attributes
                if known is not None and attribute and attribute not in known:
                    offered = f"a {self.types[logical_id]} has {', '.join(sorted(known))}"
                    return f'"{logical_id}" has no attribute "{attribute}", which CloudFormation refuses: {offered}.'
                return self._missing(logical_id, self.resources, "resource")
            case _:
                assert_never(use.kind)

    def _missing(self, name: str, defined: frozenset[str] | None, what: str) -> str | None:
        if defined is None or name in defined:
            return None
        spend(_STEPS * (1 + len(self.patterns)))
        if any(pattern.fullmatch(name) for pattern in self.patterns):
            return None
        if "resource" in what and name.startswith(self.generated):
            return None
        return self._undefined(name, what, defined)

    def _undefined(self, name: str, what: str, defined: frozenset[str]) -> str:
        close = self._likes.get((name, what))
        if close is None:
            is_long = len(defined) > _MOST_LIKE
            spend(1 if is_long else _STEPS * len(defined))
            close = self._likes[name, what] = [] if is_long else get_close_matches(name, defined, 1)
        meant = f' Did you mean "{close[0]}"?' if close else ""
        return f'The template has no {what} "{name}", and CloudFormation refuses a name that is not defined.{meant}'


def _defined(sections: Mapping[str, Value], section: str, made: Iterable[str] = ()) -> frozenset[str] | None:
    value = sections.get(section)
    if value is None or value.is_null:
        return frozenset(made)
    if not isinstance(value.data, Mapping) or any(key in (TRANSFORM, UNREADABLE) for key in value.data):
        return None
    return frozenset((*_entries(value), *made))


def _text(entry: Value, name: str) -> str:
    found = _entries(entry).get(name)
    return "" if found is None or found.text is None else found.text


def _named_for_sam(value: Value) -> Iterator[str]:
    """Logical IDs that a template tells SAM to give to what it makes: dead-letter queues of events."""
    waiting, seen = [value], set[int]()
    while waiting:
        data = waiting.pop().data
        if not isinstance(data, tuple | Mapping) or id(data) in seen:
            continue
        seen.add(id(data))
        named = data["QueueLogicalId"].text if isinstance(data, Mapping) and "QueueLogicalId" in data else None
        if named:
            yield named
        waiting.extend(data if isinstance(data, tuple) else data.values())


def _embedded_connectors(resources: Value | None) -> Iterator[str]:
    """Logical IDs of the connectors that SAM makes of the ``Connectors`` of any resource."""
    for name, resource in _entries(resources).items():
        for connector in _entries(_entries(resource).get("Connectors")):
            yield f"{name}{connector}"


def _pattern(name: str) -> re.Pattern[str]:
    return whole(".*".join(map(re.escape, name.split(ANY))))


def _no_function(name: str) -> str | None:
    if name in FUNCTIONS:
        return None
    suffix = name.removeprefix("Fn::")
    known = {one.removeprefix("Fn::").lower(): one.removeprefix("Fn::") for one in (*FUNCTIONS, "Ref", "Condition")}
    right = known.get(suffix.lower())
    meant = f" Write it with capitals: !{right}." if right is not None else ""
    return f'CloudFormation has no function "{name}" ("!{suffix}"), and refuses one that it does not know.{meant}'
