"""What may be done about a finding, the best first: nothing here is tried yet.

What stands in the way of each of the two actions says what has to change, as for the remedy in words. A word that is
nearly the right one becomes the right one. What no identity-based policy allows is granted where the principal gets its
policies; what a boundary does not let through is added to that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from scanner.fix import Applicability, Edit, Fix
from scanner.fixes import attachments, spelling, statements
from scanner.fixes.files import Files
from scanner.fixes.notation import is_native
from scanner.fixes.peers import Peers
from scanner.fixes.way import Way
from scanner.iam.evaluate import Decision, Outcome
from scanner.iam.principal import AttachedPolicy, How, PolicyType
from scanner.verdicts.assessed_principal import AssessedPrincipal
from scanner.verdicts.sign_in import ACTIONS, Client

MOST_WAYS = 6
"""That are tried for one finding."""
MOST_ATTACHED = 10
"""Managed policies that IAM attaches to one identity unless a quota is raised.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""


def planned(assessed: AssessedPrincipal, peers: Peers, files: Files) -> tuple[Fix, ...]:
    """Fixes that may settle what keeps a principal from ``aws login`` on the same device, the best first."""
    return tuple(_formatted(fix, files) for fix in islice(_planned(assessed, peers, files), MOST_WAYS))


def _formatted(fix: Fix, files: Files) -> Fix:
    """The same with everything that it moves in files of Terraform's native syntax."""
    by_path: dict[str, list[Edit]] = {}
    for edit in fix.edits:
        by_path.setdefault(edit.span.path, []).append(edit)
    edits: list[Edit] = []
    for path, found in by_path.items():
        source = files.get(path) if is_native(path) else None
        if source is not None:
            from scanner.fixes.hcl_columns import with_comments_in_columns

            edits += with_comments_in_columns(source, found)
        else:
            edits += found
    return Fix(fix.description, fix.applicability, tuple(sorted(edits)))


def _planned(assessed: AssessedPrincipal, peers: Peers, files: Files) -> Iterator[Fix]:
    decisions = {found.action: found.decision for found in assessed.aws_login.of(Client.LOCALHOST)}
    if any(decision.outcome is Outcome.EXPLICIT_DENY for decision in decisions.values()):
        return  # somebody has said so on purpose
    corrected = spelling.corrected(assessed.principal, files)
    if corrected.edits:
        is_plain = corrected.is_plain
        yield Fix(corrected.description, Applicability.SAFE if is_plain else Applicability.UNSAFE, corrected.edits)
    denied = {action: found for action, found in decisions.items() if found.outcome is Outcome.IMPLICIT_DENY}
    layers = {layer for found in denied.values() for layer in found.blocked_by}
    if not denied or layers - {PolicyType.BOUNDARY}:
        return
    missing = [action for action, found in denied.items() if not _is_granted(found)]
    kept_out = [action for action, found in denied.items() if PolicyType.BOUNDARY in found.blocked_by]
    let_through = _let_through(assessed, kept_out, files)
    if let_through is None:
        return
    if not missing:
        yield from (_fix([way]) for way in let_through)
        return
    grants = _grants(assessed, missing, peers, files)
    for grant in grants:
        yield _fix([grant, *let_through])
    left = [action for action in missing if action not in corrected.meant]
    if corrected.edits and left:
        for grant in _grants(assessed, left, peers, files):
            yield _fix([Way(corrected.description, corrected.edits), grant, *let_through])


def _fix(ways: Sequence[Way]) -> Fix:
    edits: dict[Edit, None] = {}
    for way in ways:
        edits |= dict.fromkeys(way.edits)
    return Fix("; ".join(dict.fromkeys(way.description for way in ways)), Applicability.UNSAFE, tuple(sorted(edits)))


def _is_granted(decision: Decision) -> bool:
    identity = [match for match in decision.matches if match.policy.policy_type is PolicyType.IDENTITY]
    return not all(match.allows.is_no for match in identity)


def _let_through(assessed: AssessedPrincipal, actions: Sequence[str], files: Files) -> list[Way] | None:
    """A statement in each boundary; None where one of them cannot be changed."""
    if not actions:
        return []
    found: list[Way] = []
    for boundary in assessed.principal.boundaries:
        way = None if boundary.aws_managed else statements.added(boundary, actions, assessed.principal.partition, files)
        if way is None:
            return None
        found.append(way)
    return found


def _grants(assessed: AssessedPrincipal, missing: Sequence[str], peers: Peers, files: Files) -> Iterator[Way]:
    yield from _completed(assessed, missing, files)
    own = [one for one in assessed.principal.policies if one.how is How.ATTACHED and one.group is None]
    through = [one for one in assessed.principal.policies if one.group is not None and one.how is How.ATTACHED]
    partition = assessed.principal.partition
    if not own:
        for policy in reversed(through):
            if policy.group is not None and peers.all_need_it(assessed, policy.group):
                yield from attachments.beside(policy, files, partition)
    if len(own) < MOST_ATTACHED:
        for policy in reversed(own):
            yield from attachments.beside(policy, files, partition)
    inline = [
        one for one in assessed.principal.policies if one.how is How.INLINE and one.group is None and _grants_any(one)
    ]
    within = (statements.added(one, missing, partition, files) for one in reversed(inline))
    if not own:
        yield from (way for way in within if way is not None)
    if len(own) < MOST_ATTACHED:
        yield from attachments.of_its_own(assessed.definition, peers.keys(assessed), files)
    if own:
        yield from (way for way in within if way is not None)


def _grants_any(policy: AttachedPolicy) -> bool:
    return any(statement.allows.is_yes for statement in policy.document.statements)


def _completed(assessed: AssessedPrincipal, missing: Sequence[str], files: Files) -> Iterator[Way]:
    """The missing action beside the other one, in the statement that allows that."""
    if len(missing) == len(ACTIONS):
        return
    for found in assessed.aws_login.of(Client.LOCALHOST):
        if found.action in missing:
            continue
        for match in found.decision.matches:
            if match.allows.is_yes and not match.policy.aws_managed and match.policy.policy_type is PolicyType.IDENTITY:
                way = statements.completed(match.policy, match.statement, missing, files)
                if way is not None:
                    yield way
