"""Facts become principals: the users, roles and permission sets of a root, each with what reaches it.

What reaches whom, ``principals.joins`` works out. When the budget is spent, nobody's policies are known: a verdict on
some of them would be a guess.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scanner.budget import BudgetSpentError, at_no_charge, spend
from scanner.cause import ACCOUNT_ID, Cause, CauseKind
from scanner.diagnostic import Diagnostic
from scanner.facts import Facts, Identity, IdentityKind
from scanner.iam.pattern import Hole, Text, hole, text_of
from scanner.iam.policy import DocumentKind, PolicyDocument
from scanner.iam.principal import AttachedPolicy, Principal, PrincipalKind
from scanner.principals.definition import GroupMembership, PrincipalDefinition
from scanner.principals.joins import STEPS, Joins, exists_beside
from scanner.principals.left_open import LeftOpen, left_open
from scanner.principals.references import names_role
from scanner.principals.session_duration import session_duration
from scanner.span import Span
from scanner.symbol import Attribute
from scanner.truth import NO, Truth, any_of, undetermined
from scanner.values import Unknown, Value

_PRINCIPALS = {
    IdentityKind.USER: PrincipalKind.USER,
    IdentityKind.ROLE: PrincipalKind.ROLE,
    IdentityKind.PERMISSION_SET: PrincipalKind.PERMISSION_SET,
}


def merge(facts: Facts) -> tuple[tuple[PrincipalDefinition, ...], tuple[Diagnostic, ...]]:
    """The principals of one root, sorted by address, and what is wrong with the policies that reach them.

    When the budget is spent, all of them are there, with policies that may allow or deny anything.
    """
    joins = Joins(facts)
    make = _Definitions(facts, joins)
    found = sorted(
        (identity for identity in facts.identities if identity.kind in _PRINCIPALS and not identity.origin.is_foreign),
        key=lambda identity: (identity.origin.address, identity.origin.span),
    )
    try:
        joins.run()
        definitions = [make.definition(identity) for identity in found]
    except BudgetSpentError as problem:
        place = joins.place_of(problem)
        with at_no_charge():
            nothing = left_open(problem, place)
            definitions = [make.left_open(identity, nothing) for identity in found]
    return tuple(definitions), tuple(joins.diagnostics)


class _Definitions:
    def __init__(self, facts: Facts, joins: Joins) -> None:
        self._facts = facts
        self._joins = joins
        self._roles = {one.origin.address for one in facts.identities if one.kind is IdentityKind.ROLE}
        self._sets: dict[tuple[int, ...], tuple[AttachedPolicy, ...]] = {}

    def definition(self, identity: Identity) -> PrincipalDefinition:
        """The principal with all that reaches it."""
        address = identity.origin.address
        profile = self._joins.profiles.get(address)
        entitled, entitled_spans = self._entitled(identity)
        principal = self._principal(
            identity,
            self._together(self._joins.reaching.get(address, ())),
            self._together(self._joins.boundaries.get(address, ())),
            self._joins.document(identity.trust, DocumentKind.TRUST) if identity.trust is not None else None,
        )
        return PrincipalDefinition(
            principal,
            address,
            self._facts.root,
            self._facts.root_kind,
            identity.origin.span,
            login_profile=profile[0] if profile is not None else NO,
            login_profile_span=profile[1] if profile is not None else None,
            access_keys=tuple(sorted(self._joins.keys.get(address, ()))),
            groups=tuple(GroupMembership(*found) for found in self._joins.groups.get(address, {}).items()),
            session_duration=session_duration(identity),
            entitled=entitled,
            entitled_spans=entitled_spans,
            trail=identity.origin.trail,
            notes=identity.origin.notes,
            brought_by=tuple(self._joins.brought.get(address, ())),
            files_of_account=self._facts.files_of_account,
        )

    def left_open(self, identity: Identity, nothing: LeftOpen) -> PrincipalDefinition:
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
            account=self._joins.accounts.settled(identity.home.account).id,
            account_symbol=identity.home.account.symbol,
            tags=_tags(identity.tags),
            tags_doubt=identity.tags.unknown.cause if identity.tags.unknown is not None else None,
            policies=policies,
            boundaries=boundaries,
            trust=trust,
        )

    def _partition(self, identity: Identity) -> str:
        """The provider's or the template's; if they do not say, that of the attached AWS managed policies."""
        if identity.home.partition != "aws":
            return identity.home.partition
        return self._joins.partitions.get(identity.origin.address, "aws")

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
        spend(STEPS * len(self._facts.entitlements))
        answers = [
            (
                entitlement.origin.span,
                names_role(entitlement.role, identity, self._roles, entitlement.origin, self._joins.accounts)
                & exists_beside(entitlement.origin.existence, identity.origin.existence),
            )
            for entitlement in self._facts.entitlements
        ]
        return any_of(answer for _, answer in answers), tuple(span for span, answer in answers if not answer.is_no)


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
