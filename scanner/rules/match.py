"""Rules over principals: findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from scanner.finding import Finding, Level, RelatedLocation
from scanner.root import RootKind
from scanner.rules.chosen import Chosen, chosen, ways_in
from scanner.rules.documents import Documents
from scanner.rules.parts import CHANGE, DRIFT, PARTS, change_document, drift_document
from scanner.rules.places import places
from scanner.rules.problems import Problem, RuleError
from scanner.rules.rule import Path, Rule, Selector, filled, split_at
from scanner.rules.said_once import SaidOnce
from scanner.rules.view import Views, causes, words
from scanner.shortened import shortened
from scanner.span import Span
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.reasons import MAX_NAMED, Reason, reasons
from scanner.verdicts.sign_in import Client

if TYPE_CHECKING:
    from scanner.changes.change import Change
    from scanner.changes.compare import Comparison
    from scanner.changes.drift import Drift

Flagged = tuple[str, str, str]
"""The id of a rule, a root, and the address of a principal."""

MOST_RELATED = 100
"""Places that one finding names."""


def match(
    rules: Iterable[Rule], principals: Iterable[AssessedPrincipal], sources: Mapping[str, str]
) -> tuple[Finding, ...]:
    """Everything that the rules find, by root, address and place. ``sources`` says what each root is of.

    Raises ``RuleError`` for a selector that takes too long.
    """
    matching = Matching(rules)
    matching.add(principals)
    return matching.findings(sources)


class Matching:
    """The same for principals who come one after the other: what rules see of them is made meanwhile."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        keys = {key for key in PARTS if any(rule.sees(key) for rule in self._rules)}
        self._views = Views(keys, with_permissions=any(_sees_permissions(rule) for rule in self._rules))
        self._assessed: list[AssessedPrincipal] = []
        self._documents: list[dict[str, Any]] = []

    def add(self, principals: Iterable[AssessedPrincipal]) -> None:
        """More of them."""
        for one in principals:
            self._assessed.append(one)
            self._documents.append(self._views.of(one))

    def findings(
        self, sources: Mapping[str, str], comparison: Comparison | None = None, drift: Drift | None = None
    ) -> tuple[Finding, ...]:
        """What the rules find of all of them; where they were compared with something, of differences too.

        Raises ``RuleError``.
        """
        homes = [(one.definition.root, one.definition.address) for one in self._assessed]
        changed: list[tuple[Change, ...]] = [()] * len(homes)
        known = comparison.principals if comparison is not None else {}
        drifted = drift.principals if drift is not None else {}
        for number, home in enumerate(homes):
            document = self._documents[number]
            if home in known:
                document[CHANGE] = change_document(known[home])
                changed[number] += known[home].changes
            if home in drifted:
                document[DRIFT] = drift_document(drifted[home])
                changed[number] += drifted[home]
        selectable, once = Documents(self._documents), SaidOnce()
        found = [
            _finding(rule, self._assessed[number], self._documents[number], paths, sources, once, changed[number])
            for rule in self._rules
            for number, paths in sorted(_selected(rule, selectable).items())
        ]
        return tuple(sorted(found, key=order))

    def flagged(self) -> dict[Flagged, Level]:
        """Whom the rules flag, and at which level, without a word about it. Raises ``RuleError``."""
        selectable = Documents(self._documents)
        return {
            (rule.id, definition.root, definition.address): rule.level
            for rule in self._rules
            for number in _selected(rule, selectable)
            for definition in (self._assessed[number].definition,)
        }


def _sees_permissions(rule: Rule) -> bool:
    return any(selector.keys is None or "permissions" in selector.keys for selector in rule.selectors)


def _selected(rule: Rule, documents: Documents) -> dict[int, list[Path]]:
    """The principals that a rule selects, by their places, and where in each of them. Raises ``RuleError``."""
    found: dict[int, list[Path]] = {}
    for selector in rule.selectors:
        for number, paths in _by_selector(rule, selector, documents).items():
            found[number] = [*found.get(number, ()), *paths]
    return found


def _by_selector(rule: Rule, selector: Selector, documents: Documents) -> dict[int, list[Path]]:
    if "=~" not in selector.text:
        return documents.selected(selector)
    from scanner.rules.bounded_match import EndlessSearchError

    try:
        return documents.selected(selector)
    except EndlessSearchError as problem:
        raise RuleError(Problem(str(problem), selector.span or rule.span)) from problem


def order(finding: Finding) -> tuple[object, ...]:
    """By root, address, place and rule."""
    return (finding.root, finding.principal, finding.span, finding.rule)


def _finding(
    rule: Rule,
    assessed: AssessedPrincipal,
    document: dict[str, Any],
    paths: Iterable[Path],
    sources: Mapping[str, str],
    once: SaidOnce,
    changes: Sequence[Change],
) -> Finding:
    picked = chosen(assessed, document, paths)
    said = words(assessed, document, (one.words for one in picked), once)
    definition = assessed.definition
    around = tuple(filled(part, said) for part in split_at(rule.message, "name"))
    return Finding(
        rule.id,
        rule.level,
        rule.title,
        said("name").join(around),
        filled(rule.help, said).strip(),
        definition.address,
        definition.root,
        definition.span,
        _related(
            chain(_form(assessed), _changed(rule, changes), _decisive(rule, assessed, picked, once), _way(assessed)),
            definition.span,
        ),
        sources.get(definition.root, definition.root),
        said("name"),
        around,
        rule.url,
        rule.tags,
        places(assessed, (place.span for one in picked for place in one.places)),
    )


def _related(found: Iterable[RelatedLocation], otherwise: Span) -> tuple[RelatedLocation, ...]:
    """Each place once, as long as somebody looks at them, and how many more there are."""
    places = tuple(dict.fromkeys(found))
    more = len(places) - MOST_RELATED
    if more > 1:
        places = (*places[:MOST_RELATED], RelatedLocation(f"and {more:,} more places, which are not listed", otherwise))
    return tuple(_readable(place) for place in places)


def _readable(place: RelatedLocation) -> RelatedLocation:
    message = shortened(place.message)
    return place if message is place.message else replace(place, message=message)


def _decisive(
    rule: Rule, assessed: AssessedPrincipal, picked: Iterable[Chosen], once: SaidOnce
) -> Iterable[RelatedLocation]:
    """The places that the rule chooses; where it chooses none and is about signing in, what decides that."""
    places = tuple(place for one in picked for place in one.places)
    if places:
        return places
    about_sign_in = any(rule.sees(key) for key in _OF_SIGN_IN) or (rule.sees("permissions") and not rule.ask)
    return once.of(assessed, _of_sign_in, names_places=True) if about_sign_in and not rule.is_about_differences else ()


_OF_SIGN_IN = (
    *("console", "aws_login", "access_keys", "sign_in_grants", "depends_on", "without_mfa"),
    *("missing", "undetermined_by", "denied_by", "remedy", "context_keys"),
)
"""Keys of the document and placeholders."""


def _of_sign_in(assessed: AssessedPrincipal) -> tuple[RelatedLocation, ...]:
    return tuple(_all_of_sign_in(assessed))


def _all_of_sign_in(assessed: AssessedPrincipal) -> Iterator[RelatedLocation]:
    yield from ways_in(assessed)
    actions: dict[Reason, list[str]] = {}
    for permission in assessed.aws_login.of(Client.LOCALHOST):
        for reason in reasons(assessed.definition, permission.decision):
            if reason.span != assessed.definition.span:
                actions.setdefault(reason, []).append(permission.action)
    for reason, named in actions.items():
        which = f"{named[0]}: " if len(named) == 1 else ""
        yield RelatedLocation(f"{which}{reason.claim or reason.text}", reason.span, is_decisive=True)
    places = dict.fromkeys((cause.detail, cause.span) for cause in causes(assessed) if cause.span is not None)
    for detail, span in tuple(places)[:MAX_NAMED]:
        yield RelatedLocation(detail, span, is_decisive=True)
    for span in assessed.definition.access_keys:
        yield RelatedLocation("long-term access key", span)


def _changed(rule: Rule, changes: Iterable[Change]) -> Iterator[RelatedLocation]:
    """What makes the difference, for rules about that. What is not there any more decides nothing now."""
    for change in changes:
        if rule.is_about_drift if change.kind.is_drift else rule.is_about_changes:
            for reason in change.because:
                yield RelatedLocation(reason.text, reason.span)


def _form(assessed: AssessedPrincipal) -> Iterator[RelatedLocation]:
    """The plan or state that says so, where the finding points at the configuration, which may have changed since."""
    definition = assessed.definition
    name = {RootKind.TERRAFORM_PLAN: "plan", RootKind.TERRAFORM_STATE: "state"}.get(definition.root_kind)
    if name is not None and definition.root != definition.span.path:
        yield RelatedLocation(f"so says this {name}", Span.whole_file(definition.root))


def _way(assessed: AssessedPrincipal) -> Iterator[RelatedLocation]:
    """How the principal came to be: module calls, nested stacks, what made it."""
    way = "nested stack" if assessed.definition.root_kind is RootKind.CLOUDFORMATION_TEMPLATE else "module call"
    for span in assessed.definition.trail:
        yield RelatedLocation(f"through this {way}", span)
    for note, span in assessed.definition.notes:
        yield RelatedLocation(note, span)
