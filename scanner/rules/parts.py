"""What the rules' document has of a principal beyond the JSON report: the keys of ``docs/rules.md``.

What is not known is null, or the word ``unknown``; only a list without elements says that there are none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from scanner.cause import Cause
from scanner.iam.context_keys import keys_of
from scanner.iam.evaluate import Outcome, worst
from scanner.iam.pattern import Hole, literal
from scanner.iam.policy import Patterns
from scanner.iam.principal import AttachedPolicy, How, PolicyType
from scanner.iam.variables import Variable
from scanner.rules.trusted import TrustEntry, switches, trust_entries
from scanner.span import Span
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.document import Document, location
from scanner.verdicts.reasons import statement_place
from scanner.verdicts.sign_in import ACTIONS, Client, Permission

if TYPE_CHECKING:
    from scanner.changes.change import Change, Compared
    from scanner.changes.standing import Standing

Part = Callable[[AssessedPrincipal], object]


def context_keys(permissions: Iterable[Permission]) -> list[str]:
    """The context keys that those of the decisions depend on that are conditional."""
    causes: list[Cause] = []
    for permission in permissions:
        if permission.decision.outcome is Outcome.CONDITIONAL:
            causes.extend(permission.decision.causes)
    return list(keys_of(causes))


def is_attached(policy: AttachedPolicy) -> bool:
    """Whether there certainly is such a policy and it certainly reaches the principal."""
    return policy.applies.is_yes and policy.aws_managed is not None and policy.how is not How.GROUP


def _known(is_so: bool) -> str:
    return "yes" if is_so else "unknown"


def _policies(assessed: AssessedPrincipal) -> list[Document]:
    return [
        {
            "name": policy.name,
            "type": _type(policy),
            "how": How.INLINE.value if policy.how is How.INLINE else How.ATTACHED.value,
            "group": policy.group,
            "aws_managed": None if policy.how is How.GROUP else policy.aws_managed,
            "attached": _known(is_attached(policy)),
            "location": location(policy.span),
        }
        for policy in assessed.principal.policies
    ]


def _type(policy: AttachedPolicy) -> str | None:
    if policy.how is How.INLINE:
        return "inline"
    if policy.how is How.GROUP or policy.aws_managed is None:
        return None
    return "aws-managed" if policy.aws_managed else "customer-managed"


def _boundaries(assessed: AssessedPrincipal) -> list[Document]:
    return [
        {
            "name": policy.name,
            "aws_managed": policy.aws_managed,
            "attached": _known(is_attached(policy)),
            "location": location(policy.span),
        }
        for policy in assessed.principal.boundaries
    ]


def _trust(assessed: AssessedPrincipal) -> list[Document]:
    definition = assessed.definition
    return [
        _trust_entry(entry, switch)
        for entry, switch in zip(trust_entries(definition), switches(definition), strict=True)
    ]


def _trust_entry(entry: TrustEntry, switch: str | None) -> Document:
    return {
        "effect": entry.effect,
        "type": entry.type,
        "principal": entry.principal,
        "account": entry.account,
        "own_account": {True: "yes", False: "no", None: "unknown"}[entry.own_account],
        "switch_role": switch,
        "actions": list(entry.actions) if entry.actions is not None else None,
        "conditions": [
            {
                "operator": condition.operator,
                "key": condition.key,
                "values": list(condition.values) if condition.values is not None else None,
            }
            for condition in entry.conditions
        ],
        "location": location(entry.span),
    }


def _tags(assessed: AssessedPrincipal) -> Document:
    return {key: literal(text) for key, text in assessed.principal.tags.items()}


def _groups(assessed: AssessedPrincipal) -> list[Document]:
    return [{"name": found.name, "member": _known(found.member.is_yes)} for found in assessed.definition.groups]


def _login_without_mfa(assessed: AssessedPrincipal) -> Document:
    return {
        client.value: worst(
            permission.decision.outcome for permission in assessed.without_mfa if permission.client is client
        ).value
        for client in Client
    }


def sign_in_grants(assessed: AssessedPrincipal) -> tuple[Span, ...]:
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
    return tuple(found)


def _writes_out(actions: Patterns) -> bool:
    if actions.negated:
        return False
    written = {
        "".join(part for part in item if isinstance(part, str)).lower()
        for item in actions.items
        if all(isinstance(part, str) and not isinstance(part, Hole | Variable) for part in item)
    }
    return {action.lower() for action in ACTIONS} <= written


PARTS: Mapping[str, Part] = {
    "access_keys": lambda assessed: [location(span) for span in assessed.definition.access_keys],
    "sign_in_grants": lambda assessed: [location(span) for span in sign_in_grants(assessed)],
    "account": lambda assessed: assessed.principal.account,
    "tags": _tags,
    "tags_known": lambda assessed: _known(assessed.principal.tags_doubt is None),
    "session_duration": lambda assessed: assessed.definition.session_duration,
    "groups": _groups,
    "policies": _policies,
    "boundaries": _boundaries,
    "trust": _trust,
    "depends_on": lambda assessed: context_keys(assessed.aws_login.of(Client.LOCALHOST)),
    "without_mfa": _login_without_mfa,
}
"""By key."""


CHANGE = "change"
"""The key of what is different about a principal, where it was compared with what there was."""


def change_document(compared: Compared) -> Document:
    """What stands under that key."""
    kinds = {change.client: change.kind.value for change in compared.changes if change.client is not None}
    before, effect = compared.before, compared.effect
    return {
        "aws_login": effect.value if effect is not None else None,
        **{client.value: kinds.get(client) for client in Client},
        "console": next((change.kind.value for change in compared.changes if change.client is None and before), None),
        "added": before is None,
        "before": _standing(before),
        "because": _because(compared.changes),
    }


DRIFT = "drift"
"""The key of what is not the same in the code and in the account; absent where nothing is, or nobody knows."""


def drift_document(changes: Sequence[Change]) -> Document:
    """What stands under that key."""
    different = {change.client for change in changes if change.kind.value == "differs"}
    return {
        "kind": changes[0].kind.value,
        "console": None in different,
        **{client.value: client in different for client in Client},
        "account": _standing(changes[0].before),
        "because": _because(changes),
    }


def _standing(one: Standing | None) -> Document | None:
    if one is None:
        return None
    return {
        "address": one.address,
        "console": one.console.value,
        "aws_login": {client.value: one.outcome(client).value for client in Client},
    }


def _because(changes: Iterable[Change]) -> list[Document]:
    return [
        {"text": reason.text, "location": location(reason.span)}
        for reason in dict.fromkeys(reason for change in changes for reason in change.because)
    ]


OF_POLICIES: Mapping[str, Callable[[AssessedPrincipal], object]] = {
    "policies": lambda assessed: assessed.principal.policies,
    "boundaries": lambda assessed: assessed.principal.boundaries,
}
"""By key what it is made of alone, where that is the very same object for many."""


PERMISSION_PARTS: Mapping[str, Callable[[AssessedPrincipal, int], object]] = {
    "depends_on": lambda assessed, number: context_keys((assessed.permissions[number],)),
    "without_mfa": lambda assessed, number: assessed.without_mfa[number].decision.outcome.value,
}
"""By key what each of the permissions has, which a number tells apart."""
