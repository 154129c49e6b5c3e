"""What IAM answers a principal, and why: a section for all requests of which the same is to be said."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scanner.lazy_dataclass import dataclass
from scanner.report.explanation import statement_node
from scanner.report.html.diagram import diagram
from scanner.report.html.element import Child, Element, Part, element, listed, mark, prose
from scanner.report.html.layers import layers
from scanner.span import Span
from scanner.verdicts.reasons import reasons
from scanner.verdicts.sign_in import Client

if TYPE_CHECKING:
    from scanner.report.html.layers import Layer
    from scanner.report.html.places import Places
    from scanner.verdicts.assessed_principal import AssessedPrincipal
    from scanner.verdicts.sign_in import Permission

_MOST_STATEMENTS = 20
"""Of one layer."""
_OWN = Span("", 0, 0, 0, 0)
"""Stands for where the principal is defined, which is another place for each that shares a section."""
CLIENTS = {Client.LOCALHOST: "`aws login` on this device", Client.REMOTE: "`aws login --remote`, on another device"}


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is said of a request."""

    title: str
    action: str
    resource: str
    said: tuple[Child, ...]
    outcome: str


class Evaluations:
    """Makes the sections, once for all principals that they are the same for."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._known: dict[tuple[object, ...], tuple[AssessedPrincipal, tuple[Part, ...]]] = {}

    def of(self, assessed: AssessedPrincipal) -> tuple[Part, ...]:
        """A part for each."""
        principal = assessed.principal
        shared = (assessed.asked, principal.boundaries)
        key = (
            id(assessed.aws_login),
            principal.kind,
            bool(principal.policies),
            *(tuple(map(id, each)) for each in shared),
        )
        if key not in self._known:
            sections = tuple(map(self._places.parts.add, self._sections(assessed)))
            self._known[key] = (assessed, sections)
        return self._known[key][1]

    def _sections(self, assessed: AssessedPrincipal) -> tuple[Element, ...]:
        alike: dict[tuple[str, tuple[Child, ...]], list[_Answer]] = {}
        for permission in assessed.permissions:
            answer = self._answer(assessed, permission)
            alike.setdefault((answer.outcome, answer.said), []).append(answer)
        return tuple(map(self._section, alike.values()))

    def _answer(self, assessed: AssessedPrincipal, permission: Permission) -> _Answer:
        decision = permission.decision
        anybody = replace(assessed.definition, span=_OWN)
        why = (element("li", reason.text, self._places.of(reason.span, _OWN)) for reason in reasons(anybody, decision))
        said = (
            element("ul", *why, class_="reasons"),
            diagram(assessed.principal, decision),
            element("ol", *(self._layer(layer) for layer in layers(assessed.principal, decision)), class_="layers"),
        )
        title = "what rules ask for" if permission.client is None else CLIENTS[permission.client]
        return _Answer(title, permission.action, permission.resource, said, decision.outcome.value)

    def _layer(self, layer: Layer) -> Part:
        nodes = tuple(dict.fromkeys(map(statement_node, layer.statements)))
        statements: tuple[Child, ...] = tuple(self._places.node(node) for node in nodes[:_MOST_STATEMENTS])
        more = len(nodes) - _MOST_STATEMENTS
        if more > 0:
            statements = (*statements, element("li", f"and {more:,} more, which --explain lists"))
        answer = element("span", layer.answer, class_=f"mark {layer.mark}")
        below = (element("ul", *statements),) if statements else ()
        return self._places.parts.add(element("li", element("span", layer.name, class_="layer"), answer, *below))

    def _section(self, answers: list[_Answer]) -> Element:
        first = answers[0]
        titles = " and ".join(dict.fromkeys(answer.title for answer in answers))
        requests = dict.fromkeys((answer.action, answer.resource) for answer in answers)
        asked = listed(
            (
                element("span", element("code", action), " on ", element("code", resource))
                for action, resource in requests
            ),
            class_="requests",
        )
        heading = element("h3", *prose(f"{titles[:1].upper()}{titles[1:]} "), mark(first.outcome))
        return element("section", heading, self._places.parts.add(asked), *first.said, class_="evaluation")
