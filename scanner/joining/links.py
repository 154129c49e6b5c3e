"""Which roots stand beside which.

A root stands beside another that names something which it defines and the other does not: a policy that is attached
there, a group that somebody is put into. Another stands beside it that attaches something to its identities. Both have
to be about one account that is known; a root whose account is not known stays alone. Of a configuration that is scanned
as a plan as well, the plan stands beside others. Where several roots define what is meant, none is taken. One that
another reads the state, or a parameter, of stands beside it whatever their accounts are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, replace

from scanner.diagnostic import Diagnostic, bound_exceeded, warning
from scanner.joining.names import Name, NameKind, RootNames
from scanner.lazy_dataclass import dataclass
from scanner.nearest import nearest
from scanner.root import RootKind, ScanRoot
from scanner.span import Span

MOST_BESIDE = 500
"""A root that has to do with so many is evaluated beside the nearest of them, and it is an error what is left out."""

_Key = tuple[NameKind, str, str | None]
_BEST_FIRST = (RootKind.TERRAFORM_PLAN, RootKind.TERRAFORM_MODULE, RootKind.TERRAFORM_STATE)
_APART = frozenset((RootKind.ACCOUNT, RootKind.CHANGE_SET))
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
        and root.kind not in _APART
        and (bool(names.keeps) or bool(names.reads) or _is_in_known_account(names))
    )


def _is_in_known_account(names: RootNames) -> bool:
    return any(one.account is not None for one in (*names.defined, *names.wanted, *names.reached))


def with_others_beside(roots: Mapping[ScanRoot, RootNames], sources: Mapping[str, str]) -> tuple[ScanRoot, ...]:
    """The roots in their order, each with those that stand beside it. ``sources`` says what each root is of."""
    shown = _shown(roots, sources)
    makers = _makers(roots, shown)
    links: dict[ScanRoot, dict[ScanRoot, None]] = {root: {} for root in roots}
    for root, names in roots.items():
        for wanted in names.wanted:
            made_by = [one for one in makers.get(wanted.key, ()) if sources[one.path] != sources[root.path]]
            if wanted.account is not None and len(made_by) == 1 and made_by == makers[wanted.key]:
                links[root][made_by[0]] = None
    defined_by: dict[_Key, list[ScanRoot]] = {}
    for root, names in roots.items():
        for key in dict.fromkeys(one.key for one in names.defined if one.account is not None):
            defined_by.setdefault(key, []).append(root)
    wanted_by: dict[_Key, list[ScanRoot]] = {}
    for root, names in roots.items():
        for key in dict.fromkeys(one.key for one in names.wanted if one.account is not None):
            if key not in defined_by:  # an account may have it, and nobody else
                wanted_by.setdefault(key, []).append(root)
    read_by = _read_by(roots)
    for root, found in read_by.items():
        for _, other in found:
            if roots[root].is_about_others and other.path != root.path:
                links[other][root] = None
            same = [one for one in links[root] if sources[one.path] == sources[other.path]]
            links[root] = {one: None for one in links[root] if one not in same}
            links[root][other] = None
    for root in shown:
        for reached in roots[root].reached:
            for owner in (*defined_by.get(reached.key, ()), *wanted_by.get(reached.key, ())):
                if sources[owner.path] != sources[root.path]:
                    links[owner][root] = None
    return tuple(
        replace(
            _with_read(root, read_by),
            beside=tuple(
                _with_read(other, read_by)
                for other in nearest(root, links, MOST_BESIDE)
                if all((other.path, other.kind) != (near.path, near.kind) for near in root.neighbours)
            ),
        )
        for root in roots
    )


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


def _shown(roots: Iterable[ScanRoot], sources: Mapping[str, str]) -> tuple[ScanRoot, ...]:
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


def _makers(roots: Mapping[ScanRoot, RootNames], shown: Iterable[ScanRoot]) -> dict[_Key, list[ScanRoot]]:
    found: dict[_Key, list[ScanRoot]] = {}
    for root in shown:
        for key in dict.fromkeys(one.key for one in roots[root].defined if one.account is not None):
            found.setdefault(key, []).append(root)
    return found


def told_of_bounds(roots: Iterable[ScanRoot]) -> Iterator[Diagnostic]:
    """An error for each root that others may say something of which nobody has heard."""
    for root in roots:
        if len(root.beside) >= MOST_BESIDE:
            said = (
                f"{MOST_BESIDE:,} other roots or more have to do with this one, and what further ones say is left out"
            )
            yield replace(bound_exceeded(said, Span.whole_file(root.path)), root=root.path)


def told_of_names(
    roots: Mapping[ScanRoot, RootNames], sources: Mapping[str, str], owners: Mapping[str, str] | None = None
) -> Iterator[Diagnostic]:
    """A warning for each name that two roots define in one account, and for each policy that may be another root's.

    Where roots have ``owners``, only for what different owners have.
    """

    def is_apart(one: ScanRoot, other: ScanRoot) -> bool:
        return sources[one.path] != sources[other.path] and (owners is None or owners[one.path] != owners[other.path])

    roots = {root: names for root, names in roots.items() if root.kind not in _APART}
    shown = _shown(roots, sources)
    defined: dict[tuple[NameKind, str], list[tuple[ScanRoot, Name]]] = {}
    for root in shown:
        for one in roots[root].defined:
            defined.setdefault(one.key[:2], []).append((root, one))
    for several in defined.values():
        yield from _twice(several, is_apart)
    for root, names in roots.items():
        for wanted in names.wanted:
            others = [
                (other, found)
                for other, found in defined.get(wanted.key[:2], ())
                if is_apart(other, root) and found.name == wanted.name
            ]
            if wanted.kind is NameKind.POLICY and wanted.is_certain:
                yield from _perhaps(root, wanted, others)


def _twice(
    several: Iterable[tuple[ScanRoot, Name]], is_apart: Callable[[ScanRoot, ScanRoot], bool]
) -> Iterator[Diagnostic]:
    first: dict[str, tuple[ScanRoot, Name]] = {}
    for root, name in several:
        if name.account is None or not name.is_certain:
            continue
        other, known = first.setdefault(name.account, (root, name))
        if is_apart(other, root):
            message = (
                f'The scan root "{other.path}" defines the {name.kind.value} {name.name} of the account {name.account} '
                f"as well ({known.span.path}:{known.span.line}), and an account has one of each name. References to it "
                "from other scan roots are not followed."
            )
            yield replace(warning("Defined twice", message, name.span), root=root.path)


def _perhaps(root: ScanRoot, wanted: Name, others: list[tuple[ScanRoot, Name]]) -> Iterator[Diagnostic]:
    """Where it is not known whether both are in one account."""
    possible = [(other, found) for other, found in others if None in (wanted.account, found.account)]
    if possible and len(possible) == len(others):
        (other, first), *more = possible
        also = f", as {len(more):,} more do" if more else ""
        message = (
            f'The scan root "{other.path}" defines a policy of the name that is attached here '
            f"({first.span.path}:{first.span.line}){also}. It is not known whether both are in one account, so what it "
            "allows is not known here. Say which account each of them is in (--account, or accounts by path in the "
            "configuration)."
        )
        yield replace(warning("Policy of another scan root", message, wanted.span), root=root.path)
