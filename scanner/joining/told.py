"""What is said of roots that belong together, beside their own reports: names that two define, and what is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from scanner.diagnostic import Diagnostic, bound_exceeded, warning
from scanner.joining.links import APART, MOST_BESIDE, shown
from scanner.joining.names import Name, NameKind, RootNames
from scanner.root import ScanRoot
from scanner.span import Span


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

    roots = {root: names for root, names in roots.items() if root.kind not in APART}
    best = shown(roots, sources)
    defined: dict[tuple[NameKind, str], list[tuple[ScanRoot, Name]]] = {}
    for root in best:
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
