"""Sections of ``accounts`` under paths that no root has: somebody relies on them, and they count for nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from scanner import file_system
from scanner.diagnostic import Diagnostic, warning
from scanner.globs import PathGlob
from scanner.options import Options
from scanner.root import ScanRoot

_NEAR = 0.8
"""How much of two paths is the same, from 0 to 1, where one may be meant by the other."""


def unmatched_sections(
    options: Options, roots: Sequence[ScanRoot], is_scanned: Callable[[Path], bool]
) -> Iterator[Diagnostic]:
    """A warning for each section that matches no root of this scan, and would match none of a larger one.

    ``is_scanned`` says whether all of a directory, without symbolic links in its path, was scanned.
    """
    places = [root.stands_in or root.location for root in roots]
    matched = {
        section: [
            place
            for place in places
            if glob.matches(place, options.directory, is_directory=file_system.is_directory(place))
        ]
        for section in options.sections
        if (glob := section.glob) is not None
    }
    free = set(places).difference(*matched.values())
    for section, there in matched.items():
        glob, span = section.glob, section.span
        if there or glob is None or span is None or not _is_all_there(glob, options, is_scanned):
            continue
        advice = _advice(glob, options.directory, free)
        yield warning("Section not used", f'No root is at a path that "{glob.pattern}" matches. {advice}', span)


def _is_all_there(glob: PathGlob, options: Options, is_scanned: Callable[[Path], bool]) -> bool:
    """Whether no other scan could find what it matches."""
    reach = glob.reach(options.directory)
    if any(one.matches(reach, options.directory, is_directory=True) for one in options.exclude):
        return False
    return is_scanned(file_system.real(reach)) or (options.paths_are_configured and not file_system.exists(reach))


def _advice(glob: PathGlob, directory: Path, places: Iterable[Path]) -> str:
    """The root without a section that is nearest, or what to do where none is near."""
    base = glob.base or directory
    paths = sorted(place.relative_to(base).as_posix() for place in places if place.is_relative_to(base))
    from difflib import get_close_matches

    near = get_close_matches(glob.pattern.strip("./"), paths, 1, _NEAR)
    return f'Write "{near[0]}" if that is meant.' if near else "Correct or remove the section."
