"""Does what the arguments ask for, however they were read: ``cli`` reads all, ``plain_arguments`` the usual ones."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner import __version__

if TYPE_CHECKING:
    from scanner.configuration.settings import Settings
    from scanner.options import Options
    from scanner.output import Delivery


class ArgumentError(Exception):
    """An argument is not as it must be. The message is a clause, ``option`` is what it is about."""

    def __init__(self, message: str, option: str) -> None:
        super().__init__(message)
        self.option = option


def run(values: Mapping[str, Any], order: Sequence[str]) -> int:
    """Do it. Gives the exit status.

    ``values`` are by the names of parameters, None or false where nobody gives one; ``order`` has those that are given
    as they stand. Raises ``ArgumentError`` before anything is done.
    """
    for name in (
        "config",
        "write_baseline",
        "compare_to",
    ):  # which no configuration file has, so nobody else looks at them
        if values[name] == "":
            raise ArgumentError("the path is empty", _option(name))
    if values["changes_only"] and values["compare_to"] is None:
        raise ArgumentError("say with --compare-to what there was before", "--changes-only")
    _check_fixing(values)
    _check_many(values)
    try:
        directory = Path.cwd()
    except OSError as problem:
        from scanner.commands.messages import fail
        from scanner.file_system import why

        return fail(f"the working directory: {why(problem)}")
    if values["check_rules"]:
        from scanner.commands.rules import check

        return check(values["check_rules"], values["paths"], directory)
    from scanner.configuration.errors import ConfigError

    try:
        settings = _settings(values, order, directory)
    except ConfigError as problem:
        from scanner.commands.messages import USAGE, tell

        for mistake in str(problem).splitlines():
            tell(mistake)
        return USAGE
    options = _options(settings, directory, values["write_baseline"], debug=values["debug"])
    options = replace(
        options, compare_to=values["compare_to"], changes_only=values["changes_only"], dask=values["dask"]
    )
    formats: list[str] = values["format"] or []
    if values["list_rules"]:
        _refuse_formats("--list-rules", formats, "text")
        from scanner.commands.rules import show_all

        return show_all(options)
    if values["show_config"]:
        _refuse_formats("--show-config", formats, "text", "json")
        from scanner.commands.show_config import run as show

        return show(options, settings, as_json="json" in formats)
    if values["explain"] is not None:
        return _explain(options, settings, values["explain"], formats, verbose=values["verbose"])
    if values["diff"] or values["fix"]:
        return _mend(options, settings, values)
    delivery = _delivery(settings)
    if values["manifest"] is not None:
        from scanner.commands import organization

        return organization.run(options, settings, delivery, values, __version__)
    from scanner.commands import scan

    return scan.run(options, settings, delivery, version=__version__, verbose=values["verbose"])


def _settings(values: Mapping[str, Any], order: Sequence[str], directory: Path) -> Settings:
    """The command line and the configuration file, together. Raises ``ConfigError`` and ``ArgumentError``."""
    from scanner.configuration.find import find
    from scanner.configuration.settings import CommandLineError, command_line, settle

    config: str | None = values["config"]
    if config is not None and values["no_config"]:
        raise ArgumentError("--config and --no-config exclude each other", "--config")
    try:
        given = command_line(_with_exit_zero(values), order)
    except CommandLineError as problem:
        raise ArgumentError(str(problem), _option(problem.option)) from problem
    found = find(directory) if config is None and not values["no_config"] else None
    if config is None and found is None:
        return settle(given, None)
    from scanner.configuration.load import load_found, load_named

    if config is not None:
        return settle(given, load_named(config, directory))
    return settle(given, None if found is None else load_found(found, directory))


def _option(name: str) -> str:
    return "PATH" if name == "paths" else f"--{name.replace('_', '-')}"


def _with_exit_zero(values: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**values, "fail_on": "never"} if values["exit_zero"] else values


def _options(settings: Settings, directory: Path, write_baseline: str | None, *, debug: bool) -> Options:
    from scanner.configuration.scan_options import scan_options

    workspace = Path(os.environ["GITHUB_WORKSPACE"]) if os.environ.get("GITHUB_WORKSPACE") else None
    return scan_options(settings, directory, os.environ, workspace, write_baseline, debug=debug)


def _refuse_formats(option: str, formats: Sequence[str], *possible: str) -> None:
    if any(name not in possible for name in formats):
        raise ArgumentError(f"it prints {' or '.join(possible)}", option)


def _explain(options: Options, settings: Settings, wanted: str, formats: list[str], *, verbose: bool) -> int:
    if not wanted.strip():
        raise ArgumentError("it takes a name, an address, or the id of a rule", "--explain")
    _refuse_formats("--explain", formats, "text", "json")
    from scanner.commands import explain

    return explain.run(options, settings, wanted, as_json="json" in formats, version=__version__, verbose=verbose)


def _check_many(values: Mapping[str, Any]) -> None:
    """Whether the options about many repositories and machines are as they must be. Raises ``ArgumentError``."""
    if values["dask"] is not None:
        from scanner.dask_address import mistake_in

        mistake = mistake_in(values["dask"])
        if mistake is not None:
            raise ArgumentError(mistake, "--dask")
    if any(values[name] is not None for name in ("manifest", "materialize", "resume")):
        from scanner.commands.organization import mistake_in as mistake_in_manifest

        found = mistake_in_manifest(values)
        if found is not None:
            raise ArgumentError(found[1], found[0])


_NOT_WITH_FIXES = ("check_rules", "list_rules", "show_config", "explain", "write_baseline")
"""Options that look at something else than the findings, or take them all for known."""


def _check_fixing(values: Mapping[str, Any]) -> None:
    """Whether the options about fixes go together with the others. Raises ``ArgumentError``."""
    if values["diff"] and values["fix"]:
        raise ArgumentError("--diff and --fix exclude each other", "--diff")
    name = "diff" if values["diff"] else "fix" if values["fix"] else None
    if name is None:
        if values["unsafe_fixes"]:
            raise ArgumentError("add --fix to apply them, or say --diff to see them", "--unsafe-fixes")
        return
    other = next((_option(one) for one in _NOT_WITH_FIXES if values[one] or values[one] == ""), None)
    if other is not None:
        raise ArgumentError(f"{_option(name)} and {other} exclude each other", _option(name))
    if values["diff"] and values["format"]:
        raise ArgumentError(f"the patch takes the place of the report; {_TO_A_FILE}", "--diff")


_TO_A_FILE = "write that to a file with --output FORMAT=FILE"


def _mend(options: Options, settings: Settings, values: Mapping[str, Any]) -> int:
    from scanner.commands import fix
    from scanner.standard_input import NAME

    verbose = values["verbose"]
    if values["diff"]:
        return fix.show_diff(options, settings, _beside_a_patch(settings), version=__version__, verbose=verbose)
    if NAME in options.paths:
        raise ArgumentError("what comes on standard input cannot be changed; name the file", "--fix")
    delivery = _delivery(settings)
    return fix.fix(options, settings, delivery, unsafe=values["unsafe_fixes"], version=__version__, verbose=verbose)


def _beside_a_patch(settings: Settings) -> Delivery:
    """The reports that go to files. What a configuration file wants on standard output is not asked for here."""
    from scanner.configuration.keys import MIN_SEVERITY, OUTPUT, QUIET
    from scanner.finding import Level
    from scanner.output import STANDARD_OUTPUT, Delivery

    for one in settings.given(OUTPUT):
        if one.span is None and one.value[1] == STANDARD_OUTPUT:
            raise ArgumentError(f"the patch is on standard output; {_TO_A_FILE}", "--diff")
    outputs = tuple((name, path) for name, path in settings.all(OUTPUT) if path != STANDARD_OUTPUT)
    return Delivery((), outputs, settings.one(MIN_SEVERITY, Level.NOTE), settings.one(QUIET, default=False))


def _delivery(settings: Settings) -> Delivery:
    from scanner import github_actions
    from scanner.configuration.keys import FORMAT, MIN_SEVERITY, OUTPUT, QUIET
    from scanner.finding import Level
    from scanner.output import STANDARD_OUTPUT, Delivery

    wanted, outputs = settings.all(FORMAT), settings.all(OUTPUT)
    nothing_asked = not wanted and all(path != STANDARD_OUTPUT for _, path in outputs)
    beside = [name for name, path in outputs if path == STANDARD_OUTPUT]
    return Delivery(
        _printed(wanted, beside),
        outputs,
        settings.one(MIN_SEVERITY, Level.NOTE),
        settings.one(QUIET, default=False),
        annotates=nothing_asked and github_actions.is_step(),
    )


def _printed(wanted: Sequence[str], beside: Sequence[str]) -> tuple[str, ...]:
    """The formats for standard output: nothing where nobody asks for one beside a report that goes there."""
    from scanner.report import FOR_PEOPLE, FORMATS

    if not wanted and not beside:
        return (next(iter(FORMATS)),)
    together = [*wanted, *beside]
    alone = next((name for name in together if name not in FOR_PEOPLE), None)
    if alone is not None and len(together) > 1:
        message = f"{alone} is alone on standard output; write the other format to a file with --output FORMAT=FILE"
        raise ArgumentError(message, "--format")
    return tuple(dict.fromkeys(wanted))
