"""``--compare-to``: what there was before whatever is scanned, and what is different from it.

That is another scan, an earlier report, or what a plan says of the state before it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from scanner import file_system
from scanner.changes.compare import Comparison, compare
from scanner.changes.earlier_report import ReportError, earlier_report, is_report
from scanner.changes.moves import Move
from scanner.changes.standing import Standing, standing
from scanner.diagnostic import Diagnostic, warning
from scanner.finding import Finding
from scanner.globs import PathGlob
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

    def compared(self, assessed: Iterable[AssessedPrincipal], moves: Mapping[str, Sequence[Move]]) -> Comparison:
        """What is different now. ``moves`` are those of each root."""
        now = [standing(one) for one in assessed if self.of is None or one.definition.root in self.of]
        return compare(self.standings, now, moves)


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
    report = scan(_as_before(options, named))
    if not report.roots and report.errors:
        raise NotComparableError(named, f"it cannot be scanned: {report.errors[0].message}")
    return Before(tuple(map(standing, report.principals)), tuple(_incomplete(named, len(report.errors))))


def prior(tasks: Iterable[Task], outcomes: Callable[[Sequence[Task]], Iterable[Outcome]]) -> Before:
    """What there was before each of the plans among the tasks. Raises ``NotComparableError`` where there is none."""
    every = tuple(tasks)
    plans = [
        replace(task, root=replace(task.root, is_prior=True))
        for task in every
        if task.root.kind is RootKind.TERRAFORM_PLAN
    ]
    if not plans and any(task.root.kind is RootKind.CHANGE_SET for task in every):
        raise NotComparableError(PRIOR, _OF_CHANGE_SETS)
    if not plans:
        raise NotComparableError(PRIOR, "only a plan says what there was before it, and none is scanned")
    standings = tuple(standing(one) for found in outcomes(plans) for one in found.principals)
    return Before(standings, of=frozenset(task.root.path for task in plans))


def left_in_aws(
    done: Iterable[tuple[ScanRoot, Outcome]], outcomes: Callable[[Iterable[ScanRoot]], Iterable[Outcome]]
) -> Iterator[AssessedPrincipal]:
    """Who is not the code's any more and stays, as they are once their plans are applied."""
    plans = [(replace(root, keeps_forgotten=True), found.forgotten) for root, found in done if found.forgotten]
    if plans:
        for found, (_, left) in zip(outcomes(root for root, _ in plans), plans, strict=True):
            yield from (one for one in found.principals if one.definition.address in left)


def is_of_changed(finding: Finding, comparison: Comparison) -> bool:
    """Whether a finding is about somebody who is changed, in any of the forms in which it was found."""
    homes = ((root, finding.principal) for root in (finding.root, *finding.also_in))
    found = (comparison.principals.get(home) for home in homes)
    return any(one is not None and one.changes for one in found)


def _as_before(options: Options, named: str) -> Options:
    """The options of a scan of what there was: the same paths in another checkout, if it has them; else all of it."""
    paths = (
        Path(named, path).as_posix()
        for path in options.paths
        if path != NAME and not Path(path).is_absolute() and ".." not in Path(path).parts
    )
    there = tuple(path for path in paths if file_system.is_there(options.directory / path))

    def place(glob: PathGlob) -> PathGlob:
        """The same pattern in the other checkout."""
        way = os.path.relpath(glob.base or options.directory, options.directory)
        return replace(glob, base=Path(os.path.normpath(options.directory / named / way)))

    return replace(
        options,
        paths=there or (named,),
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
