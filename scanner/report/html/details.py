"""What a row opens: findings with their fixes, changes, the evaluation, console access, policies, and where all is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.report.explanation import Node, console_nodes, policy_node
from scanner.report.html.element import Part, Slot, element, listed, mark, prose
from scanner.report.html.evaluation import Evaluations
from scanner.report.html.findings import told, told_changes
from scanner.verdicts.remedies import remedies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.changes.change import Change
    from scanner.finding import Finding
    from scanner.report.html.places import Places
    from scanner.verdicts.assessed_principal import AssessedPrincipal

_MOST_POLICIES = 50


class Details:
    """Makes them of parts, of which most are those of other principals, too."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._evaluations = Evaluations(places)
        self._policies: dict[tuple[int, ...], Part] = {}
        self._known: dict[tuple[object, ...], Part] = {}
        """Console access and definitions, by what they are made of."""

    def of(
        self, assessed: AssessedPrincipal, name: str, findings: Sequence[Finding], changes: Sequence[Change]
    ) -> tuple[Part, ...]:
        """The parts, in the order in which they are shown."""
        own = assessed.definition.span
        said = any(finding.is_open for finding in findings)
        return (
            *(told(finding, self._places, name, own) for finding in findings),
            *told_changes(changes, self._places),
            *(() if said else self._remedies(assessed)),
            *self._evaluations.of(assessed),
            self._console(assessed),
            self._attached(assessed),
            self._definition(assessed),
        )

    def _remedies(self, assessed: AssessedPrincipal) -> tuple[Part, ...]:
        """What would have to be done, where no finding says it."""
        found = remedies(assessed)
        if not found:
            return ()
        section = element("section", element("h3", *prose("To make `aws login` work")), listed(found))
        return (self._places.parts.add(section),)

    def _console(self, assessed: AssessedPrincipal) -> Part:
        console, own = assessed.console, assessed.definition.span
        evidence = tuple(Slot.PLACE if span == own else span for span in console.evidence)
        causes = tuple((cause, Slot.PLACE if cause.span == own else cause.span) for cause in console.causes)
        key = (console.access, console.via, evidence, causes)
        if key not in self._known:
            nodes = (self._places.node(node, own) for node in console_nodes(console))
            heading = element("h3", "Console access ", mark(console.access.value))
            self._known[key] = self._places.parts.add(element("section", heading, element("ul", *nodes)))
        return self._known[key]

    def _attached(self, assessed: AssessedPrincipal) -> Part:
        policies = (*assessed.principal.policies, *assessed.principal.boundaries)
        key = tuple(map(id, policies))
        if key not in self._policies:
            nodes = [*map(policy_node, policies[:_MOST_POLICIES])] or [Node("none")]
            if len(policies) > _MOST_POLICIES:
                nodes.append(Node(f"and {len(policies) - _MOST_POLICIES:,} more, which --explain lists"))
            items = (self._places.node(node) for node in nodes)
            section = element("section", element("h3", "Policies"), element("ul", *items))
            self._policies[key] = self._places.parts.add(section)
        return self._policies[key]

    def _definition(self, assessed: AssessedPrincipal) -> Part:
        definition, at = assessed.definition, self._places.at
        groups = tuple(group.name or "a group whose name is not known" for group in definition.groups)
        key = (groups, definition.trail, definition.notes)
        if key not in self._known:
            word = "group" if len(groups) == 1 else "groups"
            in_groups = (element("li", f"in the {word} {', '.join(groups)}"),) if groups else ()
            trail = (element("li", "through this module call or nested stack", at(span)) for span in definition.trail)
            notes = (element("li", note, at(span)) for note, span in definition.notes)
            items = element("ul", element("li", "defined here", Slot.PLACE), *trail, *notes, *in_groups)
            self._known[key] = self._places.parts.add(element("section", element("h3", "Where it is"), items))
        return self._known[key]
