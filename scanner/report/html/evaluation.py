"""What IAM answers a principal, and why: a section for all requests of which the same is to be said."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scanner.report.explanation import statement_node
from scanner.report.html.diagram import diagram
from scanner.report.html.element import Child, Element, Part, element, listed, mark, prose
from scanner.report.html.layers import layers
from scanner.span import Span
from scanner.verdicts.reasons import reasons
from scanner.verdicts.sign_in import Client

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.iam.evaluate import Decision, StatementMatch
    from scanner.report.html.layers import Layer
    from scanner.report.html.places import Places
    from scanner.truth import Truth
    from scanner.verdicts.assessed_principal import AssessedPrincipal
    from scanner.verdicts.sign_in import Permission

_MOST_STATEMENTS = 20
"""Of one layer."""
_OWN = Span("", 0, 0, 0, 0)
"""Stands for where the principal is defined, which is another place for each that shares a section."""
_TITLES = {
    Client.LOCALHOST: "`aws login` on this device",
    Client.REMOTE: "`aws login --remote`, on another device",
    None: "what rules ask for",
}


class Evaluations:
    """Makes the sections, once for all principals that they are the same for."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._known: dict[tuple[object, ...], tuple[AssessedPrincipal, tuple[Part, ...]]] = {}
        self._alike: dict[tuple[object, ...], tuple[Part, ...]] = {}

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

    def _sections(self, assessed: AssessedPrincipal) -> Iterator[Element]:
        alike: dict[tuple[Part, ...], list[Permission]] = {}
        for permission in assessed.permissions:
            alike.setdefault(self._said(assessed, permission.decision), []).append(permission)
        return (self._section(permissions, said) for said, permissions in alike.items())

    def _said(self, assessed: AssessedPrincipal, decision: Decision) -> tuple[Part, ...]:
        """Why a decision is what it is; the same parts for all that are made of the same statements."""
        principal = assessed.principal
        key = (
            principal.kind,
            bool(principal.policies),
            decision.outcome,
            decision.blocked_by,
            tuple(map(id, principal.boundaries)),
            tuple((cause, cause.span) for cause in decision.causes),
            *((id(one.policy), id(one.statement), *map(_exactly, _answers(one))) for one in decision.matches),
        )
        if key not in self._alike:
            anybody, at = replace(assessed.definition, span=_OWN), self._places.of
            why = (element("li", reason.text, at(reason.span, _OWN)) for reason in reasons(anybody, decision))
            found = (
                element("ul", *why, class_="reasons"),
                diagram(principal, decision),
                element("ol", *(self._layer(layer) for layer in layers(principal, decision)), class_="layers"),
            )
            self._alike[key] = tuple(map(self._places.parts.add, found))
        return self._alike[key]

    def _layer(self, layer: Layer) -> Part:
        nodes = tuple(dict.fromkeys(map(statement_node, layer.statements)))
        statements: tuple[Child, ...] = tuple(self._places.node(node) for node in nodes[:_MOST_STATEMENTS])
        more = len(nodes) - _MOST_STATEMENTS
        if more > 0:
            statements = (*statements, element("li", f"and {more:,} more, which --explain lists"))
        answer = element("span", layer.answer, class_=f"mark {layer.mark}")
        below = (element("ul", *statements),) if statements else ()
        return self._places.parts.add(element("li", element("span", layer.name, class_="layer"), answer, *below))

    def _section(self, permissions: Sequence[Permission], said: tuple[Part, ...]) -> Element:
        titles = " and ".join(dict.fromkeys(_TITLES[permission.client] for permission in permissions))
        requests = (
            element("span", element("code", permission.action), " on ", element("code", permission.resource))
            for permission in permissions
        )
        asked = self._places.parts.add(listed(dict.fromkeys(requests), class_="requests"))
        outcome = mark(permissions[0].decision.outcome.value)
        heading = element("h3", *prose(f"{titles[:1].upper()}{titles[1:]} "), outcome)
        return element("section", heading, asked, *said, class_="evaluation")


def _answers(match: StatementMatch) -> tuple[Truth, ...]:
    return match.policy.applies, match.action, match.resource, match.condition


def _exactly(answer: Truth) -> object:
    """A key for an answer with the places of its causes, which take no part in equality."""
    return frozenset((cause, cause.span) for cause in answer.causes) if answer.causes else answer.known
