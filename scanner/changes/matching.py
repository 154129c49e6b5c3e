"""Who is who: principals before a change, and the same principals after it.

In AWS a name is one user's, role's or permission set's at a time in an account, so they meet by name first. The address
that Terraform and CloudFormation keep for something, moved or not, tells who has a name that is not known, and who was
renamed: a user of ``aws_iam_user`` alone, for everybody else is replaced by another. Whoever may be several others is
nobody's, and nobody is in two accounts.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_user
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-user.html
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field

from scanner.changes.moves import Move, former_addresses, resource_type
from scanner.changes.same_roots import alike
from scanner.changes.standing import Standing
from scanner.lazy_dataclass import dataclass
from scanner.root import RootKind

_Key = Callable[[Standing], "Hashable | None"]


@dataclass(frozen=True, slots=True)
class KnownOfRoots:
    """What roots after a change say about the time before it."""

    same: Mapping[str, str] = field(default_factory=dict)
    """Which root each of them was."""
    moves: Mapping[str, Sequence[Move]] = field(default_factory=dict)
    replaced: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Addresses of those who are made anew in the place of others."""


class Matched:
    """Pairs, and those who have no other half."""

    def __init__(self, before: Sequence[Standing], after: Sequence[Standing], known: KnownOfRoots) -> None:
        self._before, self._after, self._known = before, after, known
        self._former: dict[int, int] = {}
        """Places of those before, by the places of those after."""
        self._taken: set[int] = set()
        self._kept = tuple(self._kept_addresses())
        self._alone = tuple(map(_names_of_one, (before, after)))
        self._meet_kept(_has_same_name)
        self._meet_by_name(_root, lambda one: known.same.get(one.root), is_sure=False)
        self._meet_other_forms()
        self._meet_by_name(_everywhere, _everywhere, is_sure=True)
        self._meet_kept(_may_have_same_name)
        self._meet_other_forms()
        self._meet_by_name(self._alone_before, self._alone_after, is_sure=False)
        self._meet_kept(self._is_renamed)
        self._meet_in_other_roots()
        self._meet_other_forms()
        self._meet_by_name(_everywhere, _everywhere, is_sure=False)
        self._meet_other_forms()

    def pairs(self) -> Iterator[tuple[Standing | None, Standing]]:
        """Everybody who is there now, with who that was before; None for who is new."""
        for number, one in enumerate(self._after):
            known = self._former.get(number)
            yield (self._before[known] if known is not None else None), one

    def gone(self) -> Iterator[Standing]:
        """Everybody who was there and is not any more."""
        return (self._before[number] for number in self._missing())

    def _kept_addresses(self) -> Iterator[tuple[int, int]]:
        """Who has the same address in the same root before and after, as Terraform moves addresses."""
        there: dict[str, dict[str, int]] = {}
        for number, one in enumerate(self._before):
            there.setdefault(one.root, {})[one.address] = number
        former: dict[str, Mapping[str, str]] = {}
        for number, one in enumerate(self._after):
            were = there.get(self._known.same.get(one.root, ""), {})
            if one.root not in former:
                former[one.root] = former_addresses(were, self._known.moves.get(one.root, ()))
            address = former[one.root].get(one.address)
            if address is not None and self._before[were[address]].kind == one.kind:
                yield were[address], number

    def _meet_kept(self, are_same: Callable[[Standing, Standing], bool]) -> None:
        """Join those whose address tells so, as far as nothing else speaks against it."""
        for before, after in self._kept:
            one, other = self._before[before], self._after[after]
            if _may_be_in_one_account(one, other) and are_same(one, other):
                self._join(before, after)

    def _is_renamed(self, before: Standing, after: Standing) -> bool:
        """Whether the provider renames in place what has another name. Who has the old name, or had the new one, has
        been found by then."""
        is_replaced = after.address in self._known.replaced.get(after.root, ())
        return _can_be_renamed(before) and _can_be_renamed(after) and not is_replaced

    def _meet_by_name(self, of_before: _Key, of_after: _Key, *, is_sure: bool) -> None:
        """Join those of one kind and name in one place, which are alone on each side in an account.

        Who is in an account that is not known is sure to be nobody.
        """
        found: dict[Hashable, tuple[list[int], list[int]]] = {}
        for side, (numbers, standings) in enumerate(self._unmatched()):
            for number in numbers:
                one = standings[number]
                place = (of_before, of_after)[side](one)
                if one.name is not None and place is not None:
                    found.setdefault((place, _name(one)), ([], []))[side].append(number)
        for before, after in found.values():
            if before and after:
                self._join_in_accounts(before, after)
                left, open_ = self._left(before), self._open(after)
                if not is_sure and len(left) == len(open_) == 1:
                    self._join_if_possible(left[0], open_[0])

    def _alone_before(self, one: Standing) -> Hashable | None:
        return True if _name(one) in self._alone[0] else None

    def _alone_after(self, one: Standing) -> Hashable | None:
        return True if _name(one) in self._alone[1] else None

    def _join_in_accounts(self, before: Sequence[int], after: Sequence[int]) -> None:
        """Of those with one name, join those in an account that is known and has one of them on each side."""
        accounts: dict[str, tuple[list[int], list[int]]] = {}
        for side, (numbers, standings) in enumerate(((before, self._before), (after, self._after))):
            for number in numbers:
                account = standings[number].account
                if account is not None:
                    accounts.setdefault(account, ([], []))[side].append(number)
        for left, open_ in accounts.values():
            if len(left) == len(open_) == 1:
                self._join(left[0], open_[0])

    def _meet_in_other_roots(self) -> None:
        """Join those of one address whose roots are alike, or have it alone, unless they have two names.

        In one root Terraform knows better who has an address.
        """
        found: dict[Hashable, tuple[list[int], list[int]]] = {}
        for side, (numbers, standings) in enumerate(self._unmatched()):
            for number in numbers:
                key = standings[number].kind, standings[number].address
                found.setdefault(key, ([], []))[side].append(number)
        for before, after in found.values():
            if before and after:
                self._join_by_roots(before, after)

    def _join_by_roots(self, before: Sequence[int], after: Sequence[int]) -> None:
        for number in after:
            best = self._best(number, self._left(before))
            if best is not None and self._best_of_before(best, self._open(after)) == number:
                self._join_of_two_roots(best, number)
        left, open_ = self._left(before), self._open(after)
        if len(left) == len(open_) == 1:
            self._join_of_two_roots(left[0], open_[0])

    def _join_of_two_roots(self, before: int, after: int) -> None:
        if self._known.same.get(self._after[after].root) != self._before[before].root:
            self._join_if_possible(before, after)

    def _best(self, number: int, before: Iterable[int]) -> int | None:
        """Whose root ends most like that of somebody after the change, if it is one."""
        root = self._after[number].root
        return _only_best({other: alike(self._before[other].root.split("/"), root.split("/")) for other in before})

    def _best_of_before(self, number: int, after: Iterable[int]) -> int | None:
        root = self._before[number].root
        return _only_best({other: alike(root.split("/"), self._after[other].root.split("/")) for other in after})

    def _meet_other_forms(self) -> None:
        """A plan or a state beside a configuration has its principals: they were who the configuration's were."""
        found: dict[Hashable, set[tuple[str, int]]] = {}
        for number, known in self._former.items():
            one = self._after[number]
            found.setdefault(_home(one), set()).add((one.root, known))
        for number in self._open(range(len(self._after))):
            one = self._after[number]
            former = {known for root, known in found.get(_home(one), ()) if root != one.root}
            if len(former) == 1:
                self._former[number] = next(iter(former))

    def _left(self, before: Iterable[int]) -> list[int]:
        return [number for number in before if number not in self._taken]

    def _missing(self) -> Sequence[int]:
        """Those who are left, in no form."""
        taken = {_home(self._before[number]) for number in self._taken}
        return [
            number
            for number in self._left(range(len(self._before)))
            if not (_is_file(self._before[number]) and _home(self._before[number]) in taken)
        ]

    def _open(self, after: Iterable[int]) -> list[int]:
        return [number for number in after if number not in self._former]

    def _unmatched(self) -> tuple[tuple[Sequence[int], Sequence[Standing]], ...]:
        """Those without their other half on both sides, each in one form, with everybody there."""
        return (
            (_without_other_forms(self._missing(), self._before), self._before),
            (_without_other_forms(self._open(range(len(self._after))), self._after), self._after),
        )

    def _join_if_possible(self, before: int, after: int) -> None:
        one, other = self._before[before], self._after[after]
        if _may_be_in_one_account(one, other) and (_has_same_name(one, other) or _may_have_same_name(one, other)):
            self._join(before, after)

    def _join(self, before: int, after: int) -> None:
        if before not in self._taken and after not in self._former:
            self._former[after] = before
            self._taken.add(before)


def _name(one: Standing) -> Hashable:
    return one.kind, (one.name or "").casefold()


def _names_of_one(standings: Sequence[Standing]) -> frozenset[Hashable]:
    """The names that somebody has alone, wherever the others are."""
    numbers = _without_other_forms(range(len(standings)), standings)
    counted = Counter(_name(standings[number]) for number in numbers)
    return frozenset(name for name, times in counted.items() if times == 1)


def _root(one: Standing) -> Hashable:
    return one.root


def _everywhere(_: Standing) -> Hashable:
    return True


def _has_same_name(one: Standing, other: Standing) -> bool:
    return one.name is not None and other.name is not None and one.name.casefold() == other.name.casefold()


def _may_have_same_name(one: Standing, other: Standing) -> bool:
    return None in (one.name, other.name)


def _may_be_in_one_account(one: Standing, other: Standing) -> bool:
    return None in (one.account, other.account) or one.account == other.account


def _can_be_renamed(one: Standing) -> bool:
    """Whether a name is an argument that is updated in place: in CloudFormation and for roles it makes another."""
    return one.kind == "user" and one.root_kind.is_terraform and resource_type(one.address) == "aws_iam_user"


_FILES = (RootKind.TERRAFORM_PLAN, RootKind.TERRAFORM_STATE)


def _is_file(one: Standing) -> bool:
    """Whether it may be another form of what a configuration has."""
    return one.root_kind in _FILES


def _home(one: Standing) -> Hashable:
    """Address and directory, which the forms of a principal have in common."""
    return one.kind, one.address, (posixpath.dirname(one.root) or ".") if _is_file(one) else one.root


def _without_other_forms(numbers: Sequence[int], standings: Sequence[Standing]) -> Sequence[int]:
    """Without plans and states in the directory of a configuration that is among them."""
    written = {_home(standings[number]) for number in numbers if not _is_file(standings[number])}
    return [number for number in numbers if not (_is_file(standings[number]) and _home(standings[number]) in written)]


def _only_best(scores: Mapping[int, int]) -> int | None:
    """Who has the highest score, above nothing, if nobody else has it."""
    best = max(scores.values(), default=0)
    found = [number for number, score in scores.items() if score == best]
    return found[0] if best and len(found) == 1 else None
