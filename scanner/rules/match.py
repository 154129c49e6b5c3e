"""Rules over principals: findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scanner.finding import Finding, RelatedLocation
from scanner.root import RootKind
from scanner.rules.places import places
from scanner.rules.rule import PLACEHOLDER, Rule
from scanner.rules.view import causes, view, words
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.console import Access
from scanner.verdicts.reasons import MAX_NAMED, Reason, reasons
from scanner.verdicts.sign_in import Client

DOCUMENT_VERSION = 1
_NAME = "{name}"


def match(
    rules: Iterable[Rule], principals: Iterable[AssessedPrincipal], sources: Mapping[str, str]
) -> tuple[Finding, ...]:
    """Everything that the rules find, by root, address and place. ``sources`` says what each root is of."""
    assessed = tuple(principals)
    documents = [view(one) for one in assessed]
    place = {id(document): number for number, document in enumerate(documents)}
    whole: dict[str, Any] = {"version": DOCUMENT_VERSION, "principals": documents}
    found = [
        _finding(rule, assessed[number], documents[number], sources)
        for rule in rules
        for number in sorted(set(_selected(rule, whole, place)))
    ]
    return tuple(sorted(found, key=_order))


def _selected(rule: Rule, whole: dict[str, Any], place: dict[int, int]) -> Iterator[int]:
    for selector in rule.selectors:
        for selected in selector.select(whole):
            if id(selected) in place:
                yield place[id(selected)]


def _order(finding: Finding) -> tuple[object, ...]:
    return (finding.root, finding.principal, finding.span, finding.rule)


def _finding(rule: Rule, assessed: AssessedPrincipal, document: dict[str, Any], sources: Mapping[str, str]) -> Finding:
    said = words(assessed, document)
    definition = assessed.definition
    around = tuple(_filled(part, said) for part in rule.message.split(_NAME))
    return Finding(
        rule.id,
        rule.level,
        rule.title,
        said["name"].join(around),
        _filled(rule.help, said),
        definition.address,
        definition.root,
        definition.span,
        tuple(dict.fromkeys(_related(assessed))),
        sources.get(definition.root, definition.root),
        said["name"],
        around,
        rule.url,
        rule.tags,
        places(assessed),
    )


def _filled(text: str, said: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: said[found[1]], text)


def _related(assessed: AssessedPrincipal) -> Iterator[RelatedLocation]:
    gives = "gives console access" if assessed.console.access is Access.YES else "may give console access"
    for span in assessed.console.evidence:
        yield RelatedLocation(gives, span)
    actions: dict[Reason, list[str]] = {}
    for permission in assessed.aws_login.of(Client.LOCALHOST):
        for reason in reasons(assessed.definition, permission.decision):
            if reason.span != assessed.definition.span:
                actions.setdefault(reason, []).append(permission.action)
    for reason, named in actions.items():
        which = f"{named[0]}: " if len(named) == 1 else ""
        yield RelatedLocation(f"{which}{reason.claim or reason.text}", reason.span)
    places = dict.fromkeys((cause.detail, cause.span) for cause in causes(assessed) if cause.span is not None)
    for detail, span in tuple(places)[:MAX_NAMED]:
        yield RelatedLocation(detail, span)
    for span in assessed.definition.access_keys:
        yield RelatedLocation("long-term access key", span)
    way = "nested stack" if assessed.definition.root_kind is RootKind.CLOUDFORMATION_TEMPLATE else "module call"
    for span in assessed.definition.trail:
        yield RelatedLocation(f"through this {way}", span)
    for note, span in assessed.definition.notes:
        yield RelatedLocation(note, span)
