"""What is so after one apply, where several resources speak of the same thing.

Two kinds of statements are older than the apply, and another resource of the same file may know better:

- What a role lists inside may be what the provider found attached when it read the role. The role then keeps that list
  while the plan changes or deletes the resource that attaches it. So that resource counts, and the list only for what
  nobody else speaks of. In a state the list may even be older than the last apply, so what nobody speaks of is a doubt.
- A resource that does not change is not applied. What it attached is gone when the plan takes the same away through
  another resource: by deleting that, by shortening a list, or with the identity itself, if it is replaced.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_role#managed_policy_arns-1
https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from scanner.budget import spend
from scanner.cause import Cause, CauseKind
from scanner.facts import (
    Account,
    Attachment,
    Existence,
    Fact,
    Identity,
    IdentityKind,
    InlinePolicy,
    LoginProfile,
    ManagedPolicy,
    Membership,
    PolicyUse,
    Target,
)
from scanner.lazy_dataclass import dataclass
from scanner.same_account import Accounts
from scanner.terraform.resource_instance import never
from scanner.truth import NO, Truth, any_of
from scanner.values import Unknown

_STEPS = 10
"""Of looking at one fact."""

_Given = Attachment | InlinePolicy | Membership | LoginProfile
_GIVEN = (Attachment, InlinePolicy, Membership, LoginProfile)
_ARGUMENTS: Mapping[type[Fact], tuple[str, ...]] = {
    Attachment: ("managed_policy_arns", "managed_policies", "customer_managed_policy_references"),
    InlinePolicy: ("inline_policy", "policies"),
    Membership: ("groups",),
}
"""What an identity has inside it, by the arguments that providers fill in."""
_Thing = tuple[object, ...]
"""Who has what, whatever account they are in."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What one resource instance says."""

    facts: tuple[Fact, ...]
    is_unchanged: bool = False
    """Whether the apply does nothing to it."""
    is_old: Callable[[str], bool] = never
    """Whether what the provider found of an argument may be from before the last apply."""
    before: tuple[Fact, ...] = ()
    """What it said before, where the apply changes or deletes it."""
    is_deleted: bool = False
    """Whether what it was before is deleted, be it to be made anew."""


def after_one_apply(stated: Sequence[Stated]) -> Iterator[Fact]:
    """The facts of all instances, without those that the apply makes untrue."""
    everything = (fact for one in stated for fact in one.facts)
    resources = [fact for fact in everything if isinstance(fact, Identity | ManagedPolicy)]
    same = Accounts(resources).same
    spoken, taken = _Index(same), _Index(same)
    for one in stated:
        spend(_STEPS * (len(one.facts) + len(one.before)))
        after, before = _Things(one.facts), _Things(one.before)
        spoken.add(pair for pair in (*after.given, *before.given) if not _is_inside(pair[1]))
        taken.add(_taken(before, after))
        if one.is_deleted and after.identities:  # else another one may be made in its place first
            taken.add(((fact.kind, name), fact) for fact in before.identities for name in _names(fact))
    for one in stated:
        yield from _still(one, spoken, taken)


def _taken(before: _Things, after: _Things) -> Iterator[tuple[_Thing, _Given]]:
    """What an instance gave and does not give any more, as far as it is known what it gives."""
    left = {thing for thing, _ in after.given}
    return ((thing, fact) for thing, fact in before.given if thing not in left and type(fact) not in after.open)


def _still(one: Stated, spoken: _Index, taken: _Index) -> Iterator[Fact]:
    """What is still so of what an instance says."""
    things = _Things(one.facts)
    earlier = dict(_Things(one.before).given) if not one.is_deleted else {}
    for fact in one.facts:
        known = things.of(fact) if isinstance(fact, _GIVEN) else ()
        if not isinstance(fact, _GIVEN) or not known:
            yield fact
        elif _is_inside(fact):
            is_earlier = one.is_unchanged or any(_is_as_before(fact, earlier.get(thing)) for thing in known)
            others = spoken.has(known, fact.origin.account) if is_earlier else NO
            yield from _unless(others, fact, is_old=all(map(one.is_old, _ARGUMENTS[type(fact)])))
        else:
            gone = taken.has((*known, *_whom(fact)), fact.origin.account) if one.is_unchanged else NO
            yield from _unless(gone, fact)


def doubted(fact: Fact, *causes: Cause) -> Fact:
    """The same, if it is so."""
    existence = fact.origin.existence
    conditions = (*existence.conditions, *map(Unknown, causes))
    return replace(fact, origin=replace(fact.origin, existence=Existence(conditions)))


def _unless(untrue: Truth, fact: _Given, *, is_old: bool = False) -> Iterator[Fact]:
    if untrue.is_undetermined:
        yield doubted(fact, *sorted(untrue.causes, key=Cause.sort_key))
    elif untrue.is_no:
        yield doubted(fact, _may_be_old(fact)) if is_old else fact


def _may_be_old(fact: _Given) -> Cause:
    read = f"which had {_written(fact)} when it was read (`terraform apply -refresh-only` reads it anew)"
    detail = f"{fact.origin.address}, {read}"
    return Cause(CauseKind.UNRESOLVED_REFERENCE, detail, fact.origin.span)


def _written(fact: _Given) -> str:
    match fact:
        case Attachment(policy=policy):
            return policy.text or "a policy"
        case InlinePolicy(name=name):
            return f"the inline policy {name.text}" if name.text else "an inline policy"
        case Membership(group=group):
            return f"the group {group.text}"
    return "a password"


class _Things:
    """Who has what by the facts of one instance."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self.identities = [fact for fact in facts if isinstance(fact, Identity)]
        self.given: list[tuple[_Thing, _Given]] = []
        self.open: set[type[_Given]] = set()
        """The kinds of facts of which one is not known."""
        for fact in facts:
            if isinstance(fact, _GIVEN):
                found = self.of(fact)
                self.given += [(thing, fact) for thing in found]
                if not found:
                    self.open.add(type(fact))

    def of(self, fact: _Given) -> tuple[_Thing, ...]:
        """Who has what by one of them, once for each name; empty if that is not known."""
        target = fact.user if isinstance(fact, Membership | LoginProfile) else fact.target
        what = _what(fact)
        return tuple((target.kind, name, *what) for name in self._named(target)) if what is not None else ()

    def _named(self, target: Target) -> tuple[str, ...]:
        if target.address is not None:
            return tuple(
                name for one in self.identities if one.origin.address == target.address for name in _names(one)
            )
        text = target.reference.text if target.reference is not None else None
        return (text.casefold(),) if text else ()


def _names(identity: Identity) -> tuple[str, ...]:
    """All that a reference may have for it."""
    return tuple(value.text.casefold() for value in (identity.name, identity.arn) if value.text)


def _what(fact: _Given) -> _Thing | None:
    """What is given, which is one thing of an identity; None if it is not known."""
    match fact:
        case Attachment(policy=policy, use=use, path=path):
            known = policy.text if use is PolicyUse.PERMISSIONS else ""
            return (
                (Attachment, use, known, (path.text or "/") if path is not None else None)
                if known is not None
                else None
            )
        case InlinePolicy(target=target, name=name):
            known = "" if target.kind is IdentityKind.PERMISSION_SET else name.text  # which has one
            return (InlinePolicy, known) if known is not None else None
        case Membership(group=group):
            return (Membership, group.text.casefold()) if group.text is not None else None
    return (LoginProfile,)


def _whom(fact: _Given) -> tuple[_Thing, ...]:
    """The identities that must not be deleted if it is to stay."""
    target = fact.user if isinstance(fact, Membership | LoginProfile) else fact.target
    pairs = [(target.kind, target.reference)]
    if isinstance(fact, Membership):
        pairs.append((IdentityKind.GROUP, fact.group))
    return tuple((kind, value.text.casefold()) for kind, value in pairs if value is not None and value.text)


def _is_inside(fact: _Given) -> bool:
    """Whether it is in a list of the identity itself, which the provider may have filled in."""
    if isinstance(fact, LoginProfile) or (isinstance(fact, Attachment) and fact.use is PolicyUse.BOUNDARY):
        return False
    target = fact.user if isinstance(fact, Membership) else fact.target
    return target.address is not None


def _is_as_before(fact: _Given, before: _Given | None) -> bool:
    """Whether an identity has in its list what it had there before."""
    if isinstance(fact, InlinePolicy) and isinstance(before, InlinePolicy):
        return fact.document.text == before.document.text
    return before is not None


class _Index:
    """Things with the accounts that they are in."""

    def __init__(self, same: Callable[[Account, Account], Truth]) -> None:
        self._same = same
        self._accounts: dict[_Thing, dict[Account, None]] = {}

    def add(self, found: Iterable[tuple[_Thing, Fact]]) -> None:
        """Note things, each with what says it."""
        for thing, fact in found:
            self._accounts.setdefault(thing, {})[fact.origin.account] = None

    def has(self, things: Iterable[_Thing], account: Account) -> Truth:
        """Whether one of them is here."""
        found = [other for thing in things for other in self._accounts.get(thing, ())]
        return any_of(self._same(account, other) for other in found) if found else NO
