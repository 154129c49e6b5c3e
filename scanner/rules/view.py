"""What rules see of a principal: the object of the JSON report with more parts, and the words for messages."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import Any

from scanner.cause import Cause
from scanner.diagnostic import as_sentence
from scanner.iam.evaluate import Decision, Outcome, StatementMatch, worst
from scanner.iam.pattern import Text, literal
from scanner.iam.principal import PolicyType, Principal
from scanner.lazy_dataclass import dataclass
from scanner.rules.parts import CHANGE, DRIFT, OF_POLICIES, PARTS, PERMISSION_PARTS, context_keys
from scanner.rules.said_once import SaidOnce
from scanner.rules.trusted import trust_entries
from scanner.shortened import shortened
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.console import Via
from scanner.verdicts.document import NO_PERMISSIONS, PermissionDocuments, principal_document
from scanner.verdicts.reasons import described, listed, misplaced, written_resources
from scanner.verdicts.remedies import orders
from scanner.verdicts.sign_in import Client, Permission

PLACEHOLDERS = {
    "name": "the principal's name, or its address if the name is not known",
    "kind": "user, role or permission set",
    "missing": "why `aws login` on the same device does not work",
    "depends_on": "the request context or region that a conditional decision depends on",
    "undetermined_by": "what is not known and would have to be",
    "denied_by": "the statements that deny it",
    "account": "the ID of the principal's account",
    "tags": "its tags",
    "groups": "its groups",
    "policies": "the identity-based policies that reach it",
    "boundaries": "its permissions boundaries",
    "trusted": "whom its trust policy allows",
    "session_duration": "how long its sessions last at most",
    "context_keys": "the context keys that `aws login` on the same device depends on",
    "without_mfa": "what IAM answers to `aws login` on the same device without MFA",
    "selected": "what the rule's selectors select inside the principal",
    "enter": "how people become the principal, as a verb: switch to, are entitled to, federate into, sign in as",
    "way_in_advice": "what else to consider, by the ways into a role, as sentences; nothing for others",
    "changed_by": "what is not there any more, or new, and makes the change; with `--compare-to`",
    "differs_by": "what is not the same in the code and in the account; with `--account-data`",
    "remedy": "what to do so that `aws login` works on the same device, as sentences",
}

_SIGN_IN = "sign in as"
_ENTER = {Via.SWITCH_ROLE: "switch to", Via.ACCOUNT_ACCESS: "are entitled to", Via.SAML: "federate into"}
_ADVICE = {
    Via.SWITCH_ROLE: (
        "If only programs assume the role, require sts:ExternalId instead, or trust only the program's role."
    ),
    Via.ACCOUNT_ACCESS: (
        "For people who come through the account access manager, AWS does not say yet what aws login needs."
    ),
}


def view(assessed: AssessedPrincipal, keys: Container[str] = frozenset(PARTS)) -> dict[str, Any]:
    """The document of one principal that selectors see; of its parts those alone that somebody looks at.

    What becomes of it without MFA is not part of it where that was not decided.
    """
    return Views(keys).of(assessed)


class Views:
    """The same of many principals, who may share parts of their documents."""

    def __init__(self, keys: Container[str], *, with_permissions: bool = True) -> None:
        self._keys = [key for key in PARTS if key in keys]
        self._shared: dict[tuple[str, int], tuple[object, object]] = {}
        """Parts that are the same for all who have the very same policies, with these."""
        self._permissions = PermissionDocuments(self._parts_of_permission) if with_permissions else NO_PERMISSIONS

    def of(self, assessed: AssessedPrincipal) -> dict[str, Any]:
        """The document of one of them."""
        document = principal_document(assessed, self._permissions)
        document.update((key, self._part(key, assessed)) for key in self._parts(assessed))
        return document

    def _part(self, key: str, assessed: AssessedPrincipal) -> object:
        """Not to be changed."""
        made_of = OF_POLICIES[key](assessed) if key in OF_POLICIES else None
        if made_of is None:
            return PARTS[key](assessed)
        known = self._shared.get((key, id(made_of)))
        if known is None:
            known = self._shared[key, id(made_of)] = made_of, PARTS[key](assessed)
        return known[1]

    def _parts(self, assessed: AssessedPrincipal) -> Iterator[str]:
        return (key for key in self._keys if key != "without_mfa" or assessed.without_mfa)

    def _parts_of_permission(self, assessed: AssessedPrincipal, number: int) -> dict[str, object]:
        of_permission = {key: PERMISSION_PARTS[key] for key in self._parts(assessed) if key in PERMISSION_PARTS}
        return {key: made(assessed, number) for key, made in of_permission.items()}


@dataclass(frozen=True, slots=True)
class _Flagged:
    """A principal that a rule has chosen."""

    assessed: AssessedPrincipal
    document: dict[str, Any]
    selected: tuple[str, ...]
    """What the rule chose inside it, in words."""
    once: SaidOnce

    @property
    def principal(self) -> Principal:
        return self.assessed.principal

    @property
    def local(self) -> tuple[Permission, ...]:
        return self.assessed.aws_login.of(Client.LOCALHOST)

    @property
    def causes(self) -> Iterator[Cause]:
        return (cause for permission in self.local for cause in permission.decision.causes)


def words(
    assessed: AssessedPrincipal, document: dict[str, Any], selected: Iterable[str], once: SaidOnce
) -> Callable[[str], str]:
    """Gives the text for a placeholder; ``selected`` is what the rule chose inside the principal, in words."""
    flagged = _Flagged(assessed, document, tuple(selected), once)
    return lambda placeholder: shortened(_WORDS[placeholder](flagged))


def _tags(found: _Flagged) -> str:
    return _joined((f"{key} = {_shown(text)}" for key, text in found.principal.tags.items()), "no tags")


def _groups(found: _Flagged) -> str:
    return _joined((group.name or "an unknown group" for group in found.assessed.definition.groups), "no group")


def _boundaries(found: _Flagged) -> str:
    return _joined((policy.name for policy in found.principal.boundaries), "no permissions boundary")


def _trusted(found: _Flagged) -> str:
    entries = trust_entries(found.assessed.definition)
    return _joined((entry.shown for entry in entries if entry.effect == "Allow"), "nobody")


def _undetermined_by(found: _Flagged) -> str:
    causes = (*found.assessed.console.causes, *found.causes)
    return _joined(cause.detail for cause in causes if not cause.kind.concerns_request)


def _enter(found: _Flagged) -> str:
    return " or ".join(dict.fromkeys(_ENTER.get(via, _SIGN_IN) for via in found.assessed.console.via)) or _SIGN_IN


def _denied_by(found: _Flagged) -> str:
    denying = _deciding(found.local, denies=True)
    return _joined(f"{_sid(match)} of {described(match.policy)}" for match in denying)


def _changed_by(found: _Flagged) -> str:
    return _because(found, CHANGE)


def _differs_by(found: _Flagged) -> str:
    return _because(found, DRIFT)


def _because(found: _Flagged, key: str) -> str:
    return _joined(reason["text"] for reason in found.document.get(key, {}).get("because", ()))


_WORDS: Mapping[str, Callable[[_Flagged], str]] = {
    "name": lambda found: str(found.document["name"] or found.document["address"]),
    "kind": lambda found: str(found.document["kind"]).replace("_", " "),
    "account": lambda found: found.principal.account or "an account whose ID is not known",
    "tags": _tags,
    "groups": _groups,
    "policies": lambda found: _joined((policy.name for policy in found.principal.policies), "no policy"),
    "boundaries": _boundaries,
    "trusted": _trusted,
    "session_duration": lambda found: _duration(found.assessed.definition.session_duration),
    "context_keys": lambda found: _joined(context_keys(found.local)),
    "without_mfa": lambda found: _without_mfa(found.assessed),
    "selected": lambda found: _joined(found.selected),
    "missing": lambda found: found.once.of(found.assessed, _missing),
    "depends_on": lambda found: _joined(cause.detail for cause in found.causes),
    "undetermined_by": _undetermined_by,
    "enter": _enter,
    "way_in_advice": lambda found: " ".join(_ADVICE[via] for via in found.assessed.console.via if via in _ADVICE),
    "remedy": lambda found: found.once.of(found.assessed, _remedy),
    "denied_by": _denied_by,
    "changed_by": _changed_by,
    "differs_by": _differs_by,
}
"""What stands for each of the placeholders. Most rules have one or two of them."""


def _joined(parts: Iterable[str], otherwise: str = "nothing") -> str:
    return listed(dict.fromkeys(parts)) or otherwise


def _shown(text: Text) -> str:
    known = literal(text)
    return "a value that is not known" if known is None else known


def _duration(seconds: int | None) -> str:
    if seconds is None:
        return "an unknown time"
    units = (("hour", 3600), ("minute", 60), ("second", 1))
    unit, length = next(found for found in units if seconds % found[1] == 0)
    number = seconds // length
    return f"{number:,} {unit}{'' if number == 1 else 's'}"


def _without_mfa(assessed: AssessedPrincipal) -> str:
    found = [one.decision.outcome for one in assessed.without_mfa if one.client is Client.LOCALHOST]
    return worst(found).value.replace("_", " ") if found else "not decided"


def _deciding(permissions: tuple[Permission, ...], *, denies: bool) -> list[StatementMatch]:
    return [
        match
        for permission in permissions
        for match in permission.decision.matches
        if (match.denies if denies else match.allows).is_yes
    ]


def _sid(match: StatementMatch) -> str:
    return f'the statement "{match.statement.sid}"' if match.statement.sid else "a statement"


def _remedy(assessed: AssessedPrincipal) -> str:
    return " ".join(as_sentence(one) for one in orders(assessed))


def _missing(assessed: AssessedPrincipal) -> str:
    """Which of the two actions is missing, and what stands in its place."""
    permissions = assessed.aws_login.of(Client.LOCALHOST)
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
        where = " and ".join(dict.fromkeys(written_resources(match) for _, match in elsewhere))
        return f"{actions} {verb} allowed on {where} only, not {_not_there(elsewhere)}{also}"
    if len(refused) < len(permissions):
        given = " and ".join(found.action for found in permissions if found not in refused)
        return f"{given} is allowed, but {actions} is not{also}"
    return f"no policy allows {actions}{also}"


def _granted(decision: Decision) -> bool:
    """Whether the identity-based policies alone would allow it."""
    return any(match.allows.is_yes for match in decision.matches if match.policy.policy_type is PolicyType.IDENTITY)


def _elsewhere(refused: list[Permission]) -> list[tuple[Permission, StatementMatch]]:
    """The statements that allow the refused actions on other resources."""
    return [
        (permission, match)
        for permission in refused
        for match in permission.decision.matches
        if match.policy.policy_type is PolicyType.IDENTITY
        and match.policy.applies.is_yes
        and match.statement.allows.is_yes
        and match.action.is_yes
        and match.resource.is_no
    ]


def _not_there(elsewhere: list[tuple[Permission, StatementMatch]]) -> str:
    """Where they do not allow them: for the client, or in the region, account or partition of the request."""
    places = [misplaced(match, permission.resource) for permission, match in elsewhere]
    if all(places):
        return "in " + " and ".join(dict.fromkeys(place for found in places for place in found))
    return "on oauth2/public-client/localhost"


def causes(assessed: AssessedPrincipal) -> tuple[Cause, ...]:
    """Everything that is undetermined about ``aws login`` on the same device, and about the console."""
    local = assessed.aws_login.of(Client.LOCALHOST)
    return (*assessed.console.causes, *(cause for found in local for cause in found.decision.causes))
