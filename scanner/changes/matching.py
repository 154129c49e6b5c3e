"""Who is who: principals before a change, and the same principals after it.

They meet by their address in the same root; by the address alone, where no other root has it or the paths of the roots
end alike, as those of two checkouts do; by an address that was moved; and what is left by account, kind and name, which
AWS keeps unique. Whoever may be several others is nobody's.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import takewhile

from scanner.changes.moves import Move, former
from scanner.changes.standing import Standing
from scanner.root import RootKind

_Key = Callable[[Standing], Iterable[Hashable]]


class Matched:
    """Pairs, and those who have no other half."""

    def __init__(
        self, before: Sequence[Standing], after: Sequence[Standing], moves: Mapping[str, Sequence[Move]]
    ) -> None:
        """``moves`` are those that each root after the change has."""
        self._before, self._after = before, after
        self._former: dict[int, int] = {}
        """Places of those before, by the places of those after."""
        self._taken: set[int] = set()
        self._meet(_by_address, _by_address)
        if moves:
            self._meet(_by_address, lambda one: _moved(one, moves.get(one.root, ())))
        self._meet_by_name()
        self._meet_other_forms()

    def pairs(self) -> Iterator[tuple[Standing | None, Standing]]:
        """Everybody who is there now, with who that was before; None for who is new."""
        for number, one in enumerate(self._after):
            known = self._former.get(number)
            yield (self._before[known] if known is not None else None), one

    def gone(self) -> Iterator[Standing]:
        """Everybody who was there and is not any more."""
        return (self._before[number] for number in self._missing(range(len(self._before))))

    def _meet(self, of_before: _Key, of_after: _Key) -> None:
        """Join those of one key."""
        waiting: dict[Hashable, list[int]] = {}
        for number, one in enumerate(self._before):
            if number not in self._taken:
                for key in of_before(one):
                    waiting.setdefault(key, []).append(number)
        wanting: dict[Hashable, list[int]] = {}
        for number, one in enumerate(self._after):
            if number not in self._former:
                for key in of_after(one):
                    if key in waiting:
                        wanting.setdefault(key, []).append(number)
        for key, numbers in wanting.items():
            self._join_by_roots(waiting[key], numbers)

    def _join_by_roots(self, before: Sequence[int], after: Sequence[int]) -> None:
        """Of several with one key, those whose roots are the same, or alike."""
        exact = {self._before[number].root: number for number in self._left(before)}
        for number in self._open(after):
            if self._after[number].root in exact:
                self._join(exact.pop(self._after[number].root), number)
        for number in self._open(after):
            best = self._best(number, self._left(before))
            if best is not None and self._best_of_before(best, self._open(after)) == number:
                self._join(best, number)
        left = _without_other_forms(self._missing(before), self._before)
        open_ = _without_other_forms(self._open(after), self._after)
        if len(left) == len(open_) == 1:
            self._join(left[0], open_[0])

    def _best(self, number: int, before: Iterable[int]) -> int | None:
        """Whose root ends most like that of somebody after the change, if it is one."""
        root = self._after[number].root
        return _only_best({other: _alike(self._before[other].root, root) for other in before})

    def _best_of_before(self, number: int, after: Iterable[int]) -> int | None:
        root = self._before[number].root
        return _only_best({other: _alike(root, self._after[other].root) for other in after})

    def _meet_by_name(self) -> None:
        """Join those of one kind and name, if there is only one on each side, and nothing says two accounts."""
        names: dict[tuple[str, str], tuple[list[int], list[int]]] = {}
        for number in self._missing(range(len(self._before))):
            for key in _by_name(self._before[number]):
                names.setdefault(key, ([], []))[0].append(number)
        for number in self._open(range(len(self._after))):
            for key in _by_name(self._after[number]):
                names.setdefault(key, ([], []))[1].append(number)
        for before, after in names.values():
            for number in after:
                here = self._after[number].account
                same = [other for other in before if self._before[other].account == here is not None]
                if len(same) == 1:
                    self._join(same[0], number)
            left, open_ = self._left(before), self._open(after)
            if len(left) == len(open_) == 1 and None in (self._before[left[0]].account, self._after[open_[0]].account):
                self._join(left[0], open_[0])

    def _meet_other_forms(self) -> None:
        """A plan or a state beside a configuration has its principals: they were who the configuration's were."""
        found: dict[Hashable, set[int]] = {}
        for number, known in self._former.items():
            found.setdefault(_home(self._after[number]), set()).add(known)
        for number in self._open(range(len(self._after))):
            former = found.get(_home(self._after[number]), ())
            if len(former) == 1:
                self._former[number] = next(iter(former))

    def _left(self, before: Iterable[int]) -> list[int]:
        return [number for number in before if number not in self._taken]

    def _missing(self, before: Iterable[int]) -> list[int]:
        """Those who are left, in no form."""
        taken = {_home(self._before[number]) for number in self._taken}
        return [
            number
            for number in self._left(before)
            if not (_is_file(self._before[number]) and _home(self._before[number]) in taken)
        ]

    def _open(self, after: Iterable[int]) -> list[int]:
        return [number for number in after if number not in self._former]

    def _join(self, before: int, after: int) -> None:
        if before not in self._taken and after not in self._former:
            self._former[after] = before
            self._taken.add(before)


def _by_address(one: Standing) -> Iterator[Hashable]:
    yield one.kind, one.address


def _moved(one: Standing, moves: Iterable[Move]) -> Iterator[Hashable]:
    return ((one.kind, address) for address in former(one.address, moves))


def _by_name(one: Standing) -> Iterator[tuple[str, str]]:
    if one.name is not None:
        yield one.kind, one.name.casefold()


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


def _alike(one: str, other: str) -> int:
    """How many names at the end of two paths are the same."""
    pairs = zip(reversed(one.split("/")), reversed(other.split("/")), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _only_best(scores: Mapping[int, int]) -> int | None:
    """Who has the highest score, above nothing, if nobody else has it."""
    best = max(scores.values(), default=0)
    found = [number for number, score in scores.items() if score == best]
    return found[0] if best and len(found) == 1 else None
