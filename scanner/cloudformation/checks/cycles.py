"""Resources and conditions that need themselves, which CloudFormation refuses.

A resource needs what its properties refer to and what it ``DependsOn``. What stands in a branch that is not taken, or
belongs to a resource that does not exist, is not needed; where a condition is not decided, it is not certain.

SAM's resources become others, which need each other in other ways, so they are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from scanner.cloudformation.checks.refused_names import Place
from scanner.cloudformation.checks.uses import Kind, Use
from scanner.diagnostic import Diagnostic, error, warning
from scanner.span import Span
from scanner.truth import Truth, all_of

if TYPE_CHECKING:
    from scanner.cloudformation.language.names import Names

Graph = Mapping[str, Mapping[str, Use]]
"""What each name needs, with one of the places that say so."""


def cycles(used: tuple[Place, ...], names: Names) -> Iterator[Diagnostic]:
    """One diagnostic for each cycle; a warning where it is not certain that there is one."""
    for chain in _chains(_needs(used, "Conditions", (Kind.CONDITION,))):
        yield error("Circular dependency", _said(chain, "Conditions"), _place(chain))
    graph = _needs(used, "Resources", (Kind.REFERENCE, Kind.ATTRIBUTE, Kind.DEPENDENCY))
    sam = {place.name for place in used if place.is_sam}
    graph = {name: needed for name, needed in graph.items() if name not in sam}
    if next(_chains(graph), None) is None:
        return  # conditions are only decided where it matters
    there = {name: needed for name, needed in graph.items() if name in names.template.resources}
    taken = {
        name: {other: use for other, use in needed.items() if not _is_needed(use, name, names).is_no}
        for name, needed in there.items()
    }
    for chain in _chains(taken):
        certain = all_of(_is_needed(use, name, names) for name, use in chain)
        make = error if certain.is_yes else warning
        yield make("Circular dependency", _said(chain, "Resources"), _place(chain))


def _needs(used: tuple[Place, ...], section: str, kinds: tuple[Kind, ...]) -> dict[str, dict[str, Use]]:
    graph: dict[str, dict[str, Use]] = {place.name: {} for place in used if place.section == section}
    for place in used:
        for use in place.uses if place.section == section else ():
            name = use.name.partition(".")[0]
            if use.kind in kinds and name in graph:
                known = graph[place.name].setdefault(name, use)
                if len(use.under) < len(known.under):
                    graph[place.name][name] = use
    return graph


def _is_needed(use: Use, name: str, names: Names) -> Truth:
    """Whether what a resource uses is needed: it exists, and the branch is taken."""
    exists, _ = names.existence(names.template.resources[name])
    branches = (names.condition(one, None) if holds else ~names.condition(one, None) for one, holds in use.under)
    return all_of((exists, *branches))


def _chains(graph: Graph) -> Iterator[tuple[tuple[str, Use], ...]]:
    """Cycles, each as the names in it with what they need next; a name is in one of them at most."""
    done: set[str] = set()
    for start in graph:
        path: list[tuple[str, Iterator[tuple[str, Use]]]] = []
        if start not in done:
            path.append((start, iter(graph[start].items())))
        uses: list[Use] = []
        on_path = {start}
        while path:
            name, rest = path[-1]
            found = next(((other, use) for other, use in rest if other in graph and other not in done), None)
            if found is None:
                done.add(name)
                on_path.discard(name)
                path.pop()
                del uses[-1:]
                continue
            other, use = found
            if other in on_path:
                names = [one for one, _ in path]
                first = names.index(other)
                yield tuple(zip(names[first:], [*uses[first:], use], strict=True))
                done.update(names[first:])
                continue
            path.append((other, iter(graph[other].items())))
            uses.append(use)
            on_path.add(other)


def _said(chain: tuple[tuple[str, Use], ...], what: str) -> str:
    names = [f'"{name}"' for name, _ in chain]
    return f"{what} need themselves: {' needs '.join((*names, names[0]))}. CloudFormation refuses such a template."


def _place(chain: tuple[tuple[str, Use], ...]) -> Span:
    return chain[0][1].span or Span.whole_file("")
