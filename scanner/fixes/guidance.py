"""What to do where no patch can be given, in that very case and with its names."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.fix import Applicability, Fix
from scanner.fixes.files import Files
from scanner.fixes.notation import is_native
from scanner.fixes.way import policy_arn, sign_in_resource
from scanner.iam.evaluate import Decision, Outcome
from scanner.iam.principal import PolicyType
from scanner.root import RootKind
from scanner.span import Span
from scanner.verdicts.assessed_principal import AssessedPrincipal
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
    tried = f"no patch, because {why_not}" if why_not else "no patch"
    return Fix(f"{tried}: {said}" if said else tried, Applicability.DISPLAY)


def _for_the_organization(paths: Sequence[str], partition: str, files: Files) -> Fix:
    """What binds more than this principal is shown where it is a file, and changed by people only."""
    said = "allow signin:AuthorizeOAuth2Access and signin:CreateOAuth2Token in the service control policies"
    if len(paths) != 1:
        return Fix(f"{said}: {', '.join(paths)}" if paths else said, Applicability.DISPLAY)
    from scanner.fixes.json_policies import allowed

    source = files.look(paths[0])
    edits = allowed(source, ACTIONS, sign_in_resource(partition)) if source is not None else None
    return Fix(f"{said}: {paths[0]}", Applicability.DISPLAY, edits or ())


def _order(assessed: AssessedPrincipal, denied: Sequence[Decision], files: Files, why_not: str) -> str:
    definition, principal = assessed.definition, assessed.principal
    layers = {layer for decision in denied for layer in decision.blocked_by}
    arn = policy_arn(principal.partition)
    boundaries = [one for one in principal.boundaries if PolicyType.BOUNDARY in layers]
    if boundaries:
        names = " and ".join(one.name for one in boundaries)
        kind = (
            "which AWS manages, so another one is needed"
            if all(one.aws_managed for one in boundaries)
            else ("whose text is not written out where it can be changed")
        )
        return f"the permissions boundary {names} has to let the two actions through, {kind}"
    if definition.root_kind in (RootKind.TERRAFORM_PLAN, RootKind.TERRAFORM_STATE) and _is_of_root(assessed):
        return f"attach {arn} to {definition.address} in its configuration; with --source DIR the patch is for that"
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
    return f"attach {arn} to {definition.address}" if why_not else ""  # which is what the help says anyway


def _is_of_root(assessed: AssessedPrincipal) -> bool:
    return assessed.definition.span.path == assessed.definition.root


def _call(trail: Sequence[Span], files: Files) -> tuple[str, str, str] | None:
    """The innermost call of a module in a file of the user's: its label, the module's source, and where it is."""
    if not any(is_native(span.path) for span in trail):
        return None
    from scanner.fixes.hcl_places import block_at, text_of

    for span in reversed(trail):
        source = files.get(span.path) if is_native(span.path) else None
        block = block_at(source, span) if source is not None else None
        if block is not None and block.type == "module" and block.labels:
            return block.labels[0], text_of(block, "source") or "", span.place
    return None
