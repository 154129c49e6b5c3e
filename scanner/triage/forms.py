"""One finding for one principal, in however many forms it was scanned: as configuration, as plan, as state.

The forms of a principal have its address and are of one directory (``Finding.source``), and nothing that is known of
their names and accounts differs. A rule that flags several of them has one thing to say; it says it of the
best-informed one, and names the others. What is open in one form and decided in another is not open: a note that nobody
knows whether ``aws login`` works is no use beside a plan that does. Another plan does not decide it, for people keep
one for each environment. And without the configuration, a plan and a state are two statements: what is going to be, and
what is.

Forms that contradict each other (the plan is an old one) are both reported, and what counts is never dropped for what
is suppressed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from scanner.finding import Finding
from scanner.iam.evaluate import Outcome
from scanner.iam.pattern import literal
from scanner.lazy_dataclass import dataclass
from scanner.principals.definition import ANY_KEY, stands_for
from scanner.regexes import anywhere
from scanner.root import RootKind
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.console import Access
from scanner.verdicts.sign_in import Client

_BEST_FIRST = (RootKind.TERRAFORM_PLAN, RootKind.TERRAFORM_MODULE, RootKind.TERRAFORM_STATE)
"""Among equals: what is going to be, what is written, what was."""
_KEY = anywhere(r'\["(?:[^"\\]|\\.)*"\]|\[[0-9]+\]')

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
    dropped: set[int] = set()
    for number, finding in enumerate(found):
        here = finding.root, finding.principal
        if here not in others:
            continue
        me, forms = others[here]
        same = [
            flagged[finding.rule, *form.home]
            for form in forms
            if form.rank < me.rank and _stands_in(found, flagged.get((finding.rule, *form.home)), finding)
        ]
        for better in same:
            also.setdefault(better, set()).add(finding.root)
        if same or _is_settled(me, forms):
            dropped.add(number)
    return tuple(
        replace(one, also_in=tuple(sorted(also[number]))) if number in also else one
        for number, one in enumerate(found)
        if number not in dropped
    )


def _stands_in(found: Sequence[Finding], number: int | None, finding: Finding) -> bool:
    """Whether there is a finding of that number, and it says what the other says as loudly."""
    return number is not None and (found[number].suppressed is None or finding.suppressed is not None)


@dataclass(frozen=True, slots=True)
class _Form:
    home: Home
    kind: RootKind
    answers: tuple[str | None, ...]
    """Console access and the two clients; None for what is not known."""
    named: tuple[str | None, str | None]
    """Name and account, as far as they are known."""

    @property
    def unknown(self) -> frozenset[int]:
        return frozenset(number for number, answer in enumerate(self.answers) if answer is None)

    @property
    def rank(self) -> tuple[int, bool, int, str]:
        return len(self.unknown), ANY_KEY in self.home[1], _BEST_FIRST.index(self.kind), self.home[0]

    def may_be(self, other: _Form) -> bool:
        """Whether both may be one principal: those of two roots, with nothing that speaks against it."""
        pairs = zip(self.named, other.named, strict=True)
        return self.home[0] != other.home[0] and all(None in pair or pair[0] == pair[1] for pair in pairs)

    def is_settled_by(self, other: _Form) -> bool:
        if self.kind is other.kind:
            return False
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
    """The other forms of each that has some; what stands for instances that are not known has theirs."""
    groups: dict[tuple[str, str], list[_Form]] = {}
    for one in principals:
        definition = one.definition
        if definition.root_kind in _BEST_FIRST:
            source = sources.get(definition.root, definition.root)
            groups.setdefault((source, _KEY.sub(ANY_KEY, definition.address)), []).append(_form(one))
    found: dict[Home, tuple[_Form, list[_Form]]] = {}
    for group in groups.values():
        if any(form.kind is RootKind.TERRAFORM_MODULE for form in group) and len({form.home[0] for form in group}) > 1:
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
        if one.may_be(other):
            found.setdefault(one.home, (one, []))[1].append(other)
            found.setdefault(other.home, (other, []))[1].append(one)


def _form(one: AssessedPrincipal) -> _Form:
    definition, console = one.definition, one.console.access
    outcomes = (one.aws_login.outcome(client) for client in Client)
    clients = (None if outcome is Outcome.UNKNOWN else outcome.value for outcome in outcomes)
    known = None if console is Access.UNKNOWN else console.value
    named = literal(definition.principal.name), definition.principal.account
    return _Form((definition.root, definition.address), definition.root_kind, (known, *clients), named)
