"""Which root was which before a change.

One that has its path is it; where no root has, as in the report of another checkout, the one that ends with the whole
way to it from what is scanned. Roots that are only alike (``x/iam`` and ``z/iam``) are two. A plan or a state may stand
for a configuration that is on the other side alone.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import takewhile
from pathlib import PurePath

_Parts = tuple[str, ...]


def same_roots(
    before: Mapping[str, PurePath], after: Mapping[str, PurePath], paths: Sequence[PurePath]
) -> dict[str, str]:
    """By the roots after the change, those before it.

    Places are absolute: those before are where the roots would be now. ``paths`` are what is scanned.
    """
    there = {place: root for root, place in before.items()}
    found = {root: there[place] for root, place in after.items() if place in there}
    if found:
        return found
    named = [root for root, place in after.items() if [place] == list(paths)]
    if len(before) == 1 and named:
        return dict.fromkeys(named, next(iter(before)))
    return _moved(before, after, paths)


def with_other_forms(
    found: Mapping[str, str], before: Mapping[str, PurePath], after: Mapping[str, PurePath]
) -> dict[str, str]:
    """Those that were found, and those that are forms of one thing and alone in that on each side.

    Here the place of a plan or a state is the directory that it is in.
    """
    done = {after[root] for root in found}
    taken = set(found.values())
    there, here = (_by_place(side, known) for side, known in ((before, taken), (after, found)))
    pairs = ((here[place], there[place]) for place in here if place in there and place not in done)
    return {**found, **{new[0]: old[0] for new, old in pairs if len(new) == len(old) == 1}}


def _by_place(roots: Mapping[str, PurePath], known: Container[str]) -> Mapping[PurePath, list[str]]:
    found: dict[PurePath, list[str]] = {}
    for root, place in roots.items():
        if root not in known:
            found.setdefault(place, []).append(root)
    return found


def _moved(before: Mapping[str, PurePath], after: Mapping[str, PurePath], paths: Sequence[PurePath]) -> dict[str, str]:
    """Those that are the same if everything was below another directory, which is the one that fits most of them."""
    by_end: dict[str, list[tuple[str, _Parts]]] = {}
    for root, place in before.items():
        by_end.setdefault(place.name, []).append((root, place.parts))
    pairs: dict[tuple[_Parts, _Parts], dict[str, str]] = {}
    for root, place in after.items():
        enough = max(1, _below(place, paths))
        for other, parts in by_end.get(place.name, ()):
            ending = alike(parts, place.parts)
            if ending >= enough:
                pairs.setdefault((parts[:-ending], place.parts[:-ending]), {})[root] = other
    best = max(((len(found), -len(one) - len(other)) for (one, other), found in pairs.items()), default=None)
    fitting = [found for (one, other), found in pairs.items() if (len(found), -len(one) - len(other)) == best]
    return fitting[0] if len(fitting) == 1 else {}


def _below(place: PurePath, paths: Iterable[PurePath]) -> int:
    """How many names lead to a place from the scanned path that is nearest above it."""
    return min((len(place.parts) - len(path.parts) for path in paths if place.is_relative_to(path)), default=0)


def alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many names at the end of two paths are the same."""
    pairs = zip(reversed(one), reversed(other), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
