"""``--compare-to``: what there was before whatever is scanned, and what is different from it.

That is another scan, an earlier report, or what a plan says of the state before it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from scanner import file_system
from scanner.changes.compare import Comparison, compare
from scanner.changes.earlier_report import ReportError, earlier_report, is_report
from scanner.changes.matching import KnownOfRoots
from scanner.changes.same_roots import same_roots, with_other_forms
from scanner.changes.standing import Standing, standing
from scanner.diagnostic import Diagnostic, warning
from scanner.finding import Finding
from scanner.globs import PathGlob
from scanner.iam.pattern import literal
from scanner.lazy_dataclass import dataclass
from scanner.options import PRIOR, Options
from scanner.root import RootKind, ScanRoot
from scanner.span import Span
from scanner.standard_input import NAME
from scanner.work.outcome import Outcome, Task

if TYPE_CHECKING:
    from scanner.report.report import Report
    from scanner.verdicts.assessed_principal import AssessedPrincipal


_OF_CHANGE_SETS = (
    "a change set does not list what stays, so it does not say who could do what before; compare the template with the "
    "one that is deployed, which `aws cloudformation get-template` prints"
)


class NotComparableError(Exception):
    """There is nothing to compare with where the user says. The message names it."""

    def __init__(self, named: str, why: str) -> None:
        super().__init__(f"{named}: {why} (--compare-to)")
        self.path = named


@dataclass(frozen=True, slots=True)
class Before:
    """What there was."""

    standings: tuple[Standing, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    """What is wrong with it."""
    of: frozenset[str] | None = None
    """The roots that are compared with it; None for all."""
    is_prior: bool = False
    """Whether it is what plans say, at the addresses to which they have moved it."""
    is_file: bool = False
    """Whether it is one file, which is of all that is scanned, where that is one root."""
    moved: tuple[tuple[PurePath, PurePath], ...] = ()
    """Places in it, with the places that are scanned now in their stead; all of them absolute."""

    def compared(
        self, assessed: Iterable[AssessedPrincipal], done: Iterable[tuple[ScanRoot, Outcome]], options: Options
    ) -> Comparison:
        """What is different now. ``done`` are all roots."""
        now = [standing(one) for one in assessed if self.of is None or one.definition.root in self.of]
        outcomes = [(root.path, outcome) for root, outcome in done]
        known = KnownOfRoots(
            self._same_roots(now, options),
            {} if self.is_prior else {root: outcome.moves for root, outcome in outcomes if outcome.moves},
            {root: outcome.replaced for root, outcome in outcomes if outcome.replaced},
        )
        return compare(self.standings, now, known)

    def _same_roots(self, now: Iterable[Standing], options: Options) -> dict[str, str]:
        before = {one.root: (self._here(_place(one.root, options)), one.root_kind) for one in self.standings}
        after = {one.root: (_place(one.root, options), one.root_kind) for one in now}
        if self.is_file and len(before) == len(after) == 1:
            return dict(zip(after, before, strict=True))
        scanned_paths = [_place(path, options) for path in options.paths if path != NAME]
        there, here = ({root: place for root, (place, _) in side.items()} for side in (before, after))
        found = same_roots(there, here, scanned_paths)
        return with_other_forms(found, *({root: _home(*one) for root, one in side.items()} for side in (before, after)))

    def _here(self, place: PurePath) -> PurePath:
        """Where a root would be now."""
        found = [(one, other) for one, other in self.moved if place.is_relative_to(one)]
        if not found:
            return place
        one, other = max(found, key=lambda pair: len(pair[0].parts))
        return other / place.relative_to(one)


def _home(place: PurePath, kind: RootKind) -> PurePath:
    """What the forms of a configuration have in common."""
    return place.parent if kind in (RootKind.TERRAFORM_PLAN, RootKind.TERRAFORM_STATE) else place


def _place(path: str, options: Options) -> PurePath:
    return PurePath(os.path.normpath(options.directory / path))


def before(options: Options, scan: Callable[[Options], Report]) -> Before:
    """What the options name, read or scanned; nothing for ``PRIOR``. Raises ``NotComparableError``."""
    named = options.compare_to or ""
    if named == PRIOR:
        return Before()
    place = options.directory / named
    if not file_system.is_there(place):
        raise NotComparableError(named, "there is no such file or directory")
    if not file_system.is_directory(place) and is_report(named, options.directory):
        try:
            found = earlier_report(named, options.directory)
        except ReportError as problem:
            raise NotComparableError(named, str(problem)) from problem
        return Before(found.standings, tuple(_incomplete(named, found.errors)))
    there = _there(options, named)
    report = scan(_as_before(options, named, tuple(there) or (named,)))
    if not report.roots and report.errors:
        raise NotComparableError(named, f"it cannot be scanned: {report.errors[0].message}")
    places = there or _instead(options, named)
    return Before(
        tuple(map(standing, report.principals)),
        tuple(_incomplete(named, len(report.errors))),
        is_file=not file_system.is_directory(place),
        moved=tuple((_place(one, options), _place(other, options)) for one, other in places.items()),
    )


def prior(
    tasks: Iterable[Task],
    sources: Mapping[str, str],
    outcomes: Callable[[Sequence[Task]], Iterable[tuple[ScanRoot, Outcome]]],
) -> Before:
    """What there was before each of the plans among the tasks. Raises ``NotComparableError`` where there is none.

    ``sources`` says what each root is of, and ``outcomes`` joins roots that belong together. What is no plan stands
    beside what was before the plans as it stands beside the plans, and is compared as well: it may be a plan that
    changes who can do what there. A configuration that has a plan is what comes after it.
    """
    every = tuple(tasks)
    plans = {task.root.path for task in every if task.root.kind is RootKind.TERRAFORM_PLAN}
    if not plans and any(task.root.kind is RootKind.CHANGE_SET for task in every):
        raise NotComparableError(PRIOR, _OF_CHANGE_SETS)
    if not plans:
        raise NotComparableError(PRIOR, "only a plan says what there was before it, and none is scanned")
    planned = {sources[path] for path in plans}
    compared = plans | {task.root.path for task in every if sources[task.root.path] not in planned}
    earlier = [
        replace(task, root=replace(task.root, is_prior=True)) if task.root.path in plans else task for task in every
    ]
    found = [one for root, outcome in outcomes(earlier) if root.path in compared for one in outcome.principals]
    return Before(tuple(map(standing, found)), of=frozenset(compared), is_prior=True)


def left_in_aws(
    done: Iterable[tuple[ScanRoot, Outcome]], outcomes: Callable[[Iterable[ScanRoot]], Iterable[Outcome]]
) -> Iterator[AssessedPrincipal]:
    """Who is not the code's any more and stays, as they are once their plans are applied."""
    plans = [(replace(root, keeps_forgotten=True), found) for root, found in done if found.forgotten]
    if plans:
        for found, (_, planned) in zip(outcomes(root for root, _ in plans), plans, strict=True):
            known = {_whose(one) for one in planned.principals}
            left = (one for one in found.principals if one.definition.address in planned.forgotten)
            yield from (one for one in left if _whose(one) not in known)


def _whose(one: AssessedPrincipal) -> tuple[str, str | None]:
    """Somebody else may be where one was who stays."""
    return one.definition.address, literal(one.principal.name)


def is_of_changed(finding: Finding, comparison: Comparison) -> bool:
    """Whether a finding is about somebody who is changed, in any of the forms in which it was found."""
    homes = ((root, finding.principal) for root in (finding.root, *finding.also_in))
    found = (comparison.principals.get(home) for home in homes)
    return any(one is not None and one.changes for one in found)


def _there(options: Options, named: str) -> dict[str, str]:
    """The same paths in another checkout, as far as it has them, by what they are called there."""
    paths = {
        Path(named, path).as_posix(): path
        for path in options.paths
        if path != NAME and not Path(path).is_absolute() and ".." not in Path(path).parts
    }
    return {place: path for place, path in paths.items() if file_system.is_there(options.directory / place)}


def _instead(options: Options, named: str) -> dict[str, str]:
    """The one path that is scanned, by what is compared with it; for a file that is not there, its directory."""
    path = options.paths[0]
    if len(options.paths) != 1 or path == NAME:
        return {}
    is_missing = file_system.is_directory(options.directory / named) and not file_system.is_directory(
        options.directory / path
    )
    if not is_missing:
        return {named: path}
    parent = Path(path).parent
    around = Path(named, parent)
    if not parent.is_absolute() and ".." not in parent.parts and file_system.is_there(options.directory / around):
        return {around.as_posix(): parent.as_posix()}
    return {named: parent.as_posix()}


def _as_before(options: Options, named: str, paths: tuple[str, ...]) -> Options:
    """The options of a scan of what there was."""

    def place(glob: PathGlob) -> PathGlob:
        """The same pattern in the other checkout."""
        way = os.path.relpath(glob.base or options.directory, options.directory)
        return replace(glob, base=Path(os.path.normpath(options.directory / named / way)))

    return replace(
        options,
        paths=paths,
        sections=(*options.sections, *(replace(one, glob=place(one.glob)) for one in options.sections if one.glob)),
        exclude=(*options.exclude, *map(place, options.exclude)),
        standard_input=None,
        compare_to=None,
        changes_only=False,
        suppress=(),
        baseline=None,
        write_baseline=None,
        offers_fixes=False,
        named={},
    )


def _incomplete(named: str, errors: int) -> Iterator[Diagnostic]:
    """What is missing there looks as if it were new, and no error in what is scanned now tells so."""
    if errors:
        problems = "There is an error" if errors == 1 else f"There are {errors:,} errors"
        detail = f"{problems} in what this is compared with, so changes may be missing, or be none."
        yield warning("Comparison incomplete", detail, Span.whole_file(named))
