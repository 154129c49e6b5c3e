"""A decision in sentences: which statements made it so, or came close, and where they stand.

Nothing is decided here; the sentences are read off the evidence that the decision holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from scanner.cause import NOT_INSTALLED, Cause, CauseKind
from scanner.iam.evaluate import Decision, Outcome, StatementMatch
from scanner.iam.principal import AttachedPolicy, How, PolicyType
from scanner.iam.variables import shown_text
from scanner.principals.definition import PrincipalDefinition
from scanner.root import RootKind
from scanner.span import Span
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.sign_in import Client, Permission

MAX_REASONS = 5
"""Statements of one kind (that allow, that deny, in doubt) that are given as reasons. ``--explain`` has them all."""
MAX_NAMED = 10
"""Values that one sentence names."""


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
    return found or (Reason("no policy allows it", definition.span),)


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
            Reason(f"the permissions boundary {boundary.name} does not allow it", boundary.span)
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


def _reason(match: StatementMatch, says: str, claim: str = "") -> Reason:
    statement, policy = match.statement, match.policy
    sid = f' "{statement.sid}"' if statement.sid else ""
    subject = f"statement{sid} of {described(policy)}"
    return Reason(f"{subject} {says}", statement_place(match), f"{subject} {claim}" if claim else "")


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


def remedies(assessed: AssessedPrincipal) -> tuple[str, ...]:
    """What would have to change, so that ``aws login`` works on the same device; empty when it does."""
    refused = [
        found for found in assessed.aws_login.of(Client.LOCALHOST) if found.decision.outcome is not Outcome.ALLOWED
    ]
    if not refused:
        return ()
    found: dict[str, None] = {}
    for permission in refused:
        found |= dict.fromkeys(_remedies(assessed.definition, permission))
    return tuple(found)


def remedy(cause: Cause, root_kind: RootKind) -> str:
    """What to do about one cause, as an order; ``root_kind`` is that of the scan root."""
    is_template = root_kind is RootKind.CLOUDFORMATION_TEMPLATE
    match cause.kind:
        case CauseKind.CONTEXT_KEY:
            return f"give its value with --context {cause.detail}=VALUE"
        case CauseKind.REGION:
            return "give the region with --region"
        case CauseKind.MISSING_INPUT:
            return _missing_input(cause, is_template=is_template)
        case CauseKind.KNOWN_AFTER_APPLY:
            return _known_after_apply(cause, root_kind)
        case CauseKind.MISSING_MODULE:
            return _missing_module(cause, is_template=is_template)
        case CauseKind.UNRESOLVED_REFERENCE | CauseKind.MISSING_POLICY:
            return "also scan the code that defines what is missing"
        case CauseKind.MALFORMED:
            return "correct what is malformed"
        case CauseKind.CYCLE:
            return "break the cycle"
        case CauseKind.UNSUPPORTED:
            return "scan a plan" if root_kind is RootKind.TERRAFORM_MODULE else "check by hand what is not followed"
    assert_never(cause.kind)


def _missing_input(cause: Cause, *, is_template: bool) -> str:
    named = re.search(r"\((--[a-z-]+|run `[^`]+`)\)", cause.detail)
    if named is not None:
        return named[1] if named[1].startswith("run") else f"give it with {named[1]}"
    if cause.detail.startswith("whether "):
        return "check in which accounts the stacks are" if is_template else "name the accounts of the providers"
    if "parameter " in cause.detail and is_template:
        return "give the value with --parameter or --parameters"
    return "give the missing value" if is_template else "give the value with --var or --var-file"


def _known_after_apply(cause: Cause, root_kind: RootKind) -> str:
    if "--source" in cause.detail:
        return "scan the plan file, or give the configuration with --source"
    match root_kind:
        case RootKind.CLOUDFORMATION_TEMPLATE:
            return "scan a change set of the stack"
        case RootKind.TERRAFORM_MODULE:
            return "scan a plan or the state"
        case _:
            return "scan the state after the next apply"


def _missing_module(cause: Cause, *, is_template: bool) -> str:
    if is_template:
        return "give the template a local path in the scanned tree"
    if cause.detail.endswith(NOT_INSTALLED):
        return "run `terraform init`, then scan again"
    return "give the value with --var or --var-file" if "variable " in cause.detail else "correct the module source"


def _remedies(definition: PrincipalDefinition, permission: Permission) -> Iterator[str]:
    decision = permission.decision
    if decision.outcome in (Outcome.CONDITIONAL, Outcome.UNKNOWN):
        yield from (f"settle {cause.detail}: {remedy(cause, definition.root_kind)}" for cause in decision.causes)
        return
    for match in decision.matches:
        if match.denies.is_yes:
            sid = f' "{match.statement.sid}"' if match.statement.sid else ""
            yield f"take {permission.action} out of the Deny statement{sid} of {described(match.policy)}"
    identity = [match for match in decision.matches if match.policy.policy_type is PolicyType.IDENTITY]
    if all(match.allows.is_no for match in identity):
        policy = f"arn:{definition.principal.partition}:iam::aws:policy/SignInLocalDevelopmentAccess"
        resource = f"arn:{definition.principal.partition}:signin:*:*:oauth2/public-client/*"
        yield f"attach {policy}, or allow both sign-in actions on {resource}"
    for layer in blocking_layers(decision):
        yield f"allow {permission.action} in the {layer} too"
