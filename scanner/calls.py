"""Which modules and templates are parts of others, and so no scan roots of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from scanner import file_system
from scanner.lazy_dataclass import dataclass

Evaluate = Callable[[Path], Iterable[tuple[Path, Path]]]
"""Who calls whom beneath a root module, by directories; asked where a source has to be evaluated for it."""


@dataclass(frozen=True, slots=True)
class Calls:
    """What the text of one module directory, or of one template, calls by itself."""

    places: frozenset[Path] = frozenset()
    is_open: bool = False
    """Whether it depends on who calls, because a source is an expression."""


Known = Callable[[Path, Path, Callable[[], Calls]], Calls]
"""The calls of a place, which has a boundary, from wherever they are known; otherwise somebody has to find them."""


def not_known(place: Path, boundary: Path, find: Callable[[], Calls]) -> Calls:
    """Nothing is known of earlier scans."""
    del place, boundary
    return find()


def root_modules(
    modules: Mapping[Path, Path], named: set[Path], evaluate: Evaluate, known: Known = not_known
) -> list[Path]:
    """Directories that no other directory calls as a child module, and those that the user names.

    Each module stands with the directory that it reads files in.
    """
    written = {
        module: known(module, boundary, partial(_written, module, boundary)) for module, boundary in modules.items()
    }
    real = {file_system.real(module): module for module in modules}

    def found_as(child: Path) -> Path:
        """The same directory as it was found: a source may lead to it through a link."""
        return child if child in written else real.get(file_system.real(child), child)

    calls = {module: {found_as(child) for child in found.places} for module, found in written.items()}
    is_open = {module for module, found in written.items() if found.is_open}
    tops = _tops(calls, named)
    if is_open:
        evaluated = {
            top: {(caller, found_as(child)) for caller, child in evaluate(top)}
            for top in tops
            if _reached({top}, calls) & is_open
        }
        # What a module calls by its defaults counts only if nobody calls it with other values.
        tops = _tops(_with(calls, evaluated, tops), named)
        tops = _tops(_with(calls, evaluated, tops), named)
    return sorted(tops)


def _with(
    calls: Mapping[Path, set[Path]], evaluated: Mapping[Path, set[tuple[Path, Path]]], tops: set[Path]
) -> dict[Path, set[Path]]:
    """The calls with those that an evaluation of these roots finds."""
    found = {caller: set(children) for caller, children in calls.items()}
    for top in tops:
        for caller, child in evaluated.get(top, ()):
            found.setdefault(caller, set()).add(child)
    return {caller: children for caller, children in found.items() if caller in calls}


def _written(module: Path, boundary: Path) -> Calls:
    from scanner.terraform.configuration.module_calls import written_calls

    places, is_open = written_calls(module, boundary)
    return Calls(places, is_open)


def nested_in_others(
    templates: Mapping[Path, Path], shown: Callable[[Path], str], known: Known = not_known
) -> set[Path]:
    """Which of the templates another one nests; each stands with the directory that it reads other files in.

    ``shown`` is how the report names them.
    """
    calls = {
        file: {*known(file, boundary, partial(_nested, file, boundary, shown)).places}
        for file, boundary in templates.items()
    }
    return set(calls) - _tops(calls, set())


def _nested(file: Path, boundary: Path, shown: Callable[[Path], str]) -> Calls:
    from scanner.cloudformation.stacks.nested import nested_templates
    from scanner.cloudformation.template.place import Place

    return Calls(frozenset(nested_templates(Place(shown(file), file, boundary))))


def _tops(calls: Mapping[Path, set[Path]], named: set[Path]) -> set[Path]:
    """What nobody else calls, what is named, and what is called in a circle only, which makes it nobody's part."""
    called = {child for caller, children in calls.items() for child in children if child != caller}
    tops = {one for one in calls if one not in called or one in named}
    return tops | (set(calls) - _reached(tops, calls))


def _reached(tops: set[Path], calls: Mapping[Path, set[Path]]) -> set[Path]:
    reached = set(tops)
    pending = list(tops)
    while pending:
        for child in calls.get(pending.pop(), ()):
            if child not in reached:
                reached.add(child)
                pending.append(child)
    return reached
