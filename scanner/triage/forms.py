"""One finding for one principal, in however many forms it was scanned: as configuration, as plan, as state.

The forms of a principal have its address and are of one directory (``Finding.source``). A rule that flags several of
them has one thing to say; it says it of the best-informed one, and names the others. What is open in one form and
decided in another is not open: a note that nobody knows whether ``aws login`` works is no use beside a plan that does.

Forms that contradict each other (the plan is an old one) are both reported. Two plans, or two states, are no forms of
each other: people keep one for each environment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from scanner.finding import Finding, Place
from scanner.iam.evaluate import Outcome
from scanner.principals.definition import ANY_KEY, stands_for
from scanner.root import RootKind
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.console import Access
from scanner.verdicts.sign_in import Client

_BEST_FIRST = (RootKind.TERRAFORM_PLAN, RootKind.TERRAFORM_MODULE, RootKind.TERRAFORM_STATE)
"""Among equals: what is going to be, what is written, what was."""
_KEY = re.compile(r'\["(?:[^"\\]|\\.)*"\]|\[[0-9]+\]')

Home = tuple[str, str]
"""Root and address."""


def one_of_each(
    findings: Iterable[Finding], principals: Iterable[AssessedPrincipal], sources: Mapping[str, str]
) -> tuple[Finding, ...]:
    """The findings without those that repeat, or are settled by, another form of their principal; in their order.

    ``sources`` says what each root is of.
    """
    found = tuple(findings)
    others = _others(principals, sources)
    if not others:
        return found
    flagged = {(one.rule, one.root, one.principal): number for number, one in enumerate(found)}
    also: dict[int, set[str]] = {}
    places: dict[int, dict[Place, None]] = {}
    dropped: set[int] = set()
    for number, finding in enumerate(found):
        here = finding.root, finding.principal
        if here not in others:
            continue
        me, forms = others[here]
        same = [
            flagged[finding.rule, *form.home]
            for form in forms
            if form.rank < me.rank and (finding.rule, *form.home) in flagged
        ]
        for better in same:
            also.setdefault(better, set()).add(finding.root)
            places.setdefault(better, {}).update(dict.fromkeys(finding.places))
        if same or _is_settled(me, forms):
            dropped.add(number)
    return tuple(
        _joined(one, also[number], places[number]) if number in also else one
        for number, one in enumerate(found)
        if number not in dropped
    )


def _joined(finding: Finding, also: Iterable[str], places: Iterable[Place]) -> Finding:
    """The finding of several forms; what is beside the code of any of them may suppress it."""
    return replace(finding, also_in=tuple(sorted(also)), places=tuple(dict.fromkeys((*finding.places, *places))))


@dataclass(frozen=True, slots=True)
class _Form:
    home: Home
    kind: RootKind
    answers: tuple[str | None, ...]
    """Console access and the two clients; None for what is not known."""

    @property
    def unknown(self) -> frozenset[int]:
        return frozenset(number for number, answer in enumerate(self.answers) if answer is None)

    @property
    def rank(self) -> tuple[int, bool, int]:
        return len(self.unknown), ANY_KEY in self.home[1], _BEST_FIRST.index(self.kind)

    def is_settled_by(self, other: _Form) -> bool:
        pairs = zip(self.answers, other.answers, strict=True)
        return other.unknown < self.unknown and all(None in pair or pair[0] == pair[1] for pair in pairs)


def _is_settled(me: _Form, forms: Iterable[_Form]) -> bool:
    """Whether another root knows all that is known of this form and more; of all its instances, if it has several."""
    by_root: dict[str, list[bool]] = {}
    for form in forms:
        by_root.setdefault(form.home[0], []).append(me.is_settled_by(form))
    return any(map(all, by_root.values()))


def _others(
    principals: Iterable[AssessedPrincipal], sources: Mapping[str, str]
) -> dict[Home, tuple[_Form, list[_Form]]]:
    """The forms of other kinds of each that has some; what stands for instances that are not known has theirs."""
    groups: dict[tuple[str, str], list[_Form]] = {}
    for one in principals:
        definition = one.definition
        if definition.root_kind in _BEST_FIRST:
            source = sources.get(definition.root, definition.root)
            groups.setdefault((source, _KEY.sub(ANY_KEY, definition.address)), []).append(_form(one))
    found: dict[Home, tuple[_Form, list[_Form]]] = {}
    for group in groups.values():
        if len({form.kind for form in group}) > 1:
            _join(group, found)
    return found


def _join(group: Sequence[_Form], found: dict[Home, tuple[_Form, list[_Form]]]) -> None:
    by_address: dict[str, list[_Form]] = {}
    for form in group:
        by_address.setdefault(form.home[1], []).append(form)
    pairs = [pair for same in by_address.values() for pair in combinations(same, 2)]
    for general in (address for address in by_address if ANY_KEY in address):
        for address, instances in by_address.items():
            if address != general and stands_for(general, address):
                pairs += [(one, other) for one in by_address[general] for other in instances]
    for one, other in pairs:
        if one.kind is not other.kind:
            found.setdefault(one.home, (one, []))[1].append(other)
            found.setdefault(other.home, (other, []))[1].append(one)


def _form(one: AssessedPrincipal) -> _Form:
    definition, console = one.definition, one.console.access
    outcomes = (one.aws_login.outcome(client) for client in Client)
    clients = (None if outcome is Outcome.UNKNOWN else outcome.value for outcome in outcomes)
    known = None if console is Access.UNKNOWN else console.value
    return _Form((definition.root, definition.address), definition.root_kind, (known, *clients))
