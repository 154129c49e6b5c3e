"""What exclusive lists take away: policies of an identity, a policy from identities, users from a group.

What one resource gives and the list of another one takes away is there or not, depending on which of them was applied
last. So it is a doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scanner.budget import spend
from scanner.cause import Cause, CauseKind
from scanner.facts import (
    Attachment,
    Exclusive,
    Existence,
    Facts,
    Identity,
    IdentityKind,
    Membership,
    Origin,
    Target,
)
from scanner.principals.references import same_name, same_policy, written_reference
from scanner.same_account import Accounts
from scanner.truth import NO, YES, Truth, all_of, any_of, undetermined
from scanner.values import Value, same_text

STEPS = 8
"""Of comparing what somebody gets with one item of a list."""

Reach = Callable[[Target, Origin], Iterator[tuple[Identity, Truth]]]
"""The identities that something written somewhere is about."""


class ExclusiveLists:
    """All of one root. Each answer is yes, or a doubt."""

    def __init__(self, facts: Facts, accounts: Accounts, reach: Reach) -> None:
        self._accounts = accounts
        self._of_identity: dict[str, list[Exclusive]] = {}
        for exclusive in facts.exclusives:
            for identity, _ in reach(exclusive.target, exclusive.origin):
                self._of_identity.setdefault(identity.origin.address, []).append(exclusive)
        self._of_policy = [
            (one, _reached(one.kind, one.listed, one.origin, reach)) for one in facts.exclusive_attachments
        ]
        self._of_group = [
            (one, _reached(IdentityKind.USER, one.listed, one.origin, reach)) for one in facts.exclusive_memberships
        ]

    def keep(self, identity: Identity, policy: Value, *, inline: bool) -> Truth:
        """Whether an identity keeps a policy, as far as it is up to the lists of its own."""
        exclusives = self._of_identity.get(identity.origin.address)
        if exclusives is None:
            return YES
        spend(STEPS * sum(len(exclusive.listed.elements) for exclusive in exclusives))
        return all_of(_listed(exclusive, policy) for exclusive in exclusives if exclusive.inline is inline)

    def attached(self, attachment: Attachment) -> Callable[[Identity], Truth]:
        """Whether an identity keeps what is attached, as far as it is up to lists of those who have the policy."""
        spend(STEPS * len(self._of_policy))
        rivals = [
            (one, listed, same)
            for one, listed in self._of_policy
            if one.kind is attachment.target.kind and not (same := same_policy(attachment.policy, one.policy)).is_no
        ]

        def stays(identity: Identity) -> Truth:
            what = f"{written_reference(attachment.policy)} from {identity.origin.address}"
            return all_of(
                _unless(self._is_off(one.origin, listed, same, identity), one.origin, what)
                for one, listed, same in rivals
            )

        return stays if rivals else _everybody

    def member(self, user: Identity, membership: Membership) -> Truth:
        """Whether a user stays in a group."""
        if not self._of_group:
            return YES
        spend(STEPS * len(self._of_group))
        return all_of(
            _unless(
                self._is_off(one.origin, listed, same, user),
                one.origin,
                f"{user.origin.address} from the group {written_reference(membership.group)}",
            )
            for one, listed in self._of_group
            if not (same := same_name(membership.group, one.group)).is_no
        )

    def _is_off(self, origin: Origin, listed: dict[str, Truth], same: Truth, identity: Identity) -> Truth:
        """Whether a list is about the same thing, in the same account, and the identity is not on it."""
        is_here = self._accounts.same(origin.account, identity.origin.account)
        return same & is_here & ~listed.get(identity.origin.address, NO)


def _everybody(_: Identity) -> Truth:
    return YES


def _reached(kind: IdentityKind, listed: tuple[Value, ...], origin: Origin, reach: Reach) -> dict[str, Truth]:
    """Who is on a list, by address."""
    found: dict[str, Truth] = {}
    alone = Origin(origin.address, origin.span, Existence(), account=origin.account)
    for item in listed:
        for identity, is_it in reach(Target(kind, item), alone):
            found[identity.origin.address] = found.get(identity.origin.address, NO) | is_it
    return found


def _unless(taken: Truth, origin: Origin, what: str) -> Truth:
    """A doubt where something may be taken away: whoever gives it may come later."""
    if taken.is_no:
        return YES
    detail = f"{origin.address}, which may remove {what} because it does not list it"
    return undetermined(Cause(CauseKind.UNSUPPORTED, detail, origin.span))


def _listed(exclusive: Exclusive, policy: Value) -> Truth:
    if any_of(same_text(item, policy) for item in exclusive.listed.elements).is_yes:
        return YES
    detail = f"{exclusive.origin.address}, which may remove {written_reference(policy)} because it does not list it"
    return undetermined(Cause(CauseKind.UNSUPPORTED, detail, exclusive.origin.span))
