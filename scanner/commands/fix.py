"""``scan --diff`` and ``scan --fix``: what would mend the findings, shown as a patch or written into the files.

Only what is shown is mended: a finding below ``--min-severity``, suppressed or in the baseline is left as it is.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from scanner.commands.messages import USAGE, tell
from scanner.commands.scan import ScanError, delivered, scanned
from scanner.fixes.applied.apply import apply
from scanner.fixes.applied.changeable import Changeable, UnchangeableError, changeable, scanned_trees
from scanner.fixes.applied.diff import diffs
from scanner.fixes.applied.patch import Patch, patch
from scanner.output import colour
from scanner.report.wording import counted
from scanner.streams import is_kept, is_watched, show, show_exactly
from scanner.triage.run import FORMS

if TYPE_CHECKING:
    from pathlib import Path

    from scanner.configuration.settings import Settings
    from scanner.finding import Finding
    from scanner.fixes.applied.apply import Applied
    from scanner.fixes.applied.diff import FileDiff
    from scanner.fixes.applied.patch import Find
    from scanner.options import Options
    from scanner.output import Delivery
    from scanner.report.report import Report

_MOST = 10
"""Fixes that are named of those that are left out, or that are for people."""
_COMMAND = "a line beside it is a command to CI systems; write the diff to a file (scan --diff > FILE)"


def show_diff(options: Options, settings: Settings, delivery: Delivery, *, version: str, verbose: bool) -> int:
    """Scan, write the reports that go to files, and print the patch of all fixes that a program may apply."""
    since = time.time_ns()
    options = replace(options, fixes_everything=True)
    try:
        with scanned(options, settings, verbose=verbose) as report:
            status = delivered(report, options, delivery, version)
    except ScanError as problem:
        return problem.status
    wanted = _shown(report, delivery)
    made, files = _printable(wanted, options, since)
    if is_watched():
        show("".join(file.shown(colour=colour()) for file in files))
    else:
        show_exactly(b"".join(file.exact for file in files))
    _tell_left_out(made)
    _tell_by_hand(made)
    tops = {file.top for file in files}
    if len(tops) > 1:
        tell(f"the files are of {len(tops)} repositories; each is named from the top of its own")
    if not delivery.quiet:
        where = f" in {counted(len(files), 'file')}" if files else ""
        tell(f"would fix {len(made.settled)} of {counted(len(wanted), 'finding')}{where}")
    return status


def fix(options: Options, settings: Settings, delivery: Delivery, *, unsafe: bool, version: str, verbose: bool) -> int:
    """Scan, apply the fixes, and report what is left: what a second scan finds, if there was anything to apply."""
    since = time.time_ns()
    options = replace(options, fixes_everything=True)
    try:
        with scanned(options, settings, verbose=verbose) as report:
            wanted = _shown(report, delivery)
            made = patch(wanted, _find(options, since), unsafe=unsafe)
            if not made.changes:
                _tell_what_is_left(made, delivery)
                return delivered(report, options, delivery, version)
        done = apply(made.changes, options.directory)
        for change, why in done.unwritten:
            tell(f"{change.source.path}: {why}")
        try:
            with scanned(options, settings, verbose=verbose) as report:
                _tell_what_was_done(made, done, report)
                _tell_what_is_left(made, delivery)
                status = delivered(report, options, delivery, version)
        except ScanError:
            tell(f"changed {counted(len(done.written), 'file')}")
            raise
    except ScanError as problem:
        return problem.status
    return status or (USAGE if done.unwritten else 0)


def _shown(report: Report, delivery: Delivery) -> tuple[Finding, ...]:
    return report.at_least(delivery.min_severity).open_findings


def _find(options: Options, since: int, withheld: Iterable[Path] = ()) -> Find:
    source = options.inputs.source
    trees = scanned_trees((*options.paths, *((source,) if source is not None else ())), options.directory)

    def find(path: str) -> Changeable:
        found = changeable(path, options.directory, trees, since)
        if found.place in withheld:
            raise UnchangeableError(_COMMAND)
        return found

    return find


def _printable(wanted: Iterable[Finding], options: Options, since: int) -> tuple[Patch, tuple[FileDiff, ...]]:
    """The patch of all fixes, as far as it can be printed where standard output goes.

    A terminal gets it made harmless, and a file as it is; what goes to somebody else is as it is too, and may be a log.
    """
    withheld: set[Path] = set()
    while True:
        made = patch(wanted, _find(options, since, withheld), unsafe=True)
        files = diffs(made.changes, options.directory, options.workspace)
        more = set() if is_watched() or is_kept() else {file.place for file in files if not file.is_harmless}
        if not more:
            return made, files
        withheld |= more  # a fix is left out with all of its files, and another one may take its place


def _tell_what_was_done(made: Patch, done: Applied, after: Report) -> None:
    """How many findings are there no more, and whether any is although its fix was applied."""
    written = {change.place for change in done.written}
    applied = [one.finding for one in made.settled if one.places <= written]
    left = {_identity(finding) for finding in after.open_findings}
    kinds = {one.definition.root: one.definition.root_kind for one in after.principals}
    remaining = [finding for finding in applied if _identity(finding) in left]
    old = sorted({finding.root for finding in remaining if kinds.get(finding.root) in FORMS})
    tell(f"fixed {counted(len(applied) - len(remaining), 'finding')} in {counted(len(written), 'file')}")
    for root in old:
        tell(f"{root}: its configuration is fixed; make the {FORMS[kinds[root]]} again")
    others = sum(finding.root not in old for finding in remaining)
    if others:
        tell(f"{counted(others, 'finding')} remained, although the fix was applied")


def _identity(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.root, finding.principal


def _tell_what_is_left(made: Patch, delivery: Delivery) -> None:
    _tell_left_out(made)
    if made.unsafe and not delivery.quiet:
        have = "has a fix" if len(made.unsafe) == 1 else "have fixes"
        tell(f"{counted(len(made.unsafe), 'finding')} {have} that --fix applies with --unsafe-fixes only")


def _tell_left_out(made: Patch) -> None:
    lines = [f"{one.finding.span.place}: left out: {one.fix.description} ({one.reason})" for one in made.left_out]
    _tell_some(lines, "fixes left out")


def _tell_by_hand(made: Patch) -> None:
    lines = (
        f"{finding.span.place}: {'by hand: ' if fix.edits else ''}{fix.description}" for finding, fix in made.by_hand
    )
    _tell_some(lines, "to be done by hand")


def _tell_some(lines: Iterable[str], what: str) -> None:
    """Each line once, and how many more there are of very many."""
    different = list(dict.fromkeys(lines))
    for line in different[:_MOST]:
        tell(line)
    if len(different) > _MOST:
        tell(f"{len(different) - _MOST} more {what}")
