"""Every policy is brought to the identities that it reaches, and so are groups, passwords and access keys.

References join as ``principals.references`` says. One that is not known might name anybody, so it reaches every
identity that it could name, undetermined, with its cause. What is not defined in the code is unknown, never absent: a
policy by an ARN that nobody defines may allow or deny anything.

A fact may reach everybody, so who there is times what reaches them is charged to the budget, and so is every part of a
document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache, partial

from scanner import json_text
from scanner.budget import BudgetSpentError, current, spend
from scanner.cause import Cause, CauseKind
from scanner.diagnostic import Diagnostic
from scanner.facts import (
    Attachment,
    Existence,
    Facts,
    Identity,
    IdentityKind,
    InlinePolicy,
    Membership,
    Origin,
    PolicyUse,
    Target,
)
from scanner.iam import managed
from scanner.iam.arn import ACCOUNT, Arn, segment
from scanner.iam.managed_document import managed_document
from scanner.iam.pattern import Hole, literal, text_of
from scanner.iam.policy import DocumentKind, PolicyDocument, opaque, parse_document
from scanner.iam.principal import AttachedPolicy, How, PolicyType
from scanner.lazy_dataclass import dataclass
from scanner.principals.definition import PASSWORD, Bringer
from scanner.principals.exclusive_lists import ExclusiveLists
from scanner.principals.references import IdentityIndex, PolicyIndex, by_path_and_name, path_and_name, written_reference
from scanner.root import RootKind
from scanner.same_account import Accounts
from scanner.span import Span
from scanner.truth import NO, YES, Truth, undetermined
from scanner.values import Value

_IN_FORCE = (RootKind.ACCOUNT, RootKind.TERRAFORM_STATE)
"""Roots that show what AWS has already."""
_WITHOUT_NAME = {RootKind.CLOUDFORMATION_TEMPLATE: ("the template's own stack",)}
"""What people call the account of a resource that belongs to no provider configuration or named stack."""
STEPS = 8
"""Of bringing one policy to one identity."""


@dataclass(frozen=True, slots=True)
class _Resolved:
    """A managed policy as it is attached."""

    name: str
    document: PolicyDocument
    aws_managed: bool | None = False
    """None when it is not known which policies these are, if any."""
    partition: str | None = None
    """That its ARN names, if it is AWS managed."""


class Joins:
    """What reaches each identity of a root, by its address, once everything has been brought (``run``)."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        accounts = self.accounts = Accounts(
            (*facts.identities, *facts.policies), facts.together, *_WITHOUT_NAME.get(facts.root_kind, ())
        )
        self._joins = {
            kind: IdentityIndex((identity for identity in facts.identities if identity.kind is kind), accounts)
            for kind in IdentityKind
        }
        # The Terraform provider sends on what it has read, in which of two equal keys the last one counts.
        self._read = partial(json_text.read, last_counts=facts.root_kind.is_terraform)
        self._documents: dict[int, PolicyDocument] = {}
        self.diagnostics: dict[Diagnostic, None] = {}
        self._of_aws = {one.arn.text: one for one in facts.policies if one.origin.account.id == "aws"}
        """Policies of AWS whose text is in account data only."""
        self._policies = PolicyIndex(
            (one for one in facts.policies if one.origin.account.id != "aws") if self._of_aws else facts.policies,
            accounts,
        )
        self.reaching: dict[str, list[AttachedPolicy]] = {}
        self.boundaries: dict[str, list[AttachedPolicy]] = {}
        self.brought: dict[str, dict[Bringer, None]] = {}
        self._through: dict[str, dict[Bringer, None]] = {}
        self.groups: dict[str, dict[str | None, Truth]] = {}
        self.profiles: dict[str, tuple[Truth, Span]] = {}
        self.keys: dict[str, list[Span]] = {}
        self.partitions: dict[str, str] = {}
        """The partition that the ARNs of attached AWS managed policies name."""
        self._defined: dict[tuple[object, ...], _Resolved] = {}
        self._attached: dict[object, AttachedPolicy] = {}
        self._managed: dict[str, bool] = {}
        self._doubts: dict[tuple[object, ...], Truth] = {}
        self._lists: ExclusiveLists
        self._inlined: dict[tuple[str, str], list[tuple[int, InlinePolicy]]] = {}
        """Inline policies by identity and name, with their places among what reaches it."""
        self._at: Span | None = None
        """What is brought to somebody now."""

    def run(self) -> None:
        """Bring everything to whom it reaches."""
        self._lists = ExclusiveLists(self._facts, self.accounts, self._reach)
        for inline in self._facts.inline_policies:
            self._inline(inline)
        self._doubt_overwritten()
        for attachment in self._facts.attachments:
            self._attach(attachment)
        for membership in self._facts.memberships:
            self._join_group(membership)
        for profile in self._facts.login_profiles:
            for user, applies in self._reach(profile.user, profile.origin):
                known = self.profiles.get(user.origin.address)
                answer = applies | known[0] if known else applies
                self.profiles[user.origin.address] = (answer, profile.origin.span)
                self._note_bringer(user, profile.origin, PASSWORD)
        for key in self._facts.access_keys:
            for user, applies in self._reach(key.user, key.origin):
                if applies.is_yes and key.active:
                    self.keys.setdefault(user.origin.address, []).append(key.origin.span)

    def place_of(self, problem: BudgetSpentError) -> Span:
        """Where the budget was spent: here, if nobody has said otherwise."""
        place = problem.place or self._at or Span.whole_file(self._facts.root)
        budget = current()
        if budget is not None:
            budget.spent_at(place)
        return place

    def _reach(self, target: Target, origin: Origin) -> Iterator[tuple[Identity, Truth]]:
        """The identities that a fact applies to, and whether it does: it must exist, too, wherever they do."""
        self._at = origin.span
        for identity, answer in self._joins[target.kind].named(target, origin):
            spend(STEPS)
            applies = self._same_doubt(answer & exists_beside(origin.existence, identity.origin.existence))
            if not applies.is_no:
                yield identity, applies

    def _same_doubt(self, answer: Truth) -> Truth:
        """The very same object for doubts that are the same, with the places of their causes."""
        if answer.known is not None:
            return answer
        return self._doubts.setdefault(tuple(sorted(map(id, answer.causes))), answer)

    def document(self, value: Value, kind: DocumentKind = DocumentKind.IDENTITY) -> PolicyDocument:
        """Parsed once for each value, however many identities it reaches."""
        known = self._documents.get(id(value))
        if known is None:
            self._at = value.span or self._at
            known = self._documents[id(value)] = parse_document(
                value, kind, self._read, is_in_force=self._facts.root_kind in _IN_FORCE
            )
            if not self._facts.is_rewritten:
                self.diagnostics |= dict.fromkeys(known.diagnostics)
        return known

    def _inline(self, inline: InlinePolicy) -> None:
        name = inline.name.text or inline.origin.address
        for identity, applies in self._reach(inline.target, inline.origin):
            policy = self._policy(
                PolicyType.IDENTITY,
                name,
                self.document(inline.document),
                How.INLINE,
                inline.origin.span,
                applies & self._lists.inline(identity, inline.name),
                aws_managed=None if inline.may_be_none else False,
            )
            reaching = self.reaching.setdefault(identity.origin.address, [])
            reaching.append(policy)
            self._note_bringer(identity, inline.origin, name)
            if inline.name.text is not None:
                self._inlined.setdefault((identity.origin.address, name), []).append((len(reaching) - 1, inline))

    def _doubt_overwritten(self) -> None:
        """Of inline policies of one identity with one name only the one that is written last is there.

        https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html
        """
        for (address, name), found in self._inlined.items():
            if len(found) > 1 and any(not self._says_the_same(found[0][1], one) for _, one in found[1:]):
                several = " and ".join(dict.fromkeys(one.origin.address for _, one in found))
                detail = f'which inline policy "{name}" of {address} is written last ({several})'
                doubt = undetermined(Cause(CauseKind.UNSUPPORTED, detail, found[0][1].origin.span))
                for place, _ in found:
                    policy = self.reaching[address][place]
                    self.reaching[address][place] = replace(policy, applies=self._same_doubt(policy.applies & doubt))

    def _says_the_same(self, one: InlinePolicy, other: InlinePolicy) -> bool:
        if one.document == other.document:
            return True
        try:
            return one.document.text is not None and self._read(one.document) == self._read(other.document)
        except json_text.JSONTextError:
            return False

    def _note_bringer(self, identity: Identity, origin: Origin, name: str) -> None:
        self.brought.setdefault(identity.origin.address, {})[Bringer(origin.address, name)] = None

    def _brought_through(self, group: Identity) -> Mapping[Bringer, None]:
        """What brings a group its policies, for those who are in it. It has all of them when the first is looked at."""
        address = group.origin.address
        if address not in self._through:
            own = self.brought.get(address, ())
            self._through[address] = {Bringer(one.address, one.name, through_group=True): None for one in own}
        return self._through[address]

    def _attach(self, attachment: Attachment) -> None:
        is_boundary = attachment.use is PolicyUse.BOUNDARY
        stays = self._lists.attached(attachment)
        for identity, is_given in self._reach(attachment.target, attachment.origin):
            resolved = self._resolve(attachment, identity)
            applies = is_given if is_boundary else is_given & stays(identity)
            if resolved.partition is not None:
                self.partitions.setdefault(identity.origin.address, resolved.partition)
            policy = self._policy(
                PolicyType.BOUNDARY if is_boundary else PolicyType.IDENTITY,
                resolved.name,
                resolved.document,
                How.BOUNDARY if is_boundary else How.ATTACHED,
                attachment.origin.span,
                applies,
                resolved.aws_managed,
                written=attachment.policy.span,
            )
            into = self.boundaries if is_boundary else self.reaching
            into.setdefault(identity.origin.address, []).append(policy)
            self._note_bringer(identity, attachment.origin, resolved.name)

    def _join_group(self, membership: Membership) -> None:
        target = Target(IdentityKind.GROUP, membership.group)
        for user, is_meant in self._reach(membership.user, membership.origin):
            applies = is_meant & self._lists.member(user, membership)
            reaching = self.reaching.setdefault(user.origin.address, [])
            certain = False
            for group, is_it in self._joins[IdentityKind.GROUP].named(target, membership.origin):
                spend(STEPS * (1 + len(self.reaching.get(group.origin.address, ()))))
                certain = certain or is_it.is_yes
                in_it = applies & is_it & exists_beside(group.origin.existence, user.origin.existence)
                name = literal(text_of(group.name) or ()) or group.origin.address
                self._note_bringer(user, membership.origin, name)
                self.brought[user.origin.address] |= self._brought_through(group)
                self._note_group(user, literal(text_of(group.name) or ()) or None, in_it)
                for policy in self.reaching.get(group.origin.address, ()):
                    reaching.append(
                        self._policy(
                            policy.policy_type,
                            policy.name,
                            policy.document,
                            policy.how,
                            policy.span,
                            in_it & policy.applies,
                            policy.aws_managed,
                            group=name,
                            written=policy.written,
                        )
                    )
            if not certain:
                reaching.append(_undefined_group(membership, applies))
                doubt = undetermined(membership.group.unknown.cause) if membership.group.unknown is not None else YES
                self._note_group(user, membership.group.text, applies & doubt)

    def _note_group(self, user: Identity, name: str | None, member: Truth) -> None:
        """That the user is in a group; a list of groups that is not known may have none at all."""
        known = self.groups.setdefault(user.origin.address, {})
        known[name] = known.get(name, NO) | member

    def _resolve(self, attachment: Attachment, identity: Identity) -> _Resolved:
        policy = attachment.policy
        if policy.text is not None and self._is_managed(policy.text):
            return self._listed_of_aws(policy.text) or _aws_managed(policy.text)
        # What is defined in the code is the same for all who refer to it alike in the very same account.
        said = id(policy.data) if policy.text is None else policy.text
        is_set = identity.kind is IdentityKind.PERMISSION_SET
        key = said, policy.source, id(attachment.path), id(identity.origin.account), is_set
        known = self._defined.get(key)
        if known is not None:
            return known
        shown = written_reference(policy)
        reference = policy if attachment.path is None else by_path_and_name(attachment.path, policy)
        found = self._policies.find(reference, identity)
        if found is not None and found[1].is_yes:
            defined = found[0]
            name = literal(text_of(defined.name) or ()) or defined.origin.address
            known = self._defined[key] = _Resolved(name, self.document(defined.document))
            return known
        aws_managed = None if policy.unknown is not None and attachment.path is None else False
        if aws_managed is None:
            aws_managed = _is_aws_managed(policy)
        if found is not None:
            return _Resolved(shown, opaque(min(found[1].causes, key=Cause.sort_key)), aws_managed)
        place = path_and_name(reference)
        if policy.unknown is not None and (place is None or place.text is None):
            return _Resolved(shown, opaque(policy.unknown.cause), aws_managed)
        detail = f"the policy {shown}, which is not defined in this scan root"
        return _Resolved(shown, opaque(Cause(CauseKind.MISSING_POLICY, detail, policy.span)), aws_managed)

    def _listed_of_aws(self, arn: str) -> _Resolved | None:
        """An AWS managed policy that account data has the text of, and that is not in our data."""
        listed = self._of_aws.get(arn)
        if listed is None:
            return None
        parsed = Arn.parse(arn)
        partition = parsed.partition if parsed is not None else None
        return _Resolved(listed.name.text or arn, self.document(listed.document), True, partition)

    def _is_managed(self, arn: str) -> bool:
        """Whether it is the ARN of an AWS managed policy; most are attached many times."""
        known = self._managed.get(arn)
        if known is None:
            known = self._managed[arn] = managed.is_aws_managed(arn)
        return known

    def _policy(
        self,
        policy_type: PolicyType,
        name: str,
        document: PolicyDocument,
        how: How,
        span: Span,
        applies: Truth,
        aws_managed: bool | None,
        group: str | None = None,
        written: Span | None = None,
    ) -> AttachedPolicy:
        """A policy as it reaches an identity: the very same one for all whom it reaches in the same way."""
        doubt = None if applies.known is not None else id(applies)
        key = (id(policy_type), name, id(document), id(how), span, applies.known, doubt, aws_managed, group, written)
        known = self._attached.get(key)
        if known is None:
            known = AttachedPolicy(policy_type, name, document, how, span, applies, aws_managed, group, written)
            self._attached[key] = known
        return known


def exists_beside(existence: Existence, other: Existence) -> Truth:
    """Whether one thing exists, given that the other does: all its unknown conditions hold, or are the other's too."""
    if not existence.conditions:
        return YES
    shared = {condition.symbol for condition in other.conditions} - {None}
    doubts = [condition.cause for condition in existence.conditions if condition.symbol not in shared]
    return undetermined(*doubts) if doubts else YES


def _is_aws_managed(reference: Value) -> bool | None:
    """Whether an ARN that is known in part is that of a policy of AWS; None if it tells nothing of that."""
    account = segment(text_of(reference) or (), ACCOUNT)
    if account is None or len(account) != 1:
        return None
    (owner,) = account
    if isinstance(owner, Hole):
        return False if owner.is_account_id else None
    return owner == "aws"


def _undefined_group(membership: Membership, applies: Truth) -> AttachedPolicy:
    group = membership.group
    shown = written_reference(group)
    cause = Cause(CauseKind.MISSING_POLICY, f"the group {shown}, which is not defined in this scan root", group.span)
    if group.unknown is not None:
        cause = group.unknown.cause
    return AttachedPolicy(
        PolicyType.IDENTITY,
        f"the policies of group {shown}",
        opaque(cause),
        How.GROUP,
        membership.origin.span,
        applies,
        group=shown,
    )


@lru_cache(maxsize=4096)
def _aws_managed(arn: str) -> _Resolved:
    found, parsed = managed.document(arn), Arn.parse(arn)
    partition = parsed.partition if parsed is not None else None
    if found is None:
        detail = f"the AWS managed policy {arn}, which is not in the data of {managed.taken()}"
        return _Resolved(arn, opaque(Cause(CauseKind.MISSING_POLICY, detail)), True, partition)
    return _Resolved(found.name, managed_document(arn), True, partition)
