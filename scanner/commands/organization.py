"""``scan --manifest FILE``: many repositories, one report."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.commands.messages import USAGE, fail, named_in, tell
from scanner.configuration import keys
from scanner.excerpt import Sources
from scanner.named_files import UsageError
from scanner.organization.materialize import CommandError, words_of
from scanner.organization.request import Request
from scanner.organization.scan import Maps, Organized, scan_all
from scanner.output import category, deliver
from scanner.progress import progress
from scanner.report import WITH_FIXES, Appearance
from scanner.report.report import exit_status
from scanner.walls import MEMORY_FOR_MANY, raise_walls
from scanner.work.roots import Roots

if TYPE_CHECKING:
    from scanner.configuration.settings import Settings
    from scanner.options import Options
    from scanner.output import Delivery

OF_THE_WHOLE = (
    *(keys.FORMAT, keys.OUTPUT, keys.FAIL_ON, keys.MIN_SEVERITY, keys.QUIET, keys.JOBS, keys.CACHE, keys.CACHE_DIR),
)
"""Options that say how one report is made and counted. A configuration file beside the manifest may have no others."""
NOT_WITH = (
    *(
        "paths",
        "source",
        "account_data",
        "baseline",
        "write_baseline",
        "compare_to",
        "changes_only",
        "explain",
        "diff",
        "fix",
    ),
    *("check_rules", "list_rules", "show_config"),
)
"""Options about one tree."""


def mistake_in(values: Mapping[str, Any]) -> tuple[str, str] | None:
    """An option that does not go with others, and a clause about it."""
    for name in ("materialize", "resume"):
        if values[name] is not None and values["manifest"] is None:
            return f"--{name}", "it goes with --manifest"
    if values["manifest"] is None:
        return None
    if values["manifest"] == "":
        return "--manifest", "the path is empty"
    if values["resume"] == "":
        return "--resume", "the path is empty"
    for name in NOT_WITH:
        if values[name]:
            option = "PATH" if name == "paths" else f"--{name.replace('_', '-')}"
            return "--manifest", f"--manifest and {option} exclude each other"
    return None


def run(options: Options, settings: Settings, delivery: Delivery, values: Mapping[str, Any], version: str) -> int:
    """Scan, and deliver the report."""
    wrong = _not_of_the_whole(settings)
    if wrong is not None:
        return fail(wrong)
    try:
        request = _request(options, settings, delivery, values)
    except CommandError as problem:
        return fail(f"{problem} (--materialize)")
    raise_walls(MEMORY_FOR_MANY)
    if settings.configuration is not None and values["verbose"]:
        tell(f"configuration: {settings.configuration.shown}")
    try:
        with (
            _maps(request) as maps,
            progress() as watch,
            scan_all(request, maps, watch, tell if values["verbose"] else None) as found,
        ):
            return _delivered(found, options, delivery, version)
    except UsageError as problem:
        return fail(str(problem))


def _not_of_the_whole(settings: Settings) -> str | None:
    """What is wrong with a configuration file that would have a part in scanning the items."""
    allowed = {key.name for key in OF_THE_WHOLE}
    for name, given in settings.values.items():
        for one in given:
            if one.span is not None and name not in allowed:
                return (
                    f'{one.span.place}: "{name}" is about what is scanned, and with --manifest each item has its own '
                    'configuration; say it on the command line, or in a file that is the "config" of items, or add '
                    "--no-config"
                )
    return None


def _request(options: Options, settings: Settings, delivery: Delivery, values: Mapping[str, Any]) -> Request:
    names = (*delivery.printed, *(name for name, _ in delivery.outputs))
    of_the_whole = {key.name for key in OF_THE_WHOLE}
    own = {name: tuple(one for one in given if one.span is None) for name, given in settings.values.items()}
    resume: str | None = values["resume"]
    return Request(
        values["manifest"],
        options.directory,
        {name: given for name, given in own.items() if given and name not in of_the_whole},
        os.environ,
        options.workspace,
        reads_configuration=not values["no_config"],
        materialize=words_of(values["materialize"]) if values["materialize"] is not None else (),
        resume=Path(os.path.normpath(options.directory / resume)) if resume is not None else None,
        cache=options.cache,
        jobs=options.jobs,
        dask=options.dask,
        debug=options.debug,
        offers_fixes=not WITH_FIXES.isdisjoint(names),
    )


@contextmanager
def _maps(request: Request) -> Iterator[Maps]:
    """What works on roots: here, in processes, or on a cluster. Raises ``UsageError``."""
    if request.debug:
        yield lambda _: map
        return
    if request.dask is None:
        yield lambda kept: Roots(request.jobs, kept)
        return
    from scanner.work.on_dask import DaskError, cluster

    try:
        with cluster(request.dask, request.jobs) as dispatch:
            yield lambda kept: Roots(request.jobs, kept, dispatch=dispatch)
    except DaskError as problem:
        raise UsageError(f"{problem} (--dask)") from problem


def _delivered(found: Organized, options: Options, delivery: Delivery, version: str) -> int:
    """Deliver the report. Gives the exit status. There is no one repository, so that paths stay as they are."""
    appearance = Appearance(version, category=category(found.places))
    sources = Sources(options.directory, found.places)
    trouble = deliver(found.report, replace(delivery, annotates=False), appearance, options.directory, sources)
    for path, message in trouble:
        fail(f"{message}{named_in(options, path)}")
    return exit_status(found.report, options.fail_on) or (USAGE if trouble else 0)
