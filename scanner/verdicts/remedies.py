"""What would make ``aws login`` work on the same device, read off the decisions.

An attached policy grants nothing that a permissions boundary or a control policy does not let through, and nothing that
is denied. So what is to be done follows from what stands in the way of each of the two actions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from scanner.cause import FROM_ACCOUNT, NOT_INSTALLED, Cause, CauseKind
from scanner.iam.evaluate import Decision, Outcome
from scanner.iam.principal import PolicyType, Principal, PrincipalKind
from scanner.regexes import anywhere
from scanner.root import RootKind
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.misspellings import misspelled_actions, misspelled_policies
from scanner.verdicts.reasons import MAX_NAMED, described, listed
from scanner.verdicts.sign_in import Client

_DOUBTFUL = (Outcome.CONDITIONAL, Outcome.UNKNOWN)


def remedies(assessed: AssessedPrincipal) -> tuple[str, ...]:
    """Orders, in the order in which one would follow them; empty when nothing is missing."""
    doubts = (f"settle {cause.detail}: {remedy(cause, assessed.definition.root_kind)}" for cause in _doubts(assessed))
    return tuple(dict.fromkeys((*_changes(assessed), *doubts)))


def orders(assessed: AssessedPrincipal) -> tuple[str, ...]:
    """The same for a finding, whose message names the causes: those of the console access come first."""
    misspelled = tuple(written for written, _ in misspelled_policies(assessed.principal))
    causes = (*assessed.console.causes, *_doubts(assessed))
    settled = (
        remedy(cause, assessed.definition.root_kind)
        for cause in causes
        if not any(f" {written}," in cause.detail for written in misspelled)
    )
    found = tuple(dict.fromkeys((*_changes(assessed), *settled)))
    if len(found) > MAX_NAMED:
        return (*found[:MAX_NAMED], f"--explain lists {len(found) - MAX_NAMED:,} more")
    return found


def _doubts(assessed: AssessedPrincipal) -> tuple[Cause, ...]:
    decisions = [found.decision for found in assessed.aws_login.of(Client.LOCALHOST)]
    return tuple(cause for decision in decisions if decision.outcome in _DOUBTFUL for cause in decision.causes)


def _changes(assessed: AssessedPrincipal) -> Iterator[str]:
    """What to change in the code for the actions that are certainly not allowed."""
    principal = assessed.principal
    decisions = {found.action: found.decision for found in assessed.aws_login.of(Client.LOCALHOST)}
    denied = {
        action: decision
        for action, decision in decisions.items()
        if decision.outcome in (Outcome.IMPLICIT_DENY, Outcome.EXPLICIT_DENY)
    }
    if all(decision.outcome is Outcome.ALLOWED for decision in decisions.values()):
        return
    actions = tuple(misspelled_actions(principal))
    for written, meant in (*actions, *misspelled_policies(principal)):
        yield f"write {meant} for {written}"
    spelled = {meant for _, meant in actions}
    for statement, said in _denying(denied):
        yield f"take {said} out of the Deny {statement}"
    missing = [action for action, decision in denied.items() if action not in spelled and not _is_granted(decision)]
    if missing:
        yield _grant(principal, missing)
    for layer, said in _blocked(principal, denied):
        yield f"allow {said} in the {layer}"


def _denying(denied: dict[str, Decision]) -> Iterator[tuple[str, str]]:
    """The statements that deny, each with the actions that it denies."""
    found: dict[str, list[str]] = {}
    for action, decision in denied.items():
        for match in decision.matches:
            if match.denies.is_yes:
                sid = f' "{match.statement.sid}"' if match.statement.sid else ""
                found.setdefault(f"statement{sid} of {described(match.policy)}", []).append(action)
    for statement, actions in found.items():
        yield statement, _joined(actions)


def _is_granted(decision: Decision) -> bool:
    """Whether the identity-based policies do their part."""
    identity = [match for match in decision.matches if match.policy.policy_type is PolicyType.IDENTITY]
    return not all(match.allows.is_no for match in identity)


_TO = {
    PrincipalKind.USER: "",
    PrincipalKind.ROLE: " to the role",
    PrincipalKind.PERMISSION_SET: " to the permission set",
}


def _grant(principal: Principal, missing: list[str]) -> str:
    partition = principal.partition
    policy = f"arn:{partition}:iam::aws:policy/SignInLocalDevelopmentAccess"
    resource = f"arn:{partition}:signin:*:*:oauth2/public-client/*"
    return f"attach {policy}{_TO[principal.kind]}, or allow {_joined(missing)} on {resource}"


def _blocked(principal: Principal, denied: dict[str, Decision]) -> Iterator[tuple[str, str]]:
    """The layers beside the identity-based policies that do not let actions through, each with these."""
    for layer in PolicyType:
        actions = [action for action, decision in denied.items() if layer in decision.blocked_by]
        if actions:
            names = listed(boundary.name for boundary in principal.boundaries) if layer is PolicyType.BOUNDARY else ""
            shown = layer.value if layer is PolicyType.BOUNDARY else layer.value.replace("policy", "policies")
            yield f"{shown} {names}".rstrip(), _joined(actions)


def _joined(actions: list[str]) -> str:
    return " and ".join(dict.fromkeys(actions))


def remedy(cause: Cause, root_kind: RootKind) -> str:
    """What to do about one cause, as an order; ``root_kind`` is that of the scan root."""
    is_template = root_kind is RootKind.CLOUDFORMATION_TEMPLATE
    match cause.kind:
        case CauseKind.CONTEXT_KEY:
            return f"give its value with --context {cause.detail}=VALUE"
        case CauseKind.REGION:
            return "give the region with --region"
        case CauseKind.RESOURCE:
            return "name one resource in the rule"
        case CauseKind.MISSING_INPUT:
            return _missing_input(cause, is_template=is_template)
        case CauseKind.KNOWN_AFTER_APPLY:
            return _known_after_apply(cause, root_kind)
        case CauseKind.MISSING_MODULE:
            return _missing_module(cause, is_template=is_template)
        case CauseKind.MISSING_POLICY if cause.detail.startswith("the AWS managed policy "):
            return "check the name of the AWS managed policy"
        case CauseKind.UNRESOLVED_REFERENCE if FROM_ACCOUNT in cause.detail:
            return _known_after_apply(cause, root_kind)
        case CauseKind.MISSING_POLICY:
            by_hand = "check by hand what it allows"
            return f"define it in the same scan root, or {by_hand}" if "not defined" in cause.detail else by_hand
        case CauseKind.UNRESOLVED_REFERENCE:
            return "also scan the code that defines what is missing"
        case CauseKind.MALFORMED:
            return "correct what is malformed"
        case CauseKind.CYCLE:
            return "break the cycle"
        case CauseKind.UNSUPPORTED:
            return "scan a plan" if root_kind is RootKind.TERRAFORM_MODULE else "check by hand what is not followed"
    assert_never(cause.kind)


def _missing_input(cause: Cause, *, is_template: bool) -> str:
    named = anywhere(r"\((--[a-z-]+|run `[^`]+`)\)").search(cause.detail)
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
