"""The command line: arguments become options, a report becomes text, and both an exit status."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from scanner import __version__, github_actions
from scanner.output import STANDARD_OUTPUT, Delivery, category, deliver, print_text, width
from scanner.report import FOR_PEOPLE, FORMATS
from scanner.report.report import Report, exit_status

if TYPE_CHECKING:
    from scanner.config import Options
    from scanner.configuration.settings import Settings
    from scanner.rules.problems import RuleError

USAGE = 2
_MOST_ADDRESSES = 10


_LEVELS = ("error", "warning", "note")
_FAIL_ON = (*_LEVELS, "never")

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"scan {__version__}")
        raise typer.Exit


def _list_rules(wanted: bool) -> None:
    if wanted:
        from scanner.rules.loader import builtin_rules, example_rules

        for rule in builtin_rules():
            typer.echo(f"{rule.id:<34} {rule.level.value:<8} {rule.title}")
        typer.echo("\nExamples, followed where --rules or --select names them:")
        for rule in example_rules():
            typer.echo(f"{rule.id:<34} {rule.level.value:<8} {rule.title}")
        raise typer.Exit


def _environment() -> Iterator[tuple[str, str]]:
    for name, value in sorted(os.environ.items()):
        if name.startswith("TF_VAR_"):
            yield name.removeprefix("TF_VAR_"), value


_ORDER = "scan.order"


class _OrderedCommand(TyperCommand):
    """A command that remembers in which order its options were given; typer hands each option over by itself."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # typer brings click along, without types
        _, _, given = self.make_parser(ctx).parse_args(args=list(args))
        ctx.meta[_ORDER] = [parameter.name for parameter in given]
        return super().parse_args(ctx, args)


def _settings(invocation: typer.Context, config: str | None, *, no_config: bool) -> Settings:
    """The command line and the configuration file, together. Raises ``ConfigError``."""
    from scanner.configuration.find import find
    from scanner.configuration.load import load_found, load_named
    from scanner.configuration.settings import CommandLineError, command_line, settle

    if config is not None and no_config:
        raise typer.BadParameter("--config and --no-config exclude each other", param_hint="--config")
    try:
        given = command_line(_with_exit_zero(invocation.params), invocation.meta[_ORDER])
    except CommandLineError as problem:
        raise typer.BadParameter(str(problem), param_hint=f"--{problem.option.replace('_', '-')}") from problem
    if config is not None:
        return settle(given, load_named(config, Path.cwd()))
    found = None if no_config else find(Path.cwd())
    return settle(given, None if found is None else load_found(found, Path.cwd()))


def _with_exit_zero(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "fail_on": "never"} if values["exit_zero"] else values


def _options(settings: Settings, write_baseline: str | None, *, debug: bool) -> Options:
    from scanner.configuration.scan_options import scan_options

    workspace = Path(os.environ["GITHUB_WORKSPACE"]) if os.environ.get("GITHUB_WORKSPACE") else None
    return scan_options(settings, Path.cwd(), _environment(), workspace, write_baseline, debug=debug)


@app.command(cls=_OrderedCommand, context_settings={"help_option_names": ["-h", "--help"]})
def scan(
    invocation: typer.Context,
    paths: Annotated[list[str] | None, typer.Argument(metavar="PATH…", help="What to scan.", show_default=".")] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Do not scan what matches, as in .gitignore.")
    ] = None,
    format: Annotated[  # noqa: A002
        list[str] | None,
        typer.Option(
            metavar="FORMAT",
            help=f"What to print: {', '.join(FORMATS)}.",
            show_default=next(iter(FORMATS)),
            autocompletion=lambda: [*FORMATS],
        ),
    ] = None,
    output: Annotated[
        list[str] | None,
        typer.Option(metavar="FORMAT=FILE", help="Also write a report in this format to a file; - is standard output."),
    ] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            metavar="LEVEL",
            help=f"The lowest level of a finding that makes the exit status 1: {', '.join(_FAIL_ON)}.",
            show_default="error",
            autocompletion=lambda: [*_FAIL_ON],
        ),
    ] = None,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="The same as --fail-on never.")] = False,
    min_severity: Annotated[
        str | None,
        typer.Option(
            metavar="LEVEL",
            help=f"The lowest level of a finding that is shown: {', '.join(_LEVELS)}. Changes no status.",
            show_default="note",
            autocompletion=lambda: [*_LEVELS],
        ),
    ] = None,
    quiet: Annotated[
        bool | None,
        typer.Option(
            "--quiet/--no-quiet",
            "-q",
            help="Show findings and errors only: no warnings, no summary.",
            show_default="no-quiet",
        ),
    ] = None,
    rules: Annotated[
        list[str] | None, typer.Option(metavar="PATH", help="More rules: a file, a directory, or an example by its ID.")
    ] = None,
    select: Annotated[list[str] | None, typer.Option(metavar="ID", help="Use only this rule.")] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="ID", help="Leave this rule out.")] = None,
    list_rules: Annotated[
        bool, typer.Option("--list-rules", callback=_list_rules, is_eager=True, help="Show the rules and exit.")
    ] = False,
    check_rules: Annotated[
        list[str] | None, typer.Option(metavar="PATH", help="Check rule files and their examples instead of scanning.")
    ] = None,
    var: Annotated[list[str] | None, typer.Option(metavar="K=V", help="Terraform: value of a variable.")] = None,
    var_file: Annotated[list[str] | None, typer.Option(metavar="FILE", help="Terraform: variable file.")] = None,
    env_vars: Annotated[
        bool | None,
        typer.Option(
            "--env-vars/--no-env-vars",
            help="Terraform: read variables from TF_VAR_* in the environment.",
            show_default="no-env-vars",
        ),
    ] = None,
    workspace: Annotated[
        str | None, typer.Option(metavar="NAME", help="Terraform: the workspace.", show_default="default")
    ] = None,
    source: Annotated[
        str | None, typer.Option(metavar="DIR", help="Plans: the configuration that they were made from.")
    ] = None,
    parameter: Annotated[
        list[str] | None, typer.Option(metavar="K=V", help="CloudFormation: value of a parameter.")
    ] = None,
    parameters: Annotated[
        list[str] | None, typer.Option(metavar="FILE", help="CloudFormation: file with values of parameters.")
    ] = None,
    account: Annotated[str | None, typer.Option(metavar="ID", help="The account that the code is applied in.")] = None,
    region: Annotated[str | None, typer.Option(metavar="NAME", help="The region that people sign in through.")] = None,
    context: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY[=VALUE,…]", help="A request context key: its values, or that it is absent."),
    ] = None,
    scp: Annotated[list[str] | None, typer.Option(metavar="FILE", help="Service control policy.")] = None,
    rcp: Annotated[list[str] | None, typer.Option(metavar="FILE", help="Resource control policy.")] = None,
    assume_console: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN", help="Names of users who have a password that is not in the code."),
    ] = None,
    baseline: Annotated[
        str | None, typer.Option(metavar="FILE", help="Findings that are known and do not count.")
    ] = None,
    write_baseline: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write or update a baseline with what is found now.")
    ] = None,
    config: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="The configuration file, instead of the one found above."),
    ] = None,
    no_config: Annotated[bool, typer.Option("--no-config", help="Read no configuration file.")] = False,
    show_config: Annotated[
        bool, typer.Option("--show-config", help="Show what is in force and from where, and exit.")
    ] = False,
    explain: Annotated[
        str | None, typer.Option(metavar="NAME", help="Show the whole reasoning about a principal, by name or address.")
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
    if check_rules:
        raise typer.Exit(_check_rules(check_rules, paths))
    from scanner.configuration.errors import ConfigError

    try:
        settings = _settings(invocation, config, no_config=no_config)
    except ConfigError as problem:
        for mistake in str(problem).splitlines():
            _fail(mistake)
        raise typer.Exit(USAGE) from problem
    options = _options(settings, write_baseline, debug=debug)
    printed = list(format or ())
    if show_config:
        raise typer.Exit(_show(settings, options, printed))
    if explain is not None and any(name not in ("text", "json") for name in printed):
        raise typer.BadParameter("it prints text or json", param_hint="--explain")
    raise typer.Exit(_run(options, settings, explain, tuple(printed), verbose=verbose))


def _show(settings: Settings, options: Options, printed: list[str]) -> int:
    from scanner.configuration.show import as_json, as_text
    from scanner.pipeline import UsageError, chosen_rules
    from scanner.rules.problems import RuleError

    try:
        chosen_rules(options)
    except RuleError as wrong:
        return _fail_with(wrong)
    except UsageError as problem:
        return _fail(_with_place(problem, settings))
    print_text(as_json(settings) if "json" in printed else as_text(settings))
    return 0


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


def _run(
    options: Options, settings: Settings, explain: str | None, explained_in: tuple[str, ...], *, verbose: bool
) -> int:
    delivery = _delivery(settings)
    from scanner.pipeline import UsageError
    from scanner.pipeline import scan as run
    from scanner.progress import progress
    from scanner.report import Appearance
    from scanner.repository import path_in_repository
    from scanner.rules.problems import RuleError
    from scanner.standard_input import received

    try:
        with received(options.paths) as standard_input, progress() as watch:
            tell = _tell if verbose else None
            if tell is not None and settings.configuration is not None:
                tell(f"configuration: {settings.configuration.shown}")
            report = run(replace(options, standard_input=standard_input), watch=watch, tell=tell)
    except RuleError as wrong:
        return _fail_with(wrong)
    except UsageError as problem:
        return _fail(_with_place(problem, settings))
    if explain is not None:
        return _explain(report, explain, explained_in)
    inside = path_in_repository(options.directory, options.workspace)
    files = github_actions.repository_files() if inside is not None else ""
    scanned = (path_in_repository(options.directory / path, options.workspace) or path for path in options.paths)
    appearance = Appearance(__version__, directory=inside or "", category=category(scanned), files=files)
    trouble = deliver(report, delivery, appearance)
    for message in trouble:
        _fail(message)
    if delivery.annotates:  # nobody has asked for a summary, so one that cannot be written changes no status
        for message in github_actions.write_summary(report.at_least(delivery.min_severity), appearance):
            _fail(message)
    status = exit_status(report, options.fail_on)
    if options.write_baseline is not None:
        status = exit_status(report, None)  # all that is found is known now
        _tell(f"{options.write_baseline}: written")
    return status or (USAGE if trouble else 0)


def _with_place(problem: Exception, settings: Settings) -> str:
    """What is wrong, and where the configuration file says so if it does."""
    from scanner.rules.selection import UnknownRuleError

    cause = problem.__cause__
    place = settings.place(cause.option, cause.rule) if isinstance(cause, UnknownRuleError) else None
    return f"{place.path}:{place.line}: {problem}" if place is not None else str(problem)


def _check_rules(rules: list[str], paths: list[str] | None) -> int:
    from scanner.check_rules import check_rules, render

    if paths:
        return _fail(f"--check-rules scans the examples of the rules and nothing else; leave {paths[0]} out")
    check = check_rules(rules, Path.cwd())
    print_text(render(check))
    return check.exit_status


def _explain(report: Report, wanted: str, printed: tuple[str, ...]) -> int:
    from difflib import get_close_matches

    from scanner.iam.pattern import literal
    from scanner.report.escape import visible
    from scanner.report.explain import render, render_json

    known = [assessed.definition for assessed in report.principals]
    found = [
        assessed
        for assessed, definition in zip(report.principals, known, strict=True)
        if wanted in (definition.address, literal(definition.principal.name))
    ]
    if not found:
        near = get_close_matches(wanted, {one.address for one in known}, n=_MOST_ADDRESSES, cutoff=0.4)
        shown = near or sorted({one.address for one in known})[:_MOST_ADDRESSES]
        listed = "".join(f"\n  {visible(address)}" for address in shown)
        more = f" {len(known)} principals, among them" if len(known) > len(shown) else " the principals"
        return _fail(f"there is no principal {visible(wanted)}{f'; there are{more}:{listed}' if shown else ''}")
    if printed == ("json",):
        print_text(render_json(found, report.diagnostics, __version__))
    else:
        print_text(render(found, report.diagnostics, width()))
    return USAGE if report.errors else 0


def _tell(line: str) -> None:
    from scanner.report.escape import inert, visible

    typer.echo(inert(f"scan: {visible(line)}"), err=True)


def _fail_with(wrong: RuleError) -> int:
    from scanner.report.escape import visible

    for mistake in wrong.problems:
        _fail(visible(str(mistake)))
    return USAGE


def _fail(message: str) -> int:
    typer.echo(f"scan: {message}", err=True)
    return USAGE
