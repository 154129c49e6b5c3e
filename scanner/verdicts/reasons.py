"""A decision in sentences: which statements made it so, or came close, and where they stand.

Nothing is decided here; the sentences are read off the evidence that the decision holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase

from scanner.cause import Cause
from scanner.iam.evaluate import Decision, Outcome, StatementMatch
from scanner.iam.principal import AttachedPolicy, How, PolicyType
from scanner.iam.variables import shown_text
from scanner.lazy_dataclass import dataclass
from scanner.principals.definition import PrincipalDefinition
from scanner.regexes import anywhere
from scanner.shortened import shortened
from scanner.span import Span

MAX_REASONS = 5
"""Statements of one kind (that allow, that deny, in doubt) that are given as reasons. ``--explain`` has them all."""
MAX_NAMED = 10
"""Values that one sentence names."""
NOTHING_ALLOWS = "no policy allows it"
"""The reason where there is no statement to speak of."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence, and the place that it speaks of."""

    text: str
    span: Span
    claim: str = ""
    """The sentence for readers who are shown causes at their own places: without those. Else empty."""


def reasons(definition: PrincipalDefinition, decision: Decision) -> tuple[Reason, ...]:
    """Why the decision is what it is; at least one reason, in the order of the policies."""
    found = tuple(dict.fromkeys(_reasons(definition, decision)))
    return found or (Reason(NOTHING_ALLOWS, definition.span),)


def _reasons(definition: PrincipalDefinition, decision: Decision) -> list[Reason]:
    allow = [match for match in decision.matches if not match.allows.is_no]
    deny = [match for match in decision.matches if not match.denies.is_no]
    match decision.outcome:
        case Outcome.ALLOWED:
            return _allowing(allow)
        case Outcome.EXPLICIT_DENY:
            return _some([found for found in deny if found.denies.is_yes], lambda _: "denies it", "deny it")
        case Outcome.IMPLICIT_DENY:
            return [*_blocking(definition, decision), *_near_misses(decision)]
        case Outcome.CONDITIONAL | Outcome.UNKNOWN:
            undecided = [found for found in decision.matches if found.matched.is_undetermined]
            return [
                *_blocking(definition, decision),
                *_some(undecided, _doubt, "may allow or deny it", _claim),
                *_allowing(allow),
            ]


def _allowing(matches: Iterable[StatementMatch]) -> list[Reason]:
    return _some([found for found in matches if found.allows.is_yes], lambda _: "allows it", "allow it")


def _some(
    matches: Sequence[StatementMatch],
    says: Callable[[StatementMatch], str],
    together: str,
    claims: Callable[[StatementMatch], str] | None = None,
) -> list[Reason]:
    """A sentence for each statement; when there are many, for the first of them, and one for all others.

    A policy whose target is not known may reach everybody, and many stacks may have a group of one name.
    """
    found: dict[Reason, None] = {}
    for number, match in enumerate(matches):
        if len(found) == MAX_REASONS:
            others = f"{len(matches) - number:,} more statements {together}, which --explain lists"
            return [*found, Reason(others, statement_place(match))]
        found[_reason(match, says(match), claims(match) if claims is not None else "")] = None
    return list(found)


def listed(parts: Iterable[str]) -> str:
    """Some of what a sentence depends on, and how much more there is."""
    found = tuple(parts)
    shown = "; ".join(found[:MAX_NAMED])
    return f"{shown}; and {len(found) - MAX_NAMED:,} more" if len(found) > MAX_NAMED else shown


def _doubt(found: StatementMatch) -> str:
    if found.statement.allows.is_undetermined:
        verb = "may allow or deny it"
    else:
        verb = "allows it" if found.statement.allows.is_yes else "denies it"
    return f"{verb} depending on: {listed(sorted({cause.detail for cause in _causes(found)}))}"


def _claim(found: StatementMatch) -> str:
    here = sorted({cause.detail for cause in _causes(found) if cause.span is None})
    may = {True: "may allow it", False: "may deny it", None: "may allow or deny it"}[found.statement.allows.known]
    return f"{may} depending on: {listed(here)}" if here else may


def _causes(found: StatementMatch) -> frozenset[Cause]:
    return found.matched.causes | found.statement.allows.causes


def _blocking(definition: PrincipalDefinition, decision: Decision) -> list[Reason]:
    found: list[Reason] = []
    if PolicyType.BOUNDARY in decision.blocked_by:
        found += [
            Reason(shortened(f"the permissions boundary {boundary.name} does not allow it"), boundary.span)
            for boundary in definition.principal.boundaries
        ]
    if PolicyType.SCP in decision.blocked_by:
        found.append(Reason("the service control policies do not allow it", definition.span))
    return found


def _near_misses(decision: Decision) -> list[Reason]:
    """Allow statements that name the action but do not match, with the element that failed."""
    missed = [
        match
        for match in decision.matches
        if match.policy.policy_type is PolicyType.IDENTITY
        and not match.statement.allows.is_no
        and (match.resource.is_no or match.condition.is_no)
    ]
    return _some(missed, _near_miss, "allow the action for something else")


def _near_miss(match: StatementMatch) -> str:
    if match.resource.is_no:
        return f"allows the action on {written_resources(match)} only"
    return "allows the action under conditions that this principal never meets"


def written_resources(match: StatementMatch) -> str:
    """The resources of a statement as they are written."""
    resources = match.statement.resources
    text = ", ".join(shown_text(item) for item in resources.items)
    return f"everything but {text}" if resources.negated else text


_SEGMENTS = ("partition", None, "region", "account", None)


def misplaced(match: StatementMatch, resource: str) -> tuple[str, ...]:
    """In which partition, region or account the request is that no resource of the statement is in, in words.

    ``resource`` is the ARN asked for, with ``*`` where it is open. Empty where the resources differ in something else.
    """
    if match.statement.resources.negated:
        return ()
    wanted = resource.split(":", 5)
    found: dict[str, None] = {}
    for item in match.statement.resources.items:
        given = shown_text(item).split(":", 5)
        if len(given) < len(wanted) and not given[-1].endswith("*"):
            return ()
        given += ["*"] * (len(wanted) - len(given))
        if not _fits(given[1:], wanted[1:], 1) or not _fits(given[1:], wanted[1:], 4):
            return ()
        for number, kind in enumerate(_SEGMENTS):
            if kind is not None and not _fits(given[1:], wanted[1:], number):
                asked = wanted[number + 1]
                found[f"any {kind}" if asked == "*" else f"the {kind} {asked}"] = None
    return tuple(found)


def _fits(given: Sequence[str], wanted: Sequence[str], number: int) -> bool:
    """Whether a segment of an ARN may be the wanted one. What is empty is none, what is not known may be any."""
    if not given[number] or wanted[number] == "*":
        return bool(given[number])
    return fnmatchcase(
        wanted[number], anywhere(r"\$\{(?:[^}$]|\$(?!\{))*+\}|…").sub("*", given[number]).replace("[", "[[]")
    )


def _reason(match: StatementMatch, says: str, claim: str = "") -> Reason:
    statement, policy = match.statement, match.policy
    sid = f' "{statement.sid}"' if statement.sid else ""
    subject = f"statement{sid} of {described(policy)}"
    text, without = f"{subject} {says}", f"{subject} {claim}" if claim else ""
    return Reason(shortened(text), statement_place(match), shortened(without))


def statement_place(match: StatementMatch) -> Span:
    """Where the statement stands; for a policy that is not in the code, what attaches it."""
    return match.statement.span or match.policy.span


def described(policy: AttachedPolicy) -> str:
    """A policy in words: its name and how it arrived."""
    return f"{policy.name} ({arrival(policy)})"


def arrival(policy: AttachedPolicy) -> str:
    """How a policy arrived, in words: ``inline``, ``attached, through group admins`` …"""
    through = f"through group {policy.group}" if policy.group is not None else ""
    match policy.how:
        case How.GROUP:
            return through
        case How.CONTROL:
            return policy.policy_type.value
    return ", ".join(filter(None, (policy.how.value, through)))


def blocking_layers(decision: Decision) -> tuple[str, ...]:
    """The layers beside the identity-based policies that certainly do not allow the request, in words."""
    return tuple(sorted(layer.value for layer in decision.blocked_by))
