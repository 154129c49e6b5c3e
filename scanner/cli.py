"""The command line: arguments become options, a report becomes text, and both an exit status."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scanner import __version__, github_actions
from scanner.commands.messages import USAGE, tell
from scanner.help_page import GroupedCommand
from scanner.output import STANDARD_OUTPUT, Delivery
from scanner.report import FOR_PEOPLE, FORMATS
from scanner.source_file import why

if TYPE_CHECKING:
    from scanner.configuration.settings import Settings
    from scanner.options import Options

_LEVELS = ("error", "warning", "note")
_FAIL_ON = (*_LEVELS, "never")

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"scan {__version__}")
        raise typer.Exit


def _rule_ids() -> list[str]:
    from scanner.rules.loader import builtin_rules, example_rules

    return [rule.id for rule in (*builtin_rules(), *example_rules())]


def _working_directory() -> Path:
    try:
        return Path.cwd()
    except OSError as problem:
        tell(f"the working directory: {why(problem)}")
        raise typer.Exit(USAGE) from problem


def _path(given: str | None) -> str | None:
    """A path of an option that no configuration file has."""
    if given == "":
        raise typer.BadParameter("the path is empty")
    return given


def _environment() -> Iterator[tuple[str, str]]:
    for name, value in sorted(os.environ.items()):
        if name.startswith("TF_VAR_"):
            yield name.removeprefix("TF_VAR_"), value


_ORDER = "scan.order"


class _OrderedCommand(GroupedCommand):
    """A command that remembers in which order its options were given; typer hands each option over by itself."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # typer brings click along, without types
        _, _, given = self.make_parser(ctx).parse_args(args=list(args))
        ctx.meta[_ORDER] = [parameter.name for parameter in given]
        return super().parse_args(ctx, args)


def _settings(invocation: typer.Context, directory: Path, config: str | None, *, no_config: bool) -> Settings:
    """The command line and the configuration file, together. Raises ``ConfigError``."""
    from scanner.configuration.find import find
    from scanner.configuration.load import load_found, load_named
    from scanner.configuration.settings import CommandLineError, command_line, settle

    if config is not None and no_config:
        raise typer.BadParameter("--config and --no-config exclude each other", param_hint="--config")
    try:
        given = command_line(_with_exit_zero(invocation.params), invocation.meta[_ORDER])
    except CommandLineError as problem:
        hint = "PATH" if problem.option == "paths" else f"--{problem.option.replace('_', '-')}"
        raise typer.BadParameter(str(problem), param_hint=hint) from problem
    if config is not None:
        return settle(given, load_named(config, directory))
    found = None if no_config else find(directory)
    return settle(given, None if found is None else load_found(found, directory))


def _with_exit_zero(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "fail_on": "never"} if values["exit_zero"] else values


def _options(settings: Settings, directory: Path, write_baseline: str | None, *, debug: bool) -> Options:
    from scanner.configuration.scan_options import scan_options

    workspace = Path(os.environ["GITHUB_WORKSPACE"]) if os.environ.get("GITHUB_WORKSPACE") else None
    return scan_options(settings, directory, _environment(), workspace, write_baseline, debug=debug)


@app.command(cls=_OrderedCommand, context_settings={"help_option_names": ["-h", "--help"]})
def scan(
    invocation: typer.Context,
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH",
            help="Directories and files to scan; - is standard input. The working directory if there is none.",
        ),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(metavar="GLOB", help="Do not scan what matches this pattern, as .gitignore has them."),
    ] = None,
    format: Annotated[  # noqa: A002
        list[str] | None,
        typer.Option(
            metavar="FORMAT",
            help=f"What to print: {', '.join(FORMATS)}. The first if nothing is said.",
            autocompletion=lambda: [*FORMATS],
        ),
    ] = None,
    output: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FORMAT=FILE",
            autocompletion=lambda: [f"{name}=" for name in FORMATS],
            help="Also write a report in this format to a file; - is standard output.",
        ),
    ] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            metavar="LEVEL",
            help=f"The lowest level of a finding that makes the exit status 1: {', '.join(_FAIL_ON)} (default: error).",
            autocompletion=lambda: [*_FAIL_ON],
        ),
    ] = None,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="The same as --fail-on never.")] = False,
    min_severity: Annotated[
        str | None,
        typer.Option(
            metavar="LEVEL",
            help=f"The lowest level of a finding that is shown: {', '.join(_LEVELS)} (default: note).",
            autocompletion=lambda: [*_LEVELS],
        ),
    ] = None,
    quiet: Annotated[
        bool | None,
        typer.Option(
            "--quiet/--no-quiet",
            "-q",
            help="Show findings and errors only: no warnings, no summary.",
        ),
    ] = None,
    rules: Annotated[
        list[str] | None,
        typer.Option(metavar="PATH", help="Follow more rules: a file, a directory, or an example by its ID."),
    ] = None,
    select: Annotated[
        list[str] | None, typer.Option(metavar="ID", autocompletion=_rule_ids, help="Use only this rule.")
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(metavar="ID", autocompletion=_rule_ids, help="Leave this rule out.")
    ] = None,
    list_rules: Annotated[
        bool, typer.Option("--list-rules", help="Show all rules, those of --rules as well, and exit.")
    ] = False,
    check_rules: Annotated[
        list[str] | None, typer.Option(metavar="PATH", help="Check rule files and their examples instead of scanning.")
    ] = None,
    var: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Terraform: the value of a variable of the root module."),
    ] = None,
    var_file: Annotated[
        list[str] | None, typer.Option(metavar="FILE", help="Terraform: a file with values of variables.")
    ] = None,
    env_vars: Annotated[
        bool | None,
        typer.Option(
            "--env-vars/--no-env-vars",
            help="Terraform: read variables from TF_VAR_* in the environment.",
        ),
    ] = None,
    workspace: Annotated[str | None, typer.Option(metavar="NAME", help="Terraform: the workspace (default).")] = None,
    source: Annotated[
        str | None,
        typer.Option(
            metavar="DIR", help="Plans and states: the directory of the configuration that they were made from."
        ),
    ] = None,
    parameter: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="CloudFormation: the value of a parameter.")
    ] = None,
    parameters: Annotated[
        list[str] | None, typer.Option(metavar="FILE", help="CloudFormation: a file with values of parameters.")
    ] = None,
    account: Annotated[str | None, typer.Option(metavar="ID", help="The account that the code is applied in.")] = None,
    region: Annotated[
        str | None, typer.Option(metavar="NAME", help="The region that people sign in through; without it, any region.")
    ] = None,
    context: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY[=VALUE,…]", help="A key of the request context: its values, or that it is absent."),
    ] = None,
    scp: Annotated[
        list[str] | None, typer.Option(metavar="FILE", help="A service control policy that binds the account.")
    ] = None,
    rcp: Annotated[
        list[str] | None, typer.Option(metavar="FILE", help="A resource control policy that binds the account.")
    ] = None,
    assume_console: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN", help="Take users with names like this for console users."),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Leave out findings that are in this file, because they are known."),
    ] = None,
    write_baseline: Annotated[
        str | None,
        typer.Option(metavar="FILE", callback=_path, help="Write what is found to this file, as a baseline."),
    ] = None,
    config: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            callback=_path,
            help="Read this configuration file instead of the one found from the working directory upward.",
        ),
    ] = None,
    no_config: Annotated[bool, typer.Option("--no-config", help="Read no configuration file.")] = False,
    show_config: Annotated[
        bool, typer.Option("--show-config", help="Show which options are in force and where they come from, and exit.")
    ] = False,
    explain: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            autocompletion=_rule_ids,
            help="Show the whole reasoning about a principal, by its name or address, or a rule by its ID.",
        ),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say on standard error what is scanned.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an internal error.")] = False,
    version: Annotated[  # its callback does the work
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Find console users and roles that cannot run `aws login`, in Terraform and CloudFormation code.

    Exit status: 0 if nothing is found at or above --fail-on, 1 if something is, 2 if the scan could not be done or is
    incomplete.
    """
    directory = _working_directory()
    if check_rules:
        from scanner.commands.rules import check

        raise typer.Exit(check(check_rules, paths, directory))
    from scanner.configuration.errors import ConfigError

    try:
        settings = _settings(invocation, directory, config, no_config=no_config)
    except ConfigError as problem:
        for mistake in str(problem).splitlines():
            tell(mistake)
        raise typer.Exit(USAGE) from problem
    options = _options(settings, directory, write_baseline, debug=debug)
    if list_rules:
        _refuse_formats("--list-rules", format, "text")
        from scanner.commands.rules import show_all

        raise typer.Exit(show_all(options))
    if show_config:
        _refuse_formats("--show-config", format, "text", "json")
        from scanner.commands.show_config import run as show

        raise typer.Exit(show(options, settings, as_json="json" in (format or ())))
    if explain is not None and not explain.strip():
        raise typer.BadParameter("it takes a name, an address, or the id of a rule", param_hint="--explain")
    if explain is not None:
        raise typer.Exit(_explain(options, settings, explain, format or [], verbose=verbose))
    from scanner.commands.scan import run

    raise typer.Exit(run(options, settings, _delivery(settings), version=__version__, verbose=verbose))


def _refuse_formats(option: str, formats: Sequence[str] | None, *possible: str) -> None:
    if any(name not in possible for name in formats or ()):
        raise typer.BadParameter(f"it prints {' or '.join(possible)}", param_hint=option)


def _explain(options: Options, settings: Settings, wanted: str, formats: list[str], *, verbose: bool) -> int:
    _refuse_formats("--explain", formats, "text", "json")
    from scanner.commands import explain

    return explain.run(options, settings, wanted, as_json="json" in formats, version=__version__, verbose=verbose)


def _delivery(settings: Settings) -> Delivery:
    from scanner.configuration.keys import FORMAT, MIN_SEVERITY, OUTPUT, QUIET
    from scanner.finding import Level

    wanted, outputs = settings.all(FORMAT), settings.all(OUTPUT)
    nothing_asked = not wanted and all(path != STANDARD_OUTPUT for _, path in outputs)
    return Delivery(
        _printed(wanted, outputs),
        outputs,
        settings.one(MIN_SEVERITY, Level.NOTE),
        settings.one(QUIET, default=False),
        annotates=nothing_asked and github_actions.is_step(),
    )


def _printed(wanted: Sequence[str], outputs: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The formats for standard output: nothing where nobody asks for one beside a report that goes there."""
    beside = [name for name, path in outputs if path == STANDARD_OUTPUT]
    if not wanted and not beside:
        return (next(iter(FORMATS)),)
    together = [*wanted, *beside]
    alone = next((name for name in together if name not in FOR_PEOPLE), None)
    if alone is not None and len(together) > 1:
        message = f"{alone} is alone on standard output; write the other format to a file with --output FORMAT=FILE"
        raise typer.BadParameter(message, param_hint="--format")
    return tuple(dict.fromkeys(wanted))
