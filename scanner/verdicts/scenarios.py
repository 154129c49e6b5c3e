"""From facts to assessed principals, trying out what the code leaves open with few answers.

Theory. Code whose input has no value is evaluated with an unknown in its place, and most verdicts come out definite all
the same. Where one does not, it names its causes. If one of these belongs to a choice, the root is evaluated again once
for each answer, and the verdict is looked at under each. An answer may leave further causes; they are tried in the same
way, together with it. The leaves of this tree are the scenarios of that principal. Since the answers of a choice are
complete,

- a verdict that is the same in all scenarios holds, whatever the input is going to be. Denied explicitly in some and
  implicitly in the others is denied implicitly: nothing ever allows it;
- otherwise the verdict without assumptions stands, which names what is open as its cause.

Both languages have choices, and each says what they are: in a template a parameter, a condition or the key of a mapping
(``scanner.cloudformation.stacks.choices``), in a configuration a condition, a comparison or the key of a map
(``scanner.terraform.language.questions``). A choice is about a symbol, never about a place, so one that comes up twice
is made once. An answer is put in where the language evaluates, so all that follows from it follows as it would for a
given value, and what the language would refuse under it is not a scenario (``Facts.refuted``).

Only what a principal's verdict really depends on is tried, so ten users who depend on ten parameters take twenty
evaluations and not a thousand; and only as long as all scenarios so far agree. A principal that does not exist under an
assumption has no verdict there; one that stands for instances that are not known (``[*]``) has those of all that it is.

What is asked about a principal is settled one after the other, each as if nothing else had been asked: console access
with ``aws login``, what becomes of that without MFA, and each permission that a rule asks for. So a question changes no
other answer. An evaluation serves them all.

Bounds: ``MAX_LEAVES`` scenarios for one principal, ``MAX_EVALUATIONS`` evaluations of one root, fewer for a root with
many facts (``MAX_WORK``), all of them for each thing that is asked, and what is left of the root's budget. Beyond them
the verdict without assumptions stands, and a warning says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from scanner.budget import BudgetSpentError, current, is_spent
from scanner.cause import Cause
from scanner.diagnostic import Diagnostic, bound_exceeded, warning
from scanner.facts import MAX_ANSWERS, Choice, Facts
from scanner.iam.evaluate import Decision, Outcome, StatementMatch
from scanner.lazy_dataclass import dataclass
from scanner.principals.definition import PrincipalDefinition, stands_for
from scanner.principals.merge import merge
from scanner.root import Assumption
from scanner.span import Span
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.console import Access, ConsoleAccess
from scanner.verdicts.sign_in import AwsLogin, Permission

MAX_LEAVES = 64
MAX_EVALUATIONS = 256
MAX_WORK = 15_000
"""Facts times evaluations of one root."""

Decide = Callable[[PrincipalDefinition], AssessedPrincipal]
Extract = Callable[[tuple[Assumption, ...]], Facts]
"""The facts of the same root under assumptions."""


def assess(
    facts: Facts, decide: Decide, extract: Extract
) -> tuple[tuple[AssessedPrincipal, ...], tuple[Diagnostic, ...]]:
    """The principals of one root, sorted by address, with their verdicts, and what is wrong with their policies."""
    principals, problems = merge(facts)
    assessed = tuple(decide(principal) for principal in principals)
    budget = current()
    if budget is not None and budget.is_spent:
        problem = budget.exceeded()
        return assessed, (*problems, bound_exceeded(str(problem), problem.place or Span.whole_file(facts.root)))
    if not facts.choices:
        return assessed, problems
    search = _Search(facts, decide, extract)
    for aspect in _aspects(assessed):
        assessed = search.settled(assessed, aspect)
    return assessed, (*problems, *search.diagnostics())


@dataclass(frozen=True, slots=True)
class _Aspect:
    """What is settled together."""

    places: tuple[int, ...]
    """Of the permissions among ``_permissions``."""
    console: bool = False

    def of(self, found: AssessedPrincipal) -> Iterator[Permission]:
        permissions = _permissions(found)
        return (permissions[place] for place in self.places)


def _permissions(found: AssessedPrincipal) -> tuple[Permission, ...]:
    return (*found.permissions, *found.without_mfa)


def _aspects(assessed: tuple[AssessedPrincipal, ...]) -> Iterator[_Aspect]:
    """All principals are asked the same, so any of them tells."""
    for found in assessed[:1]:
        login, asked = len(found.aws_login.permissions), len(found.permissions)
        every = range(len(_permissions(found)))
        yield _Aspect(tuple(every[:login]), console=True)
        yield from (_Aspect((place,)) for place in every[login:asked])
        if found.without_mfa:
            yield _Aspect(tuple(every[asked : asked + login]))
            yield from (_Aspect((place,)) for place in every[asked + login :])


class _TooManyError(Exception):
    """There are more scenarios than are tried."""


class _Scenario:
    """One root under assumptions."""

    def __init__(self, facts: Facts, decide: Decide) -> None:
        self.choices = facts.choices
        self._decide = decide
        self._refuted = facts.refuted_identities()
        self._principals: dict[Span, list[PrincipalDefinition]] = {}
        for found in merge(facts)[0]:
            self._principals.setdefault(found.span, []).append(found)
        self._assessed: dict[tuple[str, Span], AssessedPrincipal] = {}

    def find(self, principal: PrincipalDefinition) -> Iterator[AssessedPrincipal]:
        """The principal, or all that it stands for, if the code is not refused where they are there."""
        for found in self._principals.get(principal.span, ()):
            key = found.address, found.span
            if stands_for(principal.address, found.address) and found.address not in self._refuted:
                if key not in self._assessed:
                    self._assessed[key] = self._decide(found)
                yield self._assessed[key]


class _Search:
    def __init__(self, facts: Facts, decide: Decide, extract: Extract) -> None:
        self._facts = facts
        self._decide = decide
        self._extract = extract
        size = len(facts.identities) + len(facts.policies) + len(facts.inline_policies) + len(facts.attachments)
        self._bound = min(MAX_EVALUATIONS, MAX_WORK // max(size, 1))
        self._scenarios: dict[frozenset[Assumption], _Scenario] = {}
        self._used: set[frozenset[Assumption]] = set()
        """What is assumed in the scenarios of one aspect."""
        self._given_up: dict[str, None] = {}

    def settled(self, assessed: Iterable[AssessedPrincipal], aspect: _Aspect) -> tuple[AssessedPrincipal, ...]:
        """The same principals with the verdicts on the aspect that hold in all their scenarios."""
        self._used = set()
        return tuple(self._settled(found, aspect) for found in assessed)

    def _settled(self, base: AssessedPrincipal, aspect: _Aspect) -> AssessedPrincipal:
        choice = _next_choice(base, self._facts.choices, aspect)
        if choice is None:
            return base
        leaves: list[AssessedPrincipal] = []
        try:
            for leaf in self._leaves(base.definition, choice, frozenset(), aspect):
                leaves.append(leaf)
                if is_spent():
                    raise _TooManyError
                if not _may_settle(base, leaves, aspect):
                    break
                if len(leaves) > MAX_LEAVES:
                    raise _TooManyError
        except (_TooManyError, BudgetSpentError):
            self._given_up[base.definition.address] = None
            return base
        return _combined(base, leaves, aspect) if leaves else base

    def diagnostics(self) -> Iterator[Diagnostic]:
        """What was not tried out."""
        if self._given_up:
            first, *others = self._given_up
            more = f" and {len(others)} more" if others else ""
            is_terraform = self._facts.root_kind.is_terraform
            what, option = ("variables", "--var") if is_terraform else ("parameters", "--parameter")
            detail = (
                f'"{first}"{more} may depend on more combinations of {what} and conditions than are '
                f"tried; {option} settles them."
            )
            yield warning("Combinations not tried", detail, Span.whole_file(self._facts.root))

    def _leaves(
        self, principal: PrincipalDefinition, choice: Choice, assumed: frozenset[Assumption], aspect: _Aspect
    ) -> Iterator[AssessedPrincipal]:
        if {answer.subject for answer in choice.answers} & {one.subject for one in assumed}:
            raise _TooManyError  # an assumption that settles nothing would be made for ever
        if len(choice.answers) > MAX_ANSWERS:
            raise _TooManyError
        for answer in choice.answers:
            assumptions = assumed | {answer}
            scenario = self._scenario(assumptions)
            for found in scenario.find(principal):
                further = _next_choice(found, scenario.choices, aspect)
                if further is None:
                    yield found
                else:
                    yield from self._leaves(found.definition, further, assumptions, aspect)

    def _scenario(self, assumptions: frozenset[Assumption]) -> _Scenario:
        if assumptions not in self._used and len(self._used) >= self._bound:
            raise _TooManyError
        self._used.add(assumptions)
        known = self._scenarios.get(assumptions)
        if known is None:
            ordered = tuple(sorted(assumptions, key=Assumption.sort_key))
            known = self._scenarios[assumptions] = _Scenario(self._extract(ordered), self._decide)
        if is_spent():  # then it may lack somebody, and decides nothing
            raise _TooManyError
        return known


def _next_choice(found: AssessedPrincipal, choices: Iterable[Choice], aspect: _Aspect) -> Choice | None:
    """The first choice that may settle something about the principal."""
    causes: set[Cause] = set(found.console.causes) if aspect.console else set()
    for permission in aspect.of(found):
        causes |= _open(permission.decision)
    return next((choice for choice in choices if choice.causes & causes), None)


def _open(decision: Decision) -> set[Cause]:
    """What the outcome depends on; for an implicit denial, what might make it explicit."""
    if decision.outcome is Outcome.IMPLICIT_DENY:
        return {cause for match in decision.matches if match.denies.is_undetermined for cause in match.denies.causes}
    return set(decision.causes)


def _may_settle(base: AssessedPrincipal, leaves: list[AssessedPrincipal], aspect: _Aspect) -> bool:
    """Whether the scenarios still agree about anything that is open without them."""
    if aspect.console:
        accesses = {leaf.console.access for leaf in leaves}
        if base.console.access is Access.UNKNOWN and len(accesses) == 1 and Access.UNKNOWN not in accesses:
            return True
    for permission, *found in zip(aspect.of(base), *map(aspect.of, leaves), strict=True):
        outcomes = {one.decision.outcome for one in found}
        agreed = len(outcomes) == 1 or outcomes == {Outcome.EXPLICIT_DENY, Outcome.IMPLICIT_DENY}
        if permission.decision.outcome is not Outcome.UNKNOWN or (agreed and outcomes != {Outcome.UNKNOWN}):
            return True
    return False


def _combined(base: AssessedPrincipal, leaves: list[AssessedPrincipal], aspect: _Aspect) -> AssessedPrincipal:
    permissions = list(_permissions(base))
    for place, permission, *found in zip(aspect.places, aspect.of(base), *map(aspect.of, leaves), strict=True):
        decision = _decision(permission.decision, [one.decision for one in found])
        permissions[place] = replace(permission, decision=decision)
    login, asked = len(base.aws_login.permissions), len(base.permissions)
    return AssessedPrincipal(
        base.definition,
        _console(base.console, [leaf.console for leaf in leaves]) if aspect.console else base.console,
        AwsLogin(tuple(permissions[:login])),
        tuple(permissions[login:asked]),
        tuple(permissions[asked:]),
    )


def _console(base: ConsoleAccess, leaves: list[ConsoleAccess]) -> ConsoleAccess:
    if base.access is not Access.UNKNOWN or len({leaf.access for leaf in leaves}) > 1:
        return base
    return ConsoleAccess(
        leaves[0].access,
        tuple(dict.fromkeys(via for leaf in leaves for via in leaf.via)),
        tuple(dict.fromkeys(span for leaf in leaves for span in leaf.evidence)),
        tuple(sorted({cause for leaf in leaves for cause in leaf.causes}, key=Cause.sort_key)),
    )


def _decision(base: Decision, leaves: list[Decision]) -> Decision:
    outcomes = {leaf.outcome for leaf in leaves}
    if outcomes == {Outcome.EXPLICIT_DENY, Outcome.IMPLICIT_DENY}:
        outcomes = {Outcome.IMPLICIT_DENY}  # nothing ever allows it
    if base.outcome in (Outcome.ALLOWED, Outcome.EXPLICIT_DENY) or len(outcomes) > 1:
        return base
    matches: dict[object, StatementMatch] = {}
    for leaf in leaves:
        for match in leaf.matches:
            matches.setdefault(_evidence(match), match)
    causes = tuple(sorted({cause for leaf in leaves for cause in leaf.causes}, key=Cause.sort_key))
    blocked_by = frozenset.intersection(*(leaf.blocked_by for leaf in leaves))
    return Decision(outcomes.pop(), tuple(matches.values()), causes, blocked_by)


def _evidence(match: StatementMatch) -> object:
    """What tells one match from another: the statement, how it got there and how it answered."""
    policy, statement = match.policy, match.statement
    answers = (match.action, match.resource, match.condition, policy.applies, statement.allows)
    return policy.name, policy.how, policy.group, policy.span, statement.span, statement.sid, answers
