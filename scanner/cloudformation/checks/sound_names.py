"""Tells from a glance that nothing is wrong with the names of a template: all are defined, and nothing needs itself.

Where this is not certain, ``refused_names`` and ``cycles`` look at the values, which have places. That is the case as
well where something else makes a name, or where one does not count because it stands in a branch that is not taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from functools import lru_cache
from typing import TYPE_CHECKING

from scanner.cloudformation.checks.refused_names import FUNCTIONS, PSEUDO
from scanner.cloudformation.checks.uses import NAME, VARIABLE
from scanner.cloudformation.resource_types import resource_type
from scanner.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from scanner.cloudformation.template.outline import Call, Glance, Outline
    from scanner.cloudformation.template.sections import Template


def names_are_sound(document: Outline, template: Template) -> bool:
    """Whether it is certain that nothing is wrong with the names of a document, from which the template was read."""
    sections = document.sections
    types = {name: _type(glance) for name, glance in sections.get("Resources", {}).items()}
    types |= template.types
    parameters = {*sections.get("Parameters", ())}
    conditions = {*sections.get("Conditions", ())}
    maps = {*sections.get("Mappings", ())}
    try:
        tests = {name: _used_by_condition(glance) for name, glance in sections.get("Conditions", {}).items()}
        resources = {name: _used_by_entry(glance) for name, glance in sections.get("Resources", {}).items()}
        outputs = [_used_by_entry(glance) for glance in sections.get("Outputs", {}).values()]
    except _DoubtError:
        return False
    if any(":" in name for name in (*parameters, *types)):  # one that looks like a pseudo parameter
        return False
    for used in (*tests.values(), *resources.values(), *outputs):
        if not (used.conditions <= conditions and used.maps <= maps and used.resources <= types.keys()):
            return False
        if not all(_has_attribute(types[name], attribute) for name, attribute in used.attributes):
            return False
    defined = parameters | PSEUDO
    if not all(used.references <= defined - types.keys() for used in tests.values()):  # which may refer to no resource
        return False
    defined |= types.keys()
    if not all(used.references <= defined for used in (*resources.values(), *outputs)):
        return False
    needed = {name: used.references | used.resources for name, used in resources.items()}
    return not (_has_cycle({name: used.conditions for name, used in tests.items()}) or _has_cycle(needed))


class _DoubtError(Exception):
    """Something may be wrong."""


@dataclass(slots=True)
class _Used:
    """The names that an entry uses."""

    references: set[str] = field(default_factory=set)
    """Of parameters and resources."""
    resources: set[str] = field(default_factory=set)
    attributes: set[tuple[str, str]] = field(default_factory=set)
    conditions: set[str] = field(default_factory=set)
    maps: set[str] = field(default_factory=set)

    def call(self, name: str, argument: object) -> None:
        """Note what a call names that is no plain ``Ref``. Raises ``_DoubtError``."""
        parts = argument if isinstance(argument, list) else [argument]
        match name:
            case "Fn::GetAtt" if parts:
                self._attribute(parts)
            case "Fn::Sub" if parts:
                self._variables(*parts[:2])
            case "Fn::If":
                self.conditions.update(_names(parts[:1]) if len(parts) > 1 else ())
            case "Fn::FindInMap":
                self.maps.update(_names(parts[:1]) if len(parts) == 3 else ())  # a fourth part is a default
            case _:
                if name not in FUNCTIONS:
                    raise _DoubtError

    def _attribute(self, parts: list[object]) -> None:
        for first in _names(parts[:1]):
            known = list(_names(parts))
            logical_id, _, attribute = (".".join(known) if len(known) == len(parts) else f"{first}.").partition(".")
            self.resources.add(logical_id)
            self.attributes.add((logical_id, attribute))

    def _variables(self, text: object, given: object = None) -> None:
        for known in _names([text]):
            for name in _variables(known):
                if isinstance(given, dict) and name in given:
                    continue
                if NAME.fullmatch(name) is None:
                    raise _DoubtError
                if "." in name:
                    self._attribute([name])
                else:
                    self.references.add(name)


@lru_cache(maxsize=4096)
def _variables(text: str) -> tuple[str, ...]:
    """What stands in the variables of a text, of which templates have many alike."""
    found = (variable[1].strip() for variable in VARIABLE.finditer(text))
    return tuple(name for name in found if not name.startswith("!"))


def _used_by_condition(glance: Glance) -> _Used:
    used = _Used()
    waiting = [glance.plain]
    while waiting:
        plain = waiting.pop()
        if isinstance(plain, list):
            waiting += plain
        elif isinstance(plain, dict):
            if "Condition" in plain:
                used.conditions.update(_names([plain["Condition"]]))
            waiting += plain.values()
    return _with_calls(used, glance.calls)


def _used_by_entry(glance: Glance) -> _Used:
    """What a resource or an output uses."""
    used = _Used()
    if isinstance(glance.plain, dict):
        for key, names in (("Condition", used.conditions), ("DependsOn", used.resources)):
            if key in glance.plain:
                written = glance.plain[key]
                names.update(_names(written if isinstance(written, list) else [written]))
    return _with_calls(used, glance.calls)


def _with_calls(used: _Used, calls: Iterable[Call]) -> _Used:
    for name, argument in calls:
        if name == "Ref" and isinstance(argument, str):
            used.references.add(argument)
        else:
            used.call(name, argument)
    return used


def _names(parts: Iterable[object]) -> Iterator[str]:
    """Those that are written out. A number may be one too."""
    for part in parts:
        if isinstance(part, str):
            yield part
        elif not isinstance(part, dict):
            raise _DoubtError


def _type(glance: Glance) -> str:
    found = glance.plain.get("Type") if isinstance(glance.plain, dict) else None
    return found if isinstance(found, str) else ""


def _has_attribute(kind: str, name: str) -> bool:
    return not name or resource_type(kind).has_attribute(name)


def _has_cycle(graph: Mapping[str, set[str]]) -> bool:
    """Whether something needs itself: what needs nothing else is taken away until nothing is left, or nothing is."""
    while graph:
        left = {name: inside for name, needed in graph.items() if (inside := needed & graph.keys())}
        if len(left) == len(graph):
            return True
        graph = left
    return False
