"""``scan PATH…``: the report, printed and written."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from scanner import github_actions
from scanner.commands.messages import USAGE, fail, fail_with, named_in, tell, with_place
from scanner.named_files import UsageError
from scanner.output import Delivery, category, deliver
from scanner.pipeline import scan
from scanner.progress import progress
from scanner.report import WITH_FIXES, Appearance
from scanner.report.report import Report, exit_status
from scanner.repository import outlook, path_in_repository
from scanner.rules.problems import RuleError
from scanner.standard_input import StandardInputError, received
from scanner.walls import raise_walls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.configuration.settings import Settings
    from scanner.options import Options


class ScanError(Exception):
    """The scan could not be done, which has been said. ``status`` is the exit status."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status


@contextmanager
def scanned(options: Options, settings: Settings, *, verbose: bool) -> Iterator[Report]:
    """The report, while what came on standard input is still there. Raises ``ScanError``."""
    if verbose and settings.configuration is not None:
        tell(f"configuration: {settings.configuration.shown}")
    raise_walls()
    with ExitStack() as stack:
        try:
            standard_input = stack.enter_context(received(options.paths))
            with progress() as watch:
                given = replace(options, standard_input=standard_input)
                report = scan(given, watch=watch, tell=tell if verbose else None)
        except StandardInputError as problem:
            raise ScanError(fail(f"standard input: {problem}")) from problem
        except RuleError as wrong:
            raise ScanError(fail_with(wrong, options)) from wrong
        except UsageError as problem:
            raise ScanError(fail(with_place(problem, settings, options))) from problem
        yield report


def run(options: Options, settings: Settings, delivery: Delivery, *, version: str, verbose: bool) -> int:
    """Scan, and deliver the report."""
    names = (*delivery.printed, *(name for name, _ in delivery.outputs))
    options = replace(options, offers_fixes=not WITH_FIXES.isdisjoint(names))
    try:
        with scanned(options, settings, verbose=verbose) as report:
            return delivered(report, options, delivery, version)
    except ScanError as problem:
        return problem.status


def delivered(report: Report, options: Options, delivery: Delivery, version: str) -> int:
    """Deliver the report, and say what could not be written. Gives the exit status."""
    paths = [options.directory / path for path in options.paths]
    seen = outlook(options.directory, paths, options.workspace)
    is_inside = all(path_in_repository(path, options.workspace) is not None for path in paths)
    files = github_actions.repository_files() if is_inside else ""
    named = (path_in_repository(options.directory / path, options.workspace) or path for path in options.paths)
    appearance = Appearance(version, directory=seen, category=category(named), files=files)
    if delivery.annotates:  # nobody has asked for a summary, so one that cannot be written changes no status
        for message in github_actions.write_summary(
            report.at_least(delivery.min_severity), appearance, options.directory
        ):
            fail(message)
    trouble = deliver(report, delivery, appearance, options.directory)
    for path, message in trouble:
        fail(f"{message}{named_in(options, path)}")
    status = exit_status(report, options.fail_on)
    if options.write_baseline is not None:
        status = exit_status(report, None)  # all that is found is known now
        tell(f"{options.write_baseline}: written")
    return status or (USAGE if trouble else 0)
