"""What rules see of a principal: the object of the JSON report, a few facts more, and the words for messages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scanner.cause import Cause
from scanner.diagnostic import as_sentence
from scanner.iam.evaluate import Decision, Outcome, StatementMatch
from scanner.iam.pattern import Hole
from scanner.iam.policy import Patterns
from scanner.iam.principal import PolicyType
from scanner.iam.variables import Variable
from scanner.span import Span
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.document import location, principal_document
from scanner.verdicts.reasons import described, listed, statement_place, written_resources
from scanner.verdicts.remedies import orders
from scanner.verdicts.sign_in import ACTIONS, Client, Permission

PLACEHOLDERS = {
    "name": "the principal's name, or its address if the name is not known",
    "kind": "user, role or permission set",
    "missing": "why `aws login` on the same device does not work",
    "depends_on": "the request context or region that a conditional decision depends on",
    "undetermined_by": "what is not known and would have to be",
    "denied_by": "the statements that deny it",
    "remedy": "what to do so that `aws login` works on the same device, as sentences",
}


def view(assessed: AssessedPrincipal) -> dict[str, Any]:
    """The document of one principal that selectors see."""
    return {
        **principal_document(assessed),
        "access_keys": [location(span) for span in assessed.definition.access_keys],
        "sign_in_grants": [location(span) for span in _written_grants(assessed)],
    }


def words(assessed: AssessedPrincipal, document: dict[str, Any]) -> dict[str, str]:
    """A text for every placeholder."""
    local = assessed.aws_login.of(Client.LOCALHOST)
    causes = [cause for permission in local for cause in permission.decision.causes]
    return {
        "name": document["name"] or document["address"],
        "kind": document["kind"].replace("_", " "),
        "missing": _missing(assessed, local),
        "depends_on": _joined(cause.detail for cause in causes),
        "undetermined_by": _joined(
            cause.detail for cause in (*assessed.console.causes, *causes) if not cause.kind.concerns_request
        ),
        "remedy": " ".join(as_sentence(one) for one in orders(assessed)),
        "denied_by": _joined(f"{_sid(match)} of {described(match.policy)}" for match in _deciding(local, denies=True)),
    }


def _joined(parts: Iterable[str]) -> str:
    return listed(dict.fromkeys(parts)) or "nothing"


def _deciding(permissions: tuple[Permission, ...], *, denies: bool) -> list[StatementMatch]:
    return [
        match
        for permission in permissions
        for match in permission.decision.matches
        if (match.denies if denies else match.allows).is_yes
    ]


def _sid(match: StatementMatch) -> str:
    return f'the statement "{match.statement.sid}"' if match.statement.sid else "a statement"


def _missing(assessed: AssessedPrincipal, permissions: tuple[Permission, ...]) -> str:
    """Which of the two actions is missing, and what stands in its place."""
    refused = [
        found for found in permissions if found.decision.outcome in (Outcome.IMPLICIT_DENY, Outcome.EXPLICIT_DENY)
    ]
    if not refused:
        return "nothing"
    actions = " and ".join(found.action for found in refused)
    boundaries = " and ".join(boundary.name for boundary in assessed.principal.boundaries)
    blocked = [found for found in refused if _granted(found.decision)]
    if blocked and all(PolicyType.BOUNDARY in found.decision.blocked_by for found in blocked):
        return f"its permissions boundary {boundaries} does not allow {actions}"
    if blocked and all(PolicyType.SCP in found.decision.blocked_by for found in blocked):
        return f"the service control policies do not allow {actions}"
    also = ""
    if any(PolicyType.BOUNDARY in found.decision.blocked_by for found in refused):
        also = f"; its permissions boundary {boundaries} does not allow it either"
    elsewhere = _elsewhere(refused)
    if elsewhere:
        verb = "is" if len(refused) == 1 else "are"
        return f"{actions} {verb} allowed on {elsewhere} only, not on oauth2/public-client/localhost{also}"
    if len(refused) < len(permissions):
        given = " and ".join(found.action for found in permissions if found not in refused)
        return f"{given} is allowed, but {actions} is not{also}"
    return f"no policy allows {actions}{also}"


def _granted(decision: Decision) -> bool:
    """Whether the identity-based policies alone would allow it."""
    return any(match.allows.is_yes for match in decision.matches if match.policy.policy_type is PolicyType.IDENTITY)


def _elsewhere(refused: list[Permission]) -> str:
    """The resources on which the refused actions are allowed."""
    found = [
        written_resources(match)
        for permission in refused
        for match in permission.decision.matches
        if match.policy.policy_type is PolicyType.IDENTITY
        and match.policy.applies.is_yes
        and match.statement.allows.is_yes
        and match.action.is_yes
        and match.resource.is_no
    ]
    return " and ".join(dict.fromkeys(found))


def _written_grants(assessed: AssessedPrincipal) -> list[Span]:
    """Places of Allow statements that write both actions out and reach one of the two clients."""
    found: dict[Span, None] = {}
    for permission in assessed.aws_login.permissions:
        for match in permission.decision.matches:
            if (
                match.policy.policy_type is PolicyType.IDENTITY
                and match.policy.applies.is_yes
                and match.statement.allows.is_yes
                and not match.resource.is_no
                and _writes_out(match.statement.actions)
            ):
                found[statement_place(match)] = None
    return list(found)


def _writes_out(actions: Patterns) -> bool:
    if actions.negated:
        return False
    written = {
        "".join(part for part in item if isinstance(part, str)).lower()
        for item in actions.items
        if all(isinstance(part, str) and not isinstance(part, Hole | Variable) for part in item)
    }
    return {action.lower() for action in ACTIONS} <= written


def causes(assessed: AssessedPrincipal) -> tuple[Cause, ...]:
    """Everything that is undetermined about ``aws login`` on the same device, and about the console."""
    local = assessed.aws_login.of(Client.LOCALHOST)
    return (*assessed.console.causes, *(cause for found in local for cause in found.decision.causes))
