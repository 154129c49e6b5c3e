"""What exclusive lists take away: policies of an identity, a policy from identities, users from a group.

What one resource gives and the list of another one takes away is there or not, depending on which of them was applied
last. So it is a doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

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
from scanner.lazy_dataclass import dataclass
from scanner.principals.references import by_path_and_name, same_name, same_policy, written_reference
from scanner.same_account import Accounts
from scanner.truth import NO, YES, Truth, all_of, any_of, undetermined
from scanner.values import Value, same_text

STEPS = 8
"""Of comparing what somebody gets with one item of a list."""

Reach = Callable[[Target, Origin], Iterator[tuple[Identity, Truth]]]
"""The identities that something written somewhere is about."""
Same = Callable[[Value, Value], Truth]
"""Whether two references name the same."""


@dataclass(frozen=True, slots=True)
class _List:
    """All who have a policy, or are in a group."""

    origin: Origin
    of: Value
    listed: Mapping[str, Truth]
    """By address."""


class ExclusiveLists:
    """All of one root. Each answer is yes, or a doubt."""

    def __init__(self, facts: Facts, accounts: Accounts, reach: Reach) -> None:
        self._accounts = accounts
        self._of_identity: dict[str, list[Exclusive]] = {}
        for exclusive in facts.exclusives:
            for identity, _ in reach(exclusive.target, exclusive.origin):
                self._of_identity.setdefault(identity.origin.address, []).append(exclusive)
        self._of_policy: dict[IdentityKind, list[_List]] = {}
        for attachment in facts.exclusive_attachments:
            listed = _reached(attachment.kind, attachment.listed, attachment.origin, reach)
            self._of_policy.setdefault(attachment.kind, []).append(_List(attachment.origin, attachment.policy, listed))
        self._of_group = [
            _List(one.origin, one.group, _reached(IdentityKind.USER, one.listed, one.origin, reach))
            for one in facts.exclusive_memberships
        ]
        self._found: dict[tuple[int, int], tuple[tuple[_List, Truth], ...]] = {}

    def inline(self, identity: Identity, name: Value) -> Truth:
        """Whether an identity keeps an inline policy."""
        return self._keeps(identity, name, None, inline=True)

    def attached(self, attachment: Attachment) -> Callable[[Identity], Truth]:
        """Whether an identity keeps what is attached to it."""
        kind, policy = attachment.target.kind, attachment.policy
        lists = self._about(self._of_policy[kind], policy, same_policy) if kind in self._of_policy else ()

        def stays(identity: Identity) -> Truth:
            keeps = self._keeps(identity, policy, attachment.path, inline=False)
            if not lists:
                return keeps
            return keeps & self._is_on_all(
                lists, identity, f"{written_reference(policy)} from {identity.origin.address}"
            )

        return stays

    def member(self, user: Identity, membership: Membership) -> Truth:
        """Whether a user stays in a group."""
        lists = self._about(self._of_group, membership.group, same_name) if self._of_group else ()
        if not lists:
            return YES
        what = f"{user.origin.address} from the group {written_reference(membership.group)}"
        return self._is_on_all(lists, user, what)

    def _about(self, lists: Sequence[_List], thing: Value, same: Same) -> tuple[tuple[_List, Truth], ...]:
        """The lists that are or may be of one thing. Whatever is written once is looked for once."""
        key = id(lists), id(thing)
        known = self._found.get(key)
        if known is None:
            spend(STEPS * len(lists))
            answers = ((one, same(one.of, thing)) for one in lists)
            known = self._found[key] = tuple((one, answer) for one, answer in answers if not answer.is_no)
        return known

    def _is_on_all(self, lists: Sequence[tuple[_List, Truth]], identity: Identity, what: str) -> Truth:
        """A doubt for each list that is about the same thing in the same account, and that somebody is not on."""
        answer = YES
        for one, same in lists:
            is_here = self._accounts.same(one.origin.account, identity.origin.account)
            if not (same & is_here & ~one.listed.get(identity.origin.address, NO)).is_no:
                answer &= _doubt(one.origin, what)
        return answer

    def _keeps(self, identity: Identity, policy: Value, path: Value | None, *, inline: bool) -> Truth:
        """Whether an identity keeps a policy, as far as it is up to the lists of its own."""
        exclusives = self._of_identity.get(identity.origin.address)
        if exclusives is None:
            return YES
        spend(STEPS * sum(len(exclusive.listed.elements) for exclusive in exclusives))
        return all_of(
            _listed(exclusive, policy, path)
            for exclusive in exclusives
            if exclusive.inline is inline and (exclusive.paths is None) is (path is None)
        )


def _reached(kind: IdentityKind, listed: tuple[Value, ...], origin: Origin, reach: Reach) -> dict[str, Truth]:
    """Who is on a list, by address."""
    found: dict[str, Truth] = {}
    alone = Origin(origin.address, origin.span, Existence(), account=origin.account)
    for item in listed:
        for identity, is_it in reach(Target(kind, item), alone):
            found[identity.origin.address] = found.get(identity.origin.address, NO) | is_it
    return found


def _doubt(origin: Origin, what: str) -> Truth:
    """Whoever gives what a list takes away may come later."""
    detail = f"{origin.address}, which may remove {what} because it does not list it"
    return undetermined(Cause(CauseKind.UNSUPPORTED, detail, origin.span))


def _listed(exclusive: Exclusive, policy: Value, path: Value | None) -> Truth:
    reference, items = policy, exclusive.listed.elements
    if path is not None:
        reference = by_path_and_name(path, policy)
        items = tuple(map(by_path_and_name, exclusive.paths or (), items))
    if any_of(same_text(item, reference) for item in items).is_yes:
        return YES
    return _doubt(exclusive.origin, written_reference(policy))
