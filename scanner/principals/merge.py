"""Facts become principals: every policy is brought to the identities that it reaches.

References join as ``principals.references`` says. One that is not known might name anybody, so it reaches every
identity that it could name, undetermined, with its cause. What is not defined in the code is unknown, never absent: a
policy by an ARN that nobody defines may allow or deny anything.

A fact may reach everybody, so who there is times what reaches them is charged to the budget, and so is every part of a
document. When it is spent, nobody's policies are known: a verdict on some of them would be a guess.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache, partial

from scanner import json_text
from scanner.budget import BudgetSpentError, at_no_charge, current, spend
from scanner.cause import ACCOUNT_ID, Cause, CauseKind
from scanner.diagnostic import Diagnostic
from scanner.facts import (
    Attachment,
    Exclusive,
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
from scanner.iam.pattern import Hole, Text, hole, literal, text_of
from scanner.iam.policy import DocumentKind, PolicyDocument, opaque, parse_document
from scanner.iam.principal import AttachedPolicy, How, PolicyType, Principal, PrincipalKind
from scanner.lazy_dataclass import dataclass
from scanner.principals.accounts import Accounts
from scanner.principals.definition import PASSWORD, Bringer, GroupMembership, PrincipalDefinition
from scanner.principals.left_open import LeftOpen, left_open
from scanner.principals.references import (
    IdentityIndex,
    PolicyIndex,
    by_path_and_name,
    names_role,
    path_and_name,
    written_reference,
)
from scanner.principals.session_duration import session_duration
from scanner.root import RootKind
from scanner.span import Span
from scanner.symbol import Attribute
from scanner.truth import NO, YES, Truth, all_of, any_of, undetermined
from scanner.values import Unknown, Value, same_text

_PRINCIPALS = {
    IdentityKind.USER: PrincipalKind.USER,
    IdentityKind.ROLE: PrincipalKind.ROLE,
    IdentityKind.PERMISSION_SET: PrincipalKind.PERMISSION_SET,
}

_WITHOUT_NAME = {RootKind.CLOUDFORMATION_TEMPLATE: ("the template's own stack",)}
"""What people call the account of a resource that belongs to no provider configuration or named stack."""


_STEPS = 8
"""Of bringing one policy to one identity."""


def merge(facts: Facts) -> tuple[tuple[PrincipalDefinition, ...], tuple[Diagnostic, ...]]:
    """The principals of one root, sorted by address, and what is wrong with the policies that reach them.

    When the budget is spent, all of them are there, with policies that may allow or deny anything.
    """
    return _Merge(facts).run()


@dataclass(frozen=True, slots=True)
class _Resolved:
    """A managed policy as it is attached."""

    name: str
    document: PolicyDocument
    aws_managed: bool | None = False
    """None when it is not known which policies these are, if any."""
    partition: str | None = None
    """That its ARN names, if it is AWS managed."""


class _Merge:
    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        accounts = self._accounts = Accounts(
            (*facts.identities, *facts.policies), facts.together, *_WITHOUT_NAME.get(facts.root_kind, ())
        )
        self._joins = {
            kind: IdentityIndex((identity for identity in facts.identities if identity.kind is kind), accounts)
            for kind in IdentityKind
        }
        # The Terraform provider sends on what it has read, in which of two equal keys the last one counts.
        self._read = partial(json_text.read, last_counts=facts.root_kind.is_terraform)
        self._documents: dict[int, PolicyDocument] = {}
        self._diagnostics: dict[Diagnostic, None] = {}
        self._of_aws = {one.arn.text: one for one in facts.policies if one.origin.account.id == "aws"}
        """Policies of AWS whose text is in account data only."""
        self._policies = PolicyIndex(
            (one for one in facts.policies if one.origin.account.id != "aws") if self._of_aws else facts.policies,
            accounts,
        )
        self._roles = {one.origin.address for one in facts.identities if one.kind is IdentityKind.ROLE}
        self._exclusives: dict[str, list[Exclusive]] = {}
        self._reaching: dict[str, list[AttachedPolicy]] = {}
        self._boundaries: dict[str, list[AttachedPolicy]] = {}
        self._brought: dict[str, dict[Bringer, None]] = {}
        self._through: dict[str, dict[Bringer, None]] = {}
        self._groups: dict[str, dict[str | None, Truth]] = {}
        self._profiles: dict[str, tuple[Truth, Span]] = {}
        self._keys: dict[str, list[Span]] = {}
        self._partitions: dict[str, str] = {}
        """The partition that the ARNs of attached AWS managed policies name."""
        self._defined: dict[tuple[object, ...], _Resolved] = {}
        self._attached: dict[object, AttachedPolicy] = {}
        self._sets: dict[tuple[int, ...], tuple[AttachedPolicy, ...]] = {}
        self._managed: dict[str, bool] = {}
        self._doubts: dict[tuple[object, ...], Truth] = {}
        self._at: Span | None = None
        """What is brought to somebody now."""

    def run(self) -> tuple[tuple[PrincipalDefinition, ...], tuple[Diagnostic, ...]]:
        found = sorted(
            (
                identity
                for identity in self._facts.identities
                if identity.kind in _PRINCIPALS and not identity.origin.is_foreign
            ),
            key=lambda identity: (identity.origin.address, identity.origin.span),
        )
        try:
            self._join()
            definitions = [self._definition(identity) for identity in found]
        except BudgetSpentError as problem:
            place = self._place_of(problem)
            with at_no_charge():
                nothing = left_open(problem, place)
                definitions = [self._left_open(identity, nothing) for identity in found]
        return tuple(definitions), tuple(self._diagnostics)

    def _join(self) -> None:
        """Bring everything to whom it reaches."""
        for exclusive in self._facts.exclusives:
            for identity, _ in self._reach(exclusive.target, exclusive.origin):
                self._exclusives.setdefault(identity.origin.address, []).append(exclusive)
        for inline in self._facts.inline_policies:
            self._inline(inline)
        for attachment in self._facts.attachments:
            self._attach(attachment)
        for membership in self._facts.memberships:
            self._join_group(membership)
        for profile in self._facts.login_profiles:
            for user, applies in self._reach(profile.user, profile.origin):
                known = self._profiles.get(user.origin.address)
                answer = applies | known[0] if known else applies
                self._profiles[user.origin.address] = (answer, profile.origin.span)
                self._note_bringer(user, profile.origin, PASSWORD)
        for key in self._facts.access_keys:
            for user, applies in self._reach(key.user, key.origin):
                if applies.is_yes and key.active:
                    self._keys.setdefault(user.origin.address, []).append(key.origin.span)

    def _place_of(self, problem: BudgetSpentError) -> Span:
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
            spend(_STEPS)
            applies = self._same_doubt(answer & _exists_beside(origin.existence, identity.origin.existence))
            if not applies.is_no:
                yield identity, applies

    def _same_doubt(self, answer: Truth) -> Truth:
        """The very same object for doubts that are the same, with the places of their causes."""
        if answer.known is not None:
            return answer
        return self._doubts.setdefault(tuple(sorted(map(id, answer.causes))), answer)

    def _document(self, value: Value, kind: DocumentKind = DocumentKind.IDENTITY) -> PolicyDocument:
        """Parsed once for each value, however many identities it reaches."""
        known = self._documents.get(id(value))
        if known is None:
            self._at = value.span or self._at
            known = self._documents[id(value)] = parse_document(value, kind, self._read)
            if not self._facts.is_rewritten:
                self._diagnostics |= dict.fromkeys(known.diagnostics)
        return known

    def _inline(self, inline: InlinePolicy) -> None:
        name = inline.name.text or inline.origin.address
        for identity, applies in self._reach(inline.target, inline.origin):
            policy = self._policy(
                PolicyType.IDENTITY,
                name,
                self._document(inline.document),
                How.INLINE,
                inline.origin.span,
                applies & self._stays(identity, inline.name, inline=True),
                aws_managed=None if inline.may_be_none else False,
            )
            self._reaching.setdefault(identity.origin.address, []).append(policy)
            self._note_bringer(identity, inline.origin, name)

    def _note_bringer(self, identity: Identity, origin: Origin, name: str) -> None:
        self._brought.setdefault(identity.origin.address, {})[Bringer(origin.address, name)] = None

    def _brought_through(self, group: Identity) -> Mapping[Bringer, None]:
        """What brings a group its policies, for those who are in it. It has all of them when the first is looked at."""
        address = group.origin.address
        if address not in self._through:
            own = self._brought.get(address, ())
            self._through[address] = {Bringer(one.address, one.name, through_group=True): None for one in own}
        return self._through[address]

    def _attach(self, attachment: Attachment) -> None:
        is_boundary = attachment.use is PolicyUse.BOUNDARY
        for identity, applies in self._reach(attachment.target, attachment.origin):
            resolved = self._resolve(attachment, identity)
            if resolved.partition is not None:
                self._partitions.setdefault(identity.origin.address, resolved.partition)
            policy = self._policy(
                PolicyType.BOUNDARY if is_boundary else PolicyType.IDENTITY,
                resolved.name,
                resolved.document,
                How.BOUNDARY if is_boundary else How.ATTACHED,
                attachment.origin.span,
                applies if is_boundary else applies & self._stays(identity, attachment.policy, inline=False),
                resolved.aws_managed,
                written=attachment.policy.span,
            )
            into = self._boundaries if is_boundary else self._reaching
            into.setdefault(identity.origin.address, []).append(policy)
            self._note_bringer(identity, attachment.origin, resolved.name)

    def _stays(self, identity: Identity, policy: Value, *, inline: bool) -> Truth:
        """Undetermined for a policy that the code attaches and that an exclusive list beside it would remove."""
        exclusives = self._exclusives.get(identity.origin.address)
        if exclusives is None:
            return YES
        spend(_STEPS * sum(len(exclusive.listed.elements) for exclusive in exclusives))
        return all_of(_listed(exclusive, policy) for exclusive in exclusives if exclusive.inline is inline)

    def _join_group(self, membership: Membership) -> None:
        target = Target(IdentityKind.GROUP, membership.group)
        for user, applies in self._reach(membership.user, membership.origin):
            reaching = self._reaching.setdefault(user.origin.address, [])
            certain = False
            for group, is_it in self._joins[IdentityKind.GROUP].named(target, membership.origin):
                spend(_STEPS * (1 + len(self._reaching.get(group.origin.address, ()))))
                certain = certain or is_it.is_yes
                in_it = applies & is_it & _exists_beside(group.origin.existence, user.origin.existence)
                name = literal(text_of(group.name) or ()) or group.origin.address
                self._note_bringer(user, membership.origin, name)
                self._brought[user.origin.address] |= self._brought_through(group)
                self._note_group(user, literal(text_of(group.name) or ()) or None, in_it)
                for policy in self._reaching.get(group.origin.address, ()):
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
        known = self._groups.setdefault(user.origin.address, {})
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
            known = self._defined[key] = _Resolved(name, self._document(defined.document))
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
        return _Resolved(listed.name.text or arn, self._document(listed.document), True, partition)

    def _is_managed(self, arn: str) -> bool:
        """Whether it is the ARN of an AWS managed policy; most are attached many times."""
        known = self._managed.get(arn)
        if known is None:
            known = self._managed[arn] = managed.is_aws_managed(arn)
        return known

    def _partition(self, identity: Identity) -> str:
        """The provider's or the template's; if they do not say, that of the attached AWS managed policies."""
        if identity.home.partition != "aws":
            return identity.home.partition
        return self._partitions.get(identity.origin.address, "aws")

    def _definition(self, identity: Identity) -> PrincipalDefinition:
        address = identity.origin.address
        profile = self._profiles.get(address)
        entitled, entitled_spans = self._entitled(identity)
        principal = self._principal(
            identity,
            self._together(self._reaching.get(address, ())),
            self._together(self._boundaries.get(address, ())),
            self._document(identity.trust, DocumentKind.TRUST) if identity.trust is not None else None,
        )
        return PrincipalDefinition(
            principal,
            address,
            self._facts.root,
            self._facts.root_kind,
            identity.origin.span,
            login_profile=profile[0] if profile is not None else NO,
            login_profile_span=profile[1] if profile is not None else None,
            access_keys=tuple(sorted(self._keys.get(address, ()))),
            groups=tuple(GroupMembership(*found) for found in self._groups.get(address, {}).items()),
            session_duration=session_duration(identity),
            entitled=entitled,
            entitled_spans=entitled_spans,
            trail=identity.origin.trail,
            notes=identity.origin.notes,
            brought_by=tuple(self._brought.get(address, ())),
            files_of_account=self._facts.files_of_account,
        )

    def _left_open(self, identity: Identity, nothing: LeftOpen) -> PrincipalDefinition:
        """The principal without anything that would have to be brought to it."""
        doubt = undetermined(nothing.cause)
        is_user = identity.kind is IdentityKind.USER
        return PrincipalDefinition(
            self._principal(identity, nothing.policies, (), nothing.trust if identity.trust is not None else None),
            identity.origin.address,
            self._facts.root,
            self._facts.root_kind,
            identity.origin.span,
            login_profile=doubt if is_user else NO,
            groups=(GroupMembership(None, doubt),) if is_user else (),
            session_duration=session_duration(identity),
            entitled=doubt if identity.kind is IdentityKind.ROLE else NO,
            trail=identity.origin.trail,
            notes=identity.origin.notes,
            files_of_account=self._facts.files_of_account,
        )

    def _principal(
        self,
        identity: Identity,
        policies: tuple[AttachedPolicy, ...],
        boundaries: tuple[AttachedPolicy, ...],
        trust: PolicyDocument | None,
    ) -> Principal:
        name = text_of(identity.name) or ()
        partition = self._partition(identity)
        return Principal(
            _PRINCIPALS[identity.kind],
            name,
            arn=_arn(identity, name, partition),
            partition=partition,
            account=self._accounts.settled(identity.home.account).id,
            account_symbol=identity.home.account.symbol,
            tags=_tags(identity.tags),
            tags_doubt=identity.tags.unknown.cause if identity.tags.unknown is not None else None,
            policies=policies,
            boundaries=boundaries,
            trust=trust,
        )

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

    def _together(self, policies: Sequence[AttachedPolicy]) -> tuple[AttachedPolicy, ...]:
        """The very same for all identities with the same policies, so that what is decided by them is decided once."""
        key = tuple(map(id, policies))
        known = self._sets.get(key)
        if known is None:
            known = self._sets[key] = tuple(policies)
        return known

    def _entitled(self, identity: Identity) -> tuple[Truth, tuple[Span, ...]]:
        """Whether somebody is entitled to a role, and by what."""
        if identity.kind is not IdentityKind.ROLE:
            return NO, ()
        spend(_STEPS * len(self._facts.entitlements))
        answers = [
            (
                entitlement.origin.span,
                names_role(entitlement.role, identity, self._roles)
                & _exists_beside(entitlement.origin.existence, identity.origin.existence),
            )
            for entitlement in self._facts.entitlements
        ]
        return any_of(answer for _, answer in answers), tuple(span for span, answer in answers if not answer.is_no)


def _exists_beside(existence: Existence, other: Existence) -> Truth:
    """Whether one thing exists, given that the other does: all its unknown conditions hold, or are the other's too."""
    if not existence.conditions:
        return YES
    shared = {condition.symbol for condition in other.conditions} - {None}
    doubts = [condition.cause for condition in existence.conditions if condition.symbol not in shared]
    return undetermined(*doubts) if doubts else YES


def _listed(exclusive: Exclusive, policy: Value) -> Truth:
    items = exclusive.listed.elements
    if any_of(same_text(item, policy) for item in items).is_yes:
        return YES
    detail = f"{exclusive.origin.address}, which may remove {written_reference(policy)} because it does not list it"
    return undetermined(Cause(CauseKind.UNSUPPORTED, detail, exclusive.origin.span))


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


def _tags(tags: Value) -> Mapping[str, Text]:
    if not isinstance(tags.data, Mapping):
        return {}
    return {key: text for key, value in tags.data.items() if (text := text_of(value)) is not None}


def _arn(identity: Identity, name: Text, partition: str) -> Text:
    """The ARN that requests are made under, as far as it is known."""
    found = text_of(identity.arn)
    if identity.kind is not IdentityKind.PERMISSION_SET:
        return found if found is not None else (_unknown_arn(identity),)
    account = identity.home.account
    where: Text = (account.id,) if account.id is not None else (hole(Unknown(ACCOUNT_ID, account.symbol)),)
    suffix = hole(Unknown(Cause(CauseKind.KNOWN_AFTER_APPLY, "the name of the permission set's role")))
    prefix = f"arn:{partition}:iam::"
    return (prefix, *where, ":role/aws-reserved/sso.amazonaws.com/", suffix, "AWSReservedSSO_", *name, "_", suffix)


def _unknown_arn(identity: Identity) -> Hole:
    detail = f"the ARN of {identity.origin.address}"
    return hole(Unknown(Cause(CauseKind.KNOWN_AFTER_APPLY, detail), Attribute(identity.origin.address, "arn")))
