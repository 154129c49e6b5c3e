"""What to do where no patch can be given, in that very case and with its names."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.fix import Applicability, Fix
from scanner.fixes import attachments
from scanner.fixes.text.files import Files
from scanner.fixes.text.notation import is_native, is_template
from scanner.fixes.trial import STAYS
from scanner.fixes.way import MOST_ATTACHED, policy_arn, sign_in_resource
from scanner.iam.evaluate import Decision, Outcome
from scanner.iam.principal import AttachedPolicy, How, PolicyType, PrincipalKind
from scanner.principals.definition import PrincipalDefinition
from scanner.root import RootKind
from scanner.span import Span
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.console import Via
from scanner.verdicts.sign_in import ACTIONS, Client


def guidance(
    assessed: AssessedPrincipal, files: Files, why_not: str, control_policies: Sequence[str] = ()
) -> Fix | None:
    """An order for people; None where nothing is to be granted.

    ``why_not`` is what speaks against the best patch, ``control_policies`` are the files with service control policies.
    """
    decisions = [found.decision for found in assessed.aws_login.of(Client.LOCALHOST)]
    if any(decision.outcome is Outcome.EXPLICIT_DENY for decision in decisions):
        return None  # somebody has said so on purpose
    denied = [decision for decision in decisions if decision.outcome is Outcome.IMPLICIT_DENY]
    if any(PolicyType.SCP in decision.blocked_by for decision in denied):
        return _for_the_organization(control_policies, assessed.principal.partition, files)
    said = _order(assessed, denied, files, why_not) if denied else ""
    if not said and not why_not:
        return None
    return Fix(_text(said, why_not), Applicability.DISPLAY)


def _text(said: str, why_not: str) -> str:
    if said and why_not == STAYS:
        return f"no patch: {said}, which alone does not settle it"
    tried = f"no patch, because {why_not}" if why_not else "no patch"
    if not said:
        return tried
    return f"{tried}; by hand: {said}" if why_not else f"{tried}: {said}"


def _for_the_organization(paths: Sequence[str], partition: str, files: Files) -> Fix:
    """What binds more than this principal is shown where it is a file, and changed by people only."""
    said = "allow signin:AuthorizeOAuth2Access and signin:CreateOAuth2Token in the service control policies"
    if len(paths) != 1:
        return Fix(f"{said}: {', '.join(paths)}" if paths else said, Applicability.DISPLAY)
    from scanner.fixes.terraform.json_policies import allowed

    source = files.look(paths[0])
    edits = allowed(source, ACTIONS, sign_in_resource(partition)) if source is not None else None
    return Fix(f"{said}: {paths[0]}", Applicability.DISPLAY, edits or ())


def _order(assessed: AssessedPrincipal, denied: Sequence[Decision], files: Files, why_not: str) -> str:
    definition, principal = assessed.definition, assessed.principal
    layers = {layer for decision in denied for layer in decision.blocked_by}
    arn = policy_arn(principal.partition)
    boundaries = [one for one in principal.boundaries if PolicyType.BOUNDARY in layers]
    if definition.root_kind is RootKind.ACCOUNT:
        return _in_account(assessed, boundaries)
    if boundaries:
        names = " and ".join(one.name for one in boundaries)
        where = " and ".join(dict.fromkeys(_where(one, files) for one in boundaries))
        return f"the permissions boundary {names} has to let the two actions through, {where}"
    if definition.root_kind in (RootKind.TERRAFORM_PLAN, RootKind.TERRAFORM_STATE) and _is_of_root(assessed):
        return f"attach {arn} to {definition.address} in its configuration; with --source DIR the patch is for that"
    own = [one for one in principal.policies if one.how is How.ATTACHED and one.group is None]
    if len(own) >= MOST_ATTACHED:
        return (
            f"{definition.address} has {len(own)} managed policies, and IAM attaches no more than {MOST_ATTACHED} "
            "unless a quota is raised: allow the two actions in one that is not managed by AWS, or by way of a group"
        )
    alone = attachments.to_all_in(definition, files)
    if alone is not None:
        return f"name it in {alone}, which says to whom {arn} is attached in the whole account"
    note = next((note for note, _ in definition.notes), None)
    if note is not None:
        return f"attach {arn} in the {note}, from which a program has made the template"
    call = _call(definition.trail, files) if files.get(definition.span.path) is None else None
    if call is not None:
        label, source, place = call
        return (
            f"{definition.address} is made by {source or 'a module'}, which is not changed here; attach {arn} through "
            f'an argument of module "{label}" ({place}), or to the name that it puts out'
        )
    said, doubt = _in_template(definition, files), _doubt(assessed)
    if said is None and not doubt and not why_not:
        return ""  # the help says what there is to say
    return (said or f"attach {arn} to {definition.address}") + doubt


_COMMANDS = {
    PrincipalKind.USER: "aws iam attach-user-policy",
    PrincipalKind.ROLE: "aws iam attach-role-policy",
    PrincipalKind.PERMISSION_SET: "aws sso-admin attach-managed-policy-to-permission-set",
}
"""What attaches a managed policy, where no code does."""


def _in_account(assessed: AssessedPrincipal, boundaries: Sequence[AttachedPolicy]) -> str:
    """What was read is no code, and is not changed."""
    if boundaries:
        names = " and ".join(one.name for one in boundaries)
        return f"the permissions boundary {names} has to let the two actions through"
    kind, arn = assessed.principal.kind, policy_arn(assessed.principal.partition)
    if Via.IDENTITY_CENTER in assessed.console.via:
        kind = PrincipalKind.PERMISSION_SET
    whom = "its permission set" if kind is not assessed.principal.kind else assessed.definition.address
    return f"attach {arn} to {whom}, in the code that makes it or with `{_COMMANDS[kind]}`"


def _where(boundary: AttachedPolicy, files: Files) -> str:
    """Where a permissions boundary has to be changed, as a clause."""
    if boundary.aws_managed:
        return "which AWS manages, so another one is needed"
    places = [one.span for one in boundary.document.statements if one.span is not None]
    place = places[-1] if places else boundary.written or boundary.span
    if files.get(place.path) is not None or files.look(place.path) is None:
        return f"at {place.place}"
    from scanner.fixes.templates.guidance import construct_at

    construct = construct_at(place, files)
    return f"in what {place.place} is made from" if construct is None else f"in the construct {construct}"


def _in_template(definition: PrincipalDefinition, files: Files) -> str | None:
    if not is_template(definition.span.path):
        return None
    from scanner.fixes.templates import guidance as template_guidance

    return template_guidance.order(definition, files)


def _doubt(assessed: AssessedPrincipal) -> str:
    """That a permissions boundary, of which nothing is known, matters as well."""
    unknown = [one for one in assessed.principal.boundaries if one.aws_managed is None]
    names = " and ".join(f"{one.name} ({one.span.place})" for one in unknown)
    return f"; the permissions boundary, {names}, has to let the two actions through as well" if unknown else ""


def _is_of_root(assessed: AssessedPrincipal) -> bool:
    return assessed.definition.span.path == assessed.definition.root


def _call(trail: Sequence[Span], files: Files) -> tuple[str, str, str] | None:
    """The innermost call of a module in a file of the user's: its label, the module's source, and where it is."""
    if not any(is_native(span.path) for span in trail):
        return None
    from scanner.fixes.terraform.hcl_places import block_at, text_of

    for span in reversed(trail):
        source = files.get(span.path) if is_native(span.path) else None
        block = block_at(source, span) if source is not None else None
        if block is not None and block.type == "module" and block.labels:
            return block.labels[0], text_of(block, "source") or "", span.place
    return None
