"""Which modules and templates are parts of others, and so no scan roots of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from scanner.file_system import without_links

Evaluate = Callable[[Path], Iterable[tuple[Path, Path]]]
"""Who calls whom beneath a root module, by directories; asked where a source has to be evaluated for it."""


def root_modules(modules: Mapping[Path, Path], named: set[Path], evaluate: Evaluate) -> list[Path]:
    """Directories that no other directory calls as a child module, and those that the user names.

    Each module stands with the directory that it reads files in.
    """
    if not modules:
        return []
    from scanner.terraform.configuration.module_calls import written_calls

    written = {module: written_calls(module, boundary) for module, boundary in modules.items()}
    real = {without_links(module): module for module in modules}

    def found_as(child: Path) -> Path:
        """The same directory as it was found: a source may lead to it through a link."""
        return child if child in written else real.get(without_links(child), child)

    calls = {module: {found_as(child) for child in found.directories} for module, found in written.items()}
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


def nested_in_others(templates: Mapping[Path, Path]) -> set[Path]:
    """Which of the templates another one nests; each stands with the directory that it reads other files in."""
    if not templates:
        return set()
    from scanner.cloudformation.stacks.nested import nested_templates
    from scanner.cloudformation.template.place import Place

    calls = {file: nested_templates(Place(str(file), file, boundary)) for file, boundary in templates.items()}
    return set(calls) - _tops(calls, set())


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
