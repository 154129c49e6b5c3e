"""Which roots stand beside which.

A root stands beside another that names something which it defines and the other does not: a policy that is attached
there, a group that somebody is put into. Another stands beside it that attaches something to its identities. Both have
to be about one account that is known; a root whose account is not known stays alone. Of a configuration that is scanned
as a plan as well, the plan stands beside others. Where several roots define what is meant, none is taken. One that
another reads the state, or a parameter, of stands beside it whatever their accounts are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace

from scanner.joining.names import Name, NameKind, RootNames
from scanner.lazy_dataclass import dataclass
from scanner.nearest import nearest
from scanner.root import RootKind, ScanRoot

MOST_BESIDE = 500
"""A root that has to do with so many is evaluated beside the nearest of them, and it is an error what is left out."""

_Key = tuple[NameKind, str, str | None]
_BEST_FIRST = (RootKind.TERRAFORM_PLAN, RootKind.TERRAFORM_MODULE, RootKind.TERRAFORM_STATE)
APART = frozenset((RootKind.ACCOUNT, RootKind.CHANGE_SET))
"""What is in an account settles nothing that nobody asks it to; a change set is of a template."""


@dataclass(frozen=True, slots=True)
class OtherRoots:
    """Roots that are worked out somewhere else, with the names in them and what each is of."""

    names: Mapping[ScanRoot, RootNames] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)


def may_be_joined(root: ScanRoot, names: RootNames | None) -> bool:
    """Whether a root may stand beside another, or another beside it."""
    return (
        names is not None
        and root.kind not in APART
        and (bool(names.keeps) or bool(names.reads) or _is_in_known_account(names))
    )


def _is_in_known_account(names: RootNames) -> bool:
    return any(one.account is not None for one in (*names.defined, *names.wanted, *names.reached, *names.takes))


def with_others_beside(roots: Mapping[ScanRoot, RootNames], sources: Mapping[str, str]) -> tuple[ScanRoot, ...]:
    """The roots in their order, each with those that stand beside it. ``sources`` says what each root is of."""
    read_by = _read_by(roots)
    links = _Links(roots, sources)
    links.to_makers()
    links.to_those_that_are_read(read_by)
    links.to_those_that_say_something()
    links.to_those_that_take_away()
    return tuple(
        replace(
            _with_read(root, read_by),
            beside=tuple(
                _with_read(other, read_by)
                for other in nearest(root, links.found, MOST_BESIDE)
                if all((other.path, other.kind) != (near.path, near.kind) for near in root.neighbours)
            ),
        )
        for root in roots
    )


class _Links:
    """From each root to those that stand beside it, for one reason or another."""

    def __init__(self, roots: Mapping[ScanRoot, RootNames], sources: Mapping[str, str]) -> None:
        self.found: dict[ScanRoot, dict[ScanRoot, None]] = {root: {} for root in roots}
        self._roots = roots
        self._sources = sources
        self._shown = shown(roots, sources)
        self._defined_by = _by_key((root, names.defined) for root, names in roots.items())
        self._wanted_by = _by_key((root, names.wanted) for root, names in roots.items())

    def _are_apart(self, one: ScanRoot, other: ScanRoot) -> bool:
        return self._sources[one.path] != self._sources[other.path]

    def to_makers(self) -> None:
        """To the one that defines what a root names."""
        makers = _by_key((root, self._roots[root].defined) for root in self._shown)
        for root, names in self._roots.items():
            for wanted in names.wanted:
                made_by = makers.get(wanted.key, ())
                if wanted.account is not None and len(made_by) == 1 and self._are_apart(made_by[0], root):
                    self.found[root][made_by[0]] = None

    def to_those_that_are_read(self, read_by: Mapping[ScanRoot, list[tuple[str, ScanRoot]]]) -> None:
        """To those that a root reads something of, and back where it may say something of who is there."""
        for root, read in read_by.items():
            for _, other in read:
                if self._roots[root].is_about_others and other.path != root.path:
                    self.found[other][root] = None
                self.found[root] = {one: None for one in self.found[root] if self._are_apart(one, other)}
                self.found[root][other] = None

    def to_those_that_say_something(self) -> None:
        """To those that attach something to whom a root defines, or to a group that only an account may have."""
        for root in self._shown:
            for reached in self._roots[root].reached:
                only_wanted = self._wanted_by if reached.key not in self._defined_by else {}
                for owner in (*self._defined_by.get(reached.key, ()), *only_wanted.get(reached.key, ())):
                    if self._are_apart(owner, root):
                        self.found[owner][root] = None

    def to_those_that_take_away(self) -> None:
        """To those that say who has a policy, or is in a group, and so who has not."""
        takers = {root: [one.key for one in self._roots[root].takes if one.account] for root in self._shown}
        if not any(takers.values()):
            return
        attached_by = _by_key((root, names.attached) for root, names in self._roots.items())
        for taker, keys in takers.items():
            for key in keys:
                for by in (attached_by, self._wanted_by, self._defined_by):
                    for root in by.get(key, ()):
                        if self._are_apart(root, taker):
                            self.found[root][taker] = None


def _by_key(found: Iterable[tuple[ScanRoot, Iterable[Name]]]) -> dict[_Key, list[ScanRoot]]:
    """Which roots have a name, in an account that is known."""
    roots: dict[_Key, list[ScanRoot]] = {}
    for root, names in found:
        for key in dict.fromkeys(one.key for one in names if one.account is not None):
            roots.setdefault(key, []).append(root)
    return roots


def _read_by(roots: Mapping[ScanRoot, RootNames]) -> dict[ScanRoot, list[tuple[str, ScanRoot]]]:
    """The configurations that each root reads something of, with the places; none where several keep one there."""
    keepers: dict[str, list[ScanRoot]] = {}
    for root, names in roots.items():
        for place in names.keeps:
            keepers.setdefault(place, []).append(root)
    return {
        root: [(place, keepers[place][0]) for place in names.reads if len(keepers.get(place, ())) == 1]
        for root, names in roots.items()
        if names.reads
    }


def _with_read(root: ScanRoot, read_by: Mapping[ScanRoot, list[tuple[str, ScanRoot]]]) -> ScanRoot:
    return replace(root, read_from=tuple(read_by.get(root, ())))


def shown(roots: Iterable[ScanRoot], sources: Mapping[str, str]) -> tuple[ScanRoot, ...]:
    """One of those that are of the same, the best informed."""
    found: dict[str, ScanRoot] = {}
    for root in roots:
        other = found.setdefault(sources[root.path], root)
        if _rank(root) < _rank(other):
            found[sources[root.path]] = root
    return tuple(found.values())


def _rank(root: ScanRoot) -> tuple[int, str]:
    rank = _BEST_FIRST.index(root.kind) if root.kind in _BEST_FIRST else len(_BEST_FIRST)
    return rank, root.path
